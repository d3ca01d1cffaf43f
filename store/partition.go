package store

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// How the log is cut: a day each for daysFrom days back, months for the time before that up to
// monthsFrom days back, years before that. A query that cannot be narrowed down while it is planned
// locks every partition, so there must be few of them.
const (
	daysFrom   = 120
	monthsFrom = 400
)

// partitionsPerTx bounds how long the making of partitions holds its locks.
const partitionsPerTx = 30

const logColumns = `tenant_id, created_at, prediction_id, model_type, model_version, score, predicted, actual,
behaves_like, features, interval_low, interval_high, latency_ms, ingested_at, outcome_at`

// partition is one piece of the log: the days From ≤ d < To.
type partition struct {
	name     string
	from, to drift.Date
}

// catalog lists the partitions in ascending order. It is never changed, only replaced.
type catalog []*partition

// find returns the partition that holds a day, nil where there is none.
func (c catalog) find(d drift.Date) *partition {
	i := sort.Search(len(c), func(i int) bool { return c[i].to > d })
	if i < len(c) && c[i].from <= d {
		return c[i]
	}
	return nil
}

// free reports whether no partition and no dropped range lies within [from, to).
func (c catalog) free(from, to drift.Date) bool {
	i := sort.Search(len(c), func(i int) bool { return c[i].to > from })
	return i == len(c) || c[i].from >= to
}

const catalogQuery = `
SELECT c.relname, extract(epoch FROM m[1]::timestamptz)::bigint / 86400, extract(epoch FROM m[2]::timestamptz)::bigint / 86400
FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
CROSS JOIN LATERAL regexp_match(pg_get_expr(c.relpartbound, c.oid), $re$FROM \('([^']+)'\) TO \('([^']+)'\)$re$) m
WHERE i.inhparent = 'ml_prediction_log'::regclass
ORDER BY 2`

const droppedQuery = `
SELECT '', extract(epoch FROM from_at)::bigint / 86400, extract(epoch FROM to_at)::bigint / 86400
FROM dropped_range ORDER BY 2`

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func readCatalog(ctx context.Context, q querier, query string) (catalog, error) {
	rows, err := q.Query(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("read partitions: %w", err)
	}
	c, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*partition, error) {
		var p partition
		return &p, row.Scan(&p.name, &p.from, &p.to)
	})
	if err != nil {
		return nil, fmt.Errorf("read partitions: %w", err)
	}
	return c, nil
}

// partitions gives the partition of each day. A day that is missing from the answer was dropped by
// retention. What is missing otherwise is made, in transactions of their own.
func (db *DB) partitions(ctx context.Context, days []drift.Date) (catalog, error) {
	known := db.memo.catalog()
	if known.holdsAll(days) {
		return known, nil
	}
	known, err := db.reloadCatalog(ctx)
	if err != nil || known.holdsAll(days) {
		return known, err
	}
	missing := slices.Clone(days)
	slices.Sort(missing)
	missing = slices.Compact(missing)
	for len(missing) > 0 {
		var rest []drift.Date
		err := db.InTx(ctx, drift.SystemActor(), func(tx *Tx) (err error) {
			rest, err = makePartitions(ctx, tx, missing, drift.DateOf(db.now()))
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("make partitions: %w", err)
		}
		missing = rest
	}
	return db.reloadCatalog(ctx)
}

func (c catalog) holdsAll(days []drift.Date) bool {
	for _, d := range days {
		if c.find(d) == nil {
			return false
		}
	}
	return true
}

func (db *DB) reloadCatalog(ctx context.Context) (catalog, error) {
	c, err := readCatalog(ctx, db.pool, catalogQuery)
	if err != nil {
		return nil, unavailable(err)
	}
	db.memo.setCatalog(c)
	return c, nil
}

// makePartitions makes what the days need, up to partitionsPerTx, and returns the days left over.
func makePartitions(ctx context.Context, tx *Tx, days []drift.Date, today drift.Date) ([]drift.Date, error) {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, lockPartitions); err != nil {
		return nil, fmt.Errorf("lock partitions: %w", err)
	}
	taken, err := readCatalog(ctx, tx, catalogQuery)
	if err != nil {
		return nil, err
	}
	dropped, err := readCatalog(ctx, tx, droppedQuery)
	if err != nil {
		return nil, err
	}
	taken = taken.with(dropped...)
	made := 0
	for i, d := range days {
		if taken.find(d) != nil {
			continue
		}
		if made == partitionsPerTx {
			return days[i:], nil
		}
		p := choosePartition(taken, d, today)
		if err := createPartition(ctx, tx, p); err != nil {
			return nil, err
		}
		taken = taken.with(p)
		made++
	}
	return nil, nil
}

func (c catalog) with(more ...*partition) catalog {
	c = append(slices.Clone(c), more...)
	slices.SortFunc(c, func(a, b *partition) int { return int(a.from - b.from) })
	return c
}

// choosePartition picks the widest stretch around a day that is old enough and not in use.
func choosePartition(taken catalog, d, today drift.Date) *partition {
	t := d.Time()
	year := time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	from, to := drift.DateOf(year), drift.DateOf(year.AddDate(1, 0, 0))
	if to <= today.Add(-monthsFrom) && taken.free(from, to) {
		return &partition{"ml_prediction_log_y" + year.Format("2006"), from, to}
	}
	month := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	from, to = drift.DateOf(month), drift.DateOf(month.AddDate(0, 1, 0))
	if to <= today.Add(-daysFrom) && taken.free(from, to) {
		return &partition{"ml_prediction_log_m" + month.Format("200601"), from, to}
	}
	return &partition{"ml_prediction_log_d" + t.Format("20060102"), d, d.Add(1)}
}

// createPartition makes the table first and attaches it then: attaching does not wait for those who
// read or write the log. The partition's own rights are for ingestion, which works on it directly.
func createPartition(ctx context.Context, tx *Tx, p *partition) error {
	name := pgx.Identifier{p.name}.Sanitize()
	_, err := tx.Exec(ctx, fmt.Sprintf(`
CREATE TABLE %[1]s (LIKE ml_prediction_log INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING CONSTRAINTS INCLUDING STORAGE);
ALTER TABLE ml_prediction_log ATTACH PARTITION %[1]s FOR VALUES FROM ('%[2]s 00:00:00+00') TO ('%[3]s 00:00:00+00');
GRANT SELECT, INSERT, UPDATE (actual, outcome_at) ON %[1]s TO %[4]s`, name, p.from, p.to, roleIngest))
	if err != nil {
		return fmt.Errorf("make partition %s: %w", p.name, err)
	}
	return nil
}
