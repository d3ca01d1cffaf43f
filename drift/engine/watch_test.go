package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

func (w *world) rollBack(by drift.Actor, to string) (*engine.Rollback, error) {
	return w.engine.RollBack(w.t.Context(), by, engine.RollbackRequest{Model: fraud, To: to, Reason: "it is worse"})
}

func TestTheWatchIsDueAfterADayAndKeepsAtExactlyFivePoints(t *testing.T) {
	w, r := watched(t)
	w.rows(r.CandidateVersion, today.Time().Add(time.Hour), 85, 15)
	w.wait(24*time.Hour - time.Microsecond)
	w.fire()
	w.only(drift.RetrainWatching)
	w.wait(time.Microsecond)
	w.fire()
	w.only(drift.RetrainKept)
	w.fire()
	if v := w.serving(); v.Version != r.CandidateVersion {
		t.Errorf("serving %+v", v)
	}
	w.services()
	w.recorded()
}

// Open pages are told once an hour how a watched version does, with its hours, and no click is lost by it.
func TestAWatchIsToldOfEachHour(t *testing.T) {
	w, r := watched(t)
	w.rows(r.CandidateVersion, today.Time().Add(time.Hour), 30, 10)
	version := w.only(drift.RetrainWatching).Version
	told := func() int { return w.events()[drift.EventRetrainUpdated] }
	tell := func() { w.must(w.engine.TellWatches(t.Context())) }
	before := told()
	w.wait(time.Hour - time.Microsecond)
	tell()
	if n := told(); n != before {
		t.Errorf("told %d times within the first hour", n-before)
	}
	w.wait(time.Microsecond)
	tell()
	tell()
	w.wait(3*time.Hour + time.Minute) // a server that was away tells once
	tell()
	w.wait(59 * time.Minute)
	tell()
	if n := told(); n != before+3 {
		t.Errorf("told %d times, want 3", n-before)
	}
	now := w.only(drift.RetrainWatching)
	if now.Version != version {
		t.Errorf("telling moved it from version %d to %d", version, now.Version)
	}
	watch, err := w.engine.WatchNow(t.Context(), drift.SystemActor(), &now)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, h := range watch.Hours {
		sum += h.Outcomes
	}
	if sum != watch.Decision.New.Outcomes || sum == 0 || watch.CheckHours != 24 || watch.Threshold != "0.05" {
		t.Errorf("%+v", watch)
	}
}

func TestAWorseVersionGoesBack(t *testing.T) {
	w, r := watched(t)
	w.rows(r.CandidateVersion, today.Time().Add(time.Hour), 84, 16)
	w.wait(24 * time.Hour)
	w.fire()
	w.only(drift.RetrainRolledBack)
	if v := w.serving(); v.Version != "1" || !v.Active {
		t.Errorf("serving %+v", v)
	}
	if s := w.services(); len(s) != 3 {
		t.Errorf("services %+v", s)
	}
	raised := w.alerts(drift.AlertRollback)
	if len(raised) != 1 || raised[0].Severity != drift.SeverityCritical || raised[0].Status != drift.AlertEscalated ||
		raised[0].Team != "ML Team Lead" || raised[0].ModelVersion != r.CandidateVersion {
		t.Errorf("alerts %+v", raised)
	}
	if e := w.events(); e[drift.EventModelRolledBack] != 1 || e[drift.EventAlertRaised] != 1 {
		t.Errorf("events %v", e)
	}
	w.recorded()

	// Paused: even a drift that calls for it leads to no retrain, until a person lifts the pause.
	w.set("RETRAIN_COOLDOWN_DAYS", "0")
	w.set("BASELINE_TO_DAYS", "8")
	w.at(today.Add(2))
	w.rows("1", today.Time().Add(30*time.Hour), 10, 900)
	w.run(drift.JobPerformance, today.Add(2))
	if len(w.drifts(drift.Performance)) != 1 {
		t.Fatal("no drift to retrain for")
	}
	w.only(drift.RetrainRolledBack)
	wantCode(t, w.engine.LiftPause(t.Context(), operator, fraud, "x"), drift.CodeForbidden)
	w.must(w.engine.LiftPause(t.Context(), manager, fraud, "understood"))
	wantCode(t, w.engine.LiftPause(t.Context(), manager, fraud, "again"), drift.CodeConflict)
	w.run(drift.JobPerformance, today.Add(2))
	w.newest(drift.RetrainWaitingApproval)
	w.recorded()
}

func TestTooFewOutcomesAreWatchedForAWeekAndThenAManagerDecides(t *testing.T) {
	w, r := watched(t)
	w.rows(r.CandidateVersion, today.Time().Add(time.Hour), 29, 0)
	w.wait(24 * time.Hour)
	w.fire()
	now := w.only(drift.RetrainWatching)
	if !now.DueAt.Equal(w.clock().Add(time.Hour)) || !strings.Contains(now.Note, "1 more outcomes") {
		t.Fatalf("watched on: %+v", now)
	}
	w.fire()
	if again := w.only(drift.RetrainWatching); again.Version != now.Version {
		t.Error("looked at twice")
	}
	w.wait(5*24*time.Hour + 23*time.Hour + 30*time.Minute)
	w.fire()
	if now = w.only(drift.RetrainWatching); !now.DueAt.Equal(r.ActivatedAt.AddDate(0, 0, 7)) {
		t.Fatalf("the last look is at %s", now.DueAt)
	}
	w.wait(30 * time.Minute)
	w.fire()
	now = w.only(drift.RetrainWatching)
	if now.DueAt != nil || !strings.Contains(now.Note, "A manager decides.") {
		t.Fatalf("after a week %+v", now)
	}
	w.wait(240 * time.Hour)
	w.fire()
	wantCode(t, w.decide(now, operator, retrain.MoveKeep), drift.CodeForbidden)
	w.must(w.decide(now, manager, retrain.MoveKeep))
	w.only(drift.RetrainKept)
	w.recorded()
}

// A manager waves no version through while its watch still decides.
func TestNobodyKeepsAVersionBeforeItsWatchHasEnded(t *testing.T) {
	w, r := watched(t)
	w.wait(time.Second)
	err := w.decide(r, manager, retrain.MoveKeep)
	if wantCode(t, err, drift.CodeIllegalMove); err == nil || !strings.HasPrefix(err.Error(), "The watch decides by itself;") {
		t.Errorf("it was told %v", err)
	}
	wantCode(t, w.decide(r, operator, retrain.MoveKeep), drift.CodeForbidden)
	if now := w.only(drift.RetrainWatching); now.Version != r.Version || !now.DueAt.Equal(*r.DueAt) {
		t.Errorf("it is %+v", now)
	}
	w.rows(r.CandidateVersion, today.Time().Add(time.Hour), 84, 16)
	w.wait(24 * time.Hour)
	w.fire()
	w.only(drift.RetrainRolledBack)
	w.recorded()
}

func TestARetrainIsNotMarkedRolledBackAlone(t *testing.T) {
	w, r := watched(t)
	wantCode(t, w.decide(r, manager, retrain.MoveRollBack), drift.CodeIllegalMove)
	w.only(drift.RetrainWatching)
}

func TestManualRollback(t *testing.T) {
	w, first := watched(t)
	_, err := w.engine.StopRetraining(t.Context(), manager, "it does not stop a rollback")
	w.must(err)
	w.wait(time.Hour)
	_, err = w.rollBack(operator, "")
	wantCode(t, err, drift.CodeForbidden)
	_, err = w.rollBack(manager, "9")
	wantCode(t, err, drift.CodeInvalid)
	_, err = w.rollBack(manager, first.CandidateVersion)
	wantCode(t, err, drift.CodeConflict)
	p, err := w.engine.PreviewRollback(t.Context(), operator, engine.RollbackRequest{Model: fraud})
	if err != nil || p.From != first.CandidateVersion || p.To != "1" {
		t.Errorf("preview %+v, %v", p, err)
	}
	w.only(drift.RetrainWatching)
	person := manager
	person.UserID = 7
	done, err := w.rollBack(person, "")
	if err != nil || done.To != "1" || w.serving().Version != "1" {
		t.Fatalf("rolled back %+v, %v", done, err)
	}
	w.only(drift.RetrainRolledBack)
	var holder string
	w.must(w.db.Pool().QueryRow(t.Context(), `SELECT assignee FROM noc_alert_event WHERE alert_type = 'ML_ROLLBACK'`).Scan(&holder))
	if holder != person.Name {
		t.Errorf("the alert of a rollback by hand is %q's, want whoever rolled back", holder)
	}
	w.wait(time.Hour)
	_, err = w.rollBack(manager, "") // not to what the first has just taken out
	wantCode(t, err, drift.CodeConflict)
	_, err = w.rollBack(manager, first.CandidateVersion) // but by its name
	w.must(err)
	w.wait(time.Hour)
	if done, err = w.rollBack(manager, ""); err != nil || done.To != "1" {
		t.Errorf("rolled back %+v, %v", done, err)
	}
	if s := w.services(); len(s) != 5 {
		t.Errorf("services %+v", s)
	}
	_, err = w.db.Pool().Exec(t.Context(), `UPDATE ml_model_version SET is_active = true`)
	if err == nil {
		t.Error("two versions are active")
	}
	w.recorded()
}

func TestNothingToGoBackTo(t *testing.T) {
	w := newLoop(t)
	w.history("1", 10, 0)
	_, err := w.rollBack(manager, "")
	wantCode(t, err, drift.CodeConflict)
	_, err = w.rollBack(manager, "1")
	wantCode(t, err, drift.CodeConflict)
}

// While a candidate was trained another version took over: it was not compared with that one.
func TestActivationAgainstAManualRollback(t *testing.T) {
	w, first := watched(t)
	w.keep(first)
	w.set("RETRAIN_COOLDOWN_DAYS", "0")
	w.wait(time.Hour)
	r := w.request(operator)
	w.must(w.decide(r, manager, retrain.MoveApprove))
	if err := w.dying(drift.RetrainWatching).Work(t.Context(), r.ID, "a"); err == nil {
		t.Fatal("it was activated")
	}
	w.newest(drift.RetrainActivating)
	w.wait(time.Second)
	_, err := w.rollBack(second, "")
	w.must(err)
	w.work(r.ID, "a")
	r = w.newest(drift.RetrainFailed)
	if !strings.Contains(r.Note, "Version 1 serves now") || w.serving().Version != "1" {
		t.Errorf("it says %q", r.Note)
	}
	w.services()
	w.recorded()
}

// unread is a store in which one retrain cannot be read.
type unread struct {
	wired
	id int64
}

type unreadTx struct {
	engine.Tx
	id int64
}

func (u unread) InTx(ctx context.Context, by drift.Actor, fn func(engine.Tx) error) error {
	return u.wired.InTx(ctx, by, func(tx engine.Tx) error { return fn(unreadTx{tx, u.id}) })
}

func (u unreadTx) Retrain(ctx context.Context, id int64) (*drift.Retrain, error) {
	if id == u.id {
		return nil, errDied
	}
	return u.Tx.Retrain(ctx, id)
}

// A watch that cannot be decided does not hold up the others.
func TestOneWatchThatFailsHoldsUpNoOther(t *testing.T) {
	w, first := watched(t)
	w.addModel("other")
	r, err := w.engine.RequestRetrain(t.Context(), operator, engine.RetrainRequest{Model: drift.Model{Tenant: "acme", ModelType: "other"}, Reason: "x"})
	w.must(err)
	w.must(w.decide(*r, manager, retrain.MoveApprove))
	w.work(r.ID, "a")
	other := w.newest(drift.RetrainWatching)
	e := engine.New(engine.Options{Store: unread{wired{w.db}, first.ID}, Clock: w.clock})
	n, err := e.FireWatches(t.Context(), w.clock().Add(48*time.Hour))
	if n != 1 || !errors.Is(err, errDied) || !strings.Contains(err.Error(), fmt.Sprintf("retrain %d: ", first.ID)) {
		t.Errorf("%d decided, %v", n, err)
	}
	if now := w.newest(drift.RetrainWatching); now.Version != other.Version+1 { // too few outcomes: watched on
		t.Errorf("the other is as it was: %+v", now)
	}
	w.recorded()
}
