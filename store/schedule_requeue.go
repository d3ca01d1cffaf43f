package store

import (
	"context"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// RequeueSlot puts a slot back that nobody works on: its worker died, or its next attempt is due.
// What the last attempt left (its number, its error) is kept.
func (tx *Tx) RequeueSlot(ctx context.Context, name drift.JobName, slot, now time.Time) (bool, error) {
	return tx.moveRun(ctx, `state = 'queued', queued_at = $3`, `'queued', 'running'`, name, slot, now)
}
