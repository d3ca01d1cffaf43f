package chart

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/views/format"
)

// TrendDay is one statistical check.
type TrendDay struct {
	Date     time.Time // the day it ran on
	D, P     *float64  // nil where it could not judge
	Severity Severity
}

// Trend is the input of [DriftTrend].
type Trend struct {
	ID    string // "trend" where empty
	Title string // "How long it has been coming" where empty
	Lead  string // a sentence of the caller's, after how to read it
	Span  Window // the days to show; empty: those of Days
	Days  []TrendDay
	DCuts []Cut  // D at which each severity begins for these n
	PCuts []Cut  // the p-values of the rule
	Note  string // under the plots: "n 336 against 1,440 each day"
}

const trendHeight = 104

// DriftTrend draws D and below it p of each day's check against their
// cut-offs. p stands on a root-log axis on which worse is up.
func DriftTrend(in Trend) templ.Component {
	days := sortedDays(in.Days, func(d TrendDay) time.Time { return d.Date })
	f := figure{
		id:    or(in.ID, "trend"),
		title: or(in.Title, "How long it has been coming"),
		lead:  "D and p of each day’s check.",
		note:  in.Note,
	}
	if in.Lead != "" {
		f.lead += " " + in.Lead
	}
	if len(days) == 0 {
		f.empty = "No statistical check has run in these days."
		return frame(f)
	}
	a := newTimeAxis(in.Span, days[0].Date, days[len(days)-1].Date)
	f.plots = []plot{{"plot tr tight", drawD(in, days, a)}, {"plot tr", drawP(in, days, a)}}
	f.keys = []key{{"line", "each day’s check"}}
	if blindSpans(days, a) != nil {
		f.keys = append(f.keys, key{"gap", "not judged"})
	}
	f.table = trendTable(days)
	return frame(f)
}

func drawD(in Trend, days []TrendDay, a timeAxis) string {
	highest := .02
	for _, d := range days {
		if v, ok := value(d.D); ok {
			highest = max(highest, v)
		}
	}
	for _, cut := range in.DCuts {
		if format.Finite(cut.Value) && cut.Value <= 1 && cut.Value < highest*3 {
			highest = max(highest, cut.Value)
		}
	}
	y := yScale{0, min(top(highest, .02, 2), 1), trendHeight}
	c := newCanvas(trendHeight, "D by day. "+trendFinding(days, func(d TrendDay) *float64 { return d.D }, func(v float64) string { return format.Fixed(v, 3) }))
	drawBlind(c, days, a)
	for _, t := range []float64{y.high / 2, y.high} {
		c.hline("g", 0, 1, y.at(t))
	}
	series := track{
		days: days, axis: a, value: func(d TrendDay) *float64 { return d.D }, y: y.at,
		text: func(v float64) string { return format.Fixed(v, 3) },
	}
	series.draw(c, in.DCuts, func(cut Cut) string { return format.Fixed(cut.Value, 3) }, "")
	for _, t := range []float64{0, y.high / 2, y.high} {
		c.left(y.at(t), format.Short(t, 3))
	}
	c.text("k", 0, 0, -8, "D")
	return c.close()
}

func drawP(in Trend, days []TrendDay, a timeAxis) string {
	worst := 4.
	for _, d := range days {
		if v, ok := value(d.P); ok {
			worst = max(worst, exponent(v))
		}
	}
	y := newRootLog(worst, trendHeight)
	c := newCanvas(trendHeight, "p by day on a logarithmic axis, worse is up. "+trendFinding(days, func(d TrendDay) *float64 { return d.P }, format.P))
	drawBlind(c, days, a)
	for _, share := range []float64{.5, 1} {
		c.hline("g", 0, 1, trendHeight*(1-share))
	}
	series := track{days: days, axis: a, value: func(d TrendDay) *float64 { return d.P }, y: y.at, text: format.P}
	series.draw(c, in.PCuts, func(cut Cut) string { return format.Short(cut.Value, 3) }, "p <\u00a0")
	c.left(trendHeight, "1")
	c.left(trendHeight/2, format.Power(-int(y.worst/4)))
	c.left(0, format.Power(-int(y.worst)))
	c.text("k", 0, 0, -8, "p, worse is up")
	a.draw(c, trendHeight+17)
	return c.close()
}

// track is one line of the trend: D or p.
type track struct {
	days  []TrendDay
	axis  timeAxis
	value func(TrendDay) *float64
	y     func(float64) float64
	text  func(float64) string
}

// draw puts cut-offs, line, points and the labels on the right onto c.
func (s track) draw(c *canvas, cuts []Cut, cutText func(Cut) string, prefix string) {
	var labels []gutterLabel
	for _, cut := range cuts {
		if !format.Finite(cut.Value) || cut.Severity.style().letter == "" {
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
			label = prefix + cutText(cut)
		} else if label == "" {
			label = st.letter + "\u00a0" + cutText(cut)
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
		hint := format.Weekday(d.Date) + ": not judged"
		if v, ok := value(s.value(d)); ok {
			hint = format.Weekday(d.Date) + ": " + s.text(v) + ", " + d.Severity.word()
		}
		c.hover(left, right, hint)
	}
}

// line is the path through the days that have a value; a missing day breaks it.
func (s track) line() string {
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
	return t.String()
}

// points draws a circle for each day in the colour of its severity, the last
// one larger, and returns the label of the last day's value.
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
		c.dot(d.Severity.style().point, x, s.y(v), r)
	}
	return last, found
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

// blindSpans are the stretches of days that were not judged.
func blindSpans(days []TrendDay, a timeAxis) (out []Window) {
	for _, d := range days {
		if _, ok := value(d.D); ok || !a.holds(d.Date) {
			continue
		}
		next := d.Date.AddDate(0, 0, 1)
		if n := len(out); n > 0 && out[n-1].To.Equal(d.Date) {
			out[n-1].To = next
			continue
		}
		out = append(out, Window{d.Date, next})
	}
	return out
}

func drawBlind(c *canvas, days []TrendDay, a timeAxis) {
	for _, w := range blindSpans(days, a) {
		left, _, _ := a.day(w.From)
		right := a.x(w.To)
		c.band("gap", left, right)
		if right-left > .12 {
			class := "x gt"
			if right-left < .35 {
				class += " t2"
			}
			c.text(class, (left+right)/2, 0, c.height-8, "not judged")
		}
	}
}

func trendFinding(days []TrendDay, get func(TrendDay) *float64, text func(float64) string) string {
	first, last := days[0], days[len(days)-1]
	s := fmt.Sprintf("%s from %s to %s", format.Plural(int64(len(days)), "check", "checks"), format.Day(first.Date), format.Day(last.Date))
	if v, ok := value(get(last)); ok {
		s += ", the last " + text(v) + ", " + last.Severity.word()
	} else {
		s += ", the last not judged"
	}
	for _, sev := range []Severity{Critical, High} {
		if i := slices.IndexFunc(days, func(d TrendDay) bool { return d.Severity == sev }); i >= 0 {
			return s + "; first " + sev.word() + " on " + format.Day(days[i].Date) + "."
		}
	}
	return s + "; never above MEDIUM."
}

func trendTable(days []TrendDay) table {
	t := table{head: []string{"Check of", "D", "p", "Severity"}}
	for i := len(days) - 1; i >= 0; i-- {
		d := days[i]
		t.rows = append(t.rows, []string{format.Weekday(d.Date), format.Fixed(format.Value(d.D), 3), format.P(format.Value(d.P)), d.Severity.word()})
	}
	return t
}

// sortedDays is a copy of days in the order of their dates, at midnight UTC.
func sortedDays[T any](days []T, date func(T) time.Time) []T {
	out := slices.Clone(days)
	slices.SortStableFunc(out, func(a, b T) int { return date(a).Compare(date(b)) })
	return out
}
