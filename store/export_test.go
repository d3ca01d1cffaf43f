package store

import (
	"context"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// DropPartition removes one partition without looking for marks to build first.
func DropPartition(ctx context.Context, db *DB, name string, limit, now time.Time) error {
	known, err := db.reloadCatalog(ctx)
	if err != nil {
		return err
	}
	for _, p := range known {
		if p.name == name {
			return db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error { return dropPartition(ctx, tx, p, limit, now) })
		}
	}
	return nil
}

// ErrStillInUse is what keeps a partition until the next run.
var ErrStillInUse = errStillInUse
