package detect

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// labelledDays makes days of predictions, right so many of a hundred; of a share of them the outcome is not known.
func labelledDays(seed uint64, from drift.Date, days, n int, right, unknown float64) []drift.LabelledDay {
	r := rand.New(rand.NewPCG(seed, 5))
	var out []drift.LabelledDay
	for d := range days {
		day := drift.LabelledDay{Day: from.Add(d), Of: n}
		for range n {
			s := r.Float64()
			label, came := drift.LabelNegative, (s >= 0.5) == (r.Float64() < right)
			if came {
				label = drift.LabelPositive
			}
			if r.Float64() < unknown {
				label = drift.LabelUnknown
			}
			if s >= 0.5 {
				label |= drift.PredictedPositive
			}
			day.Scores, day.Labels = append(day.Scores, s), append(day.Labels, label)
		}
		out = append(out, day)
	}
	return out
}

func TestEstimateAndRecord(t *testing.T) {
	calibration := labelledDays(1, 100, 30, 50, 0.8, 0.2)
	estimate := func(days []drift.LabelledDay, on []drift.LabelledDay) drift.AccuracyEstimate {
		t.Helper()
		e, err := Estimate(EstimateInput{Window: drift.DriftWindow{From: 200, To: 207}, CalibratedOn: drift.DriftWindow{From: 100, To: 130}, Days: days, CalibrationDays: on})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	e := estimate(labelledDays(2, 200, 7, 60, 0.8, 1), calibration)
	if e.Predictions != 420 || e.Rows != 420 || math.Abs(float64(e.Accuracy)-0.8) > 0.05 || !(e.Low < e.Accuracy && e.Accuracy < e.High) || e.Found.Defined() || e.FoundOutcomes != 0 || e.Inside() {
		t.Errorf("no outcome known: %+v", e)
	}
	if e.CalibrationOutcomes < 1100 || e.CalibrationOutcomes > 1300 || math.Abs(float64(e.Raw)-0.75) > 0.03 || !(e.SEChance > 0) || !(e.SECalibration > 0) {
		t.Errorf("%+v", e)
	}
	known := estimate(labelledDays(3, 200, 7, 60, 0.8, 0), calibration)
	half := estimate(labelledDays(4, 200, 7, 60, 0.8, 0.5), calibration)
	wrong := estimate(labelledDays(5, 200, 7, 60, 0.3, 0), calibration)
	none := estimate(labelledDays(6, 200, 7, 60, 0.8, 0), labelledDays(7, 100, 3, 50, 0.8, 0))
	if !known.Inside() || known.FoundOutcomes != 420 || wrong.Inside() || none.Accuracy.Defined() || !none.Raw.Defined() {
		t.Errorf("%+v\n%+v\n%+v", known, wrong, none)
	}
	r := Record([]drift.AccuracyEstimate{known, half, wrong, none})
	want := (math.Abs(float64(known.Accuracy-known.Found)) + math.Abs(float64(wrong.Accuracy-wrong.Found))) / 2
	if r.N != 2 || len(r.Past) != 2 || r.InsideRate != 0.5 || math.Abs(float64(r.MeanError)-want) > 1e-12 || !(r.RawError > 0) {
		t.Errorf("%+v, want an error of %v", r, want)
	}
	if r := Record(nil); r.N != 0 || r.MeanError.Defined() || r.InsideRate.Defined() || r.Past == nil {
		t.Errorf("of nothing: %+v", r)
	}
	if _, err := Estimate(EstimateInput{CalibrationDays: []drift.LabelledDay{{Of: 1, LabelledScores: drift.LabelledScores{Scores: []float64{2}, Labels: []byte{drift.LabelPositive}}}}}); err == nil {
		t.Error("a score of 2 is calibrated on")
	}
}

// What the curves say of some days is what the kernels say of their known outcomes.
func TestCurves(t *testing.T) {
	days := labelledDays(8, 10, 5, 300, 0.8, 0.3)
	counts := drift.Counts{TP: 700, FP: 10, FN: 20, TN: 1000}
	c, err := Curves(days, counts)
	if err != nil {
		t.Fatal(err)
	}
	var actual []bool
	var scores []float64
	for _, d := range days {
		a, s, _ := known(d.LabelledScores)
		actual, scores = append(actual, a...), append(scores, s...)
	}
	want, err := stats.Classify(actual, scores, make([]bool, len(scores)))
	if err != nil {
		t.Fatal(err)
	}
	if c.Rows != len(scores) || c.Outcomes != 1730 || c.Counts != counts || float64(c.ROCAUC) != want.ROCAUC || float64(c.PRAUC) != want.PRAUC || float64(c.ECE) != want.ECE || float64(c.Brier) != want.Brier {
		t.Errorf("%+v, want %+v", c, want)
	}
	if len(c.ROC) > curvePoints || len(c.ROC) < curvePoints/2 || c.ROC[0].Threshold.Defined() || c.ROC[len(c.ROC)-1].X != 1 || len(c.PR) > curvePoints || len(c.Reliability) != 10 {
		t.Errorf("%d and %d points, %d bins, first %+v", len(c.ROC), len(c.PR), len(c.Reliability), c.ROC[0])
	}
	n := 0
	for _, b := range c.Reliability {
		n += b.N
		if !(b.ShareLow <= b.Share && b.Share <= b.ShareHigh) {
			t.Errorf("%+v", b)
		}
	}
	if n != c.Rows {
		t.Errorf("%d outcomes in the bins", n)
	}
	if c, err := Curves(labelledDays(9, 10, 2, 20, 0.8, 1), drift.Counts{}); err != nil || c.Rows != 0 || c.ROC == nil || c.ECE.Defined() {
		t.Errorf("without outcomes: %+v, %v", c, err)
	}
	if _, err := Curves([]drift.LabelledDay{{LabelledScores: drift.LabelledScores{Scores: []float64{-1}, Labels: []byte{drift.LabelPositive}}}}, drift.Counts{}); err == nil {
		t.Error("a score of −1 has curves")
	}
}
