package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// leastExpected is the least expected count of a category in a chi-square test; rarer ones are pooled.
const leastExpected = 5

// ChiSquare tests whether two samples have the same distribution over categories, by Pearson's
// statistic on the 2×k table of counts,
//
//	χ² = Σ (observed − expected)² / expected,   expected = row total · column total / total
//
// with k−1 degrees of freedom. Categories expected fewer than 5 times on either side are pooled, and
// should the pool stay as rare, it joins the rarest of the others. Both slices have the same length.
// p is the upper tail; NaN, with 0 degrees, where one side is empty or one category is left.
//
// Source: Pearson (1900); Cochran (1954) for the pooling.
func ChiSquare(recent, baseline []int) (statistic float64, degrees int, p float64) {
	nr, nb := total(recent), total(baseline)
	if nr == 0 || nb == 0 {
		return math.NaN(), 0, math.NaN()
	}
	table := pooled(recent, baseline, nr, nb)
	if len(table) < 2 {
		return math.NaN(), 0, math.NaN()
	}
	var sum compensated
	for _, c := range table {
		column := c[0] + c[1]
		for side, n := range [2]float64{nr, nb} {
			expected := column * n / (nr + nb)
			sum.add((c[side] - expected) * (c[side] - expected) / expected)
		}
	}
	statistic, degrees = sum.value(), len(table)-1
	return statistic, degrees, mathext.GammaIncRegComp(float64(degrees)/2, statistic/2)
}

// pooled returns the columns of the table, counts recent and baseline, rare ones as one.
func pooled(recent, baseline []int, nr, nb float64) [][2]float64 {
	least := min(nr, nb) / (nr + nb)
	rare := func(c [2]float64) bool { return (c[0]+c[1])*least < leastExpected }
	var table [][2]float64
	var pool [2]float64
	for k := range recent {
		c := [2]float64{float64(recent[k]), float64(baseline[k])}
		if rare(c) {
			pool[0], pool[1] = pool[0]+c[0], pool[1]+c[1]
			continue
		}
		table = append(table, c)
	}
	switch {
	case pool[0]+pool[1] == 0:
	case !rare(pool) || len(table) == 0:
		table = append(table, pool)
	default:
		rarest := 0
		for k, c := range table {
			if c[0]+c[1] < table[rarest][0]+table[rarest][1] {
				rarest = k
			}
		}
		table[rarest][0], table[rarest][1] = table[rarest][0]+pool[0], table[rarest][1]+pool[1]
	}
	return table
}
