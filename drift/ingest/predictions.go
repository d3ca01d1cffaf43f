package ingest

import "io"

// Columns of a prediction.
const (
	colID = iota
	colTenant
	colModelType
	colModelVersion
	colCreatedAt
	colScore
	colPredicted
	colActual // from here on optional
	colIntervalLow
	colIntervalHigh
	colLatency
)

var predictionSchema = schema{
	names: []string{
		"prediction_id", "tenant", "model_type", "model_version", "created_at", "score",
		"predicted", "actual", "interval_low", "interval_high", "latency_ms",
	},
	required:     colActual,
	find:         findPredictionColumn,
	keepFeatures: true,
}

func findPredictionColumn(name []byte) int {
	switch string(name) {
	case "prediction_id":
		return colID
	case "tenant":
		return colTenant
	case "model_type":
		return colModelType
	case "model_version":
		return colModelVersion
	case "created_at":
		return colCreatedAt
	case "score":
		return colScore
	case "predicted":
		return colPredicted
	case "actual":
		return colActual
	case "interval_low":
		return colIntervalLow
	case "interval_high":
		return colIntervalHigh
	case "latency_ms":
		return colLatency
	}
	return -1
}

// PredictionReader reads a log of predictions. It is for one goroutine, but for
// the methods that say otherwise.
type PredictionReader struct {
	reader
	tenants, types, versions interner
}

// NewPredictionReader reads predictions from r. It does not read before the
// first Next and does not close r.
func NewPredictionReader(r io.Reader, opts Options) *PredictionReader {
	return &PredictionReader{reader: newReader(r, opts, &predictionSchema)}
}

// Next empties b and fills it with the accepted ones of the next so many rows, or
// fewer where they are large. At the end it gives io.EOF, or a *FileError where
// nothing more can be read; b is empty then. Without an error there was at least
// one row, though b is empty if all were refused.
func (p *PredictionReader) Next(b *PredictionBatch, rows int) error {
	b.Reset()
	err := p.next(rows, func(r *row) int {
		p.accept(b, r)
		return len(b.ids) + len(b.features)
	})
	b.seal()
	return err
}

// accept checks a row and appends it to b, or refuses it.
func (p *PredictionReader) accept(b *PredictionBatch, r *row) {
	id := r.name("prediction_id", r.cells[colID], MaxID)
	tenant := p.tenants.intern(r, "tenant", r.cells[colTenant])
	modelType := p.types.intern(r, "model_type", r.cells[colModelType])
	version := p.versions.intern(r, "model_version", r.cells[colModelVersion])
	created := r.time("created_at", r.cells[colCreatedAt], p.horizon)
	score := r.score("score", r.cells[colScore])
	predicted := r.label("predicted", r.cells[colPredicted])
	actual := r.actual("actual", r.cells[colActual])
	low := r.optional("interval_low", r.cells[colIntervalLow])
	high := r.optional("interval_high", r.cells[colIntervalHigh])
	latency := r.optional("latency_ms", r.cells[colLatency])
	if low > high {
		r.refuse("interval_low", "interval_low is above interval_high")
	}
	if latency < 0 {
		r.wrong("latency_ms", r.cells[colLatency], "it must not be negative")
	}
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
	b.Tenant = append(b.Tenant, tenant)
	b.ModelType = append(b.ModelType, modelType)
	b.ModelVersion = append(b.ModelVersion, version)
	b.CreatedAt = append(b.CreatedAt, created)
	b.Score = append(b.Score, score)
	b.Predicted = append(b.Predicted, predicted)
	b.Actual = append(b.Actual, actual)
	b.IntervalLow = append(b.IntervalLow, low)
	b.IntervalHigh = append(b.IntervalHigh, high)
	b.LatencyMS = append(b.LatencyMS, latency)
}
