package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// errRehearsed ends a rehearsal's transaction: whatever came of it, nothing of it stays.
var errRehearsed = errors.New("the rehearsal is over")

// RehearseRollback proves that rolling back works, or shows what does not, without touching a model. In
// one transaction that is never committed a shadow tenant gets two versions, which are put into service
// and rolled back by the very code that rolls models back; what then stands in the database is read back
// step by step. A second transaction looks that nothing is left, and keeps the result. Neither a queue,
// nor a flag, nor the emergency stop is asked, as with a rollback itself; no lock of a real model is
// taken, so that neither waits for the other.
//
// An error means that the rehearsal could not be held or kept. One that found something broken is a
// Rehearsal that has not passed.
func (e *Engine) RehearseRollback(ctx context.Context, by drift.Actor) (*drift.Rehearsal, error) {
	if !by.System && !by.Role.AtLeast(drift.RoleManager) {
		return nil, drift.Forbidden("Your role may not rehearse a rollback. A manager can.")
	}
	began := time.Now()
	s := newShadow(e, by)
	err := e.store.InTx(ctx, drift.SystemActor(), func(tx Tx) error {
		s.tx = tx
		for _, step := range rehearsalSteps {
			s.try(ctx, step)
		}
		return errRehearsed // what was to be told of the shadow goes with the transaction
	})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if !errors.Is(err, errRehearsed) || drift.CodeOf(err) == drift.CodeUnavailable {
		return nil, err // it says nothing of the rollback that the database went away
	}
	out := &drift.Rehearsal{At: s.now, By: by.Name}
	err = e.store.InTx(ctx, drift.SystemActor(), func(tx Tx) error {
		left, err := tx.ShadowRows(ctx, s.model.TenantID, s.model.Tenant)
		if err != nil {
			return err
		}
		out.Steps = append(s.steps[:len(rehearsalSteps):len(rehearsalSteps)], undoneStep(left))
		out.Passed, out.Took = out.Failed() == nil, time.Since(began)
		if err := tx.PutRehearsal(ctx, out); err != nil {
			return err
		}
		return auditRehearsal(tx, by, out)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func undoneStep(left int) drift.RehearsalStep {
	s := drift.RehearsalStep{
		Name: "undone", Title: "Taking it all back", State: drift.StepPassed,
		Detail: "Nothing of the shadow is left: no tenant, version, service, alert, retrain, event or line of the audit log.",
	}
	if left > 0 {
		s.State = drift.StepFailed
		s.Detail = fmt.Sprintf("%d rows of the shadow are left in the database, though its transaction was taken back.", left)
	}
	return s
}

// auditRehearsal puts down who rehearsed, and what came of it.
func auditRehearsal(tx Tx, by drift.Actor, r *drift.Rehearsal) error {
	detail := map[string]any{"passed": r.Passed, "steps": len(r.Steps)}
	if f := r.Failed(); f != nil {
		detail["failed"] = f.Name
		detail["why"] = f.Detail
	}
	doc, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("encode audit detail: %w", err)
	}
	tx.Audit(drift.AuditEntry{At: r.At, Actor: by.Name, Action: "rollback.rehearse", Object: fmt.Sprintf("rehearsal/%d", r.ID), Detail: doc})
	return nil
}
