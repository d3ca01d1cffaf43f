package retrain

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// lenient are thresholds that any candidate reaches.
var lenient = []Threshold{{"VALIDATION_CONFLICT_MIN_ACCURACY", MeasureAccuracy, stats.MustDecimal("0")}}

// sample is n rows, every second positive, of which the candidate gets every wrong-th wrong.
func sample(n, wrong int) ValidationInput {
	in := ValidationInput{BehavesLike: drift.ConflictPredictor, Thresholds: lenient, TrainLast: noon}
	for i := range n {
		id, label := fmt.Sprint("p", i), i%2 == 0
		said := label != (i%wrong == 0)
		score := 0.2 + float64(i%7)/100
		if said {
			score += 0.5
		}
		in.Rows = append(in.Rows, Row{PredictionID: id, CreatedAt: noon.Add(time.Duration(i+1) * time.Second), Label: label})
		in.Predictions = append(in.Predictions, Prediction{id, score, said})
	}
	return in
}

// served gives every row what a version says that gets every wrong-th wrong.
func served(in ValidationInput, wrong int) ValidationInput {
	other := sample(len(in.Rows), wrong)
	for i, p := range other.Predictions {
		in.Rows[i].Serving = &Scored{p.Score, p.Predicted}
	}
	return in
}

func validate(t *testing.T, in ValidationInput) Verdict {
	t.Helper()
	v, err := Validate(in)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := json.Marshal(v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*ValidationInput)
		check  string
		says   string
	}{
		"late training row":  {func(in *ValidationInput) { in.TrainLast = in.Rows[0].CreatedAt }, "split", "not after the last training row"},
		"unknown split":      {func(in *ValidationInput) { in.TrainLast = time.Time{} }, "split", "not known"},
		"early hold-out row": {func(in *ValidationInput) { in.Rows[50].CreatedAt = noon }, "split", "not after"},
		"missing":            {func(in *ValidationInput) { in.Predictions = in.Predictions[2:] }, "predictions_complete", "2 missing, 0 of unknown rows, 0 doubled"},
		"extra": {func(in *ValidationInput) {
			in.Predictions = append(in.Predictions, Prediction{PredictionID: "x"})
		}, "predictions_complete", "0 missing, 1 of unknown rows, 0 doubled"},
		"doubled": {func(in *ValidationInput) { in.Predictions[3] = in.Predictions[4] }, "predictions_complete", "1 missing, 0 of unknown rows, 1 doubled"},
		"NaN":     {func(in *ValidationInput) { in.Predictions[3].Score = math.NaN() }, "scores_in_range", "1 of the candidate's 100 scores"},
		"infinite": {func(in *ValidationInput) {
			in.Predictions[3].Score, in.Predictions[4].Score = math.Inf(1), math.Inf(-1)
		}, "scores_in_range", "2 of the candidate's 100 scores"},
		"one class": {func(in *ValidationInput) {
			for i := range in.Rows {
				in.Rows[i].Label = true
			}
		}, "both_classes", "100 of 100 hold-out rows"},
		"the other class": {func(in *ValidationInput) {
			for i := range in.Rows {
				in.Rows[i].Label = false
			}
		}, "both_classes", "0 of 100 hold-out rows"},
		"below 0":    {func(in *ValidationInput) { in.Predictions[3].Score = math.Nextafter(0, -1) }, "scores_in_range", "1 of the candidate's 100 scores"},
		"above 1":    {func(in *ValidationInput) { in.Predictions[3].Score = math.Nextafter(1, 2) }, "scores_in_range", "1 of the candidate's 100 scores"},
		"too few":    {func(in *ValidationInput) { in.Rows, in.Predictions = in.Rows[:29], in.Predictions[:29] }, "holdout_rows", "29 hold-out rows"},
		"no rows":    {func(in *ValidationInput) { in.Rows, in.Predictions = nil, nil }, "holdout_rows", "0 hold-out rows"},
		"suspicious": {func(in *ValidationInput) { *in = sample(100, 1000); in.Rows[0].Label = false }, "suspicious", "Suspicious"},
		"threshold":  {func(in *ValidationInput) { in.Thresholds = threshold(MeasureAccuracy, "0.901") }, "accuracy", "Accuracy 0.9000 is below the 0.901"},
	} {
		in := served(sample(100, 10), 10)
		c.change(&in)
		v := validate(t, in)
		failed := v.Failed()
		if v.Passed || len(failed) == 0 || !strings.Contains(v.Sentence(), c.says) {
			t.Errorf("%s: passed %t, %q", name, v.Passed, v.Sentence())
			continue
		}
		found := false
		for _, f := range failed {
			found = found || f.Name == c.check
		}
		if !found || *Validation(&v).Passed {
			t.Errorf("%s: failed by %+v, want %s", name, failed, c.check)
		}
	}
}

func threshold(measure, least string) []Threshold {
	return []Threshold{{"SETTING", measure, stats.MustDecimal(least)}}
}

// 0 and 1 are scores like any other.
func TestScoresMayBeCertain(t *testing.T) {
	in := sample(100, 10)
	for i, p := range in.Predictions {
		if in.Predictions[i].Score = 0; p.Predicted {
			in.Predictions[i].Score = 1
		}
	}
	v := validate(t, in)
	if !v.Passed {
		t.Error(v.Sentence())
	}
	for _, c := range v.Checks {
		if c.Name == CheckNameScores && c.Sentence != "Every score lies within 0 to 1." {
			t.Errorf("it says %q", c.Sentence)
		}
	}
}

func TestThirtyRowsAreEnough(t *testing.T) {
	if v := validate(t, sample(30, 10)); !v.Passed {
		t.Error(v.Sentence())
	}
}

func TestPerfectOrderOfFewRowsIsNotSuspicious(t *testing.T) {
	for n, want := range map[int]bool{19: true, 20: false} {
		var c column
		for i := range n {
			c.add(i > 5, float64(i)/100, i > 5)
		}
		m, err := c.measure()
		if err != nil {
			t.Fatal(err)
		}
		if got := suspicious(m); got.Passed != want {
			t.Errorf("%d rows: %+v", n, got)
		}
	}
}

// A ratio that equals its threshold reaches it, whatever floats make of it.
func TestThresholdsAreExact(t *testing.T) {
	m := measured{class: stats.Classification{Confusion: stats.Confusion{TP: 7, FP: 3, FN: 3, TN: 7}, PRAUC: 0.7}}
	m.rocAUC, m.precisionAt80Recall = stats.Proportion{K: 140, N: 200}, stats.Proportion{K: 7, N: 10}
	for _, measure := range []string{MeasureAccuracy, MeasurePrecision, MeasureRecall, MeasureROCAUC, MeasurePrecisionAt80Recall, MeasurePRAUC} {
		for least, want := range map[string]bool{"0.7": true, "0.70": true, "0.6999999999999999": true, "0.70000000000001": false} {
			if got := threshold(measure, least)[0].check(m); got.Passed != want || got.Threshold != least {
				t.Errorf("%s against %s: %+v", measure, least, got)
			}
		}
	}
	none := threshold(MeasurePrecision, "0")[0].check(measured{})
	if none.Passed || !strings.Contains(none.Sentence, "has no value") {
		t.Errorf("no positive prediction: %+v", none)
	}
	if b, err := json.Marshal(none); err != nil || !strings.Contains(string(b), `"value":null`) {
		t.Errorf("%s, %v", b, err)
	}
	if got := threshold("beauty", "0")[0].check(m); got.Passed {
		t.Errorf("an unknown measure passed: %+v", got)
	}
}

// Areas that equal their threshold, of rows in the order of their scores: as floats each lies below it.
func TestAnAreaThatEqualsItsThresholdReachesIt(t *testing.T) {
	for least, labels := range map[string]string{
		"0.4": "0100100001", "0.45": "011000000101", "0.550": "100010000001", "0.675": "011111000001", "0.80": "10111101", "0.81": "101111",
	} {
		var c column
		for i, l := range labels {
			c.add(l == '1', 1-float64(i)/100, l == '1')
		}
		m, err := c.measure()
		if err != nil {
			t.Fatal(err)
		}
		if got := threshold(MeasurePRAUC, least)[0].check(m); !got.Passed {
			t.Errorf("%s of %s: %v, %s", least, labels, m.class.PRAUC, got.Sentence)
		}
		if got := threshold(MeasurePRAUC, least+"00000000001")[0].check(m); got.Passed {
			t.Errorf("more than %s of %s: %v, %s", least, labels, m.class.PRAUC, got.Sentence)
		}
	}
	limit := stats.MustDecimal("0.7").Float64() - prAUCError
	for area, want := range map[float64]bool{limit: true, math.Nextafter(limit, 0): false, math.NaN(): false} {
		m := measured{class: stats.Classification{PRAUC: area}}
		if got := threshold(MeasurePRAUC, "0.7")[0].check(m); got.Passed != want {
			t.Errorf("%v: %+v", area, got)
		}
	}
}

func TestThresholdsFromSettings(t *testing.T) {
	for like, want := range map[string]string{
		drift.FraudDetector:     "pr_auc 0.70 precision_at_80_recall 0.50 ",
		drift.ConflictPredictor: "accuracy 0.70 precision 0.60 recall 0.50 roc_auc 0.70 ",
	} {
		list, err := Thresholds(drift.Settings{}, like)
		got := ""
		for _, x := range list {
			got += x.Measure + " " + x.Least.String() + " "
		}
		if err != nil || got != want {
			t.Errorf("%s: %q, %v", like, got, err)
		}
	}
	if _, err := Thresholds(drift.Settings{}, "oracle"); err == nil {
		t.Error("thresholds of nothing")
	}
	if _, err := Thresholds(drift.Settings{}.With("VALIDATION_FRAUD_MIN_PR_AUC", "high"), drift.FraudDetector); err == nil {
		t.Error("a threshold that is no number")
	}
}

func TestWorseThanServing(t *testing.T) {
	for name, c := range map[string]struct {
		candidate, serving int
		like               string
		want               bool
	}{
		"as good":        {10, 10, drift.ConflictPredictor, true},
		"better":         {10, 3, drift.ConflictPredictor, true},
		"a little worse": {9, 10, drift.ConflictPredictor, true},
		"much worse":     {3, 20, drift.ConflictPredictor, false},
		"fraud, worse":   {3, 20, drift.FraudDetector, false},
		"fraud, as good": {10, 10, drift.FraudDetector, true},
	} {
		in := served(sample(200, c.candidate), c.serving)
		in.BehavesLike = c.like
		v := validate(t, in)
		if v.Passed != c.want || v.RowsCompared != 200 || len(v.Comparisons) != 2 || v.Serving == nil || v.Beside == nil {
			t.Errorf("%s: passed %t, %s", name, v.Passed, v.Sentence())
		}
	}
}

// The measure that is not the model's own is shown and does not decide.
func TestOnlyThePrimaryMeasureDecides(t *testing.T) {
	in := sample(200, 10)
	in = served(in, 10)
	for i := range in.Predictions {
		in.Predictions[i].Predicted = !in.Predictions[i].Predicted // the same order, every answer wrong
	}
	in.BehavesLike = drift.FraudDetector
	v := validate(t, in)
	if !v.Passed || !v.Comparisons[0].Worse || v.Comparisons[1].Worse {
		t.Errorf("fraud: %+v", v.Comparisons)
	}
	in.BehavesLike = drift.ConflictPredictor
	if v := validate(t, in); v.Passed || !strings.Contains(v.Sentence(), "significantly worse") {
		t.Errorf("conflict: %s", v.Sentence())
	}
}

func TestWithoutTheServingVersion(t *testing.T) {
	v := validate(t, sample(100, 10))
	if !v.Passed || v.Serving != nil || v.RowsCompared != 0 || !strings.Contains(v.Sentence(), "could not be compared") {
		t.Errorf("%+v: %s", v, v.Sentence())
	}
	last := v.Checks[len(v.Checks)-1]
	if last.Name != "not_worse" || last.Deciding || !strings.Contains(last.Sentence, "thresholds alone") {
		t.Errorf("%+v", last)
	}
	if !strings.Contains(Validation(&v).Detail, "could not be compared") {
		t.Error("the safeguard does not say so")
	}
}

// With a class missing among the compared rows the area has no variance: accuracy decides.
func TestOneClassAmongComparedRows(t *testing.T) {
	in := served(sample(100, 10), 10)
	in.BehavesLike = drift.FraudDetector
	for i := range in.Rows {
		if !in.Rows[i].Label {
			in.Rows[i].Serving = nil
		}
	}
	v := validate(t, in)
	last := v.Checks[len(v.Checks)-1]
	if !v.Passed || v.RowsCompared != 50 || len(v.Comparisons) != 1 || last.Name != "not_worse" || !last.Deciding {
		t.Errorf("%+v", v)
	}
	if b, err := json.Marshal(v.Serving); err != nil || !strings.Contains(string(b), `"roc_auc":null`) {
		t.Errorf("%s, %v", b, err)
	}
}

func TestValidateRefusesWrongRows(t *testing.T) {
	for name, change := range map[string]func(*ValidationInput){
		"no threshold":    func(in *ValidationInput) { in.Thresholds = nil },
		"the same row":    func(in *ValidationInput) { in.Rows[1].PredictionID = in.Rows[0].PredictionID },
		"a serving score": func(in *ValidationInput) { in.Rows[1].Serving = &Scored{Score: math.NaN()} },
	} {
		in := sample(100, 10)
		change(&in)
		if v, err := Validate(in); err == nil {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

func TestVerdictReadsBack(t *testing.T) {
	v := validate(t, served(sample(100, 10), 10))
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var back Verdict
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if again, err := json.Marshal(back); err != nil || string(again) != string(b) {
		t.Errorf("%s\n%s, %v", b, again, err)
	}
	if back.Sentence() != v.Sentence() || !strings.Contains(v.Sentence(), "is not worse than the serving version on 100 rows") {
		t.Error(back.Sentence())
	}
}
