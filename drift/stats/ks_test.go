package stats

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// naive computes the numerator and the place of D from its definition, at every
// value of either sample.
func naive(xs, ys []float64) (num int64, at float64) {
	at = math.NaN()
	values := slices.Concat(xs, ys)
	slices.Sort(values)
	for _, v := range values {
		var c1, c2 int64
		for _, x := range xs {
			if x <= v {
				c1++
			}
		}
		for _, y := range ys {
			if y <= v {
				c2++
			}
		}
		d := c1*int64(len(ys)) - c2*int64(len(xs))
		if d < 0 {
			d = -d
		}
		if d > num {
			num, at = d, v
		}
	}
	return num, at
}

// naiveP counts lattice paths that reach d among all, as a fraction.
func naiveP(d int64, n1, n2 int) *big.Rat {
	inside := make([]*big.Int, n2+1) // paths to (i, j) that stay below d
	for i := 0; i <= n1; i++ {
		for j := 0; j <= n2; j++ {
			gap := int64(i)*int64(n2) - int64(j)*int64(n1)
			ways := new(big.Int)
			switch {
			case max(gap, -gap) >= d && i+j > 0:
			case i+j == 0:
				ways.SetInt64(1)
			default:
				if i > 0 {
					ways.Add(ways, inside[j])
				}
				if j > 0 {
					ways.Add(ways, inside[j-1])
				}
			}
			inside[j] = ways
		}
	}
	all := new(big.Int).Binomial(int64(n1+n2), int64(n1))
	return new(big.Rat).SetFrac(all.Sub(all, inside[n2]), new(big.Int).Binomial(int64(n1+n2), int64(n1)))
}

// tied draws up to most values with many ties, signed zeros and denormals.
func tied(r *rand.Rand, most int) []float64 {
	pool := []float64{
		0, math.Copysign(0, -1), 1, -1, 0.5, 5e-324, -5e-324, math.MaxFloat64,
		-math.MaxFloat64, math.Nextafter(1, 2), 1e-310, 0.25, 2, 3,
	}
	xs := make([]float64, 1+r.IntN(most))
	width := 1 + r.IntN(len(pool))
	for i := range xs {
		xs[i] = pool[r.IntN(width)]
	}
	return xs
}

func TestKSAgainstNaive(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for k := range 100_000 {
		xs, ys := tied(r, 12), tied(r, 12)
		got, err := KS(xs, ys, PRule{})
		if err != nil {
			t.Fatal(err)
		}
		num, at := naive(xs, ys)
		same := got.At == at || num == 0 && math.IsNaN(got.At)
		if got.Num != (Uint128{Lo: uint64(num)}) || got.D != float64(num)/float64(len(xs)*len(ys)) || !same {
			t.Fatalf("%v %v: %+v, want %d at %v", xs, ys, got, num, at)
		}
		if k%20 == 0 {
			want, _ := naiveP(num, len(xs), len(ys)).Float64()
			if num == 0 {
				want = 1
			}
			if relative(got.P, want) > 1e-13 || got.Method != MethodExact {
				t.Fatalf("%v %v: p = %v (%s), want %v", xs, ys, got.P, got.Method, want)
			}
		}
	}
}

// sameBits compares bit for bit.
func sameBits(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}

func TestKSRefuses(t *testing.T) {
	many := make([]float64, plainSize)
	manyNaN := slices.Clone(many)
	manyNaN[1234] = math.NaN()
	for _, c := range []struct {
		name             string
		recent, baseline []float64
		sample           string
		index            int
		reason           error
	}{
		{"no recent", nil, []float64{1}, nameRecent, -1, ErrEmpty},
		{"no baseline", []float64{1}, nil, nameBaseline, -1, ErrEmpty},
		{"nan", []float64{1, math.NaN()}, []float64{1}, nameRecent, 1, ErrNaN},
		{"nan below", []float64{1}, []float64{1, 2, math.NaN()}, nameBaseline, 2, ErrNaN},
		{"nan in many", manyNaN, many, nameRecent, 1234, ErrNaN},
		{"nan in many below", many, manyNaN, nameBaseline, 1234, ErrNaN},
	} {
		_, err := KS(c.recent, c.baseline, PRule{})
		var refused *SampleError
		if !errors.As(err, &refused) || !errors.Is(err, c.reason) {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if refused.Sample != c.sample || refused.Index != c.index {
			t.Errorf("%s: sample %q index %d", c.name, refused.Sample, refused.Index)
		}
	}
}

func TestKSSymmetry(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		xs, ys := tied(r, 40), tied(r, 60)
		a, errA := KS(xs, ys, PRule{})
		b, errB := KS(ys, xs, PRule{})
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if a.Num != b.Num || a.D != b.D || relative(a.P, b.P) > 1e-13 || a.Method != b.Method {
			t.Fatalf("%+v and %+v", a, b)
		}
		// Turning the axis round, and doubling every value, leaves D alone.
		for _, zs := range [][]float64{xs, ys} {
			for i := range zs {
				zs[i] = -zs[i]
			}
		}
		if c, _ := KS(xs, ys, PRule{}); c.Num != a.Num || c.P != a.P {
			t.Fatalf("%+v and %+v", a, c)
		}
		if c, _ := KS(slices.Concat(xs, xs), slices.Concat(ys, ys), PRule{}); c.D != a.D {
			t.Fatalf("%v and %v", a.D, c.D)
		}
	}
}

func TestKSTenMillion(t *testing.T) {
	const n = 10_000_000
	r := rand.New(rand.NewPCG(7, 8))
	xs := make([]float64, n)
	for i := range xs {
		xs[i] = r.Float64()
	}
	ys := []float64{0.25, 0.5, 0.75}
	got, err := KS(xs, ys, PRule{})
	if err != nil {
		t.Fatal(err)
	}
	var num uint64 // the gap is largest at one of the three, or just below it
	for k, y := range ys {
		var upTo, below uint64
		for _, x := range xs {
			if x <= y {
				upTo++
			}
			if x < y {
				below++
			}
		}
		for _, c := range [2][2]uint64{{upTo, uint64(k + 1)}, {below, uint64(k)}} {
			if g := gapOf(c[0], c[1], n, 3); num < g.Lo {
				num = g.Lo
			}
		}
	}
	if got.Num != (Uint128{Lo: num}) || math.Abs(got.D-0.25) > 1e-3 {
		t.Errorf("%+v, want %d", got, num)
	}
}
