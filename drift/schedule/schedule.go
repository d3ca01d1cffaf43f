package schedule

import (
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// Slot is one run of a daily job: the job, and the instant of its date at which it falls due.
type Slot struct {
	Job drift.JobName
	At  time.Time
}

// Date is the day the job runs on.
func (s Slot) Date() drift.Date { return drift.DateOf(s.At) }

// OfDay returns the time of day (UTC) at which a job runs.
func OfDay(job drift.JobName) time.Duration {
	for i, j := range drift.DailyJobs {
		if j == job {
			return time.Duration(i+1) * time.Hour // 01:00, 02:00, 03:00, 04:00
		}
	}
	return 0
}

// At returns a job's slot of a date.
func At(job drift.JobName, d drift.Date) Slot { return Slot{job, d.Time().Add(OfDay(job))} }

// Due returns, in order of time, every slot that has fallen due by now and not before the
// installation's first start, at most catchUpDays days back. Slots of one date follow the order of
// the jobs, and no date begins before the one before it is over.
func Due(firstStart, now time.Time, catchUpDays int) []Slot {
	from := now.AddDate(0, 0, -catchUpDays)
	if firstStart.After(from) {
		from = firstStart
	}
	var due []Slot
	for d := drift.DateOf(from); d <= drift.DateOf(now); d++ {
		for _, job := range drift.DailyJobs {
			if s := At(job, d); !s.At.Before(from) && !s.At.After(now) {
				due = append(due, s)
			}
		}
	}
	return due
}

// Next returns a job's first slot after now.
func Next(job drift.JobName, now time.Time) Slot {
	s := At(job, drift.DateOf(now))
	if !s.At.After(now) {
		s = At(job, drift.DateOf(now).Add(1))
	}
	return s
}
