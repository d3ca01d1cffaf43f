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

// alertColumns are read by scanAlert. The report is large, and a list does without it.
func alertColumns(report string) string {
	return `a.tenant_id, t.name, a.id, a.version, a.created_at, a.alert_type, a.severity, a.current_severity,
	a.status, a.message, a.recommendation, a.drift_type, a.model_type, a.model_version, a.dedup_key, a.reason,
	a.check_date, a.report_id, a.suppressed_count, a.last_seen, a.assignee, a.team, a.cleared, a.cleared_reason,
	a.from_backfill, a.incident_key, a.silence_id, COALESCE(a.metadata -> 'metrics', '{}'), ` + report
}

const (
	alertTables   = ` FROM noc_alert_event a JOIN tenant t ON t.id = a.tenant_id`
	withReport    = `a.metadata -> 'drift_report'`
	withoutReport = `NULL::jsonb`
)

func scanAlert(row pgx.CollectableRow) (*drift.Alert, error) {
	var (
		a             drift.Alert
		worst, latest string
		checked       time.Time
		report        []byte
	)
	err := row.Scan(&a.TenantID, &a.Tenant, &a.ID, &a.Version, &a.CreatedAt, &a.AlertType, &worst, &latest,
		&a.Status, &a.Message, &a.Recommendation, &a.DriftType, &a.ModelType, &a.ModelVersion, &a.DedupKey, &a.Reason,
		&checked, &a.ReportID, &a.SuppressedCount, &a.LastSeen, &a.Assignee, &a.Team, &a.Cleared, &a.ClearedReason,
		&a.FromBackfill, &a.Incident, &a.SilenceID, &a.Metrics, &report)
	if err != nil {
		return nil, err
	}
	a.CheckDate = drift.DateOf(checked)
	if a.Severity, err = drift.ParseSeverity(worst); err != nil {
		return nil, err
	}
	if a.CurrentSeverity, err = drift.ParseSeverity(latest); err != nil {
		return nil, err
	}
	if report == nil {
		return &a, nil
	}
	a.Report = &drift.Report{}
	if err := json.Unmarshal(report, a.Report); err != nil {
		return nil, fmt.Errorf("report of alert %d: %w", a.ID, err)
	}
	a.Report.Version.TenantID = a.TenantID
	return &a, nil
}

// alerts reads whole alerts, in the order they were raised.
func (tx *Tx) alerts(ctx context.Context, cond string, args ...any) ([]*drift.Alert, error) {
	rows, err := tx.Query(ctx, `SELECT `+alertColumns(withReport)+alertTables+` WHERE `+cond+` ORDER BY a.id`, args...)
	return collected(rows, err, scanAlert, "alerts")
}

func lastOf(list []*drift.Alert, err error) (*drift.Alert, error) {
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[len(list)-1], nil
}

// OpenAlert returns the open alert of this key, nil where there is none.
func (tx *Tx) OpenAlert(ctx context.Context, tenant int64, dedupKey string) (*drift.Alert, error) {
	return lastOf(tx.alerts(ctx, `a.tenant_id = $1 AND a.dedup_key = $2 AND a.status <> 'RESOLVED'`, tenant, dedupKey))
}

// IncidentOf returns the incident of the oldest open alert of a model, "" where none is open.
func (tx *Tx) IncidentOf(ctx context.Context, m drift.Model) (key string, err error) {
	err = tx.QueryRow(ctx, `SELECT incident_key FROM noc_alert_event
		WHERE tenant_id = $1 AND model_type = $2 AND status <> 'RESOLVED' ORDER BY id LIMIT 1`, m.TenantID, m.ModelType).Scan(&key)
	if err != nil && !none(err) {
		return "", fmt.Errorf("incident of a model: %w", err)
	}
	return key, nil
}

// LastAlert returns the newest alert of this key, open or ended, nil where there never was one.
func (tx *Tx) LastAlert(ctx context.Context, tenant int64, dedupKey string) (*drift.Alert, error) {
	return lastOf(tx.alerts(ctx, `a.tenant_id = $1 AND a.id = (SELECT max(id) FROM noc_alert_event
		WHERE tenant_id = $1 AND dedup_key = $2)`, tenant, dedupKey))
}

// OpenAlertsOf lists a model's open alerts.
func (tx *Tx) OpenAlertsOf(ctx context.Context, m drift.Model) ([]*drift.Alert, error) {
	return tx.alerts(ctx, `a.tenant_id = $1 AND a.model_type = $2 AND a.status <> 'RESOLVED'`, m.TenantID, m.ModelType)
}

// OpenBlindAlerts lists the open ML_MONITORING_BLIND alerts of all models.
func (tx *Tx) OpenBlindAlerts(ctx context.Context) ([]*drift.Alert, error) {
	return tx.alerts(ctx, `a.alert_type = 'ML_MONITORING_BLIND' AND a.status <> 'RESOLVED'`)
}

// Alert returns one alert; CodeNotFound where it is not there for this actor.
func (tx *Tx) Alert(ctx context.Context, id int64) (*drift.Alert, error) {
	a, err := lastOf(tx.alerts(ctx, `a.id = $1`, id))
	if err == nil && a == nil {
		return nil, drift.NotFound(fmt.Sprintf("There is no alert %d.", id))
	}
	return a, err
}

// InsertAlert writes a new alert with its first timeline entry; it sets ID and Metrics.
func (tx *Tx) InsertAlert(ctx context.Context, a *drift.Alert, e drift.TimelineEntry) error {
	doc, err := metadata(a)
	if err != nil {
		return err
	}
	if err := tx.QueryRow(ctx, `SELECT nextval('noc_alert_event_id_seq')`).Scan(&a.ID); err != nil {
		return fmt.Errorf("next alert id: %w", err)
	}
	a.CreatedAt, a.LastSeen, a.Version = tx.orNow(a.CreatedAt), tx.orNow(a.LastSeen), max(a.Version, 1)
	var b pgx.Batch
	b.Queue(`INSERT INTO noc_alert_event (tenant_id, id, version, created_at, alert_type, severity, current_severity,
			status, message, recommendation, drift_type, model_type, model_version, dedup_key, reason, check_date,
			report_id, suppressed_count, last_seen, assignee, team, cleared, cleared_reason, from_backfill, metadata,
			incident_key)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
			$23, $24, $25, $26)`,
		a.TenantID, a.ID, a.Version, a.CreatedAt, string(a.AlertType), a.Severity.String(), a.CurrentSeverity.String(),
		string(a.Status), a.Message, a.Recommendation, textOrNull(a.DriftType), a.ModelType, a.ModelVersion, a.DedupKey,
		string(a.Reason), a.CheckDate.Time(), a.ReportID, a.SuppressedCount, a.LastSeen, a.Assignee, a.Team, a.Cleared,
		a.ClearedReason, a.FromBackfill, doc, a.Incident)
	queueTimeline(&b, a, e)
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("insert alert: %w", err)
	}
	return nil
}

// SaveAlert writes the alert and a timeline entry if its stored version is still the given one,
// and reports false where somebody was faster. The alert's version then is was + 1. An alert that
// was read without its report keeps the one it has.
func (tx *Tx) SaveAlert(ctx context.Context, a *drift.Alert, was int, e drift.TimelineEntry) (bool, error) {
	doc, err := metadata(a)
	if err != nil {
		return false, err
	}
	tag, err := tx.Exec(ctx, `UPDATE noc_alert_event SET version = $4, severity = $5, current_severity = $6, status = $7,
			message = $8, recommendation = $9, model_version = $10, check_date = $11, report_id = $12,
			suppressed_count = $13, last_seen = $14, assignee = $15, team = $16, cleared = $17, cleared_reason = $18,
			reason = $19, metadata = CASE WHEN $20 THEN $21 ELSE metadata END, from_backfill = $22,
			silence_id = $23
		WHERE tenant_id = $1 AND id = $2 AND version = $3`,
		a.TenantID, a.ID, was, was+1, a.Severity.String(), a.CurrentSeverity.String(), string(a.Status),
		a.Message, a.Recommendation, a.ModelVersion, a.CheckDate.Time(), a.ReportID,
		a.SuppressedCount, a.LastSeen, a.Assignee, a.Team, a.Cleared, a.ClearedReason,
		string(a.Reason), a.Report != nil || a.AlertType != drift.AlertDrift, doc, a.FromBackfill, a.SilenceID)
	if err != nil {
		return false, fmt.Errorf("save alert: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return false, nil
	}
	a.Version = was + 1
	var b pgx.Batch
	queueTimeline(&b, a, e)
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return false, fmt.Errorf("write timeline: %w", err)
	}
	return true, nil
}

// metadata is the guide's document of an alert; it fills in the alert's metrics.
func metadata(a *drift.Alert) (json.RawMessage, error) {
	if a.Report != nil {
		var metrics any = a.Report.Statistical
		if a.Report.DriftType == drift.Performance {
			metrics = a.Report.Performance
		}
		m, err := json.Marshal(metrics)
		if err != nil {
			return nil, fmt.Errorf("encode metrics: %w", err)
		}
		a.Metrics = m
	}
	a.Metrics = jsonOrEmpty(a.Metrics)
	doc, err := json.Marshal(struct {
		Report         *drift.Report     `json:"drift_report,omitempty"`
		Recommendation string            `json:"recommendation"`
		Metrics        json.RawMessage   `json:"metrics"`
		ModelType      string            `json:"model_type"`
		DriftType      *drift.DriftType  `json:"drift_type,omitempty"`
		Reason         drift.BlindReason `json:"reason,omitempty"`
	}{a.Report, a.Recommendation, a.Metrics, a.ModelType, a.DriftType, a.Reason})
	if err != nil {
		return nil, fmt.Errorf("encode alert: %w", err)
	}
	return doc, nil
}

// PersonExists reports whether a person of this name may act on the tenant's alerts and so can have one.
func (tx *Tx) PersonExists(ctx context.Context, name string, tenant int64) (bool, error) {
	return tx.exists(ctx, `SELECT FROM app_user u WHERE u.name = $1 AND NOT u.disabled AND u.role <> 'viewer' AND (u.all_tenants
		OR EXISTS (SELECT FROM app_user_tenant m WHERE m.user_id = u.id AND m.tenant_id = $2))`, name, tenant)
}

// TeamExists reports whether this team exists.
func (tx *Tx) TeamExists(ctx context.Context, name string) (bool, error) {
	return tx.exists(ctx, `SELECT FROM team WHERE name = $1`, name)
}

func (tx *Tx) exists(ctx context.Context, query string, args ...any) (bool, error) {
	var yes bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (`+query+`)`, args...).Scan(&yes); err != nil {
		return false, fmt.Errorf("look up: %w", err)
	}
	return yes, nil
}

// LockModel makes the raising and clearing of one model's alerts one at a time, until the
// transaction ends, and holds its open alerts: a person's move on one of them waits and then finds
// it changed, instead of changing it between our reading and our saving.
func (tx *Tx) LockModel(ctx context.Context, m drift.Model) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('alerts of ' || $1, $2))`, m.ModelType, m.TenantID)
	if err != nil {
		return fmt.Errorf("lock model: %w", err)
	}
	_, err = tx.Exec(ctx, `SELECT FROM noc_alert_event WHERE tenant_id = $1 AND model_type = $2 AND status <> 'RESOLVED'
		ORDER BY id FOR UPDATE`, m.TenantID, m.ModelType)
	if err != nil {
		return fmt.Errorf("hold alerts: %w", err)
	}
	return nil
}

func textOrNull[T ~string](s *T) *string {
	if s == nil {
		return nil
	}
	t := string(*s)
	return &t
}

// none reports whether err says that there is no such row.
func none(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
