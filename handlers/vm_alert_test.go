package handlers

import (
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// TestSevereSince: an alert that was raised lower has its severity since it rose, whatever it eased to
// afterwards.
func TestSevereSince(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 7, n, 3, 0, 0, 0, time.UTC) }
	entry := func(n int, m drift.Move, s drift.Severity) drift.TimelineEntry {
		return drift.TimelineEntry{At: day(n), Move: m, Severity: s}
	}
	d := drift.AlertData{
		Alert: &drift.Alert{Severity: drift.SeverityCritical, CreatedAt: day(1)},
		Timeline: []drift.TimelineEntry{
			entry(1, drift.MoveRaise, drift.SeverityMedium), entry(2, drift.MoveWorsen, drift.SeverityHigh),
			entry(3, drift.MoveWorsen, drift.SeverityCritical), entry(4, drift.MoveRefresh, drift.SeverityMedium),
			entry(5, drift.MoveRefresh, drift.SeverityCritical),
		},
	}
	if got := severeSince(d); got != day(3) {
		t.Errorf("since %s, want %s", got, day(3))
	}
	d.Timeline = nil
	if got := severeSince(d); got != day(1) {
		t.Errorf("without a timeline since %s, want its raising", got)
	}
}

// TestBlindFacts: outcomes that came in a minute ago for predictions of long ago are told apart from
// outcomes of now, for the page of a feed that is silent must not contradict itself.
func TestBlindFacts(t *testing.T) {
	now := time.Date(2026, 7, 13, 12, 0, 0, 0, time.UTC)
	m := drift.Model{TenantID: 1, Tenant: "acme", ModelType: "fraud"}
	d := drift.AlertData{
		Alert: &drift.Alert{
			AlertType: drift.AlertBlind, Reason: drift.BlindFeedSilent, TenantID: 1, Tenant: "acme", ModelType: "fraud",
			Metrics: []byte(`{"parts":{"outcomes":"none","predictions":"none"}}`),
		},
		Feeds: []drift.Feed{
			{Model: m, Kind: "predictions", LastReceived: now, LastAt: now.Add(-time.Hour)},
			{Model: m, Kind: "outcomes", LastReceived: now.Add(-time.Minute), LastAt: now, Received: 9},
		},
		Coverage: []drift.OutcomeCoverage{{Model: m, Predictions: 20, WithoutOutcome: 20, LastOutcomeFor: now.AddDate(0, 0, -12).Truncate(24 * time.Hour)}},
	}
	v := blindVM(d, lang.English, now)
	plain := func(f component.FactVM) string {
		return strings.ReplaceAll(f.Label+": "+f.Value+" "+f.Note, "\u00a0", " ")
	}
	for i, want := range []string{
		"Predictions came in: 0 s ago; 0 rows in all", "Outcomes came in: 1 m ago; 9 rows in all",
		"Newest with outcome: 1 Jul 2026 12 days ago", "Without outcome: 20 of 20 predictions",
	} {
		if got := plain(v.Facts[i]); got != want {
			t.Errorf("fact %d: %q, want %q", i, got, want)
		}
	}
	if o, p := v.Affected[0], v.Affected[1]; !o.OfDay || drift.DateOf(o.Newest) != drift.DateOf(now)-12 || p.OfDay || !p.Newest.Equal(now.Add(-time.Hour)) {
		t.Errorf("newest data: %+v, %+v", o, p)
	}
}
