package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// ModelsPage reads the list of all models.
func (db *DB) ModelsPage(ctx context.Context, by drift.Actor, now time.Time) (drift.ModelsData, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.ModelsData, err error) {
		if d.Watch, err = tx.watch(ctx, now); err != nil {
			return d, err
		}
		today := drift.DateOf(now)
		if d.Serving, err = tx.ServingVersions(ctx, today.Add(1)); err != nil {
			return d, err
		}
		if d.Versions, err = tx.versionSummaries(ctx, nil, today.Add(-poolDays)); err != nil {
			return d, err
		}
		if d.Marks, err = tx.ReportMarks(ctx, today.Add(1-drift.StripDays), today.Add(1)); err != nil {
			return d, err
		}
		old, err := tx.oldMarks(ctx, d.Serving, d.Marks)
		if err != nil {
			return d, err
		}
		d.Marks = append(d.Marks, old...)
		if d.Open, err = tx.openByModel(ctx); err != nil {
			return d, err
		}
		if d.Listed, err = tx.boardModels(ctx); err != nil {
			return d, err
		}
		if d.Feeds, err = tx.feeds(ctx, nil); err != nil {
			return d, err
		}
		d.Coverage, err = tx.Coverage(ctx, today.Add(-poolDays), today.Add(-7), today.Add(1))
		return d, err
	})
}

// ModelPage reads one model's page; CodeNotFound where the model is not there for this actor.
func (db *DB) ModelPage(ctx context.Context, by drift.Actor, q drift.ModelQuery) (drift.ModelData, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.ModelData, err error) {
		d.Model = drift.Model{Tenant: q.Tenant, ModelType: q.ModelType}
		if d.Model.TenantID, err = tx.tenantID(ctx, q.Tenant); err != nil {
			return d, err
		}
		if d.Versions, err = tx.versionSummaries(ctx, &d.Model, 0); err != nil {
			return d, err
		}
		if len(d.Versions) == 0 {
			return d, drift.NotFound("There is no such model.")
		}
		if d.Records, err = tx.VersionRecords(ctx, d.Model); err != nil {
			return d, err
		}
		if d.Retraining, err = tx.retraining(ctx, d.Model, nil); err != nil {
			return d, err
		}
		if d.Watch, err = tx.watch(ctx, q.Now); err != nil {
			return d, err
		}
		if err = tx.modelChecks(ctx, q, &d); err != nil {
			return d, err
		}
		return d, tx.modelAlerts(ctx, q, &d)
	})
}

// modelChecks reads what was measured and judged of a model.
func (tx *Tx) modelChecks(ctx context.Context, q drift.ModelQuery, d *drift.ModelData) error {
	today := drift.DateOf(q.Now)
	for _, t := range []drift.DriftType{drift.Statistical, drift.Performance} {
		last, err := tx.Reports(ctx, drift.ReportFilter{Tenant: q.Tenant, ModelType: q.ModelType, DriftType: t, ServingOnly: true, Limit: 1})
		if err != nil {
			return err
		}
		d.Latest = append(d.Latest, last.Items...)
	}
	end := d.SpanEnd(today)
	from, to := end.Add(-q.Days), end.Add(1)
	serving, err := tx.ServingVersions(ctx, today.Add(1))
	if err != nil {
		return err
	}
	d.Serving.Model = d.Model
	for _, v := range serving {
		if v.Model == d.Model {
			d.Serving = v
		}
	}
	if err = tx.seenDays(ctx, d, from, to); err != nil {
		return err
	}
	f := drift.ReportFilter{
		Tenant: q.Tenant, ModelType: q.ModelType, DriftType: drift.Statistical, From: &from, To: &to,
		ServingOnly: true, Limit: drift.MaxPage,
	}
	checks, err := tx.Reports(ctx, f)
	if err != nil {
		return err
	}
	d.Checks = checks.Items
	d.Reports, err = tx.Reports(ctx, drift.ReportFilter{Tenant: q.Tenant, ModelType: q.ModelType, Cursor: q.Cursor, Limit: reportRows})
	if err != nil {
		return err
	}
	marks, err := tx.ReportMarks(ctx, end.Add(1-drift.StripDays), to)
	for _, m := range marks {
		if m.Version.Model == d.Model {
			d.Marks = append(d.Marks, m)
		}
	}
	return err
}

// seenDays reads the days of the version that a model's page is about and, before its first, those of the
// versions before it: a curve goes on over a change of version.
func (tx *Tx) seenDays(ctx context.Context, d *drift.ModelData, from, to drift.Date) error {
	seen := d.Seen()
	list := []drift.VersionKey{seen}
	for _, v := range d.Versions { // the one that predicted last comes first
		if v.Version.Version != seen.Version && !v.Last.IsZero() && drift.DateOf(v.Last) >= from.Add(-poolDays) {
			list = append(list, v.Version)
		}
	}
	for i, v := range list {
		first := to
		if len(d.Days) > 0 {
			first = d.Days[0].Day
		}
		if first <= from.Add(-poolDays) {
			return nil
		}
		days, err := tx.ScoreDays(ctx, v, from.Add(-poolDays), first)
		if err != nil {
			return err
		}
		if i > 0 && len(days) == 0 {
			continue
		}
		d.Days = append(days, d.Days...)
		metrics, err := tx.Metrics(ctx, drift.MetricsFilter{Tenant: v.Tenant, ModelType: v.ModelType, Version: v.Version, From: from, To: first})
		if err != nil {
			return err
		}
		d.Metrics = append(d.Metrics, metrics...)
	}
	return nil
}

// reportRows is how many reports a model's page lists at once.
const reportRows = 20

func (tx *Tx) modelAlerts(ctx context.Context, q drift.ModelQuery, d *drift.ModelData) error {
	open, err := tx.Alerts(ctx, drift.AlertFilter{Open: true, Tenants: []string{q.Tenant}, ModelTypes: []string{q.ModelType}, Order: drift.UrgentFirst})
	if err != nil {
		return err
	}
	d.Alerts = open.Items
	ids := make([]int64, len(d.Reports.Items))
	for i, r := range d.Reports.Items {
		ids[i] = r.ID
	}
	rows, err := tx.Query(ctx, `SELECT a.report_id, max(a.id) FROM noc_alert_event a
		WHERE a.tenant_id = $1 AND a.model_type = $2 AND a.report_id = ANY ($3) GROUP BY 1`, d.Model.TenantID, d.Model.ModelType, ids)
	if err != nil {
		return fmt.Errorf("alerts of reports: %w", err)
	}
	d.Raised = map[int64]int64{}
	var report, alert int64
	if _, err := pgx.ForEachRow(rows, []any{&report, &alert}, func() error { d.Raised[report] = alert; return nil }); err != nil {
		return fmt.Errorf("alerts of reports: %w", err)
	}
	if d.Feeds, err = tx.feeds(ctx, &d.Model); err != nil {
		return err
	}
	today := drift.DateOf(q.Now)
	list, err := tx.Coverage(ctx, today.Add(-poolDays), today.Add(-7), today.Add(1))
	for _, c := range list {
		if c.Model == d.Model {
			d.Coverage = append(d.Coverage, c)
		}
	}
	return err
}

// versionSummaries lists the versions of one model, or of all where it is nil, the one with the
// newest prediction first, with what they predicted from a day on.
func (tx *Tx) versionSummaries(ctx context.Context, m *drift.Model, from drift.Date) ([]drift.VersionSummary, error) {
	w := &where{}
	day := w.arg(from.Time())
	if m != nil {
		w.and(`v.tenant_id = $`, m.TenantID)
		w.and(`v.model_type = $`, m.ModelType)
	}
	rows, err := tx.Query(ctx, `SELECT v.tenant_id, t.name, v.model_type, v.version, v.source = 'external',
			COALESCE((SELECT s.first_created_at FROM ml_score_day s WHERE s.tenant_id = v.tenant_id AND s.model_type = v.model_type
				AND s.model_version = v.version ORDER BY s.day LIMIT 1), v.first_seen),
			(SELECT s.last_created_at FROM ml_score_day s WHERE s.tenant_id = v.tenant_id AND s.model_type = v.model_type
				AND s.model_version = v.version ORDER BY s.day DESC LIMIT 1) AS last,
			COALESCE(w.n, 0), COALESCE(w.tp, 0), COALESCE(w.fp, 0), COALESCE(w.fn, 0), COALESCE(w.tn, 0)
		FROM ml_model_version v JOIN tenant t ON t.id = v.tenant_id
		LEFT JOIN LATERAL (SELECT sum(s.n) AS n, sum(s.tp) AS tp, sum(s.fp) AS fp, sum(s.fn) AS fn, sum(s.tn) AS tn
			FROM ml_score_day s WHERE s.tenant_id = v.tenant_id AND s.model_type = v.model_type
				AND s.model_version = v.version AND s.day >= `+day+`) w ON true`+w.sql()+`
		ORDER BY t.name, v.model_type, last DESC NULLS LAST, v.version`, w.args...)
	return collected(rows, err, func(row pgx.CollectableRow) (s drift.VersionSummary, err error) {
		var last *time.Time
		v, c := &s.Version, &s.Counts
		err = row.Scan(&v.TenantID, &v.Tenant, &v.ModelType, &v.Version, &s.External, &s.First, &last, &s.N, &c.TP, &c.FP, &c.FN, &c.TN)
		s.Last = orZero(last)
		return s, err
	}, "versions")
}

// openByModel counts each model's alerts that wait for their end.
func (tx *Tx) openByModel(ctx context.Context) ([]drift.OpenAlerts, error) {
	rows, err := tx.Query(ctx, `SELECT a.tenant_id, t.name, a.model_type, count(*)`+alertTables+` WHERE `+waiting+` GROUP BY 1, 2, 3`)
	return collected(rows, err, func(row pgx.CollectableRow) (o drift.OpenAlerts, err error) {
		return o, row.Scan(&o.Model.TenantID, &o.Model.Tenant, &o.Model.ModelType, &o.N)
	}, "open alerts by model")
}

// OperationsPage reads the page of the watching itself.
func (db *DB) OperationsPage(ctx context.Context, by drift.Actor, now time.Time) (drift.OperationsData, error) {
	return view(ctx, db, by, func(tx *Tx) (d drift.OperationsData, err error) {
		if d.Watch, err = tx.watch(ctx, now); err != nil {
			return d, err
		}
		if err = tx.operationsFeeds(ctx, now, &d); err != nil {
			return d, err
		}
		today := drift.DateOf(now)
		if d.Models, err = tx.ServingVersions(ctx, today.Add(1)); err != nil {
			return d, err
		}
		if d.Marks, err = tx.ReportMarks(ctx, today.Add(-1), today.Add(1)); err != nil {
			return d, err
		}
		if d.Servers, err = tx.Servers(ctx, time.Minute); err != nil {
			return d, err
		}
		return d, tx.backlog(ctx, &d)
	})
}

func (tx *Tx) operationsFeeds(ctx context.Context, now time.Time, d *drift.OperationsData) (err error) {
	if d.Feeds, err = tx.feeds(ctx, nil); err != nil {
		return err
	}
	hours, all, err := tx.hoursOf(ctx, now)
	if err != nil {
		return err
	}
	for i, f := range d.Feeds {
		if f.Kind == feedPredictions && all {
			if d.Feeds[i].Hours = hours[f.Model]; d.Feeds[i].Hours == nil {
				d.Feeds[i].Hours = make([]int64, 24)
			}
		}
	}
	today := drift.DateOf(now)
	d.Coverage, err = tx.Coverage(ctx, today.Add(-poolDays), today.Add(-7), today)
	return err
}

func (tx *Tx) backlog(ctx context.Context, d *drift.OperationsData) error {
	var oldest *time.Time
	err := tx.QueryRow(ctx, `SELECT (SELECT count(DISTINCT (tenant_id, model_type, day)) FROM score_day_mark),
			(SELECT count(*) FROM outcome_inbox), (SELECT min(received_at) FROM outcome_inbox),
			pg_database_size(current_database())`).Scan(&d.Backlog.MarkedDays, &d.Backlog.Inbox, &oldest, &d.DatabaseBytes)
	if err != nil {
		return fmt.Errorf("backlog: %w", err)
	}
	d.Backlog.InboxOldest = orZero(oldest)
	return nil
}
