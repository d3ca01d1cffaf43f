package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

const silenceColumns = `SELECT s.scope, COALESCE(t.name, ''), s.id, s.model_type, s.drift_type, s.alert_type, s.max_severity,
		s.reason, s.starts_at, s.ends_at, s.created_by, s.created_at, s.ended_at, s.ended_by, s.end_note, `

const (
	silenceTables = ` FROM silence s LEFT JOIN tenant t ON t.id = s.scope `
	// hiddenSoFar goes by tenant, as the key of silence_hidden does.
	hiddenSoFar = `(SELECT count(*) FROM tenant o JOIN silence_hidden h ON h.tenant_id = o.id AND h.silence_id = s.id
		WHERE s.scope = 0 OR o.id = s.scope)`
)

func scanSilence(row pgx.CollectableRow) (s drift.Silence, err error) {
	var most string
	if err = row.Scan(&s.Match.TenantID, &s.Match.Tenant, &s.ID, &s.Match.ModelType, &s.Match.DriftType, &s.Match.AlertType, &most,
		&s.Reason, &s.StartsAt, &s.EndsAt, &s.CreatedBy, &s.CreatedAt, &s.EndedAt, &s.EndedBy, &s.EndNote, &s.Hidden); err != nil {
		return s, err
	}
	s.Match.Most, err = drift.ParseSeverity(most)
	return s, err
}

func (tx *Tx) silences(ctx context.Context, tail string, args ...any) ([]drift.Silence, error) {
	rows, err := tx.Query(ctx, silenceColumns+hiddenSoFar+silenceTables+tail, args...)
	return collected(rows, err, scanSilence, "silences")
}

// PutSilence writes a new silence and sets its ID and its tenant's name.
func (tx *Tx) PutSilence(ctx context.Context, s *drift.Silence) error {
	m := s.Match
	err := tx.QueryRow(ctx, `INSERT INTO silence (scope, model_type, drift_type, alert_type, max_severity, reason, starts_at,
			ends_at, created_by, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id, COALESCE((SELECT t.name FROM tenant t WHERE t.id = scope), '')`,
		m.TenantID, m.ModelType, string(m.DriftType), string(m.AlertType), m.Most.String(), s.Reason, s.StartsAt,
		s.EndsAt, s.CreatedBy, s.CreatedAt).Scan(&s.ID, &s.Match.Tenant)
	if err != nil {
		return fmt.Errorf("insert silence: %w", err)
	}
	return nil
}

// Silence returns one silence; CodeNotFound where it is not there for this actor.
func (tx *Tx) Silence(ctx context.Context, id int64) (*drift.Silence, error) {
	list, err := tx.silences(ctx, `WHERE s.id = $1`, id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, drift.NotFound(fmt.Sprintf("There is no silence %d.", id))
	}
	return &list[0], nil
}

// EndSilence keeps when, by whom and why a silence was ended early; false where it was ended already.
func (tx *Tx) EndSilence(ctx context.Context, s *drift.Silence) (bool, error) {
	tag, err := tx.Exec(ctx, `UPDATE silence SET ended_at = $3, ended_by = $4, end_note = $5
		WHERE scope = $1 AND id = $2 AND ended_at IS NULL`, s.Match.TenantID, s.ID, s.EndedAt, s.EndedBy, s.EndNote)
	if err != nil {
		return false, fmt.Errorf("end silence: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// inForce is the condition of a silence that holds at $1.
const inForce = `s.starts_at <= $1 AND s.ends_at > $1 AND (s.ended_at IS NULL OR s.ended_at > $1)`

// SilencesInForce lists the silences that hold at a time for alerts of a tenant. How many alerts each hid is
// not counted: it is asked for at every move of an alert.
func (tx *Tx) SilencesInForce(ctx context.Context, tenant int64, at time.Time) ([]drift.Silence, error) {
	rows, err := tx.Query(ctx, silenceColumns+`0`+silenceTables+`WHERE `+inForce+` AND s.scope IN (0, $2) ORDER BY s.id`, at, tenant)
	return collected(rows, err, scanSilence, "silences in force")
}

// meets is AlertMatch.Matches in SQL, of an alert a and a silence s. A test holds the two together.
const meets = `(s.scope = 0 OR s.scope = a.tenant_id) AND (s.model_type = '' OR s.model_type = a.model_type)
	AND (s.drift_type = '' OR s.drift_type = a.drift_type) AND (s.alert_type = '' OR s.alert_type = a.alert_type)
	AND ` + urgency + ` <= CASE s.max_severity WHEN 'CRITICAL' THEN 3 WHEN 'HIGH' THEN 2 ELSE 1 END`

// Unsilenced lists the alerts that are NEW and match a silence in force, oldest first.
func (tx *Tx) Unsilenced(ctx context.Context, at time.Time, limit int) ([]drift.AlertKey, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT a.tenant_id, a.id FROM silence s JOIN noc_alert_event a ON a.status = 'NEW' AND `+meets+`
		WHERE `+inForce+` ORDER BY a.id LIMIT $2`, at, limit)
	return collected(rows, err, pgx.RowToStructByPos[drift.AlertKey], "alerts to silence")
}

// NoteHidden keeps that a silence hid an alert; once, however often.
func (tx *Tx) NoteHidden(ctx context.Context, silence int64, a *drift.Alert, at time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO silence_hidden (tenant_id, silence_id, alert_id, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT DO NOTHING`, a.TenantID, silence, a.ID, at)
	if err != nil {
		return fmt.Errorf("note a hidden alert: %w", err)
	}
	return nil
}

// HastenReturns makes what is hidden by a silence that was ended early fall due at once. It looks at the
// alerts and not at the ending, so that an alert which was hidden at the very moment returns too.
func (tx *Tx) HastenReturns(ctx context.Context, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE noc_alert_timer m SET due_at = $1 FROM noc_alert_event a, silence s
		WHERE a.silence_id <> 0 AND s.id = a.silence_id AND s.ended_at <= $1 AND a.status = 'SUPPRESSED'
		AND m.tenant_id = a.tenant_id AND m.alert_id = a.id AND m.kind = 'unsuppress' AND m.due_at > $1`, now)
	if err != nil {
		return fmt.Errorf("end silences: %w", err)
	}
	return nil
}
