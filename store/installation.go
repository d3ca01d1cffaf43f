package store

import (
	"context"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// Installation is what is remembered of this database as a whole.
type Installation struct {
	FirstStart time.Time // of the first server: no daily job before it was ever missed
	Demo       bool      // its data is invented
	DemoReady  bool      // the invented history is complete
}

// FirstServe remembers the first start of a server, and returns what is remembered.
func (db *DB) FirstServe(ctx context.Context, now time.Time, demo bool) (i Installation, err error) {
	err = db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO installation (first_start, demo) VALUES ($1, $2) ON CONFLICT DO NOTHING`, now, demo)
		if err != nil {
			return fmt.Errorf("first start: %w", err)
		}
		i, err = tx.installation(ctx)
		return err
	})
	return i, err
}

func (tx *Tx) installation(ctx context.Context) (i Installation, err error) {
	err = tx.QueryRow(ctx, `SELECT first_start, demo, demo_ready_at IS NOT NULL FROM installation`).
		Scan(&i.FirstStart, &i.Demo, &i.DemoReady)
	if err != nil {
		return i, fmt.Errorf("installation: %w", err)
	}
	return i, nil
}

// DemoIsReady remembers that the invented history is complete.
func (db *DB) DemoIsReady(ctx context.Context, now time.Time) error {
	return db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		_, err := tx.Exec(ctx, `UPDATE installation SET demo_ready_at = COALESCE(demo_ready_at, $1)`, now)
		if err != nil {
			return fmt.Errorf("demo ready: %w", err)
		}
		return nil
	})
}
