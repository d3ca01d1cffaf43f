package chart

import (
	"slices"
	"strings"
	"time"
)

// How wide a character of an event's word is, as a fraction of a plot on a
// desk and of one on a phone.
const (
	charWide   = .012
	charNarrow = .03
)

// drawEvents flags what happened: a dotted line with a word on top. A word that
// would cover its neighbour's is left to the table and the hover text.
func drawEvents(c *canvas, w words, events []Event, a timeAxis) {
	free, freeNarrow := 0., 0. // where the next word may begin
	for _, e := range sortedEvents(events) {
		if !a.holds(e.At) {
			continue
		}
		x := a.x(e.At)
		c.vline("ev", x, -4, c.height)
		label := shorten(e.Label, 18)
		chars := float64(len([]rune(label)) + 2)
		class := strings.TrimSpace("k " + anchor(x))
		if left := leftOf(x, charWide*chars); left >= free {
			if narrow := leftOf(x, charNarrow*chars); narrow >= freeNarrow {
				freeNarrow = narrow + charNarrow*chars
			} else {
				class += " t2"
			}
			c.text(class, x, 0, -8, label)
			free = left + charWide*chars
		}
		c.hover(x-.004, x+.004, w.WeekdayClock(e.At.UTC())+": "+e.Label)
	}
}

// leftOf is where a word at x begins that is anchored to stay inside the plot.
func leftOf(x, width float64) float64 {
	switch anchor(x) {
	case "":
		return x
	case "e":
		return x - width
	default:
		return x - width/2
	}
}

func sortedEvents(events []Event) []Event {
	sorted := slices.Clone(events)
	slices.SortStableFunc(sorted, func(x, y Event) int { return x.At.Compare(y.At) })
	return sorted
}

// eventsOf are the words of what happened on a day.
func eventsOf(events []Event, day time.Time) string {
	var out []string
	for _, e := range sortedEvents(events) {
		if midnight(e.At).Equal(midnight(day)) {
			out = append(out, e.Label)
		}
	}
	return strings.Join(out, "; ")
}

// drawGapName names a shaded stretch at its foot, where there is room for it.
func drawGapName(c *canvas, left, right float64, name string) {
	chars := float64(len([]rune(name)) + 1)
	if right-left < charWide*chars*.6 && right-left < .03 {
		return // a day or two: the key and the table say it
	}
	middle := (left + right) / 2
	x := middle
	switch anchor(middle) {
	case "":
		x = left
	case "e":
		x = right
	}
	class := joined(anchor(middle), "gt")
	if right-left < charNarrow*chars*.8 {
		class += " t2"
	}
	c.text(class, x, 0, c.height-8, name)
}
