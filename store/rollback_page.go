package store

import (
	"context"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// RollbackPage reads what a rollback is decided by; CodeNotFound where the model is not there for
// this actor.
func (db *DB) RollbackPage(ctx context.Context, by drift.Actor, q drift.RollbackQuery) (drift.RollbackData, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.RollbackData, err error) {
		d.Model = drift.Model{Tenant: q.Tenant, ModelType: q.ModelType}
		if d.Model.TenantID, err = tx.tenantID(ctx, q.Tenant); err != nil {
			return d, err
		}
		if d.Records, err = tx.VersionRecords(ctx, d.Model); err != nil {
			return d, err
		}
		if len(d.Records) == 0 {
			return d, drift.NotFound("There is no such model.")
		}
		if d.Watch, err = tx.watch(ctx, q.Now); err != nil {
			return d, err
		}
		if d.Serving, err = tx.Serving(ctx, d.Model); err != nil && drift.CodeOf(err) != drift.CodeNotFound {
			return d, err
		}
		d.Lately, err = tx.lately(ctx, d.Records, q.Now)
		return d, err
	})
}

// lately counts the outcomes of each version's last seven days in service.
func (tx *Tx) lately(ctx context.Context, records []drift.VersionRecord, now time.Time) (map[string]drift.Tally, error) {
	out := map[string]drift.Tally{}
	for _, r := range records {
		if len(r.Services) == 0 {
			continue
		}
		tally, err := tx.lastDays(ctx, r.VersionKey, r.Services[0], now)
		if err != nil {
			return nil, err
		}
		out[r.Version.Version] = tally
	}
	return out, nil
}

// lastDays counts the outcomes of the last seven days of a version's stretch of service.
func (tx *Tx) lastDays(ctx context.Context, v drift.VersionKey, s drift.Service, now time.Time) (t drift.Tally, err error) {
	to := now
	if s.To != nil {
		to = *s.To
	}
	from := to.AddDate(0, 0, -poolDays)
	if from.Before(s.From) {
		from = s.From
	}
	t.Correct, t.Outcomes, err = tx.OutcomesBetween(ctx, v, from, to)
	return t, err
}

// tenantID returns a tenant's number, 0 where the actor sees none of this name.
func (tx *Tx) tenantID(ctx context.Context, name string) (id int64, err error) {
	err = tx.QueryRow(ctx, `SELECT id FROM tenant WHERE name = $1`, name).Scan(&id)
	if err != nil && !none(err) {
		return 0, fmt.Errorf("tenant: %w", err)
	}
	return id, nil
}
