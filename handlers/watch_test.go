package handlers

import (
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/schedule"
	"github.com/driftwatch/driftwatch/views/component"
)

var watched0 = drift.Date(20000)

func at(hour, minute int) time.Time {
	return watched0.Time().Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

func run(job drift.JobName, d drift.Date, state string) drift.ScheduleRun {
	slot := schedule.At(job, d).At
	r := drift.ScheduleRun{Name: job, Slot: slot, State: state}
	if state == "done" {
		r.FinishedAt = slot.Add(time.Minute)
	}
	return r
}

// TestWatchOf holds what is said of the watching against the schedule's rows.
func TestWatchOf(t *testing.T) {
	yesterday := watched0 - 1
	all := func(d drift.Date, states ...string) (out []drift.ScheduleRun) {
		for i, s := range states {
			if s != "" {
				out = append(out, run(drift.DailyJobs[i], d, s))
			}
		}
		return out
	}
	old := all(yesterday, "done", "done", "done", "done")
	week := watched0.Time().AddDate(0, 0, -7)
	for name, c := range map[string]struct {
		now      time.Time
		first    time.Time
		runs     []drift.ScheduleRun
		checks   []drift.LastCheck
		due, ran int
		blind    time.Time // zero: not blind
	}{
		"never started":          {now: at(12, 0)},
		"before the first slot":  {now: at(0, 30), first: week, runs: old},
		"all ran":                {now: at(12, 0), first: week, runs: all(watched0, "done", "done", "done", "done"), due: 4, ran: 4},
		"a check a little late":  {now: at(3, 29), first: week, runs: append(all(watched0, "done", "done"), old...), due: 3, ran: 2},
		"a check too late":       {now: at(3, 30), first: week, runs: append(all(watched0, "done", "done"), old...), due: 3, ran: 2, blind: at(-24+4, 1)},
		"one of two checks ran":  {now: at(12, 0), first: week, runs: append(all(watched0, "done", "done", "done", "failed"), old...), due: 4, ran: 3},
		"both checks failed":     {now: at(12, 0), first: week, runs: append(all(watched0, "done", "done", "failed", "failed"), old...), due: 4, ran: 2, blind: at(-24+4, 1)},
		"a check hangs":          {now: at(12, 0), first: week, runs: append(all(watched0, "done", "done", "running"), old...), due: 4, ran: 2, blind: at(-24+4, 1)},
		"nothing ever ran":       {now: at(12, 0), first: week, due: 4, blind: week},
		"started after the jobs": {now: at(12, 0), first: at(11, 0)},
		"started between them":   {now: at(12, 0), first: at(2, 30), runs: all(watched0, "", "", "done", "done"), due: 2, ran: 2},
		"a check just begun":     {now: at(3, 0), first: week, runs: append(all(watched0, "done", "done", "running"), old...), due: 2, ran: 2},
		"a check about to begin": {now: at(3, 0), first: week, runs: append(all(watched0, "done", "done"), old...), due: 2, ran: 2},
		"a check for a minute":   {now: at(3, 1), first: week, runs: append(all(watched0, "done", "done", "running"), old...), due: 3, ran: 2},
		"a check failed at once": {now: at(3, 0), first: week, runs: append(all(watched0, "done", "done", "failed"), old...), due: 3, ran: 2},
		"missed since yesterday": {now: at(3, 1), first: week, due: 3, blind: week},
		"a backfill did it": {
			now: at(12, 0), first: at(11, 0), due: 2, ran: 2,
			checks: []drift.LastCheck{{DriftType: drift.Statistical, Date: watched0, At: at(3, 0)}, {DriftType: drift.Performance, Date: watched0, At: at(4, 0)}},
		},
	} {
		w := drift.Watch{FirstStart: c.first, Runs: c.runs, Last: c.runs, Checks: c.checks}
		got := watchOf(w, c.now)
		if got.due != c.due || got.ran != c.ran || !got.blindSince.Equal(c.blind) {
			t.Errorf("%s: %d of %d ran, blind since %v; want %d of %d, %v", name, got.ran, got.due, got.blindSince, c.ran, c.due, c.blind)
		}
		if got.next.At.Before(c.now) || got.next.At.After(c.now.Add(21*time.Hour)) {
			t.Errorf("%s: next at %v", name, got.next.At)
		}
	}
}

// TestHistory: what was not checked is blind, never quiet, and today waits for its check.
func TestHistory(t *testing.T) {
	m := drift.Model{TenantID: 1, Tenant: "acme", ModelType: "fraud_detector"}
	mark := func(ago int, kind drift.DriftType, status drift.ReportStatus, s drift.Severity) drift.ReportMark {
		return drift.ReportMark{Version: drift.VersionKey{Model: m, Version: "1"}, Date: watched0.Add(-ago), DriftType: kind, Status: status, Severity: s}
	}
	const ok, few = drift.StatusOK, drift.StatusInsufficientData
	h := historiesOf([]drift.ReportMark{
		mark(40, drift.Statistical, ok, drift.SeverityCritical),
		mark(4, drift.Statistical, ok, drift.SeverityNone), mark(2, drift.Statistical, ok, drift.SeverityHigh),
		mark(1, drift.Statistical, ok, drift.SeverityNone), mark(0, drift.Statistical, ok, drift.SeverityMedium),
		mark(2, drift.Performance, few, drift.SeverityUnknown), mark(1, drift.Performance, ok, drift.SeverityCritical),
	}, watched0)[m]
	want := map[int]component.Severity{29: component.Absent, 5: component.Absent, 4: component.None, 3: component.Blind, 2: component.Blind, 1: component.Critical, 0: component.Medium}
	for ago, s := range want {
		if got := h.both()[drift.StripDays-1-ago]; got != s {
			t.Errorf("%d days ago: %v, want %v", ago, got, s)
		}
	}
	if h.now(drift.Performance) != component.Critical || h.now(drift.Statistical) != component.Medium || !h.judged() {
		t.Error("the newest checks are not those that count")
	}
	var none *history
	if none.now(drift.Statistical) != component.Absent || none.judged() {
		t.Error("a model without a check counts as judged")
	}
}
