package chart

import (
	"time"

	"github.com/driftwatch/driftwatch/views/lang"
)

// AccuracyDay is one day of predictions and what came of them.
type AccuracyDay struct {
	Date        time.Time
	Predictions int64    // made on the day
	N, Right    int64    // with an outcome, and of those right
	Low, High   *float64 // the day's 95 % Wilson interval
	Pooled      *float64 // accuracy of the window that ends with this day
}

// accuracy is nil on a day without outcomes.
func (d AccuracyDay) accuracy() *float64 {
	if d.N <= 0 {
		return nil
	}
	v := min(max(float64(d.Right)/float64(d.N), 0), 1)
	return &v
}

// Accuracy is the accuracy by day: each day as a circle with its Wilson band,
// and the pooled accuracy that a check compares as a line. Days without
// outcomes break both and are named.
type Accuracy struct {
	ID, Title, Lead  string // "accuracy", "Accuracy by day", how to read it
	Span             Window // the days to show; empty: those of Days
	Days             []AccuracyDay
	Baseline, Recent Window   // shaded; empty: not
	Reference        *float64 // the baseline's accuracy, a line across
	Cuts             []Cut    // accuracies at which severities begin, from the baseline's end on
	Events           []Event
	PooledDays       int // how many days the line pools; 7 where 0
	Note             string
}

// Draw implements [Chart].
func (in Accuracy) Draw(l lang.Lang) Drawing {
	w := words{l}
	days := sortedDays(in.Days, func(d AccuracyDay) time.Time { return d.Date })
	if in.PooledDays <= 0 {
		in.PooledDays = 7
	}
	d := Drawing{
		name: or(in.ID, "accuracy"), help: "accuracy", title: or(in.Title, w.T("Accuracy by day")), note: in.Note,
		lead: or(in.Lead, w.N(int64(in.PooledDays), "Circles are days, the line is the last %d day pooled, which is what the check compares.",
			"Circles are days, the line is the last %d days pooled, which is what the check compares.")),
	}
	if len(days) == 0 {
		d.empty = w.T("No predictions in these days.")
		return d
	}
	day := in.daily(w, days)
	d.plots = []plot{{class: "plot deep", canvas: day.draw(in.finding(w, days))}}
	d.keys = day.keys(in.PooledDays)
	d.table = in.table(w, days, day.axis)
	return d
}

func (in Accuracy) daily(w words, days []AccuracyDay) daily {
	d := daily{
		words: w, y: yScale{in.floor(days), 1, wideHeight}, tick: w.axisPercent, text: func(v float64) string { return w.Percent(v, 1) },
		baseline: in.Baseline, recent: in.Recent, reference: in.Reference, cuts: in.Cuts, events: in.Events, pooled: true,
	}
	started := false
	for _, day := range days {
		p := dayPoint{date: day.Date, n: max(day.N, 0), value: day.accuracy(), low: day.Low, high: day.High, pool: day.Pooled, hint: day.hint(w)}
		switch {
		case day.Predictions > 0:
			p.gap = w.T("no outcomes")
		case started: // before the first prediction there was no model yet
			p.gap = w.T("no predictions")
		}
		started = started || day.Predictions > 0 || day.N > 0
		d.days = append(d.days, p)
	}
	d.axis = d.over(in.Span)
	return d
}

// floor is the bottom of the axis: a tenth that leaves nothing below.
func (in Accuracy) floor(days []AccuracyDay) float64 {
	lowest := .5
	for _, d := range days {
		for _, p := range []*float64{d.accuracy(), d.Low, d.Pooled} {
			if v, ok := value(p); ok {
				lowest = min(lowest, v)
			}
		}
	}
	for _, cut := range in.Cuts {
		if lang.Finite(cut.Value) {
			lowest = min(lowest, cut.Value)
		}
	}
	return float64(int(max(lowest, 0)*10)) / 10
}

func (d AccuracyDay) hint(w words) string {
	v, ok := value(d.accuracy())
	switch {
	case !ok && d.Predictions == 0:
		return w.Weekday(d.Date) + ": " + w.T("no predictions")
	case !ok:
		return w.Weekday(d.Date) + ": " + w.N(d.Predictions, "no outcome for %d prediction", "no outcomes for %d predictions")
	}
	s := w.T("%s: right %s of %s, %s", w.Weekday(d.Date), w.Count(d.Right), w.Count(d.N), w.Percent(v, 1))
	if p, ok := value(d.Pooled); ok {
		s += "; " + w.T("pooled %s", w.Percent(p, 1))
	}
	return s
}

func (in Accuracy) finding(w words, days []AccuracyDay) string {
	s := w.T("Accuracy by day, %s to %s.", w.Day(days[0].Date), w.Day(days[len(days)-1].Date))
	if v, ok := value(in.Reference); ok {
		s += " " + w.T("Baseline %s.", w.Percent(v, 1))
	}
	without := 0
	for _, d := range days {
		if d.N <= 0 {
			without++
		}
	}
	for i := len(days) - 1; i >= 0; i-- {
		if v, ok := value(days[i].Pooled); ok && days[i].N > 0 {
			s += " " + w.T("Pooled up to %s: %s.", w.Day(days[i].Date), w.Percent(v, 1))
			break
		}
	}
	if without > 0 {
		s += " " + w.N(int64(without), "No outcomes on %d day.", "No outcomes on %d days.")
	}
	return s
}

func (in Accuracy) table(w words, days []AccuracyDay, a timeAxis) table {
	t := table{cols: []column{
		{head: w.T("Day"), key: "day"},
		{head: w.T("Predictions"), key: "predictions"},
		{head: w.T("With outcome"), key: "n"},
		{head: w.T("Right"), key: "right"},
		{head: w.T("Accuracy"), key: "accuracy"},
		{head: w.T("%s from", w.Percent(.95, 0)), key: "low"},
		{head: w.T("%s to", w.Percent(.95, 0)), key: "high"},
		{head: w.N(int64(in.PooledDays), "%d day pooled", "%d days pooled"), key: "pooled"},
	}}
	if len(in.Events) > 0 {
		t.cols = append(t.cols, column{head: w.T("Events"), key: "events"})
	}
	for i := len(days) - 1; i >= 0; i-- {
		d := days[i]
		right := missing()
		if d.N > 0 {
			right = w.countCell(d.Right)
		}
		r := row{x: a.place(d.Date), plot: -1, cells: []cell{
			w.dayCell(d.Date), w.countCell(d.Predictions), w.countCell(max(d.N, 0)), right,
			w.percentCell(d.accuracy()), w.percentCell(d.Low), w.percentCell(d.High), w.percentCell(d.Pooled),
		}}
		if len(in.Events) > 0 {
			r.cells = append(r.cells, plain(eventsOf(in.Events, d.Date)))
		}
		t.rows = append(t.rows, r)
	}
	return t
}
