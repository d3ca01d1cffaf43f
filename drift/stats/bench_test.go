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
