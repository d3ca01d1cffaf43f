package stats

import "math"

// ExactCells is N of the rules of [PValue]: up to so many cells the recursion
// always runs. It is a constant, so that the same data always gives the same
// method.
const ExactCells = 10_000_000

// exactFactor: near a cut-off or on demand the recursion runs up to
// exactFactor·ExactCells cells (about half a second).
const exactFactor = 20

// nearShare: a limiting p within this share of a cut-off is near it.
const nearShare = 0.10

// DefaultCutOffs are the cut-offs of the severities CRITICAL, HIGH, MEDIUM.
var DefaultCutOffs = [3]float64{0.001, 0.01, 0.05}

// PRule is what a p-value depends on beside the data.
type PRule struct {
	// CutOffs are the p-values that decisions hang on; nil stands for
	// DefaultCutOffs. Order does not matter.
	CutOffs []float64
	// Exact asks for the exact value up to 20·ExactCells cells.
	Exact bool
}

// near reports whether p lies within 10 % of a cut-off.
func (r PRule) near(p float64) bool {
	cuts := r.CutOffs
	if cuts == nil {
		cuts = DefaultCutOffs[:]
	}
	for _, c := range cuts {
		if math.Abs(p-c) <= nearShare*c {
			return true
		}
	}
	return false
}

// PValue returns the probability that two samples of n1 and n2 values, drawn
// from one continuous distribution, differ by D ≥ d/(n1·n2) or more, and how it
// was computed:
//
//   - d = 0: 1, exact.
//   - n1 = n2: the closed form, exact, at any size.
//   - Otherwise the recursion over lattice paths, exact, where the lattice cells with |i·n2 − j·n1| < d number
//     at most ExactCells; at most 20·ExactCells where the limiting p lies within
//     10 % of a cut-off, or where the rule asks for it.
//   - Otherwise [PLimit].
//
// An exact p is good to 1e-9 relative down to 1e-300. Below about 1e-308 it
// loses digits, and below 5e-324 it is 0.
//
// n1 and n2 must be positive and d at most n1·n2.
func PValue(d Uint128, n1, n2 int, rule PRule) (float64, Method) {
	if d.IsZero() || n1 == n2 {
		return pExact(d, n1, n2), MethodExact
	}
	limit := PLimit(d.quotient(uint64(n1), uint64(n2)), n1, n2)
	most := uint64(ExactCells)
	if rule.Exact || rule.near(limit) {
		most *= exactFactor
	}
	if cellsAtMost(d, n1, n2, most) {
		return pExact(d, n1, n2), MethodExact
	}
	return limit, MethodLimit
}

// PLimit returns the limiting p-value, Kolmogorov's distribution with the
// correction of its argument after Stephens (1970):
//
//	x = (√en + 0.12 + 0.11/√en)·D,   en = n1·n2/(n1+n2)
//
// With it the p-value stays within about 2 % at the usual cut-offs.
func PLimit(d float64, n1, n2 int) float64 {
	a, b := float64(n1), float64(n2)
	root := math.Sqrt(a / (a + b) * b)
	return KolmogorovSF((root + 0.12 + 0.11/root) * d)
}

// KolmogorovSF returns the survival function of Kolmogorov's distribution,
//
//	P(K > x) = 2·(v − v⁴ + v⁹ − …),                    v = e^(−2x²),  for x > 0.82
//	         = 1 − (√(2π)/x)·Σ e^(−(2k−1)²π²/(8x²))                   else
//
// It is 1 for x ≤ 0, 0 for x = +Inf, NaN for NaN.
func KolmogorovSF(x float64) float64 {
	switch {
	case math.IsNaN(x):
		return x
	case x <= 0.04: // 1 − 3e-334
		return 1
	case x <= 0.82:
		// The terms fall so fast that four are plenty: at 0.82 the fourth is
		// e^(−90).
		t := math.Exp(-math.Pi * math.Pi / (8 * x * x))
		t8 := math.Pow(t, 8)
		sum := t * (1 + t8*(1+t8*t8*(1+t8*t8*t8)))
		return 1 - math.Sqrt(2*math.Pi)/x*sum
	default:
		v := math.Exp(-2 * x * x)
		v3 := v * v * v
		// v − v⁴ + v⁹ − v¹⁶: at 0.82 the next, v²⁵, is e^(−33).
		return 2 * v * (1 - v3*(1-v3*v*v*(1-v3*v3*v)))
	}
}
