package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// LockServing makes activations, rollbacks and retrains of one model one at a time, until the
// transaction ends.
func (tx *Tx) LockServing(ctx context.Context, m drift.Model) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('serving of ' || $1, $2))`, m.ModelType, m.TenantID)
	if err != nil {
		return fmt.Errorf("lock serving version: %w", err)
	}
	return nil
}

// Serving returns the version of a model in service: the active one or, before the first activation,
// that of the newest prediction. CodeNotFound where there is none.
func (tx *Tx) Serving(ctx context.Context, m drift.Model) (drift.Version, error) {
	rows, err := tx.Query(ctx, servingQuery, m.TenantID, m.ModelType)
	list, err := collected(rows, err, scanVersion, "serving version")
	if err != nil {
		return drift.Version{}, err
	}
	if len(list) == 0 {
		return drift.Version{}, drift.NotFound(fmt.Sprintf("No version of %s has been seen at this tenant yet.", m.ModelType))
	}
	return list[0], nil
}

const servingQuery = versionColumns + `
	LEFT JOIN LATERAL (SELECT last_created_at FROM ml_score_day s WHERE s.tenant_id = v.tenant_id
		AND s.model_type = v.model_type AND s.model_version = v.version AND s.n > 0
		ORDER BY s.day DESC LIMIT 1) s ON true
	WHERE v.tenant_id = $1 AND v.model_type = $2 AND (v.source = 'external' OR v.activated_at IS NOT NULL)
	ORDER BY v.is_active DESC, greatest(s.last_created_at, v.first_seen) DESC, v.version LIMIT 1`

// Activate takes the serving version out of service and puts another one in, at the given instant,
// and reads back what then is active: that version and, where it was trained here, with its artefact's
// digest. Events and audit are the caller's.
func (tx *Tx) Activate(ctx context.Context, old drift.Version, next drift.VersionKey, at time.Time) error {
	var b pgx.Batch
	if !old.Active && old.Version != "" { // the first activation here: it served since its first prediction
		b.Queue(`INSERT INTO ml_service (tenant_id, model_type, from_at, model_version, to_at)
			SELECT $1, $2, LEAST(COALESCE((SELECT min(first_created_at) FROM ml_score_day WHERE tenant_id = $1
				AND model_type = $2 AND model_version = $3), $4), $4 - interval '1 microsecond'), $3, $4`,
			next.TenantID, next.ModelType, old.Version, at)
	}
	b.Queue(`UPDATE ml_service SET to_at = $3 WHERE tenant_id = $1 AND model_type = $2 AND to_at IS NULL`,
		next.TenantID, next.ModelType, at)
	b.Queue(`UPDATE ml_model_version SET is_active = false, deactivated_at = $4
		WHERE tenant_id = $1 AND model_type = $2 AND version = $3`, next.TenantID, next.ModelType, old.Version, at)
	b.Queue(`UPDATE ml_model_version SET is_active = true, activated_at = $4, deactivated_at = NULL
		WHERE tenant_id = $1 AND model_type = $2 AND version = $3`, next.TenantID, next.ModelType, next.Version, at)
	b.Queue(`INSERT INTO ml_service (tenant_id, model_type, from_at, model_version) VALUES ($1, $2, $4, $3)`,
		next.TenantID, next.ModelType, next.Version, at)
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("activate: %w", err)
	}
	var active string
	var whole bool
	err := tx.QueryRow(ctx, `SELECT version, source = 'external' OR digest IS NOT NULL FROM ml_model_version
		WHERE tenant_id = $1 AND model_type = $2 AND is_active`, next.TenantID, next.ModelType).Scan(&active, &whole)
	if err != nil {
		return fmt.Errorf("read back the active version: %w", err)
	}
	if active != next.Version {
		return fmt.Errorf("version %q is active after %q was activated", active, next.Version)
	}
	if !whole {
		return fmt.Errorf("version %q was trained here, and no artefact of it is known", active)
	}
	return nil
}

// Services lists when each version of a model was in service, newest first.
func (tx *Tx) Services(ctx context.Context, m drift.Model) ([]drift.Service, error) {
	rows, err := tx.Query(ctx, `SELECT model_version, from_at, to_at FROM ml_service
		WHERE tenant_id = $1 AND model_type = $2 ORDER BY from_at DESC`, m.TenantID, m.ModelType)
	return collected(rows, err, pgx.RowToStructByPos[drift.Service], "services")
}

// VersionOf returns one version of a model; CodeNotFound where it is not there for this actor.
func (tx *Tx) VersionOf(ctx context.Context, v drift.VersionKey) (drift.Version, error) {
	rows, err := tx.Query(ctx, versionColumns+` WHERE v.tenant_id = $1 AND v.model_type = $2 AND v.version = $3`,
		v.TenantID, v.ModelType, v.Version)
	list, err := collected(rows, err, scanVersion, "version")
	if err == nil && len(list) == 0 {
		return drift.Version{}, drift.NotFound(fmt.Sprintf("%s has no version called %q at this tenant.", v.ModelType, v.Version))
	}
	if err != nil {
		return drift.Version{}, err
	}
	return list[0], nil
}

// OutcomesBetween counts the right predictions and the outcomes of a version's predictions made in
// [from, to), to the microsecond.
func (tx *Tx) OutcomesBetween(ctx context.Context, v drift.VersionKey, from, to time.Time) (correct, outcomes int, err error) {
	err = tx.QueryRow(ctx, `SELECT count(*) FILTER (WHERE predicted = actual), count(*) FROM ml_prediction_log
		WHERE tenant_id = $1 AND created_at >= $2 AND created_at < $3 AND model_type = $4 AND model_version = $5
		AND actual IS NOT NULL`, v.TenantID, from, to, v.ModelType, v.Version).Scan(&correct, &outcomes)
	if err != nil {
		return 0, 0, fmt.Errorf("count outcomes: %w", err)
	}
	return correct, outcomes, nil
}

// OutcomesByHour counts the same by hour since from, hours without an outcome left out.
func (tx *Tx) OutcomesByHour(ctx context.Context, v drift.VersionKey, from, to time.Time) ([]drift.HourTally, error) {
	rows, err := tx.Query(ctx, `SELECT floor(extract(epoch FROM created_at - $2) / 3600)::int, count(*) FILTER (WHERE predicted = actual), count(*)
		FROM ml_prediction_log WHERE tenant_id = $1 AND created_at >= $2 AND created_at < $3 AND model_type = $4 AND model_version = $5
		AND actual IS NOT NULL GROUP BY 1 ORDER BY 1`, v.TenantID, from, to, v.ModelType, v.Version)
	return collected(rows, err, pgx.RowToStructByPos[drift.HourTally], "outcomes by hour")
}

// Labelled counts the model's rows with an outcome in [from, to), by the day columns.
func (tx *Tx) Labelled(ctx context.Context, m drift.Model, from, to drift.Date) (c drift.LabelledCount, err error) {
	var first *time.Time
	err = tx.QueryRow(ctx, `SELECT COALESCE(sum(tp + fp + fn + tn), 0), COALESCE(sum(tp + fn), 0), min(first_created_at)
		FROM ml_score_day WHERE tenant_id = $1 AND model_type = $2 AND day >= $3 AND day < $4 AND tp + fp + fn + tn > 0`,
		m.TenantID, m.ModelType, from.Time(), to.Time()).Scan(&c.Rows, &c.Positives, &first)
	c.First = orZero(first)
	if err != nil {
		return c, fmt.Errorf("count labelled rows: %w", err)
	}
	return c, nil
}

// CooldownFrom returns when the model's last retrain was activated or reached training, whichever was
// later, but for the given one; zero where none did.
func (tx *Tx) CooldownFrom(ctx context.Context, m drift.Model, but int64) (time.Time, error) {
	var last *time.Time
	err := tx.QueryRow(ctx, `SELECT max(greatest(reached_training, activated_at)) FROM ml_retrain
		WHERE tenant_id = $1 AND model_type = $2 AND id <> $3`, m.TenantID, m.ModelType, but).Scan(&last)
	if err != nil {
		return time.Time{}, fmt.Errorf("last retrain: %w", err)
	}
	return orZero(last), nil
}

// TrainingRows reads the labelled rows of a model in [from, to), in time order, in one state of the
// database: first their times alone for plan, then each row for fn, in constant memory.
func (db *DB) TrainingRows(ctx context.Context, m drift.Model, from, to time.Time, plan func([]time.Time) error, fn func(i int, r drift.TrainingRow) error) error {
	const of = ` FROM ml_prediction_log WHERE tenant_id = $1 AND created_at >= $2 AND created_at < $3 AND model_type = $4
		AND actual IS NOT NULL ORDER BY created_at, prediction_id`
	return db.View(ctx, drift.SystemActor(), func(tx *Tx) error {
		rows, err := tx.Query(ctx, `SELECT created_at`+of, m.TenantID, from, to, m.ModelType)
		times, err := collected(rows, err, pgx.RowTo[time.Time], "times of training rows")
		if err != nil {
			return err
		}
		if err := plan(times); err != nil {
			return err
		}
		rows, err = tx.Query(ctx, `SELECT prediction_id, created_at, model_version, score, predicted, actual, features`+of,
			m.TenantID, from, to, m.ModelType)
		if err != nil {
			return fmt.Errorf("training rows: %w", err)
		}
		var r drift.TrainingRow
		i := 0
		_, err = pgx.ForEachRow(rows, []any{&r.ID, &r.CreatedAt, &r.Version, &r.Score, &r.Predicted, &r.Actual, &r.Features},
			func() error { i++; return fn(i-1, r) })
		if err != nil {
			return fmt.Errorf("training rows: %w", err)
		}
		return nil
	})
}
