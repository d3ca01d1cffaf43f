package queue_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/queue"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// stepped is an engine whose retrains the test sets.
type stepped struct {
	*recorder
	waiting []*drift.Retrain
	worked  []int64
	works   func(r *drift.Retrain) // what comes of the work; nil: nothing may begin now
	offset  time.Duration          // the server's clock was off by, as CheckClock was told
	checked chan struct{}
}

func (s *stepped) Waiting(context.Context) ([]*drift.Retrain, error) {
	return slices.Clone(s.waiting), nil
}

func (s *stepped) Work(_ context.Context, id int64, _ string) error {
	s.worked = append(s.worked, id)
	if s.works != nil {
		s.works(s.waiting[slices.IndexFunc(s.waiting, func(r *drift.Retrain) bool { return r.ID == id })])
	}
	return nil
}

func (s *stepped) CheckClock(_ context.Context, _ string, offset time.Duration, _ []drift.Tenant) error {
	s.offset = offset
	close(s.checked)
	return nil
}

// newStepped is a queue on a clock that the test sets, years ago.
func newStepped(t *testing.T) (*stepped, *clock, *store.DB, *queue.Queue) {
	t.Helper()
	c, e := &clock{now: midnight}, &stepped{recorder: newRecorder(), checked: make(chan struct{})}
	db := storetest.Fresh(t, store.Options{Now: c.Now, Wall: time.Now})
	q, err := queue.New(queue.Options{DB: db, Engine: e, Server: "stepped", Clock: c.Now, FirstStart: midnight})
	if err != nil {
		t.Fatal(err)
	}
	return e, c, db, q
}

// Each step runs what is due by then, in order, and is over when it is done.
func TestStepRunsWhatIsDue(t *testing.T) {
	e, c, db, q := newStepped(t)
	step := func(after time.Duration, want ...string) {
		t.Helper()
		c.set(midnight.Add(after))
		was := len(e.list(&e.ended))
		if err := q.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := e.list(&e.ended)[was:]; !slices.Equal(got, want) {
			t.Errorf("at %v ran %v, want %v", after, got, want)
		}
	}
	step(30 * time.Minute)
	step(time.Hour, "06-15 outcomes")
	step(time.Hour)
	step(26*time.Hour, "06-15 metrics", "06-15 statistical", "06-15 performance", "06-16 outcomes", "06-16 metrics")
	err := db.View(t.Context(), drift.SystemActor(), func(tx *store.Tx) error {
		runs, err := tx.ScheduleRuns(t.Context(), midnight, midnight.Add(48*time.Hour))
		for _, r := range runs {
			if r.State != "done" || r.Attempt != 1 || r.FinishedAt.After(c.Now()) {
				t.Errorf("%+v", r)
			}
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// A job that fails has its attempts at once and is then over, told of, and run again when a person asks.
func TestStepTriesAgain(t *testing.T) {
	e, c, _, q := newStepped(t)
	e.work = func(_ context.Context, job drift.JobName, _ drift.Date) error {
		if job == drift.JobOutcomes {
			return errors.New("it cannot")
		}
		return nil
	}
	c.set(midnight.Add(2 * time.Hour))
	if err := q.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{"06-15 outcomes", "06-15 outcomes", "06-15 outcomes", "06-15 metrics"}
	if got := e.list(&e.began); !slices.Equal(got, want) || len(e.list(&e.gaveUp)) != 1 {
		t.Errorf("began %v, gave up %v", got, e.list(&e.gaveUp))
	}
	e.work = nil
	by := drift.SystemActor()
	by.Role = drift.RoleManager
	if err := q.RunAgain(t.Context(), by, drift.JobOutcomes, midnight.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := q.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := e.list(&e.ended); !slices.Equal(got, []string{"06-15 metrics", "06-15 outcomes"}) {
		t.Errorf("ended %v", got)
	}
}

// A step works on retrains until nothing follows, and does not wait for one that may not begin.
func TestStepWorksOnRetrains(t *testing.T) {
	e, _, _, q := newStepped(t)
	e.waiting = []*drift.Retrain{{ID: 7, Version: 1}}
	e.works = func(r *drift.Retrain) { // begun anew, as after a server that died, and then done
		if r.Version++; r.Version == 3 {
			e.waiting = nil
		}
	}
	if err := q.Step(t.Context()); err != nil || !slices.Equal(e.worked, []int64{7, 7}) {
		t.Errorf("%v, worked on %v", err, e.worked)
	}
	e.waiting, e.works, e.worked = []*drift.Retrain{{ID: 8}}, nil, nil // under the emergency stop, say
	if err := q.Step(t.Context()); err != nil || len(e.worked) == 0 || len(e.worked) > 2 {
		t.Errorf("%v, worked on %v", err, e.worked)
	}
}

// A step that is told to stop leaves its slot to the next one.
func TestStepStopped(t *testing.T) {
	e, c, _, q := newStepped(t)
	c.set(midnight.Add(time.Hour))
	ctx, stop := context.WithCancel(t.Context())
	e.work = func(ctx context.Context, _ drift.JobName, _ drift.Date) error {
		stop()
		return ctx.Err()
	}
	if err := q.Step(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	e.work = nil
	if err := q.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := e.list(&e.ended); !slices.Equal(got, []string{"06-15 outcomes"}) || len(e.list(&e.gaveUp)) > 0 {
		t.Errorf("ended %v, gave up %v", got, e.list(&e.gaveUp))
	}
}

// The beat measures the machine's own clock, not the one that is stepped.
func TestBeatMeasuresTheMachinesClock(t *testing.T) {
	e, _, db, q := newStepped(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		q.Beat(ctx)
	}()
	<-e.checked
	stop()
	<-done
	servers, err := db.Servers(t.Context(), drift.SystemActor(), time.Minute)
	if err != nil || len(servers) != 1 || servers[0].ClockOffset.Abs() > time.Minute || e.offset.Abs() > time.Minute {
		t.Errorf("%+v, %v; told of %v", servers, err, e.offset)
	}
}
