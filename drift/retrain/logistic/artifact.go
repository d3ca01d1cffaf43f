package logistic

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
)

// The artefact names itself, so that it is not taken for another trainer's.
const (
	artifactFormat  = "driftwatch-logistic"
	artifactVersion = 1
)

// Limits of an artefact; what this trainer writes keeps well below.
const (
	MaxArtifact     = 32 << 20 // bytes
	maxNumber       = 1e12     // of a weight: no sum of them overflows
	maxFeatureLevel = 1000
	maxPoints       = 1 << 20
)

// The ways in which an artefact cannot be used; [Load]'s errors wrap one of them.
var (
	ErrFormat   = errors.New("this is no model of the built-in trainer")
	ErrVersion  = errors.New("this model was written by a newer version of the built-in trainer")
	ErrTooLarge = errors.New("this model is larger than any that the built-in trainer writes")
	ErrDamaged  = errors.New("this model is damaged")
)

// artifact is what a model is stored as.
type artifact struct {
	Format       string      `json:"format"`
	Version      int         `json:"version"`
	Tenant       string      `json:"tenant"`
	ModelType    string      `json:"model_type"`
	ModelVersion string      `json:"model_version"`
	Features     []Feature   `json:"features"` // by name
	Intercept    float64     `json:"intercept"`
	Calibration  Calibration `json:"calibration"`
	Threshold    float64     `json:"threshold"`
}

// encode writes the artefact; the same model gives the same bytes.
func (a artifact) encode() ([]byte, error) {
	b, err := json.MarshalIndent(a, "", " ")
	if err != nil {
		return nil, fmt.Errorf("encode the model: %w", err)
	}
	return append(b, '\n'), nil
}

// Load reads a model. What it refuses is an error that wraps [ErrFormat], [ErrVersion],
// [ErrTooLarge] or [ErrDamaged]; a model it accepts gives every row a score within 0 to 1.
func Load(r io.Reader) (*Model, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxArtifact+1))
	if err != nil {
		return nil, fmt.Errorf("read the model: %w", err)
	}
	if len(b) > MaxArtifact {
		return nil, ErrTooLarge
	}
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(b, &head); err != nil || head.Format != artifactFormat || head.Version < 1 {
		return nil, ErrFormat
	}
	if head.Version > artifactVersion {
		return nil, ErrVersion
	}
	m := &Model{}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&m.artifact); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err := m.artifact.check(); err != nil {
		return nil, err
	}
	for k := range m.artifact.Features {
		m.encoders = append(m.encoders, newEncoder(&m.artifact.Features[k]))
	}
	return m, nil
}

// check holds the artefact to all that scoring relies on.
func (a *artifact) check() error {
	if len(a.Features) > MaxFeatures {
		return ErrTooLarge
	}
	for k := range a.Features {
		f := &a.Features[k]
		if k > 0 && f.Name <= a.Features[k-1].Name {
			return damaged("its features are not in the order of their names")
		}
		if err := f.check(); err != nil {
			return err
		}
	}
	if !small(a.Intercept) || !(a.Threshold >= 0 && a.Threshold <= 1) {
		return damaged("its intercept or threshold is out of range")
	}
	return a.Calibration.check()
}

func (f *Feature) check() error {
	switch {
	case f.Kind != numeric && f.Kind != categorical:
		return damaged("the feature %q is neither numeric nor categorical", f.Name)
	case !(f.SD > 0):
		return damaged("the feature %q has no standard deviation above 0", f.Name)
	case len(f.Levels) > maxFeatureLevel:
		return ErrTooLarge
	}
	weights := []float64{f.Weight}
	for k, l := range f.Levels {
		weights = append(weights, l.Weight)
		if (l.Text != nil) != (f.Kind == categorical) || (l.Number != nil) != (f.Kind == numeric) {
			return damaged("a level of the feature %q does not fit its kind", f.Name)
		}
		if k == 0 {
			continue
		}
		before := f.Levels[k-1]
		if l.Text != nil && *l.Text <= *before.Text || l.Number != nil && *l.Number <= *before.Number {
			return damaged("the levels of the feature %q are not in order", f.Name)
		}
	}
	for _, w := range []*float64{f.OtherWeight, f.MissingWeight} {
		if w != nil {
			weights = append(weights, *w)
		}
	}
	for _, w := range weights {
		if !small(w) {
			return damaged("a weight of the feature %q is out of range", f.Name)
		}
	}
	return nil
}

func (c *Calibration) check() error {
	n := len(c.Margins)
	switch {
	case n > maxPoints:
		return ErrTooLarge
	case c.Method != uncalibrated && c.Method != platt && c.Method != isotonic:
		return damaged("its calibration %q is unknown", c.Method)
	case len(c.Scores) != n || (n > 0) != (c.Method == isotonic):
		return damaged("its calibration has a wrong number of points")
	case !(c.Slope > 0) || !small(c.Slope) || !small(c.Intercept):
		return damaged("its calibration is out of range")
	}
	for k, s := range c.Scores {
		if !(s >= 0 && s <= 1) || math.Abs(c.Margins[k]) > math.MaxFloat64/2 ||
			k > 0 && (c.Margins[k] <= c.Margins[k-1] || s < c.Scores[k-1]) {
			return damaged("the points of its calibration do not rise")
		}
	}
	return nil
}

func small(x float64) bool { return math.Abs(x) <= maxNumber }

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
}
