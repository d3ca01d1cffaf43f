package engine_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// recover logs days on which all is well again, and checks the day after.
func (w *world) recover() drift.Date {
	w.t.Helper()
	d := today.Add(8)
	w.at(d)
	for day := today; day < d; day++ {
		w.log(day, calm("1"))
	}
	w.run(drift.JobPerformance, d)
	return d
}

// What a retrain was proposed on no longer holds: a person decides, on the retrain as it is now.
func TestACleanCheckAsksAgain(t *testing.T) {
	for name, c := range map[string]struct {
		right int
		state drift.RetrainState
		reach func(w *world, r drift.Retrain)
	}{
		"countdown": {rightHigh, drift.RetrainCountdown, func(*world, drift.Retrain) {}},
		"queued": {rightCritical, drift.RetrainQueued, func(w *world, r drift.Retrain) {
			w.must(w.decide(r, manager, retrain.MoveApprove))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newLoop(t)
			worse(w, c.right)
			w.check(today)
			c.reach(w, w.retrains()[0])
			w.only(c.state)
			d := w.recover()
			r := w.only(drift.RetrainWaitingApproval)
			if r.ApprovedBy != "" || !r.DueAt.Equal(w.clock().Add(48*time.Hour)) {
				t.Errorf("asked again %+v", r)
			}
			w.log(d, calm("1"))
			w.wait(24 * time.Hour)
			w.run(drift.JobPerformance, d+1)
			if again := w.only(drift.RetrainWaitingApproval); again.Version != r.Version {
				t.Error("a second clean check asked once more")
			}
			w.recorded()
		})
	}
}

func TestAResolvedAlertAsksAgain(t *testing.T) {
	w := newLoop(t)
	worse(w, rightCritical)
	w.check(today)
	r := w.only(drift.RetrainWaitingApproval)
	w.move(w.drifts(drift.Performance)[0], engine.MoveRequest{Move: drift.MoveResolve, Note: "it was the feed"})
	wantCode(t, w.decide(r, manager, retrain.MoveApprove), drift.CodeConflict)
	now := w.only(drift.RetrainWaitingApproval)
	if now.Version != r.Version+1 || !now.DueAt.Equal(*r.DueAt) {
		t.Errorf("asked again %+v", now)
	}
	w.must(w.decide(now, manager, retrain.MoveApprove))
	w.recorded()
}

func TestAnApprovalExpires(t *testing.T) {
	w := newLoop(t)
	worse(w, rightCritical)
	w.check(today)
	w.wait(48*time.Hour - time.Microsecond)
	w.fire()
	w.only(drift.RetrainWaitingApproval)
	w.wait(time.Microsecond)
	w.fire()
	w.only(drift.RetrainExpired)
	w.recorded()
}

func TestTheStopFreezesAnApproval(t *testing.T) {
	w := newLoop(t)
	worse(w, rightCritical)
	w.check(today)
	w.only(drift.RetrainWaitingApproval)
	w.wait(40 * time.Hour)
	_, err := w.engine.StopRetraining(t.Context(), operator, "no")
	wantCode(t, err, drift.CodeForbidden)
	_, err = w.engine.StopRetraining(t.Context(), manager, "the feed is broken")
	w.must(err)
	_, err = w.engine.StopRetraining(t.Context(), second, "me too")
	wantCode(t, err, drift.CodeConflict)
	w.wait(100 * time.Hour)
	w.fire()
	r := w.only(drift.RetrainWaitingApproval)
	wantCode(t, w.decide(r, manager, retrain.MoveApprove), drift.CodeConflict)
	_, err = w.engine.RequestRetrain(t.Context(), operator, engine.RetrainRequest{Model: fraud, Reason: "please"})
	wantCode(t, err, drift.CodeConflict)
	w.must(w.engine.ResumeRetraining(t.Context(), manager, "mended"))
	wantCode(t, w.engine.ResumeRetraining(t.Context(), manager, "again"), drift.CodeConflict)
	w.wait(8*time.Hour - time.Microsecond)
	w.fire()
	w.only(drift.RetrainWaitingApproval)
	w.wait(time.Microsecond)
	w.fire()
	w.only(drift.RetrainExpired)
	w.recorded()
}

// overtaken is a store on which somebody else moves every retrain first, so many times.
type overtaken struct {
	wired
	left *int
}

type overtakenTx struct {
	engine.Tx
	left *int
}

func (o overtaken) InTx(ctx context.Context, by drift.Actor, fn func(engine.Tx) error) error {
	return o.wired.InTx(ctx, by, func(tx engine.Tx) error { return fn(overtakenTx{tx, o.left}) })
}

func (o overtakenTx) SaveRetrain(ctx context.Context, r *drift.Retrain, was int, e drift.RetrainEntry) (bool, error) {
	if *o.left > 0 {
		*o.left--
		return false, nil
	}
	return o.Tx.SaveRetrain(ctx, r, was, e)
}

// An alert is resolved while its retrain moves: it gives way, and says so where that does not end.
func TestResolvedWhileItsRetrainMoves(t *testing.T) {
	for others, want := range map[int]drift.Code{3: "", 1000: drift.CodeConflict} {
		w := newLoop(t)
		worse(w, rightCritical)
		w.check(today)
		a := w.drifts(drift.Performance)[0]
		left := others
		e := engine.New(engine.Options{Store: overtaken{wired{w.db}, &left}, Clock: w.clock})
		_, err := e.Move(t.Context(), operator, engine.MoveRequest{AlertID: a.ID, Version: a.Version, Move: drift.MoveResolve, Note: "it was the feed"})
		now := w.drifts(drift.Performance)[0]
		if want == "" && (err != nil || now.Status != drift.AlertResolved) || want != "" && (drift.CodeOf(err) != want || now.Version != a.Version) {
			t.Errorf("%d were faster: %v, and the alert is %s", others, err, now.Status)
		}
		w.recorded()
	}
}

// Whoever is asked again while everything stands still, or asked for the first time then, has all of the
// time that was left.
func TestAskedAgainDuringAStop(t *testing.T) {
	w := newLoop(t)
	worse(w, rightCritical)
	w.check(today)
	left := w.only(drift.RetrainWaitingApproval).DueAt.Sub(w.clock())
	w.wait(time.Hour)
	_, err := w.engine.StopRetraining(t.Context(), manager, "the feed is broken")
	w.must(err)
	w.wait(90 * time.Hour)
	w.move(w.drifts(drift.Performance)[0], engine.MoveRequest{Move: drift.MoveResolve, Note: "it was the feed"})
	w.wait(10 * time.Hour)
	w.must(w.engine.ResumeRetraining(t.Context(), manager, "mended"))
	if r := w.only(drift.RetrainWaitingApproval); !r.DueAt.Equal(w.clock().Add(left - time.Hour)) {
		t.Errorf("of %v an hour was gone before the stop; %v are left after it", left, r.DueAt.Sub(w.clock()))
	}
	w.fire()
	w.only(drift.RetrainWaitingApproval)
	w.recorded()
}

func TestACountdownThatEndsInAStopAsks(t *testing.T) {
	w := newLoop(t)
	worse(w, rightHigh)
	w.check(today)
	_, err := w.engine.StopRetraining(t.Context(), manager, "wait")
	w.must(err)
	w.wait(5 * time.Minute)
	w.fire()
	w.only(drift.RetrainWaitingApproval)
	w.wait(7 * time.Hour)
	w.must(w.engine.ResumeRetraining(t.Context(), manager, "go on"))
	w.fire()
	if r := w.only(drift.RetrainWaitingApproval); !r.DueAt.Equal(w.clock().Add(48 * time.Hour)) {
		t.Errorf("a manager has until %s", r.DueAt)
	}
	w.untouched()
}

// training is a world with a retrain whose trainer hangs until it is told to end. The channel is closed
// when Work has returned.
func training(t *testing.T) (w *world, r drift.Retrain, ended chan struct{}) {
	w = newLoop(t)
	w.history("1", 30, 0)
	begun := make(chan struct{})
	w.train = func(ctx context.Context, _ retrain.Job) error {
		close(begun)
		<-ctx.Done()
		return context.Cause(ctx)
	}
	r = w.request(operator)
	w.must(w.decide(r, manager, retrain.MoveApprove))
	ended = make(chan struct{})
	go func() {
		defer close(ended)
		if err := w.engine.Work(t.Context(), r.ID, "a"); err != nil {
			t.Error(err)
		}
	}()
	<-begun
	return w, w.only(drift.RetrainTraining), ended
}

func within5s(t *testing.T, ended chan struct{}) {
	t.Helper()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Fatal("the trainer still runs after five seconds")
	}
}

func TestTheStopEndsATraining(t *testing.T) {
	w, _, ended := training(t)
	_, err := w.engine.StopRetraining(t.Context(), manager, "enough")
	w.must(err)
	within5s(t, ended)
	w.only(drift.RetrainCancelled)
	w.untouched()
	w.recorded()
}

func TestAManagerEndsATraining(t *testing.T) {
	w, r, ended := training(t)
	wantCode(t, w.decide(r, operator, retrain.MoveCancel), drift.CodeForbidden)
	w.must(w.decide(r, manager, retrain.MoveCancel))
	within5s(t, ended)
	w.only(drift.RetrainCancelled)
	w.untouched()
	w.recorded()
}

// together runs all at once and returns how many ended without an error.
func together(fns ...func() error) (won int) {
	var group sync.WaitGroup
	results := make([]error, len(fns))
	start := make(chan struct{})
	for i, fn := range fns {
		group.Go(func() { <-start; results[i] = fn() })
	}
	close(start)
	group.Wait()
	for _, err := range results {
		if err == nil {
			won++
		}
	}
	return won
}

const rounds = 50

func TestTwoDecideAtOnce(t *testing.T) {
	w := newLoop(t)
	w.history("1", 30, 0)
	for i := range rounds {
		r := w.request(operator)
		other := retrain.MoveApprove
		if i%2 == 0 {
			other = retrain.MoveReject
		}
		won := together(
			func() error { return w.decide(r, manager, retrain.MoveApprove) },
			func() error { return w.decide(r, second, other) },
		)
		if won != 1 {
			t.Fatalf("%d decisions of one retrain", won)
		}
		now := w.retrains()[i]
		if now.Version != r.Version+1 {
			t.Fatalf("%+v after %+v", now, r)
		}
		if now.State == drift.RetrainQueued {
			w.must(w.decide(now, manager, retrain.MoveCancel))
		}
	}
	w.recorded()
}

func TestStopAgainstApprovalAndActivation(t *testing.T) {
	w := newLoop(t)
	w.set("RETRAIN_COOLDOWN_DAYS", "0")
	w.history("1", 30, 0)
	w.train = w.trainer(20)
	activated := 0
	for i := range rounds {
		w.wait(time.Second)
		r := w.request(operator)
		w.must(func() error { // the halves of the rounds race for the approval and for the activation
			if i%2 == 0 {
				return w.decide(r, manager, retrain.MoveApprove)
			}
			return nil
		}())
		before := w.serving().Version
		together(
			func() error {
				_, err := w.engine.StopRetraining(t.Context(), second, "stop")
				return err
			},
			func() error {
				if i%2 == 1 {
					if err := w.decide(r, manager, retrain.MoveApprove); err != nil {
						return err
					}
				}
				return w.engine.Work(t.Context(), r.ID, "a")
			},
		)
		now := w.retrains()[i]
		switch now.State {
		case drift.RetrainWatching:
			activated++
			if w.serving().Version != now.CandidateVersion {
				t.Fatalf("%+v serves beside %+v", w.serving(), now)
			}
			w.keep(now)
		case drift.RetrainQueued, drift.RetrainWaitingApproval:
			w.must(w.decide(now, manager, retrain.MoveCancel))
			fallthrough
		case drift.RetrainCancelled:
			if w.serving().Version != before {
				t.Fatalf("%+v serves after %+v", w.serving(), now)
			}
		default:
			t.Fatalf("left %+v", now)
		}
		w.must(w.engine.ResumeRetraining(t.Context(), second, "go on"))
	}
	t.Logf("%d of %d activated", activated, rounds)
	w.services()
	w.recorded()
}

// A stop holds for every tenant: who sees one of them may stop everything, but lifts their own stop alone.
func TestWhoseStopIsLifted(t *testing.T) {
	w := newLoop(t)
	local := drift.Actor{Name: "lena", Role: drift.RoleManager, Tenants: []int64{1}}
	_, err := w.engine.StopRetraining(t.Context(), manager, "the feed is broken")
	w.must(err)
	wantCode(t, w.engine.ResumeRetraining(t.Context(), local, "ours is fine"), drift.CodeForbidden)
	w.must(w.engine.ResumeRetraining(t.Context(), second, "mended"))
	_, err = w.engine.StopRetraining(t.Context(), local, "ours is broken")
	w.must(err)
	w.must(w.engine.ResumeRetraining(t.Context(), local, "ours is mended"))
}
