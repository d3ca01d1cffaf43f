package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// Heartbeat writes that a server is there, with how many browsers, and returns by how much its
// own clock is ahead of the database's. SeenAt is the database's time: servers are compared by it.
func (db *DB) Heartbeat(ctx context.Context, name string, started time.Time, browsers int) (time.Duration, error) {
	before := db.wall()
	var theirs time.Time
	if err := db.pool.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&theirs); err != nil {
		return 0, fmt.Errorf("database clock: %w", unavailable(err))
	}
	after := db.wall()
	// The database answered somewhere between the two readings.
	offset := before.Add(after.Sub(before) / 2).Sub(theirs)
	_, err := db.pool.Exec(ctx, `INSERT INTO server (name, started_at, seen_at, browsers, clock_offset_ms)
		VALUES ($1, $2, clock_timestamp(), $3, $4)
		ON CONFLICT (name) DO UPDATE SET started_at = excluded.started_at, seen_at = excluded.seen_at,
			browsers = excluded.browsers, clock_offset_ms = excluded.clock_offset_ms`,
		name, started, browsers, float64(offset)/float64(time.Millisecond))
	if err != nil {
		return 0, fmt.Errorf("heartbeat: %w", unavailable(err))
	}
	return offset, nil
}

// Goodbye removes a server that ends in order.
func (db *DB) Goodbye(ctx context.Context, name string) error {
	if _, err := db.pool.Exec(ctx, `DELETE FROM server WHERE name = $1`, name); err != nil {
		return fmt.Errorf("goodbye: %w", unavailable(err))
	}
	return nil
}

// Servers lists the servers seen within the given time, by name.
func (tx *Tx) Servers(ctx context.Context, within time.Duration) ([]drift.Server, error) {
	rows, err := tx.Query(ctx, `SELECT name, started_at, seen_at, browsers, clock_offset_ms FROM server
		WHERE seen_at > clock_timestamp() - make_interval(secs => $1) ORDER BY name`, within.Seconds())
	return collected(rows, err, func(row pgx.CollectableRow) (s drift.Server, err error) {
		var offset float64
		err = row.Scan(&s.Name, &s.StartedAt, &s.SeenAt, &s.Browsers, &offset)
		s.ClockOffset = time.Duration(offset * float64(time.Millisecond))
		return s, err
	}, "servers")
}
