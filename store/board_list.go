package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

const (
	// boardRank orders alerts as a board does: critical, blind, high, medium. Blind stands before
	// high, because nobody knows what it hides.
	boardRank = `CASE WHEN a.alert_type = 'ML_MONITORING_BLIND' THEN 1 WHEN a.severity = 'CRITICAL' THEN 0
		WHEN a.severity = 'HIGH' THEN 2 ELSE 3 END`
	// waiting holds for an alert that waits for its end and does not rest until a time.
	waiting = `a.status IN ('NEW', 'ACKNOWLEDGED', 'ASSIGNED', 'ESCALATED')`
	// untaken holds for an alert that nobody has; see drift.Alert.Untaken.
	untaken = `(` + needsAck + ` AND a.assignee = '')`
	// ofIncidents joins to what is open of an incident the keys by which a board orders incidents.
	ofIncidents   = openIncidents + ` ON i.incident_key = a.incident_key`
	openIncidents = ` JOIN (SELECT a.incident_key, min(` + boardRank + `) AS rank, max(` + second + `) AS newest, max(a.id) AS last
		FROM noc_alert_event a WHERE ` + waiting + ` GROUP BY a.incident_key) i`
	// incidentOrder is the order of a board: incidents, the worst first, then the newest.
	incidentOrder = `i.rank, i.newest DESC, i.last DESC`
	// since is when an alert came to its status by a move that people see as taking it.
	since = `(SELECT max(m.at) FROM noc_alert_timeline m WHERE m.tenant_id = a.tenant_id AND m.alert_id = a.id
		AND m.to_status = a.status AND m.move IN ('acknowledge', 'assign', 'escalate', 'overdue', 'suppress', 'resolve', 'recover'))`
	// second is the resolution in which rows of a board are sorted.
	second = `date_trunc('second', a.created_at)`
)

// skipping scans leading columns of its own before those that another function asks for.
type skipping struct {
	pgx.CollectableRow
	own []any
}

func (s *skipping) Scan(dest ...any) error {
	return s.CollectableRow.Scan(append(s.own, dest...)...)
}

// boardTally counts by rank what waits for its end, and what rests.
func (tx *Tx) boardTally(ctx context.Context) (list []drift.BoardTally, resting int, err error) {
	rows, err := tx.Query(ctx, `SELECT `+boardRank+`, count(*), count(DISTINCT (a.tenant_id, a.model_type)),
			count(*) FILTER (WHERE `+untaken+`), COALESCE(min(a.created_at) FILTER (WHERE `+untaken+`), min(a.created_at)),
			count(*) FILTER (WHERE `+untaken+` AND a.status = 'ESCALATED'), count(*) FILTER (WHERE a.cleared AND a.assignee = '')
		FROM noc_alert_event a WHERE `+waiting+` GROUP BY 1 ORDER BY 1`)
	if list, err = collected(rows, err, pgx.RowToStructByPos[drift.BoardTally], "tally"); err != nil {
		return nil, 0, err
	}
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM noc_alert_event WHERE status = 'SUPPRESSED'`).Scan(&resting); err != nil {
		return nil, 0, fmt.Errorf("count suppressed: %w", err)
	}
	return list, resting, nil
}

// urgent returns what to look at first: what nobody has, from high up, the first of it on the board; else
// the first on the board.
func (tx *Tx) urgent(ctx context.Context) (*drift.UrgentAlert, error) {
	rows, err := tx.Query(ctx, `SELECT `+alertColumns(withoutReport)+alertTables+ofIncidents+` WHERE `+waiting+`
		ORDER BY `+untaken+` AND `+boardRank+` <= 2 DESC, `+boardRank+`, `+incidentOrder+`, `+boardOrder+` LIMIT 1`)
	list, err := collected(rows, err, scanAlert, "urgent alert")
	if err != nil || len(list) == 0 {
		return nil, err
	}
	u := &drift.UrgentAlert{Alert: *list[0]}
	if u.Timers, err = tx.TimersOf(ctx, list[0]); err != nil || u.ModelType == "" {
		return u, err
	}
	rows, err = tx.Query(ctx, `SELECT a.id, a.version FROM noc_alert_event a
		WHERE a.tenant_id = $1 AND a.model_type = $2 AND a.id <> $3 AND `+untaken+` ORDER BY `+boardOrder+` LIMIT $4`,
		u.TenantID, u.ModelType, u.ID, drift.MaxAlso)
	u.Also, err = collected(rows, err, pgx.RowToStructByPos[drift.AlertVersion], "alerts of the urgent model")
	return u, err
}

// boardModels lists the models that have an open alert, in the order in which a board has them.
func (tx *Tx) boardModels(ctx context.Context) ([]drift.Model, error) {
	rows, err := tx.Query(ctx, `SELECT tenant_id, name, model_type FROM (SELECT a.tenant_id, t.name, a.model_type,
			row_number() OVER (ORDER BY `+incidentOrder+`, `+boardOrder+`) AS place`+alertTables+ofIncidents+`
			WHERE a.model_type <> '' AND `+waiting+`) p GROUP BY 1, 2, 3 ORDER BY min(place)`)
	return collected(rows, err, pgx.RowToStructByPos[drift.Model], "models of the board")
}

// seenTypes lists the model types of which the reader sees a model or an alert, by name.
func (tx *Tx) seenTypes(ctx context.Context) ([]drift.ModelType, error) {
	rows, err := tx.Query(ctx, `SELECT name, behaves_like FROM model_type y
		WHERE EXISTS (SELECT FROM ml_model_version v WHERE v.model_type = y.name)
		OR EXISTS (SELECT FROM noc_alert_event a WHERE a.model_type = y.name) ORDER BY name`)
	return collected(rows, err, pgx.RowToStructByPos[drift.ModelType], "model types of the board")
}

// owners lists, by name, who has an alert that waits for its end.
func (tx *Tx) owners(ctx context.Context) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT a.assignee FROM noc_alert_event a WHERE a.assignee <> '' AND `+waiting+` ORDER BY 1`)
	return collected(rows, err, pgx.RowTo[string], "owners")
}
