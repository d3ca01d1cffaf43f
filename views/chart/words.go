package chart

import (
	"strconv"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/views/format"
	"github.com/driftwatch/driftwatch/views/lang"
)

// words writes the text of a chart in the reader's language; what programs
// read (CSV, attributes) never passes through it.
type words struct{ lang.Lang }

func (w words) fixed(v float64, decimals int) string   { return format.Fixed(v, decimals) }
func (w words) short(v float64, digits int) string     { return format.Short(v, digits) }
func (w words) count(n int64) string                   { return format.Count(n) }
func (w words) percent(v float64, decimals int) string { return format.Percent(v, decimals) }
func (w words) pvalue(v float64) string                { return format.P(v) }
func (w words) date(t time.Time) string                { return format.Day(t) }
func (w words) month(t time.Time) string               { return t.Format("Jan 2006") }
func (w words) weekday(t time.Time) string             { return format.Weekday(t) }
func (w words) instant(t time.Time) string             { return format.WeekdayClock(t.UTC()) }

func (w words) percentRange(low, high float64, decimals int) string {
	return format.PercentRange(low, high, decimals)
}

// axisPercent writes a tick of a percent axis.
func (w words) axisPercent(v float64) string {
	if v == 0 {
		return "0"
	}
	return w.short(v*100, 4) + "\u00a0%"
}

// severity is how a severity is written in a sentence or table.
func (w words) severity(s Severity) string {
	if s == Blind {
		return w.T("not judged")
	}
	return string(s)
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
	if !format.Finite(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
