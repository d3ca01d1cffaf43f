package chart

import (
	"math"

	"github.com/driftwatch/driftwatch/views/lang"
)

// Gap is the largest distance between two ECDFs: the D of the test and where
// it lies.
type Gap struct {
	D                float64 // 0 to 1
	At               float64 // the score
	Baseline, Recent float64 // the shares at or below it
}

// ECDFs is the share of each sample at or below equally spaced scores from Low
// to High, see [Cumulative], and as a bracket at its place the largest distance
// between them.
type ECDFs struct {
	ID                 string // "distance" where empty
	Title              string // "How far apart: D" where empty
	Low, High          float64
	Baseline, Recent   []float64
	NBaseline, NRecent int64
	Gap                *Gap // nil: not drawn
}

const ecdfHeight = 176

// Draw implements [Chart].
func (in ECDFs) Draw(l lang.Lang) Drawing {
	w := words{l}
	in.Low, in.High = scoreRange(in.Low, in.High)
	d := Drawing{
		name: or(in.ID, "distance"), help: "ks-d", title: or(in.Title, w.T("How far apart: D")),
		lead: w.T("Share of scores at or below each value; n %s and %s.", w.Count(in.NBaseline), w.Count(in.NRecent)),
		keys: []key{{"base line", w.T("baseline")}, {"line", w.T("recent")}},
	}
	if len(in.Baseline) == 0 && len(in.Recent) == 0 {
		d.empty = w.T("No scores in either window, so there is no distance to show.")
		return d
	}
	d.plots = []plot{{class: "plot", canvas: in.drawn(w)}}
	d.table = in.table(w)
	return d
}

func (in ECDFs) drawn(w words) *canvas {
	y := yScale{0, 1, ecdfHeight}
	c := newCanvas(ecdfHeight, in.finding(w))
	for _, t := range []float64{.25, .5, .75, 1} {
		c.hline("g", 0, 1, y.at(t))
	}
	c.stretched(classed{"sb", climb(in.Baseline, y)}, classed{"sr2", climb(in.Recent, y)}, c.axis())
	gapX := -1.
	if in.Gap != nil && in.Gap.finite() {
		gapX = in.x(in.Gap.At)
		drawGap(c, w, *in.Gap, gapX, y)
	}
	nameCurves(c, w, in, gapX, y)
	for _, t := range []float64{0, .5, 1} {
		c.left(y.at(t), w.axisPercent(t))
	}
	scoreAxis(c, w, in.Low, in.High)
	steps := in.steps()
	every := max(1, steps/25)
	for i := 0; i <= steps; i += every {
		at := float64(i) / float64(max(steps, 1))
		half := .5 * float64(every) / float64(max(steps, 1))
		c.hover(max(at-half, 0), min(at+half, 1), w.T("at or below %s: baseline %s, recent %s",
			w.Fixed(in.Low+(in.High-in.Low)*at, 2), w.share(in.Baseline, i), w.share(in.Recent, i)))
	}
	return c
}

func (in ECDFs) steps() int { return max(len(in.Baseline), len(in.Recent)) - 1 }

func (in ECDFs) x(score float64) float64 {
	return min(max((score-in.Low)/(in.High-in.Low), 0), 1)
}

// climb is the path of an ECDF given at equally spaced points.
func climb(shares []float64, y yScale) path {
	if len(shares) == 0 {
		return nil
	}
	var t trace
	t.to(0, y.height)
	last := y.at(shares[0])
	t.to(0, last)
	for i := 1; i < len(shares); i++ {
		if next := y.at(shares[i]); num(next) != num(last) || i == len(shares)-1 {
			t.step(float64(i)/float64(len(shares)-1), next)
			last = next
		}
	}
	return t.path
}

func (g Gap) finite() bool {
	return lang.Finite(g.D) && lang.Finite(g.At) && lang.Finite(g.Baseline) && lang.Finite(g.Recent)
}

// drawGap draws the bracket and writes D beside it where the plot is empty:
// below the lower curve on its right, or above the upper curve on its left.
func drawGap(c *canvas, w words, g Gap, x float64, y yScale) {
	low, high := y.at(min(g.Baseline, g.Recent)), y.at(max(g.Baseline, g.Recent))
	c.vline("dm", x, low, high)
	c.mark("dm", x, 0, append(poly(-5, low, 5, low), poly(-5, high, 5, high)...))
	name, where := g.words(w)
	switch {
	case x <= .68:
		first := min(low+22, y.height-24)
		dx := -2.
		if first < low+20 {
			dx = 9
		}
		c.text("dmt", x, dx, first, name)
		c.text("", x, dx, first+16, where)
	case high > 34:
		c.text("dmt e", x, -9, high-18, name)
		c.text("e", x, -9, high-3, where)
	default:
		c.text("dmt e", x, 6, -7, name+", "+where)
	}
}

func (g Gap) words(w words) (name, where string) {
	return "D = " + w.Fixed(g.D, 3), w.T("at score %s", w.Fixed(g.At, 3))
}

// nameCurves writes the names at the curves where both can be told apart and
// there is room; the key names them in any case.
func nameCurves(c *canvas, w words, in ECDFs, gapX float64, y yScale) {
	if in.Gap == nil || !(in.Gap.D >= .15) {
		return
	}
	upper, lower := in.Baseline, in.Recent
	upperName, lowerName, upperClass, lowerClass := w.T("baseline"), w.T("recent"), "k", "k at2"
	if in.Gap.Recent > in.Gap.Baseline {
		upper, lower = lower, upper
		upperName, lowerName, upperClass, lowerClass = w.T("recent"), w.T("baseline"), "k at2", "k"
	}
	if x, ok := crossing(upper, .6); ok && x > .28 && x < gapX+.2 {
		c.text(upperClass+" e", x, -6, y.at(.62), upperName)
	}
	if x, ok := crossing(lower, .12); ok && x < .72 {
		at := y.at(.12) + 14
		if gapX < 0 || gapX > .68 || x+.22 < gapX || y.at(min(in.Gap.Baseline, in.Gap.Recent))+48 < at {
			c.text(lowerClass, x, 8, min(at, y.height-6), lowerName)
		}
	}
}

// crossing is where a curve first reaches a share, as a fraction of the width.
func crossing(shares []float64, share float64) (float64, bool) {
	for i, s := range shares {
		if s >= share && len(shares) > 1 {
			return float64(i) / float64(len(shares)-1), true
		}
	}
	return 0, false
}

func (in ECDFs) finding(w words) string {
	what := w.T("Share of scores at or below each value.")
	if in.Gap == nil || !in.Gap.finite() {
		return joined(what, w.T("The distance was not computed."))
	}
	return joined(what, w.T("The two lines are furthest apart, D %s, at score %s: %s of the baseline lies at or below it, %s of the recent scores.",
		w.Fixed(in.Gap.D, 3), w.Fixed(in.Gap.At, 3), w.Percent(in.Gap.Baseline, 1), w.Percent(in.Gap.Recent, 1)))
}

// shownSteps is about how many steps of a curve the page's table has.
const shownSteps = 50

func (in ECDFs) table(w words) table {
	t := table{cols: []column{{head: w.T("At or below"), key: "score"}, {head: w.T("Baseline"), key: "baseline"}, {head: w.T("Recent"), key: "recent"}, {head: w.T("Apart"), key: "apart"}}}
	steps := in.steps()
	every := max(1, steps/shownSteps)
	for i := 0; i <= steps; i++ {
		apart := missing()
		if i < len(in.Baseline) && i < len(in.Recent) {
			d := math.Abs(in.Baseline[i] - in.Recent[i])
			apart = w.fixedCell(&d, 3)
		}
		at := float64(i) / float64(max(steps, 1))
		v := in.Low + (in.High-in.Low)*at
		t.rows = append(t.rows, row{x: at, plot: -1, more: i%every != 0, cells: []cell{w.fixedCell(&v, 3), w.shareAt(in.Baseline, i), w.shareAt(in.Recent, i), apart}})
	}
	if g := in.Gap; g != nil && g.finite() {
		t.rows = append(t.rows, row{x: in.x(g.At), plot: -1, cells: []cell{
			{w.T("largest, at %s", w.Fixed(g.At, 3)), machine(g.At)}, w.percentCell(&g.Baseline), w.percentCell(&g.Recent), w.fixedCell(&g.D, 3),
		}})
	}
	return t
}
