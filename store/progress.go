package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// Progress is written outside the transactions of the work that it tells of, so that it is seen
// while they go on.

// BeginProgress puts a piece of work down and returns its number. total 0 is "not known".
func (db *DB) BeginProgress(ctx context.Context, kind, title string, total int64) (id int64, err error) {
	err = db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		id, err = tx.BeginProgress(ctx, kind, title, total)
		return err
	})
	return id, err
}

// BeginProgress puts a piece of work down and returns its number. total 0 is "not known".
func (tx *Tx) BeginProgress(ctx context.Context, kind, title string, total int64) (id int64, err error) {
	err = tx.QueryRow(ctx, `INSERT INTO progress (kind, title, done, total, started_at, updated_at)
		VALUES ($1, $2, 0, $3, $4, $4) RETURNING id`, kind, title, total, tx.now()).Scan(&id)
	return id, errOr(err, "begin progress")
}

// TellProgress writes how far a piece of work is, or that it is over, well where its Error is "", and tells
// every browser. What is over stays as it is.
func (db *DB) TellProgress(ctx context.Context, p drift.Progress) error {
	return db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		over := !p.FinishedAt.IsZero()
		_, err := tx.Exec(ctx, `UPDATE progress SET done = $2, total = $3, updated_at = $4, finished_at = CASE WHEN $5 THEN $4::timestamptz END,
				error = CASE WHEN $5 THEN $6 ELSE error END
			WHERE id = $1 AND finished_at IS NULL`, p.ID, p.Done, p.Total, tx.now(), over, p.Error)
		if err != nil {
			return fmt.Errorf("note progress: %w", err)
		}
		payload, err := json.Marshal(map[string]any{"check": map[string]any{
			"kind": p.Kind, "id": p.ID, "title": p.Title, "done": p.Done, "total": p.Total, "finished": over, "error": p.Error,
		}})
		if err != nil {
			return fmt.Errorf("encode progress: %w", err)
		}
		tx.Emit(drift.Event{Type: drift.EventCheckCompleted, Payload: payload})
		return nil
	})
}

// ProgressUnderWay is the newest work of a kind that somebody is at; nil where there is none.
func (tx *Tx) ProgressUnderWay(ctx context.Context, kind string, now time.Time) (*drift.Progress, error) {
	list, err := tx.ProgressSince(ctx, now.Add(-drift.ProgressDeadAfter))
	for i, p := range list {
		if err == nil && p.Kind == kind && p.FinishedAt.IsZero() && now.Sub(p.UpdatedAt) < drift.ProgressDeadAfter {
			return &list[i], nil
		}
	}
	return nil, err
}

// ProgressSince lists the work that is under way or was touched since the given time, newest first.
// Work under way that was not touched for long has died.
func (tx *Tx) ProgressSince(ctx context.Context, since time.Time) ([]drift.Progress, error) {
	rows, err := tx.Query(ctx, `SELECT id, kind, title, done, total, started_at, updated_at, finished_at, error
		FROM progress WHERE finished_at IS NULL OR updated_at >= $1 ORDER BY id DESC LIMIT 100`, since)
	return collected(rows, err, func(row pgx.CollectableRow) (p drift.Progress, err error) {
		var finished *time.Time
		err = row.Scan(&p.ID, &p.Kind, &p.Title, &p.Done, &p.Total, &p.StartedAt, &p.UpdatedAt, &finished, &p.Error)
		p.FinishedAt = orZero(finished)
		return p, err
	}, "progress")
}
