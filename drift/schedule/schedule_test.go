package schedule_test

import (
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/schedule"
)

func at(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestDue(t *testing.T) {
	for _, c := range []struct {
		name       string
		first, now string
		catchUp    int
		want       []string
	}{
		{"before the first slot of the day", "2026-03-01 00:00:00", "2026-03-01 00:59:59", 7, nil},
		{"on the instant", "2026-03-01 00:00:00", "2026-03-01 01:00:00", 7, []string{"outcomes 03-01 01"}},
		{"started after 01:00: that slot was never missed", "2026-03-01 01:00:01", "2026-03-01 03:30:00", 7, []string{"metrics 03-01 02", "statistical 03-01 03"}},
		{"a missed evening is caught up in order", "2026-03-01 03:30:00", "2026-03-02 02:10:00", 7, []string{"performance 03-01 04", "outcomes 03-02 01", "metrics 03-02 02"}},
		{"no further back than asked", "2026-01-01 00:00:00", "2026-03-02 00:10:00", 1, []string{"outcomes 03-01 01", "metrics 03-01 02", "statistical 03-01 03", "performance 03-01 04"}},
		{"no catching up at all", "2026-01-01 00:00:00", "2026-03-02 03:00:00", 0, []string{"statistical 03-02 03"}},
		{"over a leap day", "2024-02-28 04:00:01", "2024-02-29 01:00:00", 7, []string{"outcomes 02-29 01"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, s := range schedule.Due(at(c.first), at(c.now), c.catchUp) {
				got = append(got, string(s.Job)+" "+s.At.Format("01-02 15"))
				if s.Date() != drift.DateOf(s.At) {
					t.Errorf("slot %v has date %s", s, s.Date())
				}
			}
			if len(got) != len(c.want) {
				t.Fatalf("due %v, want %v", got, c.want)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("due %v, want %v", got, c.want)
				}
			}
		})
	}
}

func TestNextIsAlwaysAhead(t *testing.T) {
	start := at("2026-02-27 23:00:00")
	for i := range 3 * 24 * 4 {
		now := start.Add(time.Duration(i) * 15 * time.Minute)
		for _, job := range drift.DailyJobs {
			next := schedule.Next(job, now)
			if !next.At.After(now) || next.At.Sub(now) > 24*time.Hour {
				t.Fatalf("next %s after %s is %s", job, now, next.At)
			}
			if got := next.At.Sub(next.Date().Time()); got != schedule.OfDay(job) {
				t.Fatalf("%s falls at %s of its day", job, got)
			}
		}
	}
}
