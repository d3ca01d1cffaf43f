package queue

import (
	"context"
	"errors"
	"fmt"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/schedule"
	"github.com/driftwatch/driftwatch/store"
)

// errHeld says that a slot is being run by another server.
var errHeld = errors.New("another server is at it")

// Step does everything that is due at the clock's present moment and returns when it is done: the
// daily jobs in their order, timers, retrains that fall due, and the work on those that are queued,
// training included. It is for a clock that is set by hand, which must not go on before; a server
// whose clock runs by itself uses Run. The two are never used at the same time.
func (q *Queue) Step(ctx context.Context) error {
	for {
		more, err := q.stepSlot(ctx)
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if _, err := q.o.Engine.FireTimers(ctx); err != nil {
		return err
	}
	return q.stepRetrains(ctx)
}

// stepSlot runs the oldest slot that is due and not over. A job that failed is tried again at once,
// as often as it would be otherwise.
func (q *Queue) stepSlot(ctx context.Context) (more bool, err error) {
	var slot schedule.Slot
	attempt := 0
	now := q.o.Clock().UTC()
	err = q.oldestDue(ctx, now, func(tx *store.Tx, s schedule.Slot, r drift.ScheduleRun, known bool) (err error) {
		slot, attempt, more = s, r.Attempt+1, true
		if known {
			_, err = tx.RequeueSlot(ctx, s.Job, s.At, now)
		} else {
			_, err = tx.ClaimSlot(ctx, s.Job, s.At, now)
		}
		return err
	})
	if err != nil || !more {
		return false, err
	}
	// Its failure is in the slot's row and the log already; after the last attempt the slot is over.
	began, err := q.runSlot(ctx, slot, min(attempt, maxAttempts))
	switch {
	case ctx.Err() != nil:
		return false, ctx.Err()
	case !began:
		return false, fmt.Errorf("job %s of %s: %w", slot.Job, slot.Date(), cause(err))
	}
	return true, nil
}

func cause(err error) error {
	if err == nil {
		return errHeld
	}
	return err
}

// stepRetrains makes the moves of retrains that are due and works on what waits until nothing follows.
func (q *Queue) stepRetrains(ctx context.Context) error {
	w := &retrainer{q: q, working: map[int64]bool{}}
	defer w.group.Wait()
	for before := ""; ; {
		if err := w.look(ctx); err != nil {
			return err
		}
		w.group.Wait()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		waiting, err := q.o.Engine.Waiting(ctx)
		if err != nil {
			return err
		}
		after := ""
		for _, r := range waiting {
			after += fmt.Sprintf("%d/%d ", r.ID, r.Version)
		}
		if after == "" || after == before { // nothing waits, or what waits may not begin now
			return nil
		}
		before = after
	}
}
