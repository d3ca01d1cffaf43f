package handlers

import (
	"fmt"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/schedule"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/format"
	"github.com/driftwatch/driftwatch/views/page"
)

var stateNames = map[jobState]chart.JobState{
	jobLater: chart.JobDue, jobMissing: chart.JobDue, jobRunning: chart.JobRunning, jobDone: chart.JobDone, jobFailed: chart.JobFailed,
}

// jobVM is one of the four daily jobs: how it stands today, and its last run.
func jobVM(d drift.OperationsData, j jobToday, now time.Time) page.JobVM {
	v := page.JobVM{
		Key: string(j.name), Name: jobNames[j.name], At: schedule.OfDay(j.name), State: stateNames[j.state],
		Date: j.slot.Date().Time(), LastRun: j.ended, Took: -1, Next: schedule.Next(j.name, now).At,
	}
	run := lastRun(d.Last, j)
	if run == nil {
		if j.state == jobDone { // a backfill's reports tell it
			v.Covered = coveredByMarks(d.Marks, j)
		}
		return v
	}
	if !run.FinishedAt.IsZero() {
		v.LastRun, v.Took = run.FinishedAt, run.FinishedAt.Sub(run.StartedAt)
	}
	v.Covered = covered(j.name, run.Covered)
	if run.State == "failed" && (j.run == nil || j.run.State == "failed") {
		v.State, v.Reason, v.Date = chart.JobFailed, tries(*run), drift.DateOf(run.Slot).Time()
	}
	if v.State == chart.JobDone {
		v.Reason = run.Covered.Note
		if run.Covered.Failed > 0 {
			v.State, v.Reason = chart.JobBlind, strings.TrimSpace(v.Reason+" "+format.Plural(int64(run.Covered.Failed), "model", "models")+" failed; each has its alert.")
		} else if isCheck(j.name) && run.Covered.Insufficient > 0 {
			v.State = chart.JobBlind
		}
	}
	return v
}

// lastRun is the newest run of a job that the schedule knows, unless its reports of today came
// about otherwise.
func lastRun(last []drift.ScheduleRun, j jobToday) *drift.ScheduleRun {
	for i, r := range last {
		if r.Name == j.name && (j.state != jobDone || j.run != nil) {
			return &last[i]
		}
	}
	return nil
}

func tries(r drift.ScheduleRun) string {
	return fmt.Sprintf("%s (after %s)", r.Error, format.Plural(int64(r.Attempt), "try", "tries"))
}

// covered is what a run looked at, in words.
func covered(job drift.JobName, c drift.JobCovered) string {
	n := func(v int) string { return format.Count(int64(v)) }
	switch job {
	case drift.JobOutcomes:
		return fmt.Sprintf("%s matched, %s wait in the inbox", n(c.Matched), n(c.Waiting))
	case drift.JobMetrics:
		return fmt.Sprintf("%s of metrics, %s with outcomes", format.Plural(int64(c.Days), "day", "days"), n(c.Judged))
	}
	text := fmt.Sprintf("%s of %s judged", n(c.Judged), format.Plural(int64(c.Models), "version", "versions"))
	if c.Insufficient > 0 {
		text += fmt.Sprintf("; %s with too little data", n(c.Insufficient))
	}
	return text
}

func coveredByMarks(marks []drift.ReportMark, j jobToday) string {
	var c drift.JobCovered
	for _, m := range marks {
		if drift.JobName(m.DriftType) != j.name || m.Date != j.slot.Date() {
			continue
		}
		c.Models++
		if m.Status == drift.StatusOK {
			c.Judged++
		} else {
			c.Insufficient++
		}
	}
	return covered(j.name, c) + ", by a backfill"
}

func serverVM(d drift.OperationsData, s drift.Server) page.ServerVM {
	v := page.ServerVM{
		Name: s.Name, Browsers: int64(s.Browsers), Offset: &s.ClockOffset, OffBad: engine.ClockOff(s.ClockOffset), Up: s.StartedAt,
	}
	for _, r := range d.Last {
		v.RunsJobs = v.RunsJobs || r.Server == s.Name
	}
	return v
}
