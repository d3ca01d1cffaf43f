package store_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/ingest"
	"github.com/driftwatch/driftwatch/store"
)

// now is the clock of these tests.
var now = time.Date(2025, 11, 20, 12, 0, 0, 0, time.UTC)

func at(t time.Time) store.Options { return store.Options{Now: func() time.Time { return t }} }

// pred is a prediction; zero fields get defaults.
type pred struct {
	id, tenant, modelType, version string
	at                             time.Time
	score                          float64
	predicted                      bool
	actual                         string // "", "0" or "1"
	features                       string
	latency                        float64
}

func batch(rows ...pred) *ingest.PredictionBatch {
	b := &ingest.PredictionBatch{}
	for i, r := range rows {
		b.Line = append(b.Line, i+1)
		b.Tenant = append(b.Tenant, or(r.tenant, "acme"))
		b.PredictionID = append(b.PredictionID, r.id)
		b.ModelType = append(b.ModelType, or(r.modelType, drift.FraudDetector))
		b.ModelVersion = append(b.ModelVersion, or(r.version, "v1"))
		if r.at.IsZero() {
			r.at = now.Add(-time.Hour)
		}
		b.CreatedAt = append(b.CreatedAt, r.at.UnixMicro())
		b.Score = append(b.Score, r.score)
		b.Predicted = append(b.Predicted, r.predicted)
		b.Actual = append(b.Actual, map[string]int8{"": ingest.Unknown, "0": 0, "1": 1}[r.actual])
		var features []byte
		if r.features != "" {
			features = []byte(r.features)
		}
		b.Features = append(b.Features, features)
		b.IntervalLow = append(b.IntervalLow, math.NaN())
		b.IntervalHigh = append(b.IntervalHigh, math.NaN())
		latency := math.NaN()
		if r.latency != 0 {
			latency = r.latency
		}
		b.LatencyMS = append(b.LatencyMS, latency)
	}
	return b
}

type out struct {
	id, tenant string
	actual     int8
	at         time.Time
}

func outcomes(rows ...out) *ingest.OutcomeBatch {
	b := &ingest.OutcomeBatch{}
	for i, r := range rows {
		b.Line = append(b.Line, i+1)
		b.Tenant = append(b.Tenant, or(r.tenant, "acme"))
		b.PredictionID = append(b.PredictionID, r.id)
		b.Actual = append(b.Actual, r.actual)
		observed := ingest.NoTime
		if !r.at.IsZero() {
			observed = r.at.UnixMicro()
		}
		b.ObservedAt = append(b.ObservedAt, observed)
	}
	return b
}

func or(v, def string) string {
	if v == "" {
		return def
	}
	return v
}

// some makes n predictions of one day, a minute apart.
func some(prefix string, n int, from time.Time, change func(i int, p *pred)) []pred {
	rows := make([]pred, n)
	for i := range rows {
		rows[i] = pred{
			id: fmt.Sprintf("%s-%d", prefix, i), at: from.Add(time.Duration(i) * time.Second),
			score: float64(i%1000) / 1000, predicted: i%2 == 0,
		}
		if change != nil {
			change(i, &rows[i])
		}
	}
	return rows
}

var shell = drift.SystemActor()

func ingestAs(t testing.TB, db *store.DB, by drift.Actor, rows ...pred) drift.ImportResult {
	t.Helper()
	res, err := db.IngestPredictions(context.Background(), by, batch(rows...), store.IngestOptions{})
	if err != nil {
		t.Fatalf("ingest: %v", err)
	}
	return res
}

func outcomesAs(t testing.TB, db *store.DB, by drift.Actor, rows ...out) drift.ImportResult {
	t.Helper()
	res, err := db.IngestOutcomes(context.Background(), by, outcomes(rows...), store.IngestOptions{})
	if err != nil {
		t.Fatalf("ingest outcomes: %v", err)
	}
	return res
}

// expect compares a result's counts.
func expect(t testing.TB, res drift.ImportResult, read, inserted, duplicates, rejected int64) {
	t.Helper()
	if res.Read != read || res.Inserted != inserted || res.Duplicates != duplicates || res.Rejected != rejected {
		t.Fatalf("result %+v; want read %d, inserted %d, duplicates %d, rejected %d", res, read, inserted, duplicates, rejected)
	}
}

// value reads one value as text, "" for NULL.
func value(t testing.TB, db *store.DB, sql string, args ...any) string {
	t.Helper()
	var v *string
	if err := db.Pool().QueryRow(context.Background(), "SELECT ("+sql+")::text", args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	if v == nil {
		return ""
	}
	return *v
}

func want(t testing.TB, db *store.DB, expected, sql string, args ...any) {
	t.Helper()
	if v := value(t, db, sql, args...); v != expected {
		t.Fatalf("%s = %q, want %q", sql, v, expected)
	}
}

func rebuild(t testing.TB, db *store.DB) int {
	t.Helper()
	n, err := db.RebuildMarkedDays(context.Background(), 0, 40000, nil)
	if err != nil {
		t.Fatalf("rebuild: %v", err)
	}
	return n
}

// tenantID finds a tenant by name.
func tenantID(t testing.TB, db *store.DB, name string) int64 {
	t.Helper()
	var id int64
	if err := db.Pool().QueryRow(context.Background(), `SELECT id FROM tenant WHERE name = $1`, name).Scan(&id); err != nil {
		t.Fatalf("tenant %s: %v", name, err)
	}
	return id
}

// sharedFile opens a file of the real data, which lies beside the repository.
func sharedFile(t testing.TB, name string) *os.File {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the tests")
		}
		dir = filepath.Dir(dir)
	}
	f, err := os.Open(filepath.Join(dir, "..", "shared", "data", name))
	if err != nil {
		t.Fatalf("the real data is needed beside the repository: %v", err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// importFile takes a file in as the shell does and adds the results up.
func importFile(t testing.TB, db *store.DB, r io.Reader, size int) drift.ImportResult {
	t.Helper()
	reader := ingest.NewPredictionReader(r, ingest.Options{})
	var sum drift.ImportResult
	var b ingest.PredictionBatch
	for {
		err := reader.Next(&b, size)
		if err == io.EOF {
			return sum
		}
		if err != nil {
			t.Fatalf("read: %v", err)
		}
		res, err := db.IngestPredictions(context.Background(), shell, &b, store.IngestOptions{})
		if err != nil {
			t.Fatalf("ingest: %v", err)
		}
		sum.Read += res.Read
		sum.Inserted += res.Inserted
		sum.Duplicates += res.Duplicates
		sum.Rejected += res.Rejected
		sum.Errors = append(sum.Errors, res.Errors...)
	}
}
