package stats

import (
	"math"
	"math/bits"
	"slices"
)

// scale maps floats to the bins of a [level], never downwards: bin 0 for what
// lies below lo, the last one for what lies above hi, and between them equal
// steps of the value or, for skewed data, of the float's bit pattern.
type scale struct {
	lo, hi float64
	factor float64 // bins per unit
	byKey  bool
	keyLo  uint64
	shift  uint
}

// orderedKey maps a float to an integer of the same order; −0 and +0 agree.
func orderedKey(x float64) uint64 {
	b := math.Float64bits(x + 0) // −0 + 0 = +0
	return b ^ (uint64(int64(b)>>63) | 1<<63)
}

const (
	sampleSize = 1024 // values looked at per side to choose the edges
	trim       = 8    // outliers left out at each end of both, where needed
)

// scaleOf chooses a scale from a few values of both samples. A bad choice costs
// time only.
func scaleOf(recent, baseline []float64) scale {
	few := make([]float64, 0, 2*sampleSize)
	for _, xs := range [2][]float64{recent, baseline} {
		step := max(1, len(xs)/sampleSize)
		for i := step / 2; i < len(xs); i += step {
			if x := xs[i]; x == x {
				few = append(few, x)
			}
		}
	}
	slices.Sort(few)
	if len(few) <= 4*trim {
		return scale{byKey: true, lo: math.Inf(-1), hi: math.Inf(1), shift: 64 - 13}
	}
	for _, inner := range [][]float64{few, few[trim : len(few)-trim]} {
		if s := linearScale(inner[0], inner[len(inner)-1]); s.suits(inner) {
			return s
		}
	}
	return keyScale(few[0], few[len(few)-1])
}

func linearScale(lo, hi float64) scale {
	if lo == hi {
		return scale{lo: lo, hi: hi} // bin 1 holds this one value
	}
	return scale{lo: lo, hi: hi, factor: (levelBins - 3) / (hi - lo)}
}

func keyScale(lo, hi float64) scale {
	s := scale{lo: lo, hi: hi, byKey: true, keyLo: orderedKey(lo)}
	s.shift = uint(max(0, bits.Len64(orderedKey(hi)-s.keyLo)-13)) // at most 2^13 bins
	return s
}

// suits reports whether a linear scale spreads the sorted values well: no
// thirty-second part of them, unless they are equal, within sixteen bins.
func (s scale) suits(sorted []float64) bool {
	if s.lo == s.hi {
		return !math.IsInf(s.lo, 0)
	}
	if s.factor == 0 || math.IsInf(s.factor, 0) || math.IsNaN(s.factor) {
		return false
	}
	part := len(sorted) / 32
	for i := part; i < len(sorted); i++ {
		a, b := sorted[i-part], sorted[i]
		if a < b && (b-a)*s.factor < 16 && crowded(sorted[i-part:i+1]) {
			return false
		}
	}
	return true
}

// crowded reports whether most of the sorted values differ: ties need no
// resolution.
func crowded(sorted []float64) bool {
	distinct := 0
	for i := 1; i < len(sorted); i++ {
		if sorted[i] != sorted[i-1] {
			distinct++
		}
	}
	return 2*distinct > len(sorted)
}

// bin returns the bin of a value that is not NaN.
func (s *scale) bin(x float64) int {
	switch {
	case x < s.lo:
		return 0
	case x > s.hi:
		return levelBins - 1
	case s.byKey:
		return int((orderedKey(x)-s.keyLo)>>s.shift+1) & (levelBins - 1)
	}
	return linearBin(x, s.lo, s.factor)
}

// linearBin returns the bin of a value within the range of a linear scale. The
// mask changes nothing; it tells the compiler the range.
func linearBin(x, lo, factor float64) int {
	return int(int32((x-lo)*factor)+1) & (levelBins - 1)
}

// count counts the values per bin and returns the index of the first NaN, or -1.
func (l *level) count(xs []float64, counts *[levelBins]uint32) int {
	s := &l.scale
	for i := 0; i < len(xs); i++ {
		if !s.byKey {
			i += countLinear(xs[i:], s.lo, s.hi, s.factor, counts)
			if i == len(xs) {
				break
			}
		}
		x := xs[i]
		if x != x {
			return i
		}
		counts[s.bin(x)]++
	}
	return -1
}

// countLinear counts values until one lies outside lo to hi, which NaN does
// too, and returns how many it counted.
func countLinear(xs []float64, lo, hi, factor float64, counts *[levelBins]uint32) int {
	for i, x := range xs {
		if !(x >= lo && x <= hi) {
			return i
		}
		counts[linearBin(x, lo, factor)]++
	}
	return len(xs)
}

// scatter copies the values of open bins to where next says.
func (l *level) scatter(xs, out []float64) {
	s := &l.scale
	if lo, hi, ok := l.narrow(); ok {
		l.scatterNarrow(xs, out, lo, hi)
		return
	}
	for i := 0; i < len(xs); i++ {
		if !s.byKey {
			i += l.scatterLinear(xs[i:], out)
			if i == len(xs) {
				break
			}
		}
		if b := s.bin(xs[i]); l.state[b] == binOpen {
			out[l.next[b]] = xs[i]
			l.next[b]++
		}
	}
}

// scatterLinear does so until a value lies outside lo to hi.
func (l *level) scatterLinear(xs, out []float64) int {
	lo, hi, factor := l.scale.lo, l.scale.hi, l.scale.factor
	for i, x := range xs {
		if !(x >= lo && x <= hi) {
			return i
		}
		if b := linearBin(x, lo, factor); l.state[b] == binOpen {
			out[l.next[b]] = x
			l.next[b]++
		}
	}
	return len(xs)
}

// narrow returns limits outside of which a linear scale has no open bin, where
// those leave out most of the axis; else those of the scale.
func (l *level) narrow() (lo, hi float64, ok bool) {
	first, last := -1, 0
	for b, state := range l.state {
		if state == binOpen {
			if first < 0 {
				first = b
			}
			last = b
		}
	}
	const margin = 2 // bins, for the rounding of the limits
	if l.scale.byKey || first <= margin || last >= levelBins-1 || last-first > levelBins/16 {
		return 0, 0, false
	}
	s := &l.scale
	return s.lo + float64(first-1-margin)/s.factor, s.lo + float64(last+margin)/s.factor, true
}

// scatterNarrow copies the values of open bins, all of which lie in lo to hi.
// It makes one comparison of two: half of the values fall on either side, and a
// branch that goes either way costs more than the rest of the loop.
func (l *level) scatterNarrow(xs, out []float64, lo, hi float64) {
	middle, half := lo+(hi-lo)/2, (hi-lo)/2
	for _, x := range xs {
		if math.Abs(x-middle) > half {
			continue
		}
		if b := l.scale.bin(x); l.state[b] == binOpen {
			out[l.next[b]] = x
			l.next[b]++
		}
	}
}
