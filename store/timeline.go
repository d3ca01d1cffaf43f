package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// queueTimeline adds the entry of a move that led to the alert's version.
func queueTimeline(b *pgx.Batch, a *drift.Alert, e drift.TimelineEntry) {
	b.Queue(`INSERT INTO noc_alert_timeline (tenant_id, alert_id, version, at, actor, move, from_status, to_status,
			severity, note, detail)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		a.TenantID, a.ID, a.Version, e.At, e.Actor, string(e.Move), string(e.From), string(e.To),
		e.Severity.String(), e.Note, jsonOrEmpty(e.Detail))
}

func scanTimeline(row pgx.CollectableRow) (e drift.TimelineEntry, err error) {
	var severity string
	if err = row.Scan(&e.AlertID, &e.Version, &e.At, &e.Actor, &e.Move, &e.From, &e.To, &severity, &e.Note,
		&e.Detail); err != nil {
		return e, err
	}
	if string(e.Detail) == "{}" {
		e.Detail = nil
	}
	e.Severity, err = drift.ParseSeverity(severity)
	return e, err
}

// Timeline lists every move of an alert, oldest first.
func (tx *Tx) Timeline(ctx context.Context, a *drift.Alert) ([]drift.TimelineEntry, error) {
	return tx.timeline(ctx, `ORDER BY version`, a)
}

// LastMove returns the newest timeline entry of an alert, to name the winner of a race.
func (tx *Tx) LastMove(ctx context.Context, a *drift.Alert) (drift.TimelineEntry, error) {
	list, err := tx.timeline(ctx, `ORDER BY version DESC LIMIT 1`, a)
	if err != nil {
		return drift.TimelineEntry{}, err
	}
	if len(list) == 0 {
		return drift.TimelineEntry{}, drift.NotFound(fmt.Sprintf("There is no alert %d.", a.ID))
	}
	return list[0], nil
}

func (tx *Tx) timeline(ctx context.Context, tail string, a *drift.Alert) ([]drift.TimelineEntry, error) {
	rows, err := tx.Query(ctx, `SELECT alert_id, version, at, actor, move, from_status, to_status, severity, note, detail
		FROM noc_alert_timeline WHERE tenant_id = $1 AND alert_id = $2 `+tail, a.TenantID, a.ID)
	return collected(rows, err, scanTimeline, "timeline")
}

// SetTimer sets when something falls due by itself; the zero time removes it.
func (tx *Tx) SetTimer(ctx context.Context, a *drift.Alert, k drift.TimerKind, due time.Time) error {
	var err error
	if due.IsZero() {
		_, err = tx.Exec(ctx, `DELETE FROM noc_alert_timer WHERE tenant_id = $1 AND alert_id = $2 AND kind = $3`,
			a.TenantID, a.ID, string(k))
	} else {
		_, err = tx.Exec(ctx, `INSERT INTO noc_alert_timer (tenant_id, alert_id, kind, due_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (tenant_id, alert_id, kind) DO UPDATE SET due_at = excluded.due_at`,
			a.TenantID, a.ID, string(k), due)
	}
	if err != nil {
		return fmt.Errorf("set timer: %w", err)
	}
	return nil
}

// ClearTimers removes every timer of an alert.
func (tx *Tx) ClearTimers(ctx context.Context, a *drift.Alert) error {
	_, err := tx.Exec(ctx, `DELETE FROM noc_alert_timer WHERE tenant_id = $1 AND alert_id = $2`, a.TenantID, a.ID)
	if err != nil {
		return fmt.Errorf("clear timers: %w", err)
	}
	return nil
}

// DueTimers lists alerts whose timer fell due at or before now, oldest first.
func (tx *Tx) DueTimers(ctx context.Context, now time.Time, limit int) ([]drift.DueTimer, error) {
	rows, err := tx.Query(ctx, `SELECT alert_id, tenant_id, kind, due_at FROM noc_alert_timer
		WHERE due_at <= $1 ORDER BY due_at, alert_id, kind LIMIT $2`, now, limit)
	return collected(rows, err, pgx.RowToStructByPos[drift.DueTimer], "due timers")
}

// TimersOf lists when what falls due on an alert, soonest first.
func (tx *Tx) TimersOf(ctx context.Context, a *drift.Alert) ([]drift.DueTimer, error) {
	rows, err := tx.Query(ctx, `SELECT alert_id, tenant_id, kind, due_at FROM noc_alert_timer
		WHERE tenant_id = $1 AND alert_id = $2 ORDER BY due_at, kind`, a.TenantID, a.ID)
	return collected(rows, err, pgx.RowToStructByPos[drift.DueTimer], "timers")
}
