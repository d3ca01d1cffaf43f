package chart

import (
	"slices"

	"github.com/driftwatch/driftwatch/views/lang"
)

// WatchHour is one hour since activation and everything before it.
type WatchHour struct {
	Hour       int   // 1 is the first
	N, Right   int64 // of the hour
	SoFar      int64 // outcomes since activation
	RightSoFar int64
	Low, High  float64 // 95 % Wilson interval of what is so far
}

// Watch is a watched version's accuracy since its activation as it came in, with
// its Wilson interval, against the version before and the line under which it is
// rolled back.
type Watch struct {
	ID    string
	Hours []WatchHour // in order; an hour without outcomes may be left out
	// Old is the accuracy of the version before over its last days in service, with its 95 % Wilson
	// interval; nil where it had no outcomes.
	Old, OldLow, OldHigh *float64
	Drop                 float64 // how much lower is tolerated, a fraction
	CheckHours           int     // after how many hours it is decided
}

const watchHeight = 150

// Draw implements [Chart].
func (in Watch) Draw(l lang.Lang) Drawing {
	w := words{l}
	d := Drawing{
		name: or(in.ID, "watch-hours"), help: "wilson", title: w.T("Hour by hour"),
		lead: w.T("Accuracy of all outcomes since activation; under the dashed line it is rolled back."),
	}
	in.Hours = slices.DeleteFunc(slices.Clone(in.Hours), func(h WatchHour) bool { return h.SoFar <= 0 })
	if len(in.Hours) == 0 {
		d.empty = w.T("No outcome of the new version has come in yet.")
		return d
	}
	d.keys = []key{{"recent", w.T("new version, %s interval", w.Percent(.95, 0))}, {"baseline", w.T("version before")}}
	d.plots = []plot{{class: "plot tr", canvas: in.drawn(w)}}
	d.table = in.table(w)
	return d
}

func (h WatchHour) accuracy() float64 { return float64(h.RightSoFar) / float64(h.SoFar) }

// hours is how long the axis is.
func (in Watch) hours() float64 {
	return float64(max(in.CheckHours, in.Hours[len(in.Hours)-1].Hour, 1))
}

func (in Watch) drawn(w words) *canvas {
	last := in.Hours[len(in.Hours)-1].Hour
	hours := in.hours()
	x := func(hour int) float64 { return float64(hour) / hours }
	y := yScale{watchFloor(in), 1, watchHeight}
	c := newCanvas(watchHeight, in.finding(w))
	levels := ticks(y.low, 1, 4)
	for _, t := range levels {
		c.hline("g", 0, 1, y.at(t))
	}
	labels := drawBefore(c, w, in, y)
	var line trace
	var upper, lower []corner
	for _, h := range in.Hours {
		line.to(x(h.Hour), y.at(h.accuracy()))
		upper, lower = append(upper, corner{x(h.Hour), y.at(h.High)}), append(lower, corner{x(h.Hour), y.at(h.Low)})
	}
	line.gap()
	if len(upper) == 1 { // an hour alone is widened to be seen
		upper, lower = append(upper, corner{upper[0].x - .01, upper[0].y}), append(lower, corner{lower[0].x - .01, lower[0].y})
	}
	c.stretched(classed{"sr2f", area(upper, lower)}, classed{"sr2", line.path}, c.axis())
	newest := in.Hours[len(in.Hours)-1]
	c.dot("dot", x(newest.Hour), y.at(newest.accuracy()), 2.6)
	if last < in.CheckHours {
		c.vline("ev", 1, 0, watchHeight)
		c.text("k e", 1, -6, 12, w.T("decided"))
	}
	drawGutter(c, labels)
	for _, t := range levels {
		c.left(y.at(t), w.axisPercent(t))
	}
	for i := range 5 {
		hour := int(hours) * i / 4
		at := float64(hour) / hours
		c.text(anchor(at), at, 0, watchHeight+17, w.Count(int64(hour))+"\u00a0h")
	}
	for _, h := range in.Hours {
		c.hover(x(h.Hour-1), x(h.Hour), h.hint(w))
	}
	return c
}

// drawBefore draws the version before and how far below it the new one may lie.
func drawBefore(c *canvas, w words, in Watch, y yScale) (labels []gutterLabel) {
	old, ok := value(in.Old)
	if !ok {
		return nil
	}
	if low, okLow := value(in.OldLow); okLow {
		if high, okHigh := value(in.OldHigh); okHigh {
			c.stretched(classed{"sbf", area([]corner{{0, y.at(high)}, {1, y.at(high)}}, []corner{{0, y.at(low)}, {1, y.at(low)}})})
		}
	}
	c.hline("ax", 0, 1, y.at(old))
	labels = append(labels, gutterLabel{"k", w.Percent(old, 1), y.at(old)})
	if limit := old - in.Drop; limit > y.low {
		c.hline("zc", 0, 1, y.at(limit))
		labels = append(labels, gutterLabel{"cc", "−" + w.Short(in.Drop*100, 3), y.at(limit)})
	}
	return labels
}

// watchFloor is the bottom of the axis: a tenth that leaves nothing but long intervals of the first
// hours below.
func watchFloor(in Watch) float64 {
	lowest := .5
	if old, ok := value(in.Old); ok {
		lowest = min(lowest, old-in.Drop)
	}
	for _, h := range in.Hours {
		lowest = min(lowest, h.accuracy())
	}
	lowest = min(lowest, in.Hours[len(in.Hours)-1].Low)
	return float64(int(max(lowest, 0)*10)) / 10
}

func (in Watch) finding(w words) string {
	h := in.Hours[len(in.Hours)-1]
	s := w.N(int64(h.Hour), "After %d hour the new version was right in %s of %s outcomes", "After %d hours the new version was right in %s of %s outcomes",
		w.Percent(h.accuracy(), 1), w.Count(h.SoFar))
	if old, ok := value(in.Old); ok {
		s += ", " + w.T("the version before in %s", w.Percent(old, 1))
	}
	return s + "."
}

func (h WatchHour) hint(w words) string {
	return w.T("hour %s: %s of %s right; so far %s of %s", w.Count(int64(h.Hour)), w.Count(h.Right), w.Count(h.N), w.Percent(h.accuracy(), 1), w.Count(h.SoFar))
}

func (in Watch) table(w words) table {
	t := table{cols: []column{
		{head: w.T("Hour"), key: "hour"},
		{head: w.T("Outcomes"), key: "n"},
		{head: w.T("Right"), key: "right"},
		{head: w.T("Outcomes so far"), key: "n_so_far"},
		{head: w.T("Accuracy so far"), key: "accuracy_so_far"},
		{head: w.T("%s from", w.Percent(.95, 0)), key: "low"},
		{head: w.T("%s to", w.Percent(.95, 0)), key: "high"},
	}}
	for i := len(in.Hours) - 1; i >= 0; i-- {
		h := in.Hours[i]
		v := h.accuracy()
		t.rows = append(t.rows, row{x: float64(h.Hour) / in.hours(), plot: -1, cells: []cell{
			w.countCell(int64(h.Hour)), w.countCell(h.N), w.countCell(h.Right), w.countCell(h.SoFar),
			w.percentCell(&v), w.percentCell(&h.Low), w.percentCell(&h.High),
		}})
	}
	return t
}
