package handlers

import (
	"encoding/json"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// rowVM is one alert as a row, the same in the page and in a live message. since is when it came
// to its status.
func rowVM(l lang.Lang, a *drift.Alert, since, now time.Time, class uint8) component.AlertRowVM {
	v := component.AlertRowVM{
		ID: a.ID, Version: a.Version, Severity: alertSeverityVM(a), Status: string(a.Status), Tenant: a.Tenant,
		Model: a.ModelType, Reason: a.Message, CreatedAt: a.CreatedAt, Now: now, Owner: a.Assignee, Team: waitsFor(a), SinceAt: since,
		Cleared: a.Cleared, CanPick: mayMove(class), CanAck: mayMove(class) && canAcknowledge(a), Incident: a.Incident,
	}
	if a.Status == drift.AlertNew {
		v.SinceAt = time.Time{}
	}
	switch {
	case a.AlertType == drift.AlertRollback:
		v.Icon, v.What, v.Change = "back", l.T("Rolled back"), a.ModelVersion
	case a.DriftType == nil:
		v.Icon, v.What = "cut", l.T(blindWhat[a.Reason])
	case *a.DriftType == drift.Performance:
		performanceRow(l, &v, a.Metrics)
	default:
		statisticalRow(l, &v, a.Metrics)
	}
	return v
}

// canAcknowledge tells whether the row offers it: where somebody has it, the alert's page does.
func canAcknowledge(a *drift.Alert) bool {
	return a.Status == drift.AlertNew || a.Status == drift.AlertEscalated
}

func statisticalRow(l lang.Lang, v *component.AlertRowVM, metrics json.RawMessage) {
	v.Icon, v.What = "stat", l.T("Scores moved")
	var m drift.StatisticalMetrics
	if json.Unmarshal(metrics, &m) != nil || !m.KSStatistic.Defined() {
		return // without its numbers the row says that much
	}
	v.What = l.T("Scores")
	v.Change = l.Fixed(float64(m.MeanBaseline), 2) + " → " + l.Fixed(float64(m.MeanRecent), 2)
	v.Tail = l.T("D %s", l.Fixed(float64(m.KSStatistic), 3))
	v.P = l.T("p %s", l.P(float64(m.PValue)))
}

func performanceRow(l lang.Lang, v *component.AlertRowVM, metrics json.RawMessage) {
	v.Icon, v.What = "perf", l.T("Accuracy fell")
	var m drift.PerformanceMetrics
	if json.Unmarshal(metrics, &m) != nil || !m.AccuracyDrop.Defined() {
		return
	}
	v.What = l.T("Accuracy")
	v.Change = l.Fixed(float64(m.AccuracyBaseline)*100, 1) + " → " + l.Percent(float64(m.AccuracyRecent), 1)
	v.Tail = l.Points(-float64(m.AccuracyDrop), 1)
	v.P = l.T("p %s", l.P(float64(m.PValue)))
}
