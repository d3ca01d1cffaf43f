package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// Progress is written outside the transactions of the work that it tells of, so that it is seen
// while they go on.

// BeginProgress puts a piece of work down and returns its number. total 0 is "not known".
func (db *DB) BeginProgress(ctx context.Context, kind, title string, total int64) (int64, error) {
	var id int64
	now := db.now()
	err := db.pool.QueryRow(ctx, `INSERT INTO progress (kind, title, done, total, started_at, updated_at)
		VALUES ($1, $2, 0, $3, $4, $4) RETURNING id`, kind, title, total, now).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("begin progress: %w", unavailable(err))
	}
	return id, nil
}

// SetProgress says how far a piece of work has come.
func (db *DB) SetProgress(ctx context.Context, id, done, total int64) error {
	_, err := db.pool.Exec(ctx, `UPDATE progress SET done = $2, total = $3, updated_at = $4
		WHERE id = $1 AND finished_at IS NULL`, id, done, total, db.now())
	if err != nil {
		return fmt.Errorf("set progress: %w", unavailable(err))
	}
	return nil
}

// EndProgress says that a piece of work is over, well where reason is "".
func (db *DB) EndProgress(ctx context.Context, id int64, reason string) error {
	_, err := db.pool.Exec(ctx, `UPDATE progress SET error = $2, updated_at = $3, finished_at = $3
		WHERE id = $1 AND finished_at IS NULL`, id, reason, db.now())
	if err != nil {
		return fmt.Errorf("end progress: %w", unavailable(err))
	}
	return nil
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
