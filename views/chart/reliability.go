package chart

import (
	"slices"

	"github.com/driftwatch/driftwatch/views/lang"
)

// Calibration is one bin of scores of one window.
type Calibration struct {
	Predicted float64 // the mean score, 0 to 1
	Observed  float64 // the share that came true
	Low, High float64 // its 95 % Wilson interval
	N         int64
}

// Reliability is what scores promised against what came true, recent against
// baseline.
type Reliability struct {
	ID, Title        string // "reliability" and "What scores promise and what comes true" where empty
	Baseline, Recent []Calibration
	BaselineECE, ECE *float64 // the mean gap, weighed by n
}

const reliabilityHeight = 260.

// Draw implements [Chart].
func (in Reliability) Draw(l lang.Lang) Drawing {
	w := words{l}
	d := Drawing{
		name: or(in.ID, "reliability"), help: "ece", title: or(in.Title, w.T("What scores promise and what comes true")),
		lead: w.T("On the dashed line a score of 70 percent comes true 70 times in 100. Under it the model is too sure, over it not sure enough."),
		keys: []key{{"base line", w.T("baseline")}, {"realised", w.T("recent, with %s interval", w.Percent(.95, 0))}, {"ideal", w.T("as promised")}},
	}
	base, recent := filled(in.Baseline), filled(in.Recent)
	if len(base)+len(recent) == 0 {
		d.empty = w.T("Neither window has outcomes, so nothing has come true or not.")
		return d
	}
	d.plots = []plot{{class: "plot sq", canvas: in.drawn(w, base, recent)}}
	d.table = table{cols: []column{
		{head: w.T("Mean score"), key: "predicted"},
		{head: w.T("Window"), key: "window"},
		{head: w.T("Came true"), key: "observed"},
		{head: w.T("%s from", w.Percent(.95, 0)), key: "low"},
		{head: w.T("%s to", w.Percent(.95, 0)), key: "high"},
		{head: "n", key: "n"},
	}}
	add := func(name cell, side []Calibration) {
		for _, b := range side {
			d.table.rows = append(d.table.rows, row{x: within(b.Predicted), plot: -1, cells: []cell{
				w.percentCell(&b.Predicted), name, w.percentCell(&b.Observed), w.percentCell(&b.Low), w.percentCell(&b.High), w.countCell(b.N),
			}})
		}
	}
	add(cell{w.T("recent"), "recent"}, recent)
	add(cell{w.T("baseline"), "baseline"}, base)
	return d
}

// filled are the bins that hold something, by score.
func filled(bins []Calibration) []Calibration {
	out := slices.DeleteFunc(slices.Clone(bins), func(b Calibration) bool {
		_, ok := value(&b.Predicted)
		_, ok2 := value(&b.Observed)
		return b.N <= 0 || !ok || !ok2
	})
	slices.SortStableFunc(out, func(a, b Calibration) int {
		if a.Predicted < b.Predicted {
			return -1
		}
		return 1
	})
	return out
}

func (in Reliability) drawn(w words, base, recent []Calibration) *canvas {
	y := yScale{0, 1, reliabilityHeight}
	c := newCanvas(reliabilityHeight, in.finding(w, recent))
	for _, t := range []float64{.25, .5, .75, 1} {
		c.hline("g", 0, 1, y.at(t))
	}
	c.stretched(classed{"id", poly(0, reliabilityHeight, 1, 0)}, classed{"sb", promised(base, y)}, classed{"sr2", promised(recent, y)}, c.axis())
	for _, b := range base {
		c.dot("dob", within(b.Predicted), y.at(b.Observed), 2.6)
	}
	for _, b := range recent {
		c.vline("ci", within(b.Predicted), y.at(b.Low), y.at(b.High))
		c.dot("dot", within(b.Predicted), y.at(b.Observed), 3)
		c.hover(max(within(b.Predicted)-.015, 0), min(within(b.Predicted)+.015, 1), w.T("mean score %s: came true %s, n %s", w.Percent(b.Predicted, 1), w.Percent(b.Observed, 1), w.Count(b.N)))
	}
	for _, t := range []float64{0, .5, 1} {
		c.left(y.at(t), w.axisPercent(t))
	}
	for i := range 5 {
		v := float64(i) / 4
		class := "x"
		if i%2 == 1 {
			class = "x t3"
		}
		c.text(class, v, 0, reliabilityHeight+17, w.axisPercent(v))
	}
	c.text("k e", 1, 0, reliabilityHeight+34, w.T("mean score")+" →")
	c.text("k", 0, 0, -8, w.T("came true"))
	return c
}

func promised(bins []Calibration, y yScale) path {
	var t trace
	for _, b := range bins {
		t.to(within(b.Predicted), y.at(b.Observed))
	}
	t.gap()
	return t.path
}

func (in Reliability) finding(w words, recent []Calibration) string {
	s := w.T("What came true by score.")
	if v, ok := value(in.ECE); ok {
		s += " " + w.T("The mean gap is %s.", w.Fixed(v, 3))
	}
	if v, ok := value(in.BaselineECE); ok {
		s += " " + w.T("In the baseline it was %s.", w.Fixed(v, 3))
	}
	worst := -1
	for i, b := range recent {
		if worst < 0 || abs(b.Observed-b.Predicted) > abs(recent[worst].Observed-recent[worst].Predicted) {
			worst = i
		}
	}
	if worst >= 0 {
		b := recent[worst]
		s += " " + w.T("Furthest off: scores around %s came true in %s of %s.", w.Percent(b.Predicted, 0), w.Percent(b.Observed, 0), w.Count(b.N))
	}
	return s
}

// within keeps a share on its axis.
func within(v float64) float64 { return min(max(v, 0), 1) }

func abs(v float64) float64 { return max(v, -v) }
