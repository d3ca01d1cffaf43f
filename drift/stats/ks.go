package stats

// Method says how a p-value was computed.
type Method string

const (
	// MethodExact: counted over lattice paths, to about 1e-12 relative.
	MethodExact Method = "exact"
	// MethodLimit: Kolmogorov's limit with Stephens' correction of its argument.
	MethodLimit Method = "limit"
)

// KSResult is the outcome of a two-sample two-sided Kolmogorov-Smirnov test.
type KSResult struct {
	N1, N2 int     // sizes of the recent sample and of the baseline
	Num    Uint128 // max|c1·n2 − c2·n1|, so that D = Num/(N1·N2)
	D      float64 // the statistic, 0 to 1, correctly rounded
	At     float64 // the smallest value at which D is attained; NaN if D is 0
	P      float64 // p-value, 0 to 1
	Method Method  // how P was computed
}

// materialD is the D from which a difference counts as material.
var materialD = Decimal{coef: 1, scale: 1}

// Material reports whether D ≥ 0.1, compared as integers.
func (r KSResult) Material() bool { return r.CmpD(materialD) >= 0 }

// CmpD compares D with a decimal threshold as integers: -1, 0 or +1 as D is
// below, equal to or above it.
func (r KSResult) CmpD(threshold Decimal) int {
	return threshold.cmpFraction(r.Num.Big(), mul128(uint64(r.N1), uint64(r.N2)).Big())
}

// KS performs the two-sample two-sided Kolmogorov-Smirnov test.
//
//	D = max over t of |F1(t) − F2(t)|,   F(t) = share of the sample ≤ t
//
// The maximum is taken over integers, d = max|c1·n2 − c2·n1|, where equal
// values (−0 and +0 are equal) are passed together, so D is exact. P is that
// of the continuous null hypothesis, see [PValue]; ties are not conditioned on.
//
// Infinite values take part by their order. An empty sample or a NaN gives a
// [SampleError]. Neither slice is changed; extra memory is at most one copy of
// the two samples (or half a copy and 0.8 MB, where that is more), and usually a
// small part of that.
func KS(recent, baseline []float64, rule PRule) (KSResult, error) {
	s := newSearch(len(recent), len(baseline))
	if err := s.memory(recent, baseline); err != nil {
		return KSResult{}, err
	}
	return s.result(rule), nil
}

// KSSorted is [KS] for two samples that are in ascending order already. The
// order is not checked.
func KSSorted(recent, baseline []float64, rule PRule) (KSResult, error) {
	if err := checkSorted(recent, baseline); err != nil {
		return KSResult{}, err
	}
	s := newSearch(len(recent), len(baseline))
	s.merge(recent, baseline, 0, 0)
	return s.result(rule), nil
}

// checkSorted refuses empty samples and, as NaN sorts first, a leading NaN.
func checkSorted(recent, baseline []float64) error {
	for k, xs := range [2][]float64{recent, baseline} {
		name := [2]string{nameRecent, nameBaseline}[k]
		if len(xs) == 0 {
			return &SampleError{Sample: name, Index: -1, Reason: ErrEmpty}
		}
		if xs[0] != xs[0] {
			return &SampleError{Sample: name, Index: 0, Value: xs[0], Reason: ErrNaN}
		}
	}
	return nil
}
