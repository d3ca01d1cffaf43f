package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// CheckedAfter returns the newest date after the given one that a check of these tenants was made of;
// zero where none was.
func (tx *Tx) CheckedAfter(ctx context.Context, tenants []int64, d drift.Date) (drift.Date, error) {
	var last *time.Time
	err := tx.QueryRow(ctx, `SELECT max(check_date) FROM ml_drift_report WHERE tenant_id = ANY ($1) AND check_date > $2`,
		tenants, d.Time()).Scan(&last)
	if err != nil {
		return 0, fmt.Errorf("later checks: %w", err)
	}
	if last == nil {
		return 0, nil
	}
	return drift.DateOf(*last), nil
}

// ResetReplay makes the days from to to of these tenants as if nothing had been found in them: what an
// earlier replay logged goes back to the original, and the retrains, versions, reports and alerts of
// these days go, with what people said of those alerts. The audit log keeps what it said of them.
func (tx *Tx) ResetReplay(ctx context.Context, tenants []int64, from, to drift.Date) error {
	if err := tx.restoreReplayed(ctx, tenants, from, to); err != nil {
		return err
	}
	first, end := from.Time(), to.Add(1).Time()
	for _, sql := range []string{
		// Versions and service. A version that is in service again because what replaced it goes.
		`CREATE TEMP TABLE replay_reset ON COMMIT DROP AS SELECT DISTINCT tenant_id, model_type FROM ml_service
			WHERE tenant_id = ANY ($1) AND from_at >= $2 AND from_at < $3
			UNION SELECT DISTINCT tenant_id, model_type FROM ml_retrain
			WHERE tenant_id = ANY ($1) AND created_at >= $2 AND created_at < $3
			UNION SELECT DISTINCT tenant_id, model_type FROM ml_service
			WHERE tenant_id = ANY ($1) AND to_at >= $2 AND to_at < $3`,
		`DELETE FROM ml_service WHERE tenant_id = ANY ($1) AND from_at >= $2 AND from_at < $3`,
		`UPDATE ml_service SET to_at = NULL WHERE tenant_id = ANY ($1) AND to_at >= $2 AND to_at < $3`,
		// A version that came with the log is in service by its predictions until the first activation.
		`DELETE FROM ml_service s USING ml_model_version v WHERE s.tenant_id = ANY ($1) AND $2::timestamptz < $3::timestamptz
			AND v.tenant_id = s.tenant_id AND v.model_type = s.model_type AND v.version = s.model_version AND v.source = 'external'
			AND s.to_at IS NULL AND (SELECT count(*) FROM ml_service o WHERE o.tenant_id = s.tenant_id AND o.model_type = s.model_type) = 1
			AND EXISTS (SELECT FROM replay_reset r WHERE r.tenant_id = s.tenant_id AND r.model_type = s.model_type)`,
		`DELETE FROM ml_validation_set s USING ml_model_version v, ml_retrain r WHERE s.tenant_id = ANY ($1)
			AND v.tenant_id = s.tenant_id AND v.model_type = s.model_type AND v.version = s.model_version
			AND r.tenant_id = v.tenant_id AND r.id = v.retrain_id AND r.created_at >= $2 AND r.created_at < $3`,
		`DELETE FROM ml_model_version v USING ml_retrain r WHERE v.tenant_id = ANY ($1)
			AND r.tenant_id = v.tenant_id AND r.id = v.retrain_id AND r.created_at >= $2 AND r.created_at < $3`,
		`DELETE FROM ml_artifact a WHERE tenant_id = ANY ($1) AND $2::timestamptz < $3::timestamptz AND NOT EXISTS
			(SELECT FROM ml_model_version v WHERE v.tenant_id = a.tenant_id AND v.digest = a.digest)`,
		`UPDATE ml_model_version v SET is_active = false FROM replay_reset r WHERE v.tenant_id = ANY ($1)
			AND $2::timestamptz < $3::timestamptz AND r.tenant_id = v.tenant_id AND r.model_type = v.model_type`,
		`UPDATE ml_model_version v SET is_active = s.from_at IS NOT NULL, activated_at = s.from_at, deactivated_at = NULL
			FROM replay_reset r LEFT JOIN ml_service s ON s.tenant_id = r.tenant_id AND s.model_type = r.model_type AND s.to_at IS NULL
			WHERE v.tenant_id = ANY ($1) AND $2::timestamptz < $3::timestamptz AND r.tenant_id = v.tenant_id
			AND r.model_type = v.model_type AND (v.version = s.model_version OR (s.from_at IS NULL AND v.source = 'external'))`,
		`DELETE FROM ml_pause WHERE tenant_id = ANY ($1) AND since >= $2 AND since < $3`,
		`DELETE FROM ml_retrain_timeline t USING ml_retrain r WHERE t.tenant_id = ANY ($1) AND r.tenant_id = t.tenant_id
			AND r.id = t.retrain_id AND r.created_at >= $2 AND r.created_at < $3`,
		`DELETE FROM ml_retrain WHERE tenant_id = ANY ($1) AND created_at >= $2 AND created_at < $3`,
		// What was found.
		withReplayedAlerts("noc_alert_timer"), withReplayedAlerts("noc_alert_timeline"), withReplayedAlerts("silence_hidden"),
		withReplayedAlerts("alert_feedback"), withReplayedAlerts("alert_presence"),
		`DELETE FROM noc_alert_event a WHERE tenant_id = ANY ($1) AND ` + replayedAlert,
		`DELETE FROM ml_drift_report WHERE tenant_id = ANY ($1) AND check_date >= $2::date AND check_date < $3::date`,
		`DELETE FROM ml_model_performance_metrics WHERE tenant_id = ANY ($1) AND metric_date >= $2::date AND metric_date < $3::date`,
	} {
		if _, err := tx.Exec(ctx, sql, tenants, first, end); err != nil {
			return fmt.Errorf("begin replay: %w", err)
		}
	}
	return nil
}

// replayedAlert holds for an alert a that a replay of [$2, $3) raises anew.
const replayedAlert = `(a.created_at >= $2 AND a.created_at < $3 OR a.check_date >= $2::date AND a.check_date < $3::date AND a.created_at >= $2)`

// withReplayedAlerts deletes what a table keeps of those alerts.
func withReplayedAlerts(table string) string {
	return `DELETE FROM ` + table + ` t USING noc_alert_event a WHERE t.tenant_id = ANY ($1) AND a.tenant_id = t.tenant_id
		AND a.id = t.alert_id AND ` + replayedAlert
}

// restoreReplayed puts the originals back into the log and marks their days.
func (tx *Tx) restoreReplayed(ctx context.Context, tenants []int64, from, to drift.Date) error {
	first, end := from.Time(), to.Add(1).Time()
	rows, err := tx.Query(ctx, `UPDATE ml_prediction_log l SET model_version = r.model_version, score = r.score, predicted = r.predicted
		FROM replayed_prediction r WHERE r.tenant_id = ANY ($1) AND r.created_at >= $2 AND r.created_at < $3
		AND l.tenant_id = r.tenant_id AND l.created_at = r.created_at AND l.prediction_id = r.prediction_id
		AND l.created_at >= $2 AND l.created_at < $3 RETURNING l.tenant_id, l.model_type, l.created_at`, tenants, first, end)
	if err != nil {
		return fmt.Errorf("restore originals: %w", err)
	}
	touched := map[modelDay]bool{}
	var days []modelDay
	var d modelDay
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&d.tenant, &d.modelType, &at}, func() error {
		if d.day = drift.DateOf(at); !touched[d] {
			touched[d] = true
			days = append(days, d)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("restore originals: %w", err)
	}
	if err := markDays(ctx, tx, days, tx.now()); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM replayed_prediction WHERE tenant_id = ANY ($1) AND created_at >= $2 AND created_at < $3`,
		tenants, first, end)
	if err != nil {
		return fmt.Errorf("restore originals: %w", err)
	}
	return nil
}

// ActiveVersions lists the active versions of these tenants' models that were trained here.
func (tx *Tx) ActiveVersions(ctx context.Context, tenants []int64) ([]drift.VersionKey, error) {
	rows, err := tx.Query(ctx, `SELECT v.tenant_id, t.name, v.model_type, v.version FROM ml_model_version v
		JOIN tenant t ON t.id = v.tenant_id WHERE v.tenant_id = ANY ($1) AND v.is_active AND v.source = 'trained'
		ORDER BY t.name, v.model_type`, tenants)
	return collected(rows, err, scanVersionKey, "active versions")
}

// RowsToRescore lists the rows of v's model made in [from, to) that another version scored, and holds
// their days until the transaction ends, so that none is built meanwhile.
func (tx *Tx) RowsToRescore(ctx context.Context, v drift.VersionKey, from, to time.Time) ([]drift.TrainingRow, error) {
	if _, err := tx.Exec(ctx, lockSharedQuery, dayLocks(daysOf(v.Model, from, to))); err != nil {
		return nil, fmt.Errorf("hold days: %w", err)
	}
	rows, err := tx.Query(ctx, `SELECT prediction_id, created_at, model_version, score, predicted, COALESCE(actual, false), features
		FROM ml_prediction_log WHERE tenant_id = $1 AND created_at >= $2 AND created_at < $3 AND model_type = $4
		AND model_version <> $5 ORDER BY created_at, prediction_id`, v.TenantID, from, to, v.ModelType, v.Version)
	return collected(rows, err, pgx.RowToStructByPos[drift.TrainingRow], "rows to score")
}

// Rescore logs what v says of rows in place of what was logged, which is kept: the first original of
// a row stays the original. The rows are those of [Tx.RowsToRescore], in its transaction.
func (tx *Tx) Rescore(ctx context.Context, v drift.VersionKey, rows []drift.Rescored) error {
	if len(rows) == 0 {
		return nil
	}
	ids, times := make([]string, len(rows)), make([]time.Time, len(rows))
	scores, predicted := make([]float64, len(rows)), make([]bool, len(rows))
	first, last := rows[0].CreatedAt, rows[0].CreatedAt
	for i, r := range rows {
		ids[i], times[i], scores[i], predicted[i] = r.ID, r.CreatedAt, r.Score, r.Predicted
		if r.CreatedAt.Before(first) {
			first = r.CreatedAt
		}
		if r.CreatedAt.After(last) {
			last = r.CreatedAt
		}
	}
	var b pgx.Batch
	b.Queue(`INSERT INTO replayed_prediction (tenant_id, created_at, prediction_id, model_version, score, predicted)
		SELECT l.tenant_id, l.created_at, l.prediction_id, l.model_version, l.score, l.predicted
		FROM unnest($2::timestamptz[], $3::text[]) x (created_at, prediction_id)
		JOIN ml_prediction_log l ON l.tenant_id = $1 AND l.created_at = x.created_at AND l.prediction_id = x.prediction_id
		WHERE l.created_at >= $4 AND l.created_at <= $5 ON CONFLICT DO NOTHING`, v.TenantID, times, ids, first, last)
	b.Queue(`UPDATE ml_prediction_log l SET model_version = $6, score = x.score, predicted = x.predicted
		FROM unnest($2::timestamptz[], $3::text[], $7::float8[], $8::bool[]) x (created_at, prediction_id, score, predicted)
		WHERE l.tenant_id = $1 AND l.created_at = x.created_at AND l.prediction_id = x.prediction_id
		AND l.created_at >= $4 AND l.created_at <= $5`, v.TenantID, times, ids, first, last, v.Version, scores, predicted)
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("log new scores: %w", err)
	}
	return markDays(ctx, tx, daysOf(v.Model, first, last.Add(time.Microsecond)), tx.now())
}

// ReplayMonths counts, month by month, the right predictions of these tenants' rows of the days from
// to to as they are logged now and as they were before any replay.
func (tx *Tx) ReplayMonths(ctx context.Context, tenants []int64, from, to drift.Date) ([]drift.ReplayMonth, error) {
	rows, err := tx.Query(ctx, `SELECT to_char(l.created_at, 'YYYY-MM'), count(*), count(*) FILTER (WHERE l.predicted = l.actual),
			count(*) FILTER (WHERE COALESCE(r.predicted, l.predicted) = l.actual)
		FROM ml_prediction_log l LEFT JOIN replayed_prediction r ON r.tenant_id = l.tenant_id AND r.created_at = l.created_at
			AND r.prediction_id = l.prediction_id
		WHERE l.tenant_id = ANY ($1) AND l.created_at >= $2 AND l.created_at < $3 AND l.actual IS NOT NULL GROUP BY 1 ORDER BY 1`,
		tenants, from.Time(), to.Add(1).Time())
	return collected(rows, err, func(row pgx.CollectableRow) (m drift.ReplayMonth, err error) {
		return m, row.Scan(&m.Month, &m.Rows, &m.CorrectWith, &m.CorrectWithout)
	}, "accuracy of a replay")
}

// daysOf lists the days of a model that [from, to) touches.
func daysOf(m drift.Model, from, to time.Time) (days []modelDay) {
	for d := drift.DateOf(from); d.Time().Before(to); d++ {
		days = append(days, modelDay{m.TenantID, m.ModelType, d})
	}
	return days
}
