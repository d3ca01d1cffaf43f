package stats_test

import (
	"testing"

	"github.com/driftwatch/driftwatch/drift/stats"
	"github.com/driftwatch/driftwatch/drift/stats/statstest"
)

// benchN is the size of each sample.
const benchN = 1_000_000

// BenchmarkKS measures every shape, ours and the peer's in the same run.
func BenchmarkKS(b *testing.B) {
	for _, shape := range statstest.Shapes() {
		recent, baseline := shape.Make(benchN)
		b.Run(shape.Name+"/ours", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := stats.KS(recent, baseline, stats.PRule{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(shape.Name+"/gonum", func(b *testing.B) {
			for b.Loop() {
				statstest.Peer(recent, baseline)
			}
		})
	}
}

// BenchmarkCompareRuns measures a check's arithmetic: 7 days against 30 of
// 41,600 scores each, quiet and drifted, all values at hand.
func BenchmarkCompareRuns(b *testing.B) {
	const day = 41_600
	for _, shape := range statstest.Shapes()[:2] {
		recent, baseline := shape.Make(30 * day)
		b.Run(shape.Name, func(b *testing.B) {
			days := [2][]stats.Run{}
			for side, scores := range [2][]float64{recent[:7*day], baseline} {
				for at := 0; at < len(scores); at += day {
					run, err := stats.NewRun(scores[at : at+day])
					if err != nil {
						b.Fatal(err)
					}
					days[side] = append(days[side], run)
				}
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := stats.CompareRuns(days[0], days[1], stats.PRule{}, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPValue measures the ways to a p-value.
func BenchmarkPValue(b *testing.B) {
	for _, c := range []struct {
		name   string
		d      uint64
		n1, n2 int
	}{
		{"closed form 1e7", 6000 * 10_000_000, 10_000_000, 10_000_000},
		{"limit", 20_000_000_000, 3_000_001, 2_000_000},
		{"recursion 9.0e6 cells", 4_500_000, 20_000, 21_000},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				stats.PValue(stats.Uint128{Lo: c.d}, c.n1, c.n2, stats.PRule{})
			}
		})
	}
}
