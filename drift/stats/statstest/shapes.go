// Package statstest makes the samples that drift/stats is measured on and holds
// what it is measured against. Only tests and benchmarks import it.
package statstest

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Shape is a kind of data: Make returns two samples of n values each, the same
// ones for the same n.
type Shape struct {
	Name string
	Make func(n int) (recent, baseline []float64)
}

// Smooth is the name of the shape that a speed is promised for.
const Smooth = "smooth"

// Shapes returns all shapes, the smooth scores first.
func Shapes() []Shape {
	return []Shape{
		{Smooth, pair(func(r *rand.Rand, _, _ int) float64 { return math.Sqrt(r.Float64()) })},
		{"shifted", shifted},
		{"constant", pair(func(*rand.Rand, int, int) float64 { return 0.5 })},
		{"two values", pair(func(r *rand.Rand, _, side int) float64 {
			if r.Float64() < 0.5+0.01*float64(side) {
				return 1
			}
			return 0
		})},
		{"two decimals", pair(func(r *rand.Rand, _, _ int) float64 { return math.Round(r.Float64()*100) / 100 })},
		{"heavy tail", pair(func(r *rand.Rand, _, _ int) float64 { return math.Exp(20 * r.NormFloat64()) })},
		{"near 0 and 1", pair(func(r *rand.Rand, _, _ int) float64 { return 1 / (1 + math.Exp(-30*r.NormFloat64())) })},
		{"nearly sorted", sorted(1000)},
		{"sorted", sorted(0)},
		{"descending", descending},
		{"identical", identical},
		{"interleaved", pair(func(_ *rand.Rand, i, side int) float64 { return float64(2*(i*7919%1_000_003) + side) })},
		{"one far out", pair(func(r *rand.Rand, i, _ int) float64 {
			if i%100_000 == 0 {
				return 1e300
			}
			return r.Float64()
		})},
		{"many far out", pair(func(r *rand.Rand, i, _ int) float64 {
			if i%20 == 0 {
				return math.Ldexp(r.NormFloat64(), 900)
			}
			return 1 + r.Float64()*0x1p-20
		})},
		{"crowded", pair(func(r *rand.Rand, i, _ int) float64 { // one bin holds more than may be copied at once
			if i%100 == 0 {
				return math.Ldexp(r.NormFloat64(), 900)
			}
			return 1 + r.Float64()*0x1p-20
		})},
		{"nested scales", pair(func(r *rand.Rand, _, _ int) float64 {
			return 1 + math.Ldexp(1+r.Float64(), -1-int(51*r.Float64()))
		})},
	}
}

// seed gives every sample its own numbers, always the same.
func seed(n, side int) *rand.Rand { return rand.New(rand.NewPCG(uint64(n), uint64(side))) }

// pair draws both samples from a function of the index and the side, 0 or 1.
func pair(draw func(r *rand.Rand, i, side int) float64) func(int) ([]float64, []float64) {
	return func(n int) ([]float64, []float64) {
		var both [2][]float64
		for side := range both {
			r := seed(n, side)
			xs := make([]float64, n)
			for i := range xs {
				xs[i] = draw(r, i, side)
			}
			both[side] = xs
		}
		return both[0], both[1]
	}
}

// shifted moves the recent sample up a little.
func shifted(n int) (recent, baseline []float64) {
	recent, baseline = Shapes()[0].Make(n)
	for i := range recent {
		recent[i] = math.Min(1, recent[i]+0.02)
	}
	return recent, baseline
}

// sorted sorts smooth samples and then swaps one neighbour in every so many.
func sorted(swapEvery int) func(int) ([]float64, []float64) {
	return func(n int) ([]float64, []float64) {
		recent, baseline := Shapes()[0].Make(n)
		for _, xs := range [][]float64{recent, baseline} {
			slices.Sort(xs)
			for i := swapEvery; swapEvery > 0 && i < n; i += swapEvery {
				xs[i], xs[i-1] = xs[i-1], xs[i]
			}
		}
		return recent, baseline
	}
}

func descending(n int) (recent, baseline []float64) {
	recent, baseline = sorted(0)(n)
	slices.Reverse(recent)
	slices.Reverse(baseline)
	return recent, baseline
}

// identical gives the same values in another order: D is 0 and no part of the
// axis can be left out.
func identical(n int) (recent, baseline []float64) {
	recent, _ = Shapes()[0].Make(n)
	baseline = slices.Clone(recent)
	seed(n, 2).Shuffle(n, func(i, j int) { baseline[i], baseline[j] = baseline[j], baseline[i] })
	return recent, baseline
}

// Peer is what people do today: sort two copies, then gonum's
// KolmogorovSmirnov. It gives D alone, and with rounding errors.
func Peer(recent, baseline []float64) float64 {
	x, y := slices.Clone(recent), slices.Clone(baseline)
	slices.Sort(x)
	slices.Sort(y)
	return stat.KolmogorovSmirnov(x, nil, y, nil)
}
