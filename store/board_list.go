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
	// nobody holds for an alert that nobody has.
	nobody = `(a.status = 'NEW' AND a.assignee = '')`
	// untaken holds for an alert that no person has: nobody's, or escalated by itself.
	untaken = `(a.status IN ('NEW', 'ESCALATED') AND a.assignee = '')`
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
			count(*) FILTER (WHERE `+nobody+`), COALESCE(min(a.created_at) FILTER (WHERE `+nobody+`), min(a.created_at)),
			count(*) FILTER (WHERE `+untaken+` AND a.status = 'ESCALATED')
		FROM noc_alert_event a WHERE `+waiting+` GROUP BY 1 ORDER BY 1`)
	if list, err = collected(rows, err, pgx.RowToStructByPos[drift.BoardTally], "tally"); err != nil {
		return nil, 0, err
	}
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM noc_alert_event WHERE status = 'SUPPRESSED'`).Scan(&resting); err != nil {
		return nil, 0, fmt.Errorf("count suppressed: %w", err)
	}
	return list, resting, nil
}

// urgent returns what to look at first: what no person has, from high up, the worst, and of those
// the one that has waited longest; else the worst.
func (tx *Tx) urgent(ctx context.Context) (*drift.UrgentAlert, error) {
	rows, err := tx.Query(ctx, `SELECT `+alertColumns(withoutReport)+alertTables+` WHERE `+waiting+`
		ORDER BY `+untaken+` AND `+boardRank+` <= 2 DESC, `+boardRank+`, a.created_at, a.id LIMIT 1`)
	list, err := collected(rows, err, scanAlert, "urgent alert")
	if err != nil || len(list) == 0 {
		return nil, err
	}
	timers, err := tx.TimersOf(ctx, list[0])
	return &drift.UrgentAlert{Alert: *list[0], Timers: timers}, err
}

// owners lists, by name, who has an alert that waits for its end.
func (tx *Tx) owners(ctx context.Context) ([]string, error) {
	rows, err := tx.Query(ctx, `SELECT DISTINCT a.assignee FROM noc_alert_event a WHERE a.assignee <> '' AND `+waiting+` ORDER BY 1`)
	return collected(rows, err, pgx.RowTo[string], "owners")
}
