package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// presenceSwept is how many rows of people who left are taken away at a time.
const presenceSwept = 100

// Present notes that a person has an alert open, and lists by name who else has; CodeNotFound where the
// alert is not there for them. Where beat is false it only lists.
func (db *DB) Present(ctx context.Context, by drift.Actor, alert int64, beat bool) (list []drift.Present, err error) {
	err = db.InTx(ctx, by, func(tx *Tx) error {
		now := tx.wall().UTC()
		gone := now.Add(-drift.PresenceFor)
		var tenant int64
		err := tx.QueryRow(ctx, `SELECT tenant_id FROM noc_alert_event WHERE id = $1`, alert).Scan(&tenant)
		if none(err) {
			return drift.NotFound(fmt.Sprintf("There is no alert %d.", alert))
		}
		if err != nil {
			return fmt.Errorf("tenant of an alert: %w", err)
		}
		if beat && by.UserID != 0 {
			if err := tx.beatPresence(ctx, tenant, alert, now, gone); err != nil {
				return err
			}
		}
		rows, err := tx.Query(ctx, `SELECT name, since FROM alert_presence
			WHERE tenant_id = $1 AND alert_id = $2 AND user_id <> $3 AND seen_at > $4 ORDER BY since, name LIMIT $5`,
			tenant, alert, by.UserID, gone, drift.MaxPresent)
		list, err = collected(rows, err, pgx.RowToStructByPos[drift.Present], "who is there")
		return err
	})
	return list, err
}

func (tx *Tx) beatPresence(ctx context.Context, tenant, alert int64, now, gone time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO alert_presence (tenant_id, alert_id, user_id, name, since, seen_at) VALUES ($1, $2, $3, $4, $5, $5)
		ON CONFLICT (tenant_id, alert_id, user_id) DO UPDATE SET seen_at = excluded.seen_at, name = excluded.name,
			since = CASE WHEN alert_presence.seen_at > $6 THEN alert_presence.since ELSE excluded.since END`,
		tenant, alert, tx.By.UserID, tx.By.Name, now, gone)
	if err != nil {
		return fmt.Errorf("note presence: %w", err)
	}
	_, err = tx.Exec(ctx, `DELETE FROM alert_presence p USING (SELECT tenant_id, alert_id, user_id FROM alert_presence
			WHERE seen_at < $1 ORDER BY seen_at LIMIT $2 FOR UPDATE SKIP LOCKED) x
		WHERE p.tenant_id = x.tenant_id AND p.alert_id = x.alert_id AND p.user_id = x.user_id`, gone, presenceSwept)
	return errOr(err, "sweep presence")
}
