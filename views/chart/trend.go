package chart

import (
	"slices"
	"time"

	"github.com/driftwatch/driftwatch/views/lang"
)

// TrendDay is one statistical check.
type TrendDay struct {
	Date     time.Time // the day it ran on
	D, P     *float64  // nil where it could not judge
	Severity Severity
}

// Trend is D and below it p of each day's check against their cut-offs. p
// stands on a root-log axis on which worse is up, so that a slow slide is seen
// before it crosses.
type Trend struct {
	ID    string // "trend" where empty
	Title string // "How long it has been coming" where empty
	Lead  string // a sentence of the caller's, after how to read it
	Span  Window // the days to show; empty: those of Days
	Days  []TrendDay
	DCuts []Cut  // D at which each severity begins for these n
	PCuts []Cut  // the p-values of the rule
	Note  string // under the plots: "n 336 against 1,440 each day"
	// Events stand on both plots, their words on the upper one.
	Events []Event
}

const trendHeight = 104

// Draw implements [Chart].
func (in Trend) Draw(l lang.Lang) Drawing {
	w := words{l}
	days := sortedDays(in.Days, func(d TrendDay) time.Time { return d.Date })
	d := Drawing{
		name: or(in.ID, "trend"), help: "p", title: or(in.Title, w.T("How long it has been coming")),
		lead: joined(w.T("D and p of each day’s check."), in.Lead), note: in.Note,
	}
	if len(days) == 0 {
		d.empty = w.T("No statistical check has run in these days.")
		return d
	}
	a := newTimeAxis(in.Span, days[0].Date, days[len(days)-1].Date)
	d.plots = []plot{{class: "plot tight", canvas: in.drawD(w, days, a)}, {class: "plot tr", canvas: in.drawP(w, days, a)}}
	d.keys = []key{{"line", w.T("each day’s check")}, {"critical", w.severity(Critical)}, {"high", w.severity(High)}, {"medium", w.severity(Medium)}}
	if blindSpans(days, a) != nil {
		d.keys = append(d.keys, key{"gap", w.T("not judged")})
	}
	d.table = in.table(w, days, a)
	return d
}

func (in Trend) drawD(w words, days []TrendDay, a timeAxis) *canvas {
	highest := .02
	for _, d := range days {
		if v, ok := value(d.D); ok {
			highest = max(highest, v)
		}
	}
	for _, cut := range in.DCuts {
		if lang.Finite(cut.Value) && cut.Value <= 1 && cut.Value < highest*3 {
			highest = max(highest, cut.Value)
		}
	}
	y := yScale{0, min(top(highest, .02, 2), 1), trendHeight}
	text := func(v float64) string { return w.Fixed(v, 3) }
	get := func(d TrendDay) *float64 { return d.D }
	c := newCanvas(trendHeight, joined(w.T("D by day."), trendFinding(w, days, get, text)))
	drawBlind(c, w, days, a)
	for _, t := range []float64{y.high / 2, y.high} {
		c.hline("g", 0, 1, y.at(t))
	}
	series := track{words: w, days: days, axis: a, value: get, y: y.at, text: text}
	series.draw(c, in.DCuts, text, "")
	drawEvents(c, w, in.Events, a)
	for _, t := range []float64{0, y.high / 2, y.high} {
		c.left(y.at(t), w.Short(t, 3))
	}
	c.text("k e", 0, -8, -8, "D")
	return c
}

func (in Trend) drawP(w words, days []TrendDay, a timeAxis) *canvas {
	worst := 4.
	for _, d := range days {
		if v, ok := value(d.P); ok {
			worst = max(worst, exponent(v))
		}
	}
	y := newRootLog(worst, trendHeight)
	get := func(d TrendDay) *float64 { return d.P }
	c := newCanvas(trendHeight, joined(w.T("p by day on a logarithmic axis, worse is up."), trendFinding(w, days, get, w.P)))
	drawBlind(c, w, days, a)
	for _, share := range []float64{.5, 1} {
		c.hline("g", 0, 1, trendHeight*(1-share))
	}
	series := track{words: w, days: days, axis: a, value: get, y: y.at, text: w.P}
	series.draw(c, in.PCuts, func(v float64) string { return w.Short(v, 3) }, "p <\u00a0")
	for _, e := range in.Events {
		if a.holds(e.At) {
			c.vline("ev", a.x(e.At), 0, c.height)
		}
	}
	c.left(trendHeight, "1")
	c.left(trendHeight/2, lang.Power(-int(y.worst/4)))
	c.left(0, lang.Power(-int(y.worst)))
	c.text("k", 0, 0, -8, w.T("p, worse is up"))
	a.draw(c, w, trendHeight+17)
	return c
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

func drawBlind(c *canvas, w words, days []TrendDay, a timeAxis) {
	for _, span := range blindSpans(days, a) {
		left, _, _ := a.day(span.From)
		right := min(a.x(span.To), 1)
		left = max(left, 0)
		c.band("gap", left, right)
		drawGapName(c, left, right, w.T("not judged"))
	}
}

func trendFinding(w words, days []TrendDay, get func(TrendDay) *float64, text func(float64) string) string {
	first, last := days[0], days[len(days)-1]
	s := w.N(int64(len(days)), "%d check from %s to %s", "%d checks from %s to %s", w.Day(first.Date), w.Day(last.Date))
	if v, ok := value(get(last)); ok {
		s += ", " + w.T("the last %s, %s", text(v), w.severity(last.Severity))
	} else {
		s += ", " + w.T("the last not judged")
	}
	for _, sev := range []Severity{Critical, High} {
		if i := slices.IndexFunc(days, func(d TrendDay) bool { return d.Severity == sev }); i >= 0 {
			return s + "; " + w.T("first %s on %s.", w.severity(sev), w.Day(days[i].Date))
		}
	}
	return s + "; " + w.T("never above MEDIUM.")
}

func (in Trend) table(w words, days []TrendDay, a timeAxis) table {
	t := table{cols: []column{{head: w.T("Check of"), key: "day"}, {head: "D", key: "d"}, {head: "p", key: "p"}, {head: w.T("Severity"), key: "severity"}}}
	if len(in.Events) > 0 {
		t.cols = append(t.cols, column{head: w.T("Events"), key: "events"})
	}
	for i := len(days) - 1; i >= 0; i-- {
		d := days[i]
		r := row{x: a.place(d.Date), plot: -1, cells: []cell{w.dayCell(d.Date), w.fixedCell(d.D, 3), w.pCell(d.P), w.severityCell(d.Severity)}}
		if len(in.Events) > 0 {
			r.cells = append(r.cells, plain(eventsOf(in.Events, d.Date)))
		}
		t.rows = append(t.rows, r)
	}
	return t
}
