package retrain

import (
	"cmp"
	"math"
	"slices"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// z95 is the 97.5 % point of the standard normal distribution.
const z95 = 1.9599639845400545

// compareAccuracy compares two columns of the same rows by Newcombe's interval for paired
// proportions.
func compareAccuracy(candidate, serving *column) Comparison {
	var both, only, other, neither int
	for i, label := range candidate.labels {
		switch c, s := candidate.predicted[i] == label, serving.predicted[i] == label; {
		case c && s:
			both++
		case c:
			only++
		case s:
			other++
		default:
			neither++
		}
	}
	n := float64(both + only + other + neither)
	i := pairedNewcombe(both, only, other, neither)
	return comparison(MeasureAccuracy, float64(both+only)/n, float64(both+other)/n, float64(only-other)/n, i)
}

// pairedNewcombe returns the 95 % interval of p1 − p2 of paired proportions, from how many pairs
// have both, only the first, only the second, and neither. From the Wilson intervals (l, u) of
// both and their correlation φ, corrected for continuity where it is positive:
//
//	θ − √((p1−l1)² − 2φ(p1−l1)(u2−p2) + (u2−p2)²)  to  θ + √((u1−p1)² − 2φ(u1−p1)(p2−l2) + (p2−l2)²)
//
// Source: Newcombe, R. G. (1998). Statistics in Medicine 17, 2635-2650, method 10.
func pairedNewcombe(both, only, other, neither int) stats.Interval {
	n := both + only + other + neither
	first, second := stats.Proportion{K: both + only, N: n}, stats.Proportion{K: both + other, N: n}
	i1, i2 := first.Wilson(), second.Wilson()
	p1, p2 := first.Value(), second.Value()
	phi := correlation(float64(both), float64(only), float64(other), float64(neither))
	theta := float64(only-other) / float64(n)
	square := func(a, b float64) float64 { return math.Sqrt(max(0, a*a-2*phi*a*b+b*b)) }
	return stats.Interval{
		Low:  theta - square(p1-i1.Low, i2.High-p2),
		High: theta + square(i1.High-p1, p2-i2.Low),
	}
}

func correlation(a, b, c, d float64) float64 {
	product := (a + b) * (c + d) * (a + c) * (b + d)
	if product == 0 {
		return 0
	}
	q := a*d - b*c
	if q > 0 {
		q = max(0, q-(a+b+c+d)/2)
	}
	return q / math.Sqrt(product)
}

// compareROCAUC compares two columns of the same rows by DeLong's interval for correlated areas;
// false where a class has fewer than two rows, so that there is no variance.
//
// Source: DeLong, E. R., DeLong, D. M. and Clarke-Pearson, D. L. (1988). Biometrics 44.
func compareROCAUC(candidate, serving *column) (Comparison, bool) {
	c10, c01 := components(candidate)
	s10, s01 := components(serving)
	if len(c10) < 2 || len(c01) < 2 {
		return Comparison{}, false
	}
	theta := stats.Mean(c10) - stats.Mean(s10)
	se := math.Sqrt(varianceOfDifference(c10, s10)/float64(len(c10)) + varianceOfDifference(c01, s01)/float64(len(c01)))
	return comparison(MeasureROCAUC, stats.Mean(c10), stats.Mean(s10), theta,
		stats.Interval{Low: theta - z95*se, High: theta + z95*se}), true
}

// components returns the structural components of the area: for each positive the share of
// negatives below it, for each negative the share of positives above it, half for a tie; both in
// the order of the rows.
func components(c *column) (positive, negative []float64) {
	var up, down []float64
	for i, label := range c.labels {
		if label {
			up = append(up, c.scores[i])
		} else {
			down = append(down, c.scores[i])
		}
	}
	positive, negative = make([]float64, len(up)), make([]float64, len(down))
	sortedUp, sortedDown := slices.Sorted(slices.Values(up)), slices.Sorted(slices.Values(down))
	for i, s := range up {
		positive[i] = shareBelow(sortedDown, s)
	}
	for i, s := range down {
		negative[i] = 1 - shareBelow(sortedUp, s)
	}
	return positive, negative
}

func shareBelow(sorted []float64, s float64) float64 {
	low, _ := slices.BinarySearch(sorted, s)
	high, _ := slices.BinarySearchFunc(sorted, s, func(x, s float64) int {
		if x == s {
			return -1
		}
		return cmp.Compare(x, s)
	})
	return float64(low+high) / float64(2*len(sorted))
}

func varianceOfDifference(a, b []float64) float64 {
	d := make([]float64, len(a))
	for i := range a {
		d[i] = a[i] - b[i]
	}
	return stats.MomentsOf(d).M2 / float64(len(d)-1)
}

func comparison(measure string, candidate, serving, difference float64, i stats.Interval) Comparison {
	return Comparison{
		Measure: measure, Candidate: drift.Number(candidate), Serving: drift.Number(serving),
		Difference: drift.Number(difference), Low: drift.Number(i.Low), High: drift.Number(i.High),
		Worse: i.High < 0,
	}
}
