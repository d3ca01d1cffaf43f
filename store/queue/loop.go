package queue

import (
	"context"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
)

// The pace of what a server does by itself beside the schedule.
const (
	timersEvery    = 5 * time.Second
	heartbeatEvery = 10 * time.Second
	keepEvery      = time.Hour
)

// loop looks at the schedule, fires timers, beats and keeps house until ctx ends.
func (q *Queue) loop(ctx context.Context) {
	look, fire, beat, keep := time.NewTicker(q.o.Every), time.NewTicker(timersEvery), time.NewTicker(heartbeatEvery), time.NewTicker(keepEvery)
	defer look.Stop()
	defer fire.Stop()
	defer beat.Stop()
	defer keep.Stop()
	q.do(ctx, "heartbeat", q.heartbeat)
	q.do(ctx, "housekeeping", q.keepHouse)
	q.do(ctx, "schedule", q.lookOnce)
	for {
		select {
		case <-ctx.Done():
			return
		case <-q.nudge:
			q.do(ctx, "schedule", q.lookOnce)
		case <-look.C:
			q.do(ctx, "schedule", q.lookOnce)
		case <-fire.C:
			q.do(ctx, "timers", func(ctx context.Context) error {
				_, err := q.o.Engine.FireTimers(ctx)
				return err
			})
		case <-beat.C:
			q.do(ctx, "heartbeat", q.heartbeat)
		case <-keep.C:
			q.do(ctx, "housekeeping", q.keepHouse)
		}
	}
}

// Beat says that this server is there, looks at its clock and keeps house until ctx ends: what Run
// does beside the work, for a server whose work is stepped.
func (q *Queue) Beat(ctx context.Context) {
	beat, keep := time.NewTicker(heartbeatEvery), time.NewTicker(keepEvery)
	defer beat.Stop()
	defer keep.Stop()
	q.do(ctx, "heartbeat", q.heartbeat)
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
			q.do(ctx, "heartbeat", q.heartbeat)
		case <-keep.C:
			q.do(ctx, "housekeeping", q.keepHouse)
		}
	}
}

// do runs one piece of work and logs its failure: the next turn tries again.
func (q *Queue) do(ctx context.Context, what string, fn func(context.Context) error) {
	if err := fn(ctx); err != nil && ctx.Err() == nil {
		q.o.Log.Error(what+" failed", "error", err)
	}
}

func (q *Queue) lookOnce(ctx context.Context) error {
	_, err := q.Reconcile(ctx, q.o.Clock().UTC())
	return err
}

// heartbeat says that this server is there, and looks whether its clock is right.
func (q *Queue) heartbeat(ctx context.Context) error {
	browsers := 0
	if q.o.Browsers != nil {
		browsers = q.o.Browsers()
	}
	offset, err := q.o.DB.Heartbeat(ctx, q.o.Server, q.started, browsers)
	if err != nil {
		return err
	}
	off := engine.ClockOff(offset)
	if q.clockSeen && off == q.clockOff {
		return nil
	}
	tenants, err := q.o.DB.Tenants(ctx, drift.SystemActor())
	if err != nil {
		return err
	}
	if err := q.o.Engine.CheckClock(ctx, q.o.Server, offset, tenants); err != nil {
		return err
	}
	q.clockSeen, q.clockOff = true, off
	return nil
}

// keepHouse drops what is no longer kept.
func (q *Queue) keepHouse(ctx context.Context) error {
	if err := q.o.DB.Housekeep(ctx, q.o.Clock().UTC()); err != nil {
		return err
	}
	settings, err := q.o.DB.Settings(ctx, drift.SystemActor(), 0)
	if err != nil {
		return err
	}
	_, err = q.o.DB.DropExpired(ctx, q.o.Clock().UTC(), settings)
	return err
}
