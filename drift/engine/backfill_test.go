package engine_test

import (
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
)

func broken(w *world) {
	w.history("1", 75, 10)
	for ago := 10; ago >= 1; ago-- {
		w.log(today.Add(-ago), day{model: drift.FraudDetector, version: "1", n: 40, low: 0.2, high: 1, right: 30})
	}
}

// Without alerts a backfill writes every report and lets the last day alone speak.
func TestBackfillWritesReportsAndSpeaksForItsLastDay(t *testing.T) {
	w := newWorld(t)
	broken(w)
	var last engine.BackfillProgress
	res, err := w.engine.Backfill(t.Context(), engine.BackfillOptions{
		From: today.Add(-9), To: today, Progress: func(p engine.BackfillProgress) { last = p },
	})
	if err != nil || res.Days != 10 || res.Reports != 20 || last.Done != 10 || last.Total != 10 {
		t.Fatalf("%+v, %v, %+v", res, err, last)
	}
	alerts := w.alerts(drift.AlertDrift)
	if len(alerts) != 2 {
		t.Fatalf("%d alerts", len(alerts))
	}
	for _, a := range alerts {
		if !a.FromBackfill || a.SuppressedCount != 0 || a.CheckDate != today || !a.CreatedAt.Equal(w.clock()) {
			t.Errorf("alert %+v", a)
		}
	}
	// Again: everything is there already.
	again, err := w.engine.Backfill(t.Context(), engine.BackfillOptions{From: today.Add(-9), To: today})
	if err != nil || again.Reports != 20 || len(w.alerts(drift.AlertDrift)) != 2 {
		t.Errorf("%+v, %v", again, err)
	}
	page, err := w.db.Reports(t.Context(), drift.SystemActor(), drift.ReportFilter{AllRevisions: true, Limit: drift.MaxPage})
	if err != nil || len(page.Items) != 20 {
		t.Errorf("%d reports, %v", len(page.Items), err)
	}
}

// With alerts it plays their whole life on a stepped clock: raised when they would have been,
// repeated, worsened, escalated an hour after they became critical.
func TestBackfillReplaysTheLifeOfAlerts(t *testing.T) {
	w := newWorld(t)
	broken(w)
	if _, err := w.engine.Backfill(t.Context(), engine.BackfillOptions{From: today.Add(-20), To: today, Alerts: true}); err != nil {
		t.Fatal(err)
	}
	p := w.drifts(drift.Performance)
	if len(p) != 1 {
		t.Fatalf("%d alerts", len(p))
	}
	a := p[0]
	line, err := w.db.Timeline(t.Context(), drift.SystemActor(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	var escalated, critical time.Time
	for _, e := range line {
		if e.At.After(w.clock()) {
			t.Errorf("%s lies ahead: %s", e.Move, e.At)
		}
		if h := e.At.Hour(); e.Move == drift.MoveRefresh && h != 4 && !e.At.Equal(w.clock()) {
			t.Errorf("a refresh at %s", e.At)
		}
		if e.Move == drift.MoveOverdue {
			escalated = e.At
		}
		if e.Severity == drift.SeverityCritical && (critical.IsZero() || e.At.Before(critical)) {
			critical = e.At
		}
	}
	if a.Status != drift.AlertEscalated || a.Severity != drift.SeverityCritical || escalated.Sub(critical) != time.Hour {
		t.Errorf("%s, critical at %s, escalated at %s", a.Status, critical, escalated)
	}
	if a.CreatedAt.Hour() != 4 || drift.DateOf(a.CreatedAt) >= today || a.SuppressedCount < 5 {
		t.Errorf("created %s, %d repeats", a.CreatedAt, a.SuppressedCount)
	}
}

func TestBackfillRefusesWrongRanges(t *testing.T) {
	w := newWorld(t)
	for _, o := range []engine.BackfillOptions{{From: today, To: today.Add(-1)}, {From: today, To: today.Add(1)}} {
		if _, err := w.engine.Backfill(t.Context(), o); drift.CodeOf(err) != drift.CodeInvalid {
			t.Errorf("%s to %s: %v", o.From, o.To, err)
		}
	}
}

// Every day of the range has its metrics, the last one too where it is over.
func TestBackfillWritesEveryDaysMetrics(t *testing.T) {
	w := newWorld(t)
	w.history("1", 40, 0)
	if _, err := w.engine.Backfill(t.Context(), engine.BackfillOptions{From: today.Add(-40), To: today.Add(-1)}); err != nil {
		t.Fatal(err)
	}
	list, err := w.db.Metrics(t.Context(), drift.SystemActor(), drift.MetricsFilter{From: today.Add(-60), To: today})
	if err != nil || len(list) != 40 {
		t.Fatalf("metrics of %d days, %v", len(list), err)
	}
	for _, m := range list {
		young := m.Date.Add(1) < drift.Date(int(today)-40+31)
		if m.Accuracy != 0.9 || m.DeltaFromBaseline.Defined() == young || m.IsDegraded {
			t.Errorf("%s: %+v", m.Date, m)
		}
	}
	// A corrected outcome makes the 02:00 job write that day again.
	before := list[2]
	w.log(before.Date, day{model: drift.FraudDetector, version: "1", n: 40, low: 0, high: 1, right: 0, late: "late-"})
	if res := w.run(drift.JobMetrics, today); res.Covered.Days != 2 {
		t.Errorf("%d days written, want the day before and the changed one", res.Covered.Days)
	}
	list, err = w.db.Metrics(t.Context(), drift.SystemActor(), drift.MetricsFilter{From: before.Date, To: before.Date.Add(1)})
	if err != nil || len(list) != 1 || list[0].Accuracy >= before.Accuracy || !list[0].IsDegraded {
		t.Errorf("%+v, %v", list, err)
	}
}

// The guards change what raises an alert, not what is measured.
func TestGuards(t *testing.T) {
	w := newWorld(t)
	w.history("1", 60, 7)
	for ago := 7; ago >= 1; ago-- {
		w.log(today.Add(-ago), shifted("1", 0.15))
	}
	set := func(name, value string) {
		t.Helper()
		if _, err := w.engine.SetSetting(t.Context(), drift.SystemActor(), engine.SettingChange{Name: name, Value: &value}); err != nil {
			t.Fatal(err)
		}
	}
	set("GUARD_MIN_D", "0.5")
	if r := w.run(drift.JobStatistical, today).Reports[0]; r.Severity != drift.SeverityNone || !r.Statistical.PValue.Defined() {
		t.Errorf("under a floor on D: %s", r.Severity)
	}
	set("GUARD_MIN_D", "0")
	set("GUARD_K_OF_M", "2/3")
	if r := w.run(drift.JobStatistical, today).Reports[0]; r.Severity < drift.SeverityHigh || len(w.drifts(drift.Statistical)) != 0 {
		t.Errorf("one of three: %s, %d alerts", r.Severity, len(w.drifts(drift.Statistical)))
	}
	w.at(today.Add(1))
	w.log(today, shifted("1", 0.15))
	w.run(drift.JobStatistical, today.Add(1))
	if n := len(w.drifts(drift.Statistical)); n != 1 {
		t.Errorf("two of three: %d alerts", n)
	}
	set("GUARD_FDR", "true")
	if r := w.run(drift.JobStatistical, today.Add(1)).Reports[0]; r.Severity < drift.SeverityHigh || r.Revision != 2 {
		t.Errorf("a family of one: %s, revision %d", r.Severity, r.Revision)
	}
}
