package stats

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestDecimal(t *testing.T) {
	for _, c := range []struct {
		text, back string
		value      float64
	}{
		{"0.10", "0.10", 0.1},
		{"-.5", "-0.5", -0.5},
		{"3", "3", 3},
		{"+1.", "1", 1},
		{"0.001", "0.001", 0.001},
		{"00.05", "0.05", 0.05},
		{"123456789012345678", "123456789012345678", 123456789012345678},
	} {
		d, err := ParseDecimal(c.text)
		if err != nil || d.String() != c.back || d.Float64() != c.value {
			t.Errorf("%q: %v %v %v", c.text, d, d.Float64(), err)
		}
		var again Decimal
		if text, err := d.MarshalText(); err != nil || again.UnmarshalText(text) != nil || again.Cmp(d) != 0 {
			t.Errorf("%q: does not come back", c.text)
		}
	}
	for _, bad := range []string{"", ".", "-", "1e3", "0,1", "NaN", "1.2.3", "0x1", " 1", "1234567890123456789"} {
		if d, err := ParseDecimal(bad); err == nil {
			t.Errorf("%q was read as %v", bad, d)
		}
	}
	if MustDecimal("0.1").Cmp(MustDecimal("0.10")) != 0 || MustDecimal("0.05").Cmp(MustDecimal("0.1")) >= 0 {
		t.Error("order")
	}
}

func TestDropComparesIntegers(t *testing.T) {
	baseline, recent := Proportion{95, 100}, Proportion{90, 100}
	if Drop(recent, baseline) >= 0.05 {
		t.Fatal("the float is no longer below: choose another example")
	}
	if CompareDrop(recent, baseline, MustDecimal("0.05")) != 0 {
		t.Error("0.95 − 0.90 is not 0.05")
	}
	for _, c := range []struct {
		recent, baseline Proportion
		threshold        string
		want             int
	}{
		{Proportion{2, 3}, Proportion{1, 1}, "0.33333333333333333", 1},
		{Proportion{2, 3}, Proportion{1, 1}, "0.33333333333333334", -1},
		{Proportion{9, 10}, Proportion{8, 10}, "-0.1", 0},
		{Proportion{4e9 - 1, 4e9}, Proportion{4e9, 4e9}, "0.00000000025", 0},
		{Proportion{1 << 61, 1 << 62}, Proportion{1 << 62, 1 << 62}, "0.5", 0},
		{Proportion{1<<61 - 1, 1 << 62}, Proportion{1 << 62, 1 << 62}, "0.5", 1},
	} {
		d := MustDecimal(c.threshold)
		if got := CompareDrop(c.recent, c.baseline, d); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
		if DropAtLeast(c.recent, c.baseline, d) != (c.want >= 0) || DropAbove(c.recent, c.baseline, d) != (c.want > 0) {
			t.Errorf("%+v: at least or above", c)
		}
	}
}

func TestIntervals(t *testing.T) {
	// 81 of 263 is the example of Newcombe (1998), two proportions: 56/70 − 48/80.
	w := Proportion{81, 263}.Wilson()
	if math.Abs(w.Low-0.2553) > 5e-5 || math.Abs(w.High-0.3662) > 5e-5 {
		t.Errorf("Wilson: %+v", w)
	}
	i := Newcombe(Proportion{48, 80}, Proportion{56, 70})
	if math.Abs(i.Low-0.0524) > 5e-5 || math.Abs(i.High-0.3339) > 5e-5 {
		t.Errorf("Newcombe: %+v", i)
	}
	if w := (Proportion{0, 5}).Wilson(); w.Low != 0 || !(w.High > 0.4 && w.High < 0.5) {
		t.Errorf("0 of 5: %+v", w)
	}
	if w := (Proportion{5, 5}).Wilson(); w.High != 1 {
		t.Errorf("5 of 5: %+v", w)
	}
	for _, f := range []float64{
		(Proportion{}).Wilson().Low, Newcombe(Proportion{}, Proportion{1, 2}).High,
		DropP(Proportion{}, Proportion{1, 2}), Drop(Proportion{1, 2}, Proportion{}),
	} {
		if !math.IsNaN(f) {
			t.Errorf("an empty sample gives %v", f)
		}
	}
	if p := DropP(Proportion{5, 5}, Proportion{9, 9}); p != 0.5 {
		t.Errorf("no failures at all: p = %v", p)
	}
	a, b := DropP(Proportion{70, 100}, Proportion{80, 100}), DropP(Proportion{80, 100}, Proportion{70, 100})
	if math.Abs(a+b-1) > 1e-15 || a > 0.06 {
		t.Errorf("p = %v and %v", a, b)
	}
}

func TestCompareDefinedEverywhere(t *testing.T) {
	zero, tiny, most := math.Copysign(0, -1), 5e-324, math.MaxFloat64
	for _, c := range []struct {
		name         string
		xs, ys       []float64
		d, w1, psi   float64
		sd, mean     float64
		distribution int // bins
	}{
		{"one value each", []float64{1}, []float64{1}, 0, 0, 0, 0, 1, 2},
		{"all equal", []float64{3, 3}, []float64{3, 3, 3}, 0, 0, 0, 0, 3, 2},
		{"zeros of both signs", []float64{zero, 0}, []float64{0, zero, 0}, 0, 0, 0, 0, 0, 2},
		{"denormals", []float64{tiny}, []float64{0}, 1, tiny, 0, 0, 0, 2},
		{"largest floats", []float64{most, -most}, []float64{most, -most}, 0, 0, 0, math.Inf(1), 0, 10},
		{"apart", []float64{1}, []float64{0}, 1, 1, 0, 0, 0, 2},
		{"below an all-equal baseline", []float64{0, 0}, []float64{1, 1}, 1, 1, 2 * 0.9999 * math.Log(1e4), 0, 1, 2},
	} {
		got, err := Compare(c.xs, c.ys, PRule{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got.KS.D != c.d || got.W1 != c.w1 || math.Abs(got.PSI-c.psi) > 1e-12 || got.SDBaseline != c.sd || got.MeanBaseline != c.mean {
			t.Errorf("%s: %+v", c.name, got)
		}
		if len(got.CountsRecent) != c.distribution {
			t.Errorf("%s: %d bins", c.name, len(got.CountsRecent))
		}
	}
	for _, c := range []struct {
		xs, ys []float64
		reason error
	}{
		{nil, []float64{1}, ErrEmpty},
		{[]float64{1}, nil, ErrEmpty},
		{[]float64{math.NaN()}, []float64{1}, ErrNaN},
		{[]float64{1}, []float64{math.Inf(-1)}, ErrInfinite},
	} {
		if _, err := Compare(c.xs, c.ys, PRule{}); !errors.Is(err, c.reason) {
			t.Errorf("%v %v: %v", c.xs, c.ys, err)
		}
	}
}

func TestComparisonLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	for range 200 {
		xs, ys := make([]float64, 1+r.IntN(80)), make([]float64, 1+r.IntN(80))
		for i := range xs {
			xs[i] = math.Round(r.Float64()*50) / 50
		}
		for i := range ys {
			ys[i] = r.Float64()
		}
		x0 := slices.Clone(xs)
		a, errA := Compare(xs, ys, PRule{})
		b, errB := Compare(ys, xs, PRule{})
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		if math.Abs(a.W1-b.W1) > 1e-14 || a.PSI < 0 || !(a.JS >= 0 && a.JS <= 1) || !sameBits(xs, x0) {
			t.Fatalf("%+v\n%+v", a, b)
		}
		// For one dimension W1 is at least the difference of the means.
		if a.W1 < math.Abs(a.MeanRecent-a.MeanBaseline)-1e-14 {
			t.Fatalf("W1 %v, means %v and %v", a.W1, a.MeanRecent, a.MeanBaseline)
		}
		if self, _ := Compare(xs, xs, PRule{}); self.KS.D != 0 || self.KS.P != 1 || self.PSI != 0 || self.JS != 0 || self.W1 != 0 {
			t.Fatalf("a sample differs from itself: %+v", self)
		}
	}
}

func TestMaterial(t *testing.T) {
	r := KSResult{N1: 10, N2: 30, Num: Uint128{Lo: 30}}
	if !r.Material() || r.CmpD(MustDecimal("0.10")) != 0 {
		t.Error("D = 0.1 is material")
	}
	r.Num.Lo--
	if r.Material() {
		t.Error("below 0.1 is not")
	}
}

func TestMoments(t *testing.T) {
	a := MomentsOf([]float64{1e9 + 1, 1e9 + 2})
	b := MomentsOf([]float64{1e9 + 3})
	if m := a.Add(b); m.Mean != 1e9+2 || m.M2 != 2 || m.N != 3 {
		t.Errorf("%+v", m)
	}
	if m := MomentsOf(nil).Add(b); m != b {
		t.Errorf("%+v", m)
	}
	if !math.IsNaN(Mean(nil)) || !math.IsNaN(Moments{}.SD()) || Mean([]float64{0.1, 0.1, 0.1}) != 0.1 {
		t.Error("means")
	}
}

func TestClassifyRefuses(t *testing.T) {
	yes := []bool{true, false}
	for _, c := range []struct {
		scores []float64
		reason error
	}{
		{[]float64{0.1}, ErrLength},
		{[]float64{0.1, math.NaN()}, ErrRange},
		{[]float64{0.1, 1.5}, ErrRange},
		{[]float64{math.Inf(-1), 0.5}, ErrRange},
	} {
		if _, err := Classify(yes, c.scores, yes); !errors.Is(err, c.reason) {
			t.Errorf("%v: %v", c.scores, err)
		}
	}
	m, err := Classify(nil, nil, nil)
	if err != nil || !math.IsNaN(m.Accuracy) || !math.IsNaN(m.Brier) || !math.IsNaN(m.ROCAUC) || !math.IsNaN(m.ECE) {
		t.Errorf("no outcomes: %+v %v", m, err)
	}
}
