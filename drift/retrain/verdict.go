package retrain

import (
	"fmt"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// The names of the checks of a validation, beside those of the thresholds.
const (
	CheckNameSplit       = "split"
	CheckNameComplete    = "predictions_complete"
	CheckNameScores      = "scores_in_range"
	CheckNameHoldout     = "holdout_rows"
	CheckNameClasses     = "both_classes"
	CheckNameSuspicious  = "suspicious"
	CheckNameNotWorse    = "not_worse"
	CheckNameWorseBeside = "not_worse_beside" // the other measure, which does not decide
)

// Check is one thing that was asked of a candidate.
type Check struct {
	Name      string       `json:"name"`
	Value     drift.Number `json:"value"`
	Threshold string       `json:"threshold"` // as the setting has it; "" where there is none
	Passed    bool         `json:"passed"`
	Deciding  bool         `json:"deciding"` // whether the verdict hangs on it
	Sentence  string       `json:"sentence"`
}

// Metrics are what a version scored on rows of the hold-out.
type Metrics struct {
	Rows                int          `json:"rows"`
	Positives           int          `json:"positives"`
	TP                  int          `json:"tp"`
	FP                  int          `json:"fp"`
	FN                  int          `json:"fn"`
	TN                  int          `json:"tn"`
	Accuracy            drift.Number `json:"accuracy"`
	Precision           drift.Number `json:"precision"`
	Recall              drift.Number `json:"recall"`
	F1                  drift.Number `json:"f1"`
	ROCAUC              drift.Number `json:"roc_auc"`
	PRAUC               drift.Number `json:"pr_auc"`
	PrecisionAt80Recall drift.Number `json:"precision_at_80_recall"`
	Brier               drift.Number `json:"brier"`
	LogLoss             drift.Number `json:"log_loss"`
}

// Comparison is the candidate beside the serving version, on the same rows.
type Comparison struct {
	Measure    string       `json:"measure"` // MeasureAccuracy or MeasureROCAUC
	Candidate  drift.Number `json:"candidate"`
	Serving    drift.Number `json:"serving"`
	Difference drift.Number `json:"difference"` // candidate − serving
	Low        drift.Number `json:"low"`        // of its 95 % interval
	High       drift.Number `json:"high"`
	Worse      bool         `json:"worse"` // the interval lies below 0
}

// Verdict is the outcome of a validation.
type Verdict struct {
	Passed       bool         `json:"passed"`
	Checks       []Check      `json:"checks"`
	RowsHoldout  int          `json:"rows_holdout"`
	RowsCompared int          `json:"rows_compared"` // those with a prediction of the serving version
	Candidate    *Metrics     `json:"candidate"`     // nil where its predictions cannot be used
	Beside       *Metrics     `json:"beside"`        // the candidate on the compared rows alone
	Serving      *Metrics     `json:"serving"`       // nil without compared rows
	Comparisons  []Comparison `json:"comparisons"`
	// Claimed is what the trainer says of its candidate, by measure. It is shown beside ours and decides nothing.
	Claimed map[string]float64 `json:"claimed,omitempty"`
}

// Failed lists the checks that did not pass and on which the verdict hangs.
func (v *Verdict) Failed() []Check {
	var failed []Check
	for _, c := range v.Checks {
		if c.Deciding && !c.Passed {
			failed = append(failed, c)
		}
	}
	return failed
}

// PassesWith tells whether the candidate would pass under the thresholds of other settings, by the
// values that were measured then.
func (v *Verdict) PassesWith(s drift.Settings) (bool, error) {
	for _, c := range v.Checks {
		passed := c.Passed
		if name := thresholdSetting(c.Name); name != "" {
			least, err := stats.ParseDecimal(s.Text(name))
			if err != nil {
				return false, fmt.Errorf("setting %s: %w", name, err)
			}
			floor := least.Float64()
			if c.Name == MeasurePRAUC {
				floor -= prAUCError
			}
			passed = float64(c.Value) >= floor // no value is not
		}
		if c.Deciding && !passed {
			return false, nil
		}
	}
	return true, nil
}

// thresholdSetting names the setting that the threshold of a check on this measure comes from: no
// measure is asked of both kinds of models. "" for a check without a threshold.
func thresholdSetting(measure string) string {
	for _, list := range thresholdSettings {
		for _, t := range list {
			if t.measure == measure {
				return t.setting
			}
		}
	}
	return ""
}

// Sentence says why the candidate is refused, or that it is not.
func (v *Verdict) Sentence() string {
	var why []string
	for _, c := range v.Failed() {
		why = append(why, c.Sentence)
	}
	if !v.Passed {
		return strings.Join(why, " ")
	}
	if v.RowsCompared == 0 {
		return "The candidate passed on " + plural(v.RowsHoldout, "hold-out row") +
			". The serving version logged none of them, so that the two could not be compared."
	}
	return "The candidate passed on " + plural(v.RowsHoldout, "hold-out row") +
		" and is not worse than the serving version on " + plural(v.RowsCompared, "row") + "."
}
