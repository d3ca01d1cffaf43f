package chart

import (
	"fmt"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/views/format"
)

const (
	sparkWidth  = 96
	sparkHeight = 24
)

// Spark draws counts as a line 96 by 24 pixels, scaled from zero to the
// largest, for a table cell. The label says the counts of the last.
func Spark(label string, counts []int64) templ.Component {
	var most int64
	for _, n := range counts {
		most = max(most, n)
	}
	var t trace
	for i, n := range counts {
		y := sparkHeight - 1.
		if most > 0 {
			y -= (sparkHeight - 2) * float64(max(n, 0)) / float64(most)
		}
		t.to(float64(i)/float64(max(len(counts)-1, 1))*sparkWidth/span, y)
	}
	t.gap()
	if len(counts) > 0 {
		label = fmt.Sprintf("%s: last %s, most %s", label, format.Count(counts[len(counts)-1]), format.Count(most))
	}
	return spark(label, t.String())
}
