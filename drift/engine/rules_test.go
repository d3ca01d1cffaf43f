package engine_test

import (
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
)

// worse is a week whose outcomes are right so many times of a hundred, after calm weeks.
func worse(w *world, right int) {
	w.history("1", 60, 7)
	for ago := 7; ago >= 1; ago-- {
		w.log(today.Add(-ago), day{model: drift.FraudDetector, version: "1", n: 40, low: 0, high: 1, right: right})
	}
}

func (w *world) set(name, value string) {
	w.t.Helper()
	if _, err := w.engine.SetSetting(w.t.Context(), drift.SystemActor(), engine.SettingChange{Name: name, Value: &value}); err != nil {
		w.t.Fatal(err)
	}
}

// tenant adds a tenant without models.
func (w *world) tenant(name string) {
	w.t.Helper()
	if _, _, err := w.db.AddTenant(w.t.Context(), drift.SystemActor(), name); err != nil {
		w.t.Fatal(err)
	}
}

// MEDIUM makes an alert, whatever interrupts, and it never escalates by itself.
func TestMediumMakesAnAlertThatDoesNotInterrupt(t *testing.T) {
	for _, least := range []string{"MEDIUM", "HIGH", "CRITICAL"} {
		w := newWorld(t)
		w.set("ALERT_MIN_SEVERITY", least)
		worse(w, 84)
		if _, p := w.check(today); p.Severity != drift.SeverityMedium {
			t.Fatalf("severity %s", p.Severity)
		}
		raised := w.drifts(drift.Performance)
		if len(raised) != 1 || raised[0].Severity != drift.SeverityMedium || raised[0].Status != drift.AlertNew {
			t.Fatalf("%s interrupts: %+v", least, raised)
		}
		w.wait(8 * 24 * time.Hour)
		if n, err := w.engine.FireTimers(t.Context()); err != nil || n != 0 {
			t.Errorf("%d timers, %v", n, err)
		}
		w.move(raised[0], engine.MoveRequest{Move: drift.MoveAcknowledge})
		w.at(today.Add(1))
		w.log(today, day{model: drift.FraudDetector, version: "1", n: 120, low: 0, high: 1, right: 60})
		if _, p := w.check(today.Add(1)); p.Severity != drift.SeverityHigh {
			t.Fatalf("severity %s", p.Severity)
		}
		if a := w.drifts(drift.Performance)[0]; a.Status != drift.AlertNew || a.Severity != drift.SeverityHigh {
			t.Errorf("after a rise %+v", a)
		}
	}
}

// The k-of-m guard holds a rise back as it holds an alert back.
func TestTheGuardHoldsARiseBack(t *testing.T) {
	w := newWorld(t)
	worse(w, 84)
	w.check(today)
	w.set("GUARD_K_OF_M", "2/3")
	for i, want := range []drift.Severity{drift.SeverityMedium, drift.SeverityHigh} {
		d := today.Add(i)
		w.at(d.Add(1))
		w.log(d, day{model: drift.FraudDetector, version: "1", n: 120, low: 0, high: 1, right: 60})
		if _, p := w.check(d.Add(1)); p.Severity != drift.SeverityHigh {
			t.Fatalf("severity %s", p.Severity)
		}
		if a := w.drifts(drift.Performance)[0]; a.Severity != want {
			t.Errorf("after %d checks that found HIGH the alert is %s, want %s", i+1, a.Severity, want)
		}
	}
}

// What the secondary metrics say reaches an open alert as soon as they may.
func TestSecondaryMetricsSwitchedOn(t *testing.T) {
	w := newWorld(t)
	worse(w, 84)
	r := w.run(drift.JobPerformance, today).Reports[0]
	if r.Severity != drift.SeverityMedium {
		t.Fatalf("severity %s", r.Severity)
	}
	w.set("PRECISION_DRIFT_HIGH", "0.01")
	w.set("RECALL_DRIFT_HIGH", "0.01")
	if r = w.run(drift.JobPerformance, today).Reports[0]; r.SecondarySeverity != drift.SeverityHigh {
		t.Fatalf("secondary severity %s", r.SecondarySeverity)
	}
	if a := w.drifts(drift.Performance)[0]; a.Severity != drift.SeverityMedium {
		t.Errorf("before: %s", a.Severity)
	}
	w.set("SECONDARY_METRIC_ALERTS", "true")
	again := w.run(drift.JobPerformance, today).Reports[0]
	a := w.drifts(drift.Performance)[0]
	if again.ID != r.ID || a.Severity != drift.SeverityHigh {
		t.Errorf("after: report %d (was %d), alert %s", again.ID, r.ID, a.Severity)
	}
}

// What a live check finds worse is news, also where a backfill found the first of it.
func TestALiveRiseIsNoBackfill(t *testing.T) {
	w := newWorld(t)
	worse(w, 84)
	if _, err := w.engine.Backfill(t.Context(), engine.BackfillOptions{From: today, To: today}); err != nil {
		t.Fatal(err)
	}
	if a := w.drifts(drift.Performance)[0]; !a.FromBackfill {
		t.Fatalf("%+v", a)
	}
	w.at(today.Add(1))
	w.log(today, day{model: drift.FraudDetector, version: "1", n: 400, low: 0, high: 1, right: 30})
	w.check(today.Add(1))
	if a := w.drifts(drift.Performance)[0]; a.Severity != drift.SeverityCritical || a.FromBackfill {
		t.Errorf("%+v", a)
	}
}

// A report has a new revision for what its check reads and for nothing else: an outcome is nothing
// to the check of scores, another version is nothing to this one.
func TestRevisionsFollowWhatTheCheckReads(t *testing.T) {
	w := newWorld(t)
	w.history("1", 60, 1)
	silent := calm("1")
	silent.right = -1
	w.log(today.Add(-1), silent)
	s, p := w.check(today)
	w.log(today.Add(-1), calm("1")) // the same rows, with their outcomes
	s2, p2 := w.check(today)
	if s2.ID != s.ID || p2.ID == p.ID || p2.Revision != 2 {
		t.Errorf("after outcomes: scores revision %d, accuracy revision %d", s2.Revision, p2.Revision)
	}

	newer := calm("2")
	newer.n = 200
	w.log(today.Add(-1), newer)
	res := w.run(drift.JobStatistical, today)
	if len(res.Reports) != 2 {
		t.Fatalf("%d reports", len(res.Reports))
	}
	for _, r := range res.Reports {
		if r.Revision != 1 || r.Serving != (r.Version.Version == "2") {
			t.Errorf("version %s: revision %d, serving %v", r.Version.Version, r.Revision, r.Serving)
		}
	}
	if res.Reports[0].ID != s.ID {
		t.Errorf("report %d of version 1 was written again as %d", s.ID, res.Reports[0].ID)
	}
}

// The outcomes job of an older date says what was so then and leaves today's alert alone.
func TestAnOlderOutcomesJobLeavesHistoryAlone(t *testing.T) {
	w := newWorld(t)
	w.history("1", 60, 10)
	for ago := 10; ago >= 1; ago-- {
		silent := calm("1")
		silent.right = -1
		w.log(today.Add(-ago), silent)
	}
	w.run(drift.JobOutcomes, today)
	w.check(today)
	before := w.alerts(drift.AlertBlind)
	if len(before) != 1 || before[0].Reason != drift.BlindFeedSilent || before[0].Status != drift.AlertNew {
		t.Fatalf("%+v", before)
	}
	w.run(drift.JobOutcomes, today.Add(-9))
	if after := w.alerts(drift.AlertBlind); len(after) != 1 || after[0].Version != before[0].Version {
		t.Errorf("the alert moved: %+v", after)
	}
}

// The metrics job writes a measured day again when its outcomes change, however long ago it was.
func TestMetricsOfLongAgoAreWrittenAgain(t *testing.T) {
	w := newWorld(t)
	old := today.Add(-500)
	w.log(old, calm("1"))
	w.log(old.Add(1), calm("1"))
	w.log(today.Add(-1), calm("1"))
	w.run(drift.JobMetrics, old.Add(1))
	w.log(old, day{model: drift.FraudDetector, version: "1", n: 40, low: 0, high: 1, right: 0})
	if res := w.run(drift.JobMetrics, today); res.Covered.Days != 2 {
		t.Errorf("%d days written, want yesterday and the changed one", res.Covered.Days)
	}
	list, err := w.db.Metrics(t.Context(), drift.SystemActor(), drift.MetricsFilter{From: old, To: old.Add(2)})
	if err != nil || len(list) != 1 || list[0].Accuracy != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

// Escalation that was switched off does not happen, also where its time was set before.
func TestEscalationSwitchedOff(t *testing.T) {
	w := newWorld(t)
	worse(w, 40)
	w.check(today)
	w.set("CRITICAL_DRIFT_AUTO_ESCALATE_MINUTES", "0")
	w.wait(2 * time.Hour)
	if _, err := w.engine.FireTimers(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := w.drifts(drift.Performance)[0]; a.Severity != drift.SeverityCritical || a.Status != drift.AlertNew {
		t.Errorf("%+v", a)
	}
}

// Neither silence nor a missing judgement counts before a version could have been judged.
func TestTheYoungAreNotSilent(t *testing.T) {
	for _, c := range []struct{ from, alerts int }{{30, 0}, {31, 1}} {
		w := newWorld(t)
		w.history("1", c.from, c.from-12) // then no prediction any more
		w.run(drift.JobOutcomes, today)
		w.run(drift.JobStatistical, today)
		if got := w.alerts(drift.AlertBlind); len(got) != c.alerts {
			t.Errorf("first seen %d days ago, silent since: %d alerts, want %d", c.from, len(got), c.alerts)
		}

		w = newWorld(t)
		w.history("1", c.from, 7)
		for ago := 7; ago >= 1; ago-- {
			silent := calm("1")
			silent.right = -1
			w.log(today.Add(-ago), silent)
		}
		w.run(drift.JobOutcomes, today)
		if got := w.alerts(drift.AlertBlind); len(got) != c.alerts {
			t.Errorf("first seen %d days ago, without outcomes since: %d alerts, want %d", c.from, len(got), c.alerts)
		}
	}
}
