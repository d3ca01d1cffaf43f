package drift_test

import (
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

func TestIncidentKey(t *testing.T) {
	at := time.Date(2026, 5, 1, 23, 30, 0, 0, time.FixedZone("", -3600)) // the 2nd in UTC
	for _, c := range []struct {
		name string
		a    drift.Alert
		open string
		want string
	}{
		{"drift", drift.Alert{AlertType: drift.AlertDrift, ModelType: "fraud_detector"}, "", "fraud_detector:2026-05-02"},
		{"drift beside an open alert", drift.Alert{AlertType: drift.AlertDrift, ModelType: "fraud_detector"}, "x:2026-04-30", "x:2026-04-30"},
		{"blind", drift.Alert{AlertType: drift.AlertBlind, ModelType: "fraud_detector", Reason: drift.BlindFeedSilent}, "", "blind:feed_silent:2026-05-02"},
		{"blind beside an open alert", drift.Alert{AlertType: drift.AlertBlind, ModelType: "fraud_detector", Reason: drift.BlindFeedSilent}, "x:2026-04-30", "x:2026-04-30"},
		{"blind of no model", drift.Alert{AlertType: drift.AlertBlind, Reason: drift.BlindClock}, "blind:job_failed:2026-05-01", "blind:clock:2026-05-02"},
		{"rollback", drift.Alert{AlertType: drift.AlertRollback, ModelType: "fraud_detector"}, "", "rollback:fraud_detector:2026-05-02"},
	} {
		c.a.CreatedAt = at
		if got := drift.IncidentKey(&c.a, c.open); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if c.open == "" && drift.IncidentDay(drift.IncidentKey(&c.a, "")) != "2026-05-02" {
			t.Errorf("%s: the day is lost", c.name)
		}
	}
	if drift.IncidentDay("no day") != "" {
		t.Error("a day where there is none")
	}
}
