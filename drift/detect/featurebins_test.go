package detect

import (
	"fmt"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

// TestFeatureBins counts numbers, categories and their edges: every value that there is stands in one bin.
func TestFeatureBins(t *testing.T) {
	rows := func(n int, row func(i int) string) (out [][]byte) {
		for i := range n {
			out = append(out, []byte(row(i)))
		}
		return out
	}
	all, err := Features(
		rows(100, func(i int) string {
			return fmt.Sprintf(`{"n":%d,"one":7,"few":"c%d","many":"m%d","gone":null,"wide":%s}`, i, i%3, i%30, []string{"1e308", "-1e308"}[i%2])
		}),
		rows(200, func(i int) string {
			out := i
			if i == 199 {
				out = 1_000_000 // an outlier does not press the others into one bin
			}
			return fmt.Sprintf(`{"n":%d,"one":7,"few":"c%d","many":"m%d","gone":%d,"wide":0}`, out/2, i%2, i%20, i%4)
		}))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct{ bins, recent, baseline int }{
		"n": {featureBins, 100, 200}, "one": {1, 100, 200}, "few": {3, 100, 200}, "many": {mostBars + 1, 100, 200}, "gone": {featureBins, 0, 200},
		"wide": {0, 0, 0}, // no float holds its range
	} {
		bins := shiftOf(t, all, name).Bins
		recent, baseline := 0, 0
		for _, b := range bins {
			recent, baseline = recent+b.Recent, baseline+b.Baseline
		}
		if len(bins) != want.bins || recent != want.recent || baseline != want.baseline {
			t.Errorf("%s: %d bins with %d and %d values, want %+v", name, len(bins), recent, baseline, want)
		}
	}
	n := shiftOf(t, all, "n").Bins
	if width := float64(n[1].High - n[1].Low); width < 4 || width > 6 {
		t.Errorf("bins of n are %v wide", width)
	}
	if b := shiftOf(t, all, "many").Bins[mostBars]; b.Others != 22 || b.Category != "22 others" {
		t.Errorf("the rest is %+v", b)
	}
	if b := shiftOf(t, all, "few").Bins[0]; b.Low.Defined() || b.Category == "" {
		t.Errorf("a category is %+v", b)
	}
	var columns string
	for i := range mostBinned + 5 {
		columns += fmt.Sprintf(`,"f%d":%d`, i, i)
	}
	one := rows(20, func(int) string { return "{" + columns[1:] + "}" })
	binned := 0
	wide, err := Features(one, one)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range wide {
		if s.Bins == nil {
			t.Fatalf("%s has no list of bins", s.Name)
		}
		if len(s.Bins) > 0 {
			binned++
		}
	}
	if binned != mostBinned {
		t.Errorf("%d features are counted, want %d", binned, mostBinned)
	}
	if p, err := Picture(nil, nil, nil, drift.Undefined()); err != nil || p.Recent.N != 0 {
		t.Errorf("nothing pictured: %+v, %v", p, err)
	}
}
