package store_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/ingest"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// Outcomes that come with their predictions are a feed too: one that goes silent is seen on the
// operations page, where it would otherwise never have been listed.
func TestOutcomesThatComeWithPredictionsAreAFeed(t *testing.T) {
	now := time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)
	db := storetest.Fresh(t, store.Options{Now: func() time.Time { return now }})
	var rows bytes.Buffer
	for i, actual := range []string{"true", "false", "null"} {
		fmt.Fprintf(&rows, `{"prediction_id":"p%d","tenant":"acme","model_type":"fraud_detector","model_version":"1","created_at":"2026-06-1%dT00:00:00Z","score":0.5,"predicted":true,"actual":%s}`+"\n", i, i, actual)
	}
	var b ingest.PredictionBatch
	if err := ingest.NewPredictionReader(&rows, ingest.Options{Now: func() time.Time { return now }}).Next(&b, 10); err != nil {
		t.Fatal(err)
	}
	if _, err := db.IngestPredictions(t.Context(), drift.SystemActor(), &b, store.IngestOptions{}); err != nil {
		t.Fatal(err)
	}
	for kind, want := range map[string]struct {
		n   int64
		day int
	}{"predictions": {3, 12}, "outcomes": {2, 11}} {
		var n int64
		var last time.Time
		if err := db.Pool().QueryRow(t.Context(), `SELECT received, last_at FROM feed_beat WHERE kind = $1`, kind).Scan(&n, &last); err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if n != want.n || last.Day() != want.day {
			t.Errorf("%s: %d rows, the newest of %s", kind, n, last)
		}
	}
}
