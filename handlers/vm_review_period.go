package handlers

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// degradedRule says when a model is consistently degraded.
func degradedRule(l lang.Lang) string {
	return l.T("Consistently degraded: accuracy more than 10 points below its baseline on %d or more of the last %d days that could be judged, "+
		"looked for within %d days before the end. Where several versions predicted on a day, the one with the most predictions speaks for the model. "+
		"Ranges are 95 %% Wilson intervals of all outcomes.", drift.DegradedDays, drift.JudgedDays, drift.JudgedWithin)
}

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
func soFar(l lang.Lang, p drift.Period, now time.Time) []component.Piece {
	if p.Holds(drift.DateOf(now)) {
		return words(l.T("It is not over: these are the numbers so far."))
	}
	return nil
}

func weeklyVM(l lang.Lang, d drift.WeeklyReview, by drift.Actor, now time.Time) page.WeeklyVM {
	today := drift.DateOf(now)
	v := page.WeeklyVM{
		Now: now, Days: daysOf(d.Period), Trends: trendsVM(d.Trends, d.Period, l.T("Week before")), RuleWords: degradedRule(l),
		Listed: page.ListedVM{Shown: len(d.Retrains.Items), Total: d.Retrains.Total}, Tally: tallyVM(l, d.Tally, d.MayRetrain, l.T("No retrain was decided this week, so there is no rate of success. Decided is what was put into service and judged there.")),
		Rollbacks: rollbacksVM(l, d.Rollbacks, l.T("No model was rolled back this week, by hand or by a watch.")),
		Proof:     proofVM(l, d.Rehearsal, d.LastRollback, by, now),
	}
	v.Choose = chooserVM("/reviews/weekly", "week", "week", l.T("Week"), d.Period.Week(), drift.WeekOf(today).Week())
	v.Choose.Earlier, v.Choose.EarlierHref = l.T("The week before"), "/reviews/weekly?week="+drift.WeekOf(d.Period.From-7).Week()
	if d.Period.To <= today {
		v.Choose.Later, v.Choose.LaterHref = l.T("The week after"), "/reviews/weekly?week="+drift.WeekOf(d.Period.To).Week()
	}
	for i := range d.Retrains.Items {
		v.Retrains = append(v.Retrains, retrainRowVM(l, &d.Retrains.Items[i], now))
	}
	v.Line = component.Join(words(l.T("The guide’s weekly review of %s, %s.", d.Period.Week(),
		l.DaysAs(d.Period.From.Time(), d.Period.To.Time(), now))), soFar(l, d.Period, now))
	v.Verdict, v.Icon, v.Severity = degradedVerdict(l, d.Degraded, d.Trends.Total)
	if d.Rehearsal != nil && !d.Rehearsal.Passed {
		v.Verdict, v.Icon, v.Severity = l.T("The last rehearsal of a rollback failed"), "", component.Critical
	}
	return v
}

// degradedVerdict is the first sentence of a weekly review.
func degradedVerdict(l lang.Lang, degraded, models int) (verdict, icon string, sev component.Severity) {
	switch {
	case models == 0:
		return l.T("No model has metrics of this week"), "", component.Blind
	case degraded > 0:
		return l.N(int64(models), "%[2]d of %[1]d model consistently degraded", "%[2]d of %[1]d models consistently degraded", degraded), "", component.High
	}
	return l.T("No model is consistently degraded"), "check", component.None
}

// tallyVM is how the retrains of a period ended, with the share that was kept of those decided; none is the
// sentence where none was.
func tallyVM(l lang.Lang, t drift.RetrainTally, may bool, none string) page.EndsVM {
	var v page.EndsVM
	if !may {
		v.Off = l.T("Automatic retraining is switched off; retrains that people ask for still count.")
	}
	if s := t.Success(); s.Defined() {
		v.Success = l.T("Success: %s, %d kept of %d decided. Decided is what was put into service and judged there.",
			l.Percent(float64(s), 0), t.Kept, t.Decided())
	} else {
		v.Success = none
	}
	for _, e := range []struct {
		what string
		n    int
	}{
		{l.T("Kept"), t.Kept},
		{l.T("Rolled back"), t.RolledBack},
		{l.T("Refused"), t.Refused},
		{l.T("Failed"), t.Failed},
		{l.T("Expired"), t.Expired},
		{l.T("Cancelled"), t.Cancelled},
	} {
		v.Ended = append(v.Ended, component.FactVM{Label: e.what, Value: l.Count(int64(e.n))})
	}
	return v
}

func rollbacksVM(l lang.Lang, list drift.Listed[drift.RolledBack], none string) page.RollbacksVM {
	v := page.RollbacksVM{ListedVM: page.ListedVM{Shown: len(list.Items), Total: list.Total}, None: none}
	for _, r := range list.Items {
		how := l.T("by the watch")
		if r.ByHand {
			how = l.T("by hand")
		}
		v.Rows = append(v.Rows, page.RolledBackVM{
			At: r.At, Tenant: r.Tenant, ModelType: r.ModelType, Href: modelHref(drift.Model{Tenant: r.Tenant, ModelType: r.ModelType}),
			From: r.From, To: r.To, By: r.By, Words: how, Reason: l.Said(r.Reason),
		})
	}
	return v
}

func monthlyVM(l lang.Lang, d drift.MonthlyReview, now time.Time) page.MonthlyVM {
	today := drift.DateOf(now)
	quarter, year := quarterOf(d)
	v := page.MonthlyVM{
		Now: now, Days: daysOf(d.Period), Trends: trendsVM(d.Trends, d.Period, l.T("Month before")), RuleWords: degradedRule(l),
		Listed: page.ListedVM{Shown: len(d.Alerts.Items), Total: d.Alerts.Total}, Tally: tallyVM(l, d.Tally, d.MayRetrain, l.T("No retrain was decided this month, so there is no rate of success. Decided is what was put into service and judged there.")),
		Quarter: l.T("4. Rollbacks of quarter %s of %s", quarter, year), AlertLine: alertLine(l, d),
		Rollbacks: rollbacksVM(l, d.Rollbacks, l.T("No model was rolled back in quarter %s of %s.", quarter, year)),
	}
	v.Choose = chooserVM("/reviews/monthly", "month", "month", l.T("Month"), d.Period.Month(), drift.MonthOf(today).Month())
	v.Choose.Earlier, v.Choose.EarlierHref = l.T("The month before"), "/reviews/monthly?month="+drift.MonthOf(d.Period.From-1).Month()
	if d.Period.To <= today {
		v.Choose.Later, v.Choose.LaterHref = l.T("The month after"), "/reviews/monthly?month="+drift.MonthOf(d.Period.To).Month()
	}
	for _, f := range d.Alerts.Items {
		v.Alerts = append(v.Alerts, frequencyVM(l, f, d.Period))
	}
	v.Targets = targetsVM(l, d)
	v.Line = component.Join(words(l.T("The guide’s monthly review of %s.", monthName(l, d.Period.From.Time()))), soFar(l, d.Period, now))
	missed := 0
	for _, t := range v.Targets {
		if t.State == page.TargetMissed {
			missed++
		}
	}
	switch {
	case missed == 0 && d.Models == 0:
		v.Verdict, v.Icon = l.T("Nothing to judge: there was no model yet"), "info"
	case missed == 0 && (today < d.Period.To || today < d.Quarter.To):
		v.Verdict, v.Icon = l.T("Both targets are met so far"), "clock"
	case missed == 0:
		v.Verdict, v.Icon = l.T("Both targets are met"), "check"
	default:
		v.Verdict, v.Icon, v.Severity = l.N(int64(missed), "%d of 2 targets is not met", "%d of 2 targets are not met"), "", component.High
	}
	return v
}

func frequencyVM(l lang.Lang, f drift.AlertFrequency, p drift.Period) page.FrequencyVM {
	q := url.Values{"tenant": {f.Tenant}, "model_type": {f.ModelType}, "since": {p.From.Time().Format(time.RFC3339)}}
	v := page.FrequencyVM{
		Tenant: f.Tenant, ModelType: f.ModelType, Href: modelHref(drift.Model{Tenant: f.Tenant, ModelType: f.ModelType}),
		AlertsHref: "/api/v1/alerts?" + q.Encode(), Counted: int64(f.Counted), Quiet: int64(f.Quiet), Backfilled: int64(f.Backfilled),
		Met: f.Met, Least: l.T("HIGH and CRITICAL"),
	}
	if f.Least == drift.SeverityCritical {
		v.Least = l.T("CRITICAL only")
	}
	return v
}

// alertLine says what counts, and for how many models the target is met.
func alertLine(l lang.Lang, d drift.MonthlyReview) string {
	said := []string{l.N(int64(d.Models), "%[2]d of %[1]d model met the target.", "%[2]d of %[1]d models met the target.", d.Models-d.Above)}
	if d.Models == 0 {
		said[0] = l.T("There was no model yet.")
	}
	if d.Alerts.Total == 0 {
		said = append(said, l.T("No drift alert was raised this month."))
	}
	said = append(said, l.T("What interrupts counts, by ALERT_MIN_SEVERITY of its tenant and by the highest severity of the alert; MEDIUM never does."))
	return strings.Join(said, " ")
}

// quarterOf is the number of the quarter that a monthly review counts rollbacks of, and its year.
func quarterOf(d drift.MonthlyReview) (quarter, year string) {
	from := d.Quarter.From.Time()
	return strconv.Itoa((int(from.Month()) + 2) / 3), strconv.Itoa(from.Year())
}

// targetsVM are the guide's numbers, each met or not, in words.
func targetsVM(l lang.Lang, d drift.MonthlyReview) []page.TargetVM {
	quarter, year := quarterOf(d)
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
		Label: l.T("Models with 2 or more drift alerts"), Value: l.Count(int64(d.Above)), State: state(d.Above == 0),
		Note: l.N(int64(d.Models), "Target: fewer than 2 a month for each of %d model.", "Target: fewer than 2 a month for each of %d models."),
	}
	besides := l.T("Besides, %d refused and %d failed.", d.Tally.Refused, d.Tally.Failed)
	success := page.TargetVM{Label: l.T("Retrains kept"), Value: lang.Missing, Note: joined(l.T("No retrain was decided."), besides)}
	if s := d.Tally.Success(); s.Defined() {
		success.Value = l.Percent(float64(s), 0)
		success.Note = joined(l.T("%d of %d decided.", d.Tally.Kept, d.Tally.Decided()), besides)
	}
	return []page.TargetVM{
		{
			Label: l.T("Consistently degraded"), Value: l.Count(int64(d.Degraded)),
			Note: l.N(int64(d.Trends.Total), "of %d model with metrics.", "of %d models with metrics."),
		},
		alerts, success,
		{
			Label: l.T("Rollbacks in quarter %s of %s", quarter, year), Value: l.Count(int64(d.Rollbacks.Total)), State: state(d.Rollbacks.Total < drift.RollbacksTarget),
			Note: l.T("Target: fewer than 1 a quarter."),
		},
	}
}

// months are the months' names, January first.
var months = [...]string{
	lang.Key("January"), lang.Key("February"), lang.Key("March"), lang.Key("April"), lang.Key("May"), lang.Key("June"),
	lang.Key("July"), lang.Key("August"), lang.Key("September"), lang.Key("October"), lang.Key("November"), lang.Key("December"),
}

// monthName is a month with its year: "July 1998".
func monthName(l lang.Lang, t time.Time) string { return l.T(months[t.Month()-1]) + t.Format(" 2006") }
