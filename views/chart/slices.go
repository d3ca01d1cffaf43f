package chart

import (
	"math"

	"github.com/driftwatch/driftwatch/views/lang"
)

// Slice is one part of the predictions: a value or a range of a feature.
type Slice struct {
	Name                       string // "transfer below 0.382"
	N, NBaseline               int64  // outcomes
	Accuracy, AccuracyBaseline *float64
	Drop, Low, High            *float64 // how much accuracy fell, a fraction, with its 95 % interval
	Certain                    bool     // the interval, as corrected, leaves out 0
}

// Slices is where accuracy fell most, in the order given, each with its
// interval, so that small slices do not cry wolf.
type Slices struct {
	ID, Title, Lead string // "slices" and "Where it went wrong most" where empty
	Slices          []Slice
	Overall         *float64 // the drop over all, a line
	Note            string
}

const (
	sliceRow   = 40.
	slicePoint = 28. // where its point lies in it
	mostSlices = 20
)

// Draw implements [Chart].
func (in Slices) Draw(l lang.Lang) Drawing {
	w := words{l}
	d := Drawing{
		name: or(in.ID, "slices"), help: "newcombe", title: or(in.Title, w.T("Where it went wrong most")), across: true, note: in.Note,
		lead: or(in.Lead, w.T("Change of accuracy of each part in points with its %s interval; filled where it is certain that it fell.", w.Percent(.95, 0))),
		keys: []key{{"certain", w.T("certain")}, {"day", w.T("could be chance")}},
	}
	if _, ok := value(in.Overall); ok {
		d.keys = append(d.keys, key{"ideal", w.T("all together")})
	}
	shown := in.Slices[:min(len(in.Slices), mostSlices)]
	if len(shown) == 0 {
		d.empty = w.T("No part has enough outcomes in both windows to compare.")
		return d
	}
	if left := len(in.Slices) - len(shown); left > 0 {
		d.note = joined(d.note, w.N(int64(left), "%d more part is in the CSV file.", "%d more parts are in the CSV file."))
	}
	d.plots = []plot{{class: "plot rows", canvas: in.drawn(w, shown)}}
	d.table.cols = []column{
		{head: w.T("Part"), key: "slice"},
		{head: w.T("Baseline"), key: "baseline_accuracy"},
		{head: w.T("n before"), key: "baseline_n"},
		{head: w.T("Recent"), key: "accuracy"},
		{head: "n", key: "n"},
		{head: w.T("Fell by"), key: "drop"},
		{head: w.T("%s from", w.Percent(.95, 0)), key: "low"},
		{head: w.T("%s to", w.Percent(.95, 0)), key: "high"},
	}
	for i, s := range in.Slices {
		x := -1.
		if i < len(shown) {
			x = (sliceRow*float64(i) + slicePoint) / (sliceRow * float64(len(shown)))
		}
		d.table.rows = append(d.table.rows, row{x: x, plot: -1, more: i >= len(shown), cells: []cell{
			plain(s.Name), w.percentCell(s.AccuracyBaseline), w.countCell(s.NBaseline), w.percentCell(s.Accuracy), w.countCell(s.N),
			w.pointsCell(s.Drop), w.pointsCell(s.Low), w.pointsCell(s.High),
		}})
	}
	return d
}

func (w words) pointsCell(p *float64) cell {
	v, ok := value(p)
	if !ok {
		return missing()
	}
	return cell{w.Fixed(v*100, 1), machine(v)}
}

// scale holds every interval in changes of accuracy, a fall to the left.
func (in Slices) scale(shown []Slice) (low, high float64) {
	low, high = -.05, .05
	for _, s := range shown {
		for _, p := range []*float64{s.Drop, s.Low, s.High, in.Overall} {
			if v, ok := value(p); ok {
				low, high = min(low, -v), max(high, -v)
			}
		}
	}
	low, high = max(low, -1), min(high, 1)
	step := roundStep((high - low) / 6)
	return step * math.Floor(low/step-1e-9), step * math.Ceil(high/step+1e-9)
}

func (in Slices) drawn(w words, shown []Slice) *canvas {
	low, high := in.scale(shown)
	x := func(drop float64) float64 { return within((-drop - low) / (high - low)) }
	c := newCanvas(sliceRow*float64(len(shown)), in.finding(w, shown))
	for i, t := range ticks(low, high, 7) {
		at := x(-t)
		line, class := "g", anchor(at)
		if abs(t) < 1e-9 {
			line = "ax"
		}
		if i%2 == 1 {
			class = joined(class, "t2")
		}
		c.vline(line, at, 0, c.height)
		c.text(class, at, 0, c.height+17, w.signedPoints(t))
	}
	if v, ok := value(in.Overall); ok {
		c.vline("id", x(v), 0, c.height)
	}
	for i, s := range shown {
		in.row(c, w, s, sliceRow*float64(i), x)
	}
	return c
}

// row writes a part's name and under it its point and interval.
func (in Slices) row(c *canvas, w words, s Slice, top float64, x func(float64) float64) {
	c.text("k", 0, 0, top+15, shorten(s.Name, 44))
	y := top + slicePoint
	drop, ok := value(s.Drop)
	if !ok {
		c.text("gt", 0, 0, y+4, w.T("too few outcomes"))
		return
	}
	low, okLow := value(s.Low)
	high, okHigh := value(s.High)
	if okLow && okHigh {
		c.hline("ci", x(high), x(low), y)
	}
	class := "dot"
	if s.Certain {
		class = "na"
	}
	c.dot(class, x(drop), y, 4)
	label := "k"
	if s.Certain {
		label = "big"
	}
	c.right(label, y, w.signedPoints(-drop))
}

// signedPoints writes a change in percentage points with its sign.
func (w words) signedPoints(v float64) string {
	s := w.Fixed(v*100, 1)
	if abs(v*100-math.Round(v*100)) < 1e-9 {
		s = w.Fixed(v*100, 0)
	}
	if v > 0 {
		return "+" + s
	}
	return s
}

func (in Slices) finding(w words, shown []Slice) string {
	certain := 0
	for _, s := range shown {
		if s.Certain {
			certain++
		}
	}
	s := w.N(int64(len(shown)), "Change of accuracy in %d part.", "Change of accuracy in %d parts.") + " " +
		w.N(int64(certain), "In %d it certainly fell.", "In %d it certainly fell.")
	if v, ok := value(shown[0].Drop); ok {
		s += " " + w.T("First: %s, %s points.", shown[0].Name, w.signedPoints(-v))
	}
	return s
}
