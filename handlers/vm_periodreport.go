package handlers

import (
	"net/url"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// periodReportVM is what the page of a report says.
func periodReportVM(l lang.Lang, d drift.PeriodReport, now time.Time) page.PeriodReportVM {
	today := drift.DateOf(now)
	v := page.PeriodReportVM{
		Now: now, From: d.Period.From.String(), To: (d.Period.To - 1).String(), Last: today.String(),
		Line: component.Join(words(l.N(int64(d.Period.Days()), "%d day, %s, by UTC.", "%d days, %s, by UTC.",
			l.DaysAs(d.Period.From.Time(), d.Period.To.Time(), now))), soFar(l, d.Period, now)),
		Tenant: choiceOf("tenant", l.T("Tenant"), l.T("all tenants"), d.Tenant, d.Tenants),
		Model:  choiceOf("model", l.T("Model type"), l.T("all models"), d.ModelType, d.Models),
		Listed: listed(d.Alerts), Judged: listed(d.Verdicts), Gained: listed(d.Gains), Targets: reportTargets(l, d),
		Tally:  tallyVM(l, d.Tally, true, l.T("No retrain was decided in this period, so there is no rate of success. Decided is what was put into service and judged there.")),
		Rolled: rollbacksVM(l, d.Rollbacks, l.T("No model was rolled back in this period, by hand or by a watch.")),
	}
	q := url.Values{"from": {v.From}, "to": {v.To}}
	if d.Tenant != "" {
		q.Set("tenant", d.Tenant)
	}
	if d.ModelType != "" {
		q.Set("model", d.ModelType)
	}
	v.Query = q.Encode()
	for _, x := range []struct {
		text string
		p    drift.Period
	}{
		{l.T("Last month"), drift.MonthOf(drift.MonthOf(today).From.Add(-1))},
		{l.T("Last quarter"), drift.QuarterOf(drift.QuarterOf(today).From.Add(-1))},
	} {
		q.Set("from", x.p.From.String())
		q.Set("to", (x.p.To - 1).String())
		v.Presets = append(v.Presets, page.LinkVM{Href: "/reports?" + q.Encode(), Text: x.text})
	}
	for _, a := range d.Alerts.Items {
		v.Alerts = append(v.Alerts, reportAlertsVM(l, a))
	}
	for _, a := range d.Acks {
		v.Acks = append(v.Acks, ackVM(l, a))
		if a.Kind == "ALL" && a.Backfilled > 0 {
			v.Backfill = l.N(int64(a.Backfilled), "%d alert that a backfill found is left out: it called nobody.", "%d alerts that backfills found are left out: they called nobody.")
		}
	}
	for _, f := range d.Verdicts.Items {
		v.Verdicts = append(v.Verdicts, falseVM(l, f))
	}
	if len(v.Verdicts) > 1 {
		all := falseVM(l, d.Judged)
		all.Model, all.Href, all.All = l.T("All"), "", true
		v.Verdicts = append(v.Verdicts, all)
	}
	for _, g := range d.Gains.Items {
		v.Gains = append(v.Gains, gainVM(l, g))
	}
	return v
}

func listed[T any](list drift.Listed[T]) page.ListedVM {
	return page.ListedVM{Shown: len(list.Items), Total: list.Total}
}

// choiceOf is a list of names to choose from, the first of them all.
func choiceOf(name, label, all, chosen string, names []string) component.SelectVM {
	s := component.SelectVM{ID: name, Name: name, Label: label, Quiet: true, Options: []component.OptionVM{{Label: all}}}
	for _, n := range names {
		s.Options = append(s.Options, component.OptionVM{Value: n, Label: n, Selected: n == chosen})
	}
	return s
}

// targetStates are the guide's targets as the pages mark them.
var targetStates = map[drift.TargetState]page.TargetState{drift.TargetMet: page.TargetMet, drift.TargetMissed: page.TargetMissed}

// reportTargets are the first numbers of a report, against the guide's targets where it has one.
func reportTargets(l lang.Lang, d drift.PeriodReport) []page.TargetVM {
	alerts := page.TargetVM{
		Label: l.T("Models with 2 or more drift alerts a month"), Value: l.Count(int64(d.Above)),
		Note: l.N(int64(d.Known), "Target: fewer than 2 a month for each of %d model.", "Target: fewer than 2 a month for each of %d models."),
	}
	switch {
	case d.Above > 0:
		alerts.State = page.TargetMissed
	case d.Known > 0 && d.Elapsed >= drift.WholeMonth:
		alerts.State = page.TargetMet
	}
	rolled := page.TargetVM{
		Label: l.T("Rollbacks"), Value: l.Count(int64(d.Rollbacks.Total)), State: targetStates[d.RollbackGoal], Note: l.T("Target: fewer than 1 a quarter."),
	}
	if d.RollbackGoal == drift.TargetOpen {
		rolled.Note += " " + l.T("A period of less than 90 days can miss it, not meet it.")
	}
	success := page.TargetVM{Label: l.T("Retrains kept"), Value: lang.Missing, Note: l.T("No retrain was decided.")}
	if s := d.Tally.Success(); s.Defined() {
		success.Value, success.Note = l.Percent(float64(s), 0), l.T("%d of %d decided.", d.Tally.Kept, d.Tally.Decided())
	}
	wrong := page.TargetVM{Label: l.T("False alerts"), Value: lang.Missing, Note: l.T("Nobody has judged an alert of this period.")}
	if s := d.Judged.Share(); s.Defined() {
		wrong.Value = l.Percent(float64(s), 0)
		wrong.Note = l.T("%d of %d judged, %d raised.", d.Judged.False, d.Judged.Judged, d.Judged.Raised)
	}
	ack := page.TargetVM{Label: l.T("Median time to acknowledge"), Value: lang.Missing, Note: l.T("Nobody acknowledged an alert of this period.")}
	if all := d.Acks[len(d.Acks)-1]; all.Median.Defined() {
		ack.Value, ack.Note = seconds(l, all.Median), l.N(int64(all.Taken), "of %d alert.", "of %d alerts.")
	}
	return []page.TargetVM{alerts, rolled, ack, wrong, success}
}

// seconds writes a length of time, a dash where it is undefined.
func seconds(l lang.Lang, n drift.Number) string {
	if !n.Defined() {
		return lang.Missing
	}
	return l.Took(time.Duration(float64(n) * float64(time.Second)))
}

func reportAlertsVM(l lang.Lang, a drift.ModelAlerts) page.ReportAlertsVM {
	n := func(v int) string { return l.Count(int64(v)) }
	v := page.ReportAlertsVM{
		Model: a.Tenant + " " + a.ModelType, Href: modelHref(drift.Model{Tenant: a.Tenant, ModelType: a.ModelType}), Parts: a.Parts,
		Critical: n(a.Critical), High: n(a.High), Medium: n(a.Medium), Blind: n(a.Blind), Rollback: n(a.Rollback), Counted: n(a.Counted),
		PerMonth: l.Fixed(float64(a.PerMonth), 1), State: targetStates[a.Target],
	}
	if a.ModelType == "" { // blindness that is of no model
		v.Model, v.Href = a.Tenant, ""
	}
	if a.Target == drift.TargetOpen {
		v.Note = l.T("period too short")
	}
	return v
}

// ackKinds are the lines of times to acknowledge in words.
var ackKinds = map[string]string{
	"CRITICAL": lang.Key("Critical"), "HIGH": lang.Key("High"), "MEDIUM": lang.Key("Medium"), "BLIND": lang.Key("Blind spots"),
	"ROLLBACK": lang.Key("Rollbacks"), "ALL": lang.Key("All"),
}

func ackVM(l lang.Lang, a drift.AckTimes) page.TakenVM {
	n := func(v int) string { return l.Count(int64(v)) }
	v := page.TakenVM{
		Kind: l.T(ackKinds[a.Kind]), All: a.Kind == "ALL", Raised: n(a.Raised), Taken: n(a.Taken), Ended: n(a.Ended), Waiting: n(a.Waiting),
		Median: seconds(l, a.Median), P95: seconds(l, a.P95), Share: lang.Missing,
	}
	if s := a.Share(); s.Defined() {
		v.Share, v.Due = l.Percent(float64(s), 0), l.T("%d of %d due", a.Within, a.Due)
	}
	return v
}

func falseVM(l lang.Lang, f drift.FalseShare) page.FalseVM {
	n := func(v int) string { return l.Count(int64(v)) }
	v := page.FalseVM{
		Model: f.Tenant + " " + f.ModelType, Href: modelHref(drift.Model{Tenant: f.Tenant, ModelType: f.ModelType}),
		Raised: n(f.Raised), Judged: n(f.Judged), Real: n(f.Real), Expected: n(f.Expected), False: n(f.False), Share: lang.Missing,
	}
	if s := f.Share(); s.Defined() {
		v.Share, v.Range = l.Percent(float64(s), 0), l.PercentRange(float64(f.Low), float64(f.High), 0)
	}
	return v
}

func gainVM(l lang.Lang, g drift.RetrainGain) page.GainVM {
	v := page.GainVM{
		Model: g.Tenant + " " + g.ModelType, Href: retrainHref(g.ID), State: page.StateWord(l, string(g.State)), From: g.From, To: g.To, At: g.ActivatedAt,
		Before: l.Percent(lang.Value(g.AccuracyBefore().Ptr()), 1), BeforeN: l.T("n %d", g.BeforeN),
		After: l.Percent(lang.Value(g.AccuracyAfter().Ptr()), 1), AfterN: l.T("n %d", g.AfterN), Gain: lang.Missing,
	}
	if x := g.Gain(); x.Defined() {
		sign := ""
		if x > 0 {
			sign = "+"
		}
		v.Gain = sign + l.Points(float64(x), 1)
		v.Range = l.T("%s to %s", l.Points(float64(g.Low), 1), l.Points(float64(g.High), 1))
		v.Worse = g.High < 0
	}
	return v
}
