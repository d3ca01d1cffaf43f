package store

import (
	"context"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// StartPage reads how far the reader's tenants are on the way to a first judged model.
func (db *DB) StartPage(ctx context.Context, by drift.Actor, now time.Time) (drift.StartData, error) {
	d, err := view(ctx, db, by, func(tx *Tx) (d drift.StartData, err error) {
		if d.Watch, err = tx.watch(ctx, now); err != nil {
			return d, err
		}
		if d.Types, err = tx.ModelTypes(ctx); err != nil {
			return d, err
		}
		if d.Predictions, d.LastRow, err = tx.logged(ctx); err != nil {
			return d, err
		}
		if err = tx.startOutcomes(ctx, &d); err != nil {
			return d, err
		}
		page, err := tx.Reports(ctx, drift.ReportFilter{Limit: 1})
		if err != nil {
			return d, err
		}
		if len(page.Items) > 0 {
			d.Report = &page.Items[0]
		}
		d.Backfill, err = tx.lastBackfill(ctx)
		return d, err
	})
	if err != nil || !by.Role.AtLeast(drift.RoleAdmin) || !by.AllTenants {
		return d, err
	}
	err = db.pool.QueryRow(ctx, `SELECT count(*) FROM api_token WHERE revoked_at IS NULL AND NOT wall AND role IN ('ingest', 'admin')`).Scan(&d.Tokens)
	return d, errOr(unavailable(err), "count tokens")
}

// startOutcomes reads which outcomes are known and which days there are. A day is among them as soon as a
// row of it came in: it is marked then, and built later.
func (tx *Tx) startOutcomes(ctx context.Context, d *drift.StartData) error {
	var first, last *time.Time
	err := tx.QueryRow(ctx, `SELECT
			(SELECT COALESCE(sum(received), 0)::bigint FROM feed_beat WHERE kind = $1),
			(SELECT count(*) FROM ml_drift_report WHERE is_current),
			LEAST((SELECT min(day) FROM ml_score_day), (SELECT min(day) FROM score_day_mark)),
			GREATEST((SELECT max(day) FROM ml_score_day), (SELECT max(day) FROM score_day_mark))`, feedOutcomes).
		Scan(&d.Outcomes, &d.Reports, &first, &last)
	if err != nil {
		return fmt.Errorf("count what came in: %w", err)
	}
	if first != nil && last != nil {
		from, to := drift.DateOf(*first), drift.DateOf(*last)
		d.First, d.Last = &from, &to
	}
	return nil
}

// lastBackfill is the newest backfill that was started; nil where none was.
func (tx *Tx) lastBackfill(ctx context.Context) (*drift.Progress, error) {
	var p drift.Progress
	var finished *time.Time
	err := tx.QueryRow(ctx, `SELECT id, kind, title, done, total, started_at, updated_at, finished_at, error FROM progress
		WHERE kind = $1 ORDER BY id DESC LIMIT 1`, drift.ProgressBackfill).
		Scan(&p.ID, &p.Kind, &p.Title, &p.Done, &p.Total, &p.StartedAt, &p.UpdatedAt, &finished, &p.Error)
	if none(err) {
		return nil, nil
	}
	p.FinishedAt = orZero(finished)
	return &p, errOr(err, "last backfill")
}
