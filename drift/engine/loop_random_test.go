package engine_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// Whatever people, clocks and crashes do in whatever order: one active version, one live retrain,
// services without gap, moves of the table alone.
func TestAnyOrderOfEvents(t *testing.T) {
	w := newLoop(t)
	w.history("1", 10, 0)
	w.set("RETRAIN_COOLDOWN_DAYS", "0")
	w.request(operator)
	rnd := rand.New(rand.NewPCG(4, 4))
	people := []drift.Actor{operator, manager, second}
	met := map[drift.RetrainState]bool{}
	for step := range 300 {
		w.wait(time.Duration(1+rnd.IntN(3000)) * time.Millisecond)
		list := w.retrains()
		r, by := list[len(list)-1], people[rnd.IntN(len(people))]
		var err error
		switch rnd.IntN(19) {
		case 0, 1, 2:
			_, err = w.engine.RequestRetrain(t.Context(), by, engine.RetrainRequest{Model: fraud, Reason: "any", SkipCooldown: rnd.IntN(3) == 0})
		case 3, 4, 5:
			err = w.decide(r, by, retrain.MoveApprove)
		case 6:
			err = w.decide(r, by, retrain.PersonMoves[rnd.IntN(len(retrain.PersonMoves))])
		case 7, 8, 9, 10:
			err = w.engine.Work(t.Context(), r.ID, by.Name)
		case 11, 12:
			at := []drift.RetrainState{drift.RetrainTraining, drift.RetrainValidating, drift.RetrainActivating, drift.RetrainWatching}
			if err = w.dying(at[rnd.IntN(len(at))]).Work(t.Context(), r.ID, "dying"); errors.Is(err, errDied) {
				err = nil
			}
		case 13, 14, 15, 16:
			w.rows(w.serving().Version, w.clock(), 50+rnd.IntN(50), rnd.IntN(50))
			w.wait(time.Duration(rnd.IntN(49)) * time.Hour)
			_, err = w.engine.FireRetrains(t.Context())
		case 17:
			if _, err = w.rollBack(by, ""); err == nil {
				err = w.engine.LiftPause(t.Context(), manager, fraud, "any")
			}
		case 18:
			if _, err = w.engine.StopRetraining(t.Context(), by, "any"); err == nil && rnd.IntN(8) > 0 {
				err = w.engine.ResumeRetraining(t.Context(), manager, "any")
			} else if err != nil {
				err = w.engine.ResumeRetraining(t.Context(), by, "any")
			}
		}
		var said *drift.Error
		if err != nil && !asError(err, &said) || errors.Is(err, context.Canceled) {
			t.Fatalf("step %d: %v", step, err)
		}
		live := 0
		for _, r := range w.retrains() {
			met[r.State] = true
			if !r.State.Ended() {
				live++
			}
		}
		if live > 1 {
			t.Fatalf("step %d: %d live retrains", step, live)
		}
		if step%10 == 0 {
			w.services()
		}
	}
	w.services()
	w.recorded()
	if len(met) < 9 {
		t.Errorf("only %v were met", met)
	}
}
