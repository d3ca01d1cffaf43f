package chart

import (
	"fmt"
	"time"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/views/format"
)

// AccuracyDay is one day of predictions and what came of them.
type AccuracyDay struct {
	Date        time.Time
	Predictions int64    // made on the day
	N, Right    int64    // with an outcome, and of those right
	Low, High   *float64 // the day's 95 % Wilson interval
	Pooled      *float64 // accuracy of the window that ends with this day
}

func (d AccuracyDay) accuracy() (float64, bool) {
	if d.N <= 0 {
		return 0, false
	}
	return min(max(float64(d.Right)/float64(d.N), 0), 1), true
}

// Accuracy is the input of [AccuracyByDay].
type Accuracy struct {
	ID, Title, Lead  string // "accuracy", "Accuracy by day", how to read it
	Span             Window // the days to show; empty: those of Days
	Days             []AccuracyDay
	Baseline, Recent Window   // shaded; empty: not
	Reference        *float64 // the baseline's accuracy, a line across
	Cuts             []Cut    // accuracies at which severities begin, from the baseline's end on
	Events           []Event
	PooledDays       int // how many days the line pools; 7 where 0
	Note             string
}

const accuracyHeight = 190

// AccuracyByDay draws each day's accuracy as a circle with its Wilson band and
// the pooled accuracy that a check compares as a line. Days without outcomes
// break both and are named.
func AccuracyByDay(in Accuracy) templ.Component {
	days := sortedDays(in.Days, func(d AccuracyDay) time.Time { return d.Date })
	pooled := in.PooledDays
	if pooled <= 0 {
		pooled = 7
	}
	f := figure{
		id:    or(in.ID, "accuracy"),
		title: or(in.Title, "Accuracy by day"),
		lead:  or(in.Lead, fmt.Sprintf("Circles are days, the line is the last %d days pooled, which is what the check compares.", pooled)),
		note:  in.Note,
	}
	if len(days) == 0 {
		f.empty = "No predictions in these days."
		return frame(f)
	}
	a := newTimeAxis(in.Span, days[0].Date, days[len(days)-1].Date)
	f.keys = []key{{"day", "day"}, {"band", "95 % Wilson"}, {"line", fmt.Sprintf("%d days pooled", pooled)}}
	if !in.Baseline.empty() {
		f.keys = append(f.keys, key{"win", "baseline window"})
	}
	if !in.Recent.empty() {
		f.keys = append(f.keys, key{"win2", "recent window"})
	}
	f.plots = []plot{{"plot tr", drawAccuracy(in, days, a)}}
	f.table = accuracyTable(days, pooled)
	return frame(f)
}

func drawAccuracy(in Accuracy, days []AccuracyDay, a timeAxis) string {
	y := yScale{accuracyFloor(in, days), 1, accuracyHeight}
	c := newCanvas(accuracyHeight, accuracyFinding(in, days))
	if !in.Baseline.empty() {
		c.band("win", a.x(in.Baseline.From), a.x(in.Baseline.To))
	}
	if !in.Recent.empty() {
		c.band("win2", a.x(in.Recent.From), a.x(in.Recent.To))
	}
	levels := ticks(y.low, 1, 5)
	for _, t := range levels {
		c.hline("g", 0, 1, y.at(t))
	}
	drawGaps(c, days, a)
	labels := drawReference(c, in, a, y)
	c.stretched(append(accuracyPaths(days, a, y), c.axis())...)
	for _, d := range days {
		if v, ok := d.accuracy(); ok && a.holds(d.Date) {
			_, x, _ := a.day(d.Date)
			c.dot("dot", x, y.at(v), 2.2)
		}
	}
	drawEvents(c, in.Events, a)
	drawGutter(c, labels)
	for _, t := range levels {
		c.left(y.at(t), axisPercent(t))
	}
	a.draw(c, accuracyHeight+17)
	for _, d := range days {
		if a.holds(d.Date) {
			left, _, right := a.day(d.Date)
			c.hover(left, right, d.hint())
		}
	}
	return c.close()
}

// accuracyFloor is the bottom of the axis: a tenth that leaves nothing below.
func accuracyFloor(in Accuracy, days []AccuracyDay) float64 {
	lowest := .5
	for _, d := range days {
		if v, ok := d.accuracy(); ok {
			lowest = min(lowest, v)
		}
		for _, p := range []*float64{d.Low, d.Pooled} {
			if v, ok := value(p); ok {
				lowest = min(lowest, v)
			}
		}
	}
	for _, cut := range in.Cuts {
		if format.Finite(cut.Value) {
			lowest = min(lowest, cut.Value)
		}
	}
	return float64(int(max(lowest, 0)*10)) / 10
}

// accuracyPaths are the band of each unbroken stretch of days and the pooled
// line.
func accuracyPaths(days []AccuracyDay, a timeAxis, y yScale) []classed {
	var paths []classed
	var upper, lower []corner
	flush := func() {
		if len(upper) == 1 { // a day alone is widened to be seen
			w := min(.3/float64(a.days), .02)
			upper = []corner{{upper[0].x - w, upper[0].y}, {upper[0].x + w, upper[0].y}}
			lower = []corner{{lower[0].x - w, lower[0].y}, {lower[0].x + w, lower[0].y}}
		}
		paths = append(paths, classed{"sr2f", area(upper, lower)})
		upper, lower = nil, nil
	}
	var line trace
	var before time.Time
	for _, d := range days {
		low, okLow := value(d.Low)
		high, okHigh := value(d.High)
		pooled, okPooled := value(d.Pooled)
		inside := a.holds(d.Date)
		judged := d.N > 0 && inside
		if !judged || !okLow || !okHigh || d.Date.Sub(before) > 36*time.Hour {
			flush()
		}
		if !judged || !okPooled || d.Date.Sub(before) > 36*time.Hour {
			line.gap()
		}
		if !judged {
			continue
		}
		_, x, _ := a.day(d.Date)
		if okLow && okHigh {
			upper, lower = append(upper, corner{x, y.at(high)}), append(lower, corner{x, y.at(low)})
		}
		if okPooled {
			line.to(x, y.at(pooled))
		}
		before = d.Date
	}
	flush()
	line.gap()
	return append(paths, classed{"sr2", line.String()})
}

// drawReference draws the baseline's accuracy and the cut-offs under it, and
// returns their labels.
func drawReference(c *canvas, in Accuracy, a timeAxis, y yScale) (labels []gutterLabel) {
	from := 0.
	if !in.Baseline.empty() {
		from = a.x(in.Baseline.To)
	}
	if v, ok := value(in.Reference); ok {
		c.hline("ax", 0, 1, y.at(v))
		labels = append(labels, gutterLabel{"k", format.Percent(v, 1), y.at(v)})
	}
	for _, cut := range in.Cuts {
		if !format.Finite(cut.Value) || cut.Value < y.low || cut.Value > 1 {
			continue
		}
		st := cut.Severity.style()
		c.hline(st.line, from, 1, y.at(cut.Value))
		labels = append(labels, gutterLabel{st.label, or(cut.Label, st.letter+"\u00a0"+format.Percent(cut.Value, 1)), y.at(cut.Value)})
	}
	return labels
}

// drawGaps shades the stretches in which nothing could be judged.
func drawGaps(c *canvas, days []AccuracyDay, a timeAxis) {
	for i := 0; i < len(days); {
		if days[i].N > 0 || !a.holds(days[i].Date) {
			i++
			continue
		}
		j, predictions := i, int64(0)
		for j < len(days) && days[j].N <= 0 {
			predictions += days[j].Predictions
			j++
		}
		words := "no outcomes"
		if predictions == 0 {
			words = "no predictions"
		}
		if predictions > 0 || i > 0 { // before the first prediction there was no model yet
			left, _, _ := a.day(days[i].Date)
			_, _, right := a.day(days[j-1].Date)
			left, right = max(left, 0), min(right, 1)
			c.band("gap", left, right)
			c.text(anchor((left+right)/2)+" gt", gapLabelX(left, right), 0, c.height-8, words)
		}
		i = j
	}
}

// gapLabelX is where the name of a gap is anchored: its middle, or the edge of
// the plot that it lies at.
func gapLabelX(left, right float64) float64 {
	switch anchor((left + right) / 2) {
	case "":
		return left
	case "e":
		return right
	default:
		return (left + right) / 2
	}
}

func (d AccuracyDay) hint() string {
	v, ok := d.accuracy()
	if !ok {
		if d.Predictions == 0 {
			return format.Weekday(d.Date) + ": no predictions"
		}
		return format.Weekday(d.Date) + ": no outcomes for " + format.Plural(d.Predictions, "prediction", "predictions")
	}
	s := fmt.Sprintf("%s: right %s of %s, %s", format.Weekday(d.Date), format.Count(d.Right), format.Count(d.N), format.Percent(v, 1))
	if p, ok := value(d.Pooled); ok {
		s += "; pooled " + format.Percent(p, 1)
	}
	return s
}

func accuracyFinding(in Accuracy, days []AccuracyDay) string {
	s := fmt.Sprintf("Accuracy by day, %s to %s.", format.Day(days[0].Date), format.Day(days[len(days)-1].Date))
	if v, ok := value(in.Reference); ok {
		s += " Baseline " + format.Percent(v, 1) + "."
	}
	without := 0
	for _, d := range days {
		if d.N <= 0 {
			without++
		}
	}
	for i := len(days) - 1; i >= 0; i-- {
		if v, ok := value(days[i].Pooled); ok && days[i].N > 0 {
			s += " Pooled up to " + format.Day(days[i].Date) + ": " + format.Percent(v, 1) + "."
			break
		}
	}
	if without > 0 {
		s += " No outcomes on " + format.Plural(int64(without), "day", "days") + "."
	}
	return s
}

func accuracyTable(days []AccuracyDay, pooled int) table {
	t := table{head: []string{"Day", "Predictions", "With outcome", "Right", "Accuracy", "95 % Wilson", fmt.Sprintf("%d days pooled", pooled)}}
	for i := len(days) - 1; i >= 0; i-- {
		d := days[i]
		acc, right := format.Missing, format.Missing
		if v, ok := d.accuracy(); ok {
			acc, right = format.Percent(v, 1), format.Count(d.Right)
		}
		t.rows = append(t.rows, []string{
			format.Weekday(d.Date), format.Count(d.Predictions), format.Count(max(d.N, 0)), right, acc,
			format.PercentRange(format.Value(d.Low), format.Value(d.High), 1), format.Percent(format.Value(d.Pooled), 1),
		})
	}
	return t
}
