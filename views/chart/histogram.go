package chart

import (
	"fmt"
	"math"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/views/format"
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

// Distribution is the input of [Histogram]: both samples in the same bins over
// [Low, High].
type Distribution struct {
	ID               string // the figure's element id; "scores" where empty
	Title            string // "Where the scores went" where empty
	Low, High        float64
	Baseline, Recent Sample
	Threshold        *float64 // where the model decides, drawn as a dotted line
}

const histogramHeight = 176

// Histogram overlays the shares of both samples, with their means and the
// score at which the model decides.
func Histogram(in Distribution) templ.Component {
	in.Low, in.High = scoreRange(in.Low, in.High)
	f := figure{
		id:    or(in.ID, "scores"),
		title: or(in.Title, "Where the scores went"),
		lead:  "Share of scores" + means(in),
		keys:  []key{{"baseline", "baseline"}, {"recent", "recent"}},
	}
	bins := max(len(in.Baseline.Counts), len(in.Recent.Counts))
	base, recent := in.Baseline.shares(bins), in.Recent.shares(bins)
	if base == nil && recent == nil {
		f.empty = "No scores in either window, so there is nothing to compare."
		f.keys = nil
		return frame(f)
	}
	f.plots = []plot{{"plot", drawHistogram(in, bins, base, recent)}}
	f.table = histogramTable(in, bins, base, recent)
	return frame(f)
}

func drawHistogram(in Distribution, bins int, base, recent []float64) string {
	y := yScale{0, top(max(largest(base), largest(recent)), .02, 4), histogramHeight}
	c := newCanvas(histogramHeight, histogramFinding(in, bins, base, recent))
	for _, t := range ticks(0, y.high, 4) {
		if t > 0 {
			c.hline("g", 0, 1, y.at(t))
		}
	}
	baseFill, baseLine := staircase(base, y)
	recentFill, recentLine := staircase(recent, y)
	paths := []classed{{"sbf", baseFill}, {"sb", baseLine}, {"sr2f", recentFill}, {"sr2", recentLine}}
	at, decided := value(in.Threshold)
	if decided {
		x := in.x(at)
		paths = append(paths, classed{"ev", "M" + num(x*span) + " 0V" + num(c.height)})
	}
	c.stretched(append(paths, c.axis())...)
	for _, t := range ticks(0, y.high, 4) {
		c.left(y.at(t), axisPercent(t))
	}
	scoreAxis(c, in.Low, in.High)
	if decided {
		c.text(anchor(in.x(at)), in.x(at), 0, -5, "decides at "+format.Short(at, 4))
	}
	const arrow = "M0-9v9m-3-4 3 4 3-4"
	if m, ok := value(in.Baseline.Mean); ok {
		c.mark("sb", in.x(m), c.height, arrow)
	}
	if m, ok := value(in.Recent.Mean); ok {
		c.mark("sr2", in.x(m), c.height, arrow)
	}
	for i := range bins {
		c.hover(float64(i)/float64(bins), float64(i+1)/float64(bins), fmt.Sprintf("%s: baseline %s, recent %s",
			in.bin(i, bins), shareText(base, i), shareText(recent, i)))
	}
	return c.close()
}

// staircase gives the outline of shares as a filled and a drawn path.
func staircase(shares []float64, y yScale) (fill, line string) {
	if len(shares) == 0 {
		return "", ""
	}
	var t trace
	t.to(0, y.height)
	t.b.WriteString("V" + num(y.at(shares[0])))
	for i := range shares {
		next := y.height
		if i+1 < len(shares) {
			next = y.at(shares[i+1])
		}
		t.step(float64(i+1)/float64(len(shares)), next)
	}
	return t.String(), t.String()
}

func (in Distribution) x(score float64) float64 {
	return min(max((score-in.Low)/(in.High-in.Low), 0), 1)
}

// bin names the scores of the i-th bin.
func (in Distribution) bin(i, bins int) string {
	width := (in.High - in.Low) / float64(bins)
	places := places(width)
	return format.Fixed(in.Low+width*float64(i), places) + "\u00a0– " + format.Fixed(in.Low+width*float64(i+1), places)
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

func means(in Distribution) string {
	base, okBase := value(in.Baseline.Mean)
	recent, okRecent := value(in.Recent.Mean)
	switch {
	case okBase && okRecent:
		return "; arrows mark the means, " + format.Fixed(base, 2) + " and " + format.Fixed(recent, 2) + "."
	case okBase:
		return "; the arrow marks the baseline’s mean, " + format.Fixed(base, 2) + "."
	case okRecent:
		return "; the arrow marks the recent mean, " + format.Fixed(recent, 2) + "."
	default:
		return "."
	}
}

func histogramFinding(in Distribution, bins int, base, recent []float64) string {
	side := func(name string, shares []float64, mean *float64) string {
		if shares == nil {
			return name + ": no scores."
		}
		peak := 0
		for i, s := range shares {
			if s > shares[peak] {
				peak = i
			}
		}
		text := fmt.Sprintf("%s: most often %s, %s of them", name, in.bin(peak, bins), format.Percent(shares[peak], 1))
		if m, ok := value(mean); ok {
			text += ", mean " + format.Fixed(m, 2)
		}
		return text + "."
	}
	return "Shares of scores by value. " + side("Baseline", base, in.Baseline.Mean) + " " + side("Recent", recent, in.Recent.Mean)
}

func histogramTable(in Distribution, bins int, base, recent []float64) table {
	t := table{head: []string{"Score", "Baseline", "share", "Recent", "share"}}
	for i := range bins {
		t.rows = append(t.rows, []string{
			in.bin(i, bins),
			countText(in.Baseline.Counts, i), shareText(base, i), countText(in.Recent.Counts, i), shareText(recent, i),
		})
	}
	return t
}

func shareText(shares []float64, i int) string {
	if i >= len(shares) {
		return format.Missing
	}
	return format.Percent(shares[i], 1)
}

func countText(counts []int64, i int) string {
	if i >= len(counts) {
		return format.Missing
	}
	return format.Count(counts[i])
}

// scoreAxis writes five round values under a plot of scores.
func scoreAxis(c *canvas, low, high float64) {
	for i := range 5 {
		v := float64(i) / 4
		class := "x"
		if i%2 == 1 {
			class = "x t3"
		}
		c.text(class, v, 0, c.height+17, format.Short(low+(high-low)*v, 3))
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
