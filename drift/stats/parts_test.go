package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestParts packs samples and adds them up again, from the packed form and from
// the values.
func TestParts(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	for name, draw := range scoreShapes(r) {
		for _, n := range []int{0, 1, 31, 32, 33, 700, 60_000} {
			scores := make([]float64, n)
			want := new([allParts]uint64)
			for i := range scores {
				scores[i] = draw()
				want[partOf(scores[i])] += 2
			}
			run, err := NewRun(scores)
			if err != nil {
				t.Fatal(err)
			}
			got := new([allParts]uint64)
			if !addParts(got, run.Parts, run.Counts) || !addPartsOf(got, run.Values, run.Counts) {
				t.Fatalf("%s, %d values: parts and counts disagree", name, n)
			}
			if *got != *want {
				t.Fatalf("%s, %d values: other parts than counted", name, n)
			}
			// Never more than half a byte a value, or than the counts of all parts take.
			if len(run.Parts) > n/2+Bins || len(run.Parts) > allParts*5 {
				t.Errorf("%s: %d bytes for %d values", name, len(run.Parts), n)
			}
		}
	}
}

func TestPartsLieInTheirBins(t *testing.T) {
	for b := range Bins {
		for _, v := range []float64{binEdge(b), math.Nextafter(binEdge(b+1), 0)} {
			if partOf(v)/binParts != b || BinOf(v) != b {
				t.Errorf("%v: part %d, bin %d, want bin %d", v, partOf(v), BinOf(v), b)
			}
		}
	}
	if partOf(1) != allParts-1 {
		t.Errorf("1 is in part %d", partOf(1))
	}
}

// TestDamagedParts has every kind of disagreement refused.
func TestDamagedParts(t *testing.T) {
	few, err := NewRun([]float64{0.1, 0.1, 0.1})
	if err != nil {
		t.Fatal(err)
	}
	many, err := NewRun(slices.Repeat([]float64{0.5}, 200))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		run   Run
		parts []byte
	}{
		"places missing":    {few, few.Parts[:1]},
		"a place too many":  {few, []byte{few.Parts[0], few.Parts[1] | 0x10}},
		"bytes left over":   {few, append(slices.Clone(few.Parts), 0)},
		"counts missing":    {many, many.Parts[:binParts]},
		"a count cut off":   {many, []byte{0x80}},
		"more than counted": {many, slices.Concat([]byte{201, 1}, make([]byte, binParts-1))},
		"less than counted": {many, make([]byte, binParts)},
		"a broken varint":   {many, slices.Repeat([]byte{0xff}, 20)},
	} {
		run := c.run
		run.Parts = c.parts
		if _, err := CompareRuns([]Run{run}, []Run{few}, PRule{}, nil); err == nil {
			t.Errorf("%s: not refused", name)
		}
	}
	for _, bad := range []float64{0.2, -1, 2, math.NaN()} {
		run := few
		run.Parts, run.Values = nil, []float64{0.1, 0.1, bad}
		if _, err := CompareRuns([]Run{run}, []Run{few}, PRule{}, nil); err == nil {
			t.Errorf("%v where the histogram has 0.1: not refused", bad)
		}
	}
}

// TestQuietRunsReadLittle checks that samples of one distribution, whose gap may
// change its sign in nearly every bin, are compared without most of the values.
func TestQuietRunsReadLittle(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	xs, ys := make([]float64, 70_000), make([]float64, 300_000)
	for _, zs := range [][]float64{xs, ys} {
		for i := range zs {
			zs[i] = math.Sqrt(r.Float64())
		}
	}
	recent, baseline := daysOf(t, r, xs, 7), daysOf(t, r, ys, 30)
	compareBoth(t, "quiet", xs, ys, recent, baseline)
	var read int
	recent, baseline, fetch := stored(recent, baseline, &read)
	if _, err := CompareRuns(recent, baseline, PRule{}, fetch); err != nil {
		t.Fatal(err)
	}
	if most := (len(xs) + len(ys)) / 2; read > most {
		t.Errorf("%d of %d values were read, at most %d should be", read, len(xs)+len(ys), most)
	}
}
