package chart

import (
	"math"
	"time"
)

// daily draws any value by day: circles for days with their intervals as a
// band, a line of the days or of a pool of them, and under each how many
// outcomes it stands on. Days that could not be judged are shaded and named.
type daily struct {
	words
	axis             timeAxis
	days             []dayPoint
	y                yScale
	tick, text       func(float64) string
	baseline, recent Window
	reference        *float64
	cuts             []Cut
	events           []Event
	pooled           bool // the line is of the pools
	every            int  // days from one point to the next; 1 where 0
}

// apart tells whether points so far from each other are not neighbours.
func (d daily) apart(a, b time.Time) bool {
	return b.Sub(a) > time.Duration(max(d.every, 1))*36*time.Hour
}

// dayPoint is one day of it.
type dayPoint struct {
	date             time.Time
	n                int64
	value, low, high *float64
	pool             *float64
	gap              string // why there is no value; empty: nothing to say
	hint             string
}

func (d dayPoint) known() bool { _, ok := value(d.value); return ok }

const (
	countHeight = 16. // the strip of n under the points
	countGap    = 8.
)

// draw makes the plot; the strip of n lies in the gutter under it.
func (d daily) draw(finding string) *canvas {
	c := newCanvas(d.y.height, finding)
	if d.axis.shows(d.baseline) {
		c.band("win", d.axis.x(d.baseline.From), d.axis.x(d.baseline.To))
	}
	if d.axis.shows(d.recent) {
		c.band("win2", d.axis.x(d.recent.From), d.axis.x(d.recent.To))
	}
	levels := ticks(d.y.low, d.y.high, 5)
	for _, t := range levels {
		c.hline("g", 0, 1, d.y.at(t))
	}
	d.gaps(c)
	labels := d.lines(c)
	counts, most := d.counts()
	c.stretched(append(d.paths(), classed{"nb", counts}, c.axis())...)
	for _, p := range d.days {
		if v, ok := value(p.value); ok && d.axis.holds(p.date) {
			_, x, _ := d.axis.day(p.date)
			c.dot("dot", x, d.y.at(v), 2.2)
		}
	}
	drawEvents(c, d.words, d.events, d.axis)
	drawGutter(c, labels)
	for _, t := range levels {
		c.left(d.y.at(t), d.tick(t))
	}
	if most > 0 {
		c.left(d.y.height+countGap+countHeight/2, "n")
		c.text("", 1, 4, d.y.height+countGap+8, d.Count(most))
	}
	d.axis.draw(c, d.words, d.y.height+countGap+countHeight+16)
	for _, p := range d.days {
		if d.axis.holds(p.date) {
			left, _, right := d.axis.day(p.date)
			c.hover(left, right, p.hint)
		}
	}
	return c
}

// paths are the band of each unbroken stretch of days and the line.
func (d daily) paths() []classed {
	var paths []classed
	var upper, lower []corner
	flush := func() {
		if len(upper) == 1 { // a day alone is widened to be seen
			w := min(.3/float64(d.axis.days), .02)
			upper = []corner{{upper[0].x - w, upper[0].y}, {upper[0].x + w, upper[0].y}}
			lower = []corner{{lower[0].x - w, lower[0].y}, {lower[0].x + w, lower[0].y}}
		}
		paths = append(paths, classed{"sr2f", area(upper, lower)})
		upper, lower = nil, nil
	}
	var line trace
	var before time.Time
	for _, p := range d.days {
		low, okLow := value(p.low)
		high, okHigh := value(p.high)
		joint := p.value
		if d.pooled {
			joint = p.pool
		}
		at, okLine := value(joint)
		judged := p.known() && d.axis.holds(p.date)
		apart := d.apart(before, p.date)
		if !judged || !okLow || !okHigh || apart {
			flush()
		}
		if !judged || !okLine || apart {
			line.gap()
		}
		if !judged {
			continue
		}
		_, x, _ := d.axis.day(p.date)
		if okLow && okHigh {
			upper, lower = append(upper, corner{x, d.y.at(high)}), append(lower, corner{x, d.y.at(low)})
		}
		if okLine {
			line.to(x, d.y.at(at))
		}
		before = p.date
	}
	flush()
	line.gap()
	return append(paths, classed{"sr2", line.path})
}

// counts gives the bars of n and the largest n.
func (d daily) counts() (bars path, most int64) {
	for _, p := range d.days {
		if d.axis.holds(p.date) {
			most = max(most, p.n)
		}
	}
	width := min(.7/float64(d.axis.days), .012)
	foot := d.y.height + countGap + countHeight
	for _, p := range d.days {
		if p.n > 0 && d.axis.holds(p.date) {
			_, x, _ := d.axis.day(p.date)
			head := foot - max(1, countHeight*float64(p.n)/float64(most))
			bars = append(bars, poly(x-width/2, foot, x-width/2, head, x+width/2, head, x+width/2, foot).closed()...)
		}
	}
	return bars, most
}

// lines draws the baseline's value and the cut-offs, and returns their labels.
func (d daily) lines(c *canvas) (labels []gutterLabel) {
	from := 0.
	if !d.baseline.empty() {
		from = d.axis.x(d.baseline.To)
	}
	if v, ok := value(d.reference); ok {
		c.hline("ax", 0, 1, d.y.at(v))
		labels = append(labels, gutterLabel{"k", d.text(v), d.y.at(v)})
	}
	for _, cut := range d.cuts {
		if v, ok := value(&cut.Value); !ok || v < d.y.low || v > d.y.high {
			continue
		}
		st := cut.Severity.style()
		c.hline(st.line, from, 1, d.y.at(cut.Value))
		labels = append(labels, gutterLabel{st.label, or(cut.Label, st.letter+"\u00a0"+d.text(cut.Value)), d.y.at(cut.Value)})
	}
	return labels
}

// gaps shades the stretches in which nothing could be judged, each with why.
func (d daily) gaps(c *canvas) {
	days := d.days
	for i := 0; i < len(days); {
		if days[i].known() || days[i].gap == "" || !d.axis.holds(days[i].date) {
			i++
			continue
		}
		j := i
		for j < len(days) && !days[j].known() && days[j].gap == days[i].gap {
			j++
		}
		left, _, _ := d.axis.day(days[i].date)
		_, _, right := d.axis.day(days[j-1].date)
		left, right = max(left, 0), min(right, 1)
		c.band("gap", left, right)
		drawGapName(c, left, right, days[i].gap)
		i = j
	}
}

// hasGaps tells whether a day in view is shaded.
func (d daily) hasGaps() bool {
	for _, p := range d.days {
		if p.gap != "" && !p.known() && d.axis.holds(p.date) {
			return true
		}
	}
	return false
}

// over is the axis of the days, or of the span where one is given.
func (d daily) over(span Window) timeAxis {
	return newTimeAxis(span, d.days[0].date, d.days[len(d.days)-1].date)
}

// fit is a scale that holds the values: it ends at 100 % where they are shares,
// and begins at 0 where lower is better.
func (d daily) fit(height float64, zero, percent bool) yScale {
	low, high := math.Inf(1), math.Inf(-1)
	hold := func(p *float64) {
		if v, ok := value(p); ok {
			low, high = min(low, v), max(high, v)
		}
	}
	for _, p := range d.days {
		if !p.known() {
			continue
		}
		hold(p.value)
		hold(p.pool)
		hold(p.low)
		hold(p.high)
	}
	if low > high {
		return yScale{0, 1, height}
	}
	hold(d.reference)
	for _, cut := range d.cuts {
		hold(&cut.Value)
	}
	if zero {
		return yScale{min(low, 0), top(high, .04, 4), height}
	}
	step := roundStep(max(high-low, .1) / 4)
	bottom := step * math.Floor(low/step+1e-9)
	upper := bottom + step*max(4, math.Ceil((high-bottom)/step-1e-9))
	if percent || high <= 1 {
		upper = min(upper, max(1, high))
	}
	return yScale{bottom, upper, height}
}
