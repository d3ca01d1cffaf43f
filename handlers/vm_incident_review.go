package handlers

import (
	"strconv"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// incidentReviewVM is what the page of a review says.
func incidentReviewVM(l lang.Lang, d drift.IncidentReview, x reviewed, by drift.Actor) page.IncidentReviewVM {
	v := page.IncidentReviewVM{
		Now: x.q.Now, Title: reviewTitle(l, d), Severity: reviewMark(d), AlertHref: incidentHref(d.Key, ""),
		Path: x.path, Query: x.tail, Markdown: x.path + ".md" + x.tail, Facts: reviewFacts(l, d.Times, x.q.Now), Defined: reviewDefined(l),
		May: by.Role.AtLeast(drift.RoleOperator), Off: l.T("Your role may look but not write here. An operator can."),
		Left: int64(d.Steps.Total - len(d.Steps.Items)), ToldLeft: int64(d.Told.Total - len(d.Told.Items)),
		Line: component.Sentence(l.N(int64(d.Alerts.Total), "%d alert of one cause, raised {0}.", "%d alerts of one cause, the first raised {0}."),
			component.At(d.Times.Raised, component.DayClock)),
	}
	if x.q.Alert != 0 {
		v.AlertHref = alertHref(x.q.Alert)
	}
	for _, s := range d.Steps.Items {
		v.Events = append(v.Events, stepEvent(l, s))
	}
	for _, t := range d.Told.Items {
		v.Told = append(v.Told, toldVM(l, t, d.Tenant))
	}
	v.Causes = causesVM(l, d.Causes)
	for _, f := range d.FollowUps {
		v.FollowUps = append(v.FollowUps, followUpVM(l, f, d.People))
	}
	v.Add = page.FollowUpFormVM{
		Task:  component.FieldVM{ID: "task", Name: "task", Label: l.T("What is to be done"), Must: true, Max: drift.MaxFollowUp},
		Owner: ownerChoice(l, "owner", "", d.People),
	}
	return v
}

func reviewTitle(l lang.Lang, d drift.IncidentReview) string {
	model := ""
	if len(d.Alerts.Items) > 0 {
		model = d.Alerts.Items[0].ModelType
	}
	return l.T("Review of the incident at %s", shown(d.Tenant, model, true))
}

// reviewMark is the worst that it came to.
func reviewMark(d drift.IncidentReview) component.Severity {
	worst := component.None
	for i := range d.Alerts.Items {
		if m := markOf(d.Alerts.Items[i].AlertType, d.Alerts.Items[i].Severity); i == 0 || m.Rank() < worst.Rank() {
			worst = m
		}
	}
	return worst
}

// span is one time that a review measures.
type span struct {
	what, not string    // its name, and why it has no value
	from, to  time.Time // zero where it has not begun, or not ended
}

func spans(l lang.Lang, t drift.IncidentTimes) []span {
	return []span{
		{l.T("To acknowledge"), l.T("nobody has taken it"), t.Raised, t.Taken},
		{l.T("To approve"), l.T("no retrain was approved"), t.Asked, t.Approved},
		{l.T("To recover"), l.T("it is not over"), t.Raised, t.Recovered},
	}
}

func (s span) known() bool { return !s.from.IsZero() && !s.to.IsZero() }

func (s span) took() time.Duration { return s.to.Sub(s.from) }

func reviewFacts(l lang.Lang, t drift.IncidentTimes, now time.Time) []component.FactVM {
	var out []component.FactVM
	for _, s := range spans(l, t) {
		f := component.FactVM{Label: s.what, Value: lang.Missing, Note: s.not}
		if s.known() {
			f.Value, f.Note = l.Age(s.took()), component.DayClock.Text(l, s.to, now)
		}
		out = append(out, f)
	}
	return out
}

// reviewDefined says what the times are.
func reviewDefined(l lang.Lang) string {
	return l.T("To acknowledge: from the first alert to the first time a person acknowledged, assigned, escalated, suppressed or resolved one of them, unless it was taken back. To approve: from when the first approved retrain began to wait for a manager to its approval. To recover: from the first alert to when the last of them was found clean by a check, was resolved or ended by itself, whichever came first for each.")
}

// stepEvent is a line of the timeline.
func stepEvent(l lang.Lang, s drift.IncidentStep) (v component.TimelineVM) {
	if s.Retrain != 0 {
		about := retrainLink(l, "", s.Retrain)
		if s.Move == "approve" {
			v = event(l, lang.Key("{0} approved {1}"), "check", s.Actor, about)
			v.Note = l.Said(s.Note)
		} else {
			v = retrainEvent(l, drift.RetrainState(s.To), s.Actor, s.Note, about)
		}
	} else {
		v = alertEvent(l, drift.Move(s.Move), s.Type, s.Severity, s.Actor, s.Note, alertLink(l, alertKind(l, s.Type, s.Drift), s.Alert))
	}
	v.At = s.At
	return v
}

// alertKind tells the alerts of one incident apart.
func alertKind(l lang.Lang, t drift.AlertType, d drift.DriftType) string {
	switch {
	case t == drift.AlertBlind:
		return l.T("blindness")
	case t == drift.AlertRollback:
		return l.T("a rollback")
	case d == drift.Performance:
		return l.T("accuracy")
	}
	return l.T("scores")
}

func toldVM(l lang.Lang, t drift.Told, tenant string) page.ToldVM {
	v := page.ToldVM{At: t.At, Done: t.Done, To: t.Team, What: l.T("of alert %s", strconv.FormatInt(t.Alert, 10)), Href: alertHref(t.Alert)}
	if v.To == "" {
		v.To = l.T("Webhook of %s", tenant)
	}
	tries := l.N(int64(t.Attempts), "%d try", "%d tries")
	switch t.State {
	case "delivered":
		v.State = l.T("delivered after %s, %s", l.Took(t.Done.Sub(t.At)), tries)
	case "dead":
		v.State, v.Bad = l.T("given up, %s", tries), true
	default:
		v.State, v.Bad = l.T("not delivered yet, %s", tries), true
	}
	return v
}

func causesVM(l lang.Lang, list []drift.Cause) page.CausesVM {
	v := page.CausesVM{Field: component.FieldVM{
		ID: "causes-text", Name: "causes", Label: l.T("What the causes were"), Lines: 10, Max: drift.MaxCause,
		Hint: l.T("Markdown is kept as it is written. Every version is kept."),
	}}
	for i, c := range list {
		line := component.Sentence(l.T("Version %d, by {0}, {1}", c.Version), component.Bold(c.By), component.At(c.At, component.DayClock))
		if i == 0 {
			v.Version, v.Body, v.Line, v.Field.Value = c.Version, c.Body, line, c.Body
			continue
		}
		v.Older = append(v.Older, page.OlderVM{Line: line, Body: c.Body})
	}
	return v
}

func followUpVM(l lang.Lang, f drift.FollowUp, people []string) page.FollowUpVM {
	id := strconv.FormatInt(f.ID, 10)
	v := page.FollowUpVM{
		ID: f.ID, Version: int64(f.Version), Task: f.Task, Owner: f.Owner, Owners: ownerChoice(l, "owner-"+id, f.Owner, people),
		Added: component.Sentence(l.T("added by {0}, {1}"), component.Plain(f.By), component.At(f.At, component.Date)),
	}
	v.Owners.Label, v.Owners.Quiet = l.T("Who does it: %s", f.Task), true
	if !f.DoneAt.IsZero() {
		v.Done = component.Sentence(l.T("done by {0}, {1}"), component.Plain(f.DoneBy), component.At(f.DoneAt, component.Date))
	}
	return v
}

// ownerChoice lists who can do a follow-up; one who no longer can stays named.
func ownerChoice(l lang.Lang, id, chosen string, people []string) component.SelectVM {
	s := component.SelectVM{ID: id, Name: "owner", Label: l.T("Who does it"), Options: []component.OptionVM{{Label: l.T("nobody yet")}}}
	for _, name := range people {
		s.Options = append(s.Options, component.OptionVM{Value: name, Label: name, Selected: name == chosen})
	}
	return s
}
