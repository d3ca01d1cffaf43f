package detect

import (
	"fmt"
	"math"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

const (
	// mostBinned is how many features are counted for a drawing, those that moved furthest.
	mostBinned = 40
	// featureBins is into how many ranges a number is counted, and mostBars how many categories are shown
	// on their own.
	featureBins = 20
	mostBars    = 8
	// outer is the share of values that may lie beyond either end of the ranges, so that one outlier does not
	// press all others into one bin.
	outer = 0.005
)

// bins counts both sides of a column after its comparison, which has sorted its numbers.
func (c *column) bins() []drift.FeatureBin {
	if c.other {
		return c.categoryBins()
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, side := range c.numbers {
		if n := len(side); n > 0 {
			beyond := int(outer * float64(n))
			low, high = min(low, side[beyond]), max(high, side[n-1-beyond])
		}
	}
	width := (high - low) / featureBins
	if low > high || math.IsInf(width, 0) { // no value, or a range that no float holds
		return []drift.FeatureBin{}
	}
	if low+width == low { // one value, or values closer than their own precision
		return []drift.FeatureBin{{Low: drift.Number(low), High: drift.Number(high), Recent: len(c.numbers[0]), Baseline: len(c.numbers[1])}}
	}
	var edges []float64
	for i := 1; i < featureBins; i++ {
		edges = append(edges, low+width*float64(i))
	}
	recent, baseline := stats.BinCounts(c.numbers[0], edges), stats.BinCounts(c.numbers[1], edges)
	out := make([]drift.FeatureBin, featureBins)
	for i := range out {
		out[i] = drift.FeatureBin{
			Low: drift.Number(low + width*float64(i)), High: drift.Number(low + width*float64(i+1)), Recent: recent[i], Baseline: baseline[i],
		}
	}
	return out
}

func (c *column) categoryBins() []drift.FeatureBin {
	names, counts := c.counted()
	out := []drift.FeatureBin{}
	for k, name := range names {
		if k == mostBars {
			rest := c.distinct() - mostBars
			out = append(out, drift.FeatureBin{Low: drift.Undefined(), High: drift.Undefined(), Category: fmt.Sprintf("%d others", rest), Others: rest})
		}
		if k < mostBars {
			out = append(out, drift.FeatureBin{Low: drift.Undefined(), High: drift.Undefined(), Category: name})
		}
		b := &out[len(out)-1]
		b.Recent, b.Baseline = b.Recent+counts[0][k], b.Baseline+counts[1][k]
	}
	return out
}

// distinct is how many categories there are on both sides together.
func (c *column) distinct() int {
	seen := map[string]bool{}
	for _, side := range c.texts {
		for _, text := range side {
			seen[text] = true
		}
	}
	return len(seen)
}
