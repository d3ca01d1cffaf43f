package play_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/demo"
	"github.com/driftwatch/driftwatch/drift/demo/play"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// stage is a time-lapse without a database: one retrain, which the test sets, and notes of what is done.
type stage struct {
	wall    time.Time
	clock   *play.Clock
	retrain *drift.Retrain
	open    []drift.Alert
	steps   []time.Time     // where the clock stood at each step
	waited  []time.Duration // for each
	moves   []engine.RetrainMove
	pause   *drift.Pause
	lifts   int
	alerts  []engine.MoveRequest
	refuse  error         // what the engine answers to people
	stepErr error         // of the next step
	working time.Duration // how long the next step takes
	told    []time.Time
}

func newStage(days float64) (*stage, *play.Lapse) {
	s := &stage{wall: from.Time().Add(time.Duration(days * 24 * float64(time.Hour)))}
	s.clock = play.NewClock(func() time.Time { return s.wall })
	return s, play.New(play.Options{
		House: s, Queue: s, Engine: s, Clock: s.clock, Wall: func() time.Time { return s.wall },
		From: from, Reached: from.Time(), Day: 24 * time.Second, Wait: s.wait,
	})
}

func (s *stage) wait(ctx context.Context, d time.Duration) error {
	s.waited = append(s.waited, d)
	s.wall = s.wall.Add(d)
	return ctx.Err()
}

func (s *stage) Step(context.Context) error {
	err := s.stepErr
	s.stepErr = nil
	s.wall = s.wall.Add(s.working)
	s.working = 0
	s.steps = append(s.steps, s.clock.Now())
	return err
}

func (s *stage) RetrainsIn(_ context.Context, states ...drift.RetrainState) (list []*drift.Retrain, err error) {
	for _, state := range states {
		if s.retrain != nil && s.retrain.State == state {
			list = append(list, s.retrain)
		}
	}
	return list, nil
}

func (s *stage) MoveRetrain(_ context.Context, by drift.Actor, m engine.RetrainMove) (*drift.Retrain, error) {
	if by.Role != drift.RoleManager {
		return nil, errors.New("not a manager")
	}
	s.moves = append(s.moves, m)
	if s.refuse == nil {
		s.retrain.State = drift.RetrainQueued
	}
	return s.retrain, s.refuse
}

func (s *stage) LiftPause(context.Context, drift.Actor, drift.Model, string) error {
	s.lifts++
	if s.refuse == nil {
		s.pause = nil
	}
	return s.refuse
}

func (s *stage) Move(_ context.Context, by drift.Actor, m engine.MoveRequest) (*drift.Alert, error) {
	if by.Role != drift.RoleOperator {
		return nil, errors.New("not an operator")
	}
	s.alerts = append(s.alerts, m)
	return nil, s.refuse
}

func (s *stage) SetSettings(context.Context, drift.Actor, ...engine.SettingChange) (drift.Settings, error) {
	return drift.Settings{}, nil
}
func (s *stage) ActiveVersions(context.Context) ([]drift.VersionKey, error) { return nil, nil }
func (s *stage) Artifact(context.Context, drift.VersionKey) ([]byte, error) { return nil, nil }
func (s *stage) AddModel(context.Context, demo.Model) error                 { return nil }
func (s *stage) Import(context.Context, io.Reader) error                    { return nil }
func (s *stage) Predictions(context.Context, []byte) error                  { return nil }
func (s *stage) Outcomes(context.Context, []byte) error                     { return nil }
func (s *stage) OpenAlerts(context.Context) ([]drift.Alert, error)          { return s.open, nil }
func (s *stage) Paused(context.Context, drift.Model) (*drift.Pause, error)  { return s.pause, nil }
func (s *stage) Reached(_ context.Context, now time.Time, tell bool) error {
	if tell {
		s.told = append(s.told, now)
	}
	return nil
}

func at(hours float64) time.Time { return from.Time().Add(time.Duration(hours * float64(time.Hour))) }

// An hour a second, and every four hours the browsers are told; at the present the clock is let go.
func TestPace(t *testing.T) {
	s, l := newStage(1)
	if err := l.Play(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(s.steps) != 24 || !s.steps[0].Equal(at(1)) || !s.steps[23].Equal(at(24)) {
		t.Errorf("steps %v", s.steps)
	}
	for i, d := range s.waited {
		if d != time.Second {
			t.Errorf("step %d took %v", i, d)
		}
	}
	if len(s.told) != 7 || !s.told[0].Equal(at(4)) { // six times, and at the end
		t.Errorf("told at %v", s.told)
	}
	if now := s.clock.Now(); !now.Equal(s.wall) || !l.State().Over {
		t.Errorf("afterwards the clock shows %s, %+v", now, l.State())
	}
}

// What falls due between the hours happens at its time.
func TestDueBetween(t *testing.T) {
	s, l := newStage(0.25)
	due := at(3.5)
	s.retrain = &drift.Retrain{State: drift.RetrainCountdown, DueAt: &due}
	if err := l.Play(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(s.steps) != 7 || !s.steps[3].Equal(due) {
		t.Errorf("steps %v, want one at %s", s.steps, due)
	}
}

// Work that takes long is not made up for by a rush: the clock stood meanwhile.
func TestClockWaitsForWork(t *testing.T) {
	s, l := newStage(0.5)
	s.working = time.Minute
	if err := l.Play(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := s.waited[1:4]; got[0] != 0 || got[1] != time.Second || got[2] != time.Second {
		t.Errorf("after a minute's work the steps took %v", got)
	}
}

// The manager leaves a retrain to the visitor for a while, in which time goes slowly, and then decides
// once; what a visitor decided before, or an emergency stop forbids, stays as it is.
func TestManager(t *testing.T) {
	s, l := newStage(1)
	s.retrain = &drift.Retrain{ID: 7, Version: 3, State: drift.RetrainWaitingApproval, StateSince: at(2.5)}
	if err := l.Play(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(s.moves) != 1 || s.moves[0].ID != 7 || s.moves[0].Version != 3 || s.moves[0].Move != retrain.MoveApprove {
		t.Fatalf("moves %+v", s.moves)
	}
	if s.waited[4] != 9*time.Second || s.waited[len(s.waited)-1] != time.Second {
		t.Errorf("steps took %v", s.waited)
	}
	if !s.steps[10].Equal(at(10.5)) || !s.steps[11].Equal(at(10.5)) { // the second: what follows from the approval
		t.Errorf("steps %v", s.steps[8:13])
	}

	for _, code := range []drift.Code{drift.CodeConflict, drift.CodeIllegalMove} {
		s, l = newStage(1)
		s.refuse = &drift.Error{Code: code, Message: "no"}
		s.retrain = &drift.Retrain{State: drift.RetrainWaitingApproval, StateSince: from.Time()}
		if err := l.Play(t.Context()); err != nil {
			t.Errorf("%s: %v", code, err)
		}
		if s.waited[7] != 9*time.Second || s.waited[8] != time.Second { // it goes on at its pace
			t.Errorf("%s: steps took %v", code, s.waited)
		}
	}
	s, l = newStage(1)
	s.refuse = errors.New("the database went away")
	s.retrain = &drift.Retrain{State: drift.RetrainWaitingApproval, StateSince: from.Time()}
	if err := l.Play(t.Context()); !errors.Is(err, s.refuse) {
		t.Errorf("an error that nobody may swallow: %v", err)
	}
}

// Nine days after a rollback the model may retrain again, asked for once, also by a manager who came
// back; the pause of a visitor's later rollback is the visitor's, and none is there to lift after a visitor did.
func TestPauseIsLifted(t *testing.T) {
	for name, c := range map[string]struct {
		pause *drift.Pause
		lifts int
	}{
		"its own":        {&drift.Pause{Since: at(1)}, 1},
		"a visitor's":    {&drift.Pause{Since: at(9 * 24)}, 0},
		"lifted already": {nil, 0},
	} {
		s, l := newStage(11)
		s.retrain = &drift.Retrain{ID: 7, State: drift.RetrainRolledBack, StateSince: at(1)}
		s.pause = c.pause
		if err := l.Play(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s.lifts != c.lifts || len(s.moves) != 0 {
			t.Errorf("%s: lifted %d times, moves %v", name, s.lifts, s.moves)
		}
	}
	s, l := newStage(11)
	s.retrain, s.pause = &drift.Retrain{ID: 7, State: drift.RetrainRolledBack, StateSince: at(1)}, &drift.Pause{Since: at(1)}
	s.refuse = errors.New("the database went away")
	if err := l.Play(t.Context()); !errors.Is(err, s.refuse) {
		t.Fatalf("an error that nobody may swallow: %v", err)
	}
	s.refuse = nil
	if err := l.Play(t.Context()); err != nil || s.lifts != 2 || s.pause != nil {
		t.Errorf("after an error: %v, asked %d times, %+v", err, s.lifts, s.pause)
	}
}

// At noon the operator resolves what is over and acknowledges what is new.
func TestOperator(t *testing.T) {
	s, l := newStage(0.75)
	s.open = []drift.Alert{
		{ID: 1, Status: drift.AlertNew, AlertType: drift.AlertDrift},
		{ID: 2, Status: drift.AlertEscalated, AlertType: drift.AlertRollback, CreatedAt: at(1)},
		{ID: 3, Status: drift.AlertAcknowledged, AlertType: drift.AlertDrift, Cleared: true},
		{ID: 4, Status: drift.AlertAcknowledged, AlertType: drift.AlertDrift},
		{ID: 5, Status: drift.AlertAcknowledged, AlertType: drift.AlertRollback, CreatedAt: at(-9 * 24)},
	}
	if err := l.Play(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := map[int64]drift.Move{1: drift.MoveAcknowledge, 2: drift.MoveAcknowledge, 3: drift.MoveResolve, 5: drift.MoveResolve}
	if len(s.alerts) != len(want) {
		t.Errorf("moves %+v", s.alerts)
	}
	for _, m := range s.alerts {
		if want[m.AlertID] != m.Move {
			t.Errorf("alert %d: %s, want %q", m.AlertID, m.Move, want[m.AlertID])
		}
	}
}

// A failed step is taken again, at the same moment.
func TestFailedStep(t *testing.T) {
	s, l := newStage(0.25)
	s.stepErr = errors.New("the database went away")
	if err := l.Play(t.Context()); err == nil {
		t.Fatalf("the step's failure: %v", err)
	}
	if err := l.Play(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(s.steps) != 7 || !s.steps[0].Equal(at(1)) || !s.steps[1].Equal(at(1)) {
		t.Errorf("steps %v", s.steps)
	}
}

// A time-lapse that is told to stop stops.
func TestStopped(t *testing.T) {
	s, l := newStage(1)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := l.Play(ctx); !errors.Is(err, context.Canceled) || len(s.steps) != 0 {
		t.Errorf("%v after %d steps", err, len(s.steps))
	}
}
