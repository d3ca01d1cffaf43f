package stats

import (
	"math"
	"math/big"
	"math/rand/v2"
	"sort"
	"testing"
)

// gapAt is the numerator of a decimal fraction of n1·n2, rounded down.
func gapAt(share float64, n1, n2 int) Uint128 {
	f := new(big.Float).SetFloat64(share)
	f.Mul(f, new(big.Float).SetInt(mul128(uint64(n1), uint64(n2)).Big()))
	i, _ := f.Int(nil)
	lo := new(big.Int).And(i, new(big.Int).SetUint64(math.MaxUint64)).Uint64()
	return Uint128{Hi: new(big.Int).Rsh(i, 64).Uint64(), Lo: lo}
}

func TestCellsInBand(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for range 3000 {
		n1, n2 := 1+r.IntN(40), 1+r.IntN(40)
		d := 1 + r.IntN(n1*n2)
		want := int64(0)
		for i := 0; i <= n1; i++ {
			for j := 0; j <= n2; j++ {
				if gap := i*n2 - j*n1; max(gap, -gap) < d {
					want++
				}
			}
		}
		if got := cellsInBand(Uint128{Lo: uint64(d)}, n1, n2); got.Int64() != want {
			t.Fatalf("%d×%d d=%d: %v cells, want %d", n1, n2, d, got, want)
		}
		if !cellsAtMost(Uint128{Lo: uint64(d)}, n1, n2, uint64(want)) {
			t.Fatalf("%d×%d d=%d: more than %d", n1, n2, d, want)
		}
		if want > 0 && cellsAtMost(Uint128{Lo: uint64(d)}, n1, n2, uint64(want)-1) {
			t.Fatalf("%d×%d d=%d: at most %d", n1, n2, d, want-1)
		}
	}
}

// TestExactAgainstFractions compares the recursion and the closed form with
// counting in integers.
func TestExactAgainstFractions(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	worst := 0.0
	for k := range 400 {
		n1, n2 := 1+r.IntN(60), 1+r.IntN(60)
		if k%4 == 0 {
			n2 = n1
		}
		d := int64(1 + r.IntN(n1*n2))
		want, _ := naiveP(d, n1, n2).Float64()
		for _, got := range []float64{
			pExact(Uint128{Lo: uint64(d)}, n1, n2),
			pBand(d, int64(min(n1, n2)), int64(max(n1, n2))),
		} {
			worst = math.Max(worst, relative(got, want))
		}
	}
	if worst > 1e-12 {
		t.Errorf("worst relative error %g", worst)
	}
}

// TestClosedForm compares both ways to p for n1 = n2 over the sizes at which
// the closed form changes its own way of computing.
func TestClosedForm(t *testing.T) {
	for _, n := range []int{500, 4096, 4097} {
		for _, share := range []float64{0.002, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3} {
			h := uint64(math.Ceil(share * float64(n)))
			d := mul128(h, uint64(n))
			got, want := pExact(d, n, n), pBand(int64(d.Lo), int64(n), int64(n))
			if want < 1e-300 {
				if got > 1e-299 {
					t.Errorf("n=%d h=%d: %v, want %v", n, h, got, want)
				}
				continue
			}
			if relative(got, want) > 1e-10 {
				t.Errorf("n=%d h=%d: %v, want %v, off by %g", n, h, got, want, relative(got, want))
			}
		}
	}
}

// TestClosedFormLarge compares the closed form at 10⁷ with the limit, which is
// off by about 1/√n there.
func TestClosedFormLarge(t *testing.T) {
	const n = 10_000_000
	for _, d := range []float64{1e-7, 1e-5, 0.0003, 0.0006, 0.0008, 0.001} {
		h := uint64(math.Ceil(d * n))
		num := mul128(h, n)
		got, method := PValue(num, n, n, PRule{})
		want := KolmogorovSF(math.Sqrt(n/2) * num.quotient(n, n))
		if method != MethodExact || relative(got, want) > 1e-5 {
			t.Errorf("D=%v: %v (%s), limit %v", d, got, method, want)
		}
	}
}

func TestMethodRule(t *testing.T) {
	const n1, n2 = 61_000, 23_000
	quiet := gapAt(0.0015, n1, n2)  // p near 1, few cells
	at := func(p float64) Uint128 { // the gap with this limiting p
		lo, hi := 0.0, 0.1
		for range 60 {
			if mid := (lo + hi) / 2; PLimit(mid, n1, n2) > p {
				lo = mid
			} else {
				hi = mid
			}
		}
		return gapAt(hi, n1, n2)
	}
	for _, c := range []struct {
		name   string
		d      Uint128
		n1, n2 int
		rule   PRule
		want   Method
	}{
		{"no gap", Uint128{}, n1, n2, PRule{}, MethodExact},
		{"equal sizes", gapAt(0.5, 1e9, 1e9), 1e9, 1e9, PRule{}, MethodExact},
		{"small", gapAt(0.3, 3000, 3100), 3000, 3100, PRule{}, MethodExact},
		{"large", at(0.2), n1, n2, PRule{}, MethodLimit},
		{"large on demand", at(0.2), n1, n2, PRule{Exact: true}, MethodExact},
		{"near a cut-off", at(0.0105), n1, n2, PRule{}, MethodExact},
		{"near above", at(0.01099), n1, n2, PRule{}, MethodExact},
		{"beside a cut-off", at(0.0112), n1, n2, PRule{}, MethodLimit},
		{"near another's cut-off", at(0.2), n1, n2, PRule{CutOffs: []float64{0.21}}, MethodExact},
		{"too large on demand", gapAt(0.5, 3e6, 2e6), 3e6, 2e6, PRule{Exact: true}, MethodLimit},
		{"beyond 64 bits", gapAt(1e-4, 7e9, 6e9), 7e9, 6e9, PRule{Exact: true}, MethodLimit},
		{"narrow", quiet, n1, n2, PRule{}, MethodExact},
	} {
		p, method := PValue(c.d, c.n1, c.n2, c.rule)
		if method != c.want || !(p >= 0 && p <= 1) {
			t.Errorf("%s: %v by %s, want %s", c.name, p, method, c.want)
		}
	}
}

// TestCellRule checks both sides of ExactCells.
func TestCellRule(t *testing.T) {
	const n1, n2 = 20_000, 21_000
	rule := PRule{CutOffs: []float64{}} // none to be near to
	last := uint64(sort.Search(n1*n2, func(d int) bool {
		return d > 0 && !cellsAtMost(Uint128{Lo: uint64(d)}, n1, n2, ExactCells)
	})) - 1
	if p, method := PValue(Uint128{Lo: last}, n1, n2, rule); method != MethodExact {
		t.Errorf("d=%d: %v by %s", last, p, method)
	}
	if p, method := PValue(Uint128{Lo: last + 1}, n1, n2, rule); method != MethodLimit {
		t.Errorf("d=%d: %v by %s", last+1, p, method)
	}
}

func TestMinDetectableD(t *testing.T) {
	for _, c := range []struct {
		n1, n2 int
		cut    float64
	}{{30, 30, 0.01}, {5, 7, 0.01}, {168, 720, 0.01}, {1000, 1000, 0.001}, {70_000, 300_000, 0.01}, {5000, 5000, 0.05}} {
		got := MinDetectableD(c.n1, c.n2, c.cut)
		step := gcd(uint64(c.n1), uint64(c.n2))
		p := func(steps int64) float64 {
			d := mul128(uint64(steps), step)
			if c.n1*c.n2 <= 1_000_000 {
				return pExact(d, c.n1, c.n2)
			}
			return PLimit(d.quotient(uint64(c.n1), uint64(c.n2)), c.n1, c.n2)
		}
		k := int64(math.Round(got * float64(c.n1) * float64(c.n2) / float64(step)))
		if !(p(k) < c.cut && p(k-1) >= c.cut) {
			t.Errorf("%+v: D = %v with p %v, and %v one step below", c, got, p(k), p(k-1))
		}
	}
	for _, c := range [][2]int{{1, 1}, {2, 3}, {0, 5}, {5, 0}} {
		if got := MinDetectableD(c[0], c[1], 0.01); !math.IsNaN(got) {
			t.Errorf("%v: %v", c, got)
		}
	}
}

func TestUint128(t *testing.T) {
	big1, big2 := uint64(math.MaxUint64), uint64(math.MaxUint64-4)
	g := gapOf(big1-1, 0, big1, big2)
	want := new(big.Int).Mul(new(big.Int).SetUint64(big1-1), new(big.Int).SetUint64(big2))
	if g.String() != want.String() || gapOf(0, big2, big1, big2).Big().Cmp(mul128(big1, big2).Big()) != 0 {
		t.Errorf("%v, want %v", g, want)
	}
	if d := g.quotient(big1, big2); d != 1 {
		t.Errorf("D = %v", d)
	}
	if d := mul128(big1, big2/3).quotient(big1, big2); math.Abs(d-1.0/3) > 1e-16 {
		t.Errorf("D = %v", d)
	}
	if !(Uint128{0, 5}).Less(Uint128{1, 0}) || (Uint128{1, 0}).Less(Uint128{1, 0}) {
		t.Error("order")
	}
}
