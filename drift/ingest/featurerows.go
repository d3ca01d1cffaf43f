package ingest

import "io"

// featureSchema is that of predictions, of which a row to be scored needs its name alone.
var featureSchema = schema{names: predictionSchema.names, required: colTenant, find: findPredictionColumn, keepFeatures: true}

// FeatureBatch holds rows that are to be scored, as columns of equal length. Features point into memory
// of the batch, as in a [PredictionBatch].
type FeatureBatch struct {
	Line         []int
	PredictionID []string
	Features     [][]byte // one canonical JSON object each; nil where there is none

	rows PredictionBatch
}

// FeatureReader reads rows that are to be scored: a prediction_id and features. The other columns of a
// log of predictions may be there and are passed over.
type FeatureReader struct{ reader }

// NewFeatureReader reads rows from r. It does not read before the first Next and does not close r.
func NewFeatureReader(r io.Reader, opts Options) *FeatureReader {
	return &FeatureReader{newReader(r, opts, &featureSchema)}
}

// Next does for rows to be scored what it does for predictions in a [PredictionReader].
func (f *FeatureReader) Next(b *FeatureBatch, rows int) error {
	b.rows.Reset()
	err := f.next(rows, func(r *row) int {
		f.accept(&b.rows, r)
		return len(b.rows.ids) + len(b.rows.features)
	})
	b.rows.seal()
	b.Line, b.PredictionID, b.Features = b.rows.Line, b.rows.PredictionID, b.rows.Features
	return err
}

// accept checks a row and appends it to b, or refuses it.
func (f *FeatureReader) accept(b *PredictionBatch, r *row) {
	id := r.name("prediction_id", r.cells[colID], MaxID)
	r.sortFeatures()
	before := len(b.features)
	b.features = r.appendFeatures(b.features)
	if r.problem.text != "" {
		b.features = b.features[:before]
		return
	}
	b.featEnds = append(b.featEnds, len(b.features))
	b.ids = append(b.ids, id...)
	b.idEnds = append(b.idEnds, len(b.ids))
	b.Line = append(b.Line, r.line)
}
