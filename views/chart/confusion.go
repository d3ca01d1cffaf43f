package chart

import "github.com/driftwatch/driftwatch/views/lang"

// Outcomes is how one window's decisions turned out.
type Outcomes struct{ TruePositive, FalsePositive, FalseNegative, TrueNegative int64 }

func (o Outcomes) total() int64 {
	return max(o.TruePositive, 0) + max(o.FalsePositive, 0) + max(o.FalseNegative, 0) + max(o.TrueNegative, 0)
}

// Confusion is the confusion matrix, baseline and recent side by side.
type Confusion struct {
	ID, Title        string // "confusion" and "Which mistakes it makes" where empty
	Positive         string // what a positive is called: "conflict"; "yes" where empty
	Negative         string // "no" where empty
	Baseline, Recent Outcomes
}

const confusionHeight = 150.

// Draw implements [Chart].
func (in Confusion) Draw(l lang.Lang) Drawing {
	w := words{l}
	in.Positive, in.Negative = or(in.Positive, w.T("yes")), or(in.Negative, w.T("no"))
	d := Drawing{
		name: or(in.ID, "confusion"), help: "precision", title: or(in.Title, w.T("Which mistakes it makes")), columns: 2,
		lead: w.T("Rows are what the model said, columns what happened. The darker, the larger the share; mistakes have a dashed edge."),
	}
	if in.Baseline.total()+in.Recent.total() == 0 {
		d.empty = w.T("Neither window has outcomes, so there is nothing to be right or wrong about.")
		return d
	}
	d.table = table{cols: []column{{head: w.T("Window"), key: "window"}, {head: w.T("Said"), key: "said"}, {head: w.T("Happened"), key: "happened"}, {head: w.T("Predictions"), key: "n"}, {head: w.T("share"), key: "share"}}}
	for i, side := range []struct {
		name cell
		o    Outcomes
	}{{cell{w.T("Baseline"), "baseline"}, in.Baseline}, {cell{w.T("Recent"), "recent"}, in.Recent}} {
		d.plots = append(d.plots, plot{class: "plot cm", head: side.name.text, sub: in.sub(w, side.o), canvas: in.drawn(w, side.name.text, side.o)})
		for k, c := range in.cells(side.o) {
			d.table.rows = append(d.table.rows, row{x: .25 + .5*float64(k%2), plot: i, cells: []cell{side.name, plain(c.said), plain(c.happened), w.countCell(c.n), w.shareOf(c.n, side.o.total())}})
		}
	}
	return d
}

type confusionCell struct {
	said, happened string
	n              int64
	right          bool
}

func (in Confusion) cells(o Outcomes) [4]confusionCell {
	return [4]confusionCell{
		{in.Positive, in.Positive, o.TruePositive, true},
		{in.Positive, in.Negative, o.FalsePositive, false},
		{in.Negative, in.Positive, o.FalseNegative, false},
		{in.Negative, in.Negative, o.TrueNegative, true},
	}
}

func (w words) shareOf(n, total int64) cell {
	if total <= 0 {
		return missing()
	}
	v := float64(n) / float64(total)
	return w.percentCell(&v)
}

func (in Confusion) sub(w words, o Outcomes) string {
	if o.total() == 0 {
		return w.T("No outcomes.")
	}
	return w.T("Right %s of %s, %s.", w.Count(o.TruePositive+o.TrueNegative), w.Count(o.total()), w.shareOf(o.TruePositive+o.TrueNegative, o.total()).text)
}

func (in Confusion) drawn(w words, name string, o Outcomes) *canvas {
	c := newCanvas(confusionHeight, joined(name+":", in.sub(w, o),
		w.T("Said %s and it was: %s; said %s and it was not: %s; missed: %s.", in.Positive, w.Count(o.TruePositive), in.Positive, w.Count(o.FalsePositive), w.Count(o.FalseNegative))))
	const gap, half = .006, confusionHeight / 2
	for k, cl := range in.cells(o) {
		x1, y1 := .5*float64(k%2)+gap, half*float64(k/2)+2
		x2, y2 := x1+.5-2*gap, y1+half-4
		share := 0.
		if o.total() > 0 {
			share = float64(max(cl.n, 0)) / float64(o.total())
		}
		level := min(int(share*6)+1, 4)
		c.box([]string{"q1", "q2", "q3", "q4"}[level-1], x1, x2, y1, y2)
		edge := "ax"
		if !cl.right {
			edge = "zc"
		}
		c.stretched(classed{edge + " no", poly(x1, y1, x2, y1, x2, y2, x1, y2).closed()})
		middle := (x1 + x2) / 2
		c.text("x big", middle, 0, y1+half/2-8, w.Count(cl.n)+in.percentOf(w, cl.n, o.total()))
		c.text("x k2", middle, 0, y1+half/2+9, shorten(w.T("said %s", cl.said), 22))
		if k < 2 {
			c.text("x k2", .25+.5*float64(k%2), 0, -8, shorten(w.T("was %s", cl.happened), 26))
		}
	}
	return c
}

func (in Confusion) percentOf(w words, n, total int64) string {
	if total <= 0 {
		return ""
	}
	return ", " + w.Percent(float64(n)/float64(total), 0)
}
