package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// RolloutPage reads the flags of the rollout, since when they hold, and what happened since then.
func (db *DB) RolloutPage(ctx context.Context, by drift.Actor, now time.Time) (drift.RolloutData, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.RolloutData, err error) {
		if d.Watch, err = tx.watch(ctx, now); err != nil {
			return d, err
		}
		if d.Settings, err = tx.Settings(ctx, 0); err != nil {
			return d, err
		}
		rows, err := tx.Query(ctx, `SELECT DISTINCT t.name FROM setting s JOIN tenant t ON t.id = s.scope
			WHERE s.name = ANY ($1) ORDER BY 1`, drift.RolloutSettings)
		if d.Own, err = collected(rows, err, pgx.RowTo[string], "tenants with flags of their own"); err != nil {
			return d, err
		}
		err = tx.QueryRow(ctx, `SELECT c.changed_at, c.changed_by, COALESCE(t.name, '')
			FROM setting_change c LEFT JOIN tenant t ON t.id = c.scope
			WHERE c.name = ANY ($1) AND (c.scope = 0 OR t.id IS NOT NULL) ORDER BY c.id DESC LIMIT 1`, drift.RolloutSettings).
			Scan(&d.Last.At, &d.Last.By, &d.Last.Tenant)
		if err != nil && !none(err) {
			return d, fmt.Errorf("last change of the flags: %w", err)
		}
		err = tx.QueryRow(ctx, `SELECT changed_at FROM setting_change WHERE scope = 0 AND name = ANY ($1)
			ORDER BY id DESC LIMIT 1`, drift.RolloutSettings).Scan(&d.Since)
		if err != nil && !none(err) {
			return d, fmt.Errorf("last change of the plan: %w", err)
		}
		err = tx.QueryRow(ctx, `SELECT count(*) FILTER (WHERE alert_type = $2), count(*) FILTER (WHERE alert_type = $3),
				(SELECT count(*) FROM ml_retrain WHERE created_at >= $1)
			FROM noc_alert_event WHERE created_at >= $1`, d.Since, drift.AlertDrift, drift.AlertRollback).
			Scan(&d.Alerts, &d.Rollbacks, &d.Retrains)
		if err != nil {
			return d, fmt.Errorf("what happened in the phase: %w", err)
		}
		return d, nil
	})
}
