package chart

import (
	"fmt"
	"math"
	"time"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/views/format"
)

// MetricDay is a metric of one day; Value is nil where the day had too few
// outcomes to compute it.
type MetricDay struct {
	Date  time.Time
	N     int64 // predictions with an outcome
	Value *float64
}

// Metric is the input of [MetricByDay]: one metric of the daily rows.
type Metric struct {
	ID, Title, Lead string
	Percent         bool // fractions shown as percent, else as plain numbers
	LowerIsBetter   bool // Brier score, ECE: the axis begins at 0
	Span            Window
	Days            []MetricDay
	Events          []Event
}

const (
	metricHeight = 96
	countHeight  = 16 // the strip of n under the points
	countTop     = metricHeight + 8
)

// MetricByDay draws one metric as a line with a point for each day, and under
// each point how many outcomes it stands on.
func MetricByDay(in Metric) templ.Component {
	days := sortedDays(in.Days, func(d MetricDay) time.Time { return d.Date })
	f := figure{id: or(in.ID, "metric"), title: or(in.Title, "Metric by day"), lead: in.Lead}
	if in.LowerIsBetter {
		f.lead = joined(f.lead, "Lower is better.")
	}
	shown := 0
	for _, d := range days {
		if _, ok := value(d.Value); ok {
			shown++
		}
	}
	if shown == 0 {
		f.empty = "No day in this span has enough outcomes to compute it."
		return frame(f)
	}
	a := newTimeAxis(in.Span, days[0].Date, days[len(days)-1].Date)
	f.plots = []plot{{"plot slim", drawMetric(in, days, a)}}
	f.table = table{head: []string{"Day", "n", in.Title}}
	for i := len(days) - 1; i >= 0; i-- {
		f.table.rows = append(f.table.rows, []string{format.Weekday(days[i].Date), format.Count(days[i].N), in.text(days[i].Value)})
	}
	return frame(f)
}

func drawMetric(in Metric, days []MetricDay, a timeAxis) string {
	y := in.scale(days)
	c := newCanvas(metricHeight, in.finding(days))
	levels := ticks(y.low, y.high, 4)
	for _, t := range levels {
		c.hline("g", 0, 1, y.at(t))
	}
	line, counts, most := metricPaths(days, a, y)
	c.stretched(classed{"sr2", line}, classed{"nb", counts}, c.axis())
	for _, d := range days {
		if v, ok := value(d.Value); ok && a.holds(d.Date) {
			_, x, _ := a.day(d.Date)
			c.dot("dot", x, y.at(v), 2)
		}
	}
	drawEvents(c, in.Events, a)
	for _, t := range levels {
		if in.Percent {
			c.left(y.at(t), axisPercent(t))
		} else {
			c.left(y.at(t), format.Short(t, 3))
		}
	}
	c.left(countTop+countHeight/2, "n")
	if most > 0 {
		c.text("", 1, 4, countTop+8, format.Count(most))
	}
	a.draw(c, countTop+countHeight+16)
	for _, d := range days {
		if a.holds(d.Date) {
			left, _, right := a.day(d.Date)
			c.hover(left, right, fmt.Sprintf("%s: %s, n %s", format.Weekday(d.Date), in.text(d.Value), format.Count(d.N)))
		}
	}
	return c.close()
}

// metricPaths gives the line, the bars of n and the largest n.
func metricPaths(days []MetricDay, a timeAxis, y yScale) (line, counts string, most int64) {
	for _, d := range days {
		if a.holds(d.Date) {
			most = max(most, d.N)
		}
	}
	var t, bars trace
	var before time.Time
	width := min(.7/float64(a.days), .012)
	for _, d := range days {
		v, ok := value(d.Value)
		if !ok || !a.holds(d.Date) || d.Date.Sub(before) > 36*time.Hour {
			t.gap()
		}
		if !a.holds(d.Date) {
			continue
		}
		_, x, _ := a.day(d.Date)
		if ok {
			t.to(x, y.at(v))
			before = d.Date
		}
		if d.N > 0 {
			tall := max(1, countHeight*float64(d.N)/float64(most))
			fmt.Fprintf(&bars.b, "M%s %sh%sv-%sh-%sz", num((x-width/2)*span), num(countTop+countHeight), num(width*span), num(tall), num(width*span))
		}
	}
	t.gap()
	return t.String(), bars.String(), most
}

// scale fits the axis: percents end at 100 % or where the data does, and what
// should be low begins at 0.
func (in Metric) scale(days []MetricDay) yScale {
	low, high, first := 0., 0., true
	for _, d := range days {
		v, ok := value(d.Value)
		if !ok {
			continue
		}
		if first {
			low, high, first = v, v, false
		}
		low, high = min(low, v), max(high, v)
	}
	low, high = max(low, -widest), min(high, widest)
	if in.LowerIsBetter {
		return yScale{min(low, 0), top(high, .04, 4), metricHeight}
	}
	step := roundStep(max(high-low, .1) / 4)
	bottom := step * math.Floor(low/step+1e-9)
	upper := bottom + step*max(4, math.Ceil((high-bottom)/step-1e-9))
	if high <= 1 {
		upper = min(upper, 1)
	}
	return yScale{bottom, upper, metricHeight}
}

func (in Metric) text(p *float64) string {
	v, ok := value(p)
	switch {
	case !ok:
		return format.Missing
	case in.Percent:
		return format.Percent(v, 1)
	default:
		return format.Fixed(v, 3)
	}
}

func (in Metric) finding(days []MetricDay) string {
	shown, last := 0, MetricDay{}
	for _, d := range days {
		if _, ok := value(d.Value); ok {
			shown, last = shown+1, d
		}
	}
	return fmt.Sprintf("%s by day, %s of %s with a value, the last %s on %s.", or(in.Title, "Metric"),
		format.Count(int64(shown)), format.Plural(int64(len(days)), "day", "days"), in.text(last.Value), format.Day(last.Date))
}

func joined(a, b string) string {
	if a == "" {
		return b
	}
	return a + " " + b
}
