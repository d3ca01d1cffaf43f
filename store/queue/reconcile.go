package queue

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/schedule"
	"github.com/driftwatch/driftwatch/store"
)

// slotArgs is the River job of one slot.
type slotArgs struct {
	Job     drift.JobName `json:"job"`
	At      time.Time     `json:"at"`
	Attempt int           `json:"attempt"`
}

// Kind names the job to River.
func (slotArgs) Kind() string { return "daily_job" }

// reconcileLock keeps two servers from looking at the schedule at the same moment.
const reconcileLock = "driftwatch: schedule"

// backOff is the pause before attempt n+1 of a slot: 30 s, then 1 min.
func backOff(attempt int) time.Duration { return 30 * time.Second << max(0, attempt-1) }

// takenUpWithin is how long a queued slot may wait for a worker before it is handed out again: its
// River job may have died with the server that had fetched it.
const takenUpWithin = 20 * time.Second

// Reconcile looks at what is due at now and hands out at most one slot: the oldest that is not
// over. So a day's jobs never overtake each other, and missed days follow in order. It reports
// whether it handed one out.
func (q *Queue) Reconcile(ctx context.Context, now time.Time) (bool, error) {
	handed := false
	err := q.oldestDue(ctx, now, func(tx *store.Tx, slot schedule.Slot, r drift.ScheduleRun, known bool) (err error) {
		handed, err = q.handOut(ctx, tx, slot, r, known, now)
		return err
	})
	return handed, err
}

// oldestDue calls take with the oldest slot that is due and not over, if there is one, and what is
// known of it. No other server looks at the schedule until take's transaction ends.
func (q *Queue) oldestDue(ctx context.Context, now time.Time, take func(tx *store.Tx, slot schedule.Slot, r drift.ScheduleRun, known bool) error) error {
	return q.o.DB.InTx(ctx, drift.SystemActor(), func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, reconcileLock); err != nil {
			return fmt.Errorf("lock schedule: %w", err)
		}
		s, err := tx.Settings(ctx, 0)
		if err != nil {
			return err
		}
		due := schedule.Due(q.o.FirstStart, now, s.Int("CATCH_UP_DAYS"))
		if len(due) == 0 {
			return nil
		}
		runs, err := tx.ScheduleRuns(ctx, due[0].At, now.Add(time.Second))
		if err != nil {
			return err
		}
		known := make(map[schedule.Slot]drift.ScheduleRun, len(runs))
		for _, r := range runs {
			known[schedule.Slot{Job: r.Name, At: r.Slot.UTC()}] = r
		}
		for _, slot := range due {
			r, ok := known[slot]
			if ok && (r.State == "done" || r.State == "failed") {
				continue
			}
			return take(tx, slot, r, ok)
		}
		return nil
	})
}

// handOut queues a slot that nobody claimed, or again one whose worker died or failed.
func (q *Queue) handOut(ctx context.Context, tx *store.Tx, slot schedule.Slot, r drift.ScheduleRun, known bool, now time.Time) (bool, error) {
	if known {
		wait := takenUpWithin
		since := r.QueuedAt
		if r.Error != "" { // it failed and waits for its next attempt
			wait = backOff(r.Attempt)
		}
		if r.State == "running" {
			wait = 0
		}
		if now.Before(since.Add(wait)) {
			return false, nil
		}
		free, err := slotFree(ctx, tx.Tx, slot)
		if err != nil || !free {
			return false, err
		}
		if _, err := tx.RequeueSlot(ctx, slot.Job, slot.At, now); err != nil {
			return false, err
		}
	} else {
		claimed, err := tx.ClaimSlot(ctx, slot.Job, slot.At, now)
		if err != nil || !claimed {
			return false, err
		}
	}
	_, err := q.client.InsertTx(ctx, tx.Tx, slotArgs{slot.Job, slot.At, r.Attempt + 1}, nil)
	if err != nil {
		return false, fmt.Errorf("queue slot: %w", err)
	}
	return true, nil
}

// slotFree reports whether no living worker holds the slot. The look itself holds the lock for
// an instant, so a worker that starts then waits for it rather than giving up.
func slotFree(ctx context.Context, tx pgx.Tx, slot schedule.Slot) (free bool, err error) {
	err = tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))`, slotLock(slot)).Scan(&free)
	if err != nil {
		return false, fmt.Errorf("look at slot: %w", err)
	}
	return free, nil
}

func slotLock(s schedule.Slot) string {
	return "driftwatch: slot " + string(s.Job) + " " + s.At.UTC().Format(time.RFC3339)
}

// RunAgain queues a failed slot once more, as a person asked for.
func (q *Queue) RunAgain(ctx context.Context, by drift.Actor, job drift.JobName, at time.Time) error {
	if !by.Role.AtLeast(drift.RoleManager) {
		return drift.Forbidden("Only a manager or an administrator runs a job again.")
	}
	now := q.o.Clock().UTC()
	return q.o.DB.InTx(ctx, drift.SystemActor(), func(tx *store.Tx) error {
		ok, err := tx.ReclaimSlot(ctx, job, at, now)
		if err != nil {
			return err
		}
		if !ok {
			return &drift.Error{Code: drift.CodeConflict, Message: "That run did not fail, or somebody has started it again already."}
		}
		if _, err := q.client.InsertTx(ctx, tx.Tx, slotArgs{job, at.UTC(), 1}, nil); err != nil {
			return fmt.Errorf("queue slot: %w", err)
		}
		tx.Audit(drift.AuditEntry{
			At: now, Actor: by.Name, Action: "job.run_again",
			Object: "job/" + string(job) + "/" + drift.DateOf(at).String(), Detail: []byte(`{}`),
		})
		return nil
	})
}
