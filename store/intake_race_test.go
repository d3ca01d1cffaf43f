package store_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// TestBatchesWithTheSameRows has many feeds log the same rows at once in batches of every order,
// outcomes for them beside that, and builds of their days: each row goes in once, nobody deadlocks
// for good, and the day columns agree with the log in the end.
func TestBatchesWithTheSameRows(t *testing.T) {
	db := storetest.Fresh(t, store.Options{Now: func() time.Time { return now }, MaxConns: 16})
	const rows, feeds, rounds = 3000, 8, 4
	all := some("p", rows, now.AddDate(0, 0, -3), func(i int, p *pred) {
		p.at = p.at.Add(time.Duration(i%3) * 24 * time.Hour)
		p.tenant = []string{"acme", "globex"}[i%2]
		p.features = fmt.Sprintf(`{"i":%d}`, i)
	})
	ingestAs(t, db, shell, pred{id: "x", tenant: "acme"}, pred{id: "x", tenant: "globex"})
	var mu sync.Mutex
	var inserted int64
	var wg sync.WaitGroup
	for f := range feeds {
		random := rand.New(rand.NewPCG(uint64(f), 1))
		wg.Go(func() {
			for range rounds {
				order := random.Perm(rows)
				part := make([]pred, 0, rows/2)
				for _, i := range order[:rows/2] {
					part = append(part, all[i])
				}
				res, err := db.IngestPredictions(t.Context(), feedActor, batch(part...), store.IngestOptions{})
				if err != nil || res.Rejected > 0 {
					t.Errorf("feed %d: %+v, %v", f, res, err)
					return
				}
				mu.Lock()
				inserted += res.Inserted
				mu.Unlock()
			}
		})
	}
	for f := range 3 {
		random := rand.New(rand.NewPCG(uint64(f), 2))
		wg.Go(func() {
			for range rounds {
				var part []out
				for _, i := range random.Perm(rows)[:rows/2] {
					part = append(part, out{id: all[i].id, tenant: all[i].tenant, actual: int8(i % 2)})
				}
				if _, err := db.IngestOutcomes(t.Context(), feedActor, outcomes(part...), store.IngestOptions{}); err != nil {
					t.Errorf("outcomes %d: %v", f, err)
				}
				if _, err := db.RebuildMarkedDays(t.Context(), 0, 40000, nil); err != nil {
					t.Errorf("rebuild: %v", err)
				}
				if _, _, err := db.DrainInbox(t.Context(), now.Add(time.Hour)); err != nil {
					t.Errorf("drain: %v", err)
				}
			}
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	// Everything once more, so that all is in whatever the draws were.
	inserted += ingestAs(t, db, shell, all...).Inserted
	if inserted != rows {
		t.Fatalf("inserted %d rows in all, want %d", inserted, rows)
	}
	want(t, db, fmt.Sprint(rows+2), logged)
	want(t, db, fmt.Sprint(rows+2), `SELECT count(*) FROM prediction_key`)
	var last []out
	for i, p := range all {
		last = append(last, out{id: p.id, tenant: p.tenant, actual: int8(i % 2)})
	}
	outcomesAs(t, db, shell, last...)
	if _, _, err := db.DrainInbox(t.Context(), now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	want(t, db, "0", `SELECT count(*) FROM outcome_inbox`)
	want(t, db, "0", `SELECT count(*) FROM outcome_replaced`)
	rebuild(t, db)
	want(t, db, "0", `SELECT count(*) FROM score_day_mark`)
	want(t, db, fmt.Sprintf("%d %d", rows+2, rows), `SELECT sum(n) || ' ' || sum(tp + fp + fn + tn) FROM ml_score_day`)
}

// TestABatchOpenWhileItsDayIsBuilt holds a batch open at its very end, has its day built meanwhile,
// and looks whether its rows are in the day's column afterwards.
func TestABatchOpenWhileItsDayIsBuilt(t *testing.T) {
	t.Run("a few days", func(t *testing.T) { openWhileBuilt(t, 0) })
	t.Run("many days", func(t *testing.T) { openWhileBuilt(t, 200) })
}

func openWhileBuilt(t *testing.T, moreDays int) {
	db := storetest.Fresh(t, at(now))
	ingestAs(t, db, shell, pred{id: "first"})

	// Something else holds a log row that the batch must lock: it waits there, its locks taken.
	blocker, err := db.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = blocker.Rollback(t.Context()) }()
	if _, err := blocker.Exec(t.Context(), `SELECT FROM ml_prediction_log WHERE prediction_id = 'first' FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	ingested := make(chan error, 1)
	rows := append(some("more", moreDays, now, func(i int, p *pred) { p.at = now.AddDate(0, 0, -1-i) }),
		pred{id: "late"}, pred{id: "first", actual: "1"})
	go func() {
		_, err := db.IngestPredictions(t.Context(), feedActor, batch(rows...), store.IngestOptions{})
		ingested <- err
	}()
	awaitWaiting(t, db, 1)
	built := make(chan error, 1)
	go func() {
		_, err := db.RebuildMarkedDays(t.Context(), 0, 40000, nil)
		built <- err
	}()
	awaitWaiting(t, db, 2)
	select {
	case err := <-built:
		t.Fatalf("the day was built beside an open batch: %v", err)
	default:
	}
	if err := blocker.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-ingested; err != nil {
		t.Fatal(err)
	}
	if err := <-built; err != nil {
		t.Fatal(err)
	}
	rebuild(t, db)
	want(t, db, "2", `SELECT n FROM ml_score_day WHERE day = $1`, now)
	want(t, db, "0", `SELECT count(*) FROM score_day_mark`)
}

// awaitWaiting waits until so many sessions of the database wait for a lock.
func awaitWaiting(t *testing.T, db *store.DB, n int) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if value(t, db, `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`) == fmt.Sprint(n) {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("there never were %d sessions waiting", n)
		}
	}
}

// TestWideBatchesAndBuilds uses batches over more days than are locked one by one.
func TestWideBatchesAndBuilds(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	const days = 200
	rows := some("w", days, now.AddDate(0, 0, -days), func(i int, p *pred) { p.at = now.AddDate(0, 0, -i) })
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := db.IngestPredictions(t.Context(), shell, batch(rows...), store.IngestOptions{}); err != nil {
				t.Error(err)
			}
		})
		wg.Go(func() {
			if _, err := db.RebuildMarkedDays(t.Context(), 0, 40000, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	rebuild(t, db)
	want(t, db, fmt.Sprint(days), logged)
	want(t, db, fmt.Sprintf("%d %d", days, days), `SELECT count(*) || ' ' || sum(n) FROM ml_score_day`)
}

// TestABatchThatIsCutOff has the server end a batch's connection at its very end: nothing of it is
// left, the caller is told that the database is away, and sending it again takes it in once.
func TestABatchThatIsCutOff(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	ingestAs(t, db, shell, pred{id: "first"})
	rebuild(t, db)
	blocker, err := db.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = blocker.Rollback(t.Context()) }()
	if _, err := blocker.Exec(t.Context(), `SELECT FROM ml_prediction_log WHERE prediction_id = 'first' FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	rows := append(some("new", 2000, now, nil), pred{id: "first", actual: "1"})
	ingested := make(chan error, 1)
	go func() {
		_, err := db.IngestPredictions(t.Context(), feedActor, batch(rows...), store.IngestOptions{})
		ingested <- err
	}()
	awaitWaiting(t, db, 1)
	mustExec(t, db, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE wait_event_type = 'Lock' AND datname = current_database()`)
	if err := <-ingested; drift.CodeOf(err) != drift.CodeUnavailable {
		t.Fatalf("a batch that was cut off: %v, want CodeUnavailable", err)
	}
	if err := blocker.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	want(t, db, "1 1 0", `SELECT (SELECT count(*) FROM ml_prediction_log) || ' ' || (SELECT count(*) FROM prediction_key)
		|| ' ' || (SELECT count(*) FROM score_day_mark)`)
	expect(t, ingestAs(t, db, feedActor, rows...), 2001, 2000, 1, 0)
	want(t, db, "2001 2001 1", `SELECT (SELECT count(*) FROM ml_prediction_log) || ' ' || (SELECT count(*) FROM prediction_key)
		|| ' ' || (SELECT count(*) FROM score_day_mark)`)
}
