package detect

import (
	"fmt"
	"math"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// foundFrom is the share of a past window's outcomes that have to be known for it to count in the record:
// those that come late may be of another kind than those that come early.
const foundFrom = 0.9

// EstimateInput is what an estimate of accuracy reads: the days of a window and of the one that it is
// calibrated on, both in order.
type EstimateInput struct {
	Window, CalibratedOn  drift.DriftWindow
	Days, CalibrationDays []drift.LabelledDay
}

// Estimate estimates the accuracy of a window's predictions from their scores, see [stats.Calibrate], and
// says what was found of it so far.
func Estimate(in EstimateInput) (drift.AccuracyEstimate, error) {
	out := drift.AccuracyEstimate{Window: in.Window, Calibrated: in.CalibratedOn}
	calibrated, err := stats.Calibrate(labelled(in.CalibrationDays))
	if err != nil {
		return out, fmt.Errorf("calibrate on %s: %w", in.CalibratedOn.From, err)
	}
	var scores []float64
	var predicted []bool
	var found stats.Proportion
	for _, d := range in.Days {
		out.Predictions, out.Rows = out.Predictions+d.Of, out.Rows+len(d.Scores)
		for i, label := range d.Labels {
			yes := label&drift.PredictedPositive != 0
			scores, predicted = append(scores, d.Scores[i]), append(predicted, yes)
			if what := label & drift.LabelMask; what != drift.LabelUnknown {
				found.N++
				if yes == (what == drift.LabelPositive) {
					found.K++
				}
			}
		}
	}
	e := calibrated.Estimate(scores, predicted, out.Predictions)
	out.Raw = drift.Number(stats.ExpectedAccuracy(scores, predicted))
	out.Accuracy, out.Low, out.High = drift.Number(e.Accuracy), drift.Number(e.Low), drift.Number(e.High)
	out.SEChance, out.SECalibration, out.CalibrationOutcomes = drift.Number(e.Chance), drift.Number(e.Calibration), e.Outcomes
	out.Found, out.FoundOutcomes = share(found), found.N
	return out, nil
}

func labelled(days []drift.LabelledDay) []stats.Labelled {
	out := make([]stats.Labelled, len(days))
	for i, d := range days {
		out[i].Actual, out[i].Scores, out[i].Predicted = known(d.LabelledScores)
	}
	return out
}

// Record sums up those estimates of past windows, newest first, whose outcomes are known.
func Record(past []drift.AccuracyEstimate) drift.EstimateRecord {
	out := drift.EstimateRecord{MeanError: drift.Undefined(), RawError: drift.Undefined(), InsideRate: drift.Undefined(), Past: []drift.AccuracyEstimate{}}
	var off, raw float64
	inside := 0
	for _, e := range past {
		if !e.Accuracy.Defined() || float64(e.FoundOutcomes) < foundFrom*float64(e.Rows) {
			continue
		}
		out.N, out.Past = out.N+1, append(out.Past, e)
		off += math.Abs(float64(e.Accuracy - e.Found))
		raw += math.Abs(float64(e.Raw - e.Found))
		if e.Inside() {
			inside++
		}
	}
	if out.N > 0 {
		n := float64(out.N)
		out.MeanError, out.RawError, out.InsideRate = drift.Number(off/n), drift.Number(raw/n), drift.Number(float64(inside)/n)
	}
	return out
}
