package stats

import (
	"math/bits"
	"slices"
)

const (
	// refineBits is the number of bits of the key that one refinement resolves.
	refineBits = 12
	// refineSize: up to so many values sorting is cheaper than a refinement.
	refineSize = 1024
)

// refiner looks into crowded bins. Its histograms are kept per depth; each
// depth resolves at least refineBits bits of the 64 of a key, save the first
// that copies a group of bins out of a crowd.
type refiner struct {
	few    int       // a bin with up to so many values is sorted at once
	most   int       // values that may be copied at a time
	need   int       // values that will be, at most
	space  []float64 // where they are copied to, see room
	counts [64/refineBits + 2]*[2][1 << refineBits]uint32
}

// refine finds the largest gap over two unsorted pieces of one bin, which start
// after c1 and c2 values. It may put their values in another order.
func (r *refiner) refine(s *search, xs, ys []float64, c1, c2 uint64, depth int) {
	if len(xs)+len(ys) <= r.few {
		slices.Sort(xs)
		slices.Sort(ys)
		s.merge(xs, ys, c1, c2)
		return
	}
	lo, hi := keyRange(xs, ys)
	if lo == hi {
		v := append(xs[:len(xs):len(xs)], ys[:min(1, len(ys))]...)[0]
		s.point(c1+uint64(len(xs)), c2+uint64(len(ys)), v+0)
		return
	}
	shift := uint(max(0, bits.Len64(hi-lo)-refineBits))
	counts := r.countsAt(depth)
	clear(counts[0][:])
	clear(counts[1][:])
	countKeys(xs, lo, shift, &counts[0])
	countKeys(ys, lo, shift, &counts[1])
	if !raise(s, counts, c1, c2) {
		return
	}
	permute(xs, lo, shift, &counts[0])
	permute(ys, lo, shift, &counts[1])
	for b := range counts[0] {
		m1, m2 := uint64(counts[0][b]), uint64(counts[1][b])
		if m1+m2 > 0 && s.worth(s.bound(c1, c2, m1, m2)) {
			r.refine(s, xs[:m1], ys[:m2], c1, c2, depth+1)
		}
		xs, ys = xs[m1:], ys[m2:]
		c1, c2 = c1+m1, c2+m2
	}
}

// room returns the space for copies. It is made when it is first needed: often
// nothing is left to be looked into by then.
func (r *refiner) room() []float64 {
	if r.space == nil {
		r.space = make([]float64, r.need)
	}
	return r.space
}

// countsAt returns the histograms of a depth.
func (r *refiner) countsAt(depth int) *[2][1 << refineBits]uint32 {
	if r.counts[depth] == nil {
		r.counts[depth] = new([2][1 << refineBits]uint32)
	}
	return r.counts[depth]
}

// raise uses the gaps at the edges, and reports whether any bin is worth
// looking into.
func raise(s *search, counts *[2][1 << refineBits]uint32, c1, c2 uint64) bool {
	e1, e2 := c1, c2
	for b := range counts[0] {
		e1 += uint64(counts[0][b])
		e2 += uint64(counts[1][b])
		if g := s.gap(e1, e2); s.floor.Less(g) {
			s.floor = g
		}
	}
	for b := range counts[0] {
		m1, m2 := uint64(counts[0][b]), uint64(counts[1][b])
		if m1+m2 > 0 && s.worth(s.bound(c1, c2, m1, m2)) {
			return true
		}
		c1, c2 = c1+m1, c2+m2
	}
	return false
}

// keyRange returns the least and the largest key of two pieces.
func keyRange(xs, ys []float64) (lo, hi uint64) {
	lo = ^uint64(0)
	for _, zs := range [2][]float64{xs, ys} {
		for _, z := range zs {
			k := orderedKey(z)
			lo, hi = min(lo, k), max(hi, k)
		}
	}
	return lo, hi
}

// countKeys counts values by the leading bits of their keys above lo.
func countKeys(xs []float64, lo uint64, shift uint, counts *[1 << refineBits]uint32) {
	for _, x := range xs {
		counts[(orderedKey(x)-lo)>>shift&(1<<refineBits-1)]++
	}
}

// permute puts the values into the order of their bins, in place: each value is
// carried to the next free place of its bin, whose occupant is carried on.
func permute(xs []float64, lo uint64, shift uint, counts *[1 << refineBits]uint32) {
	var next, end [1 << refineBits]uint32
	at := uint32(0)
	for b, n := range counts {
		next[b] = at
		at += n
		end[b] = at
	}
	for b := range next {
		for next[b] < end[b] {
			x := xs[next[b]]
			for {
				to := int((orderedKey(x)-lo)>>shift) & (1<<refineBits - 1)
				at := next[to]
				next[to]++
				if to == b {
					xs[at] = x
					break
				}
				x, xs[at] = xs[at], x
			}
		}
	}
}
