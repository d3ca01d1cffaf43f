package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// PutMetrics writes or rewrites one day's metrics.
func (tx *Tx) PutMetrics(ctx context.Context, m drift.DailyMetrics) error {
	_, err := tx.Exec(ctx, `INSERT INTO ml_model_performance_metrics (tenant_id, model_type, model_version, metric_date,
			total_predictions, predictions_with_outcomes, tp, fp, fn, tn, accuracy, precision, recall, f1, roc_auc, pr_auc,
			brier, log_loss, ece, mean_interval_width, mean_latency_ms, performance_delta_from_baseline, is_degraded,
			source_digest, computed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
			$24, $25)
		ON CONFLICT (tenant_id, model_type, model_version, metric_date) DO UPDATE SET
			total_predictions = excluded.total_predictions,
			predictions_with_outcomes = excluded.predictions_with_outcomes,
			tp = excluded.tp, fp = excluded.fp, fn = excluded.fn, tn = excluded.tn, accuracy = excluded.accuracy,
			precision = excluded.precision, recall = excluded.recall, f1 = excluded.f1, roc_auc = excluded.roc_auc,
			pr_auc = excluded.pr_auc, brier = excluded.brier, log_loss = excluded.log_loss, ece = excluded.ece,
			mean_interval_width = excluded.mean_interval_width, mean_latency_ms = excluded.mean_latency_ms,
			performance_delta_from_baseline = excluded.performance_delta_from_baseline,
			is_degraded = excluded.is_degraded, source_digest = excluded.source_digest,
			computed_at = excluded.computed_at`,
		m.Version.TenantID, m.Version.ModelType, m.Version.Version, m.Date.Time(),
		m.TotalPredictions, m.PredictionsWithOutcomes, m.Counts.TP, m.Counts.FP, m.Counts.FN, m.Counts.TN,
		m.Accuracy.Ptr(), m.Precision.Ptr(), m.Recall.Ptr(), m.F1.Ptr(), m.ROCAUC.Ptr(), m.PRAUC.Ptr(),
		m.Brier.Ptr(), m.LogLoss.Ptr(), m.ECE.Ptr(), m.MeanIntervalWidth.Ptr(), m.MeanLatencyMS.Ptr(),
		m.DeltaFromBaseline.Ptr(), m.IsDegraded, notNil(m.SourceDigest), tx.orNow(m.ComputedAt))
	if err != nil {
		return fmt.Errorf("write metrics: %w", err)
	}
	return nil
}

// Metrics lists daily metrics by tenant, model type and version, newest date first.
func (tx *Tx) Metrics(ctx context.Context, f drift.MetricsFilter) ([]drift.DailyMetrics, error) {
	w := &where{}
	w.and(`m.metric_date >= $`, f.From.Time())
	w.and(`m.metric_date < $`, f.To.Time())
	if f.Tenant != "" {
		w.and(`t.name = $`, f.Tenant)
	}
	if f.ModelType != "" {
		w.and(`m.model_type = $`, f.ModelType)
	}
	if f.Version != "" {
		w.and(`m.model_version = $`, f.Version)
	}
	rows, err := tx.Query(ctx, metricsSelect+w.sql()+`
		ORDER BY t.name, m.model_type, m.metric_date DESC, m.model_version`, w.args...)
	return collected(rows, err, scanMetrics, "metrics")
}

// metricsSelect is read by scanMetrics.
const metricsSelect = `SELECT m.tenant_id, t.name, m.model_type, m.model_version, m.metric_date,
		m.total_predictions, m.predictions_with_outcomes, m.tp, m.fp, m.fn, m.tn, m.accuracy, m.precision, m.recall,
		m.f1, m.roc_auc, m.pr_auc, m.brier, m.log_loss, m.ece, m.mean_interval_width, m.mean_latency_ms,
		m.performance_delta_from_baseline, m.is_degraded, m.source_digest, m.computed_at
	FROM ml_model_performance_metrics m JOIN tenant t ON t.id = m.tenant_id`

func scanMetrics(row pgx.CollectableRow) (m drift.DailyMetrics, err error) {
	var date time.Time
	var values [12]*float64
	targets := []any{
		&m.Version.TenantID, &m.Version.Tenant, &m.Version.ModelType, &m.Version.Version, &date,
		&m.TotalPredictions, &m.PredictionsWithOutcomes, &m.Counts.TP, &m.Counts.FP, &m.Counts.FN, &m.Counts.TN,
	}
	for i := range values {
		targets = append(targets, &values[i])
	}
	if err := row.Scan(append(targets, &m.IsDegraded, &m.SourceDigest, &m.ComputedAt)...); err != nil {
		return m, err
	}
	m.Date = drift.DateOf(date)
	for i, n := range []*drift.Number{
		&m.Accuracy, &m.Precision, &m.Recall, &m.F1, &m.ROCAUC, &m.PRAUC, &m.Brier, &m.LogLoss, &m.ECE,
		&m.MeanIntervalWidth, &m.MeanLatencyMS, &m.DeltaFromBaseline,
	} {
		*n = drift.NumberFrom(values[i])
	}
	return m, nil
}

// StaleMetrics lists the days before to whose metrics were written from another state of the day's
// column (SourceDigest) than it has now and, from from on, those whose metrics were never written.
func (tx *Tx) StaleMetrics(ctx context.Context, from, to drift.Date) ([]drift.ScoreDay, error) {
	rows, err := tx.Query(ctx, `SELECT `+scoreDayColumns+` FROM ml_score_day s JOIN tenant t ON t.id = s.tenant_id
		LEFT JOIN ml_model_performance_metrics m ON m.tenant_id = s.tenant_id AND m.model_type = s.model_type
			AND m.model_version = s.model_version AND m.metric_date = s.day
		WHERE s.day < $2 AND s.n > 0 AND m.source_digest IS DISTINCT FROM s.digest
			AND (s.day >= $1 OR m.metric_date IS NOT NULL)
		ORDER BY s.day, t.name, s.model_type, s.model_version`, from.Time(), to.Time())
	return collected(rows, err, scanScoreDay, "stale metrics")
}

// DaysOf lists all versions' days of one date.
func (tx *Tx) DaysOf(ctx context.Context, day drift.Date) ([]drift.ScoreDay, error) {
	rows, err := tx.Query(ctx, `SELECT `+scoreDayColumns+` FROM ml_score_day s JOIN tenant t ON t.id = s.tenant_id
		WHERE s.day = $1 AND s.n > 0 ORDER BY t.name, s.model_type, s.model_version`, day.Time())
	return collected(rows, err, scanScoreDay, "days of a date")
}
