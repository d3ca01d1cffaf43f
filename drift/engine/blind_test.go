package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// blind returns the open blind alert of a reason, nil where there is none.
func (w *world) blind(r drift.BlindReason) *drift.Alert {
	w.t.Helper()
	for _, a := range w.alerts(drift.AlertBlind) {
		if a.Reason == r && a.Open() {
			return &a
		}
	}
	return nil
}

func TestASilentOutcomeFeedIsSaidAndEnds(t *testing.T) {
	w := newWorld(t)
	w.history("1", 60, 8)
	quiet := calm("1")
	quiet.right = -1
	for ago := 8; ago >= 1; ago-- {
		w.log(today.Add(-ago), quiet)
	}
	res := w.run(drift.JobOutcomes, today)
	if len(res.Coverage) != 1 || !res.Coverage[0].Silent || res.Coverage[0].WithoutOutcome != 8*quiet.n {
		t.Fatalf("coverage %+v", res.Coverage)
	}
	a := w.blind(drift.BlindFeedSilent)
	if a == nil || a.Severity != drift.SeverityHigh || a.DriftType != nil || a.ReportID != nil || a.DedupKey != "blind:fraud_detector:feed_silent" {
		t.Fatalf("alert %+v", a)
	}
	// The performance check cannot judge, and does not say the same thing a second time.
	w.run(drift.JobStatistical, today)
	r := w.run(drift.JobPerformance, today).Reports[0]
	if r.Status != drift.StatusInsufficientData || w.blind(drift.BlindCannotJudge) != nil {
		t.Errorf("report %s, cannot_judge %+v", r.Status, w.blind(drift.BlindCannotJudge))
	}
	// Outcomes come in again: it ends by itself.
	w.at(today.Add(1))
	w.log(today, calm("1"))
	w.run(drift.JobOutcomes, today.Add(1))
	if a := w.blind(drift.BlindFeedSilent); a != nil {
		t.Errorf("still silent: %+v", a)
	}
	if all := w.alerts(drift.AlertBlind); len(all) != 1 || all[0].Status != drift.AlertResolved {
		t.Errorf("%+v", all)
	}
}

func TestPredictionsThatStopAreSaid(t *testing.T) {
	w := newWorld(t)
	w.history("1", 60, 8) // the last prediction is nine days old
	w.run(drift.JobStatistical, today)
	a := w.blind(drift.BlindFeedSilent)
	if a == nil || !strings.Contains(a.Message, "No prediction") {
		t.Fatalf("alert %+v", a)
	}
	w.log(today.Add(-1), calm("1"))
	w.run(drift.JobStatistical, today)
	if a := w.blind(drift.BlindFeedSilent); a != nil {
		t.Errorf("still silent: %+v", a)
	}
}

// A model is not blind while it is too young to have a baseline, and is from the first day it could.
func TestYouthIsNotBlindness(t *testing.T) {
	w := newWorld(t)
	few := calm("1")
	few.n = 2
	for ago := 31; ago >= 1; ago-- { // the baseline of today holds one day of two scores
		w.log(today.Add(-ago), few)
	}
	w.log(today.Add(-1), day{model: drift.FraudDetector, version: "1", n: 60, low: 0, high: 1, right: 90, late: "more-"})
	w.run(drift.JobStatistical, today.Add(-1))
	if a := w.blind(drift.BlindCannotJudge); a != nil {
		t.Fatalf("too young, yet %+v", a)
	}
	r := w.run(drift.JobStatistical, today).Reports[0]
	if r.Status != drift.StatusInsufficientData {
		t.Fatalf("report %+v", r)
	}
	if a := w.blind(drift.BlindCannotJudge); a == nil || a.Message == "" {
		t.Error("it could have been judged and was not, and nobody is told")
	}
}

// Old logs are history: nobody is told that a model of 1998 went silent.
func TestHistoryIsNotSilence(t *testing.T) {
	w := newWorld(t)
	for ago := 400; ago > 380; ago-- {
		w.log(today.Add(-ago), calm("1"))
	}
	w.run(drift.JobOutcomes, today)
	w.run(drift.JobStatistical, today.Add(-380))
	w.run(drift.JobStatistical, today)
	if all := w.alerts(drift.AlertBlind); len(all) != 0 {
		t.Errorf("%+v", all)
	}
}

func TestAVersionThatServesWithoutPredicting(t *testing.T) {
	w := newWorld(t)
	w.history("1", 60, 20)
	w.history("2", 20, 0)
	// Version 1 is put into service by hand, though version 2 makes the predictions.
	if _, err := w.db.Pool().Exec(t.Context(), `WITH v AS (UPDATE ml_model_version SET is_active = true, activated_at = $1
			WHERE version = '1' RETURNING tenant_id, model_type)
		INSERT INTO ml_service (tenant_id, model_type, from_at, model_version) SELECT tenant_id, model_type, $1, '1' FROM v`,
		today.Add(-15).Time()); err != nil {
		t.Fatal(err)
	}
	res := w.run(drift.JobStatistical, today)
	a := w.blind(drift.BlindNotServed)
	if a == nil || !strings.Contains(a.Message, "version 2") {
		t.Fatalf("alert %+v", a)
	}
	if len(res.Reports) != 1 || res.Reports[0].Version.Version != "2" || !res.Reports[0].Serving {
		t.Errorf("reports %+v", res.Reports)
	}
}

func TestWhenAVersionStopsServingItsAlertsAreCleared(t *testing.T) {
	w := newWorld(t)
	w.history("1", 60, 7)
	for ago := 7; ago >= 1; ago-- {
		w.log(today.Add(-ago), day{model: drift.FraudDetector, version: "1", n: 40, low: 0, high: 1, right: 40})
	}
	w.run(drift.JobPerformance, today)
	w.at(today.Add(1))
	w.log(today, calm("2"))
	w.run(drift.JobPerformance, today.Add(1))
	a := w.drifts(drift.Performance)[0]
	if !a.Cleared || !a.Open() || !strings.Contains(a.ClearedReason, "2") {
		t.Errorf("alert %+v", a)
	}
	version := a.Version
	w.at(today.Add(2))
	w.log(today.Add(1), calm("2"))
	w.run(drift.JobPerformance, today.Add(2))
	if a := w.drifts(drift.Performance)[0]; a.Version != version {
		t.Error("it was cleared twice")
	}
}

func TestAJobThatGaveUp(t *testing.T) {
	w := newWorld(t)
	w.history("1", 60, 0)
	w.run(drift.JobMetrics, today.Add(-1)) // yesterday everything was well
	cause := &drift.Error{Code: drift.CodeUnavailable, Message: "The database is away."}
	if err := w.engine.JobGaveUp(t.Context(), drift.JobStatistical, today, cause); err != nil {
		t.Fatal(err)
	}
	if err := w.engine.JobGaveUp(t.Context(), drift.JobMetrics, today, errors.New("secret driver words")); err != nil {
		t.Fatal(err)
	}
	a := w.blind(drift.BlindJobFailed)
	if a == nil || !strings.Contains(a.Message, "The database is away.") || strings.Contains(a.Message, "secret") {
		t.Fatalf("alert %+v", a)
	}
	w.run(drift.JobStatistical, today)
	if a := w.blind(drift.BlindJobFailed); a == nil || strings.Contains(a.Message, "statistical") || !strings.Contains(a.Message, "metrics") {
		t.Fatalf("after one of two recovered: %+v", a)
	}
	if err := w.engine.JobSucceeded(t.Context(), drift.JobMetrics, today); err != nil {
		t.Fatal(err)
	}
	if a := w.blind(drift.BlindJobFailed); a != nil {
		t.Errorf("still failed: %+v", a)
	}
}

func TestAClockThatIsOff(t *testing.T) {
	w := newWorld(t)
	tenant, _, err := w.db.AddTenant(t.Context(), drift.SystemActor(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	check := func(offset time.Duration) {
		t.Helper()
		if err := w.engine.CheckClock(t.Context(), "a", offset, []drift.Tenant{tenant}); err != nil {
			t.Fatal(err)
		}
	}
	check(-5 * time.Second)
	if a := w.blind(drift.BlindClock); a != nil {
		t.Errorf("5 s is within bounds: %+v", a)
	}
	check(-6 * time.Second)
	if a := w.blind(drift.BlindClock); a == nil || !strings.Contains(a.Message, "6s") {
		t.Errorf("alert %+v", a)
	}
	check(time.Second)
	if a := w.blind(drift.BlindClock); a != nil {
		t.Errorf("right again: %+v", a)
	}
}

// One model's failure does not end the job for the others, and is told.
func TestOneModelFailsTheOthersGoOn(t *testing.T) {
	w := newWorld(t)
	w.history("1", 60, 0)
	for ago := 60; ago >= 1; ago-- {
		d := calm("1")
		d.model = drift.ConflictPredictor
		w.log(today.Add(-ago), d)
	}
	w.run(drift.JobMetrics, today) // builds the day columns
	if _, err := w.db.Pool().Exec(t.Context(), `UPDATE ml_score_day SET bin_counts = '\x00' WHERE model_type = $1 AND day = $2`,
		drift.FraudDetector, today.Add(-3).Time()); err != nil {
		t.Fatal(err)
	}
	res := w.run(drift.JobStatistical, today)
	if res.Covered.Failed != 1 || len(res.Reports) != 1 || res.Reports[0].Version.ModelType != drift.ConflictPredictor {
		t.Fatalf("%+v", res.Covered)
	}
	if a := w.blind(drift.BlindJobFailed); a == nil || a.ModelType != drift.FraudDetector {
		t.Errorf("alert %+v", a)
	}
}

func TestJobsStopWhenCalledOff(t *testing.T) {
	w := newWorld(t)
	w.history("1", 60, 0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.engine.RunJob(ctx, drift.JobStatistical, today); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if len(w.alerts(drift.AlertBlind)) != 0 {
		t.Error("being called off was taken for a failure")
	}
	if _, err := w.engine.RunJob(t.Context(), drift.JobStatistical, today.Add(2)); drift.CodeOf(err) != drift.CodeInvalid {
		t.Errorf("a day that lies ahead: %v", err)
	}
	if _, err := w.engine.RunJob(t.Context(), "dance", today); drift.CodeOf(err) != drift.CodeInvalid {
		t.Errorf("a job that does not exist: %v", err)
	}
}
