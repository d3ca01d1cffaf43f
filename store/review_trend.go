package store

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// speaks picks, of the versions with metrics on a day in [$1, $2), the one that speaks for its model.
const speaks = `SELECT DISTINCT ON (m.tenant_id, m.model_type, m.metric_date) m.tenant_id, m.model_type, m.metric_date,
		m.model_version, m.accuracy, m.tp + m.tn AS correct, m.predictions_with_outcomes AS outcomes, m.is_degraded,
		m.accuracy IS NOT NULL AND m.performance_delta_from_baseline IS NOT NULL AS judged
	FROM ml_model_performance_metrics m WHERE m.metric_date >= $1 AND m.metric_date < $2
	ORDER BY m.tenant_id, m.model_type, m.metric_date, m.total_predictions DESC, m.model_version`

// trends reads every model's accuracy over a period beside that of the period before, and how often it
// was degraded of late. The consistently degraded come first, then who fell most.
func (tx *Tx) trends(ctx context.Context, q drift.PeriodQuery) (l drift.Listed[drift.ModelTrend], degraded int, err error) {
	list, err := tx.trendDays(ctx, q.Period)
	if err != nil {
		return l, 0, err
	}
	of := make(map[drift.Model]*drift.ModelTrend, len(list))
	for i := range list {
		of[list[i].Model()] = &list[i]
	}
	if err := tx.trendsBefore(ctx, q.Before, of); err != nil {
		return l, 0, err
	}
	if err := tx.lastJudged(ctx, q.To, of); err != nil {
		return l, 0, err
	}
	for i := range list {
		if t := &list[i]; t.Degraded >= drift.DegradedDays {
			t.Consistently = true
			degraded++
		}
	}
	slices.SortStableFunc(list, func(a, b drift.ModelTrend) int {
		if a.Consistently != b.Consistently {
			return map[bool]int{true: -1, false: 1}[a.Consistently]
		}
		return cmp.Compare(fall(a), fall(b))
	})
	l.Total = len(list)
	l.Items = list[:min(len(list), drift.ReviewRows)]
	return l, degraded, nil
}

// fall sorts by change, the worst first; what cannot be compared comes last.
func fall(t drift.ModelTrend) float64 {
	if c := t.Change(); c.Defined() {
		return float64(c)
	}
	return math.Inf(1)
}

// trendDays lists the models with metrics in a period, by name, with their days.
func (tx *Tx) trendDays(ctx context.Context, p drift.Period) ([]drift.ModelTrend, error) {
	rows, err := tx.Query(ctx, `SELECT d.tenant_id, t.name, d.model_type, d.metric_date, d.model_version, d.accuracy, d.correct,
			d.outcomes, d.is_degraded
		FROM (`+speaks+`) d JOIN tenant t ON t.id = d.tenant_id ORDER BY t.name, d.model_type, d.metric_date`,
		p.From.Time(), p.To.Time())
	if err != nil {
		return nil, fmt.Errorf("trends: %w", err)
	}
	list := []drift.ModelTrend{}
	var m drift.Model
	var day drift.TrendDay
	var date time.Time
	var accuracy *float64
	_, err = pgx.ForEachRow(rows, []any{
		&m.TenantID, &m.Tenant, &m.ModelType, &date, &day.Version, &accuracy, &day.Correct, &day.Outcomes, &day.IsDegraded,
	}, func() error {
		if len(list) == 0 || list[len(list)-1].Model() != m {
			list = append(list, drift.ModelTrend{TenantID: m.TenantID, Tenant: m.Tenant, ModelType: m.ModelType})
		}
		t := &list[len(list)-1]
		day.Date, day.Accuracy = drift.DateOf(date), drift.NumberFrom(accuracy)
		t.Days = append(t.Days, day)
		t.Correct += day.Correct
		t.Outcomes += day.Outcomes
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("trends: %w", err)
	}
	return list, nil
}

// trendsBefore adds the pooled counts of the period before.
func (tx *Tx) trendsBefore(ctx context.Context, p drift.Period, of map[drift.Model]*drift.ModelTrend) error {
	rows, err := tx.Query(ctx, `SELECT d.tenant_id, t.name, d.model_type, sum(d.correct), sum(d.outcomes)
		FROM (`+speaks+`) d JOIN tenant t ON t.id = d.tenant_id GROUP BY 1, 2, 3`, p.From.Time(), p.To.Time())
	if err != nil {
		return fmt.Errorf("trends before: %w", err)
	}
	var m drift.Model
	var correct, outcomes int
	_, err = pgx.ForEachRow(rows, []any{&m.TenantID, &m.Tenant, &m.ModelType, &correct, &outcomes}, func() error {
		if t := of[m]; t != nil {
			t.CorrectBefore, t.OutcomesBefore = correct, outcomes
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("trends before: %w", err)
	}
	return nil
}

// lastJudged adds on how many of its last days before the given one that could be judged a model was
// degraded.
func (tx *Tx) lastJudged(ctx context.Context, to drift.Date, of map[drift.Model]*drift.ModelTrend) error {
	rows, err := tx.Query(ctx, `SELECT d.tenant_id, t.name, d.model_type, count(*), count(*) FILTER (WHERE d.is_degraded)
		FROM (SELECT s.*, row_number() OVER (PARTITION BY s.tenant_id, s.model_type ORDER BY s.metric_date DESC) AS back
			FROM (`+speaks+`) s WHERE s.judged) d
		JOIN tenant t ON t.id = d.tenant_id WHERE d.back <= $3 GROUP BY 1, 2, 3`,
		to.Add(-drift.JudgedWithin).Time(), to.Time(), drift.JudgedDays)
	if err != nil {
		return fmt.Errorf("judged days: %w", err)
	}
	var m drift.Model
	var judged, degraded int
	_, err = pgx.ForEachRow(rows, []any{&m.TenantID, &m.Tenant, &m.ModelType, &judged, &degraded}, func() error {
		if t := of[m]; t != nil {
			t.Judged, t.Degraded = judged, degraded
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("judged days: %w", err)
	}
	return nil
}
