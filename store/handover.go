package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// pastHandOvers is how many hand-overs a page lists.
const pastHandOvers = 20

// HandOverPage reads what a hand-over would say, and the ones before.
func (db *DB) HandOverPage(ctx context.Context, by drift.Actor, q drift.HandOverQuery) (drift.HandOverData, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.HandOverData, err error) {
		if d.Watch, err = tx.watch(ctx, q.Now); err != nil {
			return d, err
		}
		if q.From.IsZero() {
			if q.From, err = tx.shiftBegan(ctx, by.Name, q.To); err != nil {
				return d, err
			}
		}
		if d.Shift, err = tx.Shift(ctx, q.From, q.To); err != nil {
			return d, err
		}
		mine, err := tx.reviewAlerts(ctx, `a.status IN ('NEW', 'ACKNOWLEDGED', 'ASSIGNED') AND a.assignee = $1`, by.Name)
		if err != nil {
			return d, err
		}
		d.Mine = mine.Items
		if d.People, err = tx.actors(ctx); err != nil {
			return d, err
		}
		d.Past, d.Before, err = tx.handOvers(ctx, q.Before)
		return d, err
	})
}

// ForReader reads what waits for one person alone.
func (db *DB) ForReader(ctx context.Context, by drift.Actor, now time.Time) (drift.ForReader, error) {
	return view(ctx, db, by, func(tx *Tx) (f drift.ForReader, err error) {
		rows, err := tx.Query(ctx, `SELECT id, made_by, given_to, made_at, from_at, to_at, notes <> '' FROM hand_over h
			WHERE given_to = $1 AND made_at > $2
				AND NOT EXISTS (SELECT FROM hand_over o WHERE o.made_by = $1 AND o.id > h.id)
			ORDER BY id DESC, tenant_id LIMIT 1`, by.Name, now.Add(-drift.HandedFor))
		list, err := collected(rows, err, pgx.RowToStructByPos[drift.HandOverHead], "hand-over to the reader")
		if err != nil {
			return f, err
		}
		if len(list) > 0 {
			f.Handed = &list[0]
		}
		if !by.Role.AtLeast(drift.RoleAdmin) {
			return f, nil
		}
		err = tx.QueryRow(ctx, `SELECT count(*) FROM setting_proposal WHERE state = 'open' AND (scope <> 0 OR $1)`, by.AllTenants).Scan(&f.Proposals)
		return f, errOr(err, "count proposals that wait")
	})
}

// shiftBegan is when a person last handed over, or ShiftHours before to where that was never or too long
// ago.
func (tx *Tx) shiftBegan(ctx context.Context, name string, to time.Time) (time.Time, error) {
	var last *time.Time
	err := tx.QueryRow(ctx, `SELECT max(to_at) FROM hand_over WHERE made_by = $1 AND to_at < $2 AND to_at >= $3`,
		name, to, to.Add(-drift.MaxShift)).Scan(&last)
	if err != nil {
		return time.Time{}, fmt.Errorf("last hand-over: %w", err)
	}
	if last == nil {
		return to.Add(-drift.ShiftHours * time.Hour), nil
	}
	return last.UTC(), nil
}

// handOvers lists hand-overs older than the given one, 0 for the newest, and what leads on.
func (tx *Tx) handOvers(ctx context.Context, before int64) (list []drift.HandOverHead, next int64, err error) {
	rows, err := tx.Query(ctx, `SELECT id, made_by, given_to, made_at, from_at, to_at, notes <> '' FROM (
			SELECT DISTINCT ON (id) * FROM hand_over WHERE $1 = 0 OR id < $1 ORDER BY id DESC, tenant_id) h
		ORDER BY id DESC LIMIT $2`, before, pastHandOvers+1)
	list, err = collected(rows, err, pgx.RowToStructByPos[drift.HandOverHead], "hand-overs")
	if len(list) > pastHandOvers {
		list = list[:pastHandOvers]
		next = list[pastHandOvers-1].ID
	}
	return list, next, err
}

// PutHandOver keeps a hand-over as it stands, and sets its number.
func (tx *Tx) PutHandOver(ctx context.Context, h *drift.HandOver) error {
	if len(h.Shift.Tenants) == 0 {
		return drift.Invalid("", "There is no tenant to hand over: nothing can have happened yet.")
	}
	if err := tx.QueryRow(ctx, `SELECT nextval('hand_over_id_seq')`).Scan(&h.ID); err != nil {
		return fmt.Errorf("number of a hand-over: %w", err)
	}
	common, err := json.Marshal(h.Shift.ShiftCommon)
	if err != nil {
		return fmt.Errorf("encode a hand-over: %w", err)
	}
	var b pgx.Batch
	for _, t := range h.Shift.Tenants {
		facts, err := json.Marshal(t)
		if err != nil {
			return fmt.Errorf("encode a hand-over: %w", err)
		}
		b.Queue(`INSERT INTO hand_over (tenant_id, id, made_by, made_at, from_at, to_at, given_to, notes, tenants, everybody, facts)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, t.TenantID, h.ID, h.By, h.At, h.Shift.From, h.Shift.To,
			h.To, h.Notes, len(h.Shift.Tenants), common, facts)
	}
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("keep a hand-over: %w", err)
	}
	return nil
}

// HandOver returns a hand-over as it was kept, as far as the actor sees its tenants; CodeNotFound where it
// is not there, or concerns none of them.
func (db *DB) HandOver(ctx context.Context, by drift.Actor, id int64, now time.Time) (w drift.Watch, h drift.HandOver, err error) {
	err = db.View(ctx, by, func(tx *Tx) error {
		if w, err = tx.watch(ctx, now); err != nil {
			return err
		}
		h, err = tx.HandOver(ctx, id)
		return err
	})
	return w, h, err
}

// HandOver reads one hand-over, see [DB.HandOver].
func (tx *Tx) HandOver(ctx context.Context, id int64) (h drift.HandOver, err error) {
	rows, err := tx.Query(ctx, `SELECT h.tenant_id, h.made_by, h.made_at, h.from_at, h.to_at, h.given_to, h.notes, h.tenants,
			h.everybody, h.facts
		FROM hand_over h JOIN tenant t ON t.id = h.tenant_id WHERE h.id = $1 ORDER BY t.name`, id)
	if err != nil {
		return h, fmt.Errorf("hand-over: %w", err)
	}
	h.ID = id
	var all int
	var tenant int64
	var common, facts []byte
	_, err = pgx.ForEachRow(rows, []any{
		&tenant, &h.By, &h.At, &h.Shift.From, &h.Shift.To, &h.To, &h.Notes, &all, &common, &facts,
	}, func() error {
		t := drift.ShiftTenant{}
		if err := json.Unmarshal(facts, &t); err != nil {
			return err
		}
		t.TenantID = tenant
		h.Shift.Tenants = append(h.Shift.Tenants, t)
		h.Shift.ShiftCommon = drift.ShiftCommon{}
		return json.Unmarshal(common, &h.Shift.ShiftCommon)
	})
	if err != nil {
		return h, fmt.Errorf("hand-over: %w", err)
	}
	if all == 0 {
		return h, drift.NotFound(fmt.Sprintf("There is no hand-over %d.", id))
	}
	if len(h.Shift.Tenants) < all {
		h.Hidden, h.Notes, h.Shift.OnCall = true, "", nil
	}
	return h, nil
}
