package detect

import (
	"fmt"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// degradedAbove is the accuracy drop above which a day counts as degraded.
var degradedAbove = stats.MustDecimal("0.10")

// MetricsInput is what one day's metrics are computed from.
type MetricsInput struct {
	Day      drift.ScoreDay
	Scores   drift.LabelledScores
	Baseline Side // the baseline window of a check on the day after
	Settings drift.Settings
}

// Metrics computes one row of daily metrics. Under MIN_OUTCOMES_PER_DAY outcomes every metric of
// outcomes is undefined; so is what has no value for this day's counts.
func Metrics(in MetricsInput) (drift.DailyMetrics, error) {
	u := drift.Undefined()
	m := drift.DailyMetrics{
		Version: in.Day.Version, Date: in.Day.Day,
		TotalPredictions: in.Day.N, PredictionsWithOutcomes: in.Day.Counts.Outcomes(), Counts: in.Day.Counts,
		Accuracy: u, Precision: u, Recall: u, F1: u, ROCAUC: u, PRAUC: u, Brier: u, LogLoss: u, ECE: u,
		MeanIntervalWidth: mean(in.Day.IntervalWidth, in.Day.IntervalWidthN),
		MeanLatencyMS:     mean(in.Day.LatencyMS, in.Day.LatencyN),
		DeltaFromBaseline: u,
	}
	if m.PredictionsWithOutcomes < in.Settings.Int("MIN_OUTCOMES_PER_DAY") {
		return m, nil
	}
	actual, scores, predicted := known(in.Scores)
	c, err := stats.Classify(actual, scores, predicted)
	if err != nil {
		return m, fmt.Errorf("metrics of %s on %s: %w", name(in.Day.Version), in.Day.Day, err)
	}
	m.Accuracy, m.Precision, m.Recall, m.F1 = drift.Number(c.Accuracy), drift.Number(c.Precision), drift.Number(c.Recall), drift.Number(c.F1)
	m.ROCAUC, m.PRAUC = drift.Number(c.ROCAUC), drift.Number(c.PRAUC)
	m.Brier, m.LogLoss, m.ECE = drift.Number(c.Brier), drift.Number(c.LogLoss), drift.Number(c.ECE)
	day, baseline := accuracy(Side{Counts: in.Day.Counts}), accuracy(in.Baseline)
	if baseline.N >= in.Settings.Int("MIN_OUTCOMES") {
		m.DeltaFromBaseline = 0 - drop(day, baseline) // never −0
		m.IsDegraded = stats.DropAbove(day, baseline, degradedAbove)
	}
	return m, nil
}

func mean(sum float64, n int) drift.Number {
	if n == 0 {
		return drift.Undefined()
	}
	return drift.Number(sum / float64(n))
}

// known keeps the scores whose outcome is known.
func known(l drift.LabelledScores) (actual []bool, scores []float64, predicted []bool) {
	for i, s := range l.Scores {
		if l.Labels[i]&drift.LabelMask == drift.LabelUnknown {
			continue
		}
		actual = append(actual, l.Labels[i]&drift.LabelMask == drift.LabelPositive)
		scores = append(scores, s)
		predicted = append(predicted, l.Labels[i]&drift.PredictedPositive != 0)
	}
	return actual, scores, predicted
}
