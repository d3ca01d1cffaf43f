package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// What the guide's reviews say, each read in one state of the database and under the reader's tenants.
// Everything comes from what the daily jobs wrote; no statement here touches the prediction log.

// MorningReview reads the review of a morning.
func (db *DB) MorningReview(ctx context.Context, by drift.Actor, q drift.MorningQuery) (drift.MorningReview, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.MorningReview, err error) {
		if d.Watch, err = tx.watch(ctx, q.Now); err != nil {
			return d, err
		}
		d.Day = q.Day
		d.Since = q.Day.Add(-1).Time().Add(drift.ReviewHour * time.Hour)
		d.Until = q.Day.Add(1).Time()
		if err = tx.morningAlerts(ctx, &d); err != nil {
			return d, err
		}
		if err = tx.morningMetrics(ctx, &d); err != nil {
			return d, err
		}
		if err = tx.unjudged(ctx, &d); err != nil {
			return d, err
		}
		if d.Runs, err = tx.ScheduleRuns(ctx, q.Day.Time(), q.Day.Add(1).Time()); err != nil {
			return d, err
		}
		d.Checks, err = tx.checksOf(ctx, q.Day)
		return d, err
	})
}

// morningAlerts reads what was raised, what nobody has taken and what cannot be seen. What waits is as
// it stands now, of alerts raised before the end of the day that is looked at.
func (tx *Tx) morningAlerts(ctx context.Context, d *drift.MorningReview) (err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FROM noc_alert_event WHERE alert_type = 'ML_DRIFT_DETECTED'
		AND created_at >= $1 AND created_at < $2`, d.Day.Time(), d.Until).Scan(&d.Overnight)
	if err != nil {
		return fmt.Errorf("count the alerts of the night: %w", err)
	}
	if d.Raised, err = tx.reviewAlerts(ctx, `a.created_at >= $1 AND a.created_at < $2`, d.Since, d.Until); err != nil {
		return err
	}
	if d.Waiting, err = tx.reviewAlerts(ctx, `(a.status = 'NEW' OR a.status = 'ESCALATED' AND a.assignee = '') AND a.alert_type <> 'ML_MONITORING_BLIND' AND a.created_at < $1`, d.Until); err != nil {
		return err
	}
	d.Blind, err = tx.reviewAlerts(ctx, waiting+` AND a.alert_type = 'ML_MONITORING_BLIND' AND a.created_at < $1`, d.Until)
	return err
}

// reviewAlerts lists alerts, the worst first and of those the longest open, with how many there are.
func (tx *Tx) reviewAlerts(ctx context.Context, cond string, args ...any) (l drift.Listed[drift.Alert], err error) {
	if err = tx.QueryRow(ctx, `SELECT count(*)`+alertTables+` WHERE `+cond, args...).Scan(&l.Total); err != nil {
		return l, fmt.Errorf("count alerts of a review: %w", err)
	}
	rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT %s%s WHERE %s ORDER BY %s, a.created_at, a.id LIMIT %d`,
		alertColumns(withoutReport), alertTables, cond, boardRank, drift.ReviewRows), args...)
	list, err := collected(rows, err, scanAlert, "alerts of a review")
	if err != nil {
		return l, err
	}
	l.Items = make([]drift.Alert, len(list))
	for i, a := range list {
		l.Items[i] = *a
	}
	return l, nil
}

// morningMetrics reads the metrics of the day before: the guide's query, the degraded first, then who
// stands furthest below its baseline.
func (tx *Tx) morningMetrics(ctx context.Context, d *drift.MorningReview) error {
	day := d.Day.Add(-1).Time()
	err := tx.QueryRow(ctx, `SELECT count(*), count(*) FILTER (WHERE is_degraded) FROM ml_model_performance_metrics
		WHERE metric_date = $1`, day).Scan(&d.Metrics.Total, &d.Degraded)
	if err != nil {
		return fmt.Errorf("count metrics: %w", err)
	}
	rows, err := tx.Query(ctx, metricsSelect+` WHERE m.metric_date = $1
		ORDER BY m.is_degraded DESC, m.performance_delta_from_baseline NULLS LAST, t.name, m.model_type, m.model_version
		LIMIT $2`, day, drift.ReviewRows)
	d.Metrics.Items, err = collected(rows, err, scanMetrics, "metrics of a day")
	return err
}

// unjudged reads which serving versions the checks of the day could not judge, or did not look at.
func (tx *Tx) unjudged(ctx context.Context, d *drift.MorningReview) error {
	serving, err := tx.ServingVersions(ctx, d.Day)
	if err != nil {
		return err
	}
	marks, err := tx.ReportMarks(ctx, d.Day, d.Day.Add(1))
	if err != nil {
		return err
	}
	type check struct {
		model drift.Model
		of    drift.DriftType
	}
	judged := map[check]drift.ReportStatus{}
	for _, m := range marks {
		judged[check{m.Version.Model, m.DriftType}] = m.Status
	}
	d.Serving = len(serving)
	d.Unjudged.Items = []drift.Unknown{}
	for _, v := range serving {
		for _, t := range []drift.DriftType{drift.Statistical, drift.Performance} {
			status, checked := judged[check{v.Model, t}]
			if status == drift.StatusOK {
				continue
			}
			if d.Unjudged.Total++; d.Unjudged.Total <= drift.ReviewRows {
				u := drift.Unknown{Tenant: v.Tenant, ModelType: v.ModelType, Version: v.Version, DriftType: t, Checked: checked}
				d.Unjudged.Items = append(d.Unjudged.Items, u)
			}
		}
	}
	return nil
}

// checksOf tells which checks left reports of a day for the reader, and when the last of them came.
func (tx *Tx) checksOf(ctx context.Context, day drift.Date) ([]drift.LastCheck, error) {
	rows, err := tx.Query(ctx, `SELECT drift_type, max(created_at) FROM ml_drift_report
		WHERE is_current AND check_date = $1 GROUP BY 1`, day.Time())
	return collected(rows, err, func(row pgx.CollectableRow) (c drift.LastCheck, err error) {
		c.Date = day
		return c, row.Scan(&c.DriftType, &c.At)
	}, "checks of a day")
}
