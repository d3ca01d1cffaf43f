package stats

import (
	"math"
	"slices"
	"sort"
)

// psiFloor is the least share of a bin in PSI.
const psiFloor = 1e-4

// deciles is the number of bins of PSI and the Jensen-Shannon distance.
const deciles = 10

// quantileRank returns where the k-th of parts quantiles of n sorted values lies by
// numpy's linear rule, as a rank and the part of the way to the next rank.
func quantileRank(k, parts, n int) (rank int, part float64) {
	position := float64(k) / float64(parts) * float64(n-1)
	whole := math.Floor(position)
	return int(whole), position - whole
}

// between interpolates as numpy does, from the nearer end.
func between(a, b, part float64) float64 {
	d := b - a
	if math.IsInf(d, 0) { // wider than the largest float
		return float64(a*(1-part)) + float64(b*part)
	}
	if part >= 0.5 {
		return b - float64(d*(1-part))
	}
	return a + float64(d*part)
}

// quantileEdges returns the distinct edges of n values cut into parts, in ascending order; at
// returns the value of a rank.
func quantileEdges(parts, n int, at func(rank int) float64) []float64 {
	edges := make([]float64, 0, parts-1)
	for k := 1; k < parts; k++ {
		rank, part := quantileRank(k, parts, n)
		edge := at(rank)
		if part > 0 {
			edge = between(edge, at(rank+1), part)
		}
		edges = append(edges, edge)
	}
	return slices.Compact(edges)
}

// BaselineEdges returns the inner edges of the bins of PSI and of the
// Jensen-Shannon distance: the deciles of the sorted baseline by linear
// quantile (numpy's default), duplicates removed.
func BaselineEdges(sorted []float64) []float64 { return QuantileEdges(sorted, deciles) }

// QuantileEdges returns the inner edges that cut a sorted sample into so many
// parts, by linear quantile, duplicates removed: the quartiles for parts = 4.
// parts is 1 or more; none for an empty sample.
func QuantileEdges(sorted []float64, parts int) []float64 {
	if len(sorted) == 0 {
		return nil
	}
	return quantileEdges(parts, len(sorted), func(rank int) float64 { return sorted[rank] })
}

// BinCounts counts the values of a sorted sample per bin. There is one bin more
// than edges, and a value on an edge goes up.
func BinCounts(sorted, edges []float64) []int {
	counts := make([]int, len(edges)+1)
	before := 0
	for k, edge := range edges {
		below := sort.SearchFloat64s(sorted, edge)
		counts[k] = below - before
		before = below
	}
	counts[len(edges)] = len(sorted) - before
	return counts
}

// total adds counts up.
func total(counts []int) float64 {
	n := 0
	for _, c := range counts {
		n += c
	}
	return float64(n)
}

// PSI returns the population stability index over counts per bin,
//
//	Σ (r − b)·ln(r/b)
//
// with the shares r and b floored at 1e-4 and not renormalised. Both slices
// have the same length. NaN where one side has no values.
func PSI(recent, baseline []int) float64 {
	nr, nb := total(recent), total(baseline)
	if nr == 0 || nb == 0 {
		return math.NaN()
	}
	var sum compensated
	for k := range recent {
		r := math.Max(float64(recent[k])/nr, psiFloor)
		b := math.Max(float64(baseline[k])/nb, psiFloor)
		sum.add((r - b) * math.Log(r/b))
	}
	return sum.value()
}

// JensenShannon returns the Jensen-Shannon distance over counts per bin, the
// square root of the divergence to base 2, 0 to 1:
//
//	√(½·Σ r·log₂(r/m) + ½·Σ b·log₂(b/m)),   m = (r+b)/2
//
// An empty bin adds nothing. NaN where one side has no values.
func JensenShannon(recent, baseline []int) float64 {
	nr, nb := total(recent), total(baseline)
	if nr == 0 || nb == 0 {
		return math.NaN()
	}
	var sum compensated
	for k := range recent {
		r, b := float64(recent[k])/nr, float64(baseline[k])/nb
		m := (r + b) / 2
		if r > 0 {
			sum.add(r * math.Log2(r/m))
		}
		if b > 0 {
			sum.add(b * math.Log2(b/m))
		}
	}
	return math.Sqrt(math.Min(1, math.Max(0, sum.value()/2)))
}
