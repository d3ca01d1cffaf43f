package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

const retrainColumns = `SELECT r.tenant_id, t.name, r.id, r.version, r.model_type, r.state, r.requested_by, r.manual, r.reason,
	r.skip_cooldown, r.approved_by, r.alert_id, r.report_id, r.report_revision, COALESCE(r.severity, ''), r.safeguards,
	r.created_at, r.state_since, r.due_at, r.attempt, r.server, r.progress, r.trainer, r.parent_version,
	r.candidate_version, r.rows_train, r.rows_holdout, r.window_from, r.window_to, r.validation, r.activated_at, r.note,
	(SELECT jsonb_build_object('By', d.actor, 'Move', d.move, 'Note', d.note, 'Last', d.version = r.version)
		FROM ml_retrain_timeline d WHERE d.tenant_id = r.tenant_id AND d.retrain_id = r.id
			AND d.move IN ('approve', 'reject', 'keep', 'roll_back', 'cancel') AND d.actor <> 'driftwatch'
		ORDER BY d.version DESC LIMIT 1)
	FROM ml_retrain r JOIN tenant t ON t.id = r.tenant_id`

func scanRetrain(row pgx.CollectableRow) (*drift.Retrain, error) {
	var r drift.Retrain
	var severity string
	err := row.Scan(&r.TenantID, &r.Tenant, &r.ID, &r.Version, &r.ModelType, &r.State, &r.RequestedBy, &r.Manual, &r.Reason,
		&r.SkipCooldown, &r.ApprovedBy, &r.AlertID, &r.ReportID, &r.ReportRevision, &severity, &r.Safeguards,
		&r.CreatedAt, &r.StateSince, &r.DueAt, &r.Attempt, &r.Server, &r.Progress, &r.Trainer, &r.ParentVersion,
		&r.CandidateVersion, &r.RowsTrain, &r.RowsHoldout, &r.WindowFrom, &r.WindowTo, &r.Validation, &r.ActivatedAt, &r.Note, &r.Decision)
	if err != nil {
		return nil, err
	}
	r.Severity, err = drift.ParseSeverity(severity)
	return &r, err
}

// retrains reads retrains in the order they were proposed.
func (tx *Tx) retrains(ctx context.Context, rest string, args ...any) ([]*drift.Retrain, error) {
	rows, err := tx.Query(ctx, retrainColumns+` `+rest, args...)
	return collected(rows, err, scanRetrain, "retrains")
}

func oneRetrain(list []*drift.Retrain, err error) (*drift.Retrain, error) {
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// Retrain returns one retrain; CodeNotFound where it is not there for this actor.
func (tx *Tx) Retrain(ctx context.Context, id int64) (*drift.Retrain, error) {
	r, err := oneRetrain(tx.retrains(ctx, `WHERE r.id = $1`, id))
	if err == nil && r == nil {
		return nil, drift.NotFound(fmt.Sprintf("There is no retrain %d.", id))
	}
	return r, err
}

// LiveRetrain returns the model's retrain that has not ended, nil where there is none.
func (tx *Tx) LiveRetrain(ctx context.Context, m drift.Model) (*drift.Retrain, error) {
	return oneRetrain(tx.retrains(ctx, `WHERE r.tenant_id = $1 AND r.model_type = $2 AND `+underWay, m.TenantID, m.ModelType))
}

const underWay = `r.state NOT IN ('kept', 'rolled_back', 'refused', 'expired', 'cancelled', 'failed')`

// retrainsOfIncident are the retrains under way of the models whose drift an incident is about, the first of
// them where there are many.
func (tx *Tx) retrainsOfIncident(ctx context.Context, key string) ([]*drift.Retrain, error) {
	return tx.retrains(ctx, `WHERE `+underWay+` AND EXISTS (SELECT FROM noc_alert_event a WHERE a.tenant_id = r.tenant_id
		AND a.model_type = r.model_type AND a.incident_key = $1 AND a.drift_type IS NOT NULL) ORDER BY r.id LIMIT 10`, key)
}

// RetrainOf returns the newest retrain proposed for an alert, nil where none was.
func (tx *Tx) RetrainOf(ctx context.Context, a *drift.Alert) (*drift.Retrain, error) {
	return oneRetrain(tx.retrains(ctx, `WHERE r.tenant_id = $1 AND r.alert_id = $2 ORDER BY r.id DESC LIMIT 1`, a.TenantID, a.ID))
}

// RetrainsIn lists the retrains in any of the states, oldest first.
func (tx *Tx) RetrainsIn(ctx context.Context, states ...drift.RetrainState) ([]*drift.Retrain, error) {
	return tx.retrains(ctx, `WHERE r.state = ANY ($1) ORDER BY r.created_at, r.id`, states)
}

// DueRetrains lists the retrains whose time came at or before now, oldest first, without the approvals
// that an emergency stop freezes: they would keep the others from their turn.
func (tx *Tx) DueRetrains(ctx context.Context, now time.Time, limit int) ([]*drift.Retrain, error) {
	return tx.retrains(ctx, `WHERE r.state IN ('countdown', 'waiting_approval', 'watching') AND r.due_at <= $1
		AND (r.state <> 'waiting_approval' OR NOT EXISTS (SELECT FROM retrain_halt))
		ORDER BY r.due_at, r.id LIMIT $2`, now, limit)
}

// TellWatches lists the watched retrains whose pages were last told an hour ago or more, and notes that
// they are told now: each once an hour since its activation, whichever server asks.
func (tx *Tx) TellWatches(ctx context.Context, now time.Time) ([]*drift.Retrain, error) {
	rows, err := tx.Query(ctx, `UPDATE ml_retrain
		SET watch_told = activated_at + floor(extract(epoch FROM $1 - activated_at) / 3600) * interval '1 hour'
		WHERE state = 'watching' AND COALESCE(watch_told, activated_at) <= $1::timestamptz - interval '1 hour' RETURNING id`, now)
	ids, err := collected(rows, err, pgx.RowTo[int64], "watches to tell of")
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return tx.retrains(ctx, `WHERE r.id = ANY ($1) ORDER BY r.id`, ids)
}

// InsertRetrain writes a new retrain with its first timeline entry and sets ID. It reports false
// where the model has a live one already.
func (tx *Tx) InsertRetrain(ctx context.Context, r *drift.Retrain, e drift.RetrainEntry) (bool, error) {
	r.Version = max(r.Version, 1)
	err := tx.QueryRow(ctx, `INSERT INTO ml_retrain (tenant_id, model_type, version, state, requested_by, manual, reason,
			skip_cooldown, approved_by, alert_id, report_id, report_revision, severity, safeguards, created_at, state_since,
			due_at, parent_version, note)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, NULLIF($13, ''), $14, $15, $16, $17, $18, $19)
		ON CONFLICT (tenant_id, model_type) WHERE state IN ('proposed', 'waiting_approval', 'countdown', 'queued', 'training',
			'validating', 'activating', 'watching') DO NOTHING RETURNING id`,
		r.TenantID, r.ModelType, r.Version, string(r.State), r.RequestedBy, r.Manual, r.Reason, r.SkipCooldown, r.ApprovedBy,
		r.AlertID, r.ReportID, r.ReportRevision, r.Severity.String(), r.Safeguards, r.CreatedAt, r.StateSince, r.DueAt,
		r.ParentVersion, r.Note).Scan(&r.ID)
	if none(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("insert retrain: %w", err)
	}
	return true, tx.retrainEntry(ctx, r, e)
}

// SaveRetrain writes the retrain and a timeline entry if its stored version is still the given one,
// and reports false where somebody was faster. The retrain's version then is was + 1. One that is queued
// begins anew: what an earlier attempt handed over is none of its business.
func (tx *Tx) SaveRetrain(ctx context.Context, r *drift.Retrain, was int, e drift.RetrainEntry) (bool, error) {
	tag, err := tx.Exec(ctx, `UPDATE ml_retrain SET version = $4, state = $5, approved_by = $6, safeguards = $7,
			state_since = $8, due_at = $9, attempt = $10, server = $11, progress = $12, trainer = $13, parent_version = $14,
			candidate_version = $15, rows_train = $16, rows_holdout = $17, window_from = $18, window_to = $19,
			validation = $20, activated_at = $21, note = $22, severity = NULLIF($23, ''),
			reached_training = CASE WHEN $5 = 'training' THEN $8 ELSE reached_training END,
			trainer_state = CASE WHEN $5 <> 'queued' THEN trainer_state END
		WHERE tenant_id = $1 AND id = $2 AND version = $3`,
		r.TenantID, r.ID, was, was+1, string(r.State), r.ApprovedBy, r.Safeguards, r.StateSince, r.DueAt, r.Attempt, r.Server,
		r.Progress, r.Trainer, r.ParentVersion, r.CandidateVersion, r.RowsTrain, r.RowsHoldout, r.WindowFrom, r.WindowTo,
		nullJSON(r.Validation), r.ActivatedAt, r.Note, r.Severity.String())
	if err != nil {
		return false, fmt.Errorf("save retrain: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return false, nil
	}
	r.Version = was + 1
	return true, tx.retrainEntry(ctx, r, e)
}

func nullJSON(doc []byte) any {
	if len(doc) == 0 || string(doc) == "null" {
		return nil
	}
	return doc
}

func (tx *Tx) retrainEntry(ctx context.Context, r *drift.Retrain, e drift.RetrainEntry) error {
	_, err := tx.Exec(ctx, `INSERT INTO ml_retrain_timeline (tenant_id, retrain_id, version, at, actor, move, from_state,
		to_state, note, detail) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		r.TenantID, r.ID, r.Version, e.At, e.Actor, e.Move, string(e.From), string(e.To), e.Note, jsonOrEmpty(e.Detail))
	if err != nil {
		return fmt.Errorf("write retrain timeline: %w", err)
	}
	return nil
}

// Declined reports whether a person rejected or cancelled the last retrain that drift asked for of the
// alert's model, and did so when the alert was there: the no was to all that was known.
func (tx *Tx) Declined(ctx context.Context, a *drift.Alert) (declined bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM ml_retrain r
			JOIN ml_retrain_timeline m ON m.tenant_id = r.tenant_id AND m.retrain_id = r.id AND m.version = r.version
		WHERE r.tenant_id = $1 AND r.model_type = $2 AND m.move IN ('reject', 'cancel') AND m.at >= $3
			AND r.id = (SELECT max(id) FROM ml_retrain l WHERE l.tenant_id = $1 AND l.model_type = $2 AND NOT l.manual))`,
		a.TenantID, a.ModelType, a.CreatedAt).Scan(&declined)
	if err != nil {
		return false, fmt.Errorf("last retrain of the alert: %w", err)
	}
	return declined, nil
}

// LockStarts makes starts of trainings one at a time, until the transaction ends.
func (tx *Tx) LockStarts(ctx context.Context) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('driftwatch: start of a training', 0))`); err != nil {
		return fmt.Errorf("lock starts: %w", err)
	}
	return nil
}

// RetrainTimeline lists every move of a retrain, oldest first.
func (tx *Tx) RetrainTimeline(ctx context.Context, r *drift.Retrain) ([]drift.RetrainEntry, error) {
	rows, err := tx.Query(ctx, `SELECT retrain_id, version, at, actor, move, from_state, to_state, note, detail
		FROM ml_retrain_timeline WHERE tenant_id = $1 AND retrain_id = $2 ORDER BY version`, r.TenantID, r.ID)
	return collected(rows, err, pgx.RowToStructByPos[drift.RetrainEntry], "retrain timeline")
}

// Retrains lists retrains, newest first.
func (tx *Tx) Retrains(ctx context.Context, f drift.RetrainFilter) (page drift.Page[drift.Retrain], err error) {
	w := &where{}
	if f.Tenant != "" {
		w.and(`t.name = $`, f.Tenant)
	}
	if f.ModelType != "" {
		w.and(`r.model_type = $`, f.ModelType)
	}
	if f.AlertID != 0 {
		w.and(`r.alert_id = $`, f.AlertID)
	}
	if len(f.States) > 0 {
		w.plain(`r.state = ANY (` + w.arg(f.States) + `)`)
	}
	if f.Live {
		w.plain(`r.state NOT IN ('kept', 'rolled_back', 'refused', 'expired', 'cancelled', 'failed')`)
	}
	if f.Cursor != "" {
		var id int64
		if err := readCursor(f.Cursor, &id); err != nil {
			return page, err
		}
		w.and(`r.id < $`, id)
	}
	n := limit(f.Limit)
	list, err := tx.retrains(ctx, w.sql()+` ORDER BY r.id DESC LIMIT `+w.arg(n+1), w.args...)
	if err != nil {
		return page, err
	}
	if len(list) > n {
		list = list[:n]
		page.Next = cursor(list[n-1].ID)
	}
	page.Items = make([]drift.Retrain, len(list))
	for i, r := range list {
		page.Items[i] = *r
	}
	return page, nil
}

// RetrainProgress notes the newest line of a running trainer. It is no move: it neither counts up the
// version nor enters the timeline. It reports false, and notes nothing, where the retrain does not train
// this attempt on this server any more.
func (db *DB) RetrainProgress(ctx context.Context, r *drift.Retrain, line string) (bool, error) {
	tag, err := db.pool.Exec(ctx, `UPDATE ml_retrain SET progress = $3 WHERE tenant_id = $1 AND id = $2
		AND state = 'training' AND attempt = $4 AND server = $5`, r.TenantID, r.ID, line, r.Attempt, r.Server)
	if err != nil {
		return false, fmt.Errorf("note progress: %w", err)
	}
	return tag.RowsAffected() > 0, nil
}

// SaveTrainerLog keeps what the trainer printed.
func (db *DB) SaveTrainerLog(ctx context.Context, r *drift.Retrain, log string) error {
	_, err := db.pool.Exec(ctx, `UPDATE ml_retrain SET trainer_log = $3 WHERE tenant_id = $1 AND id = $2`, r.TenantID, r.ID, log)
	return err
}

// TrainerLog returns what the trainer printed.
func (tx *Tx) TrainerLog(ctx context.Context, r *drift.Retrain) (log string, err error) {
	err = tx.QueryRow(ctx, `SELECT trainer_log FROM ml_retrain WHERE tenant_id = $1 AND id = $2`, r.TenantID, r.ID).Scan(&log)
	return log, err
}
