package chart

import (
	"math"
	"time"

	"github.com/driftwatch/driftwatch/views/lang"
)

// Severity is a check's severity by its name in reports. Blind, the empty
// value, is a check that could not judge.
type Severity string

// The severities, worst last.
const (
	Blind    Severity = ""
	None     Severity = "NONE"
	Medium   Severity = "MEDIUM"
	High     Severity = "HIGH"
	Critical Severity = "CRITICAL"
)

// Cut is a cut-off: a value on the y axis from which a severity applies.
type Cut struct {
	Severity Severity
	Value    float64
	Label    string // empty: the severity's letter and the value
}

// Event is something that happened on a chart's time axis: an alert, an
// activation, a rollback, a changed setting, a note on the model.
type Event struct {
	At    time.Time
	Label string // one or two words; a long one is cut, in full on hover
}

// Window is a half-open span [From, To) of whole days that a check looked at.
type Window struct {
	From, To time.Time
}

func (w Window) empty() bool { return !w.To.After(w.From) }

// style are the classes that belong to a severity: of a point, a cut-off line
// and a label.
type style struct{ point, line, label, letter string }

func (s Severity) style() style {
	switch s {
	case Critical:
		return style{"pc", "zc", "cc", "C"}
	case High:
		return style{"ph2", "zh", "hh", "H"}
	case Medium:
		return style{"pm", "zm", "mm", "M"}
	default:
		return style{"pn", "g", "k", ""}
	}
}

// value returns what p points to and whether it can be drawn.
func value(p *float64) (float64, bool) {
	if p == nil || !lang.Finite(*p) {
		return 0, false
	}
	return min(max(*p, -widest), widest), true
}

// scoreRange is the range of a score axis, 0 to 1 where the given one cannot be
// drawn.
func scoreRange(low, high float64) (float64, float64) {
	if !(high > low) || !(math.Abs(low) <= widest && math.Abs(high) <= widest) {
		return 0, 1
	}
	return low, high
}
