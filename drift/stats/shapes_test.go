package stats_test

import (
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/driftwatch/driftwatch/drift/stats"
	"github.com/driftwatch/driftwatch/drift/stats/statstest"
)

// TestShapes puts every shape of the benchmark through the pruned search and
// compares it with sorting; it also holds the promises about memory and input.
func TestShapes(t *testing.T) {
	const n = 100_000
	for _, shape := range statstest.Shapes() {
		t.Run(shape.Name, func(t *testing.T) {
			recent, baseline := shape.Make(n)
			x, y := slices.Clone(recent), slices.Clone(baseline)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			got, err := stats.KS(recent, baseline, stats.PRule{})
			runtime.ReadMemStats(&after)
			if err != nil {
				t.Fatal(err)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 2*8*n {
				t.Errorf("%d bytes of memory, one copy is %d", used, 2*8*n)
			}
			if !slices.Equal(recent, x) || !slices.Equal(baseline, y) {
				t.Error("an input was changed")
			}
			slices.Sort(x)
			slices.Sort(y)
			want, err := stats.KSSorted(x, y, stats.PRule{})
			if err != nil {
				t.Fatal(err)
			}
			same := got.At == want.At || math.IsNaN(got.At) && math.IsNaN(want.At)
			if got.Num != want.Num || got.D != want.D || got.P != want.P || !same {
				t.Errorf("%+v, want %+v", got, want)
			}
		})
	}
}

// TestMeasure runs the measurement that the project's benchmark prints, small.
func TestMeasure(t *testing.T) {
	for _, shape := range statstest.Shapes()[:2] {
		row, err := statstest.Measure(shape, 5000, 1)
		if err != nil {
			t.Fatal(err)
		}
		if row.Ours <= 0 || row.Peer <= 0 || row.Ratio() <= 0 || row.Shape != shape.Name || row.Met() != (row.Ratio() >= row.Want) {
			t.Errorf("%+v", row)
		}
	}
}
