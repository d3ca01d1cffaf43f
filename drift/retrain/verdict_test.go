package retrain

import (
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

func TestPassesWith(t *testing.T) {
	check := func(name string, value drift.Number, passed, deciding bool) Check {
		return Check{Name: name, Value: value, Passed: passed, Deciding: deciding}
	}
	split, worse := check(CheckNameSplit, 0, true, true), check(CheckNameNotWorse, 0, false, true)
	for name, c := range map[string]struct {
		setting, value string
		checks         []Check
		want           bool
	}{
		"reached":                    {"VALIDATION_FRAUD_MIN_PR_AUC", "0.70", []Check{split, check(MeasurePRAUC, 0.70, false, true)}, true},
		"reached but for rounding":   {"VALIDATION_FRAUD_MIN_PR_AUC", "0.70", []Check{check(MeasurePRAUC, 0.70-2e-16, true, true)}, true},
		"just missed":                {"VALIDATION_FRAUD_MIN_PR_AUC", "0.71", []Check{split, check(MeasurePRAUC, 0.70, true, true)}, false},
		"no value":                   {"VALIDATION_FRAUD_MIN_PR_AUC", "0", []Check{check(MeasurePRAUC, drift.Undefined(), false, true)}, false},
		"another's threshold":        {"VALIDATION_FRAUD_MIN_PR_AUC", "0.99", []Check{check(MeasureRecall, 0.60, true, true)}, true},
		"lower, but worse":           {"VALIDATION_CONFLICT_MIN_RECALL", "0.1", []Check{check(MeasureRecall, 0.60, true, true), worse}, false},
		"what does not decide":       {"VALIDATION_CONFLICT_MIN_RECALL", "0.9", []Check{check(MeasureRecall, 0.60, true, false)}, true},
		"a check without a measure":  {"VALIDATION_CONFLICT_MIN_RECALL", "0.9", []Check{split}, true},
		"the last of several misses": {"VALIDATION_CONFLICT_MIN_ROC_AUC", "0.9", []Check{check(MeasureAccuracy, 0.95, true, true), check(MeasureROCAUC, 0.8, true, true)}, false},
	} {
		v := Verdict{Checks: c.checks}
		if got, err := v.PassesWith(drift.NewSettings().With(c.setting, c.value)); err != nil || got != c.want {
			t.Errorf("%s: %t, %v", name, got, err)
		}
	}
	v := Verdict{Checks: []Check{check(MeasurePRAUC, 0.7, true, true)}}
	if _, err := v.PassesWith(drift.NewSettings().With("VALIDATION_FRAUD_MIN_PR_AUC", "a half")); err == nil {
		t.Error("a threshold that is no number is compared")
	}
}
