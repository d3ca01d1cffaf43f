package stats

import "math"

// search looks for the largest gap between two empirical distributions.
type search struct {
	n1, n2 uint64
	best   Uint128 // the largest gap found at a value so far
	at     float64 // the value it was found at
	floor  Uint128 // a gap known to be attained somewhere: less need not be looked at
}

func newSearch(n1, n2 int) *search {
	return &search{n1: uint64(n1), n2: uint64(n2), at: math.NaN()}
}

// gap returns the gap after c1 and c2 values.
func (s *search) gap(c1, c2 uint64) Uint128 { return gapOf(c1, c2, s.n1, s.n2) }

// point takes the gap right after all values ≤ v, c1 and c2 of them, into
// account. Called in ascending order of v it keeps the smallest v.
func (s *search) point(c1, c2 uint64, v float64) {
	if g := s.gap(c1, c2); s.best.Less(g) {
		s.best, s.at = g, v
	}
}

// bound returns the largest gap possible inside a bin that holds a and b
// values and starts after c1 and c2: all of one sample first, or of the other.
func (s *search) bound(c1, c2, a, b uint64) Uint128 {
	up, down := s.gap(c1+a, c2), s.gap(c1, c2+b)
	if up.Less(down) {
		return down
	}
	return up
}

// worth reports whether a bin with this bound has to be opened.
func (s *search) worth(bound Uint128) bool {
	return s.best.Less(bound) && !bound.Less(s.floor)
}

// merge walks over two sorted pieces that start after c1 and c2 values.
func (s *search) merge(xs, ys []float64, c1, c2 uint64) {
	i, j := 0, 0
	for i < len(xs) && j < len(ys) {
		v := xs[i]
		if ys[j] < v {
			v = ys[j]
		}
		for i < len(xs) && xs[i] == v {
			i++
		}
		for j < len(ys) && ys[j] == v {
			j++
		}
		s.point(c1+uint64(i), c2+uint64(j), v)
	}
	// Only one sample is left: the gap is largest at one of the two ends of
	// what remains, and the first of them has been seen.
	if i < len(xs) {
		s.point(c1+uint64(len(xs)), c2+uint64(j), xs[len(xs)-1])
	}
	if j < len(ys) {
		s.point(c1+uint64(i), c2+uint64(len(ys)), ys[len(ys)-1])
	}
}

// result completes the test.
func (s *search) result(rule PRule) KSResult {
	n1, n2 := int(s.n1), int(s.n2)
	r := KSResult{N1: n1, N2: n2, Num: s.best, D: s.best.quotient(s.n1, s.n2), At: s.at}
	r.P, r.Method = PValue(s.best, n1, n2, rule)
	return r
}
