package drift_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// What was not computed is null, never false, "" or the year 1.
func TestUndefinedIsNull(t *testing.T) {
	u := drift.Undefined()
	for _, c := range []struct {
		what any
		null []string
		set  []string
	}{
		{
			drift.StatisticalMetrics{NRecent: 3, KSStatistic: u, PValue: u, MinDetectableD: u},
			[]string{"method", "material", "ks_statistic", "p_value", "min_detectable_d", "ks_numerator"},
			[]string{"n_recent"},
		},
		{
			drift.StatisticalMetrics{KSStatistic: 0.05, PValue: 0.5, Method: "exact", KSNumerator: "5"},
			nil,
			[]string{"method", "material", "ks_statistic", "ks_numerator"},
		},
		{drift.PerformanceMetrics{NRecent: 3, PValue: u}, []string{"significant", "p_value"}, []string{"n_recent", "counts_recent"}},
		{drift.PerformanceMetrics{PValue: 0.5}, nil, []string{"significant", "p_value"}},
		{
			drift.OutcomeCoverage{Model: drift.Model{Tenant: "acme", ModelType: "fraud_detector"}},
			[]string{"since", "last_outcome_for"},
			[]string{"tenant", "model_type", "without_outcome", "silent"},
		},
		{
			drift.OutcomeCoverage{OldestWithout: time.Unix(1e9, 0), LastOutcomeFor: time.Unix(1e9, 0)},
			nil,
			[]string{"since", "last_outcome_for"},
		},
	} {
		b, err := json.Marshal(c.what)
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(b, &m); err != nil {
			t.Fatal(err)
		}
		for _, k := range c.null {
			if v, there := m[k]; !there || v != nil {
				t.Errorf("%s: %s is %v", b, k, v)
			}
		}
		for _, k := range c.set {
			if m[k] == nil {
				t.Errorf("%s: %s is null", b, k)
			}
		}
	}
}

// A report reads back as it was written, null or not.
func TestReportReadsBack(t *testing.T) {
	for _, method := range []string{"", "limit"} {
		m := &drift.StatisticalMetrics{NRecent: 1, KSStatistic: drift.Undefined(), Method: method}
		if method != "" {
			m.KSStatistic, m.Material = 0.25, true
		}
		b, err := json.Marshal(drift.Report{DriftType: drift.Statistical, Statistical: m})
		if err != nil {
			t.Fatal(err)
		}
		var r drift.Report
		if err := json.Unmarshal(b, &r); err != nil || r.Statistical.Method != method || r.Statistical.Material != m.Material || r.Statistical.NRecent != 1 {
			t.Errorf("%s reads back as %+v, %v", b, r.Statistical, err)
		}
	}
}
