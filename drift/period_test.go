package drift_test

import (
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// TestPeriods holds every day of forty years against the calendar of the standard library.
func TestPeriods(t *testing.T) {
	for d := drift.DateOf(time.Date(1996, 1, 1, 0, 0, 0, 0, time.UTC)); d.Time().Year() < 2036; d++ {
		w, m, q := drift.WeekOf(d), drift.MonthOf(d), drift.QuarterOf(d)
		if !w.Holds(d) || w.Days() != 7 || w.From.Time().Weekday() != time.Monday {
			t.Fatalf("week of %s: %s to %s", d, w.From, w.To)
		}
		if back, err := drift.ParseWeek(w.Week()); err != nil || back != w {
			t.Fatalf("%s reads back as %v, %v", w.Week(), back, err)
		}
		first, next := m.From.Time(), m.To.Time()
		if !m.Holds(d) || first.Day() != 1 || !next.Equal(first.AddDate(0, 1, 0)) {
			t.Fatalf("month of %s: %s to %s", d, m.From, m.To)
		}
		if back, err := drift.ParseMonth(m.Month()); err != nil || back != m {
			t.Fatalf("%s reads back as %v, %v", m.Month(), back, err)
		}
		if from := q.From.Time(); !q.Holds(d) || from.Day() != 1 || int(from.Month())%3 != 1 || !q.To.Time().Equal(from.AddDate(0, 3, 0)) {
			t.Fatalf("quarter of %s: %s to %s", d, q.From, q.To)
		}
	}
}

func TestPeriodsThatAreNone(t *testing.T) {
	for _, s := range []string{"", "2026-W00", "2026-W54", "2025-W53", "2026-W5", "2026-05", "2026-W-1", "w", "2026-W47x", "02026-W4", "2026-W+1"} {
		if p, err := drift.ParseWeek(s); drift.CodeOf(err) != drift.CodeInvalid {
			t.Errorf("week %q: %v, %v", s, p, err)
		}
	}
	for _, s := range []string{"", "2026-13", "2026-00", "2026-1", "2026-W10", "2026-10-01", "x"} {
		if p, err := drift.ParseMonth(s); drift.CodeOf(err) != drift.CodeInvalid {
			t.Errorf("month %q: %v, %v", s, p, err)
		}
	}
	if p, err := drift.ParseWeek("2026-W53"); err != nil || p.From.String() != "2026-12-28" {
		t.Errorf("2026 has a week 53: %v, %v", p, err)
	}
}
