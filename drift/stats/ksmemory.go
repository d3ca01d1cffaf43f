package stats

import (
	"math"
	"slices"
)

const (
	// levelBins is the number of bins of the first histogram: its two halves
	// fit into the second-level cache of one core. A power of two.
	levelBins = 1 << 14
	// plainSize: up to so many values sorting both is cheaper than a histogram.
	plainSize = 4096
	// besides is what the search keeps beside the values it copies, at most, in
	// values: the level, and a histogram for every depth of the refiner.
	besides = 3 << 15
)

// memory finds the largest gap of two unsorted samples.
func (s *search) memory(recent, baseline []float64) error {
	if s.n1 == 0 {
		return &SampleError{Sample: nameRecent, Index: -1, Reason: ErrEmpty}
	}
	if s.n2 == 0 {
		return &SampleError{Sample: nameBaseline, Index: -1, Reason: ErrEmpty}
	}
	if s.n1+s.n2 <= plainSize || s.n1 > math.MaxUint32 || s.n2 > math.MaxUint32 {
		return s.plain(recent, baseline)
	}
	total := len(recent) + len(baseline)
	return s.pruned(recent, baseline, refineSize, max(total/2, total-besides))
}

// pruned finds it by exact pruning: both samples are counted into one histogram
// of shared edges; the gaps at the edges, which are attained, bound what a bin
// can reach by what it holds; and only the bins that can still hold the maximum
// are gathered, up to most values at a time, and looked into, those of up to few
// values by sorting them.
func (s *search) pruned(recent, baseline []float64, few, most int) error {
	l := &level{scale: scaleOf(recent, baseline)}
	if i := l.count(recent, &l.counts[0]); i >= 0 {
		return &SampleError{Sample: nameRecent, Index: i, Value: recent[i], Reason: ErrNaN}
	}
	if i := l.count(baseline, &l.counts[1]); i >= 0 {
		return &SampleError{Sample: nameBaseline, Index: i, Value: baseline[i], Reason: ErrNaN}
	}
	held := l.mark(s)
	if held > (len(recent)+len(baseline))/8 {
		l.findConstant(recent, baseline)
	}
	l.look(s, recent, baseline, &refiner{few: few, most: most})
	return nil
}

// plain sorts copies of both samples.
func (s *search) plain(recent, baseline []float64) error {
	x, y := slices.Clone(recent), slices.Clone(baseline)
	slices.Sort(x)
	slices.Sort(y)
	if err := checkSorted(x, y); err != nil { // NaN sorts first; say where it was
		for k, xs := range [2][]float64{recent, baseline} {
			if i := slices.IndexFunc(xs, math.IsNaN); i >= 0 {
				return &SampleError{Sample: [2]string{nameRecent, nameBaseline}[k], Index: i, Value: xs[i], Reason: ErrNaN}
			}
		}
		return err
	}
	s.merge(x, y, 0, 0)
	return nil
}

// What a bin of a level is: left alone, to be gathered, known to hold one value,
// or among those gathered now.
const (
	binShut = iota
	binWaiting
	binConstant
	binOpen
)

// level is the first histogram of both samples.
type level struct {
	scale  scale
	counts [2][levelBins]uint32
	state  [levelBins]uint8
	next   [levelBins]uint32  // where gather puts an open bin's next value
	value  [levelBins]float64 // the one value of a constant bin
}

// mark finds the bins that can hold the maximum and returns how many values
// they hold.
func (l *level) mark(s *search) (held int) {
	var c1, c2 uint64
	for b := range levelBins {
		c1 += uint64(l.counts[0][b])
		c2 += uint64(l.counts[1][b])
		if g := s.gap(c1, c2); s.floor.Less(g) {
			s.floor = g
		}
	}
	c1, c2 = 0, 0
	for b := range levelBins {
		m1, m2 := uint64(l.counts[0][b]), uint64(l.counts[1][b])
		if m1+m2 > 0 && s.worth(s.bound(c1, c2, m1, m2)) {
			l.state[b] = binWaiting
			held += int(m1 + m2)
		}
		c1, c2 = c1+m1, c2+m2
	}
	return held
}

// findConstant tells the waiting bins that hold one value only, so that data with
// few distinct values need not be copied. It stops once no candidate is left.
func (l *level) findConstant(recent, baseline []float64) {
	left := 0
	for b := range l.value {
		l.value[b] = math.NaN() // equal to nothing: not met yet
		if l.state[b] == binWaiting {
			l.state[b] = binConstant
			left++
		}
	}
	for _, xs := range [2][]float64{recent, baseline} {
		const stride = 4096 // values between two looks at what is left
		for len(xs) > 0 && left > 0 {
			n := min(stride, len(xs))
			left -= l.contradict(xs[:n])
			xs = xs[n:]
		}
	}
}

// contradict returns the bins in which xs holds a second value to those that
// wait, and says how many these are.
func (l *level) contradict(xs []float64) (found int) {
	for _, x := range xs {
		b := l.scale.bin(x)
		if l.value[b] == x || l.state[b] != binConstant {
			continue
		}
		if v := l.value[b]; v != v {
			l.value[b] = x
			continue
		}
		l.state[b] = binWaiting
		found++
	}
	return found
}
