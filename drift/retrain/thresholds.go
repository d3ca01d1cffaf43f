package retrain

import (
	"encoding/json"
	"fmt"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// Threshold is the least value of one measure.
type Threshold struct {
	Setting string // the name of the setting it comes from
	Measure string
	Least   stats.Decimal
}

// Measures that a threshold or a comparison is about.
const (
	MeasureAccuracy            = "accuracy"
	MeasurePrecision           = "precision"
	MeasureRecall              = "recall"
	MeasureROCAUC              = "roc_auc"
	MeasurePRAUC               = "pr_auc"
	MeasurePrecisionAt80Recall = "precision_at_80_recall"
)

var thresholdSettings = map[string][]struct{ setting, measure string }{
	drift.FraudDetector: {
		{"VALIDATION_FRAUD_MIN_PR_AUC", MeasurePRAUC},
		{"VALIDATION_FRAUD_MIN_PRECISION_AT_80_RECALL", MeasurePrecisionAt80Recall},
	},
	drift.ConflictPredictor: {
		{"VALIDATION_CONFLICT_MIN_ACCURACY", MeasureAccuracy},
		{"VALIDATION_CONFLICT_MIN_PRECISION", MeasurePrecision},
		{"VALIDATION_CONFLICT_MIN_RECALL", MeasureRecall},
		{"VALIDATION_CONFLICT_MIN_ROC_AUC", MeasureROCAUC},
	},
}

// Thresholds reads what a candidate must reach from the settings in force for its tenant.
func Thresholds(s drift.Settings, behavesLike string) ([]Threshold, error) {
	names, ok := thresholdSettings[behavesLike]
	if !ok {
		return nil, fmt.Errorf("there are no thresholds for a model that behaves like %q", behavesLike)
	}
	list := make([]Threshold, len(names))
	for i, n := range names {
		least, err := stats.ParseDecimal(s.Text(n.setting))
		if err != nil {
			return nil, fmt.Errorf("setting %s: %w", n.setting, err)
		}
		list[i] = Threshold{n.setting, n.measure, least}
	}
	return list, nil
}

// Told writes thresholds as description.json tells them to a trainer: the least value by measure.
func Told(list []Threshold) map[string]json.Number {
	told := make(map[string]json.Number, len(list))
	for _, t := range list {
		told[t.Measure] = json.Number(t.Least.String())
	}
	return told
}

var measureWords = map[string]string{
	MeasureAccuracy: "Accuracy", MeasurePrecision: "Precision", MeasureRecall: "Recall", MeasureROCAUC: "ROC AUC",
	MeasurePRAUC: "PR AUC", MeasurePrecisionAt80Recall: "Precision at 80 % recall",
}

// prAUCError bounds how far a computed PR AUC and a threshold as floats lie from what they stand for, for
// values up to 1: two roundings of each term, two of their compensated sum, one of its division and one of
// the threshold are six of 1.1e-16. An area that equals its threshold reaches it, whatever they make of it.
const prAUCError = 1e-15

// check compares one measure of m with its threshold: exactly where it is a ratio of counts, to within
// prAUCError where it is a sum of such.
func (t Threshold) check(m measured) Check {
	c := Check{Name: t.Measure, Threshold: t.Least.String(), Deciding: true}
	if t.Measure == MeasurePRAUC {
		c.Value = drift.Number(m.class.PRAUC)
		c.Passed = c.Value.Defined() && m.class.PRAUC >= t.Least.Float64()-prAUCError
	} else {
		p := m.ratio(t.Measure)
		c.Value = drift.Number(p.Value())
		c.Passed = p.N > 0 && stats.DropAtLeast(stats.Proportion{N: 1}, p, t.Least)
	}
	word := measureWords[t.Measure]
	switch {
	case !c.Value.Defined():
		c.Sentence = fmt.Sprintf("%s has no value on these rows; %s asks for %s.", word, t.Setting, t.Least)
	case c.Passed:
		c.Sentence = fmt.Sprintf("%s %.4f reaches the %s of %s.", word, float64(c.Value), t.Least, t.Setting)
	default:
		c.Sentence = fmt.Sprintf("%s %.4f is below the %s of %s.", word, float64(c.Value), t.Least, t.Setting)
	}
	return c
}
