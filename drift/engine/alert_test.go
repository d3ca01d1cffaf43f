package engine_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
)

// shifted is a day whose scores moved and whose accuracy is as before.
func shifted(version string, by float64) day {
	d := calm(version)
	d.low = by
	return d
}

func TestAlertIsRaisedOnceAndRepeatsAreCounted(t *testing.T) {
	w := newWorld(t)
	w.history("1", 60, 7)
	for ago := 7; ago >= 1; ago-- {
		w.log(today.Add(-ago), shifted("1", 0.15))
	}
	s, p := w.check(today)
	if s.Severity < drift.SeverityHigh || p.Severity != drift.SeverityNone {
		t.Fatalf("severities %s and %s", s.Severity, p.Severity)
	}
	raised := w.drifts(drift.Statistical)
	if len(raised) != 1 || len(w.alerts(drift.AlertDrift)) != 1 {
		t.Fatalf("%d alerts", len(raised))
	}
	a := raised[0]
	if a.Status != drift.AlertNew || a.Severity != s.Severity || *a.ReportID != s.ID || a.SuppressedCount != 0 ||
		a.Message != s.Message || a.CheckDate != today || a.FromBackfill {
		t.Errorf("raised %+v", a)
	}
	before := w.events()
	if before[drift.EventDriftDetected] != 1 {
		t.Errorf("events %v", before)
	}

	// The same date on the same input: the same report, nothing happens to the alert.
	again, _ := w.check(today)
	if again.ID != s.ID || again.Revision != 1 {
		t.Errorf("report %d revision %d, want %d revision 1", again.ID, again.Revision, s.ID)
	}
	if now := w.drifts(drift.Statistical); len(now) != 1 || now[0].Version != a.Version {
		t.Errorf("the alert changed: %+v", now)
	}

	// A later date sees it again.
	w.at(today.Add(1))
	w.log(today, shifted("1", 0.15))
	w.check(today.Add(1))
	now := w.drifts(drift.Statistical)
	if len(now) != 1 || now[0].SuppressedCount != 1 || !now[0].LastSeen.After(a.LastSeen) || now[0].CheckDate != today.Add(1) {
		t.Errorf("after a repeat %+v", now)
	}
	if got := w.events(); got[drift.EventDriftDetected] != 1 || got[drift.EventAlertUpdated] != before[drift.EventAlertUpdated]+1 {
		t.Errorf("events %v", got)
	}
}

func TestARiseReturnsAnAcknowledgedAlertAndKeepsItsOwner(t *testing.T) {
	w := newWorld(t)
	w.history("1", 60, 7)
	for ago := 7; ago >= 1; ago-- {
		w.log(today.Add(-ago), day{model: drift.FraudDetector, version: "1", n: 40, low: 0, high: 1, right: 75})
	}
	_, p := w.check(today)
	if p.Severity != drift.SeverityHigh {
		t.Fatalf("severity %s", p.Severity)
	}
	a := w.move(w.drifts(drift.Performance)[0], engine.MoveRequest{Move: drift.MoveAcknowledge, Note: "looking"})
	if a.Status != drift.AlertAcknowledged || a.Assignee != "olga" {
		t.Fatalf("acknowledged %+v", a)
	}

	w.at(today.Add(1))
	w.log(today, day{model: drift.FraudDetector, version: "1", n: 400, low: 0, high: 1, right: 30})
	_, p = w.check(today.Add(1))
	worse := w.drifts(drift.Performance)[0]
	if p.Severity != drift.SeverityCritical || worse.Severity != drift.SeverityCritical || worse.Status != drift.AlertNew || worse.Assignee != "olga" {
		t.Fatalf("report %s, alert %+v", p.Severity, worse)
	}

	// Better again, but it stays what it was at its worst, and nobody's acknowledgement is undone.
	a = w.move(worse, engine.MoveRequest{Move: drift.MoveAcknowledge})
	w.at(today.Add(9))
	for d := today.Add(1); d < today.Add(9); d++ {
		w.log(d, day{model: drift.FraudDetector, version: "1", n: 40, low: 0, high: 1, right: 90})
	}
	w.check(today.Add(9))
	clear := w.drifts(drift.Performance)[0]
	if clear.Status != drift.AlertAcknowledged || clear.Severity != drift.SeverityCritical ||
		clear.CurrentSeverity != drift.SeverityNone || !clear.Cleared || clear.Version <= a.Version {
		t.Errorf("after a clean check %+v", clear)
	}

	// Clean again the next day is no news.
	w.at(today.Add(10))
	w.log(today.Add(9), day{model: drift.FraudDetector, version: "1", n: 40, low: 0, high: 1, right: 90})
	w.check(today.Add(10))
	if still := w.drifts(drift.Performance)[0]; still.Version != clear.Version {
		t.Errorf("it was cleared twice: %+v", still)
	}

	// A person ends it; a new drift is a new alert.
	w.move(clear, engine.MoveRequest{Move: drift.MoveResolve, Note: "normal again"})
	w.at(today.Add(11))
	w.log(today.Add(10), day{model: drift.FraudDetector, version: "1", n: 400, low: 0, high: 1, right: 20})
	w.check(today.Add(11))
	all := w.drifts(drift.Performance)
	if len(all) != 2 || all[1].Status != drift.AlertNew || all[0].Status != drift.AlertResolved {
		t.Errorf("%d alerts: %+v", len(all), all)
	}
}

// Too little data is not clean: the alert stays as it is.
func TestNotJudgedIsNotCleared(t *testing.T) {
	w := newWorld(t)
	w.history("1", 60, 7)
	for ago := 7; ago >= 1; ago-- {
		w.log(today.Add(-ago), day{model: drift.FraudDetector, version: "1", n: 40, low: 0, high: 1, right: 40})
	}
	w.check(today)
	before := w.drifts(drift.Performance)[0]
	w.at(today.Add(8))
	for d := today; d < today.Add(8); d++ {
		w.log(d, day{model: drift.FraudDetector, version: "1", n: 40, low: 0, high: 1, right: -1})
	}
	_, p := w.check(today.Add(8))
	after := w.drifts(drift.Performance)[0]
	if p.Status != drift.StatusInsufficientData || p.Severity != drift.SeverityUnknown {
		t.Fatalf("report %+v", p)
	}
	if after.Version != before.Version || after.Cleared {
		t.Errorf("the alert moved from %+v to %+v", before, after)
	}
}

// A check of an older date writes its report and leaves alerts alone.
func TestHistoryIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	w.history("1", 70, 7)
	for ago := 7; ago >= 2; ago-- {
		w.log(today.Add(-ago), shifted("1", 0.15))
	}
	w.log(today.Add(-1), calm("1"))
	w.at(today)
	w.run(drift.JobStatistical, today)
	before := w.drifts(drift.Statistical)
	r := w.run(drift.JobStatistical, today.Add(-1)).Reports[0]
	if r.Severity < drift.SeverityHigh {
		t.Fatalf("the older report is %s", r.Severity)
	}
	after := w.drifts(drift.Statistical)
	if len(before) != 1 || len(after) != 1 || after[0].Version != before[0].Version {
		t.Errorf("before %+v\nafter %+v", before, after)
	}
}

// New data for a date already checked makes a new revision; the old one is kept.
func TestRevisions(t *testing.T) {
	w := newWorld(t)
	w.history("1", 60, 0)
	first := w.run(drift.JobPerformance, today).Reports[0]
	w.log(today.Add(-2), day{model: drift.FraudDetector, version: "1", n: 40, low: 0, high: 1, right: 90, late: "late-"})
	second := w.run(drift.JobPerformance, today).Reports[0]
	if first.Revision != 1 || second.Revision != 2 || second.ID == first.ID {
		t.Fatalf("revisions %d (%d) and %d (%d)", first.Revision, first.ID, second.Revision, second.ID)
	}
	// A setting that the check reads counts as input; one that it does not read does not.
	set := func(name, value string) {
		if _, err := w.engine.SetSetting(t.Context(), drift.SystemActor(), engine.SettingChange{Name: name, Value: &value, Reason: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	set("MIN_SCORES", "31")
	if r := w.run(drift.JobPerformance, today).Reports[0]; r.Revision != 2 {
		t.Errorf("revision %d after a setting of the other check", r.Revision)
	}
	set("PERFORMANCE_DRIFT_MEDIUM", "0.06")
	if r := w.run(drift.JobPerformance, today).Reports[0]; r.Revision != 3 {
		t.Errorf("revision %d after a setting of this check", r.Revision)
	}
}

func TestCriticalEscalatesByItself(t *testing.T) {
	w := newWorld(t)
	w.history("1", 60, 7)
	for ago := 7; ago >= 1; ago-- {
		w.log(today.Add(-ago), day{model: drift.FraudDetector, version: "1", n: 40, low: 0, high: 1, right: 40})
	}
	w.check(today)
	fire := func() drift.Alert {
		if _, err := w.engine.FireTimers(t.Context()); err != nil {
			t.Fatal(err)
		}
		return w.drifts(drift.Performance)[0]
	}
	w.wait(59*time.Minute + 59*time.Second)
	if a := fire(); a.Status != drift.AlertNew {
		t.Fatalf("%s a second before its time", a.Status)
	}
	w.wait(time.Second)
	a := fire()
	if a.Status != drift.AlertEscalated || a.Team == "" {
		t.Fatalf("after 60 minutes %+v", a)
	}
	if again := fire(); again.Version != a.Version {
		t.Error("it escalated twice")
	}
}

func TestAnAcknowledgementStopsTheClockAndMayRemind(t *testing.T) {
	w := newWorld(t)
	w.history("1", 60, 7)
	for ago := 7; ago >= 1; ago-- {
		w.log(today.Add(-ago), day{model: drift.FraudDetector, version: "1", n: 40, low: 0, high: 1, right: 40})
	}
	w.check(today)
	a := w.move(w.drifts(drift.Performance)[0], engine.MoveRequest{Move: drift.MoveAcknowledge, Until: w.clock().Add(6 * time.Hour)})
	step := func(d time.Duration, want drift.AlertStatus) {
		t.Helper()
		w.wait(d)
		if _, err := w.engine.FireTimers(t.Context()); err != nil {
			t.Fatal(err)
		}
		if a = w.drifts(drift.Performance)[0]; a.Status != want {
			t.Fatalf("%s, want %s", a.Status, want)
		}
	}
	step(5*time.Hour, drift.AlertAcknowledged)
	step(time.Hour, drift.AlertNew) // reminded, and it keeps its owner
	if a.Assignee != "olga" {
		t.Errorf("assignee %q", a.Assignee)
	}
	a = w.move(a, engine.MoveRequest{Move: drift.MoveSuppress, Until: w.clock().Add(time.Hour), Note: "maintenance"})
	step(59*time.Minute, drift.AlertSuppressed)
	step(time.Minute, drift.AlertNew)
	step(time.Hour, drift.AlertEscalated) // nobody acknowledged it in this hour
}

// What is told and kept of a raised alert names it.
func TestTheRecordOfARaisedAlertNamesIt(t *testing.T) {
	w, a := drifted(t)
	list, err := w.db.EventsAfter(t.Context(), drift.SystemActor(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if e.Type != drift.EventDriftDetected {
			continue
		}
		var p struct {
			Alert drift.Alert
			Move  drift.TimelineEntry
		}
		if err := json.Unmarshal(e.Payload, &p); err != nil || p.Alert.ID != a.ID || p.Move.AlertID != a.ID || p.Move.Version != 1 {
			t.Errorf("%s: %+v, %v", e.Payload, p.Move, err)
		}
		return
	}
	t.Error("nobody was told")
}
