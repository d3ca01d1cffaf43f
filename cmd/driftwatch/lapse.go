package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/demo"
	"github.com/driftwatch/driftwatch/drift/demo/play"
	"github.com/driftwatch/driftwatch/store"
)

// The pace of a time-lapse: so long takes a day, and after a failure it is tried again.
const (
	lapseDay   = 6 * time.Second
	lapseAgain = time.Second
)

// lapseLock is held by the server that plays a database's time-lapse.
const lapseLock = "driftwatch: time-lapse"

// isLapse reports whether this database holds a time-lapse, whatever the command said.
func (s *server) isLapse() bool { return !s.install.LapseFrom.IsZero() }

// settle finds out what this database is, or makes it that.
func (s *server) settle(ctx context.Context) (err error) {
	if s.cmd.TimeLapse {
		if s.install, err = s.beginLapse(ctx); err != nil {
			return err
		}
	} else if s.install, err = s.house.store.FirstServe(ctx, s.started, s.cmd.Demo); err != nil {
		return err
	}
	if s.cmd.Demo && !s.install.Demo {
		return drift.Invalid("demo", "This database holds real data; the demo would mix invented rows into it. Give the demo a directory of its own: DRIFTWATCH_DATA_DIR=./.driftwatch-demo.")
	}
	if s.isLapse() { // before anything notes a time
		s.clock.Set(s.install.LapseReached)
	}
	return nil
}

// beginLapse makes an empty database that of a time-lapse, or finds that it is one.
func (s *server) beginLapse(ctx context.Context) (store.Installation, error) {
	i, known, err := s.house.store.Installation(ctx)
	if err != nil {
		return i, err
	}
	if !known {
		i, err = s.house.store.BeginLapse(ctx, drift.DateOf(s.started).Add(1-demo.LapseDays).Time())
	}
	if drift.CodeOf(err) == drift.CodeConflict || err == nil && i.LapseFrom.IsZero() {
		return i, drift.Invalid("time-lapse", "This database holds other data, whose past a time-lapse would write anew. Give the time-lapse a directory of its own: DRIFTWATCH_DATA_DIR=./.driftwatch-time-lapse.")
	}
	return i, err
}

// holdLapse makes this server the one that plays: the clock is stepped in one place alone.
func (s *server) holdLapse(ctx context.Context) (release func(), err error) {
	conn, err := s.house.store.Pool().Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("connection for time-lapse: %w", err)
	}
	var free bool
	err = conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(hashtextextended($1, 0))`, lapseLock).Scan(&free)
	if err == nil && !free {
		err = &drift.Error{Code: drift.CodeConflict, Message: "Another server plays this database's time-lapse, and only one can. Open that one, or stop it first."}
	}
	if err != nil {
		conn.Release()
		return nil, err
	}
	return func() { // closed rather than given back, so that the lock ends with it
		closing, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = conn.Hijack().Close(closing)
	}, nil
}

// openLapse prepares the time-lapse, where this database holds one, and makes the clock stand where it
// left off.
func (s *server) openLapse(p *parts) {
	p.played = make(chan struct{})
	if !s.isLapse() {
		return
	}
	p.lapse = play.New(play.Options{
		House: lapseHouse{versions{s.house}}, Queue: p.queue, Engine: s.house.engine, Clock: s.clock, Wall: s.session.clock,
		Seed: demo.LapseSeed, From: drift.DateOf(s.install.LapseFrom), Reached: s.install.LapseReached, Day: lapseDay,
	})
}

// lapseState is what pages say of the time-lapse; nil where there is none.
func (p *parts) lapseState() func() drift.Lapse {
	if p.lapse == nil {
		return nil
	}
	return p.lapse.State
}

func (s *server) loadLapse(ctx context.Context, p *parts) error {
	if err := p.lapse.Load(ctx); err != nil {
		return err
	}
	return s.house.store.DemoIsReady(ctx, s.clock.Now())
}

func (s *server) sayLapse(p *parts) {
	l := p.lapse.State()
	s.say("It plays %s to today, day %d of %d, a day in some %.0f seconds; then its clock runs at its real speed.", l.From, l.Day(), l.Days, lapseDay.Seconds())
}

// playLapse steps the clock until it has met the present.
func (s *server) playLapse(ctx context.Context, p *parts) {
	defer close(p.played)
	if p.lapse == nil {
		return
	}
	beating, stop := context.WithCancel(ctx)
	beat := make(chan struct{})
	go func() {
		defer close(beat)
		p.queue.Beat(beating)
	}()
	defer func() {
		stop()
		<-beat
	}()
	for {
		err := p.lapse.Play(ctx)
		if err == nil {
			s.say("The time-lapse has met the present. From here on its clock runs at its real speed.")
			return
		}
		if ctx.Err() != nil {
			return
		}
		s.log.Warn("the time-lapse could not go on; it tries again", "error", err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(lapseAgain):
		}
	}
}

// followLapse goes on writing rows after the time-lapse, in real time, until ctx ends.
func (s *server) followLapse(ctx context.Context, p *parts) {
	select {
	case <-ctx.Done():
		return
	case <-p.played:
	}
	tick := time.NewTicker(produceEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := p.lapse.Produce(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("the demo's producer could not write; it tries again", "error", err)
		}
	}
}

// lapseHouse is this house as a time-lapse plays in it.
type lapseHouse struct{ versions }

var _ play.House = lapseHouse{}

// demoActor writes what the demo invents.
func demoActor() drift.Actor {
	by := shellActor()
	by.Name = "demo"
	return by
}

// AddModel implements play.House.
func (h lapseHouse) AddModel(ctx context.Context, m demo.Model) error {
	return h.addDemoModel(ctx, demoActor(), m)
}

// Import implements play.House.
func (h lapseHouse) Import(ctx context.Context, log io.Reader) error {
	_, err := h.importInvented(ctx, log)
	return err
}

// Predictions implements play.House.
func (h lapseHouse) Predictions(ctx context.Context, lines []byte) error {
	return h.takePredictions(ctx, demoActor(), lines)
}

// Outcomes implements play.House.
func (h lapseHouse) Outcomes(ctx context.Context, lines []byte) error {
	return h.takeOutcomes(ctx, demoActor(), lines)
}

// OpenAlerts implements play.House.
func (h lapseHouse) OpenAlerts(ctx context.Context) ([]drift.Alert, error) {
	p, err := h.store.Alerts(ctx, drift.SystemActor(), drift.AlertFilter{Open: true})
	return p.Items, err
}

// Paused implements play.House.
func (h lapseHouse) Paused(ctx context.Context, m drift.Model) (p *drift.Pause, err error) {
	err = h.store.View(ctx, drift.SystemActor(), func(tx *store.Tx) error {
		p, err = tx.Paused(ctx, m)
		return err
	})
	return p, err
}

// Reached implements play.House.
func (h lapseHouse) Reached(ctx context.Context, now time.Time, tell bool) error {
	return h.store.LapseReached(ctx, now, tell)
}
