package stats

import (
	"fmt"
	"math"
)

// CompareRuns gives what [Compare] gives for the samples that the runs of each
// side make together: KS and counts are the same, the rest agrees to 1e-12.
//
// It merges the histograms, works out which bins can hold the maximum of the
// gap, a change of its sign (elsewhere the Wasserstein distance follows from
// counts and sums) or a decile, and calls fetch at most once for the values in
// those. fetch may be nil where every run has its Values.
func CompareRuns(recent, baseline []Run, rule PRule, fetch Fetch) (Comparison, error) {
	x, err := newSide(nameRecent, recent)
	if err != nil {
		return Comparison{}, err
	}
	y, err := newSide(nameBaseline, baseline)
	if err != nil {
		return Comparison{}, err
	}
	c := runComparison{x: x, y: y, search: newSearch(int(x.n()), int(y.n()))}
	c.area.n1, c.area.n2 = x.n(), y.n()
	c.plan()
	if err := c.read(fetch); err != nil {
		return Comparison{}, err
	}
	return c.finish(rule)
}

// runComparison is the state of CompareRuns.
type runComparison struct {
	x, y         *side
	search       *search
	area         areaSum
	openX, openY [Bins]bool
	scratch      binScratch
}

// plan decides which bins to open.
func (c *runComparison) plan() {
	x, y, s := c.x, c.y, c.search
	parts := c.steps()
	c1, c2 := uint64(0), uint64(0)
	for _, m := range parts {
		c1, c2 = c1+m[0], c2+m[1]
		if g := s.gap(c1, c2); s.floor.Less(g) {
			s.floor = g
		}
	}
	perBin := len(parts) / Bins
	for b := range Bins {
		if c.matters(x.before[b], y.before[b], parts[b*perBin:(b+1)*perBin]) {
			c.openX[b], c.openY[b] = true, true
		}
	}
	// A decile lies between two neighbouring ranks of the baseline; where they
	// are in different bins it may fall into any bin from one to the other.
	for k := 1; k < deciles; k++ {
		rank, part := quantileRank(k, deciles, int(y.n()))
		lo := y.binOfRank(rank)
		hi := lo
		if part > 0 {
			hi = y.binOfRank(rank + 1)
		}
		c.openY[lo], c.openY[hi] = true, true
		for b := lo; b <= hi; b++ {
			c.openX[b] = true
		}
	}
}

// steps returns the counts of both sides for the parts of all bins, or for the
// bins where the parts of a side are not known.
func (c *runComparison) steps() [][2]uint64 {
	list, x, y := make([][2]uint64, Bins), c.x.counts[:], c.y.counts[:]
	if c.x.parts != nil && c.y.parts != nil {
		list, x, y = make([][2]uint64, allParts), c.x.parts[:], c.y.parts[:]
	}
	for k := range list {
		list[k] = [2]uint64{x[k], y[k]}
	}
	return list
}

// matters reports whether a bin of these parts, which starts after c1 and c2
// values, can hold the maximum of the gap or a change of its sign. The sign may
// also change between two parts in neither of which it does.
func (c *runComparison) matters(c1, c2 uint64, parts [][2]uint64) bool {
	var above, below, some bool
	for _, m := range parts {
		if m[0]+m[1] > 0 {
			if c.search.worth(c.search.bound(c1, c2, m[0], m[1])) {
				return true
			}
			some = true
		}
		up, down := c.search.signs(c1, c2, m[0], m[1])
		above, below = above || up, below || down
		c1, c2 = c1+m[0], c2+m[1]
	}
	return some && above && below
}

// signs reports whether the gap can be above zero and below zero inside a part
// of the axis that holds a and b values and starts after c1 and c2.
func (s *search) signs(c1, c2, a, b uint64) (above, below bool) {
	above = mul128(c2, s.n1).Less(mul128(c1+a, s.n2))
	below = mul128(c1, s.n2).Less(mul128(c2+b, s.n1))
	return above, below
}

// turns reports whether the gap can change its sign inside such a part.
func (s *search) turns(c1, c2, a, b uint64) bool {
	above, below := s.signs(c1, c2, a, b)
	return above && below
}

// read fetches the values of the opened bins.
func (c *runComparison) read(fetch Fetch) error {
	needs := c.x.needs(nil, &c.openX, false)
	needs = c.y.needs(needs, &c.openY, true)
	if len(needs) == 0 {
		return nil
	}
	if fetch == nil {
		return &SampleError{Index: -1, Reason: ErrLength}
	}
	values, err := fetch(needs)
	if err != nil {
		return fmt.Errorf("fetch scores: %w", err)
	}
	if len(values) != len(needs) {
		return &SampleError{Index: -1, Reason: ErrLength}
	}
	for k, n := range needs {
		s := c.x
		if n.Baseline {
			s = c.y
		}
		if err := s.give(n, values[k]); err != nil {
			return err
		}
	}
	return nil
}

// finish walks over the bins in ascending order, then takes the deciles.
func (c *runComparison) finish(rule PRule) (Comparison, error) {
	var parts [2][][]float64
	for b := range Bins {
		if !c.openX[b] || !c.openY[b] {
			c.closed(b)
			continue
		}
		var err error
		if parts[0], err = c.x.bin(parts[0][:0], b); err != nil {
			return Comparison{}, err
		}
		if parts[1], err = c.y.bin(parts[1][:0], b); err != nil {
			return Comparison{}, err
		}
		c.opened(parts, stretch{c.x.before[b], c.y.before[b], binEdge(b), binEdge(b + 1)})
	}
	out := Comparison{KS: c.search.result(rule), W1: c.area.sum.value()}
	out.setMoments(c.x.totals, c.y.totals)
	if err := c.shares(&out); err != nil {
		return Comparison{}, err
	}
	return out, nil
}

// closed adds a bin over which the gap keeps its sign to the area.
func (c *runComparison) closed(b int) {
	hi := binEdge(b + 1)
	c.area.closed(stretch{c.x.before[b], c.y.before[b], binEdge(b), hi},
		float64(c.x.counts[b])*hi-c.x.sums[b], float64(c.y.counts[b])*hi-c.y.sums[b])
}

// stretch is a part of the axis from lo to hi, with the values below it.
type stretch struct {
	c1, c2 uint64
	lo, hi float64
}

// closed adds |∫(F1 − F2)| over a stretch from room = Σ (hi − v) over the values
// v of either side in it:
//
//	∫F = (hi−lo)·F(lo) + room/n
func (s *areaSum) closed(t stretch, room1, room2 float64) {
	flat := (t.hi - t.lo) * gapOf(t.c1, t.c2, s.n1, s.n2).quotient(s.n1, s.n2)
	if mul128(t.c1, s.n2).Less(mul128(t.c2, s.n1)) {
		flat = -flat
	}
	s.sum.add(math.Abs(flat + room1/float64(s.n1) - room2/float64(s.n2)))
}

// shares takes the deciles of the baseline and counts both sides between them.
func (c *runComparison) shares(out *Comparison) error {
	var failed error
	edges := quantileEdges(deciles, int(c.y.n()), func(rank int) float64 {
		v, err := c.y.rank(rank)
		if err != nil {
			failed = err
		}
		return v
	})
	if failed != nil {
		return failed
	}
	recent, err := c.x.shareCounts(edges)
	if err != nil {
		return err
	}
	baseline, err := c.y.shareCounts(edges)
	if err != nil {
		return err
	}
	out.setShares(edges, recent, baseline)
	return nil
}

// shareCounts is [BinCounts] over runs.
func (s *side) shareCounts(edges []float64) ([]int, error) {
	counts := make([]int, len(edges)+1)
	before := 0
	for k, edge := range edges {
		below, err := s.below(edge)
		if err != nil {
			return nil, err
		}
		counts[k] = below - before
		before = below
	}
	counts[len(edges)] = int(s.n()) - before
	return counts, nil
}
