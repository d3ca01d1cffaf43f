package stats

import (
	"math/bits"
	"slices"
	"sort"
)

const (
	// fewValues: an opened bin with at most so many values is sorted at once.
	fewValues = 48
	// maxParts is the largest number of parts a larger one is cut into.
	maxParts = 256
)

// binScratch is memory that opened bins share.
type binScratch struct {
	xs, ys []float64
	counts [2][maxParts]uint64
	above  [2][maxParts]float64 // sum of what the values lie above the bin's lower edge
}

// opened takes an opened bin into account: parts are the sorted values of both
// sides in it, one slice per run. A full bin is cut into equal parts, and what
// was done to the bins is done to them: only parts that can hold the maximum of
// the gap or a change of its sign are looked at value by value.
func (c *runComparison) opened(parts [2][][]float64, t stretch) {
	total := size(parts[0]) + size(parts[1])
	if total <= fewValues || constant(parts) {
		c.values(parts, t)
		return
	}
	cuts := min(maxParts, 1<<bits.Len(uint(total/8)))
	c.count(parts, t, cuts)
	c.raiseFloor(t, cuts)
	width := (t.hi - t.lo) / float64(cuts) // a power of two: edges stay exact
	u := stretch{c1: t.c1, c2: t.c2}
	for k := range cuts {
		u.lo, u.hi = t.lo+float64(k)*width, t.lo+float64(k+1)*width
		m1, m2 := c.scratch.counts[0][k], c.scratch.counts[1][k]
		s := c.search
		if m1+m2 > 0 && (s.worth(s.bound(u.c1, u.c2, m1, m2)) || s.turns(u.c1, u.c2, m1, m2)) {
			c.values(cutOut(parts, u, k == cuts-1), u)
		} else {
			high := u.hi - t.lo
			c.area.closed(u, float64(m1)*high-c.scratch.above[0][k], float64(m2)*high-c.scratch.above[1][k])
		}
		u.c1, u.c2 = u.c1+m1, u.c2+m2
	}
}

// count counts and sums the values per part.
func (c *runComparison) count(parts [2][][]float64, t stretch, cuts int) {
	scale := float64(cuts) / (t.hi - t.lo)
	for k := range parts {
		counts, above := c.scratch.counts[k][:cuts], c.scratch.above[k][:cuts]
		clear(counts)
		clear(above)
		for _, values := range parts[k] {
			for _, v := range values {
				up := v - t.lo // exact, both being multiples of the last place of v
				at := min(int(up*scale), cuts-1)
				counts[at]++
				above[at] += up
			}
		}
	}
}

// raiseFloor uses the gaps at the edges of the parts, which are attained.
func (c *runComparison) raiseFloor(t stretch, cuts int) {
	c1, c2 := t.c1, t.c2
	for k := range cuts {
		c1 += c.scratch.counts[0][k]
		c2 += c.scratch.counts[1][k]
		if g := c.search.gap(c1, c2); c.search.floor.Less(g) {
			c.search.floor = g
		}
	}
}

// values looks at every value of a stretch.
func (c *runComparison) values(parts [2][][]float64, t stretch) {
	s := &c.scratch
	s.xs, s.ys = gather(s.xs[:0], parts[0]), gather(s.ys[:0], parts[1])
	c.search.merge(s.xs, s.ys, t.c1, t.c2)
	last := c.area.merge(s.xs, s.ys, t.c1, t.c2, t.lo)
	c.area.step(t.c1+uint64(len(s.xs)), t.c2+uint64(len(s.ys)), last, t.hi)
}

// gather appends the parts and sorts.
func gather(all []float64, parts [][]float64) []float64 {
	for _, values := range parts {
		all = append(all, values...)
	}
	slices.Sort(all)
	return all
}

// cutOut returns the values of lo ≤ v < hi of every part, or those up to hi
// where the stretch is the last.
func cutOut(parts [2][][]float64, t stretch, last bool) [2][][]float64 {
	var out [2][][]float64
	for k := range parts {
		for _, values := range parts[k] {
			lo, hi := sort.SearchFloat64s(values, t.lo), len(values)
			if !last {
				hi = lo + sort.SearchFloat64s(values[lo:], t.hi)
			}
			if lo < hi {
				out[k] = append(out[k], values[lo:hi])
			}
		}
	}
	return out
}

// constant reports whether all values are equal.
func constant(parts [2][][]float64) bool {
	var first float64
	seen := false
	for k := range parts {
		for _, values := range parts[k] {
			if !seen {
				first, seen = values[0], true
			}
			if values[0] != first || values[len(values)-1] != first {
				return false
			}
		}
	}
	return seen
}

// size counts the values of sorted slices.
func size(parts [][]float64) int {
	n := 0
	for _, values := range parts {
		n += len(values)
	}
	return n
}
