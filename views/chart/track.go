package chart

import (
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/views/lang"
)

// track is one line of the trend: D or p.
type track struct {
	words
	days  []TrendDay
	axis  timeAxis
	value func(TrendDay) *float64
	y     func(float64) float64
	text  func(float64) string
}

// draw puts cut-offs, line, points and the labels on the right onto c.
func (s track) draw(c *canvas, cuts []Cut, cutText func(float64) string, prefix string) {
	var labels []gutterLabel
	for _, cut := range cuts {
		if !lang.Finite(cut.Value) || cut.Severity.style().letter == "" {
			continue
		}
		at := s.y(cut.Value)
		if at < 0.5 {
			continue // beyond the top: the line would lie on the frame and say nothing
		}
		st := cut.Severity.style()
		c.hline(st.line, 0, 1, at)
		label := cut.Label
		if label == "" && prefix != "" {
			label = prefix + cutText(cut.Value)
		} else if label == "" {
			label = st.letter + "\u00a0" + cutText(cut.Value)
		}
		labels = append(labels, gutterLabel{st.label, label, at})
	}
	line := s.line()
	c.stretched(classed{"sr2", line}, c.axis())
	if last, ok := s.points(c); ok {
		labels = append(labels, last)
	}
	drawGutter(c, labels)
	for _, d := range s.days {
		if !s.axis.holds(d.Date) {
			continue
		}
		left, _, right := s.axis.day(d.Date)
		hint := s.Weekday(d.Date) + ": " + s.severity(Blind)
		if v, ok := value(s.value(d)); ok {
			hint = s.Weekday(d.Date) + ": " + s.text(v) + ", " + s.severity(d.Severity)
		}
		c.hover(left, right, hint)
	}
}

// line is the path through the days that have a value; a missing day breaks it.
func (s track) line() path {
	var t trace
	var before time.Time
	for _, d := range s.days {
		v, ok := value(s.value(d))
		if !ok || !s.axis.holds(d.Date) || d.Date.Sub(before) > 36*time.Hour {
			t.gap()
		}
		if ok && s.axis.holds(d.Date) {
			_, x, _ := s.axis.day(d.Date)
			t.to(x, s.y(v))
			before = d.Date
		}
	}
	t.gap()
	return t.path
}

// points draws a mark for each day by its severity, the last one larger, and returns the label of the last day's value.
func (s track) points(c *canvas) (gutterLabel, bool) {
	last, found := gutterLabel{}, false
	for i, d := range s.days {
		v, ok := value(s.value(d))
		if !ok || !s.axis.holds(d.Date) {
			continue
		}
		_, x, _ := s.axis.day(d.Date)
		r := 2.6
		if i == len(s.days)-1 {
			r = 4.5
			last, found = gutterLabel{d.Severity.style().label, tight(s.text(v)), s.y(v)}, true
		}
		drawSeverity(c, d.Severity, x, s.y(v), r)
	}
	return last, found
}

// drawSeverity draws a point: filled for CRITICAL, a diamond for HIGH, a pale
// ring for MEDIUM, hollow below, so that no two differ in colour alone.
func drawSeverity(c *canvas, s Severity, x, y, r float64) {
	if s == High {
		r *= 1.35
		c.mark(s.style().point, x, y, poly(0, -r, r, 0, 0, r, -r, 0).closed())
		return
	}
	c.dot(s.style().point, x, y, r)
}

// tight leaves the spaces of "9.1 × 10⁻³²" out: the gutter is narrow.
func tight(s string) string { return strings.ReplaceAll(s, "\u00a0", "") }

// gutterLabel is a label on the right at a height.
type gutterLabel struct {
	class, text string
	at          float64
}

// drawGutter writes labels on the right so that none covers another.
func drawGutter(c *canvas, labels []gutterLabel) {
	ys := make([]float64, len(labels))
	for i, l := range labels {
		ys[i] = l.at
	}
	spread(ys, 14, c.height)
	for i, l := range labels {
		c.right(l.class, ys[i], l.text)
	}
}
