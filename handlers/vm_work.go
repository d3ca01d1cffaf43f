package handlers

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/oncall"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// alertWorkVM is what people keep of an alert and its model.
func (p *Pages) alertWorkVM(ctx context.Context, a *drift.Alert, by drift.Actor) (page.AlertWorkVM, error) {
	v := page.AlertWorkVM{
		ID: a.ID, ModelType: a.ModelType, Severity: a.Severity.String(), MayJudge: by.Role.AtLeast(drift.RoleOperator), Silence: a.SilenceID,
		MayAsk: by.Role.AtLeast(drift.RoleManager) && a.ModelType != "",
	}
	w, err := p.store.AlertWork(ctx, by, a, p.now())
	if err != nil {
		return v, err
	}
	if a.ModelType != "" {
		v.ModelHref = modelHref(modelKey(a))
	}
	if w.Runbook != nil {
		v.Runbook = w.Runbook.URL
	}
	today := drift.DateOf(p.now())
	for _, n := range w.Notes {
		v.Notes = append(v.Notes, noteVM(n, today, by))
	}
	if f := w.Feedback; f != nil {
		v.Feedback = &page.FeedbackVM{Verdict: string(f.Verdict), Note: f.Note, By: f.By, At: f.At}
	}
	if v.MayJudge && a.Open() {
		v.SilenceHref = page.NewSilenceHref(a.Tenant, a.ModelType, kindOf(a), a.Severity.String())
	}
	return v, nil
}

// kindOf is the kind of alerts like this one, as the form of a silence names it.
func kindOf(a *drift.Alert) string {
	switch {
	case a.AlertType == drift.AlertBlind:
		return "blind"
	case a.AlertType == drift.AlertRollback:
		return "rollback"
	case a.DriftType != nil:
		return string(*a.DriftType)
	}
	return "drift"
}

func noteVM(n drift.ModelNote, today drift.Date, by drift.Actor) page.NoteVM {
	return page.NoteVM{
		ID: n.ID, From: n.From.Time(), To: n.To.Time(), Text: n.Text, Author: n.Author,
		Now: n.From <= today && today <= n.To, Past: n.To < today,
		Remove: by.Role.AtLeast(drift.RoleManager) || (by.Role.AtLeast(drift.RoleOperator) && n.Author == by.Name),
	}
}

// modelWorkVM is what people keep of a model.
func (p *Pages) modelWorkVM(ctx context.Context, m drift.Model, by drift.Actor) (page.ModelWorkVM, error) {
	today := drift.DateOf(p.now())
	v := page.ModelWorkVM{
		Href: modelHref(m), MayNote: by.Role.AtLeast(drift.RoleOperator), MayRunbook: by.Role.AtLeast(drift.RoleManager), Today: today.String(),
	}
	w, err := p.store.ModelWork(ctx, by, m, today)
	if err != nil {
		return v, err
	}
	for _, n := range w.Notes {
		v.Notes = append(v.Notes, noteVM(n, today, by))
	}
	for s := drift.SeverityCritical; s >= drift.SeverityMedium; s-- {
		b := page.RunbookVM{Severity: component.ParseSeverity(s.String()), Name: s.String()}
		if i := slices.IndexFunc(w.Runbooks, func(r drift.Runbook) bool { return r.Severity == s }); i >= 0 {
			b.URL, b.SetBy = w.Runbooks[i].URL, w.Runbooks[i].SetBy
		}
		v.Runbooks = append(v.Runbooks, b)
	}
	if v.MayNote {
		v.SilenceURL = page.NewSilenceHref(m.Tenant, m.ModelType, "", "")
	}
	return v, nil
}

// onCallVM are the people on call who can have the alert, each once, with their teams.
func onCallVM(d drift.AlertData) []page.OptionVM {
	var list []page.OptionVM
	for _, plan := range d.Plans {
		t, ok := oncall.At(plan, d.PlansAt)
		if !ok || !slices.Contains(d.People, t.Person) || t.Person == d.Alert.Assignee {
			continue
		}
		if i := slices.IndexFunc(list, func(o page.OptionVM) bool { return o.Value == t.Person }); i >= 0 {
			list[i].Label += ", " + plan.Team
			continue
		}
		list = append(list, page.OptionVM{Value: t.Person, Label: plan.Team})
	}
	return list
}

// detailOf is what a timeline entry holds beside its words.
func detailOf(e drift.TimelineEntry) (d drift.MoveDetail) {
	if json.Unmarshal(e.Detail, &d) != nil { // an entry of before these were kept holds something else
		return drift.MoveDetail{}
	}
	return d
}

// onCallWords say to whom an escalation went and who was on call there; nothing of other moves.
func onCallWords(l lang.Lang, e drift.TimelineEntry) []component.Piece {
	d := detailOf(e)
	switch {
	case d.Team == "":
		return nil
	case d.OnCall == "":
		return append(words(". "), component.Sentence(l.T("To team {0}"), component.Bold(d.Team))...)
	}
	return append(words(". "), component.Sentence(l.T("To team {0}, where {1} was on call"), component.Bold(d.Team), component.Bold(d.OnCall))...)
}

// silencedWords say that a silence hid an alert; the entry's note says whose and why.
func silencedWords(l lang.Lang, e drift.TimelineEntry) []component.Piece {
	id := detailOf(e).Silence
	text := l.T("Hidden by silence %s", strconv.FormatInt(id, 10))
	return []component.Piece{{Text: text, Href: silenceHref(id)}}
}
