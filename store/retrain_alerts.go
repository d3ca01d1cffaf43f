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
			if d.Retraining, err = tx.retraining(ctx, r.Model(), a); err != nil {
				return nil, err
			}
			list = append(list, d)
		}
		return list, nil
	})
}

// retraining reads how a model's retraining stands, for an alert where one is looked at.
func (tx *Tx) retraining(ctx context.Context, m drift.Model, a *drift.Alert) (s drift.Retraining, err error) {
	if s.Settings, err = tx.Settings(ctx, m.TenantID); err != nil {
		return s, err
	}
	if s.Pause, err = tx.Paused(ctx, m); err != nil {
		return s, err
	}
	open, err := tx.OpenAlertsOf(ctx, m)
	if err != nil {
		return s, err
	}
	s.Worst = drift.SeverityNone
	for _, o := range open {
		if o.AlertType == drift.AlertDrift && !o.Cleared {
			s.Worst = max(s.Worst, o.CurrentSeverity)
		}
	}
	f := drift.RetrainFilter{Tenant: m.Tenant, ModelType: m.ModelType, Limit: 1}
	if a != nil {
		f = drift.RetrainFilter{AlertID: a.ID, Limit: 1}
		if s.Declined, err = tx.Declined(ctx, a); err != nil {
			return s, err
		}
	}
	if s.Retrain, err = tx.LiveRetrain(ctx, m); err != nil || s.Retrain != nil {
		return s, err
	}
	newest, err := tx.Retrains(ctx, f)
	if len(newest.Items) > 0 {
		s.Retrain = &newest.Items[0]
	}
	return s, err
}
