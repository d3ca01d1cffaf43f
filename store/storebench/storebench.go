package storebench

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/ingest"
	"github.com/driftwatch/driftwatch/store"
)

// Tenant is the tenant that all made-up rows belong to.
const Tenant = "bench"

// Rows makes n predictions of one day, evenly spread over it, with ids of their own series. Two
// features go with each, as a fraud detector might log them.
func Rows(series string, day drift.Date, n int) *ingest.PredictionBatch {
	random := rand.New(rand.NewPCG(uint64(n), 7))
	b := &ingest.PredictionBatch{}
	step := int64(24*time.Hour/time.Microsecond) / int64(n)
	for i := range n {
		score := math.Round(random.Float64()*1e6) / 1e6
		b.Line = append(b.Line, i+1)
		b.Tenant = append(b.Tenant, Tenant)
		b.PredictionID = append(b.PredictionID, series+"-"+strconv.Itoa(i))
		b.ModelType = append(b.ModelType, drift.FraudDetector)
		b.ModelVersion = append(b.ModelVersion, "v1")
		b.CreatedAt = append(b.CreatedAt, day.Time().UnixMicro()+int64(i)*step)
		b.Score = append(b.Score, score)
		b.Predicted = append(b.Predicted, score >= 0.5)
		b.Actual = append(b.Actual, ingest.Unknown)
		b.Features = append(b.Features, fmt.Appendf(nil, `{"amount":%d,"country":"%c%c"}`, random.IntN(5000), 'A'+i%26, 'A'+i/26%26))
		b.IntervalLow = append(b.IntervalLow, math.NaN())
		b.IntervalHigh = append(b.IntervalHigh, math.NaN())
		b.LatencyMS = append(b.LatencyMS, math.NaN())
	}
	return b
}

// Split cuts a batch into batches of size rows. They share its memory.
func Split(b *ingest.PredictionBatch, size int) []*ingest.PredictionBatch {
	var list []*ingest.PredictionBatch
	for lo := 0; lo < b.Len(); lo += size {
		hi := min(lo+size, b.Len())
		list = append(list, &ingest.PredictionBatch{
			Line: b.Line[lo:hi], Tenant: b.Tenant[lo:hi], PredictionID: b.PredictionID[lo:hi],
			ModelType: b.ModelType[lo:hi], ModelVersion: b.ModelVersion[lo:hi], CreatedAt: b.CreatedAt[lo:hi],
			Score: b.Score[lo:hi], Predicted: b.Predicted[lo:hi], Actual: b.Actual[lo:hi], Features: b.Features[lo:hi],
			IntervalLow: b.IntervalLow[lo:hi], IntervalHigh: b.IntervalHigh[lo:hi], LatencyMS: b.LatencyMS[lo:hi],
		})
	}
	return list
}

// NDJSON writes a batch as a program would post it.
func NDJSON(b *ingest.PredictionBatch) []byte {
	var w bytes.Buffer
	for i := range b.Len() {
		fmt.Fprintf(&w, `{"prediction_id":"%s","tenant":"%s","model_type":"%s","model_version":"%s","created_at":"%s","score":%s,"predicted":%t,%s`+"\n",
			b.PredictionID[i], b.Tenant[i], b.ModelType[i], b.ModelVersion[i],
			time.UnixMicro(b.CreatedAt[i]).UTC().Format(time.RFC3339Nano), strconv.FormatFloat(b.Score[i], 'g', -1, 64),
			b.Predicted[i], b.Features[i][1:])
	}
	return w.Bytes()
}

// Prepare makes the tenant, the version and the partition that batches of a day go into, by taking
// in one row, and returns the partition's name and the tenant's number.
func Prepare(ctx context.Context, db *store.DB, series string, day drift.Date) (partition string, tenant int64, err error) {
	if _, err := db.IngestPredictions(ctx, drift.SystemActor(), Rows(series+"-first", day, 1), store.IngestOptions{}); err != nil {
		return "", 0, err
	}
	err = db.Pool().QueryRow(ctx, `SELECT l.tableoid::regclass::text, l.tenant_id FROM ml_prediction_log l
		WHERE created_at = $1 AND prediction_id = $2`, day.Time(), series+"-first-0").Scan(&partition, &tenant)
	return partition, tenant, err
}

// Plain is a batch as bare CopyFrom takes it: the values of both tables, made beforehand, the keys
// in the order of their index.
type Plain struct{ keys, rows [][]any }

var (
	keyColumns = []string{"tenant_id", "id_hash", "created_at"}
	rowColumns = []string{
		"tenant_id", "created_at", "prediction_id", "model_type", "model_version", "score", "predicted", "actual",
		"behaves_like", "features", "interval_low", "interval_high", "latency_ms", "ingested_at", "outcome_at",
	}
)

// MakePlain prepares a batch for CopyFrom.
func MakePlain(b *ingest.PredictionBatch, tenant int64) Plain {
	var p Plain
	now := time.Now()
	for i := range b.Len() {
		at := time.UnixMicro(b.CreatedAt[i]).UTC()
		hash := b.IDHash(i)
		p.keys = append(p.keys, []any{tenant, hash, at})
		p.rows = append(p.rows, []any{
			tenant, at, b.PredictionID[i], b.ModelType[i], b.ModelVersion[i], b.Score[i], b.Predicted[i], nil,
			b.ModelType[i], b.Features[i], nil, nil, nil, now, nil,
		})
	}
	slices.SortFunc(p.keys, func(x, y []any) int {
		h, k := x[1].([16]byte), y[1].([16]byte)
		return bytes.Compare(h[:], k[:])
	})
	return p
}

// CopyFrom copies the batch into the key table and the partition, in one transaction.
func (p Plain) CopyFrom(ctx context.Context, db *store.DB, partition string) error {
	return pgx.BeginFunc(ctx, db.Pool(), func(tx pgx.Tx) error {
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{"prediction_key"}, keyColumns, pgx.CopyFromRows(p.keys)); err != nil {
			return err
		}
		_, err := tx.CopyFrom(ctx, pgx.Identifier{partition}, rowColumns, pgx.CopyFromRows(p.rows))
		return err
	})
}

// Spread runs the jobs on so many connections and returns how long all took.
func Spread(conns, jobs int, run func(job int) error) (time.Duration, error) {
	var wg sync.WaitGroup
	errs := make([]error, conns)
	began := time.Now()
	for c := range conns {
		wg.Go(func() {
			for job := c; job < jobs && errs[c] == nil; job += conns {
				errs[c] = run(job)
			}
		})
	}
	wg.Wait()
	took := time.Since(began)
	for _, err := range errs {
		if err != nil {
			return took, err
		}
	}
	return took, nil
}
