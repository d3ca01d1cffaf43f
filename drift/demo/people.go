package demo

import (
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// Switch is a setting that the demo's people change at a moment of their history.
type Switch struct {
	At     time.Time
	Tenant string // "" for every tenant
	Name   string
	Value  string
}

// Switches lists what the demo's people switched on, and when, in the history of a demo that is
// looked at on this day: automatic retraining, one kind of model after the other. The week of training
// data suits a log whose world has just changed.
func Switches(today drift.Date) []Switch {
	const tenant, on = "harbour-freight", "true"
	first, second, third := today.Add(-7).Time(), today.Add(-2).Time().Add(12*time.Hour), today.Add(-1).Time().Add(12*time.Hour)
	return []Switch{
		{first, "", "AUTO_RETRAIN_ENABLED_TENANTS", `["aurora-bank","harbour-freight"]`},
		{first, tenant, "TRAINING_DATA_DAYS", "7"},
		{first, tenant, "ENABLE_AUTO_RETRAIN", on},
		{first, tenant, "ENABLE_AUTO_RETRAIN_DISPUTE_PREDICTOR", on},
		{second, tenant, "ENABLE_AUTO_RETRAIN_CONFLICT", on},
		{third, tenant, "ENABLE_AUTO_RETRAIN_FRAUD", on},
		{third, "aurora-bank", "ENABLE_AUTO_RETRAIN", on},
		{third, "aurora-bank", "ENABLE_AUTO_RETRAIN_FRAUD", on},
	}
}

// ApprovedAt says when the demo's manager approves a retrain of a model, in the history of a demo that
// is loaded now; zero where that is left to whoever looks at it.
func ApprovedAt(modelType string, now time.Time) time.Time {
	switch modelType {
	case Dispute: // so that most of the watch lies after the change upstream
		return drift.DateOf(now).Add(-6).Time().Add(21 * time.Hour)
	case drift.ConflictPredictor: // so that it is watched whatever the hour
		return now.Add(-6 * time.Hour)
	}
	return time.Time{}
}
