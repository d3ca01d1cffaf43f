package chart

import (
	"fmt"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/views/format"
)

// WatchHour is one hour since activation and everything before it.
type WatchHour struct {
	Hour       int   // 1 is the first
	N, Right   int64 // of the hour
	SoFar      int64 // outcomes since activation
	RightSoFar int64
	Low, High  float64 // 95 % Wilson interval of what is so far
}

// Watch is the input of [WatchByHour].
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

// WatchByHour draws a watched version's accuracy since its activation as it came in, with its Wilson
// interval, against the version before and the line under which it is rolled back.
func WatchByHour(in Watch) templ.Component {
	f := figure{
		id: or(in.ID, "watch-hours"), title: "Hour by hour",
		lead: "Accuracy of all outcomes since activation; under the dashed line it is rolled back.",
	}
	if len(in.Hours) == 0 {
		f.empty = "No outcome of the new version has come in yet."
		return frame(f)
	}
	f.keys = []key{{"recent", "new version, 95 % Wilson"}, {"baseline", "version before"}}
	f.plots = []plot{{"plot tr", drawWatch(in)}}
	f.table = watchTable(in)
	return frame(f)
}

func drawWatch(in Watch) string {
	last := in.Hours[len(in.Hours)-1].Hour
	hours := float64(max(in.CheckHours, last, 1))
	x := func(hour int) float64 { return float64(hour) / hours }
	y := yScale{watchFloor(in), 1, watchHeight}
	c := newCanvas(watchHeight, watchFinding(in))
	levels := ticks(y.low, 1, 4)
	for _, t := range levels {
		c.hline("g", 0, 1, y.at(t))
	}
	labels := drawBefore(c, in, y)
	var line trace
	var upper, lower []corner
	for _, h := range in.Hours {
		line.to(x(h.Hour), y.at(float64(h.RightSoFar)/float64(h.SoFar)))
		upper, lower = append(upper, corner{x(h.Hour), y.at(h.High)}), append(lower, corner{x(h.Hour), y.at(h.Low)})
	}
	line.gap()
	if len(upper) == 1 { // an hour alone is widened to be seen
		upper, lower = append(upper, corner{upper[0].x - .01, upper[0].y}), append(lower, corner{lower[0].x - .01, lower[0].y})
	}
	c.stretched(classed{"sr2f", area(upper, lower)}, classed{"sr2", line.String()}, c.axis())
	newest := in.Hours[len(in.Hours)-1]
	c.dot("dot", x(newest.Hour), y.at(float64(newest.RightSoFar)/float64(newest.SoFar)), 2.6)
	if last < in.CheckHours {
		c.vline("ev", 1, 0, watchHeight)
		c.text("k e", 1, -6, 12, "decided")
	}
	drawGutter(c, labels)
	for _, t := range levels {
		c.left(y.at(t), axisPercent(t))
	}
	for i := range 5 {
		hour := int(hours) * i / 4
		at := float64(hour) / hours
		c.text(anchor(at), at, 0, watchHeight+17, fmt.Sprintf("%d h", hour))
	}
	for _, h := range in.Hours {
		c.hover(x(h.Hour-1), x(h.Hour), h.hint())
	}
	return c.close()
}

// drawBefore draws the version before and how far below it the new one may lie.
func drawBefore(c *canvas, in Watch, y yScale) (labels []gutterLabel) {
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
	labels = append(labels, gutterLabel{"k", format.Percent(old, 1), y.at(old)})
	if limit := old - in.Drop; limit > y.low {
		c.hline("zc", 0, 1, y.at(limit))
		labels = append(labels, gutterLabel{"cc", "−" + format.Short(in.Drop*100, 3), y.at(limit)})
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
		lowest = min(lowest, float64(h.RightSoFar)/float64(h.SoFar))
	}
	lowest = min(lowest, in.Hours[len(in.Hours)-1].Low)
	return float64(int(max(lowest, 0)*10)) / 10
}

func watchFinding(in Watch) string {
	h := in.Hours[len(in.Hours)-1]
	s := fmt.Sprintf("After %s the new version was right in %s of %s outcomes", format.Plural(int64(h.Hour), "hour", "hours"),
		format.Percent(float64(h.RightSoFar)/float64(h.SoFar), 1), format.Count(h.SoFar))
	if old, ok := value(in.Old); ok {
		s += ", the version before in " + format.Percent(old, 1)
	}
	return s + "."
}

func (h WatchHour) hint() string {
	return fmt.Sprintf("hour %d: %d of %d right; so far %s of %s", h.Hour, h.Right, h.N, format.Percent(float64(h.RightSoFar)/float64(h.SoFar), 1), format.Count(h.SoFar))
}

func watchTable(in Watch) table {
	t := table{head: []string{"Hour", "Outcomes", "Right", "Outcomes so far", "Accuracy so far", "95 % Wilson"}}
	for i := len(in.Hours) - 1; i >= 0; i-- {
		h := in.Hours[i]
		t.rows = append(t.rows, []string{
			fmt.Sprint(h.Hour), format.Count(h.N), format.Count(h.Right), format.Count(h.SoFar),
			format.Percent(float64(h.RightSoFar)/float64(h.SoFar), 1), format.PercentRange(h.Low, h.High, 1),
		})
	}
	return t
}
