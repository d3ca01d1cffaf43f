package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// shiftOpen lists what is open now, by incident, the worst first and then as a board orders the incidents.
func (tx *Tx) shiftOpen(ctx context.Context, _, _ time.Time, of shiftTenants) error {
	worst := boardRank + `, a.created_at DESC, a.id DESC`
	rows, err := tx.Query(ctx, `WITH incidents AS (
			SELECT a.tenant_id, a.incident_key AS key, min(`+boardRank+`) AS rank,
				(array_agg(a.id ORDER BY `+worst+`))[1] AS id, (array_agg(a.severity ORDER BY `+worst+`))[1] AS severity,
				(array_agg(a.alert_type ORDER BY `+worst+`))[1] AS alert_type, (array_agg(a.message ORDER BY `+worst+`))[1] AS message,
				COALESCE(array_agg(DISTINCT a.model_type) FILTER (WHERE a.model_type <> ''), '{}') AS models, count(*) AS n,
				count(*) FILTER (WHERE `+untaken+`) AS nobody, COALESCE(array_agg(DISTINCT a.assignee) FILTER (WHERE a.assignee <> ''), '{}') AS owners,
				COALESCE(array_agg(DISTINCT a.team) FILTER (WHERE a.team <> '' AND `+untaken+`), '{}') AS teams, min(a.created_at) AS since,
				max(`+second+`) AS newest, max(a.id) AS last
			FROM noc_alert_event a WHERE a.status <> 'RESOLVED' GROUP BY 1, 2),
		placed AS (
			SELECT o.*, row_number() OVER (ORDER BY `+incidentOrder+`, o.rank, o.newest DESC, o.last DESC) AS place
			FROM incidents o LEFT`+openIncidents+` ON i.incident_key = o.key),
		counted AS (
			SELECT *, count(*) OVER (PARTITION BY tenant_id) AS total, row_number() OVER (PARTITION BY tenant_id ORDER BY rank, place) AS nth FROM placed)
		SELECT tenant_id, key, rank, id, severity, alert_type, message, models, n, nobody, owners, teams, since, place, total, nth
		FROM counted WHERE nth <= $1 ORDER BY tenant_id, nth`, drift.ShiftRows)
	if err != nil {
		return fmt.Errorf("open incidents of a shift: %w", err)
	}
	type line struct {
		drift.ShiftIncident
		tenant, nth    int64
		total          int
		severity       string
		models, owners []string
		teams          []string
	}
	var x line
	_, err = pgx.ForEachRow(rows, []any{
		&x.tenant, &x.Key, &x.Rank, &x.AlertID, &x.severity, &x.Type, &x.Message, &x.models, &x.Alerts, &x.Unowned,
		&x.owners, &x.teams, &x.Since, &x.Place, &x.total, &x.nth,
	}, func() (err error) {
		i := x.ShiftIncident
		if i.Severity, err = drift.ParseSeverity(x.severity); err != nil {
			return err
		}
		i.Models, i.Owners, i.Teams = clone(x.models), clone(x.owners), clone(x.teams)
		if t := of[x.tenant]; t != nil {
			t.Open.Items, t.Open.Total = append(t.Open.Items, i), x.total
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("open incidents of a shift: %w", err)
	}
	return nil
}

// shiftWaiting lists the retrains that somebody has to decide now, those that lapse first first.
func (tx *Tx) shiftWaiting(ctx context.Context, _, _ time.Time, of shiftTenants) error {
	rows, err := tx.Query(ctx, `SELECT * FROM (SELECT tenant_id, id, model_type, state, state_since, due_at,
			count(*) OVER (PARTITION BY tenant_id), row_number() OVER (PARTITION BY tenant_id ORDER BY due_at NULLS LAST, id) AS place
		FROM ml_retrain WHERE state IN ('waiting_approval', 'countdown')) w WHERE place <= $1 ORDER BY tenant_id, place`, drift.ShiftRows)
	if err != nil {
		return fmt.Errorf("retrains that wait: %w", err)
	}
	var id, place int64
	var total int
	var w drift.ShiftWaiting
	_, err = pgx.ForEachRow(rows, []any{&id, &w.RetrainID, &w.ModelType, &w.State, &w.Since, &w.Due, &total, &place}, func() error {
		if t := of[id]; t != nil {
			x := w
			if w.Due != nil { // the next row would overwrite it
				x.Due = new(*w.Due)
			}
			t.Waiting.Items, t.Waiting.Total = append(t.Waiting.Items, x), total
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("retrains that wait: %w", err)
	}
	return nil
}

// clone keeps a list that the next row would overwrite, never nil.
func clone(list []string) []string { return append([]string{}, list...) }

// shiftSettings lists the settings that changed, a tenant's own with the tenant.
func (tx *Tx) shiftSettings(ctx context.Context, s *drift.Shift, of shiftTenants) error {
	s.Settings = []drift.ShiftSetting{}
	rows, err := tx.Query(ctx, `SELECT * FROM (SELECT scope, changed_at, name, old_value, new_value, changed_by, reason,
			row_number() OVER (PARTITION BY scope ORDER BY id DESC) AS back
		FROM setting_change WHERE changed_at >= $1 AND changed_at < $2) c WHERE back <= $3 ORDER BY scope, back DESC`,
		s.From, s.To, drift.ShiftRows)
	if err != nil {
		return fmt.Errorf("settings of a shift: %w", err)
	}
	var scope, back int64
	var c drift.ShiftSetting
	_, err = pgx.ForEachRow(rows, []any{&scope, &c.At, &c.Name, &c.Old, &c.New, &c.By, &c.Reason, &back}, func() error {
		if scope == 0 {
			s.Settings = append(s.Settings, c)
		} else if t := of[scope]; t != nil {
			t.Settings = append(t.Settings, c)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("settings of a shift: %w", err)
	}
	return nil
}

// shiftSilences lists the silences that were in force at some time, a tenant's own with the tenant.
func (tx *Tx) shiftSilences(ctx context.Context, s *drift.Shift, of shiftTenants) error {
	s.Silences = []drift.ShiftSilence{}
	rows, err := tx.Query(ctx, `SELECT scope, id, reason, created_by, starts_at, COALESCE(ended_at, ends_at) FROM silence
		WHERE starts_at < $2 AND COALESCE(ended_at, ends_at) > $1 ORDER BY id LIMIT $3`, s.From, s.To, drift.ShiftRows)
	if err != nil {
		return fmt.Errorf("silences of a shift: %w", err)
	}
	var scope int64
	var x drift.ShiftSilence
	_, err = pgx.ForEachRow(rows, []any{&scope, &x.ID, &x.Reason, &x.By, &x.From, &x.To}, func() error {
		if scope == 0 {
			s.Silences = append(s.Silences, x)
		} else if t := of[scope]; t != nil {
			t.Silences = append(t.Silences, x)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("silences of a shift: %w", err)
	}
	return nil
}

// shiftJobs lists the runs of daily jobs that failed for good.
func (tx *Tx) shiftJobs(ctx context.Context, from, to time.Time) ([]drift.ShiftJob, error) {
	rows, err := tx.Query(ctx, `SELECT finished_at, name, slot, error FROM schedule_run
		WHERE state = 'failed' AND finished_at >= $1 AND finished_at < $2 ORDER BY finished_at, name LIMIT $3`, from, to, drift.ShiftRows)
	return collected(rows, err, pgx.RowToStructByPos[drift.ShiftJob], "failed jobs of a shift")
}
