package store

import (
	"context"
	"slices"

	"github.com/driftwatch/driftwatch/drift"
)

// AlertsOfRetrain reads what the live panel of retraining needs of each open drift alert of a retrain's
// model, and of the alert that it was proposed on.
func (db *DB) AlertsOfRetrain(ctx context.Context, by drift.Actor, r *drift.Retrain) ([]drift.AlertData, error) {
	return view(ctx, db, by, func(tx *Tx) (list []drift.AlertData, err error) {
		open, err := tx.OpenAlertsOf(ctx, r.Model())
		if err != nil {
			return nil, err
		}
		if r.AlertID != nil && !slices.ContainsFunc(open, func(a *drift.Alert) bool { return a.ID == *r.AlertID }) {
			a, err := tx.Alert(ctx, *r.AlertID)
			if err != nil {
				return nil, err
			}
			open = append(open, a)
		}
		halt, err := tx.Halt(ctx)
		if err != nil {
			return nil, err
		}
		for _, a := range open {
			if a.AlertType != drift.AlertDrift {
				continue
			}
			d := drift.AlertData{Alert: a}
			d.Halt = halt
			if err := tx.alertRetrain(ctx, r.Model(), &d); err != nil {
				return nil, err
			}
			list = append(list, d)
		}
		return list, nil
	})
}
