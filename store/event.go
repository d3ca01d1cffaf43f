package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// EventsAfter lists the events after seq that the transaction's actor may see, in order, at most
// limit of them.
func (tx *Tx) EventsAfter(ctx context.Context, seq int64, limit int) ([]drift.Event, error) {
	rows, err := tx.Query(ctx, `SELECT e.seq, e.type, COALESCE(e.tenant_id, 0), COALESCE(t.name, ''), e.at, e.payload
		FROM event e LEFT JOIN tenant t ON t.id = e.tenant_id WHERE e.seq > $1 ORDER BY e.seq LIMIT $2`, seq, limit)
	return collected(rows, err, pgx.RowToStructByPos[drift.Event], "events")
}

// EventBounds returns the oldest event kept and the newest written, whoever may see them. Where
// none is kept, oldest is newest + 1.
func (tx *Tx) EventBounds(ctx context.Context) (oldest, newest int64, err error) {
	if err := tx.QueryRow(ctx, `SELECT oldest, newest FROM event_bounds()`).Scan(&oldest, &newest); err != nil {
		return 0, 0, fmt.Errorf("event bounds: %w", err)
	}
	return oldest, newest, nil
}

// PruneEvents removes the events written before the given time. What stays is a gapless end of
// the sequence. It returns how many it removed.
func (tx *Tx) PruneEvents(ctx context.Context, before time.Time) (int64, error) {
	tag, err := tx.Exec(ctx, `DELETE FROM event WHERE seq < COALESCE(
		(SELECT min(seq) FROM event WHERE written_at >= $1), (SELECT last_seq + 1 FROM event_head))`, before)
	if err != nil {
		return 0, fmt.Errorf("prune events: %w", err)
	}
	return tag.RowsAffected(), nil
}

// Housekeep removes what is no longer kept: events past EVENT_RETENTION_DAYS, expired sessions and
// setup links, sign-in attempts that count no more, servers not seen for a day, deliveries that ended a month ago.
func (db *DB) Housekeep(ctx context.Context, now time.Time) error {
	return db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		s, err := tx.Settings(ctx, 0)
		if err != nil {
			return err
		}
		if _, err := tx.PruneEvents(ctx, now.AddDate(0, 0, -s.Int("EVENT_RETENTION_DAYS"))); err != nil {
			return err
		}
		var b pgx.Batch
		b.Queue(`DELETE FROM session WHERE expires_at < $1`, now)
		b.Queue(`DELETE FROM setup_link WHERE expires_at < $1`, now)
		b.Queue(`DELETE FROM sign_in_failure WHERE at < $1`, now.AddDate(0, 0, -1))
		b.Queue(`DELETE FROM server WHERE seen_at < $1`, now.AddDate(0, 0, -1))
		b.Queue(`DELETE FROM webhook_delivery WHERE finished_at < $1`, now.Add(-keepDeliveries))
		b.Queue(`DELETE FROM progress WHERE updated_at < $1`, now.AddDate(0, 0, -30))
		if err := tx.SendBatch(ctx, &b).Close(); err != nil {
			return fmt.Errorf("housekeeping: %w", err)
		}
		return nil
	})
}
