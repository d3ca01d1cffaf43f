package drift_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

func TestDateOf(t *testing.T) {
	for _, c := range []struct{ at, want string }{
		{"1970-01-01T00:00:00Z", "1970-01-01"},
		{"1969-12-31T23:59:59Z", "1969-12-31"},
		{"1969-12-31T00:00:00Z", "1969-12-31"},
		{"2024-02-29T23:59:59.999Z", "2024-02-29"},
		{"2026-07-02T01:30:00+02:00", "2026-07-01"},
	} {
		at, err := time.Parse(time.RFC3339Nano, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := drift.DateOf(at).String(); got != c.want {
			t.Errorf("%s lies on %s, want %s", c.at, got, c.want)
		}
	}
	d, err := drift.ParseDate("2024-02-28")
	if err != nil || d.Add(2).String() != "2024-03-01" || !d.Time().Equal(time.Date(2024, 2, 28, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%s, %v", d, err)
	}
	if _, err := drift.ParseDate("2024-02-30"); drift.CodeOf(err) != drift.CodeInvalid {
		t.Errorf("the 30th of February: %v", err)
	}
}

// What is not finite is null, and null is not 0.
func TestNumberJSON(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if b, err := json.Marshal(drift.Number(v)); err != nil || string(b) != "null" {
			t.Errorf("%v is %s, %v", v, b, err)
		}
	}
	for _, v := range []float64{0, 1.0 / 3, 5e-324, math.MaxFloat64, -2.5} {
		b, err := json.Marshal(drift.Number(v))
		if err != nil {
			t.Fatal(err)
		}
		var back drift.Number
		if err := json.Unmarshal(b, &back); err != nil || float64(back) != v {
			t.Errorf("%v became %s and %v, %v", v, b, back, err)
		}
	}
	var n drift.Number
	if err := json.Unmarshal([]byte("null"), &n); err != nil || n.Defined() {
		t.Errorf("null became %v, %v", n, err)
	}
}

// A report comes back from JSON as it went in, and an unjudged one never claims a severity.
func TestReportJSON(t *testing.T) {
	v := drift.VersionKey{Model: drift.Model{Tenant: "acme", ModelType: drift.FraudDetector}, Version: "3"}
	r := drift.Report{
		ID: 7, Version: v, Date: drift.DateOf(time.Unix(1e9, 0)), Revision: 2, DriftType: drift.Performance,
		Status: drift.StatusInsufficientData, Message: "m", Recommendation: "r",
		Performance: &drift.PerformanceMetrics{NRecent: 3, AccuracyDrop: drift.Undefined()},
	}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"severity":null`, `"secondary_severity":null`, `"baseline_source":null`, `"accuracy_drop":null`, `"date":"2001-09-09"`, `"drift_type":"performance"`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s lacks %s", b, want)
		}
	}
	var back drift.Report
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil || string(again) != string(b) {
		t.Errorf("came back as %s, %v", again, err)
	}
}

func TestSeverityOrder(t *testing.T) {
	order := []drift.Severity{drift.SeverityUnknown, drift.SeverityNone, drift.SeverityMedium, drift.SeverityHigh, drift.SeverityCritical}
	for i, s := range order {
		back, err := drift.ParseSeverity(s.String())
		if err != nil || back != s || (i > 0 && s <= order[i-1]) {
			t.Errorf("%v: %v, %v", s, back, err)
		}
	}
	if _, err := drift.ParseSeverity("SEVERE"); err == nil {
		t.Error("SEVERE was taken for a severity")
	}
}
