package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/store"
)

// succeeded is a world in which version 1, the second to serve, drifts by so much and a retrain is proposed.
func succeeded(t *testing.T, right int) (*world, drift.Retrain) {
	w := newLoop(t)
	w.history("0", 70, 60)
	worse(w, right)
	m := w.model()
	w.tx(func(tx *store.Tx) error {
		old := drift.Version{VersionKey: drift.VersionKey{Model: m, Version: "0"}}
		return tx.Activate(t.Context(), old, drift.VersionKey{Model: m, Version: "1"}, today.Add(-60).Time())
	})
	w.check(today)
	w.wait(time.Second)
	return w, w.retrains()[0]
}

// What drift asked for does not begin by itself after a rollback, whoever agreed to it before.
func TestARollbackSendsWhatHasNotBegunBackToAManager(t *testing.T) {
	for name, c := range map[string]struct {
		right int
		state drift.RetrainState
		reach func(w *world, r drift.Retrain)
	}{
		"countdown": {rightHigh, drift.RetrainCountdown, func(*world, drift.Retrain) {}},
		"queued":    {rightHigh, drift.RetrainQueued, func(w *world, _ drift.Retrain) { w.wait(5 * time.Minute); w.fire() }},
		"waiting":   {rightCritical, drift.RetrainWaitingApproval, func(*world, drift.Retrain) {}},
		"approved":  {rightCritical, drift.RetrainQueued, func(w *world, r drift.Retrain) { w.must(w.decide(r, second, retrain.MoveApprove)) }},
	} {
		t.Run(name, func(t *testing.T) {
			w, r := succeeded(t, c.right)
			c.reach(w, r)
			before := w.only(c.state)
			due := w.clock().Add(48 * time.Hour)
			if c.state == drift.RetrainWaitingApproval {
				due = *before.DueAt
			}
			_, err := w.rollBack(manager, "")
			w.must(err)
			r = w.only(drift.RetrainWaitingApproval)
			if r.ApprovedBy != "" || !r.DueAt.Equal(due) || !strings.Contains(r.Note, "Version 1 was rolled back to 0") {
				t.Errorf("after the rollback %+v", r)
			}
			wantCode(t, w.decide(before, manager, retrain.MoveApprove), drift.CodeConflict)
			w.wait(time.Hour)
			w.fire()
			w.work(r.ID, "a")
			w.only(drift.RetrainWaitingApproval)
			w.must(w.decide(r, manager, retrain.MoveApprove)) // who knows of the rollback
			w.work(r.ID, "a")
			if r = w.only(drift.RetrainWatching); r.ParentVersion != "0" || w.serving().Version != r.CandidateVersion {
				t.Errorf("approved after it: %+v", r)
			}
			w.recorded()
		})
	}
}

// What a person asked for goes on as it was.
func TestARollbackLeavesARequestAlone(t *testing.T) {
	w, r := succeeded(t, rightCritical)
	w.must(w.decide(r, manager, retrain.MoveReject))
	asked := w.request(operator)
	w.must(w.decide(asked, manager, retrain.MoveApprove))
	_, err := w.rollBack(manager, "")
	w.must(err)
	w.work(asked.ID, "a")
	w.newest(drift.RetrainWatching)
	w.recorded()
}

// A rollback there and back leaves the version in service that the candidate was compared with. It is
// not replaced while the model is paused, though nothing else has changed.
func TestNothingIsActivatedUnattendedWhileItsModelIsPaused(t *testing.T) {
	w, r := succeeded(t, rightCritical)
	w.must(w.decide(r, second, retrain.MoveApprove))
	if err := w.dying(drift.RetrainWatching).Work(t.Context(), r.ID, "a"); err == nil {
		t.Fatal("it was activated")
	}
	for _, to := range []string{"0", "1"} {
		w.wait(time.Second)
		_, err := w.rollBack(manager, to)
		w.must(err)
	}
	m := w.model()
	w.tx(func(tx *store.Tx) error {
		p, err := tx.Paused(t.Context(), m)
		if err == nil && !p.Since.Equal(w.clock()) {
			t.Errorf("paused since %s, not since the newest rollback", p.Since)
		}
		return err
	})
	w.only(drift.RetrainActivating)
	w.work(r.ID, "a")
	if r = w.only(drift.RetrainFailed); !strings.Contains(r.Note, "its retraining is paused: it is worse") || w.serving().Version != "1" {
		t.Errorf("it says %q, and %s serves", r.Note, w.serving().Version)
	}
	w.recorded()
}
