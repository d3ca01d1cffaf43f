package demo_test

import (
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/demo"
)

// What the demo's people switch on can be set, is switched on in the order of time, and ends with every
// model type's switch on for some tenant that may retrain.
func TestSwitches(t *testing.T) {
	var last time.Time
	s := drift.Settings{}
	for _, c := range demo.Switches(today) {
		spec, ok := drift.SettingNamed(c.Name)
		if !ok {
			t.Fatalf("no setting is called %s", c.Name)
		}
		if v, err := spec.Normalise(c.Value); err != nil || v != c.Value {
			t.Errorf("%s cannot be %q: %q, %v", c.Name, c.Value, v, err)
		}
		if c.Tenant != "" && spec.Global {
			t.Errorf("%s is the same for every tenant", c.Name)
		}
		if c.At.Before(last) || !c.At.Before(today.Time()) {
			t.Errorf("%s is switched at %v, after %v", c.Name, c.At, last)
		}
		last = c.At
		s = s.With(c.Name, c.Value)
	}
	for _, flag := range []string{"ENABLE_AUTO_RETRAIN", "ENABLE_AUTO_RETRAIN_FRAUD", "ENABLE_AUTO_RETRAIN_CONFLICT", "ENABLE_AUTO_RETRAIN_DISPUTE_PREDICTOR"} {
		if !s.Bool(flag) {
			t.Errorf("%s stays off", flag)
		}
	}
}

// One retrain is left to whoever looks at the demo; those approved before were so in its past.
func TestApprovals(t *testing.T) {
	now := today.Time().Add(9 * time.Hour)
	for model, approved := range map[string]bool{demo.Dispute: true, drift.ConflictPredictor: true, drift.FraudDetector: false} {
		at := demo.ApprovedAt(model, now)
		if at.IsZero() == approved || approved && !at.Before(now) {
			t.Errorf("%s is approved at %v", model, at)
		}
	}
}
