package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// scoreDayColumns are what a drift.ScoreDay holds, of ml_score_day s and tenant t.
const scoreDayColumns = `s.tenant_id, t.name, s.model_type, s.model_version, s.day - date '1970-01-01', s.n, s.tp, s.fp, s.fn, s.tn,
s.interval_width_n, s.interval_width, s.latency_n, s.latency_ms, s.first_created_at, s.last_created_at,
s.last_ingested_at, s.last_outcome_at, s.digest`

func scanScoreDay(row pgx.CollectableRow) (d drift.ScoreDay, err error) {
	var outcomeAt *time.Time
	v, c := &d.Version, &d.Counts
	err = row.Scan(&v.TenantID, &v.Tenant, &v.ModelType, &v.Version, &d.Day, &d.N, &c.TP, &c.FP, &c.FN, &c.TN,
		&d.IntervalWidthN, &d.IntervalWidth, &d.LatencyN, &d.LatencyMS, &d.FirstCreatedAt, &d.LastCreatedAt,
		&d.LastIngestedAt, &outcomeAt, &d.Digest)
	if outcomeAt != nil {
		d.LastOutcomeAt = *outcomeAt
	}
	return d, err
}

func scanVersionKey(row pgx.CollectableRow) (v drift.VersionKey, err error) {
	return v, row.Scan(&v.TenantID, &v.Tenant, &v.ModelType, &v.Version)
}

// ScoreDays returns the version's days in [from, to), in order, without scores.
func (tx *Tx) ScoreDays(ctx context.Context, v drift.VersionKey, from, to drift.Date) ([]drift.ScoreDay, error) {
	rows, err := tx.Query(ctx, `
SELECT `+scoreDayColumns+` FROM ml_score_day s JOIN tenant t ON t.id = s.tenant_id
WHERE s.tenant_id = $1 AND s.model_type = $2 AND s.model_version = $3 AND s.day >= $4 AND s.day < $5 ORDER BY s.day`,
		v.TenantID, v.ModelType, v.Version, from.Time(), to.Time())
	return collected(rows, err, scanScoreDay, "read days")
}

// VersionsIn lists the model versions with a prediction in [from, to), by tenant, type, version.
func (tx *Tx) VersionsIn(ctx context.Context, from, to drift.Date) ([]drift.VersionKey, error) {
	rows, err := tx.Query(ctx, `
SELECT v.tenant_id, t.name, v.model_type, v.version FROM ml_model_version v JOIN tenant t ON t.id = v.tenant_id
WHERE EXISTS (SELECT FROM ml_score_day s WHERE s.tenant_id = v.tenant_id AND s.model_type = v.model_type
    AND s.model_version = v.version AND s.day >= $1 AND s.day < $2)
ORDER BY t.name, v.model_type, v.version`, from.Time(), to.Time())
	return collected(rows, err, scanVersionKey, "list versions")
}

// ServingVersions lists the models with any prediction before the day, with their serving version:
// the one active at its midnight or, before the first activation, that of the newest prediction.
func (tx *Tx) ServingVersions(ctx context.Context, day drift.Date) ([]drift.VersionKey, error) {
	rows, err := tx.Query(ctx, `
SELECT tenant_id, name, model_type, version FROM (
    SELECT v.tenant_id, t.name, v.model_type, v.version,
        row_number() OVER (PARTITION BY v.tenant_id, v.model_type
            ORDER BY EXISTS (SELECT FROM ml_service a WHERE a.tenant_id = v.tenant_id AND a.model_type = v.model_type
                AND a.model_version = v.version AND a.from_at <= $2 AND (a.to_at IS NULL OR a.to_at > $2)) DESC,
                s.last_created_at DESC NULLS LAST, v.version) AS place,
        max(s.last_created_at) OVER (PARTITION BY v.tenant_id, v.model_type) AS newest
    FROM ml_model_version v
    JOIN tenant t ON t.id = v.tenant_id
    LEFT JOIN LATERAL (SELECT last_created_at FROM ml_score_day s WHERE s.tenant_id = v.tenant_id
        AND s.model_type = v.model_type AND s.model_version = v.version AND s.day < $1 ORDER BY s.day DESC LIMIT 1) s ON true
) ranked WHERE place = 1 AND newest IS NOT NULL
ORDER BY name, model_type`, day.Time(), day.Time())
	return collected(rows, err, scanVersionKey, "list serving versions")
}

// FirstPrediction returns when the version's first prediction was made; zero where none.
func (tx *Tx) FirstPrediction(ctx context.Context, v drift.VersionKey) (time.Time, error) {
	var at time.Time
	err := tx.QueryRow(ctx, `
SELECT first_created_at FROM ml_score_day
WHERE tenant_id = $1 AND model_type = $2 AND model_version = $3 ORDER BY day LIMIT 1`,
		v.TenantID, v.ModelType, v.Version).Scan(&at)
	if err == pgx.ErrNoRows {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read first prediction: %w", err)
	}
	return at, nil
}

// FreshModels lists the models with a prediction both made and received since the given time.
func (tx *Tx) FreshModels(ctx context.Context, since time.Time) ([]drift.Model, error) {
	rows, err := tx.Query(ctx, `
SELECT DISTINCT s.tenant_id, t.name, s.model_type FROM ml_score_day s JOIN tenant t ON t.id = s.tenant_id
WHERE s.day >= $1 AND s.last_created_at >= $2 AND s.last_ingested_at >= $2 ORDER BY t.name, s.model_type`,
		drift.DateOf(since).Time(), since)
	return collected(rows, err, func(row pgx.CollectableRow) (m drift.Model, err error) {
		return m, row.Scan(&m.TenantID, &m.Tenant, &m.ModelType)
	}, "list fresh models")
}

// silentFrom is how many predictions without any outcome make a feed silent: fewer may be waiting.
const silentFrom = 10

// Coverage says for each model with predictions in [from, to) how many still lack an outcome. Its
// feed is silent where enough predictions were made in [recent, to) and none of those has an
// outcome, though earlier ones have.
func (tx *Tx) Coverage(ctx context.Context, from, recent, to drift.Date) ([]drift.OutcomeCoverage, error) {
	rows, err := tx.Query(ctx, `
SELECT w.tenant_id, t.name, w.model_type, w.n, w.n - w.known, w.oldest, w.recent_n, w.recent_known, (
    SELECT s.day FROM ml_score_day s WHERE s.tenant_id = w.tenant_id AND s.model_type = w.model_type AND s.day < $2
        AND s.last_outcome_at IS NOT NULL ORDER BY s.day DESC LIMIT 1)
FROM (
    SELECT tenant_id, model_type, sum(n) AS n, sum(tp + fp + fn + tn) AS known, min(day) FILTER (WHERE n > tp + fp + fn + tn) AS oldest,
        COALESCE(sum(n) FILTER (WHERE day >= $3), 0) AS recent_n,
        COALESCE(sum(tp + fp + fn + tn) FILTER (WHERE day >= $3), 0) AS recent_known
    FROM ml_score_day WHERE day >= $1 AND day < $2 GROUP BY tenant_id, model_type
) w JOIN tenant t ON t.id = w.tenant_id
ORDER BY t.name, w.model_type`, from.Time(), to.Time(), recent.Time())
	return collected(rows, err, func(row pgx.CollectableRow) (c drift.OutcomeCoverage, err error) {
		var oldest, last *time.Time
		var recentN, recentKnown int
		err = row.Scan(&c.Model.TenantID, &c.Model.Tenant, &c.Model.ModelType, &c.Predictions, &c.WithoutOutcome, &oldest,
			&recentN, &recentKnown, &last)
		if oldest != nil {
			c.OldestWithout = *oldest
		}
		if last != nil {
			c.LastOutcomeFor = *last
			c.Silent = recentN >= silentFrom && recentKnown == 0
		}
		return c, err
	}, "read outcome coverage")
}

// collected reads all rows of a query.
func collected[T any](rows pgx.Rows, err error, scan pgx.RowToFunc[T], what string) ([]T, error) {
	if err == nil {
		var list []T
		if list, err = pgx.CollectRows(rows, scan); err == nil {
			return list, nil
		}
	}
	return nil, fmt.Errorf("%s: %w", what, err)
}
