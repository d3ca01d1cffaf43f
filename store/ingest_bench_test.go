package store_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/ingest"
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
						var batch ingest.PredictionBatch
						if err := ingest.NewPredictionReader(bytes.NewReader(texts[job]), ingest.Options{}).Next(&batch, size); err != nil {
							return err
						}
						_, err := db.IngestPredictions(b.Context(), feedActor, &batch, store.IngestOptions{})
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

var feedActor = drift.Actor{Name: "feed", Role: drift.RoleIngest, TokenID: 1, AllTenants: true}
