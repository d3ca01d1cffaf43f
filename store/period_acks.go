package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// ackKinds are the lines of how soon alerts were taken, in their order.
var ackKinds = []string{"CRITICAL", "HIGH", "MEDIUM", "BLIND", "ROLLBACK", "ALL"}

// ackTimes counts how soon the alerts raised in a scope were taken, by kind and in all. The target is the
// time after which a CRITICAL alert of their tenant escalates. Quantiles are interpolated linearly between
// the order statistics, at rank 1 + q·(n−1) (Hyndman and Fan's type 7), as percentile_cont does.
func (tx *Tx) ackTimes(ctx context.Context, sc scope, now time.Time) ([]drift.AckTimes, error) {
	tenants, err := tx.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	ids, targets := make([]int64, len(tenants)), make([]int, len(tenants))
	for i, t := range tenants {
		s, err := tx.Settings(ctx, t.ID)
		if err != nil {
			return nil, err
		}
		ids[i], targets[i] = t.ID, 60*s.Int("CRITICAL_DRIFT_AUTO_ESCALATE_MINUTES")
	}
	rows, err := tx.Query(ctx, `WITH seen AS (
			SELECT `+kind+` AS kind, a.from_backfill, a.status, NULLIF(x.target, 0) AS target,
				extract(epoch FROM `+takenAt+` - a.created_at) AS took,
				extract(epoch FROM LEAST(COALESCE(CASE WHEN a.status = 'RESOLVED' OR a.cleared THEN `+endedAt+` END, $5), $5) - a.created_at) AS stood
			`+alertTables+` JOIN unnest($6::bigint[], $7::int[]) AS x (tenant_id, target) ON x.tenant_id = a.tenant_id
			WHERE `+sc.in("a.created_at", "a.model_type")+`)
		SELECT COALESCE(kind, 'ALL'), count(*) FILTER (WHERE NOT from_backfill),
			count(*) FILTER (WHERE NOT from_backfill AND took IS NOT NULL),
			count(*) FILTER (WHERE NOT from_backfill AND took IS NULL AND status = 'RESOLVED'),
			count(*) FILTER (WHERE NOT from_backfill AND took IS NULL AND status <> 'RESOLVED'),
			percentile_cont(0.5) WITHIN GROUP (ORDER BY took) FILTER (WHERE NOT from_backfill),
			percentile_cont(0.95) WITHIN GROUP (ORDER BY took) FILTER (WHERE NOT from_backfill),
			count(*) FILTER (WHERE NOT from_backfill AND took <= target),
			count(*) FILTER (WHERE NOT from_backfill AND target IS NOT NULL AND (took IS NOT NULL OR stood > target)),
			count(*) FILTER (WHERE from_backfill)
		FROM seen GROUP BY GROUPING SETS ((kind), ())`, sc.args(now, ids, targets)...)
	list, err := collected(rows, err, func(row pgx.CollectableRow) (a drift.AckTimes, err error) {
		var median, p95 *float64
		err = row.Scan(&a.Kind, &a.Raised, &a.Taken, &a.Ended, &a.Waiting, &median, &p95, &a.Within, &a.Due, &a.Backfilled)
		a.Median, a.P95 = drift.NumberFrom(median), drift.NumberFrom(p95)
		return a, err
	}, "times to acknowledge")
	out := make([]drift.AckTimes, len(ackKinds))
	for i, k := range ackKinds {
		out[i] = drift.AckTimes{Kind: k, Median: drift.Undefined(), P95: drift.Undefined()}
		for _, a := range list {
			if a.Kind == k {
				out[i] = a
			}
		}
	}
	return out, err
}

// reportVerdicts counts what people said that the alerts of each model were.
func (tx *Tx) reportVerdicts(ctx context.Context, sc scope, d *drift.PeriodReport) error {
	rows, err := tx.Query(ctx, `SELECT t.name, a.model_type, count(*), count(f.verdict), count(*) FILTER (WHERE f.verdict = 'real'),
			count(*) FILTER (WHERE f.verdict = 'expected'), count(*) FILTER (WHERE f.verdict = 'false')`+alertTables+`
			LEFT JOIN alert_feedback f ON f.tenant_id = a.tenant_id AND f.alert_id = a.id
		WHERE a.alert_type = 'ML_DRIFT_DETECTED' AND `+sc.in("a.created_at", "a.model_type")+` GROUP BY 1, 2 ORDER BY 7 DESC, 4 DESC, 1, 2`, sc.args()...)
	list, err := collected(rows, err, func(row pgx.CollectableRow) (f drift.FalseShare, err error) {
		err = row.Scan(&f.Tenant, &f.ModelType, &f.Raised, &f.Judged, &f.Real, &f.Expected, &f.False)
		return f, err
	}, "false alerts")
	for i := range list {
		list[i] = bounded(list[i])
		d.Judged.Raised += list[i].Raised
		d.Judged.Judged += list[i].Judged
		d.Judged.Real += list[i].Real
		d.Judged.Expected += list[i].Expected
		d.Judged.False += list[i].False
	}
	d.Judged = bounded(d.Judged)
	d.Verdicts = drift.Listed[drift.FalseShare]{Items: list[:min(len(list), sc.rows)], Total: len(list)}
	return err
}

// bounded adds the interval of the share.
func bounded(f drift.FalseShare) drift.FalseShare {
	f.Low, f.High = drift.Undefined(), drift.Undefined()
	if f.Judged > 0 {
		w := (stats.Proportion{K: f.False, N: f.Judged}).Wilson()
		f.Low, f.High = drift.Number(w.Low), drift.Number(w.High)
	}
	return f
}
