package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// reportParts is into how many stretches a report divides its period, at most.
const reportParts = 60

// PeriodReport reads a report over a period, in one state of the database and under the reader's tenants.
func (db *DB) PeriodReport(ctx context.Context, by drift.Actor, q drift.ReportQuery) (drift.PeriodReport, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.PeriodReport, err error) {
		d.Period, d.Tenant, d.ModelType, d.Elapsed = q.Period, q.Tenant, q.ModelType, q.Elapsed(drift.DateOf(q.Now))
		if d.Watch, err = tx.watch(ctx, q.Now); err != nil {
			return d, err
		}
		if err = tx.reportNames(ctx, &d); err != nil {
			return d, err
		}
		sc := scope{from: q.From.Time(), to: q.To.Time(), tenant: q.Tenant, model: q.ModelType, rows: q.Rows}
		if err = tx.reportAlerts(ctx, sc, &d); err != nil {
			return d, err
		}
		if d.Acks, err = tx.ackTimes(ctx, sc, q.Now); err != nil {
			return d, err
		}
		if err = tx.reportVerdicts(ctx, sc, &d); err != nil {
			return d, err
		}
		if d.Gains, err = tx.retrainGains(ctx, sc); err != nil {
			return d, err
		}
		if d.Tally, err = tx.retrainTally(ctx, sc); err != nil {
			return d, err
		}
		if d.Rollbacks, err = tx.rollbacks(ctx, sc); err != nil {
			return d, err
		}
		d.RollbackGoal = drift.TargetOf(d.Rollbacks.Total, drift.RollbacksTarget, d.Elapsed, drift.QuarterDays, drift.WholeQuarter)
		return d, nil
	})
}

// reportNames finds what can be asked for, and refuses a tenant that the reader does not see.
func (tx *Tx) reportNames(ctx context.Context, d *drift.PeriodReport) error {
	tenants, err := tx.Tenants(ctx)
	if err != nil {
		return err
	}
	there := d.Tenant == ""
	for _, t := range tenants {
		d.Tenants = append(d.Tenants, t.Name)
		there = there || t.Name == d.Tenant
	}
	if !there {
		return drift.NotFound(fmt.Sprintf("There is no tenant called %q.", d.Tenant))
	}
	types, err := tx.ModelTypes(ctx)
	if err != nil {
		return err
	}
	there = d.ModelType == ""
	for _, t := range types {
		d.Models = append(d.Models, t.Name)
		there = there || t.Name == d.ModelType
	}
	if !there {
		return drift.NotFound(fmt.Sprintf("There is no model type called %q.", d.ModelType))
	}
	err = tx.QueryRow(ctx, `SELECT count(DISTINCT (v.tenant_id, v.model_type)) FROM ml_model_version v JOIN tenant t ON t.id = v.tenant_id
		WHERE v.first_seen < $1 AND ($2 = '' OR t.name = $2) AND ($3 = '' OR v.model_type = $3)`,
		d.Period.To.Time(), d.Tenant, d.ModelType).Scan(&d.Known)
	if err != nil {
		return fmt.Errorf("count models: %w", err)
	}
	return nil
}

// kind is what an alert is counted as.
const kind = `CASE a.alert_type WHEN 'ML_MONITORING_BLIND' THEN 'BLIND' WHEN 'ML_ROLLBACK' THEN 'ROLLBACK' ELSE a.severity END`

// reportAlerts counts the alerts of each model, and holds those that interrupt against the guide's target, by
// the days of the period that have begun.
func (tx *Tx) reportAlerts(ctx context.Context, sc scope, d *drift.PeriodReport) error {
	often, err := tx.frequencies(ctx, sc)
	if err != nil {
		return err
	}
	type name struct{ tenant, model string }
	counted := make(map[name]int, len(often))
	days := d.Period.Days()
	for _, f := range often {
		counted[name{f.Tenant, f.ModelType}] = f.Counted
	}
	width := (days + reportParts - 1) / reportParts
	rows, err := tx.Query(ctx, `SELECT tenant, model_type, sum(c), sum(h), sum(m), sum(b), sum(r), array_agg(part), array_agg(c + h + m + b + r)
		FROM (SELECT t.name AS tenant, a.model_type, floor(extract(epoch FROM a.created_at - $1) / 86400 / $5)::int AS part,
				count(*) FILTER (WHERE `+kind+` = 'CRITICAL') AS c, count(*) FILTER (WHERE `+kind+` = 'HIGH') AS h,
				count(*) FILTER (WHERE `+kind+` = 'MEDIUM') AS m, count(*) FILTER (WHERE `+kind+` = 'BLIND') AS b,
				count(*) FILTER (WHERE `+kind+` = 'ROLLBACK') AS r`+alertTables+`
			WHERE `+sc.in("a.created_at", "a.model_type")+` GROUP BY 1, 2, 3) x
		GROUP BY 1, 2 ORDER BY sum(c) DESC, sum(h) DESC, sum(c + h + m + b + r) DESC, 1, 2`, sc.args(width)...)
	list, err := collected(rows, err, func(row pgx.CollectableRow) (m drift.ModelAlerts, err error) {
		var parts []int
		var counts []int64
		if err = row.Scan(&m.Tenant, &m.ModelType, &m.Critical, &m.High, &m.Medium, &m.Blind, &m.Rollback, &parts, &counts); err != nil {
			return m, err
		}
		m.Parts = make([]int64, (days+width-1)/width)
		for i, p := range parts {
			m.Parts[p] += counts[i]
		}
		m.Counted = counted[name{m.Tenant, m.ModelType}]
		m.PerMonth = drift.Number(float64(m.Counted) * drift.MonthDays / float64(d.Elapsed))
		m.Target = drift.TargetOf(m.Counted, drift.AlertsTarget, d.Elapsed, drift.MonthDays, drift.WholeMonth)
		return m, nil
	}, "alerts by model")
	for _, m := range list {
		if m.Target == drift.TargetMissed {
			d.Above++
		}
	}
	d.Alerts = drift.Listed[drift.ModelAlerts]{Items: list[:min(len(list), sc.rows)], Total: len(list)}
	return err
}

// retrainGains lists the retrains whose version came into service in a scope, with the accuracy of both.
// The counts are those of the daily metrics.
func (tx *Tx) retrainGains(ctx context.Context, sc scope) (l drift.Listed[drift.RetrainGain], err error) {
	pooled := func(version, from, to string) string {
		return `LEFT JOIN LATERAL (SELECT COALESCE(sum(m.tp + m.tn), 0) AS k, COALESCE(sum(m.predictions_with_outcomes), 0) AS n
			FROM ml_model_performance_metrics m WHERE m.tenant_id = r.tenant_id AND m.model_type = r.model_type AND m.model_version = r.` + version + `
				AND m.metric_date >= x.day + (` + from + `) AND m.metric_date < x.day + (` + to + `)) `
	}
	days := fmt.Sprint(drift.GainDays)
	rows, err := tx.Query(ctx, `SELECT r.id, t.name, r.model_type, r.state, r.parent_version, r.candidate_version, r.activated_at,
			b.k, b.n, f.k, f.n, count(*) OVER ()
		FROM ml_retrain r JOIN tenant t ON t.id = r.tenant_id
		CROSS JOIN LATERAL (SELECT (r.activated_at AT TIME ZONE 'UTC')::date AS day) x
		`+pooled("parent_version", "-"+days, "0")+`b ON true
		`+pooled("candidate_version", "1", days+" + 1")+`f ON true
		WHERE `+sc.in("r.activated_at", "r.model_type")+` ORDER BY r.activated_at DESC, r.id DESC LIMIT $5`, sc.args(sc.rows)...)
	l.Items, err = collected(rows, err, func(row pgx.CollectableRow) (g drift.RetrainGain, err error) {
		err = row.Scan(&g.ID, &g.Tenant, &g.ModelType, &g.State, &g.From, &g.To, &g.ActivatedAt, &g.Before, &g.BeforeN, &g.After, &g.AfterN, &l.Total)
		g.Low, g.High = drift.Undefined(), drift.Undefined()
		if g.BeforeN > 0 && g.AfterN > 0 {
			drop := stats.Newcombe(stats.Proportion{K: g.After, N: g.AfterN}, stats.Proportion{K: g.Before, N: g.BeforeN})
			g.Low, g.High = drift.Number(-drop.High), drift.Number(-drop.Low)
		}
		return g, err
	}, "retrains and their gain")
	return l, err
}
