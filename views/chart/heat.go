package chart

import (
	"fmt"
	"math"
	"time"

	"github.com/driftwatch/driftwatch/views/lang"
)

// HeatDay is the scores of one day.
type HeatDay struct {
	Date   time.Time
	Counts []int64  // per equally wide bin, see [Bins]; all zero or nil: no scores
	Mean   *float64 // nil where there is none
}

// Heat is the distribution of scores through time: a column for each day, darker
// where more of the day's scores lie, with the daily mean as a line.
type Heat struct {
	ID, Title        string // "score-days" and "Where the scores went, day by day" where empty
	Low, High        float64
	Span             Window
	Days             []HeatDay
	Baseline, Recent Window // marked under the plot; empty: not
	Threshold        *float64
	Events           []Event
}

const (
	heatHeight = 180.
	heatLevels = 8
)

// Draw implements [Chart].
func (in Heat) Draw(l lang.Lang) Drawing {
	w := words{l}
	in.Low, in.High = scoreRange(in.Low, in.High)
	days := sortedDays(in.Days, func(d HeatDay) time.Time { return d.Date })
	d := Drawing{
		name: or(in.ID, "score-days"), title: or(in.Title, w.T("Where the scores went, day by day")),
		lead: w.T("Each column is a day; the darker, the more of its scores lie there. The line is the mean."),
	}
	bins := 0
	for _, day := range days {
		if (Sample{Counts: day.Counts}).total() > 0 {
			bins = max(bins, len(day.Counts))
		}
	}
	if bins == 0 {
		d.empty = w.T("No scores in these days.")
		return d
	}
	a := newTimeAxis(in.Span, days[0].Date, days[len(days)-1].Date)
	most := in.most(days, bins)
	d.plots = []plot{{class: "plot tr", canvas: in.drawn(w, days, a, bins, most)}}
	d.keys = []key{{"heat", w.T("up to %s of a day’s scores", w.Percent(most, 0))}, {"mean", w.T("mean")}, {"gap", w.T("no scores")}}
	if at, ok := value(in.Threshold); ok {
		d.keys = append(d.keys, key{"ideal", w.T("decides at %s", w.Short(at, 4))})
	}
	if a.shows(in.Baseline) {
		d.keys = append(d.keys, key{"base bar", w.T("baseline window")})
	}
	if a.shows(in.Recent) {
		d.keys = append(d.keys, key{"recent bar", w.T("recent window")})
	}
	d.table = in.table(w, days, a, bins)
	return d
}

// most is the share that the darkest level begins under: the 98th part of a
// hundred, so that one odd day does not bleach the others.
func (in Heat) most(days []HeatDay, bins int) float64 {
	var all []float64
	for _, d := range days {
		for _, s := range (Sample{Counts: d.Counts}).shares(bins) {
			if s > 0 {
				all = append(all, s)
			}
		}
	}
	return max(quantile(all, .98), .02)
}

func (in Heat) y(score float64) float64 {
	return yScale{in.Low, in.High, heatHeight}.at(score)
}

func (in Heat) drawn(w words, days []HeatDay, a timeAxis, bins int, most float64) *canvas {
	c := newCanvas(heatHeight, in.finding(w, days))
	var levels [heatLevels + 1]path
	mean := trace{}
	var before time.Time
	for _, d := range days {
		shares := (Sample{Counts: d.Counts}).shares(bins)
		left, middle, right := a.day(d.Date)
		if !a.holds(d.Date) {
			continue
		}
		m, ok := value(d.Mean)
		if !ok || shares == nil || d.Date.Sub(before) > 36*time.Hour {
			mean.gap()
		}
		if shares == nil {
			c.band("gap", left, right)
			continue
		}
		if ok {
			mean.to(middle, in.y(m))
			before = d.Date
		}
		for i, s := range shares {
			level := min(int(math.Ceil(s/most*heatLevels-1e-9)), heatLevels)
			if level > 0 {
				tall := heatHeight / float64(bins)
				foot := heatHeight - float64(i)*tall
				levels[level] = append(levels[level], poly(left, foot, left, foot-tall, right, foot-tall, right, foot).closed()...)
			}
		}
	}
	mean.gap()
	paths := make([]classed, 0, heatLevels+3)
	for k := 1; k <= heatLevels; k++ {
		paths = append(paths, classed{fmt.Sprintf("q%d", k), levels[k]})
	}
	c.stretched(append(paths, classed{"qo", mean.path}, classed{"ql", mean.path}, c.axis())...)
	in.frame(c, w, a)
	for _, d := range days {
		if a.holds(d.Date) {
			left, _, right := a.day(d.Date)
			c.hover(left, right, w.Weekday(d.Date)+": "+in.hint(w, d))
		}
	}
	return c
}

// frame draws what stands around the columns.
func (in Heat) frame(c *canvas, w words, a timeAxis) {
	if at, ok := value(in.Threshold); ok {
		c.hline("qo", 0, 1, in.y(at)) // on dark columns the dashes need a light ground
		c.hline("id", 0, 1, in.y(at))
		drawGutter(c, []gutterLabel{{"k", w.Short(at, 4), in.y(at)}})
	}
	for _, span := range []struct {
		w     Window
		class string
	}{{in.Baseline, "br"}, {in.Recent, "ar"}} {
		if a.shows(span.w) {
			c.hline(span.class, a.x(span.w.From), a.x(span.w.To), heatHeight+3)
		}
	}
	drawEvents(c, w, in.Events, a)
	for i := range 5 {
		v := in.Low + (in.High-in.Low)*float64(i)/4
		c.left(in.y(v), w.Short(v, 3))
	}
	a.draw(c, w, heatHeight+20)
}

func (in Heat) hint(w words, d HeatDay) string {
	n := (Sample{Counts: d.Counts}).total()
	if n == 0 {
		return w.T("no scores")
	}
	s := w.N(n, "%d score", "%d scores")
	if m, ok := value(d.Mean); ok {
		s += ", " + w.T("mean %s", w.Fixed(m, 2))
	}
	return s
}

func (in Heat) finding(w words, days []HeatDay) string {
	s := w.T("Scores by day, %s to %s.", w.Day(days[0].Date), w.Day(days[len(days)-1].Date))
	var first, last *float64
	for _, d := range days {
		if _, ok := value(d.Mean); ok {
			if first == nil {
				first = d.Mean
			}
			last = d.Mean
		}
	}
	if first != nil {
		s += " " + w.T("The mean was %s on the first day and %s on the last.", w.Fixed(*first, 2), w.Fixed(*last, 2))
	}
	return s
}

func (in Heat) table(w words, days []HeatDay, a timeAxis, bins int) table {
	t := table{cols: []column{{head: w.T("Day"), key: "day"}, {head: w.T("Scores"), key: "n"}, {head: w.T("Mean"), key: "mean"}}}
	bin := Distribution{Low: in.Low, High: in.High}
	for i := range bins {
		from, _ := bin.edges(i, bins)
		t.cols = append(t.cols, column{head: bin.bin(w, i, bins), key: "share_from_" + machine(math.Round(from*1e6)/1e6), bulk: true})
	}
	for i := len(days) - 1; i >= 0; i-- {
		d := days[i]
		s := Sample{Counts: d.Counts}
		r := row{x: a.place(d.Date), plot: -1, cells: []cell{w.dayCell(d.Date), w.countCell(s.total()), w.fixedCell(d.Mean, 3)}}
		shares := s.shares(bins)
		for k := range bins {
			r.cells = append(r.cells, w.shareAt(shares, k))
		}
		t.rows = append(t.rows, r)
	}
	return t
}
