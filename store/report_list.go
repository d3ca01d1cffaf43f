package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// Reports lists reports, newest date first.
func (tx *Tx) Reports(ctx context.Context, f drift.ReportFilter) (drift.Page[drift.Report], error) {
	w, err := reportWhere(f)
	if err != nil {
		return drift.Page[drift.Report]{}, err
	}
	n := limit(f.Limit)
	rows, err := tx.Query(ctx, `SELECT `+reportColumns+reportTables+w.sql()+
		` ORDER BY r.check_date DESC, r.id DESC LIMIT `+w.arg(n+1), w.args...)
	list, err := collected(rows, err, scanReport, "list reports")
	if err != nil {
		return drift.Page[drift.Report]{}, err
	}
	page := drift.Page[drift.Report]{Items: make([]drift.Report, 0, min(n, len(list)))}
	for i, r := range list {
		if i == n {
			last := list[n-1]
			page.Next = cursor(last.Date, last.ID)
			break
		}
		page.Items = append(page.Items, *r)
	}
	return page, nil
}

func reportWhere(f drift.ReportFilter) (*where, error) {
	w := &where{}
	if f.Tenant != "" {
		w.and(`t.name = $`, f.Tenant)
	}
	if f.ModelType != "" {
		w.and(`r.model_type = $`, f.ModelType)
	}
	if f.Version != "" {
		w.and(`r.model_version = $`, f.Version)
	}
	if f.DriftType != "" {
		w.and(`r.drift_type = $`, string(f.DriftType))
	}
	if f.Date != nil {
		w.and(`r.check_date = $`, f.Date.Time())
	}
	if f.From != nil {
		w.and(`r.check_date >= $`, f.From.Time())
	}
	if f.To != nil {
		w.and(`r.check_date < $`, f.To.Time())
	}
	if f.ServingOnly {
		w.plain(`r.is_serving`)
	}
	if !f.AllRevisions {
		w.plain(`r.is_current`)
	}
	if f.Cursor != "" {
		var date drift.Date
		var id int64
		if err := readCursor(f.Cursor, &date, &id); err != nil {
			return nil, err
		}
		w.plain(`(r.check_date, r.id) < (` + w.arg(date.Time()) + `, ` + w.arg(id) + `)`)
	}
	return w, nil
}

// markColumns are the columns that scanMark reads.
const markColumns = `SELECT r.id, r.tenant_id, t.name, r.model_type, r.model_version, r.check_date,
			r.drift_type, r.status, COALESCE(r.severity, '')`

// ReportMarks lists what the serving versions' checks in [from, to) found, without their numbers,
// by tenant, model type, date and drift type.
func (tx *Tx) ReportMarks(ctx context.Context, from, to drift.Date) ([]drift.ReportMark, error) {
	rows, err := tx.Query(ctx, markColumns+reportTables+`
		WHERE r.check_date >= $1 AND r.check_date < $2 AND r.is_current AND r.is_serving
		ORDER BY t.name, r.model_type, r.check_date, r.drift_type`, from.Time(), to.Time())
	return collected(rows, err, scanMark, "report marks")
}

// oldMarks lists, for the models without any of these marks, what the newest check of each drift type
// found, however long ago.
func (tx *Tx) oldMarks(ctx context.Context, models []drift.VersionKey, marks []drift.ReportMark) ([]drift.ReportMark, error) {
	known := map[drift.Model]bool{}
	for _, m := range marks {
		known[m.Version.Model] = true
	}
	var tenants []int64
	var types []string
	for _, m := range models {
		if !known[m.Model] {
			tenants, types = append(tenants, m.TenantID), append(types, m.ModelType)
		}
	}
	if len(tenants) == 0 {
		return nil, nil
	}
	rows, err := tx.Query(ctx, markColumns+` FROM unnest($1::bigint[], $2::text[]) AS m (tenant_id, model_type)
		CROSS JOIN (VALUES ('statistical'), ('performance')) AS k (drift_type)
		CROSS JOIN LATERAL (SELECT * FROM ml_drift_report n WHERE n.tenant_id = m.tenant_id AND n.model_type = m.model_type
			AND n.drift_type = k.drift_type AND n.is_current AND n.is_serving ORDER BY n.check_date DESC LIMIT 1) r
		JOIN tenant t ON t.id = r.tenant_id`, tenants, types)
	return collected(rows, err, scanMark, "old report marks")
}

func scanMark(row pgx.CollectableRow) (m drift.ReportMark, err error) {
	var date time.Time
	var severity string
	if err := row.Scan(&m.ID, &m.Version.TenantID, &m.Version.Tenant, &m.Version.ModelType, &m.Version.Version,
		&date, &m.DriftType, &m.Status, &severity); err != nil {
		return m, err
	}
	m.Date = drift.DateOf(date)
	m.Severity, err = drift.ParseSeverity(severity)
	return m, err
}
