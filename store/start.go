package store

import (
	"context"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// StartPage reads how far the reader's tenants are on the way to a first judged model, or how far one model is
// where of names it; CodeNotFound where its tenant is not there for this actor.
func (db *DB) StartPage(ctx context.Context, by drift.Actor, of drift.Model, now time.Time) (drift.StartData, error) {
	d, err := view(ctx, db, by, func(tx *Tx) (d drift.StartData, err error) {
		if of.Tenant != "" {
			if of.TenantID, err = tx.tenantID(ctx, of.Tenant); err != nil {
				return d, err
			}
			if of.TenantID == 0 {
				return d, drift.NotFound("There is no such tenant.")
			}
		}
		if d.Watch, err = tx.watch(ctx, now); err != nil {
			return d, err
		}
		if d.Types, err = tx.ModelTypes(ctx); err != nil {
			return d, err
		}
		if err = tx.startRows(ctx, of, &d); err != nil {
			return d, err
		}
		page, err := tx.Reports(ctx, drift.ReportFilter{Tenant: of.Tenant, ModelType: of.ModelType, Limit: 1})
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

// startRows reads what came in, to a few seconds, and which days there are, of all models or of one. A day is
// among them as soon as a row of it came in: it is marked then, and built later.
func (tx *Tx) startRows(ctx context.Context, of drift.Model, d *drift.StartData) error {
	w := &where{}
	if of.TenantID != 0 {
		w.and(`tenant_id = $`, of.TenantID)
	}
	if of.ModelType != "" {
		w.and(`model_type = $`, of.ModelType)
	}
	var at, first, last *time.Time
	predictions, outcomes := w.arg(feedPredictions), w.arg(feedOutcomes)
	err := tx.QueryRow(ctx, `SELECT COALESCE(b.predictions, 0)::bigint, b.last, COALESCE(b.outcomes, 0)::bigint, r.n,
			LEAST(s.first, m.first), GREATEST(s.last, m.last)
		FROM (SELECT sum(received) FILTER (WHERE kind = `+predictions+`) AS predictions,
				max(last_received) FILTER (WHERE kind = `+predictions+`) AS last,
				sum(received) FILTER (WHERE kind = `+outcomes+`) AS outcomes FROM feed_beat`+w.sql()+`) b,
			(SELECT count(*) FILTER (WHERE is_current) AS n FROM ml_drift_report`+w.sql()+`) r,
			(SELECT min(day) AS first, max(day) AS last FROM ml_score_day`+w.sql()+`) s,
			(SELECT min(day) AS first, max(day) AS last FROM score_day_mark`+w.sql()+`) m`, w.args...).
		Scan(&d.Predictions, &at, &d.Outcomes, &d.Reports, &first, &last)
	if err != nil {
		return fmt.Errorf("count what came in: %w", err)
	}
	d.LastRow = orZero(at)
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
