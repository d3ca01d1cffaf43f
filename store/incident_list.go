package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

const (
	// needsAck holds for an alert that somebody still has to acknowledge; see drift.Alert.NeedsAck.
	needsAck = `(a.status IN ('NEW', 'ESCALATED') AND NOT a.cleared)`
	// boardOrder is the order of alerts within an incident.
	boardOrder = boardRank + `, ` + second + ` DESC, a.id DESC`
	// rowsOfIncident is how many of an incident's alerts stand under it on a board.
	rowsOfIncident = 10
	// ownersOfIncident is how many of those who have some of it are named.
	ownersOfIncident = 3
)

// boardIncidents reads one page of the board's list, by incident, and counts the whole of it. A page
// holds as many incidents as have f.Limit rows in all, heads and alerts counted alike.
func (tx *Tx) boardIncidents(ctx context.Context, f drift.AlertFilter, d *drift.BoardData) error {
	w := alertWhere(f)
	err := tx.QueryRow(ctx, `SELECT count(*), count(DISTINCT a.incident_key)`+alertTables+w.sql(), w.args...).Scan(&d.Matching, &d.MatchingIncidents)
	if err != nil {
		return fmt.Errorf("count the board: %w", err)
	}
	n := limit(f.Limit)
	list, err := tx.incidents(ctx, w, f.Cursor, n+1)
	if err != nil {
		return err
	}
	shown, rows := 0, 0
	for ; shown < len(list) && shown < n; shown++ {
		if rows += rowsFor(&list[shown]); rows > n && shown > 0 {
			break
		}
	}
	if shown < len(list) {
		last := list[shown-1]
		d.Next, list = cursor(last.Rank, last.Newest, last.Last), list[:shown]
	}
	d.Incidents = list
	return tx.rowsOfIncidents(ctx, f, list)
}

// rowsFor is how many rows an incident takes: one alone stands for itself, others have a head.
func rowsFor(i *drift.Incident) int {
	if i.N == 1 {
		return 1
	}
	return 1 + min(i.N, rowsOfIncident)
}

// incidents groups what the conditions let through, the worst first, then the newest.
func (tx *Tx) incidents(ctx context.Context, w *where, after string, n int) ([]drift.Incident, error) {
	having := ""
	if after != "" {
		var rank int
		var newest time.Time
		var last int64
		if err := readCursor(after, &rank, &newest, &last); err != nil {
			return nil, err
		}
		having = ` WHERE (-rank, newest, last) < (` + w.arg(-rank) + `, ` + w.arg(newest) + `, ` + w.arg(last) + `)`
	}
	rows, err := tx.Query(ctx, `WITH ranked AS (
			SELECT a.tenant_id, a.id, a.version, a.created_at, a.alert_type, a.drift_type, a.model_type, a.incident_key,
				a.assignee, a.team, a.cleared, `+boardRank+` AS rank, `+second+` AS at, `+needsAck+` AS need, `+untaken+` AS free,
				row_number() OVER (PARTITION BY a.incident_key ORDER BY NOT `+needsAck+`, `+boardOrder+`) AS nth`+alertTables+w.sql()+`),
		grouped AS (
			SELECT incident_key, min(rank) AS rank, max(at) AS newest, max(id) AS last, min(created_at) AS oldest, count(*) AS n,
				count(*) FILTER (WHERE rank = 0), count(*) FILTER (WHERE rank = 1), count(*) FILTER (WHERE rank = 2), count(*) FILTER (WHERE rank = 3),
				count(DISTINCT (tenant_id, model_type)), count(DISTINCT tenant_id),
				count(*) FILTER (WHERE drift_type = 'statistical'), count(*) FILTER (WHERE drift_type = 'performance'),
				count(*) FILTER (WHERE alert_type = 'ML_MONITORING_BLIND'), count(*) FILTER (WHERE alert_type = 'ML_ROLLBACK'),
				count(*) FILTER (WHERE need), count(*) FILTER (WHERE free), count(*) FILTER (WHERE free AND rank = 0), count(*) FILTER (WHERE cleared),
				array_agg(id ORDER BY nth) FILTER (WHERE need AND nth <= `+w.arg(drift.MaxIncidentAcks)+`),
				array_agg(version ORDER BY nth) FILTER (WHERE need AND nth <= `+w.arg(drift.MaxIncidentAcks)+`),
				(array_agg(DISTINCT assignee) FILTER (WHERE assignee <> ''))[:`+w.arg(ownersOfIncident+1)+`],
				(array_agg(DISTINCT team) FILTER (WHERE free AND team <> ''))[:`+w.arg(ownersOfIncident+1)+`]
			FROM ranked GROUP BY incident_key)
		SELECT * FROM grouped`+having+` ORDER BY rank, newest DESC, last DESC LIMIT `+w.arg(n), w.args...)
	return collected(rows, err, func(row pgx.CollectableRow) (i drift.Incident, err error) {
		var ids []int64
		var versions []int
		err = row.Scan(&i.Key, &i.Rank, &i.Newest, &i.Last, &i.Oldest, &i.N, &i.Ranks[0], &i.Ranks[1], &i.Ranks[2], &i.Ranks[3],
			&i.Models, &i.Tenants, &i.Stat, &i.Perf, &i.Blind, &i.Rollback, &i.NeedAck, &i.Untaken, &i.Hot, &i.Cleared,
			&ids, &versions, &i.Owners, &i.Teams)
		for nth, id := range ids {
			i.Acks = append(i.Acks, drift.AlertVersion{ID: id, Version: versions[nth]})
		}
		return i, err
	}, "list incidents")
}

// rowsOfIncidents reads the first alerts of each incident.
func (tx *Tx) rowsOfIncidents(ctx context.Context, f drift.AlertFilter, list []drift.Incident) error {
	keys, at := make([]string, len(list)), make(map[string]int, len(list))
	for i := range list {
		keys[i], at[list[i].Key] = list[i].Key, i
	}
	if len(keys) == 0 {
		return nil
	}
	w := alertWhere(f)
	of := w.arg(keys)
	w.plain(`a.incident_key = k.key`)
	rows, err := tx.Query(ctx, `SELECT x.* FROM unnest(`+of+`::text[]) WITH ORDINALITY k (key, nth), LATERAL (
			SELECT `+since+` AS since, `+alertColumns(withoutReport)+alertTables+w.sql()+`
			ORDER BY `+boardOrder+` LIMIT `+w.arg(rowsOfIncident)+`) x ORDER BY k.nth`, w.args...)
	alerts, err := collected(rows, err, scanBoardAlert, "alerts of incidents")
	if err != nil {
		return err
	}
	for _, a := range alerts {
		i := &list[at[a.Incident]]
		i.Alerts = append(i.Alerts, a)
	}
	return nil
}

func scanBoardAlert(row pgx.CollectableRow) (drift.BoardAlert, error) {
	var since *time.Time
	a, err := scanAlert(&skipping{row, []any{&since}})
	if err != nil {
		return drift.BoardAlert{}, err
	}
	return drift.BoardAlert{Alert: *a, Since: orZero(since)}, nil
}

// incidentAlerts reads one page of one incident's alerts.
func (tx *Tx) incidentAlerts(ctx context.Context, f drift.AlertFilter) (list []drift.BoardAlert, next string, err error) {
	w := alertWhere(f)
	if f.Cursor != "" {
		var rank int
		var at time.Time
		var id int64
		if err := readCursor(f.Cursor, &rank, &at, &id); err != nil {
			return nil, "", err
		}
		w.plain(`(-(` + boardRank + `), ` + second + `, a.id) < (` + w.arg(-rank) + `, ` + w.arg(at) + `, ` + w.arg(id) + `)`)
	}
	n := limit(f.Limit)
	rows, err := tx.Query(ctx, `SELECT `+since+`, `+alertColumns(withoutReport)+alertTables+w.sql()+`
		ORDER BY `+boardOrder+` LIMIT `+w.arg(n+1), w.args...)
	if list, err = collected(rows, err, scanBoardAlert, "alerts of an incident"); err != nil {
		return nil, "", err
	}
	if len(list) > n {
		last := list[n-1].Alert
		next, list = cursor(last.Rank(), last.CreatedAt.Truncate(time.Second), last.ID), list[:n]
	}
	return list, next, nil
}

// Incidents reads some incidents as the filter has them, with their first alerts. What the reader does not
// see, or the filter does not let through, is left out.
func (db *DB) Incidents(ctx context.Context, by drift.Actor, keys []string, f drift.AlertFilter) ([]drift.Incident, error) {
	f.Terms = append([]drift.AlertTerm{{Field: drift.TermIncident, Values: keys}}, f.Terms...)
	return view(ctx, db, by, func(tx *Tx) ([]drift.Incident, error) {
		list, err := tx.incidents(ctx, alertWhere(f), "", len(keys))
		if err != nil {
			return nil, err
		}
		return list, tx.rowsOfIncidents(ctx, f, list)
	})
}

// IncidentPage reads one page of an incident, CodeNotFound where the reader sees none of it.
func (db *DB) IncidentPage(ctx context.Context, by drift.Actor, key string, f drift.AlertFilter) (drift.IncidentData, error) {
	f.Terms = append([]drift.AlertTerm{{Field: drift.TermIncident, Values: []string{key}}}, f.Terms...)
	return view(ctx, db, by, func(tx *Tx) (d drift.IncidentData, err error) {
		whole := f
		whole.Cursor = ""
		list, err := tx.incidents(ctx, alertWhere(whole), "", 1)
		if err != nil {
			return d, err
		}
		if len(list) == 0 {
			return d, drift.NotFound("Nothing of this incident is open.")
		}
		if err := tx.rowsOfIncidents(ctx, whole, list); err != nil {
			return d, err
		}
		if d.Watch, err = tx.watch(ctx, f.Now); err != nil {
			return d, err
		}
		if d.Actors, err = tx.actors(ctx); err != nil {
			return d, err
		}
		if d.Teams, err = tx.Teams(ctx); err != nil {
			return d, err
		}
		d.Incident = list[0]
		d.Alerts, d.Next, err = tx.incidentAlerts(ctx, f)
		return d, err
	})
}
