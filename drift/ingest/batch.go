package ingest

import (
	"crypto/sha256"
	"math"
)

// Unknown is the value of an absent actual.
const Unknown int8 = -1

// NoTime is the value of an absent observed_at.
const NoTime int64 = math.MinInt64

// PredictionBatch holds accepted predictions as columns of equal length.
//
// Its strings are ordinary Go strings and may be kept (keeping one prediction_id
// keeps the memory of its batch's ids alive; tenants and model names are shared
// between rows). Features point into memory of the batch: they are valid until
// the batch is filled again or Reset; copy what must live longer.
type PredictionBatch struct {
	// Line is where the row came from, from 1: the physical line a CSV record
	// or NDJSON object begins on, or the position of an element in its array.
	Line []int

	Tenant       []string
	PredictionID []string
	ModelType    []string
	ModelVersion []string
	CreatedAt    []int64   // microseconds since 1970 UTC
	Score        []float64 // 0 to 1
	Predicted    []bool
	Actual       []int8   // 0, 1 or Unknown
	Features     [][]byte // one canonical JSON object each; nil where there is none

	IntervalLow  []float64 // NaN where absent
	IntervalHigh []float64 // NaN where absent
	LatencyMS    []float64 // milliseconds; NaN where absent

	ids      []byte // the prediction ids one after another
	idEnds   []int  // where each of them ends
	features []byte // what Features points into
	featEnds []int
}

// Len is the number of rows.
func (b *PredictionBatch) Len() int { return len(b.Line) }

// Reset empties the batch and keeps its memory for the next rows.
func (b *PredictionBatch) Reset() {
	b.Line = b.Line[:0]
	b.Tenant, b.PredictionID = b.Tenant[:0], b.PredictionID[:0]
	b.ModelType, b.ModelVersion = b.ModelType[:0], b.ModelVersion[:0]
	b.CreatedAt, b.Score = b.CreatedAt[:0], b.Score[:0]
	b.Predicted, b.Actual = b.Predicted[:0], b.Actual[:0]
	b.Features = b.Features[:0]
	b.IntervalLow, b.IntervalHigh = b.IntervalLow[:0], b.IntervalHigh[:0]
	b.LatencyMS = b.LatencyMS[:0]
	b.ids, b.idEnds = b.ids[:0], b.idEnds[:0]
	b.features, b.featEnds = b.features[:0], b.featEnds[:0]
}

// IDHash is the key of row i: see the function [IDHash].
func (b *PredictionBatch) IDHash(i int) [16]byte { return IDHash(b.PredictionID[i]) }

// seal cuts the gathered bytes into the rows' ids and features, once the
// gathering can no longer move them.
func (b *PredictionBatch) seal() {
	b.PredictionID = cutStrings(b.PredictionID, b.ids, b.idEnds)
	start := 0
	for _, end := range b.featEnds {
		if end == start {
			b.Features = append(b.Features, nil)
			continue
		}
		b.Features = append(b.Features, b.features[start:end:end])
		start = end
	}
}

// OutcomeBatch holds accepted outcomes as columns of equal length. The same
// holds for its strings as in a [PredictionBatch].
type OutcomeBatch struct {
	Line         []int // as in PredictionBatch
	Tenant       []string
	PredictionID []string
	Actual       []int8  // 0 or 1
	ObservedAt   []int64 // microseconds since 1970 UTC, or NoTime

	ids    []byte
	idEnds []int
}

// Len is the number of rows.
func (b *OutcomeBatch) Len() int { return len(b.Line) }

// Reset empties the batch and keeps its memory for the next rows.
func (b *OutcomeBatch) Reset() {
	b.Line = b.Line[:0]
	b.Tenant, b.PredictionID = b.Tenant[:0], b.PredictionID[:0]
	b.Actual, b.ObservedAt = b.Actual[:0], b.ObservedAt[:0]
	b.ids, b.idEnds = b.ids[:0], b.idEnds[:0]
}

// IDHash is the key of row i: see the function [IDHash].
func (b *OutcomeBatch) IDHash(i int) [16]byte { return IDHash(b.PredictionID[i]) }

func (b *OutcomeBatch) seal() {
	b.PredictionID = cutStrings(b.PredictionID, b.ids, b.idEnds)
}

// cutStrings appends the pieces of all that end at ends. They share one copy,
// so that a batch costs one allocation and its ids stay safe to keep.
func cutStrings(dst []string, all []byte, ends []int) []string {
	text := string(all)
	start := 0
	for _, end := range ends {
		dst = append(dst, text[start:end])
		start = end
	}
	return dst
}

// IDHash is the key a prediction is known by in its tenant: the first 16 bytes
// of the SHA-256 of its prediction_id in UTF-8. In SQL:
// substr(sha256(convert_to(prediction_id, 'UTF8')), 1, 16).
func IDHash(id string) [16]byte {
	var local [MaxID]byte // every accepted id fits, and stays off the heap
	sum := sha256.Sum256(append(local[:0], id...))
	return [16]byte(sum[:16])
}
