package engine_test

import (
	"errors"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// Whatever statement fails of what people or the clock do to an alert or a setting: all or nothing.
func TestNoMoveOfAnAlertIsHalfDone(t *testing.T) {
	w := newLoop(t)
	worse(w, rightCritical)
	w.check(today)
	if _, err := w.db.AddUser(t.Context(), drift.SystemActor(), drift.User{Name: "mira", Role: drift.RoleOperator, AllTenants: true}, "x"); err != nil {
		t.Fatal(err)
	}
	alert := func() drift.Alert { return w.drifts(drift.Performance)[0] }
	move := func(req engine.MoveRequest) func(e *engine.Engine) error {
		return func(e *engine.Engine) error {
			req.AlertID, req.Version = alert().ID, alert().Version
			_, err := e.Move(t.Context(), operator, req)
			return err
		}
	}
	timers := func(e *engine.Engine) error {
		_, err := e.FireTimers(t.Context())
		return err
	}
	w.wait(time.Hour)
	w.wholeOrNotAtAll("escalate when nobody came", timers)
	if a := alert(); a.Status != drift.AlertEscalated {
		t.Fatalf("%+v", a)
	}
	w.wholeOrNotAtAll("acknowledge", move(engine.MoveRequest{Move: drift.MoveAcknowledge, Until: w.clock().Add(time.Hour)}))
	w.wait(2 * time.Hour)
	w.wholeOrNotAtAll("remind", timers)
	w.wholeOrNotAtAll("suppress", move(engine.MoveRequest{Move: drift.MoveSuppress, Until: w.clock().Add(time.Hour)}))
	w.wait(2 * time.Hour)
	w.wholeOrNotAtAll("bring back", timers)
	w.wholeOrNotAtAll("assign", move(engine.MoveRequest{Move: drift.MoveAssign, Assignee: "mira"}))
	w.wholeOrNotAtAll("escalate", move(engine.MoveRequest{Move: drift.MoveEscalate, Team: "ML Engineering"}))
	w.wholeOrNotAtAll("comment", move(engine.MoveRequest{Move: drift.MoveComment, Note: "still there"}))
	w.wholeOrNotAtAll("why it retrains", func(e *engine.Engine) error {
		a := alert()
		guards, latest, err := e.Safeguards(t.Context(), operator, &a)
		if err == nil && (len(guards) != 5 || latest == nil || latest.State != drift.RetrainWaitingApproval) {
			t.Errorf("safeguards %+v of %+v", guards, latest)
		}
		return err
	})
	stale := w.only(drift.RetrainWaitingApproval)
	w.wholeOrNotAtAll("resolve", move(engine.MoveRequest{Move: drift.MoveResolve, Note: "it was the feed"}))
	if w.only(drift.RetrainWaitingApproval).Version == stale.Version {
		t.Error("its retrain was not asked about again")
	}
	w.toldWhoWasFaster(stale)

	value := "9"
	w.wholeOrNotAtAll("set a setting", func(e *engine.Engine) error {
		_, err := e.SetSetting(t.Context(), drift.SystemActor(), engine.SettingChange{Tenant: "acme", Name: "RETRAIN_COOLDOWN_DAYS", Value: &value, Reason: "slower"})
		return err
	})
	program := `["train"]`
	w.wholeOrNotAtAll("set a setting of a family", func(e *engine.Engine) error {
		_, err := e.SetSetting(t.Context(), drift.SystemActor(), engine.SettingChange{Name: drift.CommandSetting(drift.FraudDetector), Value: &program, Reason: "ours"})
		return err
	})
	w.recorded()
}

// toldWhoWasFaster: neither is hidden from whoever comes late that the database fails.
func (w *world) toldWhoWasFaster(stale drift.Retrain) {
	w.t.Helper()
	for n := 1; ; n++ {
		e, failed := w.breakingAt(n)
		_, err := e.MoveRetrain(w.t.Context(), manager, engine.RetrainMove{ID: stale.ID, Version: stale.Version, Move: retrain.MoveReject, Reason: "no"})
		if !failed() {
			wantCode(w.t, err, drift.CodeConflict)
			return
		}
		if !errors.Is(err, errBroken) {
			w.t.Fatalf("statement %d: %v", n, err)
		}
	}
}

// Whatever statement fails of what says that nobody watches, and of what only looks.
func TestNoBlindSpotIsHalfDone(t *testing.T) {
	w := newLoop(t)
	worse(w, rightHigh)
	w.check(today)
	r := w.only(drift.RetrainCountdown)
	tenants, err := w.db.Tenants(t.Context(), drift.SystemActor())
	w.must(err)
	w.wholeOrNotAtAll("a clock is off", func(e *engine.Engine) error { return e.CheckClock(t.Context(), "a", time.Minute, tenants) })
	w.wholeOrNotAtAll("a clock is right again", func(e *engine.Engine) error { return e.CheckClock(t.Context(), "a", 0, tenants) })
	w.wholeOrNotAtAll("a job gave up", func(e *engine.Engine) error {
		return e.JobGaveUp(t.Context(), drift.JobMetrics, today, drift.Invalid("disk", "The disk is full."))
	})
	open := 0
	for _, a := range w.alerts(drift.AlertBlind) {
		if a.Status != drift.AlertResolved {
			open++
		}
	}
	if open != 1 {
		t.Errorf("%d blind spots are open", open)
	}
	w.wholeOrNotAtAll("the job succeeds", func(e *engine.Engine) error { return e.JobSucceeded(t.Context(), drift.JobMetrics, today) })
	w.wholeOrNotAtAll("preview a setting", func(e *engine.Engine) error {
		value := "0.30"
		_, err := e.PreviewSetting(t.Context(), drift.Actor{Name: "ada", Role: drift.RoleAdmin, AllTenants: true},
			engine.SettingChange{Name: "PERFORMANCE_DRIFT_CRITICAL", Value: &value})
		return err
	})
	_, err = w.engine.StopRetraining(t.Context(), manager, "wait")
	w.must(err)
	w.wait(5 * time.Minute)
	w.wholeOrNotAtAll("a countdown ends in a stop", func(e *engine.Engine) error {
		_, err := e.FireRetrains(t.Context())
		return err
	})
	w.wholeOrNotAtAll("what waits while it is stopped", func(e *engine.Engine) error { return e.Work(t.Context(), r.ID, "a") })
	w.only(drift.RetrainWaitingApproval)
	w.recorded()
}

// A day of a replay or a backfill of which any statement fails ends with that failure, or goes on without
// the model as a daily job does; done again it comes to its end. Its many statements are much alike: after
// the first dozen some are passed over.
func TestAnyStatementOfAReplayMayFail(t *testing.T) {
	w := newWorld(t)
	worse(w, rightHigh)
	for _, c := range []struct {
		what string
		do   func(e *engine.Engine) error
	}{
		{"replay", func(e *engine.Engine) error {
			_, err := e.Replay(t.Context(), engine.ReplayOptions{From: today.Add(-1), To: today.Add(-1), Tenant: "acme"})
			return err
		}},
		{"backfill", func(e *engine.Engine) error {
			_, err := e.Backfill(t.Context(), engine.BackfillOptions{From: today, To: today, Alerts: true})
			return err
		}},
	} {
		n := 1
		for ; ; n += 1 + n/12 {
			e, failed := w.breakingAt(n)
			err := c.do(e)
			if !failed() {
				w.must(err)
				break
			}
			if err != nil && !errors.Is(err, errBroken) {
				t.Fatalf("statement %d of the %s: %v", n, c.what, err)
			}
		}
		t.Logf("%s: fewer than %d statements", c.what, n)
	}
}

// A daily job of which any statement fails either says so or says for which models it failed, and run
// again it leaves what an undisturbed one leaves.
func TestAnyStatementOfAJobMayFail(t *testing.T) {
	w := newLoop(t)
	w.set("SECONDARY_METRIC_ALERTS", "true")
	worse(w, rightCritical)
	for _, job := range drift.DailyJobs {
		n := 1
		for ; ; n++ {
			e, failed := w.breakingAt(n)
			res, err := e.RunJob(t.Context(), job, today)
			if !failed() {
				if err != nil || res.Covered.Failed > 0 {
					t.Fatalf("%s undisturbed: %+v, %v", job, res.Covered, err)
				}
				break
			}
			if err == nil && res.Covered.Failed == 0 {
				t.Fatalf("statement %d of %s failed and nobody says so: %+v", n, job, res.Covered)
			}
			if err != nil && !errors.Is(err, errBroken) {
				t.Fatalf("statement %d of %s: %v", n, job, err)
			}
		}
		t.Logf("%s: %d statements", job, n-1)
	}
	if a := w.drifts(drift.Performance); len(a) != 1 || a[0].Severity != drift.SeverityCritical {
		t.Errorf("alerts %+v", a)
	}
	w.only(drift.RetrainWaitingApproval)
	for _, a := range w.alerts(drift.AlertBlind) {
		if a.Status != drift.AlertResolved {
			t.Errorf("left blind: %+v", a)
		}
	}
	w.recorded()
}
