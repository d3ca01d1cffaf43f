package stats

import "sort"

// Need names values that have to be read: the ranks Lo ≤ rank < Hi of a run.
type Need struct {
	Baseline bool // of which side
	Run      int  // index of the run on that side
	Lo, Hi   int  // ranks in the sorted run
}

// Fetch reads what is needed, all in one go: one slice per need, in the order
// of the needs, each of Hi−Lo values in ascending order.
type Fetch func(needs []Need) ([][]float64, error)

// side is one of the two samples of a comparison, spread over runs.
type side struct {
	name   string
	runs   []Run
	counts [Bins]uint64
	sums   [Bins]float64
	before [Bins + 1]uint64  // values in the bins below
	parts  *[allParts]uint64 // values in each part of a bin; nil where a run does not say
	ranks  [][]uint32        // per run: values in its bins below
	pieces [][]piece         // per run: what was read, ascending
	sorted map[int][]float64
	totals Moments
}

// piece holds the values of the ranks from lo on of one run.
type piece struct {
	lo     int
	values []float64
}

// newSide adds the histograms up. Runs whose parts disagree are refused.
func newSide(name string, runs []Run) (*side, error) {
	s := &side{
		name: name, runs: runs,
		ranks:  make([][]uint32, len(runs)),
		pieces: make([][]piece, len(runs)),
		sorted: map[int][]float64{},
	}
	flat := make([]uint32, len(runs)*(Bins+1))
	for k, r := range runs {
		if len(r.Counts) != Bins || len(r.Sums) != Bins || r.Values != nil && len(r.Values) != r.N() {
			return nil, &SampleError{Sample: name, Index: -1, Reason: ErrLength}
		}
		ranks := flat[k*(Bins+1) : (k+1)*(Bins+1)]
		n := uint64(0)
		for b, c := range r.Counts {
			s.counts[b] += uint64(c)
			s.sums[b] += r.Sums[b]
			n += uint64(c)
			ranks[b+1] = uint32(n)
		}
		if n != uint64(r.N()) || n > 1<<32-1 {
			return nil, &SampleError{Sample: name, Index: -1, Reason: ErrLength}
		}
		s.ranks[k] = ranks
		s.totals = s.totals.Add(r.Moments)
		if r.Values != nil {
			s.pieces[k] = []piece{{0, r.Values}}
		}
	}
	for b, c := range s.counts {
		s.before[b+1] = s.before[b] + c
	}
	if !s.addParts() {
		return nil, &SampleError{Sample: name, Index: -1, Reason: ErrLength}
	}
	if s.n() == 0 {
		return nil, &SampleError{Sample: name, Index: -1, Reason: ErrEmpty}
	}
	return s, nil
}

// addParts adds the parts up, where every run knows them. It reports false
// where a run's parts or values disagree with its counts.
func (s *side) addParts() bool {
	for _, r := range s.runs {
		if r.Parts == nil && r.Values == nil && r.N() > 0 {
			return true
		}
	}
	s.parts = new([allParts]uint64)
	for _, r := range s.runs {
		switch {
		case r.Parts != nil && !addParts(s.parts, r.Parts, r.Counts),
			r.Parts == nil && !addPartsOf(s.parts, r.Values, r.Counts):
			return false
		}
	}
	return true
}

func (s *side) n() uint64 { return s.before[Bins] }

// binOfRank returns the bin that holds a rank of the whole side.
func (s *side) binOfRank(rank int) int {
	return sort.Search(Bins, func(b int) bool { return s.before[b+1] > uint64(rank) })
}

// needs appends what has to be read to open the bins, neighbouring bins of a
// run in one.
func (s *side) needs(list []Need, open *[Bins]bool, baseline bool) []Need {
	for k, r := range s.runs {
		if r.Values != nil {
			continue
		}
		ranks := s.ranks[k]
		for b := 0; b < Bins; b++ {
			if !open[b] || r.Counts[b] == 0 {
				continue
			}
			lo, hi := int(ranks[b]), int(ranks[b+1])
			if m := len(list) - 1; m >= 0 && list[m].Baseline == baseline && list[m].Run == k && list[m].Hi == lo {
				list[m].Hi = hi
				continue
			}
			list = append(list, Need{baseline, k, lo, hi})
		}
	}
	return list
}

// give takes what was read for a need.
func (s *side) give(n Need, values []float64) error {
	if len(values) != n.Hi-n.Lo {
		return &SampleError{Sample: s.name, Index: -1, Reason: ErrLength}
	}
	s.pieces[n.Run] = append(s.pieces[n.Run], piece{n.Lo, values})
	return nil
}

// bin appends the values of an opened bin, one sorted slice per run. Values
// that do not lie in the bin the histogram puts them in are refused.
func (s *side) bin(parts [][]float64, b int) ([][]float64, error) {
	for k := range s.runs {
		lo, hi := int(s.ranks[k][b]), int(s.ranks[k][b+1])
		if lo == hi {
			continue
		}
		list := s.pieces[k]
		at := sort.Search(len(list), func(i int) bool { return list[i].lo > lo }) - 1
		values := list[at].values[lo-list[at].lo : hi-list[at].lo]
		for _, v := range [2]float64{values[0], values[len(values)-1]} {
			if !(v >= binEdge(b) && v <= 1) || BinOf(v) != b {
				return nil, &SampleError{Sample: s.name, Index: lo, Value: v, Reason: ErrRange}
			}
		}
		parts = append(parts, values)
	}
	return parts, nil
}

// rank returns the value of a rank of the whole side; its bin must be open.
func (s *side) rank(rank int) (float64, error) {
	b := s.binOfRank(rank)
	values, ok := s.sorted[b]
	if !ok {
		parts, err := s.bin(nil, b)
		if err != nil {
			return 0, err
		}
		values = MergeSorted(parts...)
		s.sorted[b] = values
	}
	return values[uint64(rank)-s.before[b]], nil
}

// below counts the values below x; the bin of x must be open or empty.
func (s *side) below(x float64) (int, error) {
	b := BinOf(x)
	parts, err := s.bin(nil, b)
	if err != nil {
		return 0, err
	}
	n := int(s.before[b])
	for _, values := range parts {
		n += sort.SearchFloat64s(values, x)
	}
	return n, nil
}
