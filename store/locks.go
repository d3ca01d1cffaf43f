package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// Advisory locks of the whole database, beside those of single days.
const (
	lockPartitions int64 = 0x6472_6966_7477_7031 // the making and dropping of partitions
	lockWide       int64 = 0x6472_6966_7477_7731 // batches over many days, see dayLocks
)

// maxDayLocks is how many days a batch locks one by one. PostgreSQL's table of locks is small and
// shared by all: a batch over more days takes lockWide instead.
const maxDayLocks = 64

// modelDay is what a mark, a day lock and a build are about.
type modelDay struct {
	tenant    int64
	modelType string
	day       drift.Date
}

// lock is the number of the day's advisory lock. Two days that share one by chance wait for each
// other without need, nothing else.
func (d modelDay) lock() int64 {
	b := binary.BigEndian.AppendUint64([]byte("driftwatch day "), uint64(d.tenant))
	b = binary.BigEndian.AppendUint32(b, uint32(d.day))
	sum := sha256.Sum256(append(b, d.modelType...))
	return int64(binary.BigEndian.Uint64(sum[:]))
}

// dayLocks lists what a batch locks, shared, in ascending order. While they are held no build of
// these days runs, so that a mark that can be seen stays until after the batch.
func dayLocks(days []modelDay) []int64 {
	if len(days) > maxDayLocks {
		return []int64{lockWide}
	}
	locks := make([]int64, len(days))
	for i, d := range days {
		locks[i] = d.lock()
	}
	slices.Sort(locks)
	return slices.Compact(locks)
}

// lockDay makes a build wait for the batches that are writing to its day, and them for it.
func lockDay(ctx context.Context, tx *Tx, d modelDay) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, d.lock()); err != nil {
		return fmt.Errorf("lock day: %w", err)
	}
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, lockWide); err != nil {
		return fmt.Errorf("lock day against wide batches: %w", err)
	}
	return nil
}

const lockSharedQuery = `SELECT pg_advisory_xact_lock_shared(k) FROM unnest($1::bigint[]) k`

// Days without a mark; asked once their locks are held.
const unmarkedQuery = `
SELECT x.ord::int FROM unnest($1::bigint[], $2::text[], $3::int[]) WITH ORDINALITY x (tenant_id, model_type, day, ord)
WHERE NOT EXISTS (SELECT FROM score_day_mark m
    WHERE m.tenant_id = x.tenant_id AND m.model_type = x.model_type AND m.day = date '1970-01-01' + x.day)`

const markQuery = `
INSERT INTO score_day_mark (tenant_id, model_type, day, marked_at)
SELECT x.tenant_id, x.model_type, date '1970-01-01' + x.day, $4
FROM unnest($1::bigint[], $2::text[], $3::int[]) x (tenant_id, model_type, day)`

// columns writes days as the arrays that the queries above take.
func columns(days []modelDay) (tenants []int64, types []string, dates []int32) {
	for _, d := range days {
		tenants = append(tenants, d.tenant)
		types = append(types, d.modelType)
		dates = append(dates, int32(d.day))
	}
	return tenants, types, dates
}

// markDays marks days to be rebuilt before they are next read.
func markDays(ctx context.Context, tx pgx.Tx, days []modelDay, now time.Time) error {
	if len(days) == 0 {
		return nil
	}
	tenants, types, dates := columns(days)
	if _, err := tx.Exec(ctx, markQuery, tenants, types, dates, now); err != nil {
		return fmt.Errorf("mark days: %w", err)
	}
	return nil
}
