package store

import (
	"context"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// Halt returns the emergency stop, nil while it is off.
func (tx *Tx) Halt(ctx context.Context) (*drift.Halt, error) {
	var h drift.Halt
	err := tx.QueryRow(ctx, `SELECT halted_by, reason, since FROM retrain_halt`).Scan(&h.By, &h.Reason, &h.Since)
	if none(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("emergency stop: %w", err)
	}
	return &h, nil
}

// lockHalt orders the stop and everything it forbids: whoever starts or activates holds it shared.
const lockHalt = `driftwatch: emergency stop`

// HoldHalt keeps the emergency stop as it is until the transaction ends, and returns it.
func (tx *Tx) HoldHalt(ctx context.Context) (*drift.Halt, error) {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))`, lockHalt); err != nil {
		return nil, fmt.Errorf("hold emergency stop: %w", err)
	}
	return tx.Halt(ctx)
}

// PutHalt switches the emergency stop on, or off where h is nil, and reports whether that changed
// anything. It waits for activations under way.
func (tx *Tx) PutHalt(ctx context.Context, h *drift.Halt) (bool, error) {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, lockHalt); err != nil {
		return false, fmt.Errorf("lock emergency stop: %w", err)
	}
	sql, args := `DELETE FROM retrain_halt`, []any(nil)
	if h != nil {
		sql = `INSERT INTO retrain_halt (halted_by, reason, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
		args = []any{h.By, h.Reason, h.Since}
	}
	tag, err := tx.Exec(ctx, sql, args...)
	if err != nil {
		return false, fmt.Errorf("set emergency stop: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

// ShiftApprovals gives those who wait for approval the time back that a stop took: from its beginning, or
// from when they began to wait. One that asks again goes on waiting, so that state_since does not tell.
func (tx *Tx) ShiftApprovals(ctx context.Context, since, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE ml_retrain r SET due_at = due_at + ($2::timestamptz - greatest($1::timestamptz,
			(SELECT max(m.at) FROM ml_retrain_timeline m WHERE m.tenant_id = r.tenant_id AND m.retrain_id = r.id
				AND m.to_state = 'waiting_approval' AND m.from_state <> 'waiting_approval')))
		WHERE state = 'waiting_approval' AND due_at IS NOT NULL`, since, now)
	if err != nil {
		return fmt.Errorf("extend approvals: %w", err)
	}
	return nil
}

// Paused returns the pause of a model, nil where it is not paused.
func (tx *Tx) Paused(ctx context.Context, m drift.Model) (*drift.Pause, error) {
	p := drift.Pause{Model: m}
	err := tx.QueryRow(ctx, `SELECT paused_by, reason, since FROM ml_pause WHERE tenant_id = $1 AND model_type = $2`,
		m.TenantID, m.ModelType).Scan(&p.By, &p.Reason, &p.Since)
	if none(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("pause: %w", err)
	}
	return &p, nil
}

// PutPause pauses a model. One that is paused already is paused for the newer reason.
func (tx *Tx) PutPause(ctx context.Context, p drift.Pause) error {
	_, err := tx.Exec(ctx, `INSERT INTO ml_pause (tenant_id, model_type, paused_by, reason, since) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant_id, model_type) DO UPDATE SET paused_by = $3, reason = $4, since = $5`, p.Model.TenantID, p.Model.ModelType, p.By, p.Reason, p.Since)
	if err != nil {
		return fmt.Errorf("pause: %w", err)
	}
	return nil
}

// LiftPause lets a model retrain again, and reports whether it was paused.
func (tx *Tx) LiftPause(ctx context.Context, m drift.Model) (bool, error) {
	tag, err := tx.Exec(ctx, `DELETE FROM ml_pause WHERE tenant_id = $1 AND model_type = $2`, m.TenantID, m.ModelType)
	if err != nil {
		return false, fmt.Errorf("lift pause: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}
