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
		return 1 + int((orderedKey(x)-s.keyLo)>>s.shift)&(levelBins-1)
	}
	return s.linear(x)
}

// linear returns the bin of a value within lo to hi.
func (s *scale) linear(x float64) int {
	return (1 + int((x-s.lo)*s.factor)) & (levelBins - 1)
}

// count counts the values per bin and returns the index of the first NaN, or -1.
func (l *level) count(xs []float64, counts *[levelBins]uint32) int {
	s := l.scale
	for i, x := range xs {
		if !s.byKey && x >= s.lo && x <= s.hi {
			counts[s.linear(x)&(levelBins-1)]++
			continue
		}
		if x != x {
			return i
		}
		counts[s.bin(x)&(levelBins-1)]++
	}
	return -1
}

// scatter copies the values of open bins to where next says.
func (l *level) scatter(xs, out []float64) {
	s := l.scale
	for _, x := range xs {
		var b int
		if !s.byKey && x >= s.lo && x <= s.hi {
			b = s.linear(x) & (levelBins - 1)
		} else {
			b = s.bin(x) & (levelBins - 1)
		}
		if l.state[b] == binOpen {
			out[l.next[b]] = x
			l.next[b]++
		}
	}
}
