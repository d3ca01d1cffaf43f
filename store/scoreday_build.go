package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// RebuildMarkedDays builds the day columns that late rows or outcomes have marked in [from, to), each
// in a transaction of its own, oldest first, and returns how many it built. progress may be nil.
func (db *DB) RebuildMarkedDays(ctx context.Context, from, to drift.Date, progress func(done, total int)) (int, error) {
	marked, err := db.markedDays(ctx, `day >= date '1970-01-01' + $1::int AND day < date '1970-01-01' + $2::int`, int32(from), int32(to))
	if err != nil {
		return 0, fmt.Errorf("rebuild marked days: %w", err)
	}
	return db.rebuildDays(ctx, marked, progress)
}

// RebuildMeasuredDays builds the marked days before the given one whose metrics have been written:
// what changed there has to show in them, however old they are.
func (db *DB) RebuildMeasuredDays(ctx context.Context, before drift.Date) (int, error) {
	marked, err := db.markedDays(ctx, `day < date '1970-01-01' + $1::int AND EXISTS (SELECT FROM ml_model_performance_metrics m
		WHERE m.tenant_id = k.tenant_id AND m.model_type = k.model_type AND m.metric_date = k.day)`, int32(before))
	if err != nil {
		return 0, fmt.Errorf("rebuild measured days: %w", err)
	}
	return db.rebuildDays(ctx, marked, nil)
}

func (db *DB) rebuildDays(ctx context.Context, marked []modelDay, progress func(done, total int)) (int, error) {
	built := 0
	for i, d := range marked {
		if progress != nil {
			progress(i, len(marked))
		}
		did, err := db.rebuildDay(ctx, d)
		if err != nil {
			return built, fmt.Errorf("rebuild %s of %s: %w", d.day, d.modelType, err)
		}
		if did {
			built++
		}
	}
	if progress != nil {
		progress(len(marked), len(marked))
	}
	return built, nil
}

// markedDays lists the marked days k that a condition names, oldest first.
func (db *DB) markedDays(ctx context.Context, cond string, args ...any) ([]modelDay, error) {
	rows, err := db.pool.Query(ctx, `
SELECT tenant_id, model_type, day - date '1970-01-01' AS d
FROM (SELECT DISTINCT tenant_id, model_type, day FROM score_day_mark) k
WHERE `+cond+` ORDER BY d, tenant_id, model_type`, args...)
	if err != nil {
		return nil, fmt.Errorf("read marks: %w", unavailable(err))
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d modelDay, err error) {
		return d, row.Scan(&d.tenant, &d.modelType, &d.day)
	})
	if err != nil {
		return nil, fmt.Errorf("read marks: %w", unavailable(err))
	}
	return list, nil
}

// rebuildDay builds one day, twice where its partition turns out to be gone. It reports false where
// somebody else has been faster or retention has removed the rows.
func (db *DB) rebuildDay(ctx context.Context, d modelDay) (built bool, err error) {
	for range 2 {
		err = db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error {
			built, err = db.buildDay(ctx, tx, d)
			return err
		})
		if sqlState(err) != undefinedTable {
			return built, err
		}
		if _, reloadErr := db.reloadCatalog(ctx); reloadErr != nil {
			return false, reloadErr
		}
	}
	return built, err
}

// buildDay does it in one transaction. Under the exclusive lock every batch that wrote to the day
// has committed, so its rows and marks are seen together; the marks go with the build. A day
// without a partition was dropped by retention: its columns stay as they are.
func (db *DB) buildDay(ctx context.Context, tx *Tx, d modelDay) (bool, error) {
	if err := lockDay(ctx, tx, d); err != nil {
		return false, err
	}
	tag, err := tx.Exec(ctx, `DELETE FROM score_day_mark WHERE tenant_id = $1 AND model_type = $2 AND day = $3`,
		d.tenant, d.modelType, d.day.Time())
	if err != nil {
		return false, fmt.Errorf("clear marks: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return false, nil
	}
	part := db.memo.catalog().find(d.day)
	if part == nil {
		known, err := readCatalog(ctx, tx, catalogQuery)
		if err != nil {
			return false, err
		}
		db.memo.setCatalog(known)
		if part = known.find(d.day); part == nil {
			return false, nil
		}
	}
	columns, err := readDay(ctx, tx, part, d)
	if err != nil {
		return false, err
	}
	return true, writeDay(ctx, tx, d, columns)
}

// readDay scans the log of one day.
func readDay(ctx context.Context, tx *Tx, part *partition, d modelDay) (map[string]*dayColumn, error) {
	rows, err := tx.Query(ctx, `
SELECT model_version, score, predicted, actual, interval_low, interval_high, latency_ms, created_at, ingested_at, outcome_at
FROM `+pgx.Identifier{part.name}.Sanitize()+`
WHERE tenant_id = $1 AND model_type = $2 AND created_at >= $3 AND created_at < $4`,
		d.tenant, d.modelType, d.day.Time(), d.day.Add(1).Time())
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	columns := map[string]*dayColumn{}
	var r loggedRow
	_, err = pgx.ForEachRow(rows, []any{
		&r.version, &r.score, &r.predicted, &r.actual, &r.low, &r.high, &r.latency, &r.createdAt, &r.ingested, &r.outcomeAt,
	}, func() error {
		c := columns[r.version]
		if c == nil {
			c = &dayColumn{}
			columns[r.version] = c
		}
		c.add(&r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	return columns, nil
}

func writeDay(ctx context.Context, tx *Tx, d modelDay, columns map[string]*dayColumn) error {
	versions := make([]string, 0, len(columns))
	for v := range columns {
		versions = append(versions, v)
	}
	slices.Sort(versions)
	_, err := tx.Exec(ctx, `DELETE FROM ml_score_day
		WHERE tenant_id = $1 AND model_type = $2 AND day = $3 AND model_version <> ALL ($4)`,
		d.tenant, d.modelType, d.day.Time(), versions)
	if err != nil {
		return fmt.Errorf("remove versions without rows: %w", err)
	}
	for _, v := range versions {
		c := columns[v]
		p, err := c.pack()
		if err != nil {
			return fmt.Errorf("pack version %s: %w", v, err)
		}
		var outcomeAt *time.Time
		if !c.outcomeAt.IsZero() {
			outcomeAt = &c.outcomeAt
		}
		_, err = tx.Exec(ctx, upsertDay, d.tenant, d.modelType, v, d.day.Time(), p.n, p.scores, p.labels, p.binCounts, p.binSums,
			p.moments.Mean, p.moments.M2, p.counts.TP, p.counts.FP, p.counts.FN, p.counts.TN, p.widthN, p.width,
			p.latencyN, p.latency, c.firstAt, c.lastAt, c.ingested, outcomeAt, p.digest, tx.now())
		if err != nil {
			return fmt.Errorf("write version %s: %w", v, err)
		}
	}
	return nil
}

const upsertDay = `
INSERT INTO ml_score_day (tenant_id, model_type, model_version, day, n, scores, labels, bin_counts, bin_sums,
    score_mean, score_m2, tp, fp, fn, tn, interval_width_n, interval_width, latency_n, latency_ms,
    first_created_at, last_created_at, last_ingested_at, last_outcome_at, digest, built_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25)
ON CONFLICT (tenant_id, model_type, model_version, day) DO UPDATE SET
    (n, scores, labels, bin_counts, bin_sums, score_mean, score_m2, tp, fp, fn, tn, interval_width_n, interval_width,
        latency_n, latency_ms, first_created_at, last_created_at, last_ingested_at, last_outcome_at, digest, built_at) =
    (excluded.n, excluded.scores, excluded.labels, excluded.bin_counts, excluded.bin_sums, excluded.score_mean,
        excluded.score_m2, excluded.tp, excluded.fp, excluded.fn, excluded.tn, excluded.interval_width_n,
        excluded.interval_width, excluded.latency_n, excluded.latency_ms, excluded.first_created_at,
        excluded.last_created_at, excluded.last_ingested_at, excluded.last_outcome_at, excluded.digest, excluded.built_at)`
