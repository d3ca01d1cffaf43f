package play

import (
	"context"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// liftsAfter is how long a model rests after a rollback: longer than what it was misled by stays in
// the recent window and in the training data.
const liftsAfter = 9 * 24 * time.Hour

// boss is the manager of a time-lapse.
func boss() drift.Actor {
	return drift.Actor{Name: "demo-manager", Role: drift.RoleManager, AllTenants: true}
}

// operator is the operator of a time-lapse.
func operator() drift.Actor {
	return drift.Actor{Name: "demo-operator", Role: drift.RoleOperator, AllTenants: true}
}

// looksAt is the hour of the day at which the operator goes through the alerts.
const looksAt = 12

// owner switches things on before the first day.
func owner() drift.Actor {
	by := drift.SystemActor()
	by.Name = "demo"
	return by
}

// people does what the people of a time-lapse do by now, unless a visitor was first, and reports
// whether that was anything that work may follow from.
func (l *Lapse) people(ctx context.Context, now time.Time) (acted bool, err error) {
	if now.Equal(now.Truncate(time.Hour)) && now.UTC().Hour() == looksAt {
		if err := l.goThrough(ctx, now); err != nil {
			return false, err
		}
	}
	list, err := l.o.Engine.RetrainsIn(ctx, drift.RetrainWaitingApproval, drift.RetrainRolledBack)
	if err != nil {
		return false, err
	}
	for _, r := range list {
		did := false
		switch {
		case r.State == drift.RetrainWaitingApproval && !now.Before(r.StateSince.Add(drift.LapseApprovesAfter)):
			did, err = l.approve(ctx, r)
		case r.State == drift.RetrainRolledBack && !now.Before(r.StateSince.Add(liftsAfter)):
			did, err = l.lift(ctx, r)
		}
		if err != nil {
			return acted, err
		}
		acted = acted || did
	}
	return acted, nil
}

// lift ends the pause that a rollback began, not one that a visitor's later rollback did: while that one
// is on, the manager waits for the visitor.
func (l *Lapse) lift(ctx context.Context, r *drift.Retrain) (bool, error) {
	p, err := l.o.House.Paused(ctx, r.Model())
	if err != nil {
		return false, fmt.Errorf("pause of retrain %d: %w", r.ID, err)
	}
	if p == nil || !p.Since.Equal(r.StateSince) {
		return false, nil
	}
	return done(l.o.Engine.LiftPause(ctx, boss(), r.Model(), "What misled it is over, and its last week is clean."))
}

func (l *Lapse) approve(ctx context.Context, r *drift.Retrain) (bool, error) {
	_, err := l.o.Engine.MoveRetrain(ctx, boss(), engine.RetrainMove{
		ID: r.ID, Version: r.Version, Move: retrain.MoveApprove, Reason: "The drift is real and the data is there.",
	})
	return done(err)
}

// done reports whether it was done: a visitor may have been faster, or have stopped all retraining.
func done(err error) (bool, error) {
	switch drift.CodeOf(err) {
	case drift.CodeConflict, drift.CodeIllegalMove:
		return false, nil
	}
	return err == nil, err
}

// goThrough acknowledges what is new and resolves what is over.
func (l *Lapse) goThrough(ctx context.Context, now time.Time) error {
	open, err := l.o.House.OpenAlerts(ctx)
	if err != nil {
		return fmt.Errorf("open alerts: %w", err)
	}
	for _, a := range open {
		req := engine.MoveRequest{AlertID: a.ID, Version: a.Version}
		switch {
		case a.Cleared:
			req.Move, req.Note = drift.MoveResolve, "Its last check was clean."
		case a.AlertType == drift.AlertRollback && !now.Before(a.CreatedAt.Add(liftsAfter)):
			req.Move, req.Note = drift.MoveResolve, "What misled the version is over; retraining is on again."
		case a.Status == drift.AlertNew || a.Status == drift.AlertEscalated:
			req.Move, req.Note = drift.MoveAcknowledge, "Seen."
		default:
			continue
		}
		_, err := l.o.Engine.Move(ctx, operator(), req)
		if _, err = done(err); err != nil {
			return fmt.Errorf("alert %d: %w", a.ID, err)
		}
	}
	return nil
}
