package chart

import (
	"fmt"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/views/format"
)

// Gap is the largest distance between two ECDFs: the D of the test and where
// it lies.
type Gap struct {
	D                float64 // 0 to 1
	At               float64 // the score
	Baseline, Recent float64 // the shares at or below it
}

// ECDFs is the input of [ECDF]: the share of each sample at or below equally
// spaced scores from Low to High, see [Cumulative].
type ECDFs struct {
	ID                 string // "distance" where empty
	Title              string // "How far apart: D" where empty
	Low, High          float64
	Baseline, Recent   []float64
	NBaseline, NRecent int64
	Gap                *Gap // nil: not drawn
}

const ecdfHeight = 176

// ECDF draws both cumulative distributions and, as a bracket at its place, the
// largest distance between them.
func ECDF(in ECDFs) templ.Component {
	in.Low, in.High = scoreRange(in.Low, in.High)
	f := figure{
		id:    or(in.ID, "distance"),
		title: or(in.Title, "How far apart: D"),
		lead:  "Share of scores at or below each value; n " + format.Count(in.NBaseline) + " and " + format.Count(in.NRecent) + ".",
		keys:  []key{{"baseline", "baseline"}, {"recent", "recent"}},
	}
	if len(in.Baseline) == 0 && len(in.Recent) == 0 {
		f.empty, f.keys, f.lead = "No scores in either window, so there is no distance to show.", nil, ""
		return frame(f)
	}
	f.plots = []plot{{"plot", drawECDF(in)}}
	f.table = ecdfTable(in)
	return frame(f)
}

func drawECDF(in ECDFs) string {
	y := yScale{0, 1, ecdfHeight}
	c := newCanvas(ecdfHeight, ecdfFinding(in))
	for _, t := range []float64{.25, .5, .75, 1} {
		c.hline("g", 0, 1, y.at(t))
	}
	c.stretched(classed{"sb", climb(in.Baseline, y)}, classed{"sr2", climb(in.Recent, y)}, c.axis())
	gapX := -1.
	if in.Gap != nil && in.Gap.finite() {
		gapX = (in.Gap.At - in.Low) / (in.High - in.Low)
		drawGap(c, *in.Gap, min(max(gapX, 0), 1), y)
	}
	nameCurves(c, in, gapX, y)
	for _, t := range []float64{0, .5, 1} {
		c.left(y.at(t), axisPercent(t))
	}
	scoreAxis(c, in.Low, in.High)
	steps := max(len(in.Baseline), len(in.Recent)) - 1
	for i := 0; i <= steps; i += 4 {
		at := float64(i) / float64(max(steps, 1))
		c.hover(at-.5/25, at+.5/25, fmt.Sprintf("at or below %s: baseline %s, recent %s",
			format.Fixed(in.Low+(in.High-in.Low)*at, 2), shareText(in.Baseline, i), shareText(in.Recent, i)))
	}
	return c.close()
}

// climb is the path of an ECDF given at equally spaced points.
func climb(shares []float64, y yScale) string {
	if len(shares) == 0 {
		return ""
	}
	var t trace
	t.to(0, y.height)
	t.b.WriteString("V" + num(y.at(shares[0])))
	last := num(y.at(shares[0]))
	for i := 1; i < len(shares); i++ {
		if next := num(y.at(shares[i])); next != last || i == len(shares)-1 {
			t.step(float64(i)/float64(len(shares)-1), y.at(shares[i]))
			last = next
		}
	}
	return t.String()
}

func (g Gap) finite() bool {
	return format.Finite(g.D) && format.Finite(g.At) && format.Finite(g.Baseline) && format.Finite(g.Recent)
}

// drawGap draws the bracket and writes D beside it where the plot is empty:
// below the lower curve on its right, or above the upper curve on its left.
func drawGap(c *canvas, g Gap, x float64, y yScale) {
	low, high := y.at(min(g.Baseline, g.Recent)), y.at(max(g.Baseline, g.Recent))
	c.vline("dm", x, low, high)
	c.mark("dm", x, 0, "M-5 "+num(low)+"h10M-5 "+num(high)+"h10")
	name, where := gapWords(g)
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

func gapWords(g Gap) (name, where string) {
	return "D = " + format.Fixed(g.D, 3), "at score " + format.Fixed(g.At, 3)
}

// nameCurves writes the names at the curves where both can be told apart and
// there is room; the key names them in any case.
func nameCurves(c *canvas, in ECDFs, gapX float64, y yScale) {
	if in.Gap == nil || !(in.Gap.D >= .15) {
		return
	}
	upper, lower := in.Baseline, in.Recent
	upperName, lowerName, upperClass, lowerClass := "baseline", "recent", "k", "k at2"
	if in.Gap.Recent > in.Gap.Baseline {
		upper, lower = lower, upper
		upperName, lowerName, upperClass, lowerClass = "recent", "baseline", "k at2", "k"
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

func ecdfFinding(in ECDFs) string {
	const what = "Share of scores at or below each value. "
	if in.Gap == nil || !in.Gap.finite() {
		return what + "The distance was not computed."
	}
	return what + fmt.Sprintf("The two lines are furthest apart, D %s, at score %s: %s of the baseline lies at or below it, %s of the recent scores.",
		format.Fixed(in.Gap.D, 3), format.Fixed(in.Gap.At, 3), format.Percent(in.Gap.Baseline, 1), format.Percent(in.Gap.Recent, 1))
}

func ecdfTable(in ECDFs) table {
	t := table{head: []string{"At or below", "Baseline", "Recent", "Apart"}}
	steps := max(len(in.Baseline), len(in.Recent)) - 1
	every := max(1, steps/25)
	for i := 0; i <= steps; i += every {
		apart := format.Missing
		if i < len(in.Baseline) && i < len(in.Recent) {
			apart = format.Fixed(max(in.Baseline[i]-in.Recent[i], in.Recent[i]-in.Baseline[i]), 3)
		}
		v := in.Low + (in.High-in.Low)*float64(i)/float64(max(steps, 1))
		t.rows = append(t.rows, []string{format.Fixed(v, 3), shareText(in.Baseline, i), shareText(in.Recent, i), apart})
	}
	if in.Gap != nil && in.Gap.finite() {
		t.rows = append(t.rows, []string{
			"largest, at " + format.Fixed(in.Gap.At, 3), format.Percent(in.Gap.Baseline, 1),
			format.Percent(in.Gap.Recent, 1), format.Fixed(in.Gap.D, 3),
		})
	}
	return t
}
