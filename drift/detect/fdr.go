package detect

import "slices"

// BenjaminiHochberg returns a function that turns each p of a family of tests into the smallest
// rate of false discoveries at which that test is rejected:
//
//	q(i) = min over j ≥ i of p(j)·m/j,   p(1) ≤ … ≤ p(m), at most 1
//
// Source: Benjamini and Hochberg (1995), Controlling the false discovery rate, JRSS B 57, 289–300.
func BenjaminiHochberg(family []float64) func(p float64) float64 {
	p := slices.Clone(family)
	slices.Sort(p)
	m := float64(len(p))
	q := make([]float64, len(p))
	lowest := 1.0
	for i := len(p) - 1; i >= 0; i-- {
		lowest = min(lowest, p[i]*m/float64(i+1))
		q[i] = lowest
	}
	return func(v float64) float64 {
		i, found := slices.BinarySearch(p, v)
		if !found {
			return v // not of this family: judged as it is
		}
		for i+1 < len(p) && p[i+1] == v {
			i++
		}
		return q[i]
	}
}
