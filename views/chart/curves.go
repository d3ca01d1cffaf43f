package chart

import (
	"math"
	"slices"

	"github.com/driftwatch/driftwatch/views/lang"
)

// CurvePoint is one threshold: the shares that a decision there reaches.
type CurvePoint struct{ X, Y float64 }

// Ranking is how well one window's scores order its outcomes.
type Ranking struct {
	N, Positives  int64
	ROC           []CurvePoint // false positives against true positives, in order of X and then Y
	PR            []CurvePoint // recall against precision, in order of X
	ROCAUC, PRAUC *float64
}

// Rankings is the ROC and the precision-recall curve, recent against baseline.
type Rankings struct {
	ID, Title        string // "curves" and "How well scores order outcomes" where empty
	Baseline, Recent Ranking
}

const (
	curveHeight = 260.
	curveSteps  = 100
)

// Draw implements [Chart].
func (in Rankings) Draw(l lang.Lang) Drawing {
	w := words{l}
	d := Drawing{
		name: or(in.ID, "curves"), help: "roc-auc", title: or(in.Title, w.T("How well scores order outcomes")), columns: 2,
		lead: w.T("ROC: nearer to the upper left is better, the diagonal is chance. Precision and recall: nearer to the upper right is better, the dashed line is the share of positives."),
		keys: []key{{"base line", w.T("baseline")}, {"line", w.T("recent")}, {"ideal", w.T("chance")}},
	}
	if len(in.Baseline.ROC)+len(in.Recent.ROC)+len(in.Baseline.PR)+len(in.Recent.PR) == 0 {
		d.empty = w.T("Neither window has outcomes of both kinds, so there is nothing to order.")
		return d
	}
	roc := [2][]*float64{stepped(in.Baseline.ROC, false), stepped(in.Recent.ROC, false)}
	pr := [2][]*float64{stepped(in.Baseline.PR, true), stepped(in.Recent.PR, true)}
	d.plots = []plot{
		{class: "plot sq", head: "ROC", sub: areas(w, in.Baseline.ROCAUC, in.Recent.ROCAUC), canvas: in.drawn(w, w.T("ROC curve."), roc, true, w.T("false positives")+" →", w.T("true positives"), areas(w, in.Baseline.ROCAUC, in.Recent.ROCAUC))},
		{class: "plot sq", head: w.T("Precision and recall"), sub: areas(w, in.Baseline.PRAUC, in.Recent.PRAUC), canvas: in.drawn(w, w.T("Precision by recall."), pr, false, w.T("recall")+" →", w.T("precision"), areas(w, in.Baseline.PRAUC, in.Recent.PRAUC))},
	}
	d.table = table{cols: []column{{head: w.T("At"), key: "x"}, {head: w.T("Curve"), key: "curve"}, {head: w.T("Baseline"), key: "baseline"}, {head: w.T("Recent"), key: "recent"}}}
	for p, sides := range [2][2][]*float64{roc, pr} {
		name := [2]cell{plain("ROC"), {w.T("precision"), "PR"}}[p]
		for i := range curveSteps + 1 {
			x := float64(i) / curveSteps
			d.table.rows = append(d.table.rows, row{x: x, plot: p, more: i%2 == 1, cells: []cell{{w.Percent(x, 0), machine(x)}, name, w.percentCell(at(sides[0], i)), w.percentCell(at(sides[1], i))}})
		}
	}
	return d
}

func at(values []*float64, i int) *float64 {
	if i >= len(values) {
		return nil
	}
	return values[i]
}

func areas(w words, baseline, recent *float64) string {
	return w.T("Area %s, was %s.", w.fixedCell(recent, 3).text, w.fixedCell(baseline, 3).text)
}

// stepped reads a curve at equally spaced x: of an ROC curve the highest y
// reached by then, with straight lines between thresholds; of a precision-recall
// curve (ahead) the precision of the first threshold that reaches the recall, as
// average precision counts it. nil where the curve says nothing.
func stepped(points []CurvePoint, ahead bool) []*float64 {
	if len(points) == 0 {
		return nil
	}
	out := make([]*float64, curveSteps+1)
	next := 0
	for i := range out {
		x := float64(i) / curveSteps
		if ahead {
			for next < len(points) && points[next].X < x-1e-12 {
				next++
			}
			if next < len(points) {
				out[i] = &points[next].Y
			}
			continue
		}
		for next < len(points) && points[next].X <= x+1e-12 {
			next++
		}
		switch {
		case next == 0:
		case next == len(points):
			out[i] = &points[next-1].Y
		default:
			a, b := points[next-1], points[next]
			y := a.Y + (b.Y-a.Y)*(x-a.X)/(b.X-a.X)
			out[i] = &y
		}
	}
	return out
}

func (in Rankings) drawn(w words, what string, sides [2][]*float64, roc bool, across, up, found string) *canvas {
	y := yScale{0, 1, curveHeight}
	c := newCanvas(curveHeight, joined(what, found))
	for _, t := range []float64{.25, .5, .75, 1} {
		c.hline("g", 0, 1, y.at(t))
	}
	if roc {
		c.stretched(classed{"id", poly(0, curveHeight, 1, 0)})
	} else if n := in.Recent; n.N > 0 {
		c.hline("id", 0, 1, y.at(float64(n.Positives)/float64(n.N)))
	}
	c.stretched(classed{"sb", runOf(sides[0], y, roc)}, classed{"sr2", runOf(sides[1], y, roc)}, c.axis())
	for _, t := range []float64{0, .5, 1} {
		c.left(y.at(t), w.axisPercent(t))
	}
	for i := range 5 {
		v := float64(i) / 4
		class := "x"
		if i%2 == 1 {
			class = "x t3"
		}
		c.text(class, v, 0, curveHeight+17, w.axisPercent(v))
	}
	c.text("k e", 1, 0, curveHeight+34, across)
	c.text("k", 0, 0, -8, up)
	for i := 0; i <= curveSteps; i += 4 {
		x := float64(i) / curveSteps
		c.hover(max(x-.02, 0), min(x+.02, 1), w.T("%s: baseline %s, recent %s", w.Percent(x, 0), w.percentCell(at(sides[0], i)).text, w.percentCell(at(sides[1], i)).text))
	}
	return c
}

// runOf is the line through equally spaced values, from the origin where it is
// an ROC curve.
func runOf(values []*float64, y yScale, origin bool) path {
	var t trace
	if origin && len(values) > 0 {
		t.to(0, y.height)
	}
	for i, p := range values {
		v, ok := value(p)
		if !ok {
			t.gap()
			continue
		}
		t.to(float64(i)/float64(len(values)-1), y.at(v))
	}
	t.gap()
	return t.path
}

// quantile is the smallest of the values that at least a share q of them does
// not exceed; 0 of none.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(max(int(math.Ceil(q*float64(len(sorted))))-1, 0), len(sorted)-1)]
}
