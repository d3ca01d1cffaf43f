package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// causes lists the versions of an incident's causes, the newest first.
func (tx *Tx) causes(ctx context.Context, tenant int64, key string, most int) ([]drift.Cause, error) {
	rows, err := tx.Query(ctx, `SELECT version, body, author, written_at FROM incident_cause
		WHERE tenant_id = $1 AND incident_key = $2 ORDER BY version DESC LIMIT $3`, tenant, key, most)
	return collected(rows, err, pgx.RowToStructByPos[drift.Cause], "causes")
}

func (tx *Tx) followUps(ctx context.Context, tenant int64, key string) ([]drift.FollowUp, error) {
	rows, err := tx.Query(ctx, `SELECT id, version, task, owner, added_by, added_at, done_by, done_at FROM incident_follow_up
		WHERE tenant_id = $1 AND incident_key = $2 ORDER BY id LIMIT $3`, tenant, key, drift.MaxFollowUps)
	return collected(rows, err, func(row pgx.CollectableRow) (f drift.FollowUp, err error) {
		var done *time.Time
		err = row.Scan(&f.ID, &f.Version, &f.Task, &f.Owner, &f.By, &f.At, &f.DoneBy, &done)
		f.DoneAt = orZero(done)
		return f, err
	}, "follow-ups")
}

// writes runs fn for an incident that the actor may write about, in one transaction with its audit row.
func (db *DB) writes(ctx context.Context, by drift.Actor, q drift.IncidentQuery, action string,
	fn func(tx *Tx, tenant int64, key string) (detail any, err error),
) error {
	if !by.Role.AtLeast(drift.RoleOperator) {
		return drift.Forbidden("Your role may look but not write here. An operator can.")
	}
	return db.InTx(ctx, by, func(tx *Tx) error {
		tenant, _, key, err := tx.incidentNamed(ctx, q)
		if err != nil {
			return err
		}
		detail, err := fn(tx, tenant, key)
		if err != nil {
			return err
		}
		doc, err := json.Marshal(detail)
		if err != nil {
			return fmt.Errorf("encode %s: %w", action, err)
		}
		tx.Audit(drift.AuditEntry{At: tx.now(), TenantID: tenant, Actor: by.Name, Action: action, Object: "incident/" + key, Detail: doc})
		return nil
	})
}

// WriteCause keeps a new version of an incident's causes; was is the version that its author saw, 0 for
// none. CodeConflict where somebody has written meanwhile.
func (db *DB) WriteCause(ctx context.Context, by drift.Actor, q drift.IncidentQuery, was int, body string) error {
	body, err := drift.CheckCause(body)
	if err != nil {
		return err
	}
	return db.writes(ctx, by, q, "incident.causes", func(tx *Tx, tenant int64, key string) (any, error) {
		last, err := tx.causes(ctx, tenant, key, 1)
		if err != nil {
			return nil, err
		}
		if len(last) > 0 && last[0].Version != was || len(last) == 0 && was != 0 {
			return nil, causeConflict(last)
		}
		tag, err := tx.Exec(ctx, `INSERT INTO incident_cause (tenant_id, incident_key, version, body, author, written_at)
			VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`, tenant, key, was+1, body, by.Name, tx.now())
		if err != nil {
			return nil, fmt.Errorf("keep causes: %w", err)
		}
		if tag.RowsAffected() == 0 { // somebody committed between the look and the write
			if last, err = tx.causes(ctx, tenant, key, 1); err != nil {
				return nil, err
			}
			return nil, causeConflict(last)
		}
		return map[string]any{"version": was + 1, "characters": len([]rune(body))}, nil
	})
}

// causeConflict names who wrote meanwhile.
func causeConflict(last []drift.Cause) error {
	if len(last) == 0 {
		return &drift.Error{Code: drift.CodeConflict, Field: "causes", Message: "The causes were changed meanwhile. Nothing was saved; look at them as they are now."}
	}
	return &drift.Error{
		Code: drift.CodeConflict, Field: "causes",
		Message: fmt.Sprintf("%s changed the causes meanwhile. Your text was not saved: put together what both of you wrote, and save again.", last[0].By),
		Extra:   map[string]any{"version": last[0].Version, "winner": last[0].By},
	}
}

// AddFollowUp adds something to do to an incident's review.
func (db *DB) AddFollowUp(ctx context.Context, by drift.Actor, q drift.IncidentQuery, task, owner string) error {
	task, err := drift.CheckFollowUp(task)
	if err != nil {
		return err
	}
	return db.writes(ctx, by, q, "incident.follow_up", func(tx *Tx, tenant int64, key string) (any, error) {
		if err := tx.canOwn(ctx, owner, tenant); err != nil {
			return nil, err
		}
		var n int
		err := tx.QueryRow(ctx, `SELECT count(*) FROM incident_follow_up WHERE tenant_id = $1 AND incident_key = $2`, tenant, key).Scan(&n)
		if err != nil {
			return nil, fmt.Errorf("count follow-ups: %w", err)
		}
		if n >= drift.MaxFollowUps {
			return nil, drift.Invalid("task", fmt.Sprintf("An incident has at most %d follow-ups.", drift.MaxFollowUps))
		}
		_, err = tx.Exec(ctx, `INSERT INTO incident_follow_up (tenant_id, incident_key, task, owner, added_by, added_at)
			VALUES ($1, $2, $3, $4, $5, $6)`, tenant, key, task, owner, by.Name, tx.now())
		if err != nil {
			return nil, fmt.Errorf("keep a follow-up: %w", err)
		}
		return map[string]any{"task": task, "owner": owner}, nil
	})
}

// canOwn refuses an owner who does not see the tenant; nobody is "".
func (tx *Tx) canOwn(ctx context.Context, owner string, tenant int64) error {
	if owner == "" {
		return nil
	}
	ok, err := tx.PersonExists(ctx, owner, tenant)
	if err != nil {
		return err
	}
	if !ok {
		return drift.Invalid("owner", fmt.Sprintf("Nobody called %q may act on alerts of this tenant.", owner))
	}
	return nil
}

// ChangeFollowUp gives a follow-up to somebody, or marks it done or open again; CodeConflict where somebody
// has changed it meanwhile.
func (db *DB) ChangeFollowUp(ctx context.Context, by drift.Actor, q drift.IncidentQuery, c drift.FollowUpChange) error {
	return db.writes(ctx, by, q, "incident.follow_up", func(tx *Tx, tenant int64, key string) (any, error) {
		if err := tx.canOwn(ctx, c.Owner, tenant); err != nil {
			return nil, err
		}
		var doneBy string
		var doneAt *time.Time
		if now := tx.now(); c.Done {
			doneBy, doneAt = by.Name, &now
		}
		tag, err := tx.Exec(ctx, `UPDATE incident_follow_up SET version = version + 1, owner = $5,
				done_by = CASE WHEN done_at IS NOT NULL AND $6 <> '' THEN done_by ELSE $6 END,
				done_at = CASE WHEN done_at IS NOT NULL AND $6 <> '' THEN done_at ELSE $7::timestamptz END
			WHERE tenant_id = $1 AND incident_key = $2 AND id = $3 AND version = $4`, tenant, key, c.ID, c.Version, c.Owner, doneBy, doneAt)
		if err != nil {
			return nil, fmt.Errorf("change a follow-up: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return nil, tx.followUpConflict(ctx, tenant, key, c.ID)
		}
		return map[string]any{"follow_up": c.ID, "owner": c.Owner, "done": c.Done}, nil
	})
}

func (tx *Tx) followUpConflict(ctx context.Context, tenant int64, key string, id int64) error {
	var there bool
	err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM incident_follow_up WHERE tenant_id = $1 AND incident_key = $2 AND id = $3)`,
		tenant, key, id).Scan(&there)
	switch {
	case err != nil:
		return fmt.Errorf("look for a follow-up: %w", err)
	case !there:
		return drift.NotFound("There is no such follow-up of this incident.")
	}
	return &drift.Error{Code: drift.CodeConflict, Message: "Somebody changed this follow-up meanwhile. Nothing was changed; look at it as it is now."}
}
