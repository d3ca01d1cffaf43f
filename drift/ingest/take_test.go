package ingest_test

import (
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/ingest"
)

// Take sums up what the reader and what the database refuse, in the order of the lines.
func TestTake(t *testing.T) {
	const text = "prediction_id,tenant,actual\na,acme,1\nb,,1\nc,nobody,1\nd,acme,9\ne,acme,0\n"
	gone := errors.New("gone")
	save := func(b *ingest.OutcomeBatch) (drift.ImportResult, error) {
		return drift.ImportResult{Inserted: 2, Rejected: 1, Errors: []drift.RowError{{Line: 4, Field: "tenant", Error: "no"}}}, nil
	}
	for name, c := range map[string]struct {
		whole      bool
		save       func(*ingest.OutcomeBatch) (drift.ImportResult, error)
		want       drift.ImportResult
		lines      []int
		err        error
		savedTimes int
	}{
		"good rows":        {false, save, drift.ImportResult{Read: 5, Inserted: 2, Rejected: 3}, []int{3, 4, 5}, nil, 1},
		"whole or nothing": {true, save, drift.ImportResult{Read: 5, Rejected: 2}, []int{3, 5}, nil, 0},
		"failed": {
			false, func(*ingest.OutcomeBatch) (drift.ImportResult, error) { return drift.ImportResult{Inserted: 1}, gone },
			drift.ImportResult{Read: 5, Inserted: 1, Rejected: 2},
			[]int{3, 5},
			gone, 1,
		},
	} {
		log, b, saved := ingest.NewOutcomeReader(strings.NewReader(text), ingest.Options{}), new(ingest.OutcomeBatch), 0
		counted := func(b *ingest.OutcomeBatch) (drift.ImportResult, error) { saved++; return c.save(b) }
		got, err := ingest.Take(log, b, ingest.Taking{Rows: 10, Whole: c.whole}, counted)
		var lines []int
		for _, e := range got.Errors {
			lines = append(lines, e.Line)
		}
		got.Errors = nil
		if !reflect.DeepEqual(got, c.want) || !reflect.DeepEqual(lines, c.lines) || err != c.err || saved != c.savedTimes {
			t.Errorf("%s: %+v, lines %v, %v, saved %d times", name, got, lines, err, saved)
		}
		if got, err := ingest.Take(log, b, ingest.Taking{Rows: 10}, counted); err != io.EOF || got.Read != 0 {
			t.Errorf("%s: at the end %+v, %v", name, got, err)
		}
	}
}
