package handlers

import (
	"net/url"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/schedule"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
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
func reviewJobs(l lang.Lang, d drift.MorningReview, now time.Time) []reviewJob {
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
			r.State, r.Detail = "done", l.T("by a run outside the schedule")
			if j.run != nil {
				r.Detail = covered(l, name, j.run.Covered)
			}
		case jobFailed:
			r.State, r.Detail = "failed", tries(l, *j.run)
		case jobRunning:
			r.State = "running"
		case jobMissing:
			r.State, r.Detail = "missing", l.T("It is overdue.")
			if now.Before(j.slot.At.Add(grace)) {
				r.Detail = l.T("It is about to run.")
			}
		default:
			r.State, r.Detail = "later", l.T("It runs at %s UTC.", l.Clock(j.slot.At))
			if !now.Before(j.slot.At) {
				r.State, r.Detail = "before_start", l.T("The schedule began after that.")
			}
		}
		out = append(out, r)
	}
	return out
}

var reviewStates = map[string]chart.JobState{
	"done": chart.JobDone, "failed": chart.JobFailed, "running": chart.JobRunning, "missing": chart.JobFailed, "later": chart.JobDue, "before_start": chart.JobDue,
}

func morningVM(l lang.Lang, d drift.MorningReview, by drift.Actor, now time.Time) page.MorningVM {
	today := drift.DateOf(now)
	v := page.MorningVM{
		Now: now, Day: d.Day.Time(), Since: d.Since, Today: d.Day == today, Overnight: d.Overnight,
		Raised: reviewAlerts(l, d.Raised, by), Waiting: reviewAlerts(l, d.Waiting, by), Blind: reviewAlerts(l, d.Blind, by),
		Metrics: page.ListedVM{Shown: len(d.Metrics.Items), Total: d.Metrics.Total}, Degraded: d.Degraded, MetricsDay: d.Day.Add(-1).Time(),
		Unjudged: page.ListedVM{Shown: len(d.Unjudged.Items), Total: d.Unjudged.Total}, Models: d.Serving,
	}
	for i, a := range v.Raised.Items {
		v.Raised.Items[i].Before = a.At.Before(d.Day.Time())
		v.Raised.Items[i].After = !a.At.Before(d.Day.Time().Add(drift.ReviewHour * time.Hour))
	}
	v.Choose = chooserVM("/reviews", "day", "date", l.T("Day"), d.Day.String(), today.String())
	v.Choose.Earlier, v.Choose.EarlierHref = l.T("The day before"), dayHref(d.Day.Add(-1))
	if d.Day < today {
		v.Choose.Later, v.Choose.LaterHref = l.T("The day after"), dayHref(d.Day.Add(1))
	}
	for _, m := range d.Metrics.Items {
		v.Rows = append(v.Rows, page.DayMetricsVM{
			Tenant: m.Version.Tenant, ModelType: m.Version.ModelType, Version: m.Version.Version, Href: modelHref(m.Version.Model),
			Accuracy: m.Accuracy.Ptr(), Delta: m.DeltaFromBaseline.Ptr(), Degraded: m.IsDegraded,
			Predictions: int64(m.TotalPredictions), Outcomes: int64(m.PredictionsWithOutcomes),
		})
	}
	for _, u := range d.Unjudged.Items {
		v.Unknown = append(v.Unknown, unknownVM(l, u, d.Day))
	}
	missing := 0
	for _, j := range reviewJobs(l, d, now) {
		vm := page.ReviewJobVM{Name: l.T(jobNames[j.Job]), State: reviewStates[j.State], Word: l.T(jobWords[j.State]), Detail: words(j.Detail)}
		if j.EndedAt != nil {
			vm.Detail = component.Sentence("{0}: {1}", component.At(*j.EndedAt, component.DayClock), component.Plain(j.Detail))
		}
		if j.State == "failed" || j.State == "missing" && !now.Before(schedule.At(j.Job, d.Day).At.Add(grace)) {
			missing++
		}
		v.Jobs = append(v.Jobs, vm)
	}
	morningVerdict(l, &v, missing)
	return v
}

var jobWords = map[string]string{
	"done": lang.Key("ran"), "failed": lang.Key("failed"), "running": lang.Key("is running"), "missing": lang.Key("has not run"),
	"later": lang.Key("not yet"), "before_start": lang.Key("not scheduled"),
}

func dayHref(d drift.Date) string { return "/reviews?day=" + d.String() }

func unknownVM(l lang.Lang, u drift.Unknown, day drift.Date) page.UnknownVM {
	v := page.UnknownVM{
		Tenant: u.Tenant, ModelType: u.ModelType, Href: modelHref(drift.Model{Tenant: u.Tenant, ModelType: u.ModelType}), Text: unknownWords(l, u),
	}
	if u.Checked {
		q := url.Values{"tenant": {u.Tenant}, "version": {u.Version}, "date": {day.String()}}
		v.ReportHref = "/api/v1/models/" + url.PathEscape(u.ModelType) + "/drift?" + q.Encode()
	}
	return v
}

// unknownWords say why a check did not judge a model, without a full stop.
func unknownWords(l lang.Lang, u drift.Unknown) string {
	switch scores := u.DriftType == drift.Statistical; {
	case scores && u.Checked:
		return l.T("scores: too few in one of the windows")
	case u.Checked:
		return l.T("accuracy: too few outcomes in one of the windows")
	case scores:
		return l.T("scores: no check of this day looked at version %s", u.Version)
	}
	return l.T("accuracy: no check of this day looked at version %s", u.Version)
}

// reviewAlerts lists alerts as a review does: what the check recommends, and who is to acknowledge it.
func reviewAlerts(l lang.Lang, list drift.Listed[drift.Alert], by drift.Actor) page.ReviewAlertsVM {
	v := page.ReviewAlertsVM{ListedVM: page.ListedVM{Shown: len(list.Items), Total: list.Total}}
	for i := range list.Items {
		a := &list.Items[i]
		vm := page.ReviewAlertVM{
			Href: alertHref(a.ID), ID: a.ID, Severity: alertSeverityVM(a), Tenant: a.Tenant, ModelType: a.ModelType, Message: l.Said(a.Message),
			Recommendation: l.Said(a.Recommendation), Status: string(a.Status), Owner: holder(l, a), At: a.CreatedAt,
			Cleared: a.Cleared, Acknowledge: canAcknowledge(a) && mayMove(class(by.Role)),
		}
		v.Items = append(v.Items, vm)
	}
	return v
}

func morningVerdict(l lang.Lang, v *page.MorningVM, missing int) {
	raised, waiting := int64(v.Overnight), int64(v.Waiting.Total)
	v.Icon = "check"
	switch {
	case missing > 0:
		v.Severity, v.Icon = component.Blind, ""
		v.Verdict = l.N(int64(missing), "%d of the four checks is not done", "%d of the four checks are not done")
	case raised > 0:
		v.Severity, v.Icon = worstOf(v.Raised.Items), ""
		v.Verdict = l.N(raised, "%d drift alert overnight", "%d drift alerts overnight")
	case waiting > 0:
		v.Severity, v.Icon = worstOf(v.Waiting.Items), ""
		v.Verdict = l.N(waiting, "No drift alert overnight, but %d alert waits to be acknowledged", "No drift alert overnight, but %d alerts wait to be acknowledged")
	case v.Blind.Total > 0 || v.Unjudged.Total > 0:
		v.Severity, v.Icon = component.Blind, ""
		v.Verdict = l.T("No drift alert overnight, but not everything can be seen")
	case v.Models == 0:
		v.Verdict = l.T("Nothing to review yet")
	case v.Degraded > 0:
		v.Severity, v.Icon = component.High, ""
		v.Verdict = l.N(int64(v.Degraded), "No drift alert overnight, but %d row of metrics degraded", "No drift alert overnight, but %d rows of metrics degraded")
	default:
		v.Verdict = l.T("A quiet night")
	}
	v.Line = component.Join(
		component.Sentence(l.T("The guide’s morning review, {0}, 9:00 UTC. Overnight is from 00:00 UTC on."), component.At(v.Day, component.Date)),
		words(degradedOf(l, v.Degraded, v.Metrics.Total)))
}

// degradedOf says how many of the rows of the day before degraded.
func degradedOf(l lang.Lang, n, of int) string {
	if of == 0 {
		return l.T("No rows of metrics of yesterday degraded.")
	}
	return l.N(int64(of), "%[2]d of %[1]d row of metrics of yesterday degraded.", "%[2]d of %[1]d rows of metrics of yesterday degraded.", n)
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
