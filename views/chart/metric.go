package chart

import (
	"time"

	"github.com/driftwatch/driftwatch/views/lang"
)

// MetricDay is a metric of one day; Value is nil where the day had too few
// outcomes to compute it.
type MetricDay struct {
	Date      time.Time
	N         int64 // predictions with an outcome
	Value     *float64
	Low, High *float64 // its 95 % interval where one is defined
	Pooled    *float64 // the metric of the window that ends with this day
}

// Metric is one metric of the daily rows: accuracy, precision, recall, F1, the
// areas under curves, calibration. It draws a point for each day, its band, and
// under each point how many outcomes it stands on.
type Metric struct {
	ID, Title, Lead  string
	Help             string // the number's anchor on the page that explains numbers; empty: ID
	Percent          bool   // fractions shown as percent, else as plain numbers
	LowerIsBetter    bool   // Brier score, ECE: the axis begins at 0
	Wide             bool   // a chart of its own, not one of many
	Span             Window
	Days             []MetricDay
	Baseline, Recent Window   // shaded; empty: not
	Reference        *float64 // the baseline's value, a line across
	Cuts             []Cut
	Events           []Event
	PooledDays       int // how many days Pooled pools; 0: there is no such line
	Note             string
}

const (
	metricHeight = 96
	wideHeight   = 190
)

// Draw implements [Chart].
func (in Metric) Draw(l lang.Lang) Drawing {
	w := words{l}
	d := Drawing{name: or(in.ID, "metric"), help: or(in.Help, in.ID), title: or(in.Title, w.T("Metric by day")), lead: in.Lead, note: in.Note}
	if in.LowerIsBetter {
		d.lead = joined(d.lead, w.T("Lower is better."))
	}
	days := sortedDays(in.Days, func(d MetricDay) time.Time { return d.Date })
	day := in.daily(w, days)
	shown := 0
	for _, p := range day.days {
		if p.known() {
			shown++
		}
	}
	if shown == 0 {
		d.empty = w.T("No day in this span has enough outcomes to compute it.")
		return d
	}
	day.axis = day.over(in.Span)
	day.axis.sparse = !in.Wide
	class, height := "plot slim", float64(metricHeight)
	if in.Wide {
		class, height = "plot deep", wideHeight
	}
	day.y = day.fit(height, in.LowerIsBetter, in.Percent)
	d.plots = []plot{{class: class, canvas: day.draw(in.finding(w, days, d.title, shown))}}
	if in.Wide {
		d.keys = day.keys(in.PooledDays)
	}
	d.table = in.table(w, days, day, d.title)
	return d
}

func (in Metric) daily(w words, days []MetricDay) daily {
	d := daily{
		words: w, baseline: in.Baseline, recent: in.Recent, reference: in.Reference, cuts: in.Cuts, events: in.Events,
		pooled: in.PooledDays > 0, tick: func(v float64) string { return w.Short(v, 3) }, text: func(v float64) string { return w.Fixed(v, 3) },
	}
	if in.Percent {
		d.tick, d.text = w.axisPercent, func(v float64) string { return w.Percent(v, 1) }
	}
	for _, day := range days {
		p := dayPoint{date: day.Date, n: day.N, value: day.Value, low: day.Low, high: day.High, pool: day.Pooled}
		p.gap = w.T("no outcomes")
		if day.N > 0 {
			p.gap = w.T("too few outcomes")
		}
		said := p.gap
		if v, ok := value(day.Value); ok {
			said = d.text(v)
		}
		p.hint = w.Weekday(day.Date) + ": " + said + ", n " + w.Count(day.N)
		d.days = append(d.days, p)
	}
	return d
}

// keys are the legend of a wide chart.
func (d daily) keys(pool int) []key {
	keys := []key{{"day", d.T("day")}}
	for _, p := range d.days {
		if _, ok := value(p.low); ok {
			keys = append(keys, key{"band", d.T("%s interval", d.Percent(.95, 0))})
			break
		}
	}
	if pool > 0 {
		keys = append(keys, key{"line", d.N(int64(pool), "%d day pooled", "%d days pooled")})
	}
	if d.axis.shows(d.baseline) {
		keys = append(keys, key{"win", d.T("baseline window")})
	}
	if d.axis.shows(d.recent) {
		keys = append(keys, key{"win2", d.T("recent window")})
	}
	if d.hasGaps() {
		keys = append(keys, key{"gap", d.T("not judged")})
	}
	return append(keys, key{"count", d.T("outcomes a day")})
}

func (in Metric) finding(w words, days []MetricDay, title string, shown int) string {
	var last MetricDay
	for _, d := range days {
		if _, ok := value(d.Value); ok {
			last = d
		}
	}
	text := w.Fixed
	decimals := 3
	if in.Percent {
		text, decimals = w.Percent, 1
	}
	v, _ := value(last.Value)
	s := w.T("%s by day: %s of %s days have a value, the last %s on %s.", title, w.Count(int64(shown)), w.Count(int64(len(days))), text(v, decimals), w.Day(last.Date))
	if v, ok := value(in.Reference); ok {
		s += " " + w.T("Baseline %s.", text(v, decimals))
	}
	return s
}

func (in Metric) table(w words, days []MetricDay, day daily, title string) table {
	t := table{cols: []column{{head: w.T("Day"), key: "day"}, {head: "n", key: "n"}, {head: title, key: "value"}}}
	number := func(p *float64) cell {
		if in.Percent {
			return w.percentCell(p)
		}
		return w.fixedCell(p, 3)
	}
	bands, pools := false, in.PooledDays > 0
	for _, d := range days {
		bands = bands || d.Low != nil
	}
	if bands {
		t.cols = append(t.cols, column{head: w.T("%s from", w.Percent(.95, 0)), key: "low"}, column{head: w.T("%s to", w.Percent(.95, 0)), key: "high"})
	}
	if pools {
		t.cols = append(t.cols, column{head: w.N(int64(in.PooledDays), "%d day pooled", "%d days pooled"), key: "pooled"})
	}
	if len(in.Events) > 0 {
		t.cols = append(t.cols, column{head: w.T("Events"), key: "events"})
	}
	for i := len(days) - 1; i >= 0; i-- {
		d := days[i]
		r := row{x: day.axis.place(d.Date), plot: -1, cells: []cell{w.dayCell(d.Date), w.countCell(d.N), number(d.Value)}}
		if bands {
			r.cells = append(r.cells, number(d.Low), number(d.High))
		}
		if pools {
			r.cells = append(r.cells, number(d.Pooled))
		}
		if len(in.Events) > 0 {
			r.cells = append(r.cells, plain(eventsOf(in.Events, d.Date)))
		}
		t.rows = append(t.rows, r)
	}
	return t
}

// place is where a day's row is drawn; below 0 where it is not in view.
func (a timeAxis) place(t time.Time) float64 {
	if !a.holds(t) {
		return -1
	}
	_, x, _ := a.day(t)
	return x
}
