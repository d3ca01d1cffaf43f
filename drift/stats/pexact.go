package stats

import (
	"math"
	"math/bits"
)

// pExact returns the exact p-value. n1·n2 must be below 2⁶², which every pair
// has that [cellsAtMost] allows and whose answer is not 1 at once. Except for
// n1 = n2 its time grows with the number of lattice cells inside the band, 1–2
// ns each, and its memory with min(n1, n2).
//
// It is A(n1, n2) of the recursion
//
//	A(i,j) = 1                                    where |i·n2 − j·n1| ≥ d
//	       = (i·A(i−1,j) + j·A(i,j−1))/(i+j)      else,  A(0,0) = 0
//
// the share of lattice paths from (0,0) to (n1,n2), each a way of mixing the
// samples, that reach a gap of d. All terms are positive: nothing cancels.
//
// Source: Hodges, J. L. (1958), The significance probability of the Smirnov
// two-sample test. Arkiv för Matematik 3.
func pExact(d Uint128, n1, n2 int) float64 {
	switch {
	case d.IsZero():
		return 1
	case n1 == n2:
		return pEqual(d, uint64(n1))
	case n1 > n2:
		n1, n2 = n2, n1
	}
	if size := mul128(uint64(n1), uint64(n2)); size.Hi != 0 || size.Lo >= 1<<62 {
		return 1 // fewer cells than diagonals: no path stays inside the band
	}
	return pBand(int64(d.Lo), int64(n1), int64(n2))
}

// band walks the range of i with |i·n2 − (s−i)·n1| < d, that is with
// |i·m − s·n1| < d, m = n1+n2, along the diagonals s = i+j. Either end stays or
// grows by one when s does.
type band struct {
	lo, hi       int64 // first and last i inside
	gapLo, gapHi int64 // lo·m − (s·n1 − d) and (s·n1 + d) − hi·m, both in 1..m
	n1, m        int64
}

func newBand(d, n1, n2 int64) band {
	m := n1 + n2
	r := (d - 1) / m
	return band{lo: -r, hi: r, gapLo: d - r*m, gapHi: d - r*m, n1: n1, m: m}
}

// next moves on to the following diagonal.
func (b *band) next() {
	if b.gapLo -= b.n1; b.gapLo <= 0 {
		b.lo++
		b.gapLo += b.m
	}
	if b.gapHi += b.n1; b.gapHi > b.m {
		b.hi++
		b.gapHi -= b.m
	}
}

// pBand runs the recursion over diagonals in place, one float per i. Cells of
// one diagonal do not depend on each other, which keeps the processor busy.
func pBand(d, n1, n2 int64) float64 {
	// cells[i+1] belongs to i; one place more on either side is for neighbours
	// outside the band: they have reached d and hold 1.
	cells := make([]float64, n1+3)
	for i := range cells {
		cells[i] = 1
	}
	cells[1] = 0 // A(0,0)
	b := newBand(d, n1, n2)
	for s := int64(1); s <= n1+n2; s++ {
		b.next()
		lo, hi := max(b.lo, s-n2, 0), min(b.hi, s, n1)
		if lo > hi {
			return 1 // every path has reached d by here
		}
		diagonal(cells[lo:hi+2], lo, s)
		cells[lo] = 1
		cells[hi+2] = 1
	}
	return math.Min(cells[n1+1], 1)
}

// diagonal replaces the cells i = lo… of diagonal s−1 by those of s. cells
// starts at i = lo−1 and ends at the last i.
func diagonal(cells []float64, lo, s int64) {
	inv := 1 / float64(s)
	for k := len(cells) - 1; k > 0; k-- {
		i := lo + int64(k) - 1
		// The conversions keep compilers from fusing: the same bits everywhere.
		left := float64(float64(i) * cells[k-1])
		up := float64(float64(s-i) * cells[k])
		cells[k] = (left + up) * inv
	}
}

// pEqual is the closed form for n1 = n2 = n with h = d/n:
//
//	p = 2·Σ (−1)^(k−1) · C(2n, n−k·h)/C(2n, n),   k = 1, 2, …
//
// by the reflection principle. Source: Gnedenko and Korolyuk (1951).
func pEqual(d Uint128, n uint64) float64 {
	h := ceilDiv(d, n)
	// For h/√(2n) < 0.05 the complement is about e^(−490).
	if h <= 1 || float64(h)*float64(h) < 0.005*float64(n) {
		return 1
	}
	const enough = 1e-18 // of the sum so far
	sum, sign, t := 0.0, 1.0, 1.0
	for m := h; m <= n; m += h {
		t = nextRatio(t, n, m, h)
		sum += sign * t
		if t <= enough*sum {
			break
		}
		sign = -sign
	}
	return math.Max(0, math.Min(1, 2*sum))
}

// ceilDiv returns ⌈u/n⌉ for a quotient that fits into 64 bits.
func ceilDiv(u Uint128, n uint64) uint64 {
	q, r := bits.Div64(u.Hi, u.Lo, n)
	if r > 0 {
		q++
	}
	return q
}

// nextRatio returns C(2n, n−m)/C(2n, n), where t is the same for m−h.
func nextRatio(t float64, n, m, h uint64) float64 {
	const small = 4096
	if n <= small {
		for k := uint64(1); k <= h; k++ {
			t *= float64(n-m+k) / float64(n+m-h+k)
		}
		return t
	}
	// Stirling: log = −n·f(m/n) − ½·log(1−(m/n)²) + the tails. Where n−m is too
	// small for it the ratio is below e^(−745) by far, that is 0.
	if n-m < 100 {
		return 0
	}
	x, y := float64(n), float64(m)
	e := y / x
	tail := 2*stirlingTail(x) - stirlingTail(x+y) - stirlingTail(x-y)
	return math.Exp(-x*entropyGap(e) - 0.5*math.Log1p(-e*e) + tail)
}

// entropyGap returns (1+e)·log(1+e) + (1−e)·log(1−e) = Σ e^(2k)/(k·(2k−1)).
func entropyGap(e float64) float64 {
	if e > 0.1 {
		return (1+e)*math.Log1p(e) + (1-e)*math.Log1p(-e)
	}
	e2 := e * e
	sum, power := 0.0, e2
	for k := 1.0; k <= 9; k++ {
		sum += power / (k * (2*k - 1))
		power *= e2
	}
	return sum
}

// stirlingTail returns log x! − (x·log x − x + ½·log(2πx)) for x > 100.
func stirlingTail(x float64) float64 {
	x2 := x * x
	return (1.0/12 - (1.0/360-1.0/(1260*x2))/x2) / x
}
