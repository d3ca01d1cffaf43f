package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// ClaimSlot puts a slot of a job down as queued, and reports false where somebody did before. The
// job is queued in the same transaction, so that each slot is in effect once.
func (tx *Tx) ClaimSlot(ctx context.Context, name drift.JobName, slot, now time.Time) (bool, error) {
	tag, err := tx.Exec(ctx, `INSERT INTO schedule_run (name, slot, state, queued_at) VALUES ($1, $2, 'queued', $3)
		ON CONFLICT DO NOTHING`, string(name), slot, now)
	if err != nil {
		return false, fmt.Errorf("claim slot: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// ReclaimSlot queues a failed slot again, as a person asked for; false where it is not failed.
func (tx *Tx) ReclaimSlot(ctx context.Context, name drift.JobName, slot, now time.Time) (bool, error) {
	return tx.moveRun(ctx, `state = 'queued', attempt = 0, queued_at = $3, started_at = NULL, finished_at = NULL, error = ''`,
		`'failed'`, name, slot, now)
}

// StartRun marks an attempt at a slot as running on a server; false where the slot is over: an
// attempt that was given up for dead and comes back must not run beside its successor.
func (tx *Tx) StartRun(ctx context.Context, name drift.JobName, slot time.Time, attempt int, server string, now time.Time) (bool, error) {
	return tx.moveRun(ctx, `state = 'running', attempt = $4, server = $5, started_at = $3, finished_at = NULL, error = ''`,
		`'queued', 'running'`, name, slot, now, attempt, server)
}

// FinishRun marks a slot as done and keeps what it covered.
func (tx *Tx) FinishRun(ctx context.Context, name drift.JobName, slot time.Time, covered drift.JobCovered, now time.Time) (bool, error) {
	doc, err := json.Marshal(covered)
	if err != nil {
		return false, fmt.Errorf("encode what was covered: %w", err)
	}
	return tx.moveRun(ctx, `state = 'done', finished_at = $3, covered = $4, error = ''`,
		`'queued', 'running'`, name, slot, now, doc)
}

// FailRun keeps why an attempt failed. Where it was the last, the slot is over; otherwise it waits
// for its next attempt.
func (tx *Tx) FailRun(ctx context.Context, name drift.JobName, slot time.Time, last bool, reason string, now time.Time) (bool, error) {
	return tx.moveRun(ctx, `state = CASE WHEN $4 THEN 'failed' ELSE 'queued' END, finished_at = CASE WHEN $4 THEN $3::timestamptz END,
		error = $5`, `'queued', 'running'`, name, slot, now, last, reason)
}

func (tx *Tx) moveRun(ctx context.Context, set, from string, name drift.JobName, slot time.Time, args ...any) (bool, error) {
	tag, err := tx.Exec(ctx, `UPDATE schedule_run SET `+set+` WHERE name = $1 AND slot = $2 AND state IN (`+from+`)`,
		append([]any{string(name), slot}, args...)...)
	if err != nil {
		return false, fmt.Errorf("job %s of %s: %w", name, slot.Format(time.DateOnly), err)
	}
	return tag.RowsAffected() == 1, nil
}

const runColumns = `SELECT name, slot, state, attempt, server, queued_at, started_at, finished_at, covered, error FROM schedule_run`

// ScheduleRuns lists the slots in [from, to), in order of time.
func (tx *Tx) ScheduleRuns(ctx context.Context, from, to time.Time) ([]drift.ScheduleRun, error) {
	return tx.runs(ctx, runColumns+` WHERE slot >= $1 AND slot < $2 ORDER BY slot, name`, from, to)
}

// LastScheduleRuns returns the newest slot of each job that is over or under way.
func (tx *Tx) LastScheduleRuns(ctx context.Context) ([]drift.ScheduleRun, error) {
	return tx.runs(ctx, `SELECT DISTINCT ON (name) * FROM (`+runColumns+` WHERE state <> 'queued') r ORDER BY name, slot DESC`)
}

// ScheduleRun returns one slot; false where nobody claimed it.
func (tx *Tx) ScheduleRun(ctx context.Context, name drift.JobName, slot time.Time) (drift.ScheduleRun, bool, error) {
	list, err := tx.runs(ctx, runColumns+` WHERE name = $1 AND slot = $2`, string(name), slot)
	if err != nil || len(list) == 0 {
		return drift.ScheduleRun{}, false, err
	}
	return list[0], true, nil
}

func (tx *Tx) runs(ctx context.Context, query string, args ...any) ([]drift.ScheduleRun, error) {
	rows, err := tx.Query(ctx, query, args...)
	return collected(rows, err, func(row pgx.CollectableRow) (r drift.ScheduleRun, err error) {
		var started, finished *time.Time
		var covered []byte
		if err := row.Scan(&r.Name, &r.Slot, &r.State, &r.Attempt, &r.Server, &r.QueuedAt, &started, &finished, &covered,
			&r.Error); err != nil {
			return r, err
		}
		r.StartedAt, r.FinishedAt = orZero(started), orZero(finished)
		return r, json.Unmarshal(covered, &r.Covered)
	}, "job runs")
}

// orZero reads NULL as the zero time.
func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
