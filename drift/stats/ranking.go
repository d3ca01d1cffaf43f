package stats

import (
	"math"
	"slices"
	"sort"
)

// Step is one distinct score of a [Ranking].
type Step struct {
	Score  float64
	TP, FP int // positives and negatives whose score is Score or higher
}

// Ranking is outcomes ordered by score from the top, equal scores together. ROC and precision-recall
// curves, the areas under them and the counts at any threshold all follow from it.
type Ranking struct {
	Steps                []Step // from the highest score down
	Positives, Negatives int
}

// Rank orders outcomes by score. A score that is not within 0 to 1 gives a [SampleError], and slices of
// different lengths too. Without an outcome the ranking has no steps.
func Rank(actual []bool, scores []float64) (Ranking, error) {
	if err := checkLabelled(actual, scores); err != nil {
		return Ranking{}, err
	}
	return rank(actual, scores), nil
}

func rank(actual []bool, scores []float64) Ranking {
	order := make([]int, len(scores))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		switch {
		case scores[a] > scores[b]:
			return -1
		case scores[a] < scores[b]:
			return 1
		}
		return 0
	})
	var r Ranking
	for i := 0; i < len(order); {
		value := scores[order[i]]
		for ; i < len(order) && scores[order[i]] == value; i++ {
			if actual[order[i]] {
				r.Positives++
			} else {
				r.Negatives++
			}
		}
		r.Steps = append(r.Steps, Step{value, r.Positives, r.Negatives})
	}
	return r
}

// ROCAUC returns the area under the ROC curve: the rank sum with half a point for a tie, as an integer
// until the last division. NaN where all outcomes are of one class.
func (r Ranking) ROCAUC() float64 {
	var twiceArea float64
	var last Step
	for _, s := range r.Steps {
		twiceArea += float64(s.FP-last.FP) * float64(s.TP+last.TP)
		last = s
	}
	return twiceArea / (2 * float64(r.Positives) * float64(r.Negatives)) // 0/0 is NaN: undefined
}

// AveragePrecision returns Σ (R_k − R_(k−1))·P_k over the distinct scores from the top, the area under
// the precision-recall curve as a step function. NaN without positives.
func (r Ranking) AveragePrecision() float64 {
	var precision compensated
	last := 0
	for _, s := range r.Steps {
		precision.add(float64(s.TP-last) * (float64(s.TP) / float64(s.TP+s.FP)))
		last = s.TP
	}
	return precision.value() / float64(r.Positives)
}

// At returns the counts where every score at or above the threshold is predicted positive.
func (r Ranking) At(threshold float64) Confusion {
	below := sort.Search(len(r.Steps), func(i int) bool { return r.Steps[i].Score < threshold })
	var s Step
	if below > 0 {
		s = r.Steps[below-1]
	}
	return Confusion{TP: s.TP, FP: s.FP, FN: r.Positives - s.TP, TN: r.Negatives - s.FP}
}

// CurvePoint is a point of a ROC or precision-recall curve: what holds where every score at or above
// Threshold is predicted positive. The ROC curve begins at a threshold of +Inf: nothing is predicted
// positive.
type CurvePoint struct {
	X, Y      float64 // each 0 to 1
	Threshold float64
}

// ROC returns the ROC curve, X the share of negatives predicted positive (false positive rate) and Y that
// of positives (recall), from (0, 0) to (1, 1); the points are joined by straight lines, which is what a
// tie stands for. At most most points, see thin; 0 gives all. Empty where all outcomes are of one class.
//
// Source: Fawcett, T. (2006). An introduction to ROC analysis. Pattern Recognition Letters 27.
func (r Ranking) ROC(most int) []CurvePoint {
	if r.Positives == 0 || r.Negatives == 0 {
		return nil
	}
	points := make([]CurvePoint, 1, len(r.Steps)+1)
	points[0].Threshold = math.Inf(1)
	for _, s := range r.Steps {
		points = append(points, CurvePoint{
			float64(s.FP) / float64(r.Negatives), float64(s.TP) / float64(r.Positives), s.Score,
		})
	}
	return thin(points, most)
}

// PR returns the precision-recall curve, X the recall and Y the precision, by ascending recall. It is not
// joined by straight lines (Davis and Goadrich, 2006): up to each point's recall the curve has that point's
// precision. At most most points, see thin; 0 gives all. Empty without positives.
func (r Ranking) PR(most int) []CurvePoint {
	if r.Positives == 0 {
		return nil
	}
	points := make([]CurvePoint, len(r.Steps))
	for i, s := range r.Steps {
		points[i] = CurvePoint{
			float64(s.TP) / float64(r.Positives), float64(s.TP) / float64(s.TP+s.FP), s.Score,
		}
	}
	return thin(points, most)
}
