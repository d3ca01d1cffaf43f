package chart

import (
	"math"
	"slices"
	"sort"
	"time"

	"github.com/driftwatch/driftwatch/views/lang"
)

// yScale maps values to pixels: low lies at the bottom, high at the top.
// Values outside are drawn on the edge.
type yScale struct{ low, high, height float64 }

func (s yScale) at(v float64) float64 {
	if !(s.high > s.low) {
		return s.height
	}
	return s.height * (1 - min(max((v-s.low)/(s.high-s.low), 0), 1))
}

// rootLog maps a p-value to pixels so that worse is up: the square root of
// −log10 p, which keeps both 0.05 and 10⁻³⁰⁰ readable. worst is the exponent
// at the top.
type rootLog struct{ worst, height float64 }

// newRootLog chooses the top so that the half-height tick, a quarter of the
// exponent, is whole.
func newRootLog(worst, height float64) rootLog {
	for root := 2.0; ; root += 2 {
		if root*root >= worst || root >= 18 {
			return rootLog{worst: root * root, height: height}
		}
	}
}

func (s rootLog) at(p float64) float64 {
	return s.height * (1 - math.Sqrt(min(exponent(p), s.worst)/s.worst))
}

// exponent is −log10 p, bounded where float64 runs out.
func exponent(p float64) float64 {
	if !(p > 1e-300) {
		return 300
	}
	return max(0, -math.Log10(p))
}

// widest bounds what an axis can hold: beyond it float64 no longer tells
// neighbouring ticks apart in text of a readable length.
const widest = 1e12

// ticks are round values from at or above low up to high, at most most of them
// beside the first.
func ticks(low, high float64, most int) []float64 {
	step := roundStep((high - low) / float64(max(most, 1)))
	first := math.Ceil(low/step-1e-9) * step
	var out []float64
	for k := range most + 2 {
		if v := first + float64(k)*step; v <= high+step*1e-9 {
			out = append(out, v)
		}
	}
	return out
}

// roundStep is the smallest of 1, 2, 2.5, 5 times a power of ten that is at
// least v.
func roundStep(v float64) float64 {
	if !(v > 0) || !lang.Finite(v) {
		return 1
	}
	base := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*base >= v*(1-1e-9) {
			return m * base
		}
	}
	return 10 * base
}

// top is the smallest multiple of a round step, at most most steps up, that
// holds v; at least smallest.
func top(v, smallest float64, most int) float64 {
	v = min(max(v, smallest), widest)
	step := roundStep(v / float64(most))
	return step * math.Ceil(v/step-1e-9)
}

// timeAxis places whole days side by side: a day's point lies in its middle.
type timeAxis struct {
	from   time.Time
	days   int
	sparse bool // one of many small plots: every second date is left out
}

// newTimeAxis covers the window, or the days from first to last where it is
// empty; at least one day, at most 3,700.
func newTimeAxis(w Window, first, last time.Time) timeAxis {
	if w.empty() {
		w = Window{From: first, To: last.AddDate(0, 0, 1)}
	}
	from := midnight(w.From)
	days := int(math.Round(w.To.Sub(from).Hours() / 24))
	return timeAxis{from: from, days: min(max(days, 1), 3700)}
}

func (a timeAxis) x(t time.Time) float64 {
	return min(max(t.Sub(a.from).Hours()/24/float64(a.days), 0), 1)
}

// day gives the left edge, the middle and the right edge of t's day.
func (a timeAxis) day(t time.Time) (left, middle, right float64) {
	i := math.Floor(t.Sub(a.from).Hours() / 24)
	n := float64(a.days)
	return i / n, (i + .5) / n, (i + 1) / n
}

func (a timeAxis) holds(t time.Time) bool {
	return !t.Before(a.from) && t.Before(a.from.AddDate(0, 0, a.days))
}

// shows tells whether any of a window lies on the axis.
func (a timeAxis) shows(w Window) bool { return !w.empty() && a.x(w.From) < a.x(w.To) }

func (a timeAxis) date(i int) time.Time { return a.from.AddDate(0, 0, i) }

// draw writes the dates under a plot: days, Mondays, every other Monday or the
// first of months, whichever leaves four to nine of them. Every second one is
// left out on a narrow screen.
func (a timeAxis) draw(c *canvas, w words, y float64) {
	shown := 0
	for i := range a.days {
		d := a.date(i)
		if !a.ticked(i, d) {
			continue
		}
		_, x, _ := a.day(d)
		class := "x"
		second := shown%2 == 1
		shown++
		if second && a.sparse {
			continue
		}
		if second {
			class = "x t2"
		}
		label := w.Day(d)
		if a.days > 400 {
			label = d.Format("2006-01")
		}
		c.text(class, x, 0, y, label)
	}
}

func (a timeAxis) ticked(i int, d time.Time) bool {
	switch {
	case a.days <= 8:
		return true
	case a.days <= 20:
		return i%3 == 0
	case a.days <= 45:
		return d.Weekday() == time.Monday
	case a.days <= 75:
		return d.Weekday() == time.Monday && (i/7)%2 == 0
	case a.days <= 400:
		return d.Day() == 1
	default:
		return d.Day() == 1 && int(d.Month()-1)%max(1, a.days/365*2) == 0
	}
}

func midnight(t time.Time) time.Time {
	t = t.UTC()
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// spread moves labels apart that would overlap: their order stays, neighbours
// end at least gap pixels apart, and the lowest stays above limit where that is
// possible. ys are baselines in pixels, changed in place.
func spread(ys []float64, gap, limit float64) {
	order := make([]int, len(ys))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return ys[order[i]] < ys[order[j]] })
	for k := 1; k < len(order); k++ {
		ys[order[k]] = max(ys[order[k]], ys[order[k-1]]+gap)
	}
	for k := len(order) - 1; k >= 0; k-- {
		if ys[order[k]] > limit {
			ys[order[k]] = limit
		}
		limit = ys[order[k]] - gap
	}
}

// shorten cuts a label to at most n characters.
func shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

// sortedDays is a copy of days in the order of their dates, at midnight UTC.
func sortedDays[T any](days []T, date func(T) time.Time) []T {
	out := slices.Clone(days)
	slices.SortStableFunc(out, func(a, b T) int { return date(a).Compare(date(b)) })
	return out
}
