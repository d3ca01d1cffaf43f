package logistic

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/driftwatch/driftwatch/drift"
)

// Model scores rows. It is read with [Load] and may be used by many goroutines.
type Model struct {
	artifact artifact
	encoders []encoder
}

// Version returns the name of the model version, as the job gave it.
func (m *Model) Version() string { return m.artifact.ModelVersion }

// Threshold returns the score from which on a row is predicted positive.
func (m *Model) Threshold() float64 { return m.artifact.Threshold }

// ScoreJSON scores a row by its features, a JSON object. Features that training did not know are
// passed over; one that is not there, is null, an empty text, a list, an object or too large
// a number counts as missing, as does a text where training had only numbers.
func (m *Model) ScoreJSON(features json.RawMessage) (score float64, predicted bool, err error) {
	values := make([]value, len(m.encoders))
	bad := drift.Invalid("features", "The features are not a JSON object.")
	if !json.Valid(features) {
		return 0, false, bad
	}
	isObject, _ := members(features, func(key, v []byte) error {
		if k, ok := find(m.artifact.Features, key); ok {
			values[k] = parseValue(v)
		}
		return nil
	})
	if !isObject {
		return 0, false, bad
	}
	score, predicted = m.score(values)
	return score, predicted, nil
}

// Score scores a row by its features: numbers of any kind of Go's, texts, bools and nil. Numbers
// that are not finite count as missing; the rest is as for [Model.ScoreJSON].
func (m *Model) Score(features map[string]any) (score float64, predicted bool, err error) {
	values := make([]value, len(m.encoders))
	for k, e := range m.encoders {
		if values[k], err = valueOf(features[e.Name]); err != nil {
			return 0, false, drift.Invalid(e.Name, fmt.Sprintf("The feature %s is %s.", e.Name, err))
		}
	}
	score, predicted = m.score(values)
	return score, predicted, nil
}

func (m *Model) score(values []value) (score float64, predicted bool) {
	margin := m.artifact.Intercept
	for k := range m.encoders {
		e := &m.encoders[k]
		v := e.usable(values[k])
		if e.Kind == numeric {
			margin += e.Weight * e.standard(v)
		}
		if code := e.code(v); code >= 0 {
			margin += e.weightOf(code)
		}
	}
	score = m.artifact.Calibration.apply(margin)
	return score, score >= m.artifact.Threshold
}

// valueOf reads a Go value as parseValue reads its JSON.
func valueOf(x any) (value, error) {
	f := math.NaN()
	switch x := x.(type) {
	case float64:
		f = x
	case bool, string, float32, int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64, json.Number, json.RawMessage:
		b, err := json.Marshal(x)
		if err == nil {
			return parseValue(b), nil
		}
	case nil, []any, map[string]any:
	default:
		return value{}, fmt.Errorf("of the Go type %T, which is none of JSON's", x)
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return value{}, nil
	}
	return value{kind: number, num: f + 0}, nil
}
