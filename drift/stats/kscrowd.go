package stats

import (
	"math"
	"math/bits"
)

// keySpan is all keys from lo to hi, both included.
type keySpan struct{ lo, hi uint64 }

// holds reports whether the span holds the key of a value. It makes one
// comparison: what lies below lo wraps around.
func (k keySpan) holds(x float64) bool { return orderedKey(x)-k.lo <= k.hi-k.lo }

// part returns the span of the keys of the bins from one on to another, of
// which each is 1<<shift keys wide.
func (k keySpan) part(from, to int, shift uint) keySpan {
	lo := k.lo + uint64(from)<<shift
	return keySpan{lo, lo + min(uint64(to-from)<<shift-1, k.hi-lo)}
}

// crowd does what [refiner.refine] does for a span that holds more values than
// may be copied: it reads them in both samples, counts them into bins, and
// copies neighbouring bins that can hold the maximum together, as far as that
// goes; a bin that is still too full is a span of its own.
func (r *refiner) crowd(s *search, recent, baseline []float64, span keySpan, c1, c2 uint64, depth int) {
	shift := uint(max(0, bits.Len64(span.hi-span.lo)-refineBits))
	counts := r.countsAt(depth)
	clear(counts[0][:])
	clear(counts[1][:])
	countWithin(recent, span, shift, &counts[0])
	countWithin(baseline, span, shift, &counts[1])
	if !raise(s, counts, c1, c2) {
		return
	}
	for b := 0; b < len(counts[0]); {
		to, m1, m2 := r.group(s, counts, b, c1, c2)
		part := span.part(b, to, shift)
		switch {
		case !s.worth(s.bound(c1, c2, m1, m2)):
		case m1+m2 <= uint64(r.most):
			xs := copyWithin(r.room()[:m1], recent, part)
			ys := copyWithin(r.room()[m1:m1+m2], baseline, part)
			r.refine(s, xs, ys, c1, c2, depth+1)
		case shift == 0:
			s.point(c1+m1, c2+m2, valueOfKey(part.lo))
		default:
			r.crowd(s, recent, baseline, part, c1, c2, depth+1)
		}
		b, c1, c2 = to, c1+m1, c2+m2
	}
}

// group returns the end of the bins from one on that are looked into together,
// and what they hold: one bin, or up to the last of those that can hold the
// maximum and may be copied with it.
func (r *refiner) group(s *search, counts *[2][1 << refineBits]uint32, from int, c1, c2 uint64) (to int, m1, m2 uint64) {
	m1, m2 = uint64(counts[0][from]), uint64(counts[1][from])
	to = from + 1
	if m1+m2 == 0 || !s.worth(s.bound(c1, c2, m1, m2)) {
		return to, m1, m2
	}
	e1, e2 := m1, m2
	for b := to; b < len(counts[0]); b++ {
		a1, a2 := uint64(counts[0][b]), uint64(counts[1][b])
		worth := a1+a2 > 0 && s.worth(s.bound(c1+e1, c2+e2, a1, a2))
		if e1, e2 = e1+a1, e2+a2; e1+e2 > uint64(r.most) {
			break
		}
		if worth {
			to, m1, m2 = b+1, e1, e2
		}
	}
	return to, m1, m2
}

// countWithin is countKeys for the values of a span.
func countWithin(xs []float64, span keySpan, shift uint, counts *[1 << refineBits]uint32) {
	for _, x := range xs {
		if span.holds(x) {
			counts[(orderedKey(x)-span.lo)>>shift&(1<<refineBits-1)]++
		}
	}
}

// copyWithin fills out with the values of a span.
func copyWithin(out, xs []float64, span keySpan) []float64 {
	at := 0
	for _, x := range xs {
		if span.holds(x) {
			out[at] = x
			at++
		}
	}
	return out
}

// valueOfKey is the float of an orderedKey.
func valueOfKey(k uint64) float64 {
	if k>>63 == 1 {
		return math.Float64frombits(k &^ (1 << 63))
	}
	return math.Float64frombits(^k)
}
