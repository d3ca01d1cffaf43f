package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

const reportColumns = `r.id, r.tenant_id, t.name, r.model_type, r.model_version, r.revision, r.is_current,
	r.is_serving, r.report, r.input_digest, r.settings_digest, r.settings, r.created_at`

const reportTables = ` FROM ml_drift_report r JOIN tenant t ON t.id = r.tenant_id`

func scanReport(row pgx.CollectableRow) (*drift.Report, error) {
	var (
		r   drift.Report
		key drift.VersionKey
		doc []byte
		now struct {
			id        int64
			revision  int
			current   bool
			serving   bool
			input     []byte
			cutOffs   []byte
			settings  json.RawMessage
			createdAt time.Time
		}
	)
	err := row.Scan(&now.id, &key.TenantID, &key.Tenant, &key.ModelType, &key.Version, &now.revision, &now.current,
		&now.serving, &doc, &now.input, &now.cutOffs, &now.settings, &now.createdAt)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(doc, &r); err != nil {
		return nil, fmt.Errorf("report %d: %w", now.id, err)
	}
	r.ID, r.Version, r.Revision, r.Current, r.Serving = now.id, key, now.revision, now.current, now.serving
	r.InputDigest, r.SettingsDigest, r.Settings, r.CreatedAt = now.input, now.cutOffs, now.settings, now.createdAt
	return &r, nil
}

// oneReport reads the report that a condition names, nil where there is none.
func (tx *Tx) oneReport(ctx context.Context, cond string, args ...any) (*drift.Report, error) {
	rows, err := tx.Query(ctx, `SELECT `+reportColumns+reportTables+` WHERE `+cond, args...)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	r, err := pgx.CollectExactlyOneRow(rows, scanReport)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return r, nil
}

// CurrentReport returns the report in force, nil where the check has not run.
func (tx *Tx) CurrentReport(ctx context.Context, v drift.VersionKey, date drift.Date, t drift.DriftType) (*drift.Report, error) {
	return tx.oneReport(ctx, `r.tenant_id = $1 AND r.model_type = $2 AND r.model_version = $3 AND r.check_date = $4
		AND r.drift_type = $5 AND r.is_current`, v.TenantID, v.ModelType, v.Version, date.Time(), string(t))
}

// Report returns one report; CodeNotFound where it is not there for this actor.
func (tx *Tx) Report(ctx context.Context, id int64) (*drift.Report, error) {
	r, err := tx.oneReport(ctx, `r.id = $1`, id)
	if err == nil && r == nil {
		return nil, drift.NotFound(fmt.Sprintf("There is no report %d.", id))
	}
	return r, err
}

// PutReport writes a report as the next revision and the one in force. It sets ID, Revision,
// Current and, where it is zero, CreatedAt.
func (tx *Tx) PutReport(ctx context.Context, r *drift.Report) error {
	v := r.Version
	key := []any{v.TenantID, v.ModelType, v.Version, r.Date.Time(), string(r.DriftType)}
	const is = ` WHERE tenant_id = $1 AND model_type = $2 AND model_version = $3 AND check_date = $4 AND drift_type = $5`
	var id int64
	var revision int
	err := tx.QueryRow(ctx, `SELECT nextval('ml_drift_report_id_seq'),
		(SELECT COALESCE(max(revision), 0) + 1 FROM ml_drift_report`+is+`)`, key...).Scan(&id, &revision)
	if err != nil {
		return fmt.Errorf("next revision: %w", err)
	}
	next := *r
	next.ID, next.Revision, next.Current, next.CreatedAt = id, revision, true, tx.orNow(r.CreatedAt)
	doc, err := json.Marshal(next)
	if err != nil {
		return fmt.Errorf("encode report: %w", err)
	}
	var b pgx.Batch
	b.Queue(`UPDATE ml_drift_report SET is_current = false`+is+` AND is_current`, key...)
	b.Queue(`INSERT INTO ml_drift_report (tenant_id, model_type, model_version, check_date, drift_type, id, revision,
			is_current, is_serving, status, severity, report, input_digest, settings_digest, settings, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, true, $8, $9, $10, $11, $12, $13, $14, $15)`,
		append(key, id, revision, r.Serving, string(r.Status), severityOrNull(r.Severity), doc,
			notNil(r.InputDigest), notNil(r.SettingsDigest), jsonOrEmpty(r.Settings), next.CreatedAt)...)
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	*r = next
	return nil
}

// SetServing notes on a report whether its version counts as the serving one on its date: what was
// found stays, and with it the revision.
func (tx *Tx) SetServing(ctx context.Context, r *drift.Report, serving bool) error {
	_, err := tx.Exec(ctx, `UPDATE ml_drift_report SET is_serving = $3, report = jsonb_set(report, '{serving}', to_jsonb($3::boolean))
		WHERE tenant_id = $1 AND id = $2`, r.Version.TenantID, r.ID, serving)
	if err != nil {
		return fmt.Errorf("serving of report %d: %w", r.ID, err)
	}
	r.Serving = serving
	return nil
}

// SeveritiesBefore returns the model's last n severities of serving reports before the date, newest first.
func (tx *Tx) SeveritiesBefore(ctx context.Context, m drift.Model, t drift.DriftType, date drift.Date, n int) ([]drift.Severity, error) {
	rows, err := tx.Query(ctx, `SELECT COALESCE(severity, '') FROM ml_drift_report
		WHERE tenant_id = $1 AND model_type = $2 AND drift_type = $3 AND check_date < $4 AND is_current AND is_serving
		ORDER BY check_date DESC, id DESC LIMIT $5`, m.TenantID, m.ModelType, string(t), date.Time(), n)
	return collected(rows, err, scanSeverity, "severities")
}

// LatestCheck returns the newest date checked of the model and drift type; false where none.
func (tx *Tx) LatestCheck(ctx context.Context, m drift.Model, t drift.DriftType) (drift.Date, bool, error) {
	var newest *time.Time
	err := tx.QueryRow(ctx, `SELECT max(check_date) FROM ml_drift_report
		WHERE tenant_id = $1 AND model_type = $2 AND drift_type = $3 AND is_current`,
		m.TenantID, m.ModelType, string(t)).Scan(&newest)
	if err != nil {
		return 0, false, fmt.Errorf("latest check: %w", err)
	}
	if newest == nil {
		return 0, false, nil
	}
	return drift.DateOf(*newest), true, nil
}

func scanSeverity(row pgx.CollectableRow) (drift.Severity, error) {
	var name string
	if err := row.Scan(&name); err != nil {
		return 0, err
	}
	return drift.ParseSeverity(name)
}

func severityOrNull(s drift.Severity) *string {
	if s == drift.SeverityUnknown {
		return nil
	}
	name := s.String()
	return &name
}

// notNil writes an absent digest as an empty one.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
