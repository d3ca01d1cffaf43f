package drift_test

import (
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

// TestJudged: a model's page is about the version that was judged last, also where another one serves by now.
func TestJudged(t *testing.T) {
	key := func(v string) drift.VersionKey {
		return drift.VersionKey{Model: drift.Model{TenantID: 1, Tenant: "acme", ModelType: "fraud"}, Version: v}
	}
	report := func(v string, d drift.Date) drift.Report { return drift.Report{Version: key(v), Date: d} }
	for name, c := range map[string]struct {
		serving      string
		latest       []drift.Report
		judged, seen string
		unjudged     bool
	}{
		"never checked":             {"7", nil, "", "7", false},
		"nothing serves":            {"", nil, "", "", false},
		"judged":                    {"7", []drift.Report{report("7", 9), report("7", 9)}, "7", "7", false},
		"changed since":             {"r2", []drift.Report{report("31", 9), report("31", 9)}, "31", "31", true},
		"one of its checks has run": {"r2", []drift.Report{report("r2", 10), report("31", 9)}, "r2", "r2", false},
		"the other one has":         {"r2", []drift.Report{report("31", 9), report("r2", 10)}, "r2", "r2", false},
		"gone back":                 {"31", []drift.Report{report("r2", 10)}, "r2", "r2", true},
	} {
		d := drift.ModelData{Latest: c.latest}
		if c.serving != "" {
			d.Serving = key(c.serving)
		}
		if got := d.Judged().Version; got != c.judged {
			t.Errorf("%s: judged %q, want %q", name, got, c.judged)
		}
		if got := d.Seen().Version; got != c.seen {
			t.Errorf("%s: seen %q, want %q", name, got, c.seen)
		}
		if d.Unjudged() != c.unjudged {
			t.Errorf("%s: unjudged %t", name, d.Unjudged())
		}
	}
}
