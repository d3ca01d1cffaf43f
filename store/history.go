package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// VersionHistory reads a model version through time, in one state of the database. CodeNotFound where the
// version is not there for this actor, CodeInvalid where the window is none or too long.
func (db *DB) VersionHistory(ctx context.Context, by drift.Actor, q drift.HistoryQuery) (drift.VersionHistory, error) {
	return view(ctx, db, by, func(tx *Tx) (h drift.VersionHistory, err error) {
		if days := int(q.Window.To - q.Window.From); days <= 0 || days > drift.HistoryDays {
			return h, drift.Invalid("window", fmt.Sprintf("A history has 1 to %d days; this one has %d.", drift.HistoryDays, days))
		}
		h.Window = q.Window
		m := drift.Model{Tenant: q.Tenant, ModelType: q.ModelType}
		if m.TenantID, err = tx.tenantID(ctx, q.Tenant); err != nil {
			return h, err
		}
		version, err := tx.versionOrServing(ctx, m, q.Version)
		if err != nil {
			return h, err
		}
		h.Version = drift.VersionKey{Model: m, Version: version.Version}
		if h.Scores, err = tx.ScoreHistograms(ctx, h.Version, q.Window); err != nil {
			return h, err
		}
		if h.Statistical, err = tx.checksOver(ctx, h.Version, drift.Statistical, q.Window); err != nil {
			return h, err
		}
		if h.Performance, err = tx.checksOver(ctx, h.Version, drift.Performance, q.Window); err != nil {
			return h, err
		}
		h.Metrics, err = tx.Metrics(ctx, drift.MetricsFilter{
			Tenant: m.Tenant, ModelType: m.ModelType, Version: version.Version, From: q.Window.From, To: q.Window.To,
		})
		if err != nil {
			return h, err
		}
		slices.Reverse(h.Metrics)
		h.Events, err = tx.ModelEvents(ctx, m, q.Window, q.Settings)
		return h, err
	})
}

func (tx *Tx) versionOrServing(ctx context.Context, m drift.Model, version string) (drift.Version, error) {
	if version == "" {
		return tx.Serving(ctx, m)
	}
	return tx.VersionOf(ctx, drift.VersionKey{Model: m, Version: version})
}

// checksOver lists a version's reports in force of one check, oldest first.
func (tx *Tx) checksOver(ctx context.Context, v drift.VersionKey, t drift.DriftType, w drift.DriftWindow) ([]drift.Report, error) {
	page, err := tx.Reports(ctx, drift.ReportFilter{
		Tenant: v.Tenant, ModelType: v.ModelType, Version: v.Version, DriftType: t, From: &w.From, To: &w.To, Limit: drift.HistoryDays,
	})
	slices.Reverse(page.Items)
	return page.Items, err
}

// ScoreHistograms counts the version's scores of each day of a window that has any, in order.
func (tx *Tx) ScoreHistograms(ctx context.Context, v drift.VersionKey, w drift.DriftWindow) ([]drift.ScoreHistogram, error) {
	rows, err := tx.Query(ctx, `SELECT day - date '1970-01-01', n, tp + fp + fn + tn, score_mean, bin_counts, bin_sums FROM ml_score_day
		WHERE tenant_id = $1 AND model_type = $2 AND model_version = $3 AND day >= $4 AND day < $5 AND n > 0 ORDER BY day`,
		v.TenantID, v.ModelType, v.Version, w.From.Time(), w.To.Time())
	return collected(rows, err, func(row pgx.CollectableRow) (h drift.ScoreHistogram, err error) {
		var counts, sums rawBytes
		if err = row.Scan(&h.Day, &h.N, &h.Outcomes, &h.Mean, &counts, &sums); err != nil {
			return h, err
		}
		var run stats.Run
		if err = unpackBins(&run, counts, sums); err != nil {
			return h, err
		}
		h.Counts = make([]int64, drift.HistoryBins)
		for b, n := range run.Counts {
			h.Counts[b*drift.HistoryBins/stats.Bins] += int64(n)
		}
		return h, nil
	}, "score histograms")
}

// ModelEvents lists what happened to a model in a window, oldest first: alerts raised about drift or
// blindness, versions that came into service (back into service: a rollback, whose own alert is left out),
// and changes of the named settings, the tenant's own and those for every tenant. A version from outside
// that was the first did not come into service: it was there when its log began.
func (tx *Tx) ModelEvents(ctx context.Context, m drift.Model, w drift.DriftWindow, settings []string) ([]drift.ModelEvent, error) {
	rows, err := tx.Query(ctx, `
SELECT created_at AS at, 'alert' AS kind, model_version, id, alert_type, severity, COALESCE(drift_type, ''), '' AS name, NULL, NULL, '', false
FROM noc_alert_event WHERE tenant_id = $1 AND model_type = $2 AND created_at >= $3 AND created_at < $4 AND alert_type <> 'ML_ROLLBACK'
UNION ALL
SELECT s.from_at, CASE WHEN EXISTS (SELECT FROM ml_service b WHERE b.tenant_id = s.tenant_id AND b.model_type = s.model_type
        AND b.model_version = s.model_version AND b.from_at < s.from_at) THEN 'rollback' ELSE 'activated' END,
    s.model_version, 0, '', '', '', '', NULL, NULL, '', false
FROM ml_service s JOIN ml_model_version v ON v.tenant_id = s.tenant_id AND v.model_type = s.model_type AND v.version = s.model_version
WHERE s.tenant_id = $1 AND s.model_type = $2 AND s.from_at >= $3 AND s.from_at < $4
    AND (v.source <> 'external' OR EXISTS (SELECT FROM ml_service b WHERE b.tenant_id = s.tenant_id AND b.model_type = s.model_type AND b.from_at < s.from_at))
UNION ALL
SELECT changed_at, 'setting', '', 0, '', '', '', name, old_value, new_value, changed_by, scope = 0
FROM setting_change WHERE scope IN (0, $1) AND name = ANY ($5) AND changed_at >= $3 AND changed_at < $4
ORDER BY at, kind, id, name`, m.TenantID, m.ModelType, w.From.Time(), w.To.Time(), settings)
	return collected(rows, err, func(row pgx.CollectableRow) (e drift.ModelEvent, err error) {
		var severity string
		err = row.Scan(&e.At, &e.Kind, &e.Version, &e.AlertID, &e.Alert, &severity, &e.Drift, &e.Setting, &e.Old, &e.New, &e.By, &e.Everyone)
		if err == nil && severity != "" {
			e.Severity, err = drift.ParseSeverity(severity)
		}
		return e, err
	}, "events of a model")
}
