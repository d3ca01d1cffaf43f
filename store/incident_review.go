package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// IncidentReview reads what is known of an incident at one tenant; CodeNotFound where the actor sees none of
// its alerts. An incident of several tenants that is named by its key alone is told apart by
// [DB.IncidentTenants] first.
func (db *DB) IncidentReview(ctx context.Context, by drift.Actor, q drift.IncidentQuery) (drift.IncidentReview, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.IncidentReview, err error) {
		if d.Watch, err = tx.watch(ctx, q.Now); err != nil {
			return d, err
		}
		if d.TenantID, d.Tenant, d.Key, err = tx.incidentNamed(ctx, q); err != nil {
			return d, err
		}
		d.Alerts, err = tx.alertsOfIncident(ctx, d.TenantID, d.Key)
		if err != nil {
			return d, err
		}
		if d.Steps, err = tx.incidentSteps(ctx, d.TenantID, d.Key); err != nil {
			return d, err
		}
		if d.Told, err = tx.toldOf(ctx, d.TenantID, d.Key); err != nil {
			return d, err
		}
		if d.Times, err = tx.incidentTimes(ctx, d.TenantID, d.Key); err != nil {
			return d, err
		}
		if d.Causes, err = tx.causes(ctx, d.TenantID, d.Key, drift.CauseVersions); err != nil {
			return d, err
		}
		if d.FollowUps, err = tx.followUps(ctx, d.TenantID, d.Key); err != nil {
			return d, err
		}
		d.People, err = tx.People(ctx, d.TenantID)
		return d, err
	})
}

// IncidentTenants lists the tenants at which the actor sees alerts of an incident, by name.
func (db *DB) IncidentTenants(ctx context.Context, by drift.Actor, key string) ([]string, error) {
	return view(ctx, db, by, func(tx *Tx) ([]string, error) {
		rows, err := tx.Query(ctx, `SELECT t.name FROM tenant t WHERE EXISTS (SELECT FROM noc_alert_event a
			WHERE a.tenant_id = t.id AND a.incident_key = $1) ORDER BY 1`, key)
		return collected(rows, err, pgx.RowTo[string], "tenants of an incident")
	})
}

// incidentNamed finds the incident that is asked for.
func (tx *Tx) incidentNamed(ctx context.Context, q drift.IncidentQuery) (tenant int64, name, key string, err error) {
	if q.Alert != 0 {
		a, err := tx.Alert(ctx, q.Alert)
		if err != nil {
			return 0, "", "", err
		}
		return a.TenantID, a.Tenant, a.Incident, nil
	}
	err = tx.QueryRow(ctx, `SELECT t.id, t.name FROM tenant t WHERE t.name = $1 AND EXISTS (SELECT FROM noc_alert_event a
		WHERE a.tenant_id = t.id AND a.incident_key = $2)`, q.Tenant, q.Key).Scan(&tenant, &name)
	if none(err) {
		return 0, "", "", drift.NotFound("There is no such incident at this tenant.")
	}
	if err != nil {
		return 0, "", "", fmt.Errorf("incident: %w", err)
	}
	return tenant, name, q.Key, nil
}

func (tx *Tx) alertsOfIncident(ctx context.Context, tenant int64, key string) (l drift.Listed[drift.Alert], err error) {
	const of = ` WHERE a.tenant_id = $1 AND a.incident_key = $2`
	if err = tx.QueryRow(ctx, `SELECT count(*)`+alertTables+of, tenant, key).Scan(&l.Total); err != nil {
		return l, fmt.Errorf("count alerts of an incident: %w", err)
	}
	rows, err := tx.Query(ctx, `SELECT `+alertColumns(withoutReport)+alertTables+of+` ORDER BY a.id LIMIT $3`, tenant, key, drift.IncidentRows)
	list, err := collected(rows, err, scanAlert, "alerts of an incident")
	for _, a := range list {
		l.Items = append(l.Items, *a)
	}
	return l, err
}

// incidentSteps lists the moves of an incident's alerts and of the retrains proposed on them, save that a
// check saw an alert again.
func (tx *Tx) incidentSteps(ctx context.Context, tenant int64, key string) (l drift.Listed[drift.IncidentStep], err error) {
	rows, err := tx.Query(ctx, `WITH mine AS (SELECT * FROM noc_alert_event WHERE tenant_id = $1 AND incident_key = $2), steps AS (
			SELECT l.at, a.id AS alert, 0::bigint AS retrain, a.alert_type, COALESCE(a.drift_type, ''), l.severity, l.move, l.to_status,
				l.actor, l.note, l.version
			FROM noc_alert_timeline l JOIN mine a ON a.id = l.alert_id WHERE l.tenant_id = $1 AND l.move <> 'refresh'
			UNION ALL
			SELECT l.at, 0, r.id, '', '', 'NONE', l.move, l.to_state, l.actor, l.note, l.version
			FROM ml_retrain_timeline l JOIN ml_retrain r ON r.tenant_id = l.tenant_id AND r.id = l.retrain_id
			WHERE l.tenant_id = $1 AND r.alert_id IN (SELECT id FROM mine))
		SELECT *, count(*) OVER () FROM steps ORDER BY at, retrain, alert, version LIMIT $3`, tenant, key, drift.IncidentRows)
	l.Items, err = collected(rows, err, func(row pgx.CollectableRow) (s drift.IncidentStep, err error) {
		var severity string
		var version int
		err = row.Scan(&s.At, &s.Alert, &s.Retrain, &s.Type, &s.Drift, &severity, &s.Move, &s.To, &s.Actor, &s.Note, &version, &l.Total)
		if err != nil {
			return s, err
		}
		s.Severity, err = drift.ParseSeverity(severity)
		return s, err
	}, "steps of an incident")
	return l, err
}

// toldOf lists the deliveries about an incident's alerts.
func (tx *Tx) toldOf(ctx context.Context, tenant int64, key string) (l drift.Listed[drift.Told], err error) {
	rows, err := tx.Query(ctx, `SELECT d.created_at, d.finished_at, COALESCE(w.team, ''), d.type, d.alert_id, d.state, d.attempts, count(*) OVER ()
		FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id
		WHERE d.tenant_id = $1 AND d.alert_id IN (SELECT id FROM noc_alert_event WHERE tenant_id = $1 AND incident_key = $2)
		ORDER BY d.id LIMIT $3`, tenant, key, drift.IncidentRows)
	l.Items, err = collected(rows, err, func(row pgx.CollectableRow) (t drift.Told, err error) {
		var done *time.Time
		err = row.Scan(&t.At, &done, &t.Team, &t.Event, &t.Alert, &t.State, &t.Attempts, &l.Total)
		t.Done = orZero(done)
		return t, err
	}, "deliveries of an incident")
	return l, err
}

// takenAt is the first time a person took alert a, NULL where nobody did: see drift.IncidentTimes.
var takenAt = `(SELECT min(l.at) FROM noc_alert_timeline l WHERE l.tenant_id = a.tenant_id AND l.alert_id = a.id
	AND l.move IN ('acknowledge', 'assign', 'escalate', 'suppress', 'resolve') AND l.actor <> '` + drift.SystemActor().Name + `'
	AND NOT EXISTS (SELECT FROM noc_alert_timeline u WHERE u.tenant_id = l.tenant_id AND u.alert_id = l.alert_id
		AND u.version = l.version + 1 AND u.move = 'undo'))`

// endedAt is when alert a was found clean, was resolved or ended by itself, NULL while it burns. What was
// cleared and then found again has not ended.
const endedAt = `CASE WHEN a.cleared OR a.status = 'RESOLVED' THEN (SELECT min(l.at) FROM noc_alert_timeline l
	WHERE l.tenant_id = a.tenant_id AND l.alert_id = a.id AND (l.move = 'clear' OR l.to_status = 'RESOLVED')
		AND NOT EXISTS (SELECT FROM noc_alert_timeline u WHERE u.tenant_id = l.tenant_id AND u.alert_id = l.alert_id
			AND u.version > l.version AND u.move IN ('refresh', 'worsen'))) END`

func (tx *Tx) incidentTimes(ctx context.Context, tenant int64, key string) (t drift.IncidentTimes, err error) {
	var raised, taken, recovered, asked, approved *time.Time
	err = tx.QueryRow(ctx, `SELECT min(created_at), min(taken), CASE WHEN bool_and(ended IS NOT NULL) THEN max(ended) END
		FROM (SELECT a.created_at, `+takenAt+` AS taken, `+endedAt+` AS ended FROM noc_alert_event a
			WHERE a.tenant_id = $1 AND a.incident_key = $2) x`, tenant, key).Scan(&raised, &taken, &recovered)
	if err != nil {
		return t, fmt.Errorf("times of an incident: %w", err)
	}
	err = tx.QueryRow(ctx, `SELECT w.at, p.at FROM ml_retrain r
		JOIN ml_retrain_timeline w ON w.tenant_id = r.tenant_id AND w.retrain_id = r.id AND w.to_state = 'waiting_approval'
		LEFT JOIN LATERAL (SELECT min(at) AS at FROM ml_retrain_timeline l WHERE l.tenant_id = r.tenant_id AND l.retrain_id = r.id
			AND l.move = 'approve') p ON true
		WHERE r.tenant_id = $1 AND r.alert_id IN (SELECT id FROM noc_alert_event WHERE tenant_id = $1 AND incident_key = $2)
		ORDER BY p.at IS NULL, w.at LIMIT 1`, tenant, key).Scan(&asked, &approved)
	if err != nil && !none(err) {
		return t, fmt.Errorf("approval of an incident: %w", err)
	}
	t.Raised, t.Taken, t.Recovered, t.Asked, t.Approved = orZero(raised), orZero(taken), orZero(recovered), orZero(asked), orZero(approved)
	return t, nil
}
