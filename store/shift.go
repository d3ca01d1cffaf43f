package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// shiftTenants finds a tenant's part of a shift by the tenant.
type shiftTenants map[int64]*drift.ShiftTenant

// Shift reads what happened from from to to, and what is open now, for every tenant of the transaction's
// actor.
func (tx *Tx) Shift(ctx context.Context, from, to time.Time) (drift.Shift, error) {
	s := drift.Shift{From: from, To: to}
	tenants, err := tx.Tenants(ctx)
	if err != nil {
		return s, err
	}
	s.Tenants = make([]drift.ShiftTenant, len(tenants))
	of := make(shiftTenants, len(tenants))
	for i, t := range tenants {
		s.Tenants[i] = drift.ShiftTenant{
			TenantID: t.ID, Tenant: t.Name, Moves: drift.Listed[drift.ShiftMove]{Items: []drift.ShiftMove{}},
			Retrains: drift.Listed[drift.ShiftRetrain]{Items: []drift.ShiftRetrain{}}, Rollbacks: []drift.RolledBack{},
			Settings: []drift.ShiftSetting{}, Open: drift.Listed[drift.ShiftIncident]{Items: []drift.ShiftIncident{}},
			Waiting: drift.Listed[drift.ShiftWaiting]{Items: []drift.ShiftWaiting{}}, Given: []drift.ShiftGiven{}, Silences: []drift.ShiftSilence{},
		}
		of[t.ID] = &s.Tenants[i]
	}
	for _, read := range []func(context.Context, time.Time, time.Time, shiftTenants) error{
		tx.shiftCounts, tx.shiftMoves, tx.shiftRetrains, tx.shiftRollbacks, tx.shiftOpen, tx.shiftWaiting,
	} {
		if err := read(ctx, from, to, of); err != nil {
			return s, err
		}
	}
	if err := tx.shiftSettings(ctx, &s, of); err != nil {
		return s, err
	}
	if err := tx.shiftSilences(ctx, &s, of); err != nil {
		return s, err
	}
	if s.Failed, err = tx.shiftJobs(ctx, from, to); err != nil {
		return s, err
	}
	s.Plans, err = tx.plansAt(ctx, to)
	return s, err
}

// shiftCounts counts alerts and retrains by what was done to them.
func (tx *Tx) shiftCounts(ctx context.Context, from, to time.Time, of shiftTenants) error {
	rows, err := tx.Query(ctx, `SELECT tenant_id, count(DISTINCT alert_id) FILTER (WHERE move = 'raise'),
			count(DISTINCT alert_id) FILTER (WHERE move = 'acknowledge' AND NOT EXISTS (SELECT FROM noc_alert_timeline u
				WHERE u.tenant_id = l.tenant_id AND u.alert_id = l.alert_id AND u.version = l.version + 1 AND u.move = 'undo')),
			count(DISTINCT alert_id) FILTER (WHERE move IN ('escalate', 'overdue')),
			count(DISTINCT alert_id) FILTER (WHERE to_status = 'RESOLVED' AND from_status <> 'RESOLVED')
		FROM noc_alert_timeline l WHERE at >= $1 AND at < $2 GROUP BY 1`, from, to)
	if err != nil {
		return fmt.Errorf("count moves of a shift: %w", err)
	}
	var id int64
	var c drift.ShiftCounts
	_, err = pgx.ForEachRow(rows, []any{&id, &c.Raised, &c.Acknowledged, &c.Escalated, &c.Resolved}, func() error {
		if t := of[id]; t != nil {
			t.Counts = c
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("count moves of a shift: %w", err)
	}
	rows, err = tx.Query(ctx, `SELECT tenant_id, count(DISTINCT retrain_id) FROM ml_retrain_timeline
		WHERE at >= $1 AND at < $2 AND from_state <> to_state
			AND to_state IN ('watching', 'kept', 'rolled_back', 'refused', 'failed', 'expired', 'cancelled') GROUP BY 1`, from, to)
	if err != nil {
		return fmt.Errorf("count retrains of a shift: %w", err)
	}
	var n int
	_, err = pgx.ForEachRow(rows, []any{&id, &n}, func() error {
		if t := of[id]; t != nil {
			t.Counts.Retrains = n
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("count retrains of a shift: %w", err)
	}
	return nil
}

// shiftMoves lists the moves of alerts that a next shift asks about, the last of each tenant's.
func (tx *Tx) shiftMoves(ctx context.Context, from, to time.Time, of shiftTenants) error {
	rows, err := tx.Query(ctx, `SELECT * FROM (SELECT l.tenant_id, l.at, l.alert_id, a.alert_type, a.model_type, l.severity, l.move,
			l.actor, l.note, count(*) OVER (PARTITION BY l.tenant_id),
			row_number() OVER (PARTITION BY l.tenant_id ORDER BY l.at DESC, l.alert_id DESC, l.version DESC) AS back
		FROM noc_alert_timeline l JOIN noc_alert_event a ON a.tenant_id = l.tenant_id AND a.id = l.alert_id
		WHERE l.at >= $1 AND l.at < $2 AND l.move NOT IN ('refresh', 'comment')) m
		WHERE back <= $3 ORDER BY tenant_id, back DESC`, from, to, drift.ShiftRows)
	if err != nil {
		return fmt.Errorf("moves of a shift: %w", err)
	}
	var id, back int64
	var total int
	var m drift.ShiftMove
	var severity string
	_, err = pgx.ForEachRow(rows, []any{
		&id, &m.At, &m.AlertID, &m.AlertType, &m.ModelType, &severity, &m.Move, &m.Actor, &m.Note, &total, &back,
	}, func() (err error) {
		if m.Severity, err = drift.ParseSeverity(severity); err != nil {
			return err
		}
		if t := of[id]; t != nil {
			t.Moves.Items, t.Moves.Total = append(t.Moves.Items, m), total
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("moves of a shift: %w", err)
	}
	return nil
}

// shiftRetrains lists the retrains that came to wait for a manager, into service, or to their end.
func (tx *Tx) shiftRetrains(ctx context.Context, from, to time.Time, of shiftTenants) error {
	rows, err := tx.Query(ctx, `SELECT * FROM (SELECT l.tenant_id, l.at, l.retrain_id, r.model_type, l.to_state, l.actor, l.note,
			count(*) OVER (PARTITION BY l.tenant_id),
			row_number() OVER (PARTITION BY l.tenant_id ORDER BY l.at DESC, l.retrain_id DESC, l.version DESC) AS back
		FROM ml_retrain_timeline l JOIN ml_retrain r ON r.tenant_id = l.tenant_id AND r.id = l.retrain_id
		WHERE l.at >= $1 AND l.at < $2 AND l.from_state <> l.to_state AND l.to_state IN ('waiting_approval', 'watching', 'kept',
			'rolled_back', 'refused', 'failed', 'expired', 'cancelled')) m
		WHERE back <= $3 ORDER BY tenant_id, back DESC`, from, to, drift.ShiftRows)
	if err != nil {
		return fmt.Errorf("retrains of a shift: %w", err)
	}
	var id, back int64
	var total int
	var m drift.ShiftRetrain
	_, err = pgx.ForEachRow(rows, []any{
		&id, &m.At, &m.RetrainID, &m.ModelType, &m.State, &m.Actor, &m.Note, &total, &back,
	}, func() error {
		if t := of[id]; t != nil {
			t.Retrains.Items, t.Retrains.Total = append(t.Retrains.Items, m), total
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("retrains of a shift: %w", err)
	}
	return nil
}

func (tx *Tx) shiftRollbacks(ctx context.Context, from, to time.Time, of shiftTenants) error {
	l, err := tx.rollbacks(ctx, scope{from: from, to: to, rows: drift.ShiftRows})
	if err != nil {
		return err
	}
	for _, t := range of {
		for _, r := range l.Items {
			if r.Tenant == t.Tenant {
				t.Rollbacks = append(t.Rollbacks, r)
			}
		}
	}
	return nil
}
