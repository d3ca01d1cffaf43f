package store_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

const partitionNames = `SELECT string_agg(replace(inhrelid::regclass::text, 'ml_prediction_log_', ''), ' ' ORDER BY inhrelid::regclass::text)
	FROM pg_inherits WHERE inhparent = 'ml_prediction_log'::regclass`

func TestPartitionsOldAndNew(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	ingestAs(t, db, shell,
		pred{id: "tomorrow", at: now.AddDate(0, 0, 1)},
		pred{id: "120 days", at: now.AddDate(0, 0, -120)},                              // 2025-07-23
		pred{id: "in the same month", at: time.Date(2025, 7, 2, 0, 0, 0, 0, time.UTC)}, // its month reaches within 120 days
		pred{id: "month", at: time.Date(2025, 6, 30, 23, 59, 59, 0, time.UTC)},
		pred{id: "same month", at: time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)},
		pred{id: "same year, not 400 days past", at: time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)},
		pred{id: "year", at: time.Date(2023, 12, 31, 23, 59, 59, 999999000, time.UTC)},
		pred{id: "1970", at: time.Unix(0, 0)},
	)
	want(t, db, "d20250702 d20250723 d20251121 m202403 m202506 y1970 y2023", partitionNames)
}

func TestFinerPartitionsStay(t *testing.T) {
	// A day was made while it was young; years later its month and year still hold it.
	young := storetest.FreshDSN(t)
	open := func(at time.Time) *store.DB {
		db, err := store.Open(t.Context(), young, store.Options{Now: func() time.Time { return at }, MaxConns: 4})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(db.Close)
		return db
	}
	ingestAs(t, open(now), shell, pred{id: "a", at: now})
	db := open(now.AddDate(5, 0, 0))
	ingestAs(t, db, shell, pred{id: "b", at: now}, pred{id: "c", at: now.AddDate(0, 0, 1)}, pred{id: "d", at: now.AddDate(0, -2, 0)})
	want(t, db, "d20251120 d20251121 m202509", partitionNames)
}

func TestThirtyYearsOfDays(t *testing.T) {
	db := storetest.Fresh(t, store.Options{Now: func() time.Time { return now }, MaxConns: 12})
	const days = 30 * 365
	for lo := 0; lo < days; lo += 5000 {
		rows := some("y", min(5000, days-lo), now, func(i int, p *pred) {
			p.id = fmt.Sprint("y", lo+i)
			p.at = now.AddDate(0, 0, -lo-i)
		})
		expect(t, ingestAs(t, db, shell, rows...), int64(len(rows)), int64(len(rows)), 0, 0)
	}
	if n := value(t, db, `SELECT count(*) FROM pg_inherits WHERE inhparent = 'ml_prediction_log'::regclass`); n > "200" && len(n) == 3 || len(n) > 3 {
		t.Fatalf("%s partitions are too many to be locked at once", n)
	}
	// Ten of the guide's queries at once, on the settings that PostgreSQL comes with.
	var wg, read sync.WaitGroup
	read.Add(10)
	for range 10 {
		wg.Go(func() {
			tx, err := db.Pool().Begin(t.Context())
			if err != nil {
				t.Error(err)
				read.Done()
				return
			}
			// Each keeps its locks until all have theirs.
			defer func() {
				read.Done()
				read.Wait()
				_ = tx.Rollback(t.Context())
			}()
			var total, known int
			if err := tx.QueryRow(t.Context(), `SELECT COUNT(*) AS total, COUNT(*) FILTER (WHERE actual_conflict_occurred IS NOT NULL)
				FROM ml_prediction_log WHERE created_at >= NOW() - INTERVAL '7 days'`).Scan(&total, &known); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestConcurrentMakingOfPartitions(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	var wg sync.WaitGroup
	for f := range 6 {
		wg.Go(func() {
			rows := some(fmt.Sprint("f", f, "-"), 40, now, func(i int, p *pred) { p.at = now.AddDate(0, 0, -i*11) })
			if _, err := db.IngestPredictions(t.Context(), shell, batch(rows...), store.IngestOptions{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	want(t, db, "240", logged)
}

func retention(days string) drift.Settings {
	return drift.NewSettings(drift.SettingLayer{Origin: drift.FromGlobal, Values: map[string]string{"PREDICTION_RETENTION_DAYS": days}})
}

func TestRetention(t *testing.T) {
	dsn := storetest.FreshDSN(t)
	clock := now.AddDate(0, 0, -500)
	db, err := store.Open(t.Context(), dsn, store.Options{Now: func() time.Time { return clock }, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	old := pred{id: "old", at: clock, actual: "1"}
	older := pred{id: "older", at: clock.AddDate(0, 0, -30)}
	kept := pred{id: "kept", at: clock.AddDate(0, 0, -31)}
	ingestAs(t, db, shell, old, older, kept)
	outcomesAs(t, db, shell, out{id: "nobody's", actual: 1})
	clock = now
	ingestAs(t, db, shell, pred{id: "kept 2", at: kept.at}, pred{id: "young", at: now}) // its partition has a fresh row

	if n, err := db.DropExpired(t.Context(), now, retention("0")); err != nil || n != 0 {
		t.Fatalf("kept for ever: dropped %d, %v", n, err)
	}
	if n, err := db.DropExpired(t.Context(), now, retention("400")); err != nil || n != 2 {
		t.Fatalf("dropped %d partitions, %v; want 2", n, err)
	}
	want(t, db, "kept,kept 2,young", `SELECT string_agg(prediction_id, ',' ORDER BY prediction_id) FROM ml_prediction_log`)
	want(t, db, "3", `SELECT count(*) FROM prediction_key`)
	want(t, db, "0", `SELECT count(*) FROM outcome_inbox`)
	// Their days were built before they went, and stay.
	want(t, db, "2", `SELECT count(*) FROM ml_score_day WHERE day IN ($1, $2)`, old.at, older.at)

	res := ingestAs(t, db, shell, old, pred{id: "new"})
	expect(t, res, 2, 1, 0, 1)
	if e := res.Errors[0]; e.Line != 1 || e.Field != "created_at" || !strings.HasPrefix(e.Error, "too_old") {
		t.Fatalf("error %+v", e)
	}
	mustExec(t, db, `INSERT INTO score_day_mark (tenant_id, model_type, day, marked_at) SELECT id, $1, $2, $3 FROM tenant`,
		drift.FraudDetector, old.at, now)
	rebuild(t, db)
	want(t, db, "1", `SELECT n FROM ml_score_day WHERE day = $1`, old.at)
	if n, err := db.DropExpired(t.Context(), now, retention("400")); err != nil || n != 0 {
		t.Fatalf("a second run dropped %d, %v", n, err)
	}
}

func TestAPartitionDroppedBehindTheBack(t *testing.T) {
	dsn := storetest.FreshDSN(t)
	clock := now.AddDate(0, 0, -500)
	open := func() *store.DB {
		db, err := store.Open(t.Context(), dsn, store.Options{Now: func() time.Time { return clock }, MaxConns: 4})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(db.Close)
		return db
	}
	one, two := open(), open()
	p := pred{id: "a", at: clock}
	ingestAs(t, one, shell, p)
	ingestAs(t, two, shell, pred{id: "b", at: clock})
	clock = now
	if n, err := two.DropExpired(t.Context(), now, retention("400")); err != nil || n != 1 {
		t.Fatalf("dropped %d, %v", n, err)
	}
	// The first server still believes in the partition.
	expect(t, ingestAs(t, one, shell, pred{id: "c", at: p.at}, pred{id: "d"}), 2, 1, 0, 1)
	expect(t, outcomesAs(t, one, shell, out{id: "a", actual: 1}), 1, 1, 0, 0)
	want(t, one, "a", `SELECT prediction_id FROM outcome_inbox`)
}

func TestAMarkedPartitionStays(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	ingestAs(t, db, shell, pred{id: "a", at: now})
	drop := func() error {
		return store.DropPartition(t.Context(), db, "ml_prediction_log_d20251120", now.AddDate(0, 0, 1), now)
	}
	if err := drop(); !errors.Is(err, store.ErrStillInUse) {
		t.Fatalf("a day that came in after the build was dropped unbuilt: %v", err)
	}
	rebuild(t, db)
	if err := drop(); err != nil {
		t.Fatal(err)
	}
	want(t, db, "1", `SELECT count(*) FROM dropped_range`)
}
