package chart

import (
	"time"

	"github.com/driftwatch/driftwatch/views/lang"
)

// AlertCounts is how many checks of a day were of each severity.
type AlertCounts struct{ Medium, High, Critical int64 }

func (a AlertCounts) total() int64 {
	return max(a.Medium, 0) + max(a.High, 0) + max(a.Critical, 0)
}

// WhatIfDay is one day under both sets of thresholds.
type WhatIfDay struct {
	Date               time.Time
	Present, Candidate AlertCounts
	Blind              bool // no check could judge
}

// WhatIf is by day the alerts of the thresholds in force and those that candidate thresholds would have
// raised.
type WhatIf struct {
	ID, Title, Lead string // "what-if" and "Which alerts there would have been" where empty
	Span            Window
	Days            []WhatIfDay
	Note            string
}

const whatIfHeight = 72.

// Draw implements [Chart].
func (in WhatIf) Draw(l lang.Lang) Drawing {
	w := words{l}
	days := sortedDays(in.Days, func(d WhatIfDay) time.Time { return d.Date })
	d := Drawing{
		name: or(in.ID, "what-if"), title: or(in.Title, w.T("Which alerts there would have been")), note: in.Note,
		keys: []key{{"barcrit", w.severity(Critical)}, {"barhigh", w.severity(High)}, {"barmed", w.severity(Medium)}, {"gap", w.T("not judged")}},
	}
	if len(days) == 0 {
		d.empty = w.T("No check has run in these days.")
		return d
	}
	a := newTimeAxis(in.Span, days[0].Date, days[len(days)-1].Date)
	present := func(d WhatIfDay) AlertCounts { return d.Present }
	candidate := func(d WhatIfDay) AlertCounts { return d.Candidate }
	before, after := sum(days, present), sum(days, candidate)
	d.lead = joined(w.N(before.total(), "%d alert as it is set now,", "%d alerts as it is set now,"), w.T("%s with these values.", w.Count(after.total())), in.Lead)
	most := int64(1)
	for _, day := range days {
		most = max(most, day.Present.total(), day.Candidate.total())
	}
	y := yScale{0, top(float64(most), 1, 2), whatIfHeight}
	d.plots = []plot{
		{class: "plot tight", canvas: drawAlerts(w, w.T("As it is set now"), days, a, y, present, before)},
		{class: "plot tr", canvas: drawAlerts(w, w.T("With these values"), days, a, y, candidate, after)},
	}
	a.draw(d.plots[1].canvas, w, whatIfHeight+17)
	d.table = in.table(w, days, a)
	return d
}

func sum(days []WhatIfDay, get func(WhatIfDay) AlertCounts) (s AlertCounts) {
	for _, d := range days {
		a := get(d)
		s.Medium, s.High, s.Critical = s.Medium+max(a.Medium, 0), s.High+max(a.High, 0), s.Critical+max(a.Critical, 0)
	}
	return s
}

func drawAlerts(w words, name string, days []WhatIfDay, a timeAxis, y yScale, get func(WhatIfDay) AlertCounts, all AlertCounts) *canvas {
	c := newCanvas(whatIfHeight, w.T("%s: %s critical, %s high, %s medium.", name, w.Count(all.Critical), w.Count(all.High), w.Count(all.Medium)))
	for _, t := range []float64{y.high / 2, y.high} {
		if t == float64(int64(t)) {
			c.hline("g", 0, 1, y.at(t))
			c.left(y.at(t), w.Short(t, 3))
		}
	}
	c.left(whatIfHeight, "0")
	var paths [3]path
	for _, d := range days {
		if !a.holds(d.Date) {
			continue
		}
		left, _, right := a.day(d.Date)
		if d.Blind {
			c.band("gap", left, right)
			continue
		}
		counts, foot := get(d), 0.
		pad := (right - left) * .15
		for i, n := range []int64{counts.Critical, counts.High, counts.Medium} {
			if n > 0 {
				y1, y2 := y.at(foot), y.at(foot+float64(n))
				paths[i] = append(paths[i], poly(left+pad, y1, left+pad, y2, right-pad, y2, right-pad, y1).closed()...)
				foot += float64(n)
			}
		}
		c.hover(left, right, w.T("%s: %s critical, %s high, %s medium.", w.Weekday(d.Date), w.Count(counts.Critical), w.Count(counts.High), w.Count(counts.Medium)))
	}
	c.stretched(classed{"bm", paths[2]}, classed{"bh", paths[1]}, classed{"bc", paths[0]}, c.axis())
	c.text("k", 0, 0, -8, name)
	c.right("big", whatIfHeight/2, w.Count(all.total()))
	return c
}

func (in WhatIf) table(w words, days []WhatIfDay, a timeAxis) table {
	t := table{cols: []column{
		{head: w.T("Day"), key: "day"},
		{head: w.T("As it is set now, critical"), key: "present_critical"},
		{head: w.T("high"), key: "present_high"},
		{head: w.T("medium"), key: "present_medium"},
		{head: w.T("With these values, critical"), key: "candidate_critical"},
		{head: w.T("high"), key: "candidate_high"},
		{head: w.T("medium"), key: "candidate_medium"},
	}}
	for i := len(days) - 1; i >= 0; i-- {
		d := days[i]
		r := row{x: a.place(d.Date), plot: -1, cells: []cell{w.dayCell(d.Date)}}
		for _, c := range []AlertCounts{d.Present, d.Candidate} {
			for _, n := range []int64{c.Critical, c.High, c.Medium} {
				if d.Blind {
					r.cells = append(r.cells, cell{w.T("not judged"), ""})
				} else {
					r.cells = append(r.cells, w.countCell(n))
				}
			}
		}
		t.rows = append(t.rows, r)
	}
	return t
}
