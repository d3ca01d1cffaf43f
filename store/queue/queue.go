package queue

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/store"
)

// Engine is what the queue needs of the engine.
type Engine interface {
	RunJob(ctx context.Context, job drift.JobName, d drift.Date) (engine.JobResult, error)
	JobGaveUp(ctx context.Context, job drift.JobName, d drift.Date, cause error) error
	JobSucceeded(ctx context.Context, job drift.JobName, d drift.Date) error
	FireTimers(ctx context.Context) (int, error)
	CheckClock(ctx context.Context, server string, offset time.Duration, tenants []drift.Tenant) error
	FireRetrains(ctx context.Context) (int, error)
	// TellWatches tells open pages once an hour how watched versions do.
	TellWatches(ctx context.Context) error
	Waiting(ctx context.Context) ([]*drift.Retrain, error)
	Work(ctx context.Context, id int64, server string) error
	Backfiller
}

// Backfiller judges days that lie behind.
type Backfiller interface {
	// CheckBackfill says whether a person may start one of these days.
	CheckBackfill(by drift.Actor, from, to drift.Date) error
	Backfill(ctx context.Context, o engine.BackfillOptions) (engine.BackfillResult, error)
}

// Options say what a Queue works with. DB, Engine and Server are required.
type Options struct {
	DB     *store.DB
	Engine Engine
	Server string // this server's name, unlike any other's
	Clock  func() time.Time
	Log    *slog.Logger
	// Browsers returns how many browsers this server serves, for the operations page; may be nil.
	Browsers func() int
	// FirstStart is when this installation first started: no slot before it was missed.
	FirstStart time.Time
	// Every is the pause between two looks at the schedule: what a server that was killed left
	// unfinished lies for so long; 5 s where zero.
	Every time.Duration
}

// maxAttempts is how often a slot is tried before it counts as failed.
const maxAttempts = 3

// Queue runs jobs on this server.
type Queue struct {
	o       Options
	client  *river.Client[pgx.Tx]
	started time.Time
	nudge   chan struct{} // asks for a look at the schedule at once

	// Of the loop alone: whether the clock was looked at, and whether it was off.
	clockSeen, clockOff bool
}

// New prepares a queue; Run starts it.
func New(o Options) (*Queue, error) {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Every == 0 {
		o.Every = 5 * time.Second
	}
	q := &Queue{o: o, started: o.Clock(), nudge: make(chan struct{}, 1)}
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, &worker{q: q}); err != nil {
		return nil, fmt.Errorf("register worker: %w", err)
	}
	if err := river.AddWorkerSafely(workers, &backfiller{q: q}); err != nil {
		return nil, fmt.Errorf("register backfills: %w", err)
	}
	var err error
	q.client, err = river.NewClient(riverpgxv5.New(o.DB.Pool()), &river.Config{
		ID:      o.Server,
		Logger:  quiet(o.Log),
		Queues:  map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 2}, backfillQueue: {MaxWorkers: 1}},
		Workers: workers,
		// The slot's row decides about another try; River is to try once and to forget.
		MaxAttempts:          1,
		JobTimeout:           jobTimeout,
		RescueStuckJobsAfter: 2 * jobTimeout,
	})
	if err != nil {
		return nil, fmt.Errorf("job queue: %w", err)
	}
	return q, nil
}

// jobTimeout ends a job that hangs. A check of thousands of models takes minutes.
const jobTimeout = time.Hour

// quiet keeps River's own chatter to warnings: the slot's row and our log say what happened.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(&minLevel{log.Handler(), slog.LevelWarn}) }

type minLevel struct {
	slog.Handler
	level slog.Level
}

// Enabled implements slog.Handler.
func (h *minLevel) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.level && h.Handler.Enabled(ctx, l)
}

// Run works until ctx ends, then lets running jobs stop and returns.
func (q *Queue) Run(ctx context.Context) error {
	if err := q.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start job queue: %w", err)
	}
	retrains := &retrainer{q: q, working: map[int64]bool{}}
	var group sync.WaitGroup
	group.Go(func() { retrains.run(ctx) })
	q.loop(ctx)
	group.Wait()
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	if err := q.client.StopAndCancel(stop); err != nil {
		return fmt.Errorf("stop job queue: %w", err)
	}
	return nil
}

// stopWithin bounds how long a running job may take to notice that the server stops.
const stopWithin = 10 * time.Second

// Nudge asks for a look at the schedule now instead of at the next turn.
func (q *Queue) Nudge() {
	select {
	case q.nudge <- struct{}{}:
	default: // one is waiting already
	}
}
