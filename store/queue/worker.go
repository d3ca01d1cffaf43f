package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/schedule"
	"github.com/driftwatch/driftwatch/store"
)

// worker runs one slot.
type worker struct {
	river.WorkerDefaults[slotArgs]
	q *Queue
}

// Work runs the slot unless it is over already.
func (w *worker) Work(ctx context.Context, job *river.Job[slotArgs]) error {
	_, err := w.q.runSlot(ctx, schedule.Slot{Job: job.Args.Job, At: job.Args.At.UTC()}, job.Args.Attempt)
	return err
}

// runSlot runs the slot while holding its lock, and reports whether it was still to be run.
func (q *Queue) runSlot(ctx context.Context, slot schedule.Slot, attempt int) (began bool, err error) {
	release, err := q.holdSlot(ctx, slot)
	if err != nil {
		return false, err
	}
	defer release()
	if !q.begin(ctx, slot, attempt) {
		return false, nil // over, or taken up by somebody else
	}
	defer q.Nudge() // what comes after it may run now
	res, err := q.o.Engine.RunJob(ctx, slot.Job, slot.Date())
	if err != nil {
		return true, q.failed(ctx, slot, attempt, err)
	}
	return true, q.done(ctx, slot, res)
}

// holdSlot takes the slot's lock on a connection of its own; it falls with the connection.
func (q *Queue) holdSlot(ctx context.Context, slot schedule.Slot) (release func(), err error) {
	conn, err := q.o.DB.Pool().Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("connection for slot: %w", err)
	}
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock(hashtextextended($1, 0))`, slotLock(slot)); err != nil {
		drop(conn)
		return nil, fmt.Errorf("hold slot: %w", err)
	}
	return func() { drop(conn) }, nil
}

// drop closes the connection instead of giving it back, so that no lock can outlive its holder.
func drop(conn *pgxpool.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = conn.Hijack().Close(ctx)
}

func (q *Queue) begin(ctx context.Context, slot schedule.Slot, attempt int) bool {
	started := false
	err := q.o.DB.InTx(ctx, drift.SystemActor(), func(tx *store.Tx) (err error) {
		started, err = tx.StartRun(ctx, slot.Job, slot.At, attempt, q.o.Server, q.o.Clock().UTC())
		return err
	})
	if err != nil {
		q.o.Log.Error("job was not begun", "job", slot.Job, "date", slot.Date(), "error", err)
	}
	return err == nil && started
}

func (q *Queue) done(ctx context.Context, slot schedule.Slot, res engine.JobResult) error {
	if err := q.o.Engine.JobSucceeded(ctx, slot.Job, slot.Date()); err != nil {
		return fmt.Errorf("end job_failed alerts: %w", err)
	}
	return q.o.DB.InTx(ctx, drift.SystemActor(), func(tx *store.Tx) error {
		_, err := tx.FinishRun(ctx, slot.Job, slot.At, res.Covered, q.o.Clock().UTC())
		return err
	})
}

// failed keeps the reason; after the last attempt the slot is over and everybody is told.
func (q *Queue) failed(ctx context.Context, slot schedule.Slot, attempt int, cause error) error {
	stopping := ctx.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	if stopping { // the server ends: not the job's fault, the next server takes it up
		return cause
	}
	last := attempt >= maxAttempts
	q.o.Log.Error("job failed", "job", slot.Job, "date", slot.Date(), "attempt", attempt, "last", last, "error", cause)
	err := q.o.DB.InTx(ctx, drift.SystemActor(), func(tx *store.Tx) error {
		_, err := tx.FailRun(ctx, slot.Job, slot.At, last, reason(cause), q.o.Clock().UTC())
		return err
	})
	if err != nil || !last {
		return errors.Join(cause, err)
	}
	return errors.Join(cause, q.o.Engine.JobGaveUp(ctx, slot.Job, slot.Date(), cause))
}

// reason is what the operations page shows of a failure.
func reason(err error) string {
	var e *drift.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return "It ended unexpectedly; the server's log says why."
}
