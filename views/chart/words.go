package chart

import (
	"strconv"
	"strings"

	"github.com/driftwatch/driftwatch/views/lang"
)

// words writes the text of a chart in the reader's language; what programs
// read (CSV, attributes) never passes through it.
type words struct{ lang.Lang }

// axisPercent writes a tick of a percent axis.
func (w words) axisPercent(v float64) string {
	if v == 0 {
		return "0"
	}
	return w.Short(v*100, 4) + "\u00a0%"
}

// severity is how a severity is written in a sentence or table.
func (w words) severity(s Severity) string {
	switch s {
	case Critical:
		return w.T("CRITICAL")
	case High:
		return w.T("HIGH")
	case Medium:
		return w.T("MEDIUM")
	case None:
		return w.T("NONE")
	}
	return w.T("not judged")
}

// or returns first, or second where first is empty.
func or(first, second string) string {
	if first != "" {
		return first
	}
	return second
}

func joined(parts ...string) string {
	out := parts[:0:0]
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, " ")
}

// machine writes a number for programs: the shortest text that reads back as
// the same number, a point before the decimals.
func machine(v float64) string {
	if !lang.Finite(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
