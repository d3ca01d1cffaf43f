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

	// Of a time-lapse its beginning and how far it has been played; zero in every other database.
	LapseFrom, LapseReached time.Time
}

// Installation returns what is remembered; false where no server has started here yet.
func (db *DB) Installation(ctx context.Context) (i Installation, known bool, err error) {
	err = db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		i, err = tx.installation(ctx)
		if none(err) {
			return nil
		}
		known = err == nil
		return err
	})
	return i, known, err
}

// BeginLapse makes an empty database that of a time-lapse from this moment on: the first start is then,
// so that every daily job after it falls due. Anything in the database before is a CodeConflict.
func (db *DB) BeginLapse(ctx context.Context, from time.Time) (i Installation, err error) {
	err = db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		tag, err := tx.Exec(ctx, `INSERT INTO installation (first_start, demo, lapse_from, lapse_reached)
			SELECT $1, true, $1, $1 WHERE NOT EXISTS (SELECT FROM tenant) ON CONFLICT DO NOTHING`, from)
		if err != nil {
			return fmt.Errorf("begin time-lapse: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return &drift.Error{Code: drift.CodeConflict, Message: "This database holds other data already."}
		}
		i, err = tx.installation(ctx)
		return err
	})
	return i, err
}

// LapseReached remembers how far the time-lapse has been played. Where tell is set, every browser is
// told what time it is there.
func (db *DB) LapseReached(ctx context.Context, now time.Time, tell bool) error {
	return db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE installation SET lapse_reached = $1 WHERE lapse_reached < $1`, now); err != nil {
			return fmt.Errorf("time-lapse: %w", err)
		}
		if tell {
			tx.Emit(drift.Event{Type: drift.EventCheckCompleted, At: now, Payload: []byte(`{"check":{"kind":"clock"}}`)})
		}
		return nil
	})
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
	var from, reached *time.Time
	err = tx.QueryRow(ctx, `SELECT first_start, demo, demo_ready_at IS NOT NULL, lapse_from, lapse_reached FROM installation`).
		Scan(&i.FirstStart, &i.Demo, &i.DemoReady, &from, &reached)
	if err != nil {
		return i, fmt.Errorf("installation: %w", err)
	}
	i.LapseFrom, i.LapseReached = orZero(from), orZero(reached)
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
