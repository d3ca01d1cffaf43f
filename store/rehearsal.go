package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// shadowWaits bounds how long a rehearsal waits for a lock and how long one of its statements runs: it
// may fail, but it must not stand in a queue that a real rollback is in.
const shadowWaits = `SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '10s'`

// MakeShadow makes a tenant for a rehearsal, with no rights and no rows. The transaction it is made in
// must not be committed.
func (tx *Tx) MakeShadow(ctx context.Context, name string) (drift.Tenant, error) {
	if _, err := tx.Exec(ctx, shadowWaits); err != nil {
		return drift.Tenant{}, fmt.Errorf("bound the rehearsal: %w", err)
	}
	t := drift.Tenant{Name: name}
	if err := tx.QueryRow(ctx, `INSERT INTO tenant (name) VALUES ($1) RETURNING id`, name).Scan(&t.ID); err != nil {
		return t, fmt.Errorf("make the shadow's tenant: %w", err)
	}
	return t, nil
}

// RefusesSecondActive tries to make one more version of a model active and reports whether the database
// refused it by its unique index. The attempt is taken back either way.
func (tx *Tx) RefusesSecondActive(ctx context.Context, v drift.VersionKey) (bool, error) {
	sp, err := tx.Begin(ctx)
	if err != nil {
		return false, fmt.Errorf("begin the attempt: %w", err)
	}
	_, tried := sp.Exec(ctx, `UPDATE ml_model_version SET is_active = true WHERE tenant_id = $1 AND model_type = $2 AND version = $3`,
		v.TenantID, v.ModelType, v.Version)
	if err := sp.Rollback(ctx); err != nil {
		return false, fmt.Errorf("take the attempt back: %w", err)
	}
	if tried != nil && !violates(tried, uniqueViolation) {
		return false, fmt.Errorf("try a second active version: %w", tried)
	}
	return tried != nil, nil
}

// ActiveCount counts the active versions of a model: 0 or 1, unless something is broken.
func (tx *Tx) ActiveCount(ctx context.Context, m drift.Model) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FROM ml_model_version WHERE tenant_id = $1 AND model_type = $2 AND is_active`,
		m.TenantID, m.ModelType).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count active versions: %w", err)
	}
	return n, nil
}

// ShadowRows counts what is left of a shadow's tenant in everything that a rollback writes.
func (tx *Tx) ShadowRows(ctx context.Context, id int64, name string) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM tenant WHERE id = $1 OR name = $2)
		+ (SELECT count(*) FROM ml_model_version WHERE tenant_id = $1) + (SELECT count(*) FROM ml_service WHERE tenant_id = $1)
		+ (SELECT count(*) FROM ml_artifact WHERE tenant_id = $1) + (SELECT count(*) FROM ml_retrain WHERE tenant_id = $1)
		+ (SELECT count(*) FROM ml_pause WHERE tenant_id = $1) + (SELECT count(*) FROM noc_alert_event WHERE tenant_id = $1)
		+ (SELECT count(*) FROM event WHERE tenant_id = $1) + (SELECT count(*) FROM audit_log WHERE tenant_id = $1)`,
		id, name).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("look for what is left of the shadow: %w", err)
	}
	return n, nil
}

// PutRehearsal keeps a rehearsal and sets its ID.
func (tx *Tx) PutRehearsal(ctx context.Context, r *drift.Rehearsal) error {
	steps, err := json.Marshal(r.Steps)
	if err != nil {
		return fmt.Errorf("encode steps: %w", err)
	}
	err = tx.QueryRow(ctx, `INSERT INTO rollback_rehearsal (at, by_name, passed, took_us, steps) VALUES ($1, $2, $3, $4, $5)
		RETURNING id`, r.At, r.By, r.Passed, r.Took.Microseconds(), steps).Scan(&r.ID)
	if err != nil {
		return fmt.Errorf("keep rehearsal: %w", err)
	}
	return nil
}

// lastRehearsal returns the newest rehearsal, nil where there never was one.
func (tx *Tx) lastRehearsal(ctx context.Context) (*drift.Rehearsal, error) {
	rows, err := tx.Query(ctx, `SELECT id, at, by_name, passed, took_us, steps FROM rollback_rehearsal ORDER BY id DESC LIMIT 1`)
	list, err := collected(rows, err, func(row pgx.CollectableRow) (r drift.Rehearsal, err error) {
		var us int64
		err = row.Scan(&r.ID, &r.At, &r.By, &r.Passed, &us, &r.Steps)
		r.Took = time.Duration(us) * time.Microsecond
		return r, err
	}, "last rehearsal")
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}
