package ingest

import "io"

// Columns of an outcome.
const (
	outID = iota
	outTenant
	outActual
	outObservedAt // optional
)

var outcomeSchema = schema{
	names:    []string{"prediction_id", "tenant", "actual", "observed_at"},
	required: outObservedAt,
	find:     findOutcomeColumn,
}

func findOutcomeColumn(name []byte) int {
	switch string(name) {
	case "prediction_id":
		return outID
	case "tenant":
		return outTenant
	case "actual":
		return outActual
	case "observed_at":
		return outObservedAt
	}
	return -1
}

// OutcomeReader reads outcomes. It is for one goroutine, but for the methods
// that say otherwise.
type OutcomeReader struct {
	reader
	tenants interner
}

// NewOutcomeReader reads outcomes from r. It does not read before the first
// Next and does not close r.
func NewOutcomeReader(r io.Reader, opts Options) *OutcomeReader {
	return &OutcomeReader{reader: newReader(r, opts, &outcomeSchema)}
}

// Next does for outcomes what it does for predictions in a [PredictionReader].
func (o *OutcomeReader) Next(b *OutcomeBatch, rows int) error {
	b.Reset()
	err := o.next(rows, func(r *row) int {
		o.accept(b, r)
		return len(b.ids)
	})
	b.seal()
	return err
}

// accept checks a row and appends it to b, or refuses it.
func (o *OutcomeReader) accept(b *OutcomeBatch, r *row) {
	id := r.name("prediction_id", r.cells[outID], MaxID)
	tenant := o.tenants.intern(r, "tenant", r.cells[outTenant])
	actual := r.actual("actual", r.cells[outActual])
	if actual == Unknown {
		r.refuse("actual", "actual is %s; an outcome must say what happened", r.cells[outActual].kind)
	}
	observed := NoTime
	if c := r.cells[outObservedAt]; !c.blank() {
		observed = r.time("observed_at", c, o.horizon)
	}
	r.sortFeatures() // refuses a key that comes twice
	if r.problem.text != "" {
		return
	}
	b.ids = append(b.ids, id...)
	b.idEnds = append(b.idEnds, len(b.ids))
	b.Line = append(b.Line, r.line)
	b.Tenant = append(b.Tenant, tenant)
	b.Actual = append(b.Actual, actual)
	b.ObservedAt = append(b.ObservedAt, observed)
}
