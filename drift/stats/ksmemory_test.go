package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestPruning puts small samples through every stage of the pruned search,
// which otherwise takes over at some thousand values.
func TestPruning(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	draws := map[string]func() float64{
		"uniform":  r.Float64,
		"tied":     func() float64 { return float64(r.IntN(5)) },
		"wide":     func() float64 { return math.Ldexp(r.NormFloat64(), r.IntN(2000)-1000) },
		"close":    func() float64 { return math.Float64frombits(math.Float64bits(1) + r.Uint64N(1<<uint(r.IntN(50)))) },
		"infinite": func() float64 { return []float64{math.Inf(-1), math.Inf(1), r.Float64()}[r.IntN(3)] },
		"zeros":    func() float64 { return []float64{0, math.Copysign(0, -1), 5e-324, -5e-324}[r.IntN(4)] },
		"far":      func() float64 { return []float64{1e300, -1e300, r.Float64(), r.Float64()}[r.IntN(4)] },
	}
	for name, draw := range draws {
		for range 100 {
			xs, ys := make([]float64, 1+r.IntN(200)), make([]float64, 1+r.IntN(200))
			for i := range xs {
				xs[i] = draw()
			}
			for i := range ys {
				ys[i] = draw()
			}
			x0, y0 := slices.Clone(xs), slices.Clone(ys)
			s := newSearch(len(xs), len(ys))
			most := len(xs) + len(ys)
			if r.IntN(3) == 0 { // few of them in memory at a time
				most = 2 + r.IntN(most)
			}
			if err := s.pruned(xs, ys, 2, most); err != nil {
				t.Fatal(err)
			}
			num, at := naive(xs, ys)
			same := s.at == at || num == 0 && math.IsNaN(s.at)
			if s.best != (Uint128{Lo: uint64(num)}) || !same {
				t.Fatalf("%s: %v at %v, want %d at %v\n%v\n%v", name, s.best, s.at, num, at, xs, ys)
			}
			if !sameBits(xs, x0) || !sameBits(ys, y0) {
				t.Fatalf("%s: an input was changed", name)
			}
		}
	}
}

// TestCrowds puts samples that lie in one bin of the first histogram, but for a
// few values far away, through the search with little memory to copy into.
func TestCrowds(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for k := range 200 {
		width := math.Ldexp(1-2*r.Float64(), -r.IntN(50))
		draw := func() float64 {
			switch v := 1 + r.Float64()*width; {
			case r.IntN(40) == 0:
				return math.Ldexp(r.NormFloat64(), r.IntN(2000)-1000)
			case k%3 == 0:
				return math.Round(v*1e5) / 1e5
			case k%3 == 1 && r.IntN(2) == 0:
				return 1.5 * math.Copysign(1, width)
			default:
				return v * math.Copysign(1, width)
			}
		}
		xs, ys := make([]float64, 1+r.IntN(4000)), make([]float64, 1+r.IntN(4000))
		for i := range xs {
			xs[i] = draw()
		}
		for i := range ys {
			ys[i] = draw()
		}
		if k%4 == 0 {
			copy(ys, xs)
		}
		s := newSearch(len(xs), len(ys))
		if err := s.pruned(xs, ys, 2+r.IntN(60), 2+(len(xs)+len(ys))/(1+r.IntN(40))); err != nil {
			t.Fatal(err)
		}
		want := newSearch(len(xs), len(ys))
		if err := want.plain(xs, ys); err != nil {
			t.Fatal(err)
		}
		same := s.at == want.at || math.IsNaN(s.at) && math.IsNaN(want.at)
		if s.best != want.best || !same {
			t.Fatalf("round %d: %v at %v, want %v at %v", k, s.best, s.at, want.best, want.at)
		}
	}
}
