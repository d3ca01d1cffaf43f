package retrain

import (
	"cmp"
	"slices"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// column is what one version said of some rows, beside what came true.
type column struct {
	labels    []bool
	scores    []float64
	predicted []bool
}

func (c *column) add(label bool, score float64, predicted bool) {
	c.labels = append(c.labels, label)
	c.scores = append(c.scores, score)
	c.predicted = append(c.predicted, predicted)
}

// measured is everything that is said of a column. Ratios are kept as counts.
type measured struct {
	class               stats.Classification
	positives           int
	rocAUC              stats.Proportion // of the pairs of a positive and a negative, twice each
	precisionAt80Recall stats.Proportion
}

// measure works out everything; an error where a score is not within 0 to 1.
func (c *column) measure() (measured, error) {
	class, err := stats.Classify(c.labels, c.scores, c.predicted)
	if err != nil {
		return measured{}, err
	}
	m := measured{class: class, positives: class.TP + class.FN}
	m.rocAUC, m.precisionAt80Recall = c.ranks(m.positives)
	return m, nil
}

// ranks walks the rows from the highest score down, equal scores together. A pair counts 2 in the
// area where the positive has the higher score and 1 where they tie. The precision at 80 % recall
// is the best over all thresholds that find at least four fifths of the positives.
func (c *column) ranks(positives int) (auc, precision stats.Proportion) {
	order := make([]int, len(c.scores))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(c.scores[b], c.scores[a]) })
	tp, fp, area := 0, 0, 0
	for i := 0; i < len(order); {
		value, up, down := c.scores[order[i]], 0, 0
		for ; i < len(order) && c.scores[order[i]] == value; i++ {
			if c.labels[order[i]] {
				up++
			} else {
				down++
			}
		}
		area += down * (2*tp + up)
		tp, fp = tp+up, fp+down
		if p := (stats.Proportion{K: tp, N: tp + fp}); positives > 0 && 5*tp >= 4*positives && above(p, precision) {
			precision = p
		}
	}
	return stats.Proportion{K: area, N: 2 * tp * fp}, precision
}

// above compares two proportions; an empty one is below all.
func above(p, q stats.Proportion) bool { return q.N == 0 || p.K*q.N > q.K*p.N }

// ratio returns a measure that is a ratio of counts.
func (m *measured) ratio(measure string) stats.Proportion {
	switch measure {
	case MeasureAccuracy:
		return m.class.Confusion.Accuracy()
	case MeasurePrecision:
		return m.class.Confusion.Precision()
	case MeasureRecall:
		return m.class.Confusion.Recall()
	case MeasureROCAUC:
		return m.rocAUC
	case MeasurePrecisionAt80Recall:
		return m.precisionAt80Recall
	}
	return stats.Proportion{}
}

func (m *measured) metrics() *Metrics {
	c := m.class
	return &Metrics{
		Rows: c.N(), Positives: m.positives, TP: c.TP, FP: c.FP, FN: c.FN, TN: c.TN,
		Accuracy: drift.Number(c.Accuracy), Precision: drift.Number(c.Precision), Recall: drift.Number(c.Recall),
		F1: drift.Number(c.F1), ROCAUC: drift.Number(m.rocAUC.Value()), PRAUC: drift.Number(c.PRAUC),
		PrecisionAt80Recall: drift.Number(m.precisionAt80Recall.Value()),
		Brier:               drift.Number(c.Brier), LogLoss: drift.Number(c.LogLoss),
	}
}
