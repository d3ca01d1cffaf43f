package handlers

import (
	"net/http"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/web/auth"
)

// The days of metrics that are given unasked, and at most: a century, for logs of old.
const (
	metricDays    = 30
	maxMetricDays = 36525
)

// metricsJSON is one day's metrics under the names of their columns.
type metricsJSON struct {
	Tenant                  string       `json:"tenant"`
	ModelType               string       `json:"model_type"`
	ModelVersion            string       `json:"model_version"`
	MetricDate              drift.Date   `json:"metric_date"`
	TotalPredictions        int          `json:"total_predictions"`
	PredictionsWithOutcomes int          `json:"predictions_with_outcomes"`
	TP                      int          `json:"tp"`
	FP                      int          `json:"fp"`
	FN                      int          `json:"fn"`
	TN                      int          `json:"tn"`
	Accuracy                drift.Number `json:"accuracy"`
	Precision               drift.Number `json:"precision"`
	Recall                  drift.Number `json:"recall"`
	F1                      drift.Number `json:"f1"`
	ROCAUC                  drift.Number `json:"roc_auc"`
	PRAUC                   drift.Number `json:"pr_auc"`
	Brier                   drift.Number `json:"brier"`
	LogLoss                 drift.Number `json:"log_loss"`
	ECE                     drift.Number `json:"ece"`
	MeanIntervalWidth       drift.Number `json:"mean_interval_width"`
	MeanLatencyMS           drift.Number `json:"mean_latency_ms"`
	DeltaFromBaseline       drift.Number `json:"performance_delta_from_baseline"`
	IsDegraded              bool         `json:"is_degraded"`
	ComputedAt              time.Time    `json:"computed_at"`
}

func metricsOf(m drift.DailyMetrics) metricsJSON {
	return metricsJSON{
		Tenant: m.Version.Tenant, ModelType: m.Version.ModelType, ModelVersion: m.Version.Version, MetricDate: m.Date,
		TotalPredictions: m.TotalPredictions, PredictionsWithOutcomes: m.PredictionsWithOutcomes,
		TP: m.Counts.TP, FP: m.Counts.FP, FN: m.Counts.FN, TN: m.Counts.TN,
		Accuracy: m.Accuracy, Precision: m.Precision, Recall: m.Recall, F1: m.F1, ROCAUC: m.ROCAUC, PRAUC: m.PRAUC,
		Brier: m.Brier, LogLoss: m.LogLoss, ECE: m.ECE, MeanIntervalWidth: m.MeanIntervalWidth,
		MeanLatencyMS: m.MeanLatencyMS, DeltaFromBaseline: m.DeltaFromBaseline, IsDegraded: m.IsDegraded,
		ComputedAt: m.ComputedAt.UTC(),
	}
}

// performance lists the daily metrics of the last days, today included, by tenant, newest first.
func (a *API) performance(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r, "tenant", "version", "days", "cursor", "limit")
	if err != nil {
		return err
	}
	days, err := q.number("days", metricDays, 1, maxMetricDays)
	if err != nil {
		return err
	}
	limit, err := q.limit(drift.MaxPage)
	if err != nil {
		return err
	}
	m, err := a.modelOf(r, q)
	if err != nil {
		return err
	}
	today := drift.DateOf(a.now())
	page, err := a.store.MetricsPage(r.Context(), auth.ActorFrom(r.Context()), drift.MetricsFilter{
		Tenant: m.Tenant, ModelType: m.ModelType, Version: q.text("version"), From: today.Add(-days), To: today.Add(1),
	}, q.text("cursor"), limit)
	if err != nil {
		return err
	}
	list := make([]metricsJSON, len(page.Items))
	for i, d := range page.Items {
		list[i] = metricsOf(d)
	}
	writeItems(w, list, page.Next)
	return nil
}

// drift lists reports, newest date first.
func (a *API) drift(w http.ResponseWriter, r *http.Request) error {
	q, err := queryOf(r, "tenant", "version", "date", "drift_type", "cursor", "limit")
	if err != nil {
		return err
	}
	f := drift.ReportFilter{Version: q.text("version"), Cursor: q.text("cursor")}
	if f.Limit, err = q.limit(drift.MaxPage); err != nil {
		return err
	}
	if text := q.text("date"); text != "" {
		date, err := drift.ParseDate(text)
		if err != nil {
			return err
		}
		f.Date = &date
	}
	types, err := oneOf(q, "drift_type", driftTypes)
	if err != nil {
		return err
	}
	if len(types) == 1 {
		f.DriftType = types[0]
	}
	m, err := a.modelOf(r, q)
	if err != nil {
		return err
	}
	f.Tenant, f.ModelType = m.Tenant, m.ModelType
	page, err := a.store.Reports(r.Context(), auth.ActorFrom(r.Context()), f)
	if err != nil {
		return err
	}
	writeItems(w, page.Items, page.Next)
	return nil
}

var driftTypes = []drift.DriftType{drift.Statistical, drift.Performance}
