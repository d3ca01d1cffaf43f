package chart

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/views/lang"
)

const (
	sparkWidth  = 96.
	sparkHeight = 24.
)

// Spark draws counts as a line 96 by 24 pixels, scaled from zero to the
// largest, for a table cell. The label says the counts of the last.
func Spark(label string, counts []int64) templ.Component {
	var most int64
	for _, n := range counts {
		most = max(most, n)
	}
	t := trace{dash: 2 / sparkWidth}
	for i, n := range counts {
		y := sparkHeight - 1
		if most > 0 {
			y -= (sparkHeight - 2) * float64(max(n, 0)) / float64(most)
		}
		t.to(float64(i)/float64(max(len(counts)-1, 1)), y)
	}
	t.gap()
	return sparkLine(t.path, func(w words) string {
		if len(counts) == 0 {
			return label
		}
		return w.T("%s: last %s, most %s", label, w.Count(counts[len(counts)-1]), w.Count(most))
	})
}

// sparkLeast is the least range of a line of shares, so that noise does not look like a fall.
const sparkLeast = 0.1

// SparkShares draws shares by day as a line 96 by 24 pixels for a table cell, between the lowest and the
// highest, at least ten points apart. A day without a value (nil) is a gap. The label says the extremes.
func SparkShares(label string, shares []*float64) templ.Component {
	low, high, known := 0., 0., 0
	for _, p := range shares {
		v, ok := value(p)
		if !ok {
			continue
		}
		if known == 0 {
			low, high = v, v
		}
		low, high, known = min(low, v), max(high, v), known+1
	}
	if known == 0 {
		return sparkLine(nil, func(w words) string { return w.T("%s: no day with a value", label) })
	}
	bottom, height := low, high-low
	if spare := sparkLeast - height; spare > 0 {
		bottom, height = low-spare/2, sparkLeast
	}
	t := trace{dash: 2 / sparkWidth}
	step := 1 / float64(max(len(shares)-1, 1))
	for i, p := range shares {
		v, ok := value(p)
		if !ok {
			t.gap()
			continue
		}
		t.to(float64(i)*step, sparkHeight-1-(sparkHeight-2)*(v-bottom)/height)
	}
	t.gap()
	return sparkLine(t.path, func(w words) string {
		return w.T("%s: between %s and %s", label, w.Percent(low, 1), w.Percent(high, 1))
	})
}

// sparkLine is the line with its label in the language of the request.
func sparkLine(p path, label func(words) string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, to io.Writer) error {
		return spark(label(words{lang.From(ctx)}), p.svg(sparkWidth, 0, 0)).Render(ctx, to)
	})
}
