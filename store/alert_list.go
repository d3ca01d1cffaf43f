package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// urgency orders severities in SQL.
const urgency = `CASE a.severity WHEN 'CRITICAL' THEN 3 WHEN 'HIGH' THEN 2 ELSE 1 END`

// Alerts lists alerts without their reports, in the order the filter asks for.
func (tx *Tx) Alerts(ctx context.Context, f drift.AlertFilter) (drift.Page[drift.Alert], error) {
	w := alertWhere(f)
	order := `a.created_at DESC, a.id DESC`
	if f.Order == drift.UrgentFirst {
		order = urgency + ` DESC, ` + order
	}
	if f.Cursor != "" {
		if err := alertsAfter(w, f); err != nil {
			return drift.Page[drift.Alert]{}, err
		}
	}
	n := limit(f.Limit)
	rows, err := tx.Query(ctx, `SELECT `+alertColumns(withoutReport)+alertTables+w.sql()+
		` ORDER BY `+order+` LIMIT `+w.arg(n+1), w.args...)
	list, err := collected(rows, err, scanAlert, "list alerts")
	if err != nil {
		return drift.Page[drift.Alert]{}, err
	}
	page := drift.Page[drift.Alert]{Items: make([]drift.Alert, 0, min(n, len(list)))}
	for i, a := range list {
		if i == n {
			last := list[n-1]
			page.Next = cursor(rank(last.Severity), last.CreatedAt, last.ID)
			break
		}
		page.Items = append(page.Items, *a)
	}
	return page, nil
}

func alertsAfter(w *where, f drift.AlertFilter) error {
	var rank int
	var at time.Time
	var id int64
	if err := readCursor(f.Cursor, &rank, &at, &id); err != nil {
		return err
	}
	keys, after := `a.created_at, a.id`, w.arg(at)+`, `+w.arg(id)
	if f.Order == drift.UrgentFirst {
		keys, after = urgency+`, `+keys, w.arg(rank)+`, `+after
	}
	w.plain(`(` + keys + `) < (` + after + `)`)
	return nil
}

// rank is what urgency makes of a severity.
func rank(s drift.Severity) int { return int(s) - int(drift.SeverityNone) }

func alertWhere(f drift.AlertFilter) *where {
	w := &where{}
	if f.Open {
		w.plain(`a.status <> 'RESOLVED'`)
	}
	anyOf := func(column string, values []string) {
		if len(values) > 0 {
			w.and(column+` = ANY ($)`, values)
		}
	}
	severities := make([]string, len(f.Severities))
	for i, s := range f.Severities {
		severities[i] = s.String()
	}
	anyOf(`a.status`, texts(f.Statuses))
	anyOf(`a.severity`, severities)
	anyOf(`a.alert_type`, texts(f.AlertTypes))
	anyOf(`a.drift_type`, texts(f.DriftTypes))
	anyOf(`t.name`, f.Tenants)
	anyOf(`a.model_type`, f.ModelTypes)
	anyOf(`a.model_version`, f.ModelVersions)
	if !f.Since.IsZero() {
		w.and(`a.created_at >= $`, f.Since)
	}
	if f.Assignee != nil {
		w.and(`a.assignee = $`, *f.Assignee)
	}
	if f.Text != "" {
		w.and(`(a.message ILIKE $ OR t.name ILIKE $ OR a.model_type ILIKE $ OR a.model_version ILIKE $)`, like(f.Text))
	}
	w.alertTerms(f.Terms, f.Me, f.Now)
	return w
}

// AlertCounts tallies alerts; cursor, order and limit of the filter mean nothing here.
func (tx *Tx) AlertCounts(ctx context.Context, f drift.AlertFilter) ([]drift.AlertCount, error) {
	w := alertWhere(f)
	rows, err := tx.Query(ctx, `SELECT a.alert_type, a.severity, a.status, a.assignee <> '', a.cleared, count(*),
			min(a.created_at)`+alertTables+w.sql()+` GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5`, w.args...)
	return collected(rows, err, func(row pgx.CollectableRow) (c drift.AlertCount, err error) {
		var severity string
		if err := row.Scan(&c.AlertType, &severity, &c.Status, &c.Owned, &c.Cleared, &c.N, &c.Oldest); err != nil {
			return c, err
		}
		c.Severity, err = drift.ParseSeverity(severity)
		return c, err
	}, "count alerts")
}
