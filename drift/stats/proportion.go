package stats

import (
	"math"
	"math/big"
)

// z95 is the 97.5 % point of the standard normal distribution.
const z95 = 1.9599639845400545

// Proportion is K successes in N tries, 0 ≤ K ≤ N.
type Proportion struct{ K, N int }

// Value returns K/N, NaN for N = 0.
func (p Proportion) Value() float64 { return float64(p.K) / float64(p.N) }

// Interval is a closed interval.
type Interval struct{ Low, High float64 }

// Wilson returns the 95 % score interval of a proportion, NaN for N = 0:
//
//	(p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n)
//
// At K = 0 the lower end is 0 and at K = N the upper end is 1, exactly.
//
// Source: Wilson, E. B. (1927). JASA 22.
func (p Proportion) Wilson() Interval {
	n, v := float64(p.N), p.Value()
	const z2 = z95 * z95
	centre := v + z2/(2*n)
	half := z95 * math.Sqrt(v*(1-v)/n+z2/(4*n*n))
	scale := 1 + z2/n
	i := Interval{(centre - half) / scale, (centre + half) / scale}
	if p.N > 0 && p.K == 0 {
		i.Low = 0
	}
	if p.N > 0 && p.K == p.N {
		i.High = 1
	}
	return i
}

// Drop returns baseline − recent, NaN where one is empty.
func Drop(recent, baseline Proportion) float64 { return baseline.Value() - recent.Value() }

// CompareDrop compares the drop baseline − recent with a threshold as integers:
// -1, 0 or +1 as it is below, equal to or above. Floats would put 0.95 − 0.90
// below 0.05. Both proportions need N > 0.
func CompareDrop(recent, baseline Proportion, threshold Decimal) int {
	nr, nb := big.NewInt(int64(recent.N)), big.NewInt(int64(baseline.N))
	num := new(big.Int).Mul(big.NewInt(int64(baseline.K)), nr)
	num.Sub(num, new(big.Int).Mul(big.NewInt(int64(recent.K)), nb))
	return threshold.cmpFraction(num, nr.Mul(nr, nb))
}

// DropAtLeast reports drop ≥ threshold, see [CompareDrop].
func DropAtLeast(recent, baseline Proportion, threshold Decimal) bool {
	return CompareDrop(recent, baseline, threshold) >= 0
}

// DropAbove reports drop > threshold, see [CompareDrop].
func DropAbove(recent, baseline Proportion, threshold Decimal) bool {
	return CompareDrop(recent, baseline, threshold) > 0
}

// Newcombe returns the 95 % interval of the drop baseline − recent by Newcombe's
// method 10: from the Wilson intervals (l, u) of both,
//
//	drop − √((pb−lb)² + (ur−pr)²)  to  drop + √((ub−pb)² + (pr−lr)²)
//
// NaN where one is empty. Source: Newcombe, R. G. (1998). Statistics in
// Medicine 17.
func Newcombe(recent, baseline Proportion) Interval {
	r, b := recent.Wilson(), baseline.Wilson()
	pr, pb := recent.Value(), baseline.Value()
	drop := pb - pr
	return Interval{
		Low:  drop - math.Hypot(pb-b.Low, r.High-pr),
		High: drop + math.Hypot(b.High-pb, pr-r.Low),
	}
}

// DropP returns the p-value of the one-sided pooled two-proportion z-test of
// "recent is worse than the baseline", without continuity correction:
//
//	z = (pb − pr)/√(p(1−p)(1/nr + 1/nb)),   p = (kb+kr)/(nb+nr)
//
// Where the drop is 0 the result is 0.5, also where the pooled proportion is 0 or
// 1 and z has no value. NaN where one is empty.
func DropP(recent, baseline Proportion) float64 {
	if recent.N == 0 || baseline.N == 0 {
		return math.NaN()
	}
	k, n := recent.K+baseline.K, recent.N+baseline.N
	if k == 0 || k == n {
		return 0.5
	}
	p := float64(k) / float64(n)
	se := math.Sqrt(p * (1 - p) * (1/float64(recent.N) + 1/float64(baseline.N)))
	return math.Erfc(Drop(recent, baseline)/se/math.Sqrt2) / 2
}

// AUCInterval returns the 95 % interval of an area under the ROC curve over so many positives and
// negatives, cut off at 0 and 1, by the standard error of Hanley and McNeil,
//
//	√((A(1−A) + (n₊−1)(Q₁−A²) + (n₋−1)(Q₂−A²)) / (n₊·n₋)),   Q₁ = A/(2−A), Q₂ = 2A²/(1+A)
//
// NaN where a class is missing. Where the area is 0 or 1 it has no width, which says little of few outcomes.
//
// Source: Hanley, J. A. and McNeil, B. J. (1982). Radiology 143.
func AUCInterval(area float64, positives, negatives int) Interval {
	n1, n2 := float64(positives), float64(negatives)
	square := area * area
	variance := (area*(1-area) + (n1-1)*(area/(2-area)-square) + (n2-1)*(2*square/(1+area)-square)) / (n1 * n2)
	if !(n1 > 0 && n2 > 0) {
		return Interval{math.NaN(), math.NaN()}
	}
	half := z95 * math.Sqrt(math.Max(0, variance))
	return Interval{math.Max(0, area-half), math.Min(1, area+half)}
}
