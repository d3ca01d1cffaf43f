package logistic

import (
	"cmp"
	"math"
	"slices"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// The measures of a job's thresholds that hang on where scores are cut.
const (
	measurePrecision = "precision"
	measureRecall    = "recall"
)

// thresholdRows is from how many validated rows on the threshold is chosen and not one half.
const thresholdRows = 50

// chooseThreshold returns the score from which on a row is predicted positive: for fraud the one
// of the highest F1; for conflicts the one of the highest accuracy among those that keep the
// recall and precision by which the candidate will be judged, among those that keep the recall
// where none does both. On a tie the threshold nearest one half wins.
func chooseThreshold(behavesLike string, least map[string]float64, scores []float64, label []bool) float64 {
	positives := 0
	for _, y := range label {
		if y {
			positives++
		}
	}
	if len(scores) < thresholdRows || positives == 0 || positives == len(label) {
		return 0.5
	}
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(scores[b], scores[a]) })
	best, merit := 0.5, -1.0
	c := stats.Confusion{FN: positives, TN: len(label) - positives}
	for at := 0; at < len(order); {
		s := scores[order[at]]
		for ; at < len(order) && scores[order[at]] == s; at++ {
			if label[order[at]] {
				c.TP, c.FN = c.TP+1, c.FN-1
			} else {
				c.FP, c.TN = c.FP+1, c.TN-1
			}
		}
		threshold := s
		if at < len(order) {
			threshold = s/2 + scores[order[at]]/2 // halfway: the gap belongs to both sides
			if threshold == scores[order[at]] {
				threshold = s
			}
		}
		m := meritOf(behavesLike, least, c)
		if m > merit || m == merit && math.Abs(threshold-0.5) < math.Abs(best-0.5) {
			best, merit = threshold, m
		}
	}
	return best
}

// meritOf is what a threshold is chosen by; whole numbers are added for the conditions it meets.
func meritOf(behavesLike string, least map[string]float64, c stats.Confusion) float64 {
	if behavesLike == drift.FraudDetector {
		return c.F1().Value()
	}
	merit := c.Accuracy().Value()
	if c.Recall().Value() >= least[measureRecall] {
		merit++
		if c.Precision().Value() >= least[measurePrecision] {
			merit++
		}
	}
	return merit
}
