package chart

import (
	"math"

	"github.com/driftwatch/driftwatch/views/lang"
)

// Sample is one side of a comparison of scores.
type Sample struct {
	Counts []int64  // values per equally wide bin, see [Bins]
	Mean   *float64 // nil where there is none
}

func (s Sample) total() (n int64) {
	for _, c := range s.Counts {
		n += max(c, 0)
	}
	return n
}

// shares are the fractions of a sample in each of bins; nil for no values.
func (s Sample) shares(bins int) []float64 {
	n := s.total()
	if n == 0 {
		return nil
	}
	out := make([]float64, bins)
	for i, c := range s.Counts {
		if i < bins {
			out[i] = float64(max(c, 0)) / float64(n)
		}
	}
	return out
}

// Distribution overlays the shares of both samples in the same bins over
// [Low, High], with their means and the score at which the model decides.
type Distribution struct {
	ID               string // the figure's element id; "scores" where empty
	Title            string // "Where the scores went" where empty
	Low, High        float64
	Baseline, Recent Sample
	Threshold        *float64 // where the model decides, drawn as a dotted line
}

const histogramHeight = 176

// Draw implements [Chart].
func (in Distribution) Draw(l lang.Lang) Drawing {
	w := words{l}
	in.Low, in.High = scoreRange(in.Low, in.High)
	d := Drawing{
		name: or(in.ID, "scores"), title: or(in.Title, w.T("Where the scores went")), lead: in.means(w),
		keys: []key{{"baseline", w.T("baseline")}, {"recent", w.T("recent")}},
	}
	bins := max(len(in.Baseline.Counts), len(in.Recent.Counts))
	base, recent := in.Baseline.shares(bins), in.Recent.shares(bins)
	if base == nil && recent == nil {
		d.empty = w.T("No scores in either window, so there is nothing to compare.")
		return d
	}
	d.plots = []plot{{class: "plot", canvas: in.drawn(w, bins, base, recent)}}
	d.table = in.table(w, bins, base, recent)
	return d
}

func (in Distribution) drawn(w words, bins int, base, recent []float64) *canvas {
	y := yScale{0, top(max(largest(base), largest(recent)), .02, 4), histogramHeight}
	c := newCanvas(histogramHeight, in.finding(w, bins, base, recent))
	for _, t := range ticks(0, y.high, 4) {
		if t > 0 {
			c.hline("g", 0, 1, y.at(t))
		}
	}
	baseShape, recentShape := staircase(base, y), staircase(recent, y)
	c.stretched(classed{"sbf", baseShape}, classed{"sb", baseShape}, classed{"sr2f", recentShape}, classed{"sr2", recentShape}, c.axis())
	at, decided := value(in.Threshold)
	if decided {
		c.vline("ev", in.x(at), 0, c.height)
	}
	for _, t := range ticks(0, y.high, 4) {
		c.left(y.at(t), w.axisPercent(t))
	}
	scoreAxis(c, w, in.Low, in.High)
	if decided {
		c.text(anchor(in.x(at)), in.x(at), 0, -5, w.T("decides at %s", w.Short(at, 4)))
	}
	arrow := append(poly(0, -9, 0, 0), poly(-3, -4, 0, 0, 3, -4)...)
	if m, ok := value(in.Baseline.Mean); ok {
		c.mark("sb", in.x(m), c.height, arrow)
	}
	if m, ok := value(in.Recent.Mean); ok {
		c.mark("sr2", in.x(m), c.height, arrow)
	}
	for i := range bins {
		c.hover(float64(i)/float64(bins), float64(i+1)/float64(bins), w.T("%s: baseline %s, recent %s",
			in.bin(w, i, bins), w.share(base, i), w.share(recent, i)))
	}
	return c
}

// staircase gives the outline of shares.
func staircase(shares []float64, y yScale) path {
	if len(shares) == 0 {
		return nil
	}
	var t trace
	t.to(0, y.height)
	t.to(0, y.at(shares[0]))
	for i := range shares {
		next := y.height
		if i+1 < len(shares) {
			next = y.at(shares[i+1])
		}
		t.step(float64(i+1)/float64(len(shares)), next)
	}
	return t.path
}

func (in Distribution) x(score float64) float64 {
	return min(max((score-in.Low)/(in.High-in.Low), 0), 1)
}

// edges are the scores between which the i-th bin lies.
func (in Distribution) edges(i, bins int) (from, to float64) {
	width := (in.High - in.Low) / float64(bins)
	return in.Low + width*float64(i), in.Low + width*float64(i+1)
}

// bin names the scores of the i-th bin.
func (in Distribution) bin(w words, i, bins int) string {
	from, to := in.edges(i, bins)
	places := places((in.High - in.Low) / float64(bins))
	return w.Fixed(from, places) + "\u00a0– " + w.Fixed(to, places)
}

// places are the decimals that tell multiples of width apart.
func places(width float64) int {
	for p := range 6 {
		scaled := width * math.Pow10(p)
		if scaled >= 1 && math.Abs(scaled-math.Round(scaled)) < 1e-6 {
			return p
		}
	}
	return max(0, min(6, 1-int(math.Floor(math.Log10(width)))))
}

func (in Distribution) means(w words) string {
	base, okBase := value(in.Baseline.Mean)
	recent, okRecent := value(in.Recent.Mean)
	switch {
	case okBase && okRecent:
		return w.T("Share of scores; arrows mark the means, %s and %s.", w.Fixed(base, 2), w.Fixed(recent, 2))
	case okBase:
		return w.T("Share of scores; the arrow marks the baseline’s mean, %s.", w.Fixed(base, 2))
	case okRecent:
		return w.T("Share of scores; the arrow marks the recent mean, %s.", w.Fixed(recent, 2))
	default:
		return w.T("Share of scores.")
	}
}

func (in Distribution) finding(w words, bins int, base, recent []float64) string {
	side := func(name string, shares []float64, mean *float64) string {
		if shares == nil {
			return w.T("%s: no scores.", name)
		}
		peak := 0
		for i, s := range shares {
			if s > shares[peak] {
				peak = i
			}
		}
		text := w.T("%s: most often %s, %s of them", name, in.bin(w, peak, bins), w.Percent(shares[peak], 1))
		if m, ok := value(mean); ok {
			text += ", " + w.T("mean %s", w.Fixed(m, 2))
		}
		return text + "."
	}
	return joined(w.T("Shares of scores by value."), side(w.T("Baseline"), base, in.Baseline.Mean), side(w.T("Recent"), recent, in.Recent.Mean))
}

func (in Distribution) table(w words, bins int, base, recent []float64) table {
	t := table{cols: []column{
		{head: w.T("Score"), key: "from"},
		{head: w.T("Baseline"), key: "baseline", bulk: true},
		{head: w.T("Baseline share"), key: "baseline_share"},
		{head: w.T("Recent"), key: "recent", bulk: true},
		{head: w.T("Recent share"), key: "recent_share"},
	}}
	for i := range bins {
		from, _ := in.edges(i, bins)
		t.rows = append(t.rows, row{x: (float64(i) + .5) / float64(bins), plot: -1, cells: []cell{
			{in.bin(w, i, bins), machine(from)},
			w.countAt(in.Baseline.Counts, i), w.shareAt(base, i), w.countAt(in.Recent.Counts, i), w.shareAt(recent, i),
		}})
	}
	return t
}

func (w words) share(shares []float64, i int) string { return w.shareAt(shares, i).text }

func (w words) shareAt(shares []float64, i int) cell {
	if i >= len(shares) {
		return missing()
	}
	return w.percentCell(&shares[i])
}

func (w words) countAt(counts []int64, i int) cell {
	if i >= len(counts) {
		return missing()
	}
	return w.countCell(counts[i])
}

// scoreAxis writes five round values under a plot of scores.
func scoreAxis(c *canvas, w words, low, high float64) {
	for i := range 5 {
		v := float64(i) / 4
		class := "x"
		if i%2 == 1 {
			class = "x t3"
		}
		c.text(class, v, 0, c.height+17, w.Short(low+(high-low)*v, 3))
	}
}

// anchor keeps a label centred on x inside the plot.
func anchor(x float64) string {
	switch {
	case x < .12:
		return ""
	case x > .88:
		return "e"
	default:
		return "x"
	}
}

func largest(vs []float64) (m float64) {
	for _, v := range vs {
		m = max(m, v)
	}
	return m
}
