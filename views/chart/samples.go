package chart

import (
	"math"
	"sort"
)

// Bins counts sorted values in equally wide bins over [low, high]; what lies
// outside counts in the outermost ones, high itself in the last. NaN is left
// out. It is nil where there is no bin to make.
func Bins(sorted []float64, low, high float64, bins int) []int64 {
	if bins < 1 || !(high > low) {
		return nil
	}
	out := make([]int64, bins)
	width := (high - low) / float64(bins)
	for _, v := range sorted {
		if math.IsNaN(v) {
			continue
		}
		k := math.Floor((min(max(v, low), high) - low) / width)
		out[min(int(k), bins-1)]++
	}
	return out
}

// Cumulative gives the share of sorted values at or below each of steps+1
// equally spaced points from low to high: an ECDF, thinned to what a plot can
// show. It is nil for no values.
func Cumulative(sorted []float64, low, high float64, steps int) []float64 {
	if len(sorted) == 0 || steps < 1 || !(high > low) {
		return nil
	}
	out := make([]float64, steps+1)
	for i := range out {
		edge := low + (high-low)*float64(i)/float64(steps)
		at := sort.Search(len(sorted), func(k int) bool { return sorted[k] > edge })
		out[i] = float64(at) / float64(len(sorted))
	}
	return out
}
