package handlers

import (
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/schedule"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

var stateNames = map[jobState]chart.JobState{
	jobLater: chart.JobDue, jobMissing: chart.JobDue, jobRunning: chart.JobRunning, jobDone: chart.JobDone, jobFailed: chart.JobFailed,
}

// jobVM is one of the four daily jobs: how it stands today, and its last run.
func jobVM(l lang.Lang, d drift.OperationsData, j jobToday, now time.Time) page.JobVM {
	v := page.JobVM{
		Key: string(j.name), Name: l.T(jobNames[j.name]), At: schedule.OfDay(j.name), State: stateNames[j.state],
		Date: j.slot.Date().Time(), LastRun: j.ended, Took: -1, Next: schedule.Next(j.name, now).At,
	}
	run := lastRun(d.Last, j)
	if run == nil {
		if j.state == jobDone { // a backfill's reports tell it
			v.Covered = coveredByMarks(l, d.Marks, j)
		}
		return v
	}
	if !run.FinishedAt.IsZero() {
		v.LastRun, v.Took = run.FinishedAt, run.FinishedAt.Sub(run.StartedAt)
	}
	v.Covered = covered(l, j.name, run.Covered)
	if run.State == "failed" && (j.run == nil || j.run.State == "failed") {
		v.State, v.Reason, v.Date = chart.JobFailed, tries(l, *run), drift.DateOf(run.Slot).Time()
	}
	if v.State == chart.JobDone {
		v.Reason = l.Said(run.Covered.Note)
		if run.Covered.Failed > 0 {
			v.State, v.Reason = chart.JobBlind, strings.TrimSpace(v.Reason+" "+l.N(int64(run.Covered.Failed), "%d model failed; each has its alert.", "%d models failed; each has its alert."))
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

func tries(l lang.Lang, r drift.ScheduleRun) string {
	return l.N(int64(r.Attempt), "%[2]s (after %[1]d try)", "%[2]s (after %[1]d tries)", l.Said(r.Error))
}

// covered is what a run looked at, in words.
func covered(l lang.Lang, job drift.JobName, c drift.JobCovered) string {
	switch job {
	case drift.JobOutcomes:
		return l.T("%d matched, %d wait in the inbox", c.Matched, c.Waiting)
	case drift.JobMetrics:
		return l.N(int64(c.Days), "%d day of metrics, %d with outcomes", "%d days of metrics, %d with outcomes", c.Judged)
	}
	if c.Insufficient > 0 {
		return l.N(int64(c.Models), "%[2]d of %[1]d version judged; %[3]d with too little data",
			"%[2]d of %[1]d versions judged; %[3]d with too little data", c.Judged, c.Insufficient)
	}
	return l.N(int64(c.Models), "%[2]d of %[1]d version judged", "%[2]d of %[1]d versions judged", c.Judged)
}

func coveredByMarks(l lang.Lang, marks []drift.ReportMark, j jobToday) string {
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
	return l.T("%s, by a backfill", covered(l, j.name, c))
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
