package stats

import "math"

// leastSD is the least standard deviation that a distance is divided by.
const leastSD = 0.001

// Wasserstein returns the first Wasserstein (earth mover's) distance of two
// sorted samples, ∫|F1 − F2|, in the unit of the values. The gap under the
// integral is an integer, so only the widths are rounded. NaN where one sample
// is empty; values must be finite.
func Wasserstein(recent, baseline []float64) float64 {
	n1, n2 := uint64(len(recent)), uint64(len(baseline))
	if n1 == 0 || n2 == 0 {
		return math.NaN()
	}
	var area areaSum
	area.n1, area.n2 = n1, n2
	area.merge(recent, baseline, 0, 0, math.Min(recent[0], baseline[0]))
	return area.sum.value()
}

// areaSum adds up ∫|F1 − F2|.
type areaSum struct {
	n1, n2 uint64
	sum    compensated
}

// step adds the stretch from x to y over which c1 and c2 values lie below.
func (s *areaSum) step(c1, c2 uint64, x, y float64) {
	g := gapOf(c1, c2, s.n1, s.n2)
	if g.IsZero() || x == y {
		return
	}
	share := g.quotient(s.n1, s.n2)
	if w := y - x; !math.IsInf(w, 0) {
		s.sum.add(share * w)
		return
	}
	s.sum.add(share * y) // wider than the largest float: in two parts
	s.sum.add(-share * x)
}

// merge adds the stretch from x to the last value of two sorted pieces that
// start after c1 and c2 values, and returns that last value.
func (s *areaSum) merge(xs, ys []float64, c1, c2 uint64, x float64) float64 {
	i, j := 0, 0
	for i < len(xs) || j < len(ys) {
		v := math.Inf(1)
		if i < len(xs) {
			v = xs[i]
		}
		if j < len(ys) && ys[j] < v {
			v = ys[j]
		}
		s.step(c1+uint64(i), c2+uint64(j), x, v)
		for i < len(xs) && xs[i] == v {
			i++
		}
		for j < len(ys) && ys[j] == v {
			j++
		}
		x = v
	}
	return x
}

// NormalisedWasserstein returns w/max(sd, 0.001), sd being the population
// standard deviation of the baseline; NaN where sd has overflowed.
func NormalisedWasserstein(w, sd float64) float64 {
	if math.IsInf(sd, 0) {
		return math.NaN()
	}
	return w / math.Max(sd, leastSD)
}
