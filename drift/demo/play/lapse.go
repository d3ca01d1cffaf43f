package play

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/demo"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/schedule"
)

// Lapse plays past days up to the present.
type Lapse struct {
	o       Options
	rows    *demo.Lapse
	serving Serving
	reached time.Time // everything up to here has happened
	waits   atomic.Bool
	due     time.Time // when the next step is to begin, by the wall
}

// The pace of a time-lapse. While a manager is waited for, time takes so many times as long, for that
// a visitor may be first.
const (
	slowed     = 9
	tellEvery  = 4 * time.Hour
	behindMost = time.Second // lost time beyond is not made up for
)

// New returns a time-lapse and makes the clock stand where it left off.
func New(o Options) *Lapse {
	if o.Wait == nil {
		o.Wait = wait
	}
	if o.Step == 0 {
		o.Step = time.Hour
	}
	o.Clock.Set(o.Reached)
	return &Lapse{o: o, rows: demo.NewLapse(o.Seed, o.From), reached: o.Reached}
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// State says how the time-lapse stands. It may be called at any time.
func (l *Lapse) State() drift.Lapse {
	return drift.Lapse{
		From: l.o.From, Now: l.o.Clock.Now().UTC(), Days: int(drift.DateOf(l.o.Wall())-l.o.From) + 1,
		Waits: l.waits.Load(), Over: !l.o.Clock.stands(),
	}
}

// Load writes what was before the first day and switches automatic retraining on. One that was broken
// off may be loaded again.
func (l *Lapse) Load(ctx context.Context) error {
	for _, m := range demo.LapseModels {
		if err := l.o.House.AddModel(ctx, m.Model); err != nil {
			return err
		}
	}
	r, w := io.Pipe()
	go func() { w.CloseWithError(l.rows.WriteHistory(w)) }()
	defer r.Close()
	if err := l.o.House.Import(ctx, r); err != nil {
		return fmt.Errorf("load the log: %w", err)
	}
	for _, s := range demo.LapseSwitches() {
		_, err := l.o.Engine.SetSettings(ctx, owner(), engine.SettingChange{Tenant: s.Tenant, Name: s.Name, Value: &s.Value, Reason: "The demo shows retraining."})
		if err != nil {
			return fmt.Errorf("set %s: %w", s.Name, err)
		}
	}
	return nil
}

// Play steps the clock until it meets the present, and lets it go then. After an error it may be
// called again: what has happened does not happen twice.
func (l *Lapse) Play(ctx context.Context) error {
	l.due = l.o.Wall()
	for {
		next, err := l.next(ctx)
		if err != nil {
			return err
		}
		if next.After(l.o.Wall()) {
			break
		}
		if err := l.pace(ctx, next); err != nil {
			return err
		}
		if err := l.advance(ctx, next); err != nil {
			return fmt.Errorf("%s: %w", next.UTC().Format("2006-01-02 15:04"), err)
		}
	}
	l.waits.Store(false)
	l.o.Clock.Release()
	return l.o.House.Reached(ctx, l.reached, true)
}

// Produce writes what was predicted, and which outcomes became known, since the last time; it is for
// the time after Play.
func (l *Lapse) Produce(ctx context.Context) error {
	now := l.o.Clock.Now()
	if err := l.write(ctx, now); err != nil {
		return err
	}
	l.reached = now
	return l.o.House.Reached(ctx, now, false)
}

// next is where the clock is to stand next: a step further, or where something falls due before.
func (l *Lapse) next(ctx context.Context) (time.Time, error) {
	next := l.reached.Truncate(l.o.Step).Add(l.o.Step)
	due := func(t time.Time) {
		if t.After(l.reached) && t.Before(next) {
			next = t
		}
	}
	for _, job := range drift.DailyJobs {
		due(schedule.Next(job, l.reached).At)
	}
	live, err := l.o.Engine.RetrainsIn(ctx, drift.RetrainWaitingApproval, drift.RetrainCountdown, drift.RetrainWatching)
	if err != nil {
		return next, err
	}
	waits := false
	for _, r := range live {
		if r.State == drift.RetrainWaitingApproval {
			approved := r.StateSince.Add(drift.LapseApprovesAfter)
			waits = waits || l.reached.Before(approved) // beyond it is an emergency stop that holds it up
			due(approved)
		}
		if r.DueAt != nil {
			due(*r.DueAt)
		}
	}
	l.waits.Store(waits)
	if now := l.o.Clock.Now(); next.Before(now) { // after an error, on the way to there
		next = now
	}
	return next, nil
}

// pace waits for the step's time. Work that took longer than its step is made up for by later ones, a
// training is not: the clock stood while it ran.
func (l *Lapse) pace(ctx context.Context, next time.Time) error {
	if l.o.Day == 0 {
		return ctx.Err()
	}
	d := time.Duration(float64(l.o.Day) * next.Sub(l.reached).Hours() / 24)
	if l.waits.Load() {
		d *= slowed
	}
	now := l.o.Wall()
	if late := now.Add(-behindMost); l.due.Before(late) {
		l.due = late
	}
	l.due = l.due.Add(d)
	return l.o.Wait(ctx, l.due.Sub(now))
}

// advance sets the clock and lets happen what happens up to there.
func (l *Lapse) advance(ctx context.Context, to time.Time) error {
	l.o.Clock.Set(to)
	if err := l.write(ctx, to); err != nil {
		return err
	}
	for {
		if err := l.o.Queue.Step(ctx); err != nil {
			return err
		}
		acted, err := l.people(ctx, to)
		if err != nil {
			return err
		}
		if !acted {
			break
		}
	}
	tell := to.Truncate(tellEvery).After(l.reached)
	if err := l.o.House.Reached(ctx, to, tell); err != nil {
		return err
	}
	l.reached = to
	return nil
}

// write logs the predictions made in [reached, to), each by the version that is active, and the
// outcomes that became known.
func (l *Lapse) write(ctx context.Context, to time.Time) error {
	if err := l.serving.Follow(ctx, l.o.House); err != nil {
		return err
	}
	var predictions, outcomes bytes.Buffer
	for _, m := range demo.LapseModels {
		for _, row := range l.rows.Predictions(m, l.reached, to) {
			predictions.Write(l.serving.Prediction(m.Model, row))
		}
		outcomes.Write(l.rows.Outcomes(m, l.reached, to))
	}
	if predictions.Len() > 0 {
		if err := l.o.House.Predictions(ctx, predictions.Bytes()); err != nil {
			return fmt.Errorf("predictions: %w", err)
		}
	}
	if outcomes.Len() > 0 {
		if err := l.o.House.Outcomes(ctx, outcomes.Bytes()); err != nil {
			return fmt.Errorf("outcomes: %w", err)
		}
	}
	return nil
}
