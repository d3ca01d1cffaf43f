package demo_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/demo"
	"github.com/driftwatch/driftwatch/drift/ingest"
)

var today = drift.DateOf(time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC))

func day(t *testing.T, seed uint64, ago int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := demo.New(seed, today).WriteDay(&b, today.Add(-ago)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Every invented row passes the parser that everybody's rows pass, on its own day, once.
func TestDaysAreLogs(t *testing.T) {
	seen := map[string]bool{}
	for ago := 1; ago <= demo.Days; ago++ {
		r := ingest.NewPredictionReader(bytes.NewReader(day(t, 7, ago)), ingest.Options{Now: today.Time})
		var b ingest.PredictionBatch
		for {
			err := r.Next(&b, 1000)
			for i := range b.Len() {
				if d := drift.DateOf(time.UnixMicro(b.CreatedAt[i])); d != today.Add(-ago) {
					t.Fatalf("row of %d days ago is dated %s", ago, d)
				}
				id := b.Tenant[i] + "/" + b.PredictionID[i]
				if seen[id] {
					t.Fatalf("%s twice", id)
				}
				seen[string([]byte(id))] = true
			}
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if refused := r.Errors(); len(refused) > 0 {
			t.Fatalf("%d days ago: %v", ago, refused[0])
		}
	}
	want := 0
	for _, m := range demo.Models {
		for ago := 1; ago <= demo.Days; ago++ {
			if m.ModelType != "queue_predictor" || ago <= 12 {
				want += m.On(ago)
			}
		}
	}
	if len(seen) != want {
		t.Errorf("%d rows, want %d", len(seen), want)
	}
}

func TestSameSeedSameRows(t *testing.T) {
	if !bytes.Equal(day(t, 7, 3), day(t, 7, 3)) {
		t.Error("the same seed and day gave other rows")
	}
	if bytes.Equal(day(t, 7, 3), day(t, 8, 3)) {
		t.Error("another seed gave the same rows")
	}
}

// A live row is accepted with an outcome that leads back to it, save where the story is silence.
func TestLive(t *testing.T) {
	g := demo.New(7, today)
	at := today.Time().Add(9 * time.Hour)
	for i, m := range demo.Models {
		l := g.Live(m, at, uint64(i))
		p := ingest.NewPredictionReader(bytes.NewReader(l.Prediction), ingest.Options{Now: func() time.Time { return at }})
		var b ingest.PredictionBatch
		if err := p.Next(&b, 10); (err != nil && !errors.Is(err, io.EOF)) || b.Len() != 1 {
			t.Fatalf("%s: %v, %d rows, %v", l.Prediction, err, b.Len(), p.Errors())
		}
		if b.Actual[0] != -1 {
			t.Error("a fresh prediction knows its outcome")
		}
		if silent := m.ModelType == "chargeback_predictor"; silent != (l.Outcome == nil) {
			t.Errorf("%s: outcome %q", m.ModelType, l.Outcome)
		} else if !silent && !bytes.Contains(l.Outcome, []byte(b.PredictionID[0])) {
			t.Errorf("outcome %s does not lead to %s", l.Outcome, b.PredictionID[0])
		}
	}
}
