package handlers

import (
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/schedule"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// grace is how long after its time a check may be missing before the watching counts as blind.
const grace = 30 * time.Minute

// justDue is how long after its time a job is at work as a matter of course.
const justDue = time.Minute

// jobState is how one daily job stands on a day.
type jobState uint8

const (
	jobLater   jobState = iota // not its time yet, or before this installation's first start
	jobMissing                 // due, and nothing has come of it yet
	jobRunning
	jobDone
	jobFailed
)

// jobToday is one job on the day that is shown.
type jobToday struct {
	name  drift.JobName
	slot  schedule.Slot
	state jobState
	ended time.Time
	run   *drift.ScheduleRun // nil where the schedule has not touched it
}

// begins tells whether the job has only just fallen due and is not over: it is at work, and nobody
// needs to look what is missing.
func (j jobToday) begins(now time.Time) bool {
	return (j.state == jobMissing || j.state == jobRunning) && now.Sub(j.slot.At) < justDue
}

// watching is how the watching itself stands.
type watching struct {
	jobs       [4]jobToday
	due, ran   int       // of today's jobs
	last       time.Time // when a check last ended; zero where none ever ran
	next       schedule.Slot
	blindSince time.Time // no check has run since, though one should have; zero where all is well
}

// watchOf works out how the watching stands at now.
func watchOf(w drift.Watch, now time.Time) watching {
	today := drift.DateOf(now)
	var out watching
	for i, job := range drift.DailyJobs {
		j := jobOn(w, job, today, now)
		out.jobs[i] = j
		if j.state != jobLater && !j.begins(now) {
			out.due++
		}
		if j.state == jobDone {
			out.ran++
		}
		if n := schedule.Next(job, now); out.next.At.IsZero() || n.At.Before(out.next.At) {
			out.next = n
		}
	}
	out.last = lastCheck(w)
	out.blindSince = blindSince(w, now, out.last)
	return out
}

// jobOn is how a job stands on a day. A check that left its reports ran, whoever ran it: a
// backfill does, outside the schedule.
func jobOn(w drift.Watch, job drift.JobName, d drift.Date, now time.Time) jobToday {
	j := jobToday{name: job, slot: schedule.At(job, d)}
	for i, r := range w.Runs {
		if r.Name == job && r.Slot.Equal(j.slot.At) {
			j.run = &w.Runs[i]
		}
	}
	if j.run != nil {
		j.ended = j.run.FinishedAt
		switch j.run.State {
		case "done":
			j.state = jobDone
		case "failed":
			j.state = jobFailed
		case "running":
			j.state = jobRunning
		default:
			j.state = jobMissing
		}
	}
	if j.state != jobDone {
		for _, c := range w.Checks {
			if drift.JobName(c.DriftType) == job && c.Date >= d {
				j.state, j.ended = jobDone, c.At
			}
		}
	}
	if j.run == nil && j.state == jobLater && !now.Before(j.slot.At) && scheduled(w, j.slot) {
		j.state = jobMissing
	}
	return j
}

// scheduled tells whether a slot falls after the first start: what lies before was never missed.
func scheduled(w drift.Watch, s schedule.Slot) bool {
	return !w.FirstStart.IsZero() && !s.At.Before(w.FirstStart)
}

// lastCheck is when a statistical or performance check last ended.
func lastCheck(w drift.Watch) (last time.Time) {
	for _, r := range w.Last {
		if isCheck(r.Name) && r.State == "done" && r.FinishedAt.After(last) {
			last = r.FinishedAt
		}
	}
	for _, c := range w.Checks {
		if c.At.After(last) {
			last = c.At
		}
	}
	return last
}

func isCheck(job drift.JobName) bool {
	return job == drift.JobStatistical || job == drift.JobPerformance
}

// blindSince tells since when nothing has been checked though it should have been: the newest date
// whose check is due by more than the grace has neither of its two checks.
func blindSince(w drift.Watch, now, last time.Time) time.Time {
	for d := drift.DateOf(now); d >= drift.DateOf(now)-1; d-- {
		first := schedule.At(drift.JobStatistical, d)
		if now.Before(first.At.Add(grace)) {
			continue
		}
		if !scheduled(w, first) {
			return time.Time{}
		}
		for _, job := range []drift.JobName{drift.JobStatistical, drift.JobPerformance} {
			if jobOn(w, job, d, now).state == jobDone {
				return time.Time{}
			}
		}
		if last.IsZero() {
			return w.FirstStart
		}
		return last
	}
	return time.Time{}
}

// jobNames are the daily jobs in words.
var jobNames = map[drift.JobName]string{
	drift.JobOutcomes: lang.Key("Outcomes"), drift.JobMetrics: lang.Key("Daily metrics"),
	drift.JobStatistical: lang.Key("Statistical drift"), drift.JobPerformance: lang.Key("Performance drift"),
}

// watchingLine is the state of the watching as a sentence or three.
func watchingLine(l lang.Lang, w watching, judged, models int, now time.Time) []component.Piece {
	var ps []component.Piece
	say := func(sentence string, pieces ...component.Piece) {
		ps = append(append(ps, filled(sentence, pieces...)...), component.Piece{Text: " "})
	}
	switch {
	case w.due == 0 && w.last.IsZero():
		say(l.T("No check has run yet."))
	case w.due == 0 && now.After(schedule.At(drift.JobPerformance, drift.DateOf(now)).At):
		say(l.T("The server first started after today's checks, the last ran %s.", slot(0)), component.At(w.last, component.DayClock))
	case w.due == 0:
		say(l.T("No check is due yet today, the last ran %s.", slot(0)), component.At(w.last, component.DayClock))
	case w.last.IsZero():
		say(l.T("%d of %d checks ran today.", w.ran, w.due))
	default:
		say(l.T("%d of %d checks ran today, last %s.", w.ran, w.due, slot(0)), component.At(w.last, momentOf(w.last, now)))
	}
	for _, j := range w.jobs {
		if j.state == jobFailed {
			ps = append(ps, component.Piece{Text: l.T("%s failed.", l.T(jobNames[j.name])), Href: "/operations"}, component.Piece{Text: " "})
		}
	}
	if missing := models - judged; missing > 0 {
		say(l.N(int64(models), "%[2]d of %[1]d model judged, %[3]s.", "%[2]d of %[1]d models judged, %[3]s.", judged, slot(0)),
			component.Piece{Text: notJudged(l, missing), Href: "/models"})
	} else {
		say(l.N(int64(models), "%[2]d of %[1]d model judged.", "%[2]d of %[1]d models judged.", judged))
	}
	say(l.T("Next check in %s.", l.Age(w.next.At.Sub(now))))
	return ps
}

// momentOf writes a time of the last 20 hours by the clock, an older one with its day.
func momentOf(t, now time.Time) component.Moment {
	if now.Sub(t) < 20*time.Hour {
		return component.Clock
	}
	return component.DayClock
}
