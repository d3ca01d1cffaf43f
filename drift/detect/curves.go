package detect

import (
	"fmt"
	"math"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// curvePoints is how many points a curve has at most: more than a chart has pixels to tell apart.
const curvePoints = 200

// Curves draws how well the scores of some days told outcomes apart; counts are of all their outcomes.
func Curves(days []drift.LabelledDay, counts drift.Counts) (drift.Curves, error) {
	u := drift.Undefined()
	out := drift.Curves{
		Outcomes: counts.Outcomes(), Counts: counts, ROC: []drift.CurvePoint{}, PR: []drift.CurvePoint{},
		Reliability: []drift.ReliabilityBin{}, ROCAUC: u, PRAUC: u, ECE: u, Brier: u,
	}
	var actual, predicted []bool
	var scores []float64
	for _, d := range days {
		a, s, p := known(d.LabelledScores)
		actual, scores, predicted = append(actual, a...), append(scores, s...), append(predicted, p...)
	}
	out.Rows = len(scores)
	if out.Rows == 0 {
		return out, nil
	}
	c, err := stats.Classify(actual, scores, predicted)
	if err != nil {
		return out, fmt.Errorf("curves: %w", err)
	}
	out.ROCAUC, out.PRAUC, out.ECE, out.Brier = drift.Number(c.ROCAUC), drift.Number(c.PRAUC), drift.Number(c.ECE), drift.Number(c.Brier)
	ranking, err := stats.Rank(actual, scores)
	if err != nil {
		return out, fmt.Errorf("curves: %w", err)
	}
	out.ROC, out.PR = curveOf(ranking.ROC(curvePoints)), curveOf(ranking.PR(curvePoints))
	bins, err := stats.Reliability(actual, scores)
	if err != nil {
		return out, fmt.Errorf("curves: %w", err)
	}
	for _, b := range bins {
		bin := drift.ReliabilityBin{
			Low: drift.Number(b.Low), High: drift.Number(b.High), N: b.Positives.N, Positives: b.Positives.K,
			MeanScore: drift.Number(b.MeanScore), Share: share(b.Positives),
		}
		bin.ShareLow, bin.ShareHigh = wilson(b.Positives)
		out.Reliability = append(out.Reliability, bin)
	}
	return out, nil
}

func curveOf(of []stats.CurvePoint) []drift.CurvePoint {
	out := make([]drift.CurvePoint, len(of))
	for i, p := range of {
		out[i] = drift.CurvePoint{X: drift.Number(p.X), Y: drift.Number(p.Y), Threshold: drift.Number(p.Threshold)}
		if math.IsInf(p.Threshold, 0) {
			out[i].Threshold = drift.Undefined()
		}
	}
	return out
}
