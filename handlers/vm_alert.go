package handlers

import (
	"slices"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// alertStateVM is where an alert stands, the same in its page and in a live message.
func alertStateVM(d drift.AlertData, l lang.Lang, now time.Time) page.AlertStateVM {
	a := d.Alert
	s := page.AlertStateVM{
		ID: a.ID, Now: now, AlertType: string(a.AlertType), Reason: string(a.Reason), Tenant: a.Tenant,
		ModelType: a.ModelType, ModelVersion: a.ModelVersion, Message: l.Said(a.Message), Severity: alertSeverityVM(a),
		Current: component.ParseSeverity(a.CurrentSeverity.String()), Status: string(a.Status), CreatedAt: a.CreatedAt,
		Since: severeSince(d), LastSeen: a.LastSeen, Repeats: a.SuppressedCount, Assignee: a.Assignee, Team: a.Team,
		BothOpen: d.Sibling != nil && !d.Sibling.Cleared && !a.Cleared,
		Cleared:  a.Cleared, ClearedReason: strings.TrimSuffix(l.Said(a.ClearedReason), "."), EscalatesAt: timerAt(d.Timers, drift.TimerEscalate),
		RemindAt: timerAt(d.Timers, drift.TimerRemind), SuppressedUntil: timerAt(d.Timers, drift.TimerUnsuppress),
	}
	s.EndedBy, s.EndedAt = ended(d)
	if a.DriftType != nil {
		s.DriftType = string(*a.DriftType)
	}
	return s
}

// severeSince is when the alert reached the severity that it shows: its first move that found as much.
func severeSince(d drift.AlertData) time.Time {
	for _, e := range d.Timeline {
		if e.Severity >= d.Alert.Severity {
			return e.At
		}
	}
	return d.Alert.CreatedAt
}

// ended is who resolved an alert and when; "" where it resolved by itself.
func ended(d drift.AlertData) (string, time.Time) {
	if d.Alert.Open() {
		return "", time.Time{}
	}
	for _, e := range slices.Backward(d.Timeline) {
		switch e.Move {
		case drift.MoveResolve:
			return e.Actor, e.At
		case drift.MoveRecover:
			return "", e.At
		}
	}
	return "", time.Time{}
}

// alertTimelineVM is what happened to an alert, newest first.
func alertTimelineVM(d drift.AlertData, l lang.Lang, now time.Time) page.AlertTimelineVM {
	t := page.AlertTimelineVM{ID: d.Alert.ID, Now: now}
	for _, e := range slices.Backward(d.Timeline) {
		t.Items = append(t.Items, timelineVM(d.Alert, l, e))
	}
	return t
}

func timelineVM(a *drift.Alert, l lang.Lang, e drift.TimelineEntry) component.TimelineVM {
	v := component.TimelineVM{At: e.At, Note: e.Note}
	if e.Actor == drift.SystemActor().Name { // what a person wrote stays as it is
		v.Note = l.Said(e.Note)
	}
	severity := component.ParseSeverity(e.Severity.String())
	if a.AlertType == drift.AlertBlind {
		severity = component.Blind
	}
	found := func(text string) {
		v.ShowMark, v.Severity, v.Text = true, severity, component.Sentence(text, component.Bold(capitals(l, e.Severity)))
	}
	did := func(icon, text string) { v.Icon, v.Text = icon, words(text) }
	switch e.Move {
	case drift.MoveRaise:
		found(l.T("Raised: {0}"))
		if a.AlertType == drift.AlertBlind {
			v.Text = words(l.T("Raised: %s", l.T(blindWhat[a.Reason])))
		}
	case drift.MoveRefresh:
		found(l.T("A later check saw it again: {0}"))
		if a.AlertType == drift.AlertBlind {
			v.Text = words(l.T("A later check saw it again"))
		}
	case drift.MoveWorsen:
		found(l.T("A later check found it worse: {0}"))
		if e.From != e.To {
			found(l.T("A later check found it worse: {0}, so it is new again"))
		}
	case drift.MoveClear:
		did("check", l.T("Cleared: the check found nothing any more"))
	case drift.MoveRemind:
		did("bell", l.T("Returned to new, as its owner had asked"))
	case drift.MoveSilence:
		v.Icon, v.Text = "bell", silencedWords(l, e)
	case drift.MoveReturn:
		did("bell", l.T("Its suppression ended: new again"))
	case drift.MoveOverdue:
		did("up", l.T("Escalated by itself"))
		v.Text = append(v.Text, onCallWords(l, e)...)
	case drift.MoveRecover:
		did("check", l.T("Resolved by itself: it can be seen again"))
	default:
		v.Note = e.Note // a person's own words
		v.Initials, v.Text = component.Initials(e.Actor), component.Sentence(l.T(personDid[e.Move]), component.Bold(e.Actor))
		v.Text = append(v.Text, onCallWords(l, e)...)
	}
	return v
}

// capitals is a severity as its wire form in the reader's language; "" where it is not known.
func capitals(l lang.Lang, s drift.Severity) string {
	if s == drift.SeverityUnknown {
		return ""
	}
	return strings.ToUpper(l.T(component.ParseSeverity(s.String()).Word()))
}

// personDid is what a person did, as the timeline says it.
var personDid = map[drift.Move]string{
	drift.MoveAcknowledge: lang.Key("{0} acknowledged it"), drift.MoveComment: lang.Key("{0} commented"),
	drift.MoveAssign: lang.Key("{0} assigned it"), drift.MoveEscalate: lang.Key("{0} escalated it"),
	drift.MoveResolve: lang.Key("{0} resolved it"), drift.MoveSuppress: lang.Key("{0} suppressed it"),
	drift.MoveUndo: lang.Key("{0} took the acknowledgement back"),
}

// meChoice is whoever sends the form, as the one who is to have an alert: so the panel is the same
// for everybody who may move it. No name begins with a space.
const meChoice = " me"

// classRole is the least role of a class of reader.
var classRole = map[uint8]drift.Role{0: drift.RoleViewer, 1: drift.RoleOperator, 2: drift.RoleManager}

// alertActionsVM is what a class of reader may do now, the same in the page and in a live message.
func alertActionsVM(d drift.AlertData, l lang.Lang, class uint8) page.AlertActionsVM {
	a, by := d.Alert, drift.Actor{Role: classRole[class]}
	v := page.AlertActionsVM{
		ID: a.ID, Version: a.Version, Advice: l.Said(a.Recommendation), Me: meChoice,
		Off: map[string]string{},
	}
	if d.Successor != nil {
		v.Successor = successorWords(d, l)
	}
	if !a.Open() { // what it advised is over
		v.Advice, v.Successor, v.Ended = "", nil, l.T("This alert is resolved. It can be commented on; a new drift will open a new one.")
		if a.AlertType == drift.AlertBlind {
			v.Ended = l.T("This alert is resolved. It can be commented on; a new blind spot will open a new one.")
		}
	}
	for _, m := range drift.PersonMoves {
		if _, err := drift.Next(m, a.Status, by); err != nil {
			if drift.CodeOf(err) == drift.CodeForbidden {
				v.ReadOnly = l.T("Your role may look but not act. An operator can.")
			}
			v.Off[string(m)] = l.Said(err.Error())
		}
	}
	if a.Status == drift.AlertAcknowledged && a.Assignee != "" {
		v.Off[string(drift.MoveAcknowledge)] = l.T("%s has acknowledged it already.", a.Assignee)
	}
	for _, name := range d.People {
		v.People = append(v.People, page.OptionVM{Value: name, Label: name, Selected: name == a.Assignee})
	}
	for _, t := range d.Teams {
		v.Teams = append(v.Teams, page.OptionVM{Value: t, Label: t, Selected: t == a.Team})
	}
	v.OnCall = onCallVM(d)
	if s := d.Sibling; s != nil && v.Off[string(drift.MoveAcknowledge)] == "" {
		if _, err := drift.Next(drift.MoveAcknowledge, s.Status, by); err == nil {
			v.Also = []page.AlsoVM{{ID: s.ID, Version: s.Version}}
		}
	}
	return v
}

// successorWords stand in place of an advice about a version that no longer serves.
func successorWords(d drift.AlertData, l lang.Lang) []component.Piece {
	n := d.Successor
	return component.Join(
		component.Sentence(l.T("Version {0} serves since {1} in place of version {2}, which this alert is about."),
			component.Bold(n.Version), component.At(n.ActivatedAt, component.DayClock), component.Plain(d.Alert.ModelVersion)),
		words(l.T("The checks from 03:00 UTC on judge it. Resolve this alert if the new version settles it.")))
}

func siblingVM(s *drift.Alert, l lang.Lang) *page.SiblingVM {
	if s == nil {
		return nil
	}
	return &page.SiblingVM{
		ID: s.ID, DriftType: string(*s.DriftType), Severity: alertSeverityVM(s), Status: string(s.Status), Owner: holder(l, s),
		Message: l.Said(s.Message), CreatedAt: s.CreatedAt,
	}
}

func modelKey(a *drift.Alert) drift.Model {
	return drift.Model{TenantID: a.TenantID, Tenant: a.Tenant, ModelType: a.ModelType}
}

// conflictVM tells who won the race that this error is about; nil where it is about none.
func conflictVM(extra map[string]any) *page.ConflictVM {
	winner, ok := extra["winner"].(string)
	at, timed := extra["won_at"].(time.Time)
	if !ok || !timed {
		return nil
	}
	did, _ := extra["move"].(drift.Move)
	v := &page.ConflictVM{Winner: winner, Did: pastTense[did], WonAt: at}
	if v.Did == "" {
		v.Did = "changed"
	}
	return v
}

func alertTitle(a *drift.Alert, l lang.Lang) string {
	severity, _, _ := strings.Cut(l.T(alertSeverityVM(a).Word()), ":")
	return severity + ", " + modelOf(a)
}
