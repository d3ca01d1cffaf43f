package detect

import (
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

// TestRejudgeAgrees holds Rejudge against the checks themselves, under settings that move each
// severity.
func TestRejudgeAgrees(t *testing.T) {
	base := drift.Settings{}
	sides := []drift.Counts{{TP: 40, TN: 55, FP: 3, FN: 2}, {TP: 38, TN: 52, FP: 5, FN: 5}, {TP: 20, TN: 50, FP: 25, FN: 5}, {TP: 5, TN: 45, FP: 10, FN: 40}}
	for _, s := range []drift.Settings{
		base, base.With("PERFORMANCE_DRIFT_MEDIUM", "0.0500001"), base.With("PERFORMANCE_DRIFT_HIGH", "0.05"),
		base.With("PERFORMANCE_DRIFT_CRITICAL", "0.25"), base.With("PRECISION_DRIFT_HIGH", "0.40"), base.With("RECALL_DRIFT_HIGH", "0.99"),
		base.With("GUARD_SIGNIFICANT", "true"),
	} {
		for _, recent := range sides {
			in := PerformanceInput{Recent: Side{100, recent}, Baseline: Side{100, sides[0]}, Settings: base}
			stored := Performance(in)
			in.Settings = s
			want := Performance(in)
			severity, secondary, ok := Rejudge(stored, s)
			if !ok || severity != want.Severity || secondary != want.SecondarySeverity {
				t.Errorf("%+v: %v and %v (%t), the check says %v and %v", recent, severity, secondary, ok, want.Severity, want.SecondarySeverity)
			}
		}
	}
}

func TestRejudgeScores(t *testing.T) {
	at := func(p float64, gap string) drift.Report {
		return drift.Report{Status: drift.StatusOK, Statistical: &drift.StatisticalMetrics{NRecent: 100, NBaseline: 200, PValue: drift.Number(p), KSNumerator: gap}}
	}
	s := drift.Settings{}
	for name, c := range map[string]struct {
		report   drift.Report
		settings drift.Settings
		want     drift.Severity
		ok       bool
	}{
		"as it was":                {at(0.0009, "2000"), s, drift.SeverityCritical, true},
		"the cut-off itself":       {at(0.001, "2000"), s, drift.SeverityHigh, true},
		"a lower cut-off":          {at(0.0009, "2000"), s.With("STATISTICAL_DRIFT_PVALUE_CRITICAL", "0.0005"), drift.SeverityHigh, true},
		"D is the floor":           {at(0.0009, "2000"), s.With("GUARD_MIN_D", "0.1"), drift.SeverityCritical, true},
		"D is a hair below":        {at(0.0009, "1999"), s.With("GUARD_MIN_D", "0.1"), drift.SeverityNone, true},
		"weighed against the day":  {at(0.0009, "2000"), s.With("GUARD_FDR", "true"), drift.SeverityUnknown, false},
		"no D":                     {at(0.0009, ""), s, drift.SeverityUnknown, false},
		"nothing that was judged":  {drift.Report{Status: drift.StatusInsufficientData}, s, drift.SeverityUnknown, false},
		"p of a check without one": {at(float64(drift.Undefined()), "2000"), s, drift.SeverityUnknown, false},
	} {
		if got, _, ok := Rejudge(c.report, c.settings); got != c.want || ok != c.ok {
			t.Errorf("%s: %v, %t, want %v, %t", name, got, ok, c.want, c.ok)
		}
	}
}
