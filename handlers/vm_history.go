package handlers

import (
	"context"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
	"github.com/driftwatch/driftwatch/drift/stats"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// heatDays is how many days the strip of scores through time shows.
const heatDays = 60

// axisSettings are the settings whose changes stand on a model's charts: those that decide what its checks
// find.
var axisSettings = append([]string{"ALERT_MIN_SEVERITY", "SECONDARY_METRIC_ALERTS", "GUARD_K_OF_M"}, append(detect.StatisticalSettings, detect.PerformanceSettings...)...)

// past is a version through time, with what people noted of its model.
type past struct {
	drift.VersionHistory
	notes []drift.ModelNote
}

// historyOf reads the version that a model is seen by through time, up to a day; nil where none has predicted.
func (p *Pages) historyOf(ctx context.Context, by drift.Actor, d drift.ModelData, end drift.Date, days int) (*past, error) {
	version := seenVersion(d)
	if version == "" {
		return nil, nil
	}
	return p.pastOf(ctx, by, drift.VersionKey{Model: d.Model, Version: version}, drift.DriftWindow{From: end.Add(1 - max(days, heatDays)), To: end.Add(1)})
}

func (p *Pages) pastOf(ctx context.Context, by drift.Actor, v drift.VersionKey, w drift.DriftWindow) (*past, error) {
	h, err := p.store.VersionHistory(ctx, by, drift.HistoryQuery{
		Tenant: v.Tenant, ModelType: v.ModelType, Version: v.Version, Settings: axisSettings, Window: w,
	})
	if err != nil {
		return nil, err
	}
	notes, err := p.store.ModelNotes(ctx, by, v.Model, w.From, w.To)
	return &past{h, notes}, err
}

// alertEvents is what happened to an alert's model in the days of its charts; of an alert without a report
// nothing.
func (p *Pages) alertEvents(ctx context.Context, by drift.Actor, d drift.AlertData, l lang.Lang) ([]chart.Event, error) {
	if d.Own == nil {
		return nil, nil
	}
	to := d.Alert.CheckDate.Add(1)
	h, err := p.pastOf(ctx, by, d.Own.Version, drift.DriftWindow{From: to.Add(-chartDays), To: to})
	if err != nil {
		return nil, err
	}
	for i, e := range h.Events {
		if e.AlertID == d.Alert.ID { // it has its own words there
			h.Events = append(h.Events[:i], h.Events[i+1:]...)
			break
		}
	}
	return modelEvents(h, l), nil
}

// modelEvents is what happened to a model, for the axis of its charts.
func modelEvents(h *past, l lang.Lang) (out []chart.Event) {
	if h == nil {
		return nil
	}
	for _, e := range h.Events {
		out = append(out, chart.Event{At: e.At, Label: eventLabel(e, l)})
	}
	for _, n := range h.notes {
		if n.RemovedAt == nil {
			out = append(out, chart.Event{At: max(n.From, h.Window.From).Time(), Label: n.Text})
		}
	}
	return out
}

func eventLabel(e drift.ModelEvent, l lang.Lang) string {
	switch e.Kind {
	case drift.ModelActivated:
		return l.T("version %s", e.Version)
	case drift.ModelRollback:
		return l.T("back to %s", e.Version)
	case drift.ModelSetting:
		if e.New == nil {
			return l.T("setting: %s taken back by %s", e.Setting, e.By)
		}
		return l.T("setting: %s is %s, by %s", e.Setting, *e.New, e.By)
	}
	if e.Alert == drift.AlertBlind {
		return l.T("blind spot")
	}
	return l.T("alert: %s", l.T(component.ParseSeverity(e.Severity.String()).Word()))
}

// heat is the scores of each of the last days; nil where there is no history.
func heat(h *past, scores *drift.Report, end drift.Date, events []chart.Event) *chart.Heat {
	if h == nil {
		return nil
	}
	c := &chart.Heat{High: 1, Span: spanOf(end.Add(1-heatDays), end.Add(1)), Events: events}
	for _, s := range h.Scores {
		if !s.Day.Time().Before(c.Span.From) {
			c.Days = append(c.Days, chart.HeatDay{Date: s.Day.Time(), Counts: s.Counts, Mean: s.Mean.Ptr()})
		}
	}
	if scores != nil {
		recent, baseline := windowsOf(*scores)
		c.Recent, c.Baseline = windowVM(recent), windowVM(baseline)
	}
	return c
}

// chosenMetric is one daily metric at full width, with its interval where one is defined; nil where none
// of that name is drawn.
func chosenMetric(name string, days []drift.DailyMetrics, l lang.Lang, span chart.Window, events []chart.Event) *chart.Metric {
	for _, m := range dailyMetrics {
		if m.chart.ID != name {
			continue
		}
		c := m.chart
		c.Help, c.ID, c.Title, c.Lead, c.Span, c.Wide, c.Events = c.ID, "metric", l.T(c.Title), l.T(c.Lead), span, true, events
		for _, d := range days {
			day := chart.MetricDay{Date: d.Date.Time(), N: int64(d.PredictionsWithOutcomes), Value: m.value(d).Ptr()}
			if share, ok := metricShare(name, d.Counts); ok && day.Value != nil {
				w := share.Wilson()
				day.Low, day.High = &w.Low, &w.High
			}
			c.Days = append(c.Days, day)
		}
		return &c
	}
	return nil
}

// metricShare is the share that a metric is, of the outcomes of a day; false for one that is no share.
func metricShare(name string, c drift.Counts) (stats.Proportion, bool) {
	switch name {
	case "precision":
		return stats.Proportion{K: c.TP, N: c.TP + c.FP}, c.TP+c.FP > 0
	case "recall":
		return stats.Proportion{K: c.TP, N: c.TP + c.FN}, c.TP+c.FN > 0
	}
	return stats.Proportion{}, false
}
