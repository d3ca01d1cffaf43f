package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// StopRetraining is the emergency stop: no retrain starts, approvals are frozen, what trains is
// stopped, nothing is activated. Checks, alerts and manual rollbacks go on. It survives restarts.
func (e *Engine) StopRetraining(ctx context.Context, by drift.Actor, reason string) (*drift.Halt, error) {
	reason, err := haltReason(by, "stop", reason)
	if err != nil {
		return nil, err
	}
	h := &drift.Halt{By: by.Name, Reason: reason, Since: e.clock().UTC()}
	err = e.system(ctx, func(tx Tx) error {
		changed, err := tx.PutHalt(ctx, h)
		if err != nil {
			return err
		}
		if !changed {
			was, err := tx.Halt(ctx)
			if err != nil {
				return err
			}
			return halted(was, nil)
		}
		running, err := tx.RetrainsIn(ctx, drift.RetrainTraining, drift.RetrainValidating, drift.RetrainActivating)
		if err != nil {
			return err
		}
		for _, r := range running {
			note := fmt.Sprintf("Stopped by the emergency stop of %s: %s", h.By, h.Reason)
			if err := e.moveRetrain(ctx, tx, r, retrain.MoveStop, drift.SystemActor(), h.Since, note); err != nil {
				return err
			}
		}
		if err := tellWaiting(ctx, tx, h, h.Since); err != nil {
			return err
		}
		return recordHalt(tx, "stop", by, h, h.Since, reason)
	})
	if err != nil {
		return nil, err
	}
	return h, nil
}

// ResumeRetraining lifts the emergency stop; those who waited for approval get the time back. The stop
// holds for every tenant: who sees some of them may stop everything, but resumes only what they stopped.
func (e *Engine) ResumeRetraining(ctx context.Context, by drift.Actor, reason string) error {
	reason, err := haltReason(by, "resume", reason)
	if err != nil {
		return err
	}
	now := e.clock().UTC()
	return e.system(ctx, func(tx Tx) error {
		h, err := tx.Halt(ctx)
		if err != nil {
			return err
		}
		changed, err := tx.PutHalt(ctx, nil)
		if err != nil {
			return err
		}
		if !changed || h == nil {
			return &drift.Error{Code: drift.CodeConflict, Message: "Retraining is not stopped."}
		}
		if !by.System && !by.AllTenants && h.By != by.Name {
			return drift.Forbidden("The stop holds for every tenant, and you see some of them: " + h.By + ", who stopped it, or a manager of all tenants resumes it.")
		}
		if err := tx.ShiftApprovals(ctx, h.Since, now); err != nil {
			return err
		}
		if err := tellWaiting(ctx, tx, nil, now); err != nil {
			return err
		}
		return recordHalt(tx, "resume", by, nil, now, reason)
	})
}

func haltReason(by drift.Actor, verb, reason string) (string, error) {
	if !by.System && !by.Role.AtLeast(drift.RoleManager) {
		return "", drift.Forbidden(fmt.Sprintf("Only a manager or an administrator may %s retraining.", verb))
	}
	return reasonOf(reason)
}

// tellWaiting tells those who look at a retrain that waits for approval, each tenant's readers of its own
// alone, that it cannot be approved now, or can again.
func tellWaiting(ctx context.Context, tx Tx, h *drift.Halt, at time.Time) error {
	waiting, err := tx.RetrainsIn(ctx, drift.RetrainWaitingApproval)
	if err != nil {
		return err
	}
	for _, r := range waiting {
		payload, err := json.Marshal(map[string]any{"halt": h, "retrain": r})
		if err != nil {
			return fmt.Errorf("encode retrain: %w", err)
		}
		tx.Emit(drift.Event{Type: drift.EventSettingsChanged, TenantID: r.TenantID, Tenant: r.Tenant, At: at, Payload: payload})
	}
	return nil
}

// recordHalt tells everybody: this type of event reaches readers of every tenant.
func recordHalt(tx Tx, what string, by drift.Actor, h *drift.Halt, at time.Time, reason string) error {
	payload, err := json.Marshal(map[string]any{"halt": h})
	if err != nil {
		return fmt.Errorf("encode stop: %w", err)
	}
	detail, err := json.Marshal(map[string]string{"reason": reason})
	if err != nil {
		return fmt.Errorf("encode reason: %w", err)
	}
	tx.Emit(drift.Event{Type: drift.EventSettingsChanged, At: at, Payload: payload})
	tx.Audit(drift.AuditEntry{At: at, Actor: by.Name, Action: "retraining." + what, Object: "retraining", Detail: detail})
	return nil
}

// LiftPause lets a model retrain by itself again after a rollback.
func (e *Engine) LiftPause(ctx context.Context, by drift.Actor, m drift.Model, reason string) error {
	if !by.System && !by.Role.AtLeast(drift.RoleManager) {
		return drift.Forbidden("Only a manager lets a model retrain again after a rollback.")
	}
	reason, err := reasonOf(reason)
	if err != nil {
		return err
	}
	now := e.clock().UTC()
	return e.system(ctx, func(tx Tx) error {
		m, err := modelNamed(ctx, tx, by, m)
		if err != nil {
			return err
		}
		lifted, err := tx.LiftPause(ctx, m)
		if err != nil {
			return err
		}
		if !lifted {
			return &drift.Error{Code: drift.CodeConflict, Message: "Retraining of this model is not paused."}
		}
		return recordServing(tx, drift.EventSettingsChanged, m, by, now, "model.resume", map[string]any{"reason": reason, "paused": false})
	})
}

// recordServing writes the event and the audit row of what happened to a model.
func recordServing(tx Tx, kind drift.EventType, m drift.Model, by drift.Actor, at time.Time, action string, detail map[string]any) error {
	detail["tenant"], detail["model_type"], detail["by"] = m.Tenant, m.ModelType, by.Name
	b, err := json.Marshal(detail)
	if err != nil {
		return fmt.Errorf("encode %s: %w", action, err)
	}
	payload, err := json.Marshal(map[string]json.RawMessage{"model": b})
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	tx.Emit(drift.Event{Type: kind, TenantID: m.TenantID, Tenant: m.Tenant, At: at, Payload: payload})
	tx.Audit(drift.AuditEntry{
		At: at, TenantID: m.TenantID, Actor: by.Name, Action: action, Object: "model/" + m.Tenant + "/" + m.ModelType, Detail: b,
	})
	return nil
}
