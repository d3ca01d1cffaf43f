package handlers

import (
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
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
