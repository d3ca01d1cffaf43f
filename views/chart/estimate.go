package chart

import (
	"time"

	"github.com/driftwatch/driftwatch/views/lang"
)

// EstimateDay is the estimated and realised accuracy of one day, or of the window
// that ends with it.
type EstimateDay struct {
	Date                 time.Time
	N, NOutcomes         int64 // predictions, and those with an outcome
	Estimated, Low, High *float64
	Realised             *float64 // nil where outcomes are not in yet
}

// Estimate is the accuracy estimated without outcomes (CBPE) with its interval,
// against what was realised where outcomes came in.
type Estimate struct {
	ID, Title string // "estimate" and "How right it probably is" where empty
	Lead      string // how right the estimate has been so far
	Span      Window
	Days      []EstimateDay
	EveryDays int // how far apart the windows of Days end; 1 where 0: single days
	Reference *float64
	Events    []Event
	Note      string
}

// Draw implements [Chart].
func (in Estimate) Draw(l lang.Lang) Drawing {
	w := words{l}
	days := sortedDays(in.Days, func(d EstimateDay) time.Time { return d.Date })
	d := Drawing{
		name: or(in.ID, "estimate"), help: "cbpe", title: or(in.Title, w.T("How right it probably is")), note: in.Note,
		lead: joined(w.T("Dashed: accuracy estimated from the scores alone, with its interval. Circles: what came true where outcomes are in."), in.Lead),
		keys: []key{{"estimate", w.T("estimated, with interval")}, {"realised", w.T("realised")}},
	}
	some := false
	for _, day := range days {
		_, a := value(day.Estimated)
		_, b := value(day.Realised)
		some = some || a || b
	}
	if !some {
		d.empty = w.T("No day in this span could be estimated.")
		return d
	}
	day := in.daily(w, days)
	c := day.draw(in.finding(w, days))
	in.estimates(c, day, days)
	d.plots = []plot{{class: "plot deep", canvas: c}}
	if day.hasGaps() {
		d.keys = append(d.keys, key{"gap", w.T("no outcomes")})
	}
	if in.EveryDays > 1 {
		d.keys = append(d.keys, key{"count", w.T("outcomes a window")})
	} else {
		d.keys = append(d.keys, key{"count", w.T("outcomes a day")})
	}
	d.table = in.table(w, days, day.axis)
	return d
}

func (in Estimate) daily(w words, days []EstimateDay) daily {
	d := daily{words: w, every: in.EveryDays, tick: w.axisPercent, text: func(v float64) string { return w.Percent(v, 1) }, reference: in.Reference, events: in.Events}
	low := .5
	for _, day := range days {
		p := dayPoint{date: day.Date, n: day.NOutcomes, value: day.Realised, gap: w.T("no outcomes"), hint: day.hint(w)}
		for _, v := range []*float64{day.Low, day.Estimated, day.Realised} {
			if v, ok := value(v); ok {
				low = min(low, v)
			}
		}
		d.days = append(d.days, p)
	}
	d.axis = d.over(in.Span)
	d.y = yScale{float64(int(max(low, 0)*10)) / 10, 1, wideHeight}
	return d
}

// estimates draws the estimate over the realised days.
func (in Estimate) estimates(c *canvas, d daily, days []EstimateDay) {
	e := daily{words: d.words, every: d.every, axis: d.axis, y: d.y}
	for _, day := range days {
		e.days = append(e.days, dayPoint{date: day.Date, value: day.Estimated, low: day.Low, high: day.High})
	}
	for _, p := range e.paths() {
		class := "es"
		if p.class == "sr2f" {
			class = "esf"
		}
		c.stretched(classed{class, p.d})
	}
}

func (d EstimateDay) hint(w words) string {
	s := w.Weekday(d.Date) + ": " + w.T("not estimated")
	if v, ok := value(d.Estimated); ok {
		s = w.Weekday(d.Date) + ": " + w.T("estimated %s", w.Percent(v, 1))
	}
	if v, ok := value(d.Realised); ok {
		return s + ", " + w.T("realised %s of %s", w.Percent(v, 1), w.Count(d.NOutcomes))
	}
	return s + ", " + w.T("no outcomes")
}

func (in Estimate) finding(w words, days []EstimateDay) string {
	s := w.T("Estimated and realised accuracy, %s to %s.", w.Day(days[0].Date), w.Day(days[len(days)-1].Date))
	both, off := 0, 0.
	for i := range days {
		d := days[i]
		e, okE := value(d.Estimated)
		r, okR := value(d.Realised)
		if okE && okR {
			both, off = both+1, off+abs(e-r)
		}
	}
	if both > 0 {
		s += " " + w.N(int64(both), "Where both are known, %d time, they were %s points apart.", "Where both are known, %d times, they were %s points apart on average.", w.Fixed(off/float64(both)*100, 1))
	}
	for i := len(days) - 1; i >= 0; i-- {
		if v, ok := value(days[i].Estimated); ok {
			return s + " " + w.T("The last estimate is %s on %s.", w.Percent(v, 1), w.Day(days[i].Date))
		}
	}
	return s
}

func (in Estimate) table(w words, days []EstimateDay, a timeAxis) table {
	t := table{cols: []column{
		{head: w.T("Day"), key: "day"},
		{head: w.T("Predictions"), key: "n"},
		{head: w.T("Estimated"), key: "estimated"},
		{head: w.T("%s from", w.Percent(.95, 0)), key: "low"},
		{head: w.T("%s to", w.Percent(.95, 0)), key: "high"},
		{head: w.T("With outcome"), key: "n_outcomes"},
		{head: w.T("Realised"), key: "realised"},
	}}
	if in.EveryDays > 1 {
		t.cols[0].head = w.T("Window up to")
	}
	for i := len(days) - 1; i >= 0; i-- {
		d := days[i]
		t.rows = append(t.rows, row{x: a.place(d.Date), plot: -1, cells: []cell{
			w.dayCell(d.Date), w.countCell(d.N), w.percentCell(d.Estimated), w.percentCell(d.Low), w.percentCell(d.High),
			w.countCell(d.NOutcomes), w.percentCell(d.Realised),
		}})
	}
	return t
}
