package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

func TestHighCountsDownTrainsAndServes(t *testing.T) {
	w := newLoop(t)
	worse(w, rightHigh)
	w.check(today)
	r := w.only(drift.RetrainCountdown)
	if !r.DueAt.Equal(w.clock().Add(5*time.Minute)) || r.ParentVersion != "1" || r.Severity != drift.SeverityHigh ||
		r.ReportID == nil || r.AlertID == nil || r.RequestedBy != drift.SystemActor().Name || len(r.Safeguards) != 5 {
		t.Fatalf("proposed %+v", r)
	}
	w.work(r.ID, "a")
	w.wait(5*time.Minute - time.Microsecond)
	w.fire()
	w.only(drift.RetrainCountdown)
	w.untouched()
	w.wait(time.Microsecond)
	w.fire()
	w.only(drift.RetrainQueued)
	w.work(r.ID, "a")
	r = w.only(drift.RetrainWatching)
	if v := w.serving(); v.Version != r.CandidateVersion || !v.Active {
		t.Errorf("serving %+v", v)
	}
	if !r.DueAt.Equal(r.ActivatedAt.Add(24*time.Hour)) || r.Attempt != 1 || r.Server != "a" || r.Trainer != "test" ||
		r.RowsTrain != 1800 || r.RowsHoldout != 600 {
		t.Errorf("activated %+v", r)
	}
	if s := w.services(); len(s) != 2 || s[0].Version != "1" || !s[0].From.Equal(today.Add(-60).Time()) {
		t.Errorf("services %+v", s)
	}
	if w.events()[drift.EventModelActivated] != 1 {
		t.Errorf("events %v", w.events())
	}
	w.recorded()
}

func TestCriticalWaitsForAManager(t *testing.T) {
	w := newLoop(t)
	worse(w, rightCritical)
	w.check(today)
	r := w.only(drift.RetrainWaitingApproval)
	w.wait(time.Hour)
	w.fire()
	w.work(r.ID, "a")
	r = w.only(drift.RetrainWaitingApproval)
	wantCode(t, w.decide(r, operator, retrain.MoveApprove), drift.CodeForbidden)
	w.must(w.decide(r, manager, retrain.MoveApprove))
	wantCode(t, w.decide(r, second, retrain.MoveApprove), drift.CodeConflict)
	if got := w.only(drift.RetrainQueued); got.ApprovedBy != "maria" {
		t.Errorf("approved %+v", got)
	}
	w.work(r.ID, "a")
	w.only(drift.RetrainWatching)
	w.recorded()
}

func TestCriticalCountsDownWhereNoApprovalIsAsked(t *testing.T) {
	w := newLoop(t)
	w.set("REQUIRE_MANUAL_APPROVAL_CRITICAL_DRIFT", "false")
	worse(w, rightCritical)
	w.check(today)
	w.only(drift.RetrainCountdown)
}

func TestNothingIsProposed(t *testing.T) {
	for name, prepare := range map[string]func(w *world){
		"master off": func(w *world) { w.set("ENABLE_AUTO_RETRAIN", "false"); worse(w, rightCritical) },
		"type off":   func(w *world) { w.set("ENABLE_AUTO_RETRAIN_FRAUD", "false"); worse(w, rightHigh) },
		"other tenant": func(w *world) {
			w.tenant("globex")
			w.set("AUTO_RETRAIN_ENABLED_TENANTS", `["globex"]`)
			worse(w, rightHigh)
		},
		"medium": func(w *world) { worse(w, rightMedium) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newLoop(t)
			prepare(w)
			if _, p := w.check(today); p.Severity < drift.SeverityMedium {
				t.Fatalf("severity %s", p.Severity)
			}
			if list := w.retrains(); len(list) > 0 || len(w.drifts(drift.Performance)) != 1 {
				t.Errorf("retrains %+v", list)
			}
		})
	}
}

func TestAlertsOfABackfillProposeNothing(t *testing.T) {
	w := newLoop(t)
	worse(w, rightHigh)
	if _, err := w.engine.Backfill(t.Context(), engine.BackfillOptions{From: today.Add(-1), To: today, Alerts: true}); err != nil {
		t.Fatal(err)
	}
	w.wait(24 * time.Hour)
	d := calm("1")
	d.right = rightHigh
	w.log(today, d)
	w.check(today.Add(1))
	if list := w.retrains(); len(list) > 0 || len(w.drifts(drift.Performance)) != 1 {
		t.Errorf("retrains %+v", list)
	}
}

// What a safeguard refuses is written down when the alert is raised, not again every day.
func TestRefusedOnce(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(w *world)
		guard   string
	}{
		"few rows": {func(w *world) { w.set("RETRAIN_MIN_TRAINING_SAMPLES", "2401"); worse(w, rightHigh) }, drift.SafeguardData},
		"one class": {func(w *world) {
			for ago := 60; ago >= 1; ago-- { // below the middle nothing is predicted, and nothing happens
				d := calm("1")
				if d.high = 0.4; ago <= 7 { // above it everything is, and nothing happens either
					d.low, d.high, d.right = 0.6, 0.9, 0
				} else {
					d.right = 100
				}
				w.log(today.Add(-ago), d)
			}
		}, drift.SafeguardData},
	} {
		t.Run(name, func(t *testing.T) {
			w := newLoop(t)
			c.prepare(w)
			w.run(drift.JobPerformance, today)
			r := w.only(drift.RetrainRefused)
			for _, g := range r.Safeguards {
				if g.Name == c.guard && (g.Passed == nil || *g.Passed || r.Note != g.Detail) {
					t.Errorf("note %q beside %+v", r.Note, g)
				}
			}
			for range 2 {
				w.run(drift.JobPerformance, today)
			}
			w.wait(24 * time.Hour)
			w.run(drift.JobPerformance, today.Add(1))
			w.only(drift.RetrainRefused)
			w.recorded()
		})
	}
}

func TestCooldownToTheSecond(t *testing.T) {
	w, first := watched(t)
	w.rows(first.CandidateVersion, w.clock().Add(time.Hour), 95, 5)
	w.wait(24 * time.Hour)
	w.fire()
	w.only(drift.RetrainKept)
	w.now = first.ActivatedAt.Add(7*24*time.Hour - time.Microsecond)
	if r := w.request(operator); r.State != drift.RetrainRefused {
		t.Fatalf("a moment before its end the cooldown said %s: %s", r.State, r.Note)
	}
	_, err := w.engine.RequestRetrain(t.Context(), operator, engine.RetrainRequest{Model: fraud, Reason: "now", SkipCooldown: true})
	wantCode(t, err, drift.CodeForbidden)
	w.wait(time.Microsecond)
	if r := w.request(operator); r.State != drift.RetrainWaitingApproval {
		t.Fatalf("at its end the cooldown said %s: %s", r.State, r.Note)
	}
	w.recorded()
}

func TestAManagerSkipsTheCooldown(t *testing.T) {
	w, first := watched(t)
	w.keep(first)
	r, err := w.engine.RequestRetrain(t.Context(), manager, engine.RetrainRequest{Model: fraud, Reason: "now", SkipCooldown: true})
	w.must(err)
	if r.State != drift.RetrainWaitingApproval || !r.SkipCooldown {
		t.Errorf("asked %+v", r)
	}
}

func TestWhoAskedDoesNotApprove(t *testing.T) {
	w := newLoop(t)
	w.history("1", 60, 0)
	r := w.request(manager)
	if r.State != drift.RetrainWaitingApproval || !r.Manual {
		t.Fatalf("asked %+v", r)
	}
	_, err := w.engine.RequestRetrain(t.Context(), second, engine.RetrainRequest{Model: fraud, Reason: "me too"})
	wantCode(t, err, drift.CodeConflict)
	wantCode(t, w.decide(r, manager, retrain.MoveApprove), drift.CodeForbidden)
	w.set("ALLOW_SELF_APPROVAL", "true")
	w.must(w.decide(r, manager, retrain.MoveApprove))
	w.recorded()
}

func TestWhatIsAskedOfARequest(t *testing.T) {
	w := newLoop(t)
	w.history("1", 60, 0)
	viewer := drift.Actor{Name: "vera", Role: drift.RoleViewer, AllTenants: true}
	for _, c := range []struct {
		by   drift.Actor
		req  engine.RetrainRequest
		want drift.Code
	}{
		{viewer, engine.RetrainRequest{Model: fraud, Reason: "x"}, drift.CodeForbidden},
		{operator, engine.RetrainRequest{Model: fraud, Reason: " "}, drift.CodeInvalid},
		{operator, engine.RetrainRequest{Model: drift.Model{Tenant: "nobody", ModelType: drift.FraudDetector}, Reason: "x"}, drift.CodeNotFound},
		{operator, engine.RetrainRequest{Model: drift.Model{Tenant: "acme", ModelType: "oracle"}, Reason: "x"}, drift.CodeNotFound},
		{operator, engine.RetrainRequest{Model: drift.Model{Tenant: "acme", ModelType: drift.ConflictPredictor}, Reason: "x"}, drift.CodeNotFound},
	} {
		_, err := w.engine.RequestRetrain(t.Context(), c.by, c.req)
		wantCode(t, err, c.want)
	}
	if len(w.retrains()) > 0 {
		t.Error("something was written")
	}
}

// A person's no holds until the drift is worse than it was.
func TestWhatAPersonDeclinedIsNotProposedDaily(t *testing.T) {
	w := newLoop(t)
	worse(w, rightHigh)
	w.run(drift.JobPerformance, today)
	w.must(w.decide(w.only(drift.RetrainCountdown), operator, retrain.MoveCancel))
	w.run(drift.JobPerformance, today)
	w.only(drift.RetrainCancelled)
	w.at(today.Add(1))
	d := calm("1")
	d.n, d.right = 400, 30
	w.log(today, d)
	if r := w.run(drift.JobPerformance, today.Add(1)).Reports[0]; r.Severity != drift.SeverityCritical {
		t.Fatalf("severity %s", r.Severity)
	}
	w.must(w.decide(w.newest(drift.RetrainWaitingApproval), manager, retrain.MoveReject))
	w.run(drift.JobPerformance, today.Add(1))
	w.newest(drift.RetrainRefused)
	if n := len(w.retrains()); n != 2 {
		t.Errorf("%d retrains", n)
	}
	w.recorded()
}

// bothWorse makes accuracy fall critically and scores move, which is HIGH by the cut-offs that it sets.
func bothWorse(w *world) {
	w.history("1", 60, 7)
	for ago := 7; ago >= 1; ago-- {
		w.log(today.Add(-ago), day{model: drift.FraudDetector, version: "1", n: 40, low: 0.15, high: 1, right: rightCritical})
	}
	w.set("STATISTICAL_DRIFT_PVALUE_CRITICAL", "0.000000000000001")
	w.set("STATISTICAL_DRIFT_PVALUE_HIGH", "0.04")
}

// What a check finds less than CRITICAL does not train unasked a model that another found CRITICAL.
func TestTheWorseOfBothChecksDecidesWhoIsAsked(t *testing.T) {
	w := newLoop(t)
	bothWorse(w)
	w.run(drift.JobPerformance, today)
	r := w.only(drift.RetrainWaitingApproval)
	w.must(w.decide(r, manager, retrain.MoveReject))
	// Its scores are found to have moved, HIGH at most: a new alert, but of a model whose accuracy is CRITICAL.
	s := w.run(drift.JobStatistical, today).Reports[0]
	if s.Severity != drift.SeverityHigh {
		t.Fatalf("the scores are %s, want HIGH: %s", s.Severity, s.Message)
	}
	second := w.newest(drift.RetrainWaitingApproval)
	if second.ID == r.ID || second.Severity != drift.SeverityCritical || *second.ReportID != s.ID {
		t.Errorf("proposed %+v", second)
	}
	for _, a := range w.alerts(drift.AlertDrift) {
		guards, _, err := w.engine.Safeguards(t.Context(), drift.SystemActor(), &a)
		if err != nil || !strings.Contains(guards[3].Compared, "CRITICAL against") {
			t.Errorf("the %s alert is told %+v, %v", *a.DriftType, guards, err)
		}
	}
	w.must(w.decide(second, manager, retrain.MoveReject))
	// Neither check asks again the next day: both alerts were there when a person said no.
	w.at(today.Add(1))
	d := calm("1")
	d.n, d.right = 400, 30
	w.log(today, d)
	w.check(today.Add(1))
	if n := len(w.retrains()); n != 2 {
		t.Errorf("%d retrains", n)
	}
	w.recorded()
}

func TestACountdownIsLeftToAManagerOnceTheDriftIsCritical(t *testing.T) {
	for _, after := range []time.Duration{0, 6 * time.Minute} { // counting down, and queued
		w := newLoop(t)
		bothWorse(w)
		w.run(drift.JobStatistical, today)
		r := w.only(drift.RetrainCountdown)
		w.wait(after)
		w.fire()
		w.run(drift.JobPerformance, today)
		got := w.only(drift.RetrainWaitingApproval)
		if got.Severity != drift.SeverityCritical || !got.DueAt.Equal(w.clock().Add(48*time.Hour)) || got.ApprovedBy != "" {
			t.Errorf("after %v: %+v", after, got)
		}
		w.run(drift.JobPerformance, today)
		w.work(r.ID, "a")
		w.only(drift.RetrainWaitingApproval)
		w.recorded()
	}
}

// What a manager has approved is not asked again because the drift they approved it for is seen again.
func TestAnApprovedRetrainIsNotAskedAgain(t *testing.T) {
	w := newLoop(t)
	worse(w, rightCritical)
	w.run(drift.JobPerformance, today)
	w.must(w.decide(w.only(drift.RetrainWaitingApproval), manager, retrain.MoveApprove))
	w.at(today.Add(1))
	d := calm("1")
	d.n, d.right = 400, 30
	w.log(today, d)
	if r := w.run(drift.JobPerformance, today.Add(1)).Reports[0]; r.Severity != drift.SeverityCritical {
		t.Fatalf("severity %s", r.Severity)
	}
	w.only(drift.RetrainQueued)
	w.recorded()
}

// A no does not cover an alert that came after it.
func TestANoIsOlderThanTheAlert(t *testing.T) {
	w := newLoop(t)
	bothWorse(w)
	w.run(drift.JobPerformance, today)
	w.must(w.decide(w.only(drift.RetrainWaitingApproval), manager, retrain.MoveReject))
	w.wait(time.Minute)
	w.set("ENABLE_AUTO_RETRAIN", "false") // so that nothing is asked when the second alert is raised
	w.run(drift.JobStatistical, today)
	w.set("ENABLE_AUTO_RETRAIN", "true")
	w.at(today.Add(1))
	w.log(today, day{model: drift.FraudDetector, version: "1", n: 40, low: 0.15, high: 1, right: rightCritical})
	w.run(drift.JobPerformance, today.Add(1))
	w.only(drift.RetrainRefused)
	w.run(drift.JobStatistical, today.Add(1))
	w.newest(drift.RetrainWaitingApproval)
	w.recorded()
}
