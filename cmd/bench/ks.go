package main

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"time"

	"github.com/driftwatch/driftwatch/drift/stats"
	"github.com/driftwatch/driftwatch/drift/stats/statstest"
)

// The promise: so many times as quick on smooth scores, never slower on any other shape.
const (
	ksSmooth = 30
	ksOther  = 1
)

// ksTurns is how often ours runs for each run of the peer, which takes much longer.
const ksTurns = 3

func ksBenches() []bench {
	var list []bench
	for _, shape := range statstest.Shapes() {
		list = append(list, bench{"KS in memory, " + shape.Name, func(_ context.Context, g *ground) ([]Row, error) {
			return measureKS(g, shape)
		}})
	}
	return append(list, bench{"KS in memory, extra memory", measureKSMemory})
}

// measureKS compares with sorting two copies and gonum, on one core.
func measureKS(g *ground, shape statstest.Shape) ([]Row, error) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	n, rounds := g.size(1_000_000, 100_000), g.size(5, 3)
	recent, baseline := shape.Make(n)
	var ours, peers []time.Duration
	for range rounds {
		began := time.Now()
		theirs := statstest.Peer(recent, baseline)
		peers = append(peers, time.Since(began))
		for range ksTurns {
			runtime.GC() // nobody clears away another's garbage
			began := time.Now()
			r, err := stats.KS(recent, baseline, stats.PRule{})
			ours = append(ours, time.Since(began))
			if err != nil {
				return nil, err
			}
			if math.Abs(r.D-theirs) > 1e-9 {
				return nil, fmt.Errorf("two values of D: %v and %v", r.D, theirs)
			}
		}
	}
	own, peer := median(ours), median(peers)
	want := float64(ksOther)
	if shape.Name == statstest.Smooth {
		want = ksSmooth
	}
	row := Row{Name: "KS in memory, " + shape.Name, Ours: millis(own), Beside: millis(peer), BesideIs: "sort two copies, gonum"}
	return []Row{row.atLeast(float64(peer)/float64(own), want)}, nil
}

// measureKSMemory counts all that one call allocates, whatever the shape, beside one copy of both
// samples.
func measureKSMemory(_ context.Context, g *ground) ([]Row, error) {
	n := g.size(1_000_000, 100_000)
	var most uint64
	var worst string
	for _, shape := range statstest.Shapes() {
		recent, baseline := shape.Make(n)
		runtime.GC()
		runtime.GC() // twice: what is kept for the next call goes as well
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := stats.KS(recent, baseline, stats.PRule{}); err != nil {
			return nil, fmt.Errorf("%s: %w", shape.Name, err)
		}
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > most {
			most, worst = took, shape.Name
		}
	}
	oneCopy := float64(2 * 8 * n)
	row := Row{
		Name: "KS in memory, extra memory", Ours: Quantity{float64(most), "bytes"}, Beside: Quantity{oneCopy, "bytes"},
		BesideIs: "one copy of both samples", Note: "worst shape: " + worst,
	}
	return []Row{row.atMost(float64(most)/oneCopy, 1)}, nil
}
