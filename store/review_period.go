package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// WeeklyReview reads the review of a week.
func (db *DB) WeeklyReview(ctx context.Context, by drift.Actor, q drift.PeriodQuery) (drift.WeeklyReview, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.WeeklyReview, err error) {
		d.Period = q.Period
		if d.Watch, err = tx.watch(ctx, q.Now); err != nil {
			return d, err
		}
		if d.Trends, d.Degraded, err = tx.trends(ctx, q); err != nil {
			return d, err
		}
		if d.Retrains, err = tx.retrainsOf(ctx, q.Period); err != nil {
			return d, err
		}
		if d.Tally, err = tx.retrainTally(ctx, scopeOf(q.Period)); err != nil {
			return d, err
		}
		if d.Rehearsal, err = tx.lastRehearsal(ctx); err != nil {
			return d, err
		}
		if d.Rollbacks, err = tx.rollbacks(ctx, scopeOf(q.Period)); err != nil {
			return d, err
		}
		if d.LastRollback, err = tx.lastRollback(ctx); err != nil {
			return d, err
		}
		d.MayRetrain, err = tx.mayRetrain(ctx)
		return d, err
	})
}

// MonthlyReview reads the review of a month, and of the quarter that it lies in.
func (db *DB) MonthlyReview(ctx context.Context, by drift.Actor, q drift.PeriodQuery) (drift.MonthlyReview, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.MonthlyReview, err error) {
		d.Period, d.Quarter = q.Period, drift.QuarterOf(q.From)
		if d.Watch, err = tx.watch(ctx, q.Now); err != nil {
			return d, err
		}
		if d.Trends, d.Degraded, err = tx.trends(ctx, q); err != nil {
			return d, err
		}
		if err = tx.alertFrequency(ctx, q.Period, &d); err != nil {
			return d, err
		}
		if d.Tally, err = tx.retrainTally(ctx, scopeOf(q.Period)); err != nil {
			return d, err
		}
		if d.Rollbacks, err = tx.rollbacks(ctx, scopeOf(d.Quarter)); err != nil {
			return d, err
		}
		d.MayRetrain, err = tx.mayRetrain(ctx)
		return d, err
	})
}

// alertFrequency counts the drift alerts raised in a period, by model, by what interrupts at its tenant.
func (tx *Tx) alertFrequency(ctx context.Context, p drift.Period, d *drift.MonthlyReview) error {
	err := tx.QueryRow(ctx, `SELECT count(DISTINCT (tenant_id, model_type)) FROM ml_model_version WHERE first_seen < $1`,
		p.To.Time()).Scan(&d.Models)
	if err != nil {
		return fmt.Errorf("count models: %w", err)
	}
	list, err := tx.frequencies(ctx, scopeOf(p))
	if err != nil {
		return err
	}
	for _, f := range list {
		if !f.Met {
			d.Above++
		}
	}
	d.Alerts.Total, d.Alerts.Items = len(list), list[:min(len(list), drift.ReviewRows)]
	return nil
}

// scope is what the numbers of reviews and reports are counted over: a stretch of time, one tenant and one
// model type where those are named.
type scope struct {
	from, to      time.Time
	tenant, model string // "" is all
	rows          int    // bounds lists
}

func scopeOf(p drift.Period) scope {
	return scope{from: p.From.Time(), to: p.To.Time(), rows: drift.ReviewRows}
}

// in is the condition that a row of tenant t lies in the scope; its arguments are $1 to $4.
func (s scope) in(at, model string) string {
	return at + ` >= $1 AND ` + at + ` < $2 AND ($3 = '' OR t.name = $3) AND ($4 = '' OR ` + model + ` = $4)`
}

func (s scope) args(more ...any) []any {
	return append([]any{s.from, s.to, s.tenant, s.model}, more...)
}

// frequencies counts the drift alerts raised in a scope, by model, those with most that interrupt first.
func (tx *Tx) frequencies(ctx context.Context, sc scope) ([]drift.AlertFrequency, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT a.tenant_id`+alertTables+` WHERE a.alert_type = 'ML_DRIFT_DETECTED' AND `+
		sc.in("a.created_at", "a.model_type"), sc.args()...)
	tenants, err := collected(rows, err, pgx.RowTo[int64], "tenants with alerts")
	if err != nil {
		return nil, err
	}
	least, ranks, err := tx.leastSevere(ctx, tenants)
	if err != nil {
		return nil, err
	}
	rows, err = tx.Query(ctx, `SELECT a.tenant_id, t.name, a.model_type, count(*) FILTER (WHERE `+urgency+` >= x.least) AS counted,
			count(*) FILTER (WHERE `+urgency+` < x.least), count(*) FILTER (WHERE `+urgency+` >= x.least AND a.from_backfill)`+
		alertTables+` JOIN unnest($5::bigint[], $6::int[]) AS x (tenant_id, least) ON x.tenant_id = a.tenant_id
		WHERE a.alert_type = 'ML_DRIFT_DETECTED' AND `+sc.in("a.created_at", "a.model_type")+`
		GROUP BY 1, 2, 3 ORDER BY counted DESC, 2, 3`, sc.args(tenants, ranks)...)
	return collected(rows, err, func(row pgx.CollectableRow) (f drift.AlertFrequency, err error) {
		err = row.Scan(&f.TenantID, &f.Tenant, &f.ModelType, &f.Counted, &f.Quiet, &f.Backfilled)
		f.Least, f.Met = least[f.TenantID], f.Counted < drift.AlertsTarget
		return f, err
	}, "alert frequency")
}

// leastSevere is from which severity on alerts of these tenants interrupt: ALERT_MIN_SEVERITY, and never
// MEDIUM; ranks is the same by the place of the tenant, as urgency counts.
func (tx *Tx) leastSevere(ctx context.Context, tenants []int64) (least map[int64]drift.Severity, ranks []int, err error) {
	least, ranks = make(map[int64]drift.Severity, len(tenants)), make([]int, len(tenants))
	for i, id := range tenants {
		s, err := tx.Settings(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		min, err := drift.ParseSeverity(s.Text("ALERT_MIN_SEVERITY"))
		if err != nil {
			return nil, nil, fmt.Errorf("ALERT_MIN_SEVERITY: %w", err)
		}
		least[id] = max(min, drift.SeverityHigh)
		ranks[i] = rank(least[id])
	}
	return least, ranks, nil
}

// retrainsOf lists the retrains that were proposed or came to where they stand in a period, newest first.
func (tx *Tx) retrainsOf(ctx context.Context, p drift.Period) (l drift.Listed[drift.Retrain], err error) {
	const in = `(r.created_at >= $1 AND r.created_at < $2 OR r.state_since >= $1 AND r.state_since < $2)`
	err = tx.QueryRow(ctx, `SELECT count(*) FROM ml_retrain r WHERE `+in, p.From.Time(), p.To.Time()).Scan(&l.Total)
	if err != nil {
		return l, fmt.Errorf("count retrains of a period: %w", err)
	}
	list, err := tx.retrains(ctx, `WHERE `+in+` ORDER BY r.id DESC LIMIT $3`, p.From.Time(), p.To.Time(), drift.ReviewRows)
	l.Items = make([]drift.Retrain, len(list))
	for i, r := range list {
		l.Items[i] = *r
	}
	return l, err
}

// retrainTally counts the retrains that ended in a scope.
func (tx *Tx) retrainTally(ctx context.Context, sc scope) (t drift.RetrainTally, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FILTER (WHERE state = 'kept'), count(*) FILTER (WHERE state = 'rolled_back'),
			count(*) FILTER (WHERE state = 'refused'), count(*) FILTER (WHERE state = 'failed'),
			count(*) FILTER (WHERE state = 'expired'), count(*) FILTER (WHERE state = 'cancelled')
		FROM ml_retrain r JOIN tenant t ON t.id = r.tenant_id WHERE `+sc.in("state_since", "model_type"), sc.args()...).
		Scan(&t.Kept, &t.RolledBack, &t.Refused, &t.Failed, &t.Expired, &t.Cancelled)
	if err != nil {
		return t, fmt.Errorf("count ends of retrains: %w", err)
	}
	return t, nil
}

// rollbackRows are the rollbacks that the audit log has and the record of service confirms: what a
// replay was taken back to begin again, no longer counts.
const rollbackRows = ` FROM audit_log l JOIN tenant t ON t.id = l.tenant_id
	WHERE l.action = 'model.roll_back' AND EXISTS (SELECT FROM ml_service s WHERE s.tenant_id = l.tenant_id
		AND s.model_type = l.detail ->> 'model_type' AND s.from_at = l.at AND s.model_version = l.detail ->> 'version')`

const rollbackColumns = `SELECT l.at, t.name, l.detail ->> 'model_type', l.detail ->> 'previous', l.detail ->> 'version', l.actor,
	COALESCE(l.detail ->> 'reason', '')` + rollbackRows

func scanRolledBack(row pgx.CollectableRow) (r drift.RolledBack, err error) {
	err = row.Scan(&r.At, &r.Tenant, &r.ModelType, &r.From, &r.To, &r.By, &r.Reason)
	r.ByHand = r.By != drift.SystemActor().Name
	return r, err
}

// rollbacks lists the rollbacks in a scope, newest first.
func (tx *Tx) rollbacks(ctx context.Context, sc scope) (l drift.Listed[drift.RolledBack], err error) {
	in := ` AND ` + sc.in("l.at", "l.detail ->> 'model_type'")
	if err = tx.QueryRow(ctx, `SELECT count(*)`+rollbackRows+in, sc.args()...).Scan(&l.Total); err != nil {
		return l, fmt.Errorf("count rollbacks: %w", err)
	}
	rows, err := tx.Query(ctx, rollbackColumns+in+` ORDER BY l.at DESC, l.seq DESC LIMIT $5`, sc.args(sc.rows)...)
	l.Items, err = collected(rows, err, scanRolledBack, "rollbacks")
	return l, err
}

// lastRollback returns the newest rollback, nil where there never was one.
func (tx *Tx) lastRollback(ctx context.Context) (*drift.RolledBack, error) {
	rows, err := tx.Query(ctx, rollbackColumns+` ORDER BY l.at DESC, l.seq DESC LIMIT 1`)
	list, err := collected(rows, err, scanRolledBack, "last rollback")
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// mayRetrain tells whether retraining is switched on for everybody or for a tenant of the reader's.
func (tx *Tx) mayRetrain(ctx context.Context) (bool, error) {
	s, err := tx.Settings(ctx, 0)
	if err != nil || s.Bool("ENABLE_AUTO_RETRAIN") {
		return err == nil, err
	}
	var own bool
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM setting s JOIN tenant t ON t.id = s.scope
		WHERE s.name = 'ENABLE_AUTO_RETRAIN' AND s.value = 'true')`).Scan(&own)
	if err != nil {
		return false, fmt.Errorf("look for tenants that retrain: %w", err)
	}
	return own, nil
}
