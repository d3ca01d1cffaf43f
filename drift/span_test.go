package drift

import "testing"

// TestSpanEnd: a page ends today, but that of an old log where the log and its checks do.
func TestSpanEnd(t *testing.T) {
	const today = Date(20000)
	page := func(last Date, latest ...Report) ModelData {
		d := ModelData{Latest: latest}
		if last != 0 {
			d.Versions = []VersionSummary{{Last: (last - 90).Time()}, {Last: last.Time()}, {}}
		}
		return d
	}
	check := func(d Date, s ReportStatus) Report { return Report{Date: d, Status: s} }
	for name, c := range map[string]struct {
		d    ModelData
		want Date
	}{
		"no prediction":       {page(0), today},
		"today":               {page(today), today},
		"broken lately":       {page(today - 30), today},
		"old":                 {page(today - 31), today - 31},
		"old and checked":     {page(9000, check(9001, StatusOK)), 9001},
		"old, a check before": {page(9000, check(8000, StatusOK)), 9000},
		"old, nothing seen":   {page(9000, check(9001, StatusOK), check(today, StatusInsufficientData)), 9001},
		"old, checked today":  {page(9000, check(today, StatusOK)), today},
	} {
		if got := c.d.SpanEnd(today); got != c.want {
			t.Errorf("%s: ends on %d, want %d", name, got, c.want)
		}
	}
	if last, ok := page(0, check(5, StatusOK), check(9, StatusInsufficientData)).LastCheck(); last != 9 || !ok {
		t.Errorf("last check %d, %v", last, ok)
	}
	if _, ok := page(1).LastCheck(); ok {
		t.Error("a check that never ran")
	}
}
