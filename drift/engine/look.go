package engine

import (
	"context"

	"github.com/driftwatch/driftwatch/drift"
)

// SafeguardsNow asks the five safeguards about a retrain that there is, or could be, as things stand now.
// Nothing is written.
func (e *Engine) SafeguardsNow(ctx context.Context, by drift.Actor, r *drift.Retrain) (guards []drift.Safeguard, err error) {
	err = e.store.InTx(ctx, by, func(tx Tx) error {
		guards, err = Evaluate(ctx, tx, r, e.clock().UTC())
		return err
	})
	return guards, err
}

// WatchNow compares a watched version with the one before it as things stand now.
func (e *Engine) WatchNow(ctx context.Context, by drift.Actor, r *drift.Retrain) (w *Watch, err error) {
	err = e.store.InTx(ctx, by, func(tx Tx) error {
		now := e.clock().UTC()
		if w, err = WatchOf(ctx, tx, r, now); err != nil {
			return err
		}
		w.Hours, err = tx.OutcomesByHour(ctx, drift.VersionKey{Model: r.Model(), Version: w.New}, *r.ActivatedAt, now)
		return err
	})
	return w, err
}
