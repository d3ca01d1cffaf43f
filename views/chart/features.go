package chart

import (
	"strings"

	"github.com/driftwatch/driftwatch/views/lang"
)

// FeatureBin is a range of a numeric feature's values, or one category.
type FeatureBin struct {
	Label            string  // of a category; empty: the range
	Low, High        float64 // of a range
	Baseline, Recent int64
}

// Feature is how one logged feature moved.
type Feature struct {
	Name        string
	Categorical bool
	Bins        []FeatureBin
	PSI         *float64
	Statistic   *float64 // D of the KS test, or chi-square
	P, Adjusted *float64 // the test's p, and that after Benjamini-Hochberg over all features
	Moved       bool     // by the page's rule
}

// Features is which features moved, in the order given: the first question
// after "it drifted" is "what changed?".
type Features struct {
	ID, Title, Lead string // "features" and "What changed in the input" where empty
	Features        []Feature
	Note            string
}

const (
	featureHeight = 56.
	// mostFeatures bounds a figure; the caller's page says how many are left out.
	mostFeatures = 24
)

// Draw implements [Chart].
func (in Features) Draw(l lang.Lang) Drawing {
	w := words{l}
	d := Drawing{
		name: or(in.ID, "features"), help: "bh", title: or(in.Title, w.T("What changed in the input")), columns: 3, note: in.Note,
		lead: or(in.Lead, w.T("Baseline grey, recent in colour; those that moved most come first. p is corrected for looking at every feature.")),
		keys: []key{{"baseline", w.T("baseline")}, {"recent", w.T("recent")}},
	}
	if len(in.Features) == 0 {
		d.empty = w.T("No feature was logged in both windows.")
		return d
	}
	shown := in.Features[:min(len(in.Features), mostFeatures)]
	if left := len(in.Features) - len(shown); left > 0 {
		d.note = joined(d.note, w.N(int64(left), "%d more feature is in the CSV file.", "%d more features are in the CSV file."))
	}
	d.table.cols = []column{
		{head: w.T("Feature"), key: "feature"},
		{head: w.T("Value"), key: "value"},
		{head: w.T("Baseline"), key: "baseline", bulk: true},
		{head: w.T("Baseline share"), key: "baseline_share"},
		{head: w.T("Recent"), key: "recent", bulk: true},
		{head: w.T("Recent share"), key: "recent_share"},
		{head: "PSI", key: "psi"},
		{head: w.T("Statistic"), key: "statistic"},
		{head: "p", key: "p", bulk: true},
		{head: w.T("p corrected"), key: "p_adjusted"},
	}
	for i, f := range in.Features {
		base, recent := f.samples()
		if i < len(shown) {
			d.plots = append(d.plots, plot{class: "plot cellp", head: shorten(f.Name, 40), sub: f.sub(w), canvas: f.drawn(w, base, recent)})
		}
		if len(f.Bins) == 0 { // its numbers stand in the table all the same
			d.table.rows = append(d.table.rows, row{x: -1, plot: i, more: i >= len(shown), cells: append(
				[]cell{plain(f.Name), missing(), missing(), missing(), missing(), missing()}, f.numbers(w)...)})
		}
		for k, b := range f.Bins {
			d.table.rows = append(d.table.rows, row{x: (float64(k) + .5) / float64(len(f.Bins)), plot: i, more: i >= len(shown), cells: append(
				[]cell{plain(f.Name), b.cell(w), w.countCell(b.Baseline), w.shareAt(base, k), w.countCell(b.Recent), w.shareAt(recent, k)}, f.numbers(w)...)})
		}
	}
	return d
}

// numbers are the last columns of a feature's rows.
func (f Feature) numbers(w words) []cell {
	return []cell{w.fixedCell(f.PSI, 3), w.fixedCell(f.Statistic, 3), w.pCell(f.P), w.pCell(f.Adjusted)}
}

func (f Feature) samples() (base, recent []float64) {
	var b, r Sample
	for _, bin := range f.Bins {
		b.Counts, r.Counts = append(b.Counts, bin.Baseline), append(r.Counts, bin.Recent)
	}
	return b.shares(len(f.Bins)), r.shares(len(f.Bins))
}

func (b FeatureBin) cell(w words) cell {
	if b.Label != "" {
		return plain(b.Label)
	}
	return cell{w.Short(b.Low, 4) + "\u00a0– " + w.Short(b.High, 4), machine(b.Low) + ".." + machine(b.High)}
}

// sub is the numbers over a feature's plot.
func (f Feature) sub(w words) string {
	name := "D"
	if f.Categorical {
		name = "χ²"
	}
	parts := []string{}
	if v, ok := value(f.PSI); ok {
		parts = append(parts, "PSI\u00a0"+w.Fixed(v, 2))
	}
	if v, ok := value(f.Statistic); ok {
		text := w.Fixed(v, 3)
		if f.Categorical {
			text = w.Short(v, 3)
		}
		parts = append(parts, name+"\u00a0"+text)
	}
	if v, ok := value(f.Adjusted); ok {
		parts = append(parts, "p\u00a0"+w.P(v))
	}
	if len(parts) == 0 {
		return w.T("not judged")
	}
	verdict := w.T("same")
	if f.Moved {
		verdict = w.T("moved")
	}
	return verdict + ": " + strings.Join(parts, ", ")
}

func (f Feature) drawn(w words, base, recent []float64) *canvas {
	c := newCanvas(featureHeight, f.Name+", "+f.sub(w)+".")
	y := yScale{0, max(largest(base), largest(recent), .001), featureHeight}
	if f.Categorical {
		f.bars(c, y, base, recent)
	} else {
		b, r := staircase(base, y), staircase(recent, y)
		c.stretched(classed{"sbf", b}, classed{"sb", b}, classed{"sr2f", r}, classed{"sr2", r}, c.axis())
	}
	f.axis(c, w)
	n := float64(len(f.Bins))
	for i, b := range f.Bins {
		c.hover(float64(i)/n, float64(i+1)/n, w.T("%s: baseline %s, recent %s", b.cell(w).text, w.share(base, i), w.share(recent, i)))
	}
	return c
}

// bars draws a pair for each category.
func (f Feature) bars(c *canvas, y yScale, base, recent []float64) {
	var b, r path
	wide := .36 / float64(len(f.Bins))
	for i := range f.Bins {
		x := (float64(i) + .12) / float64(len(f.Bins))
		b = append(b, bar(x, wide, y, base, i)...)
		r = append(r, bar(x+wide+.02/float64(len(f.Bins)), wide, y, recent, i)...)
	}
	c.stretched(classed{"nb", b}, classed{"na", r}, c.axis())
}

func bar(x, wide float64, y yScale, shares []float64, i int) path {
	if i >= len(shares) || shares[i] <= 0 {
		return nil
	}
	top := min(y.at(shares[i]), y.height-1)
	return poly(x, y.height, x, top, x+wide, top, x+wide, y.height).closed()
}

// axis names the ends of the range, or the categories where they fit.
func (f Feature) axis(c *canvas, w words) {
	n := len(f.Bins)
	if n == 0 {
		c.text("gt", 0, 0, featureHeight/2, w.T("not counted by value"))
		return
	}
	if !f.Categorical {
		c.text("", 0, 0, featureHeight+15, w.Short(f.Bins[0].Low, 4))
		c.text("e", 1, 0, featureHeight+15, w.Short(f.Bins[n-1].High, 4))
		return
	}
	room := 44 / n // characters under each at the narrowest
	for i, b := range f.Bins {
		if label := or(b.Label, lang.Missing); room >= 3 {
			c.text("x", (float64(i)+.5)/float64(n), 0, featureHeight+15, shorten(label, room))
		}
	}
}
