package stats

import "slices"

// Bins is the number of bins of a [Run]'s histogram, equally wide over 0 to 1.
// It is a power of two, so that every edge k/Bins is exact.
const Bins = 1024

// BinOf returns the bin of a score within 0 to 1: min(⌊score·Bins⌋, Bins−1).
func BinOf(score float64) int { return min(int(score*Bins), Bins-1) }

// binEdge returns the lower edge of bin b, and 1 for b = Bins.
func binEdge(b int) float64 { return float64(b) / Bins }

// Run is one sorted column of scores, usually those of a day, as it is stored:
// a histogram that says most, and the values, of which little is read.
type Run struct {
	Counts  []uint32  // values per bin, Bins of them
	Sums    []float64 // sum of the values per bin, Bins of them
	Moments Moments   // of all values
	// Parts says more closely where in their bins the values lie, see packParts;
	// nil where that is not known, and then more values are fetched.
	Parts []byte
	// Values are all values in ascending order, or nil where they have to be
	// fetched (see [Fetch]).
	Values []float64
}

// NewRun sorts a copy of scores and describes it. A score that is not within 0
// to 1 gives a [SampleError]. An empty run is allowed.
func NewRun(scores []float64) (Run, error) {
	sorted := slices.Clone(scores)
	slices.Sort(sorted)
	run, err := NewSortedRun(sorted)
	if err != nil { // say the index in what was handed in
		for i, s := range scores {
			if !(s >= 0 && s <= 1) {
				return Run{}, &SampleError{Index: i, Value: s, Reason: ErrRange}
			}
		}
	}
	return run, err
}

// NewSortedRun describes scores that are in ascending order already; it keeps
// the slice as Values. A score that is out of order gives ErrRange as well.
func NewSortedRun(sorted []float64) (Run, error) {
	run := Run{
		Counts: make([]uint32, Bins),
		Sums:   make([]float64, Bins),
		Values: sorted,
	}
	last := 0.0
	for lo := 0; lo < len(sorted); {
		first := sorted[lo]
		if !(first >= last && first <= 1) {
			return Run{}, &SampleError{Index: lo, Value: first, Reason: ErrRange}
		}
		bin, hi := BinOf(first), lo
		var sum compensated
		for last = first; hi < len(sorted) && sorted[hi] >= last && BinOf(sorted[hi]) == bin && sorted[hi] <= 1; hi++ {
			last = sorted[hi]
			sum.add(last)
		}
		run.Counts[bin], run.Sums[bin] = uint32(hi-lo), sum.value()
		lo = hi
	}
	run.Moments = MomentsOf(sorted)
	run.Parts = packParts(sorted, run.Counts)
	return run, nil
}

// N returns the number of values.
func (r Run) N() int { return r.Moments.N }

// MergeSorted returns the values of sorted slices as one sorted slice.
func MergeSorted(parts ...[]float64) []float64 {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	all := make([]float64, 0, n)
	for _, p := range parts {
		all = append(all, p...)
	}
	if !slices.IsSorted(all) {
		slices.Sort(all)
	}
	return all
}
