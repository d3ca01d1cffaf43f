package stats

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// stored strips runs of their values and returns the fetch that gives them
// back, counting what was asked for.
func stored(recent, baseline []Run, read *int) ([]Run, []Run, Fetch) {
	strip := func(runs []Run) []Run {
		out := slices.Clone(runs)
		for k := range out {
			out[k].Values = nil
		}
		return out
	}
	fetch := func(needs []Need) ([][]float64, error) {
		out := make([][]float64, len(needs))
		for k, n := range needs {
			run := recent[min(n.Run, len(recent)-1)]
			if n.Baseline {
				run = baseline[n.Run]
			}
			out[k] = run.Values[n.Lo:n.Hi]
			*read += n.Hi - n.Lo
		}
		return out, nil
	}
	return strip(recent), strip(baseline), fetch
}

// daysOf cuts a sample into runs of uneven size, an empty one among them.
func daysOf(t *testing.T, r *rand.Rand, sample []float64, most int) []Run {
	t.Helper()
	runs := []Run{}
	for rest := sample; len(rest) > 0; {
		n := len(rest)
		if len(runs) < most {
			n = r.IntN(len(rest) + 1)
		}
		run, err := NewRun(rest[:n])
		if err != nil {
			t.Fatal(err)
		}
		runs, rest = append(runs, run), rest[n:]
	}
	return runs
}

// scoreShapes are ways in which scores lie between 0 and 1.
func scoreShapes(r *rand.Rand) map[string]func() float64 {
	return map[string]func() float64{
		"uniform":      r.Float64,
		"skewed":       func() float64 { return math.Pow(r.Float64(), 6) },
		"two decimals": func() float64 { return math.Round(r.Float64()*100) / 100 },
		"two values":   func() float64 { return float64(r.IntN(2)) },
		"one value":    func() float64 { return 0.3 },
		"edges":        func() float64 { return float64(r.IntN(Bins+1)) / Bins },
		"gap":          func() float64 { return math.Round(r.Float64())*0.8 + 0.1*r.Float64() },
		"tiny":         func() float64 { return []float64{0, math.Copysign(0, -1), 5e-324, 1e-310, 1}[r.IntN(5)] },
		"cluster":      func() float64 { return 0.5 + r.Float64()*1e-6 },
	}
}

func TestRunsAgainstMemory(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for name, draw := range scoreShapes(r) {
		for _, other := range []string{name, "uniform"} {
			drawOther := scoreShapes(r)[other]
			for k := range 12 {
				size := []int{5, 60, 400, 1500}[k%4]
				xs, ys := make([]float64, 1+r.IntN(size)), make([]float64, 1+r.IntN(4*size))
				for i := range xs {
					xs[i] = draw()
				}
				for i := range ys {
					ys[i] = drawOther()
				}
				recent, baseline := daysOf(t, r, xs, 7), daysOf(t, r, ys, 30)
				compareBoth(t, name+" on "+other, xs, ys, recent, baseline)
				baseline[r.IntN(len(baseline))].Parts = nil // stored before there were parts
				compareBoth(t, name+" on "+other+", a day without parts", xs, ys, recent, baseline)
			}
		}
	}
}

// compareBoth compares the runs with the samples they were made of.
func compareBoth(t *testing.T, name string, xs, ys []float64, recent, baseline []Run) {
	t.Helper()
	rule := PRule{CutOffs: []float64{}}
	want, err := Compare(xs, ys, rule)
	if err != nil {
		t.Fatal(err)
	}
	var read int
	recent, baseline, fetch := stored(recent, baseline, &read)
	got, err := CompareRuns(recent, baseline, rule, fetch)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if got.KS != want.KS && !(got.KS.D == 0 && want.KS.D == 0) {
		t.Fatalf("%s: %+v, want %+v", name, got.KS, want.KS)
	}
	if !slices.Equal(got.CountsRecent, want.CountsRecent) || !slices.Equal(got.CountsBaseline, want.CountsBaseline) {
		t.Fatalf("%s: %v %v, want %v %v", name, got.CountsRecent, got.CountsBaseline, want.CountsRecent, want.CountsBaseline)
	}
	if !sameBits(got.Edges, want.Edges) && !slices.Equal(got.Edges, want.Edges) {
		t.Fatalf("%s: edges %v, want %v", name, got.Edges, want.Edges)
	}
	for k, f := range [][2]float64{
		{got.PSI, want.PSI},
		{got.JS, want.JS},
		{got.W1, want.W1},
		{got.Wasserstein, want.Wasserstein},
		{got.MeanRecent, want.MeanRecent},
		{got.MeanBaseline, want.MeanBaseline},
		{got.SDBaseline, want.SDBaseline},
	} {
		if !(math.Abs(f[0]-f[1]) <= 1e-12*math.Max(1, f[1])) {
			t.Fatalf("%s: number %d is %v, want %v", name, k, f[0], f[1])
		}
	}
}

// TestRunsReadLittle checks that a clear drift is told from little of the data.
func TestRunsReadLittle(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	xs, ys := make([]float64, 30_000), make([]float64, 90_000)
	for i := range xs {
		xs[i] = math.Sqrt(r.Float64())
	}
	for i := range ys {
		ys[i] = r.Float64()
	}
	recent, baseline := daysOf(t, r, xs, 7), daysOf(t, r, ys, 30)
	compareBoth(t, "shifted", xs, ys, recent, baseline)
	var read int
	recent, baseline, fetch := stored(recent, baseline, &read)
	if _, err := CompareRuns(recent, baseline, PRule{}, fetch); err != nil {
		t.Fatal(err)
	}
	if most := 8000; read > most {
		t.Errorf("%d of %d values were read, at most %d should be", read, len(xs)+len(ys), most)
	}
}

func TestRunsRefuse(t *testing.T) {
	good, err := NewRun([]float64{0.1, 0.2, 0.2, 0.9})
	if err != nil {
		t.Fatal(err)
	}
	short := good
	short.Counts = short.Counts[:5]
	wrong := good
	wrong.Counts = slices.Clone(good.Counts)
	wrong.Counts[7]++
	bare := good
	bare.Values = nil
	empty, err := NewRun(nil)
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("the line is dead")
	some := func([]Need) ([][]float64, error) { return [][]float64{{0.5}}, nil }
	elsewhere := func(needs []Need) ([][]float64, error) {
		out := make([][]float64, len(needs))
		for k, n := range needs {
			out[k] = make([]float64, n.Hi-n.Lo)
		}
		return out, nil
	}
	for _, c := range []struct {
		name   string
		recent Run
		fetch  Fetch
		reason error
	}{
		{"no values", empty, nil, ErrEmpty},
		{"short histogram", short, nil, ErrLength},
		{"counts and size differ", wrong, nil, ErrLength},
		{"nothing to fetch with", bare, nil, ErrLength},
		{"too little fetched", bare, some, ErrLength},
		{"fetched values of other bins", bare, elsewhere, ErrRange},
		{"fetch fails", bare, func([]Need) ([][]float64, error) { return nil, broken }, broken},
	} {
		if _, err := CompareRuns([]Run{c.recent}, []Run{good}, PRule{}, c.fetch); !errors.Is(err, c.reason) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1), -0.1, 1.0000001} {
		_, err := NewRun([]float64{0.7, bad, 0.3})
		var refused *SampleError
		if !errors.As(err, &refused) || refused.Index != 1 || !errors.Is(err, ErrRange) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	if _, err := NewSortedRun([]float64{0.3, 0.2}); !errors.Is(err, ErrRange) {
		t.Errorf("out of order: %v", err)
	}
	if _, err := NewSortedRun([]float64{0.3005, 0.3001}); !errors.Is(err, ErrRange) {
		t.Errorf("out of order within a bin: %v", err)
	}
}
