package chart

import (
	"slices"

	"github.com/driftwatch/driftwatch/views/format"
)

// drawEvents flags what happened: a dotted line with a word on top. A word that
// would cover its neighbour's is left to the hover text.
func drawEvents(c *canvas, events []Event, a timeAxis) {
	sorted := slices.Clone(events)
	slices.SortStableFunc(sorted, func(x, y Event) int { return x.At.Compare(y.At) })
	free := 0. // where the next word may begin, as a fraction of the width
	for _, e := range sorted {
		if !a.holds(e.At) {
			continue
		}
		x := a.x(e.At)
		c.vline("ev", x, -4, c.height)
		label := shorten(e.Label, 18)
		width := .012 * float64(len([]rune(label))+2)
		class, left := "k x", x-width/2
		switch anchor(x) {
		case "":
			class, left = "k", x
		case "e":
			class, left = "k e", x-width
		}
		if left >= free {
			c.text(class, x, 0, -8, label)
			free = left + width
		}
		c.hover(x-.004, x+.004, format.WeekdayClock(e.At.UTC())+": "+e.Label)
	}
}
