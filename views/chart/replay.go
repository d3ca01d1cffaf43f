package chart

import (
	"math"
	"time"

	"github.com/driftwatch/driftwatch/views/lang"
)

// ReplayMonth is one month of a log: how many of its rows were right with and without retraining.
type ReplayMonth struct {
	Month               time.Time // its first day
	Rows, With, Without int64
}

// shares are the accuracies with and without retraining; nil in a month without rows.
func (m ReplayMonth) shares() (with, without *float64) {
	if m.Rows <= 0 {
		return nil, nil
	}
	a, b := within(float64(m.With)/float64(m.Rows)), within(float64(m.Without)/float64(m.Rows))
	return &a, &b
}

// Replay is the accuracy by month of a replayed log with and without retraining, and the
// activations on its axis.
type Replay struct {
	ID, Title string        // "replay" and "Accuracy by month" where empty
	Months    []ReplayMonth // in order; one without rows is a gap
	Kept      []time.Time   // activations that were kept
	Backed    []time.Time   // activations that were rolled back
}

const (
	replayHeight = 214.
	replayMarks  = replayHeight + 34 // under the dates
)

// Draw implements [Chart].
func (in Replay) Draw(l lang.Lang) Drawing {
	w := words{l}
	d := Drawing{name: or(in.ID, "replay"), title: or(in.Title, w.T("Accuracy by month"))}
	var rows, with, without int64
	for _, m := range in.Months {
		rows, with, without = rows+max(m.Rows, 0), with+m.With, without+m.Without
	}
	if rows == 0 {
		d.empty = w.T("No row of these months has an outcome.")
		return d
	}
	d.lead = w.T("%s with retraining, %s without.", w.Percent(float64(with)/float64(rows), 1), w.Percent(float64(without)/float64(rows), 1))
	d.keys = []key{
		{"line", w.T("with retraining")},
		{"base line", w.T("without")},
		{"kept", w.T("activated and kept, %s", w.Count(int64(len(in.Kept))))},
		{"backed", w.T("activated and rolled back, %s", w.Count(int64(len(in.Backed))))},
	}
	d.plots = []plot{{class: "plot deep", canvas: in.drawn(w, joined(d.title+":", d.lead))}}
	d.table = in.table(w)
	return d
}

// ReplayByMonth is the drawing as an SVG document in English, for a report that the command line
// writes.
func ReplayByMonth(in Replay) string { return in.Draw(lang.English).svgFile() }

// x is where a time lies between the first month's begin and the last one's end.
func (in Replay) x(t time.Time) float64 {
	from := in.Months[0].Month
	to := in.Months[len(in.Months)-1].Month.AddDate(0, 1, 0)
	return within(t.Sub(from).Hours() / max(to.Sub(from).Hours(), 1))
}

func (in Replay) middle(m ReplayMonth) float64 {
	return (in.x(m.Month) + in.x(m.Month.AddDate(0, 1, 0))) / 2
}

func (in Replay) drawn(w words, finding string) *canvas {
	c := newCanvas(replayHeight, finding)
	y := in.scale()
	levels := ticks(y.low, y.high, 6)
	for _, t := range levels {
		c.hline("g", 0, 1, y.at(t))
		c.left(y.at(t), w.axisPercent(t))
	}
	var with, without trace
	for i, m := range in.Months {
		a, b := m.shares()
		if a == nil {
			with.gap()
			without.gap()
		} else {
			with.to(in.middle(m), y.at(*a))
			without.to(in.middle(m), y.at(*b))
		}
		c.hover(in.x(m.Month), in.x(m.Month.AddDate(0, 1, 0)), in.hint(w, m))
		if i == 0 || m.Month.Month() == time.January || m.Month.Month() == time.July {
			c.text(anchor(in.x(m.Month)), in.x(m.Month), 0, replayHeight+17, m.Month.Format("2006-01"))
		}
	}
	with.gap()
	without.gap()
	c.stretched(classed{"sb", without.path}, classed{"sr2", with.path}, c.axis())
	for _, t := range in.Kept {
		c.mark("na", in.x(t), replayMarks, poly(0, -5, 5, 4, -5, 4).closed())
	}
	for _, t := range in.Backed {
		c.mark("dm", in.x(t), replayMarks, append(poly(-4, -4, 4, 4), poly(4, -4, -4, 4)...))
	}
	return c
}

// scale ends at whole steps of five points around what is drawn.
func (in Replay) scale() yScale {
	low, high := 1., 0.
	for _, m := range in.Months {
		if a, b := m.shares(); a != nil {
			low, high = min(low, *a, *b), max(high, *a, *b)
		}
	}
	return yScale{math.Max(0, math.Floor(low*20-.2)/20), math.Min(1, math.Ceil(high*20+.2)/20), replayHeight}
}

func (in Replay) hint(w words, m ReplayMonth) string {
	name := m.Month.Format("2006-01")
	a, b := m.shares()
	if a == nil {
		return name + ": " + w.T("no row with an outcome")
	}
	return name + ": " + w.N(m.Rows, "of %d row %s right with, %s without retraining", "of %d rows %s right with, %s without retraining", w.Percent(*a, 1), w.Percent(*b, 1))
}

func (in Replay) table(w words) table {
	t := table{cols: []column{
		{head: w.T("Month"), key: "month"},
		{head: w.T("Rows"), key: "rows"},
		{head: w.T("With retraining"), key: "accuracy_with"},
		{head: w.T("Without"), key: "accuracy_without"},
		{head: w.T("Kept"), key: "kept"},
		{head: w.T("Rolled back"), key: "rolled_back"},
	}}
	count := func(at []time.Time, m ReplayMonth) (n int64) {
		for _, t := range at {
			if !t.Before(m.Month) && t.Before(m.Month.AddDate(0, 1, 0)) {
				n++
			}
		}
		return n
	}
	for _, m := range in.Months {
		a, b := m.shares()
		t.rows = append(t.rows, row{x: in.middle(m), plot: -1, cells: []cell{
			plain(m.Month.Format("2006-01")), w.countCell(m.Rows), w.percentCell(a), w.percentCell(b), w.countCell(count(in.Kept, m)), w.countCell(count(in.Backed, m)),
		}})
	}
	return t
}
