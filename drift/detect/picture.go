package detect

import (
	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// Picture is both samples of a statistical check as much as a chart shows, with what lies at or below the
// score at which D lies where that is defined.
func Picture(recent, baseline []stats.Run, fetch stats.Fetch, at drift.Number) (*drift.ScorePicture, error) {
	p := &drift.ScorePicture{Recent: shapeOf(recent), Baseline: shapeOf(baseline)}
	if p.Recent.N+p.Baseline.N == 0 || !at.Defined() {
		return p, nil
	}
	var err error
	p.Recent.AtOrBelow, p.Baseline.AtOrBelow, err = stats.AtOrBelow(recent, baseline, fetch, float64(at))
	return p, err
}

func shapeOf(runs []stats.Run) drift.ScoreShape {
	counts, mean := stats.Pool(runs)
	s := drift.ScoreShape{Counts: counts, Mean: drift.Number(mean)}
	for _, n := range counts {
		s.N += n
	}
	return s
}
