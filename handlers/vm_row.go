package handlers

import (
	"encoding/json"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/format"
)

// rowVM is one alert as a row, the same in the page and in a live message. since is when it came
// to its status.
func rowVM(a *drift.Alert, since, now time.Time, class uint8) component.AlertRowVM {
	v := component.AlertRowVM{
		ID: a.ID, Version: a.Version, Severity: alertSeverityVM(a), Status: string(a.Status), Tenant: a.Tenant,
		Model: a.ModelType, Reason: a.Message, CreatedAt: a.CreatedAt, Now: now, Owner: owner(a), SinceAt: since,
		Cleared: a.Cleared, CanAck: mayMove(class) && canAcknowledge(a),
	}
	if a.Status == drift.AlertNew {
		v.SinceAt = time.Time{}
	}
	switch {
	case a.AlertType == drift.AlertRollback:
		v.Icon, v.What, v.Change = "back", "Rolled back", a.ModelVersion
	case a.DriftType == nil:
		v.Icon, v.What = "cut", blindWhat[a.Reason]
	case *a.DriftType == drift.Performance:
		performanceRow(&v, a.Metrics)
	default:
		statisticalRow(&v, a.Metrics)
	}
	return v
}

// canAcknowledge tells whether the row offers it: where somebody has it, the alert's page does.
func canAcknowledge(a *drift.Alert) bool {
	return a.Status == drift.AlertNew || a.Status == drift.AlertEscalated
}

func statisticalRow(v *component.AlertRowVM, metrics json.RawMessage) {
	v.Icon, v.What = "stat", "Scores moved"
	var m drift.StatisticalMetrics
	if json.Unmarshal(metrics, &m) != nil || !m.KSStatistic.Defined() {
		return // without its numbers the row says that much
	}
	v.What = "Scores"
	v.Change = format.Fixed(float64(m.MeanBaseline), 2) + " → " + format.Fixed(float64(m.MeanRecent), 2)
	v.Tail = "D " + format.Fixed(float64(m.KSStatistic), 3)
	v.P = "p " + format.P(float64(m.PValue))
}

func performanceRow(v *component.AlertRowVM, metrics json.RawMessage) {
	v.Icon, v.What = "perf", "Accuracy fell"
	var m drift.PerformanceMetrics
	if json.Unmarshal(metrics, &m) != nil || !m.AccuracyDrop.Defined() {
		return
	}
	v.What = "Accuracy"
	v.Change = format.Fixed(float64(m.AccuracyBaseline)*100, 1) + " → " + format.Percent(float64(m.AccuracyRecent), 1)
	v.Tail = format.Points(-float64(m.AccuracyDrop), 1)
	v.P = "p " + format.P(float64(m.PValue))
}
