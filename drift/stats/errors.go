package stats

import (
	"errors"
	"fmt"
	"math"
)

// Reasons for which a sample is refused. Test for them with [errors.Is].
var (
	// ErrEmpty: a sample without values.
	ErrEmpty = errors.New("the sample is empty")
	// ErrNaN: a value that is not a number, so that no order exists.
	ErrNaN = errors.New("the value is not a number")
	// ErrInfinite: an infinite value where sums or distances are asked for.
	ErrInfinite = errors.New("the value is infinite")
	// ErrRange: a value outside 0 to 1 where a score is expected.
	ErrRange = errors.New("the score is outside 0 to 1")
	// ErrLength: slices that belong together differ in length, or stored
	// values do not agree with the counts stored beside them.
	ErrLength = errors.New("lengths do not agree")
)

// SampleError says which sample was refused, at which index, and why.
type SampleError struct {
	Sample string  // "recent", "baseline", or "" where there is only one
	Index  int     // index of the first offending value, -1 if none is to blame
	Value  float64 // that value; 0 where Index is -1
	Reason error   // one of the Err values of this package
}

// Error says it in a sentence.
func (e *SampleError) Error() string {
	name := e.Sample
	if name != "" {
		name += " sample: "
	}
	if e.Index < 0 {
		return name + e.Reason.Error()
	}
	return fmt.Sprintf("%svalue %d (%v): %v", name, e.Index, e.Value, e.Reason)
}

// Unwrap returns the reason.
func (e *SampleError) Unwrap() error { return e.Reason }

const (
	nameRecent   = "recent"
	nameBaseline = "baseline"
)

// CheckFinite returns a [SampleError] for an empty sample and for the first
// value that is NaN or infinite, else nil. name goes into the error.
func CheckFinite(name string, xs []float64) error {
	if len(xs) == 0 {
		return &SampleError{Sample: name, Index: -1, Reason: ErrEmpty}
	}
	for i, x := range xs {
		if x-x == 0 { // false for NaN and for both infinities
			continue
		}
		reason := ErrInfinite
		if math.IsNaN(x) {
			reason = ErrNaN
		}
		return &SampleError{Sample: name, Index: i, Value: x, Reason: reason}
	}
	return nil
}

// checkPair applies CheckFinite to both samples.
func checkPair(recent, baseline []float64) error {
	if err := CheckFinite(nameRecent, recent); err != nil {
		return err
	}
	return CheckFinite(nameBaseline, baseline)
}
