package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// retentionWait is how long the removal of a partition waits for those who use it, before it lets
// them be until the next day.
const retentionWait = "3s"

// errStillInUse says that a partition has to stay for today.
var errStillInUse = errors.New("the partition is still in use")

// DropExpired removes the log's partitions that are older than PREDICTION_RETENTION_DAYS, both by
// their range and by when their newest row came in, with their keys, and returns how many. Marked
// days are built before; day columns, metrics and reports stay. Outcomes that have waited that long
// for a prediction are removed as well. A retention of 0 days keeps everything.
func (db *DB) DropExpired(ctx context.Context, now time.Time, settings drift.Settings) (int, error) {
	keep := settings.Int("PREDICTION_RETENTION_DAYS")
	if keep == 0 {
		return 0, nil
	}
	limit := drift.DateOf(now).Add(-keep)
	known, err := db.reloadCatalog(ctx)
	if err != nil {
		return 0, fmt.Errorf("drop expired: %w", err)
	}
	dropped := 0
	for _, p := range known {
		if p.to > limit {
			break
		}
		did, err := db.dropIfExpired(ctx, p, limit.Time(), now)
		if err != nil {
			return dropped, fmt.Errorf("drop %s: %w", p.name, err)
		}
		if did {
			dropped++
		}
	}
	if _, err := db.pool.Exec(ctx, `DELETE FROM outcome_inbox WHERE received_at < $1`, limit.Time()); err != nil {
		return dropped, fmt.Errorf("drop expired outcomes: %w", unavailable(err))
	}
	// A mark on a day without rows could never be built.
	if _, err := db.pool.Exec(ctx, `DELETE FROM score_day_mark m USING dropped_range d
		WHERE m.day >= d.from_at::date AND m.day < d.to_at::date`); err != nil {
		return dropped, fmt.Errorf("drop orphaned marks: %w", unavailable(err))
	}
	if dropped > 0 {
		_, err = db.reloadCatalog(ctx)
	}
	return dropped, err
}

func (db *DB) dropIfExpired(ctx context.Context, p *partition, limit, now time.Time) (bool, error) {
	fresh, err := hasFreshRows(ctx, db.pool, p, limit)
	if err != nil || fresh {
		return false, unavailable(err)
	}
	if _, err := db.RebuildMarkedDays(ctx, p.from, p.to, nil); err != nil {
		return false, err
	}
	err = db.InTx(ctx, drift.SystemActor(), func(tx *Tx) error { return dropPartition(ctx, tx, p, limit, now) })
	switch {
	case errors.Is(err, errStillInUse), sqlState(err) == "55P03", sqlState(err) == "40P01":
		db.log.Info("a partition past its retention is in use and stays until the next run", "partition", p.name)
		return false, nil
	case sqlState(err) == undefinedTable: // another server was faster
		return false, nil
	}
	return err == nil, err
}

type rowQuerier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func hasFreshRows(ctx context.Context, q rowQuerier, p *partition, limit time.Time) (fresh bool, err error) {
	err = q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM `+pgx.Identifier{p.name}.Sanitize()+` WHERE ingested_at >= $1)`, limit).Scan(&fresh)
	return fresh, err
}

// dropPartition removes a partition with its keys. Writers are kept out first; readers only at the
// end, when the parent is locked before the partition as they lock it.
func dropPartition(ctx context.Context, tx *Tx, p *partition, limit, now time.Time) error {
	name := pgx.Identifier{p.name}.Sanitize()
	if _, err := tx.Exec(ctx, `SET LOCAL lock_timeout = '`+retentionWait+`'; LOCK TABLE ONLY `+name+` IN SHARE ROW EXCLUSIVE MODE`); err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, lockPartitions); err != nil {
		return fmt.Errorf("lock partitions: %w", err)
	}
	fresh, err := hasFreshRows(ctx, tx, p, limit)
	if err != nil {
		return fmt.Errorf("look for fresh rows: %w", err)
	}
	var marked bool
	if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM score_day_mark WHERE day >= $1 AND day < $2)`,
		p.from.Time(), p.to.Time()).Scan(&marked); err != nil {
		return fmt.Errorf("look for marks: %w", err)
	}
	if fresh || marked {
		return errStillInUse
	}
	if _, err := tx.Exec(ctx, `
DELETE FROM prediction_key k USING `+name+` l
WHERE k.tenant_id = l.tenant_id AND k.created_at = l.created_at
    AND k.id_hash = encode(substr(sha256(convert_to(l.prediction_id, 'UTF8')), 1, 16), 'hex')::uuid`); err != nil {
		return fmt.Errorf("remove keys: %w", err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO dropped_range (from_at, to_at, dropped_at) VALUES ($1, $2, $3)`,
		p.from.Time(), p.to.Time(), now); err != nil {
		return fmt.Errorf("note the range: %w", err)
	}
	if _, err := tx.Exec(ctx, `LOCK TABLE ONLY ml_prediction_log IN ACCESS EXCLUSIVE MODE; DROP TABLE `+name); err != nil {
		return fmt.Errorf("drop: %w", err)
	}
	return nil
}
