package handlers

import (
	"fmt"
	"net/url"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/format"
	"github.com/driftwatch/driftwatch/views/page"
)

// degradedRule says when a model is consistently degraded.
var degradedRule = fmt.Sprintf("Consistently degraded: accuracy more than 10 points below its baseline on %d or more of the last %d days that could be judged, "+
	"looked for within %d days before the end. Where several versions predicted on a day, the one with the most predictions speaks for the model. "+
	"Ranges are 95 %% Wilson intervals of all outcomes.", drift.DegradedDays, drift.JudgedDays, drift.JudgedWithin)

// daysOf lists the days of a period.
func daysOf(p drift.Period) []time.Time {
	out := make([]time.Time, 0, p.Days())
	for d := p.From; d < p.To; d++ {
		out = append(out, d.Time())
	}
	return out
}

func trendsVM(l drift.Listed[drift.ModelTrend], p drift.Period, before string) page.TrendsVM {
	v := page.TrendsVM{ListedVM: page.ListedVM{Shown: len(l.Items), Total: l.Total}, Before: before}
	for _, t := range l.Items {
		v.Rows = append(v.Rows, trendVM(t, p))
	}
	return v
}

func trendVM(t drift.ModelTrend, p drift.Period) page.TrendVM {
	v := page.TrendVM{
		Tenant: t.Tenant, ModelType: t.ModelType, Href: modelHref(t.Model()), Days: make([]*float64, p.Days()),
		Accuracy: t.Accuracy().Ptr(), Outcomes: int64(t.Outcomes), Before: t.AccuracyBefore().Ptr(), Change: t.Change().Ptr(),
		Judged: t.Judged, Degraded: t.Degraded, Consistently: t.Consistently,
	}
	if w := (stats.Proportion{K: t.Correct, N: t.Outcomes}).Wilson(); t.Outcomes > 0 {
		v.Low, v.High = &w.Low, &w.High
	}
	for _, d := range t.Days {
		a := d.Accuracy.Ptr()
		v.Days[d.Date-p.From] = a
		if a == nil {
			continue
		}
		v.DaysKnown++
		if d.IsDegraded {
			v.DaysDegraded++
		}
		if v.Lowest == nil || *a < *v.Lowest {
			v.Lowest, v.LowestDay = a, d.Date.Time()
		}
	}
	return v
}

// soFar says that a period is not over.
func soFar(p drift.Period, now time.Time) string {
	if p.Holds(drift.DateOf(now)) {
		return " It is not over: these are the numbers so far."
	}
	return ""
}

func weeklyVM(d drift.WeeklyReview, by drift.Actor, now time.Time) page.WeeklyVM {
	today := drift.DateOf(now)
	v := page.WeeklyVM{
		Now: now, Days: daysOf(d.Period), Trends: trendsVM(d.Trends, d.Period, "Week before"), RuleWords: degradedRule,
		Listed: page.ListedVM{Shown: len(d.Retrains.Items), Total: d.Retrains.Total}, Tally: tallyVM(d.Tally, d.MayRetrain, "week"),
		Rollbacks: rollbacksVM(d.Rollbacks, "No model was rolled back this week, by hand or by a watch."),
		Proof:     proofVM(d.Rehearsal, d.LastRollback, by, now),
	}
	v.Choose = chooserVM("/reviews/weekly", "week", "week", "Week", d.Period.Week(), drift.WeekOf(today).Week())
	v.Choose.Earlier, v.Choose.EarlierHref = "The week before", "/reviews/weekly?week="+drift.WeekOf(d.Period.From-7).Week()
	if d.Period.To <= today {
		v.Choose.Later, v.Choose.LaterHref = "The week after", "/reviews/weekly?week="+drift.WeekOf(d.Period.To).Week()
	}
	for i := range d.Retrains.Items {
		v.Retrains = append(v.Retrains, retrainRowVM(&d.Retrains.Items[i], now))
	}
	v.Line = words(fmt.Sprintf("The guide’s weekly review of %s, %s.%s", d.Period.Week(),
		format.DaysAs(d.Period.From.Time(), d.Period.To.Time(), now), soFar(d.Period, now)))
	v.Verdict, v.Icon, v.Severity = degradedVerdict(d.Degraded, d.Trends.Total, "week")
	if d.Rehearsal != nil && !d.Rehearsal.Passed {
		v.Verdict, v.Icon, v.Severity = "The last rehearsal of a rollback failed", "", component.Critical
	}
	return v
}

// degradedVerdict is the first sentence of a weekly or monthly review.
func degradedVerdict(degraded, models int, period string) (verdict, icon string, sev component.Severity) {
	switch {
	case models == 0:
		return "No model has metrics of this " + period, "", component.Blind
	case degraded > 0:
		return fmt.Sprintf("%s of %s consistently degraded", format.Count(int64(degraded)), format.Plural(int64(models), "model", "models")), "", component.High
	}
	return "No model is consistently degraded", "check", component.None
}

// tallyVM is how the retrains of a period ended, with the share that was kept of those decided.
func tallyVM(t drift.RetrainTally, may bool, period string) page.EndsVM {
	var v page.EndsVM
	if !may {
		v.Off = "Automatic retraining is switched off; retrains that people ask for still count."
	}
	if s := t.Success(); s.Defined() {
		v.Success = fmt.Sprintf("Success: %s, %d kept of %d decided. Decided is what was put into service and judged there.",
			format.Percent(float64(s), 0), t.Kept, t.Decided())
	} else {
		v.Success = "No retrain was decided this " + period + ", so there is no rate of success. Decided is what was put into service and judged there."
	}
	for _, e := range []struct {
		what string
		n    int
	}{
		{"Kept", t.Kept},
		{"Rolled back", t.RolledBack},
		{"Refused", t.Refused},
		{"Failed", t.Failed},
		{"Expired", t.Expired},
		{"Cancelled", t.Cancelled},
	} {
		v.Ended = append(v.Ended, component.FactVM{Label: e.what, Value: format.Count(int64(e.n))})
	}
	return v
}

func rollbacksVM(l drift.Listed[drift.RolledBack], none string) page.RollbacksVM {
	v := page.RollbacksVM{ListedVM: page.ListedVM{Shown: len(l.Items), Total: l.Total}, None: none}
	for _, r := range l.Items {
		how := "by the watch"
		if r.ByHand {
			how = "by hand"
		}
		v.Rows = append(v.Rows, page.RolledBackVM{
			At: r.At, Tenant: r.Tenant, ModelType: r.ModelType, Href: modelHref(drift.Model{Tenant: r.Tenant, ModelType: r.ModelType}),
			From: r.From, To: r.To, By: r.By, Words: how, Reason: r.Reason,
		})
	}
	return v
}

func monthlyVM(d drift.MonthlyReview, now time.Time) page.MonthlyVM {
	today := drift.DateOf(now)
	quarter := fmt.Sprintf("quarter %d of %d", (int(d.Quarter.From.Time().Month())+2)/3, d.Quarter.From.Time().Year())
	v := page.MonthlyVM{
		Now: now, Days: daysOf(d.Period), Trends: trendsVM(d.Trends, d.Period, "Month before"), RuleWords: degradedRule,
		Listed: page.ListedVM{Shown: len(d.Alerts.Items), Total: d.Alerts.Total}, Tally: tallyVM(d.Tally, d.MayRetrain, "month"),
		Quarter: quarter, Rollbacks: rollbacksVM(d.Rollbacks, "No model was rolled back in "+quarter+"."), AlertLine: alertLine(d),
	}
	v.Choose = chooserVM("/reviews/monthly", "month", "month", "Month", d.Period.Month(), drift.MonthOf(today).Month())
	v.Choose.Earlier, v.Choose.EarlierHref = "The month before", "/reviews/monthly?month="+drift.MonthOf(d.Period.From-1).Month()
	if d.Period.To <= today {
		v.Choose.Later, v.Choose.LaterHref = "The month after", "/reviews/monthly?month="+drift.MonthOf(d.Period.To).Month()
	}
	for _, f := range d.Alerts.Items {
		v.Alerts = append(v.Alerts, frequencyVM(f, d.Period))
	}
	v.Targets = targetsVM(d, quarter)
	v.Line = words(fmt.Sprintf("The guide’s monthly review of %s.%s", d.Period.From.Time().Format("January 2006"), soFar(d.Period, now)))
	missed := 0
	for _, t := range v.Targets {
		if t.State == page.TargetMissed {
			missed++
		}
	}
	switch {
	case missed == 0 && d.Models == 0:
		v.Verdict, v.Icon = "Nothing to judge: there was no model yet", "info"
	case missed == 0 && (today < d.Period.To || today < d.Quarter.To):
		v.Verdict, v.Icon = "Both targets are met so far", "clock"
	case missed == 0:
		v.Verdict, v.Icon = "Both targets are met", "check"
	default:
		v.Verdict, v.Icon, v.Severity = fmt.Sprintf("%d of 2 targets %s not met", missed, are(missed)), "", component.High
	}
	return v
}

func frequencyVM(f drift.AlertFrequency, p drift.Period) page.FrequencyVM {
	q := url.Values{"tenant": {f.Tenant}, "model_type": {f.ModelType}, "since": {p.From.Time().Format(time.RFC3339)}}
	v := page.FrequencyVM{
		Tenant: f.Tenant, ModelType: f.ModelType, Href: modelHref(drift.Model{Tenant: f.Tenant, ModelType: f.ModelType}),
		AlertsHref: "/api/v1/alerts?" + q.Encode(), Counted: int64(f.Counted), Quiet: int64(f.Quiet), Backfilled: int64(f.Backfilled),
		Met: f.Met, Least: "HIGH and CRITICAL",
	}
	if f.Least == drift.SeverityCritical {
		v.Least = "CRITICAL only"
	}
	return v
}

// alertLine says what counts, and for how many models the target is met.
func alertLine(d drift.MonthlyReview) string {
	met := format.Count(int64(d.Models-d.Above)) + " of " + format.Plural(int64(d.Models), "model", "models") + " met the target. "
	if d.Models == 0 {
		met = "There was no model yet. "
	}
	if d.Alerts.Total == 0 {
		met += "No drift alert was raised this month. "
	}
	return met + "What interrupts counts, by ALERT_MIN_SEVERITY of its tenant and by the highest severity of the alert; MEDIUM never does."
}

// targetsVM are the guide's numbers, each met or not, in words.
func targetsVM(d drift.MonthlyReview, quarter string) []page.TargetVM {
	state := func(met bool) page.TargetState {
		switch {
		case !met:
			return page.TargetMissed
		case d.Models == 0: // nothing was there that could have missed it
			return page.TargetNone
		}
		return page.TargetMet
	}
	alerts := page.TargetVM{
		Label: "Models with 2 or more drift alerts", Value: format.Count(int64(d.Above)), State: state(d.Above == 0),
		Note: "Target: fewer than 2 a month for each of " + format.Plural(int64(d.Models), "model", "models") + ".",
	}
	success := page.TargetVM{Label: "Retrains kept", Value: format.Missing, Note: "No retrain was decided."}
	if s := d.Tally.Success(); s.Defined() {
		success.Value = format.Percent(float64(s), 0)
		success.Note = fmt.Sprintf("%d of %d decided.", d.Tally.Kept, d.Tally.Decided())
	}
	success.Note += fmt.Sprintf(" Besides, %d refused and %d failed.", d.Tally.Refused, d.Tally.Failed)
	return []page.TargetVM{
		{Label: "Consistently degraded", Value: format.Count(int64(d.Degraded)), Note: "of " + format.Plural(int64(d.Trends.Total), "model", "models") + " with metrics."},
		alerts, success,
		{
			Label: "Rollbacks in " + quarter, Value: format.Count(int64(d.Rollbacks.Total)), State: state(d.Rollbacks.Total < drift.RollbacksTarget),
			Note: "Target: fewer than 1 a quarter.",
		},
	}
}
