package detect

import (
	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// Band is the 95 % interval of one day's metric, undefined where the metric is.
type Band struct{ Low, High drift.Number }

// MetricBands are the intervals of a day's metrics: Wilson's of those that are shares of counts, Hanley and
// McNeil's of the ROC AUC. F1, PR AUC, Brier, log loss and calibration error have none that is simple and
// right.
type MetricBands struct{ Accuracy, Precision, Recall, ROCAUC Band }

// BandsOf returns the intervals of a day's metrics.
func BandsOf(m drift.DailyMetrics) MetricBands {
	side := Side{Counts: m.Counts}
	band := func(metric drift.Number, p stats.Proportion) Band {
		if !metric.Defined() {
			return Band{drift.Undefined(), drift.Undefined()}
		}
		low, high := wilson(p)
		return Band{low, high}
	}
	area := stats.AUCInterval(float64(m.ROCAUC), m.Counts.TP+m.Counts.FN, m.Counts.FP+m.Counts.TN)
	return MetricBands{
		Accuracy: band(m.Accuracy, accuracy(side)), Precision: band(m.Precision, precision(side)), Recall: band(m.Recall, recall(side)),
		ROCAUC: Band{drift.Number(area.Low), drift.Number(area.High)},
	}
}
