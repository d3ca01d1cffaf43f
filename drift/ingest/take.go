package ingest

import (
	"cmp"
	"slices"

	"github.com/driftwatch/driftwatch/drift"
)

// Log is a reader of rows into batches of type B: of predictions or of outcomes.
type Log[B any] interface {
	Next(b *B, rows int) error
	Rows() int64
	Rejected() int64
	Errors() []RowError
}

// Taking says how rows are taken in.
type Taking struct {
	Rows int // that go in at a time
	// Whole leaves a batch alone in which the reader refused a row.
	Whole bool
}

// Take reads some rows into b and has save take in the good ones. It returns what became of all of
// them, refused by the reader or by save, in order of their lines; io.EOF at the end of the log.
// What it returns beside an error of save has happened.
func Take[B any](log Log[B], b *B, how Taking, save func(*B) (drift.ImportResult, error)) (drift.ImportResult, error) {
	rows, refused := log.Rows(), log.Rejected()
	err := log.Next(b, how.Rows)
	bad := log.Rejected() - refused
	var res drift.ImportResult
	if err == nil && (!how.Whole || bad == 0) {
		res, err = save(b)
	}
	res.Read = log.Rows() - rows
	res.Rejected += bad
	for _, e := range log.Errors() {
		res.Errors = append(res.Errors, drift.RowError(e))
	}
	slices.SortStableFunc(res.Errors, func(a, b drift.RowError) int { return cmp.Compare(a.Line, b.Line) })
	return res, err
}
