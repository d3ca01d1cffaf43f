package handlers

import (
	"fmt"
	"net/url"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/schedule"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/format"
	"github.com/driftwatch/driftwatch/views/page"
)

// reviewJob is how one of the four daily jobs stands on the day of a review.
type reviewJob struct {
	Job     drift.JobName `json:"job"`
	Due     time.Time     `json:"due"`
	State   string        `json:"state"` // done, failed, running, missing, later, before_start
	EndedAt *time.Time    `json:"ended_at"`
	Detail  string        `json:"detail"`
}

// reviewJobs tells whether the four jobs of the day ran, by the schedule or in another way.
func reviewJobs(d drift.MorningReview, now time.Time) []reviewJob {
	w := d.Watch
	w.Runs, w.Checks = d.Runs, d.Checks
	out := make([]reviewJob, 0, len(drift.DailyJobs))
	for _, name := range drift.DailyJobs {
		j := jobOn(w, name, d.Day, now)
		r := reviewJob{Job: name, Due: j.slot.At}
		if !j.ended.IsZero() {
			r.EndedAt = &j.ended
		}
		switch j.state {
		case jobDone:
			r.State, r.Detail = "done", "by a run outside the schedule"
			if j.run != nil {
				r.Detail = covered(name, j.run.Covered)
			}
		case jobFailed:
			r.State, r.Detail = "failed", tries(*j.run)
		case jobRunning:
			r.State = "running"
		case jobMissing:
			r.State, r.Detail = "missing", "It is overdue."
			if now.Before(j.slot.At.Add(grace)) {
				r.Detail = "It is about to run."
			}
		default:
			r.State, r.Detail = "later", "It runs at "+format.Clock(j.slot.At)+" UTC."
			if !now.Before(j.slot.At) {
				r.State, r.Detail = "before_start", "The schedule began after that."
			}
		}
		out = append(out, r)
	}
	return out
}

var reviewStates = map[string]chart.JobState{
	"done": chart.JobDone, "failed": chart.JobFailed, "running": chart.JobRunning, "missing": chart.JobFailed, "later": chart.JobDue, "before_start": chart.JobDue,
}

func morningVM(d drift.MorningReview, by drift.Actor, now time.Time) page.MorningVM {
	today := drift.DateOf(now)
	v := page.MorningVM{
		Now: now, Day: d.Day.Time(), Since: d.Since, Today: d.Day == today, Overnight: d.Overnight,
		Raised: reviewAlerts(d.Raised, by), Waiting: reviewAlerts(d.Waiting, by), Blind: reviewAlerts(d.Blind, by),
		Metrics: page.ListedVM{Shown: len(d.Metrics.Items), Total: d.Metrics.Total}, Degraded: d.Degraded, MetricsDay: d.Day.Add(-1).Time(),
		Unjudged: page.ListedVM{Shown: len(d.Unjudged.Items), Total: d.Unjudged.Total}, Models: d.Serving,
	}
	for i, a := range v.Raised.Items {
		v.Raised.Items[i].Before = a.At.Before(d.Day.Time())
	}
	v.Choose = chooserVM("/reviews", "day", "date", "Day", d.Day.String(), today.String())
	v.Choose.Earlier, v.Choose.EarlierHref = "The day before", dayHref(d.Day.Add(-1))
	if d.Day < today {
		v.Choose.Later, v.Choose.LaterHref = "The day after", dayHref(d.Day.Add(1))
	}
	for _, m := range d.Metrics.Items {
		v.Rows = append(v.Rows, page.DayMetricsVM{
			Tenant: m.Version.Tenant, ModelType: m.Version.ModelType, Version: m.Version.Version, Href: modelHref(m.Version.Model),
			Accuracy: m.Accuracy.Ptr(), Delta: m.DeltaFromBaseline.Ptr(), Degraded: m.IsDegraded,
			Predictions: int64(m.TotalPredictions), Outcomes: int64(m.PredictionsWithOutcomes),
		})
	}
	for _, u := range d.Unjudged.Items {
		v.Unknown = append(v.Unknown, unknownVM(u, d.Day))
	}
	missing := 0
	for _, j := range reviewJobs(d, now) {
		vm := page.ReviewJobVM{Name: jobNames[j.Job], State: reviewStates[j.State], Word: jobWords[j.State], Detail: words(j.Detail)}
		if j.EndedAt != nil {
			vm.Detail = []component.Piece{component.At(*j.EndedAt, component.DayClock), {Text: ": " + j.Detail}}
		}
		if j.State == "failed" || j.State == "missing" && !now.Before(schedule.At(j.Job, d.Day).At.Add(grace)) {
			missing++
		}
		v.Jobs = append(v.Jobs, vm)
	}
	morningVerdict(&v, missing)
	return v
}

var jobWords = map[string]string{
	"done": "ran", "failed": "failed", "running": "is running", "missing": "has not run", "later": "not yet", "before_start": "not scheduled",
}

func dayHref(d drift.Date) string { return "/reviews?day=" + d.String() }

func unknownVM(u drift.Unknown, day drift.Date) page.UnknownVM {
	m := drift.Model{Tenant: u.Tenant, ModelType: u.ModelType}
	v := page.UnknownVM{Tenant: u.Tenant, ModelType: u.ModelType, Href: modelHref(m), Text: map[drift.DriftType]string{
		drift.Statistical: "scores", drift.Performance: "accuracy",
	}[u.DriftType] + ": no check of this day looked at version " + u.Version}
	if u.Checked {
		v.Text = map[drift.DriftType]string{
			drift.Statistical: "scores: too few in one of the windows", drift.Performance: "accuracy: too few outcomes in one of the windows",
		}[u.DriftType]
		q := url.Values{"tenant": {u.Tenant}, "version": {u.Version}, "date": {day.String()}}
		v.ReportHref = "/api/v1/models/" + url.PathEscape(u.ModelType) + "/drift?" + q.Encode()
	}
	return v
}

// reviewAlerts lists alerts as a review does: what the check recommends, and who is to acknowledge it.
func reviewAlerts(l drift.Listed[drift.Alert], by drift.Actor) page.ReviewAlertsVM {
	v := page.ReviewAlertsVM{ListedVM: page.ListedVM{Shown: len(l.Items), Total: l.Total}}
	for i := range l.Items {
		a := &l.Items[i]
		vm := page.ReviewAlertVM{
			Href: alertHref(a.ID), ID: a.ID, Severity: alertSeverityVM(a), Tenant: a.Tenant, ModelType: a.ModelType, Message: a.Message,
			Recommendation: a.Recommendation, Status: string(a.Status), Owner: owner(a), At: a.CreatedAt,
			Cleared: a.Cleared, Acknowledge: canAcknowledge(a) && mayMove(class(by.Role)),
		}
		v.Items = append(v.Items, vm)
	}
	return v
}

func morningVerdict(v *page.MorningVM, missing int) {
	raised, waiting := int64(v.Overnight), int64(v.Waiting.Total)
	v.Icon = "check"
	switch {
	case missing > 0:
		v.Severity, v.Icon = component.Blind, ""
		v.Verdict = fmt.Sprintf("%d of the four checks %s not done", missing, are(missing))
	case raised > 0:
		v.Severity, v.Icon = worstOf(v.Raised.Items), ""
		v.Verdict = format.Plural(raised, "drift alert", "drift alerts") + " overnight"
	case waiting > 0:
		v.Severity, v.Icon = worstOf(v.Waiting.Items), ""
		v.Verdict = "No drift alert overnight, but " + format.Plural(waiting, "alert waits", "alerts wait") + " to be acknowledged"
	case v.Blind.Total > 0 || v.Unjudged.Total > 0:
		v.Severity, v.Icon = component.Blind, ""
		v.Verdict = "No drift alert overnight, but not everything can be seen"
	case v.Models == 0:
		v.Verdict = "Nothing to review yet"
	case v.Degraded > 0:
		v.Severity, v.Icon = component.High, ""
		v.Verdict = "No drift alert overnight, but " + format.Plural(int64(v.Degraded), "row of metrics", "rows of metrics") + " degraded"
	default:
		v.Verdict = "A quiet night"
	}
	v.Line = []component.Piece{{Text: "The guide’s morning review, "}, component.At(v.Day, component.Date)}
	v.Line = append(v.Line, component.Piece{Text: fmt.Sprintf(", 9:00 UTC. Overnight is from 00:00 UTC on. %s of yesterday degraded.", countOf(v.Degraded, v.Metrics.Total))})
}

// countOf is "3 of 12 rows of metrics".
func countOf(n, of int) string {
	if of == 0 {
		return "No rows of metrics"
	}
	return format.Count(int64(n)) + " of " + format.Plural(int64(of), "row of metrics", "rows of metrics")
}

func worstOf(list []page.ReviewAlertVM) component.Severity {
	worst := component.None
	for _, a := range list {
		if a.Severity.Rank() < worst.Rank() {
			worst = a.Severity
		}
	}
	return worst
}

func chooserVM(path, field, kind, label, value, last string) page.ChooserVM {
	return page.ChooserVM{Path: path, Field: field, Kind: kind, Label: label, Value: value, Last: last}
}
