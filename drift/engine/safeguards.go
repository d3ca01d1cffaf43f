package engine

import (
	"context"

	"github.com/driftwatch/driftwatch/drift"
)

// Safeguards says why a model would, or would not, retrain for an alert as things stand, with the
// newest retrain that was proposed for it; both nil for an alert that is not about drift.
func (e *Engine) Safeguards(ctx context.Context, by drift.Actor, a *drift.Alert) (guards []drift.Safeguard, latest *drift.Retrain, err error) {
	if a.AlertType != drift.AlertDrift {
		return nil, nil, nil
	}
	err = e.store.InTx(ctx, by, func(tx Tx) error {
		r := &drift.Retrain{TenantID: a.TenantID, Tenant: a.Tenant, ModelType: a.ModelType}
		if r.Severity, err = worstOpen(ctx, tx, r.Model(), a.CurrentSeverity); err != nil { // as when it is proposed
			return err
		}
		if latest, err = tx.RetrainOf(ctx, a); err != nil {
			return err
		}
		if latest != nil && !latest.State.Ended() { // its own training is no reason for a cooldown
			r.ID, r.SkipCooldown, r.Manual = latest.ID, latest.SkipCooldown, latest.Manual
		}
		guards, err = Evaluate(ctx, tx, r, e.clock().UTC())
		return err
	})
	return guards, latest, err
}
