package store_test

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/ingest"
	"github.com/driftwatch/driftwatch/drift/stats"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storebench"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// BenchmarkIngest takes rows in, parsing included, beside bare CopyFrom of the same rows parsed
// beforehand, alternately into one database, and says the ratio.
func BenchmarkIngest(b *testing.B) {
	for _, size := range []int{1000, 10000} {
		for _, conns := range []int{1, 2} {
			b.Run(fmt.Sprintf("rows=%d/conns=%d", size, conns), func(b *testing.B) {
				const n = 100_000
				db := storetest.Fresh(b, at(now))
				day := drift.DateOf(now)
				partition, tenant, err := storebench.Prepare(b.Context(), db, "prepare", day)
				if err != nil {
					b.Fatal(err)
				}
				var ours, plain, again float64
				for round := 0; b.Loop(); round++ {
					var texts [][]byte
					for _, batch := range storebench.Split(storebench.Rows(fmt.Sprint("ours", round), day, n), size) {
						texts = append(texts, storebench.NDJSON(batch))
					}
					var rows []storebench.Plain
					for _, batch := range storebench.Split(storebench.Rows(fmt.Sprint("plain", round), day, n), size) {
						rows = append(rows, storebench.MakePlain(batch, tenant))
					}
					post := func(job int) error {
						batch := batches.Get().(*ingest.PredictionBatch)
						defer batches.Put(batch)
						if err := ingest.NewPredictionReader(bytes.NewReader(texts[job]), ingest.Options{}).Next(batch, size); err != nil {
							return err
						}
						_, err := db.IngestPredictions(b.Context(), feedActor, batch, store.IngestOptions{})
						return err
					}
					copied, err := storebench.Spread(conns, len(rows), func(job int) error {
						return rows[job].CopyFrom(b.Context(), db, partition)
					})
					if err != nil {
						b.Fatal(err)
					}
					posted, err := storebench.Spread(conns, len(texts), post)
					if err != nil {
						b.Fatal(err)
					}
					repeated, err := storebench.Spread(conns, len(texts), post)
					if err != nil {
						b.Fatal(err)
					}
					plain, ours, again = plain+copied.Seconds(), ours+posted.Seconds(), again+repeated.Seconds()
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(n*float64(b.N)/ours/1000, "krows/s")
				b.ReportMetric(n*float64(b.N)/plain/1000, "CopyFrom-krows/s")
				b.ReportMetric(plain/ours, "ratio")
				b.ReportMetric(plain/again, "dup-ratio")
			})
		}
	}
}

// batches are used again, as a server does.
var batches = sync.Pool{New: func() any { return &ingest.PredictionBatch{} }}

var feedActor = drift.Actor{Name: "feed", Role: drift.RoleIngest, TokenID: 1, AllTenants: true}

// BenchmarkCheck reads the columns of a check, 7 days against 30, on a cold connection, and compares
// them; built is how fast the columns were built from the log.
func BenchmarkCheck(b *testing.B) {
	const perDay = 40_000
	db := storetest.Fresh(b, at(now))
	today := drift.DateOf(now)
	recent := drift.DriftWindow{From: today - 7, To: today}
	baseline := drift.DriftWindow{From: today - 60, To: today - 30}
	for d := baseline.From; d < recent.To; d++ {
		if d >= baseline.To && d < recent.From {
			continue
		}
		for _, batch := range storebench.Split(storebench.Rows(d.String(), d, perDay), 10_000) {
			if _, err := db.IngestPredictions(b.Context(), shell, batch, store.IngestOptions{}); err != nil {
				b.Fatal(err)
			}
		}
	}
	began := time.Now()
	rebuild(b, db)
	built := 37 * perDay / time.Since(began).Seconds()
	v := drift.VersionKey{Model: drift.Model{TenantID: tenantID(b, db, storebench.Tenant), ModelType: drift.FraudDetector}, Version: "v1"}
	var read, fetched, compared time.Duration
	for b.Loop() {
		db.Pool().Reset()
		began := time.Now()
		view(b, db, func(tx *store.Tx) error {
			r, base, fetch, err := tx.Runs(b.Context(), v, recent, baseline)
			if err != nil {
				return err
			}
			read += time.Since(began)
			_, err = stats.CompareRuns(r, base, stats.PRule{}, func(needs []stats.Need) ([][]float64, error) {
				asked := time.Now()
				defer func() { fetched += time.Since(asked) }()
				return fetch(needs)
			})
			return err
		})
		compared += time.Since(began)
	}
	b.ReportMetric(float64(read.Microseconds())/float64(b.N)/1000, "read-ms")
	b.ReportMetric(float64(fetched.Microseconds())/float64(b.N)/1000, "fetch-ms")
	b.ReportMetric(float64(compared.Microseconds())/float64(b.N)/1000, "check-ms")
	b.ReportMetric(built/1000, "built-krows/s")
}
