package handlers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/page"
)

// alertStateVM is where an alert stands, the same in its page and in a live message.
func alertStateVM(d drift.AlertData, now time.Time) page.AlertStateVM {
	a := d.Alert
	s := page.AlertStateVM{
		ID: a.ID, Now: now, AlertType: string(a.AlertType), Reason: string(a.Reason), Tenant: a.Tenant,
		ModelType: a.ModelType, ModelVersion: a.ModelVersion, Message: a.Message, Severity: alertSeverityVM(a),
		Current: component.ParseSeverity(a.CurrentSeverity.String()), Status: string(a.Status), CreatedAt: a.CreatedAt,
		Since: severeSince(d), LastSeen: a.LastSeen, Repeats: a.SuppressedCount, Assignee: a.Assignee, Team: a.Team,
		BothOpen: d.Sibling != nil && !d.Sibling.Cleared && !a.Cleared,
		Cleared:  a.Cleared, ClearedReason: strings.TrimSuffix(a.ClearedReason, "."), EscalatesAt: timerAt(d.Timers, drift.TimerEscalate),
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
func alertTimelineVM(d drift.AlertData, now time.Time) page.AlertTimelineVM {
	t := page.AlertTimelineVM{ID: d.Alert.ID, Now: now}
	for _, e := range slices.Backward(d.Timeline) {
		t.Items = append(t.Items, timelineVM(d.Alert, e))
	}
	return t
}

func timelineVM(a *drift.Alert, e drift.TimelineEntry) component.TimelineVM {
	v := component.TimelineVM{At: e.At, Note: e.Note}
	bold := func(s string) component.Piece { return component.Piece{Text: s, Strong: true} }
	plain := func(s string) component.Piece { return component.Piece{Text: s} }
	severity := component.ParseSeverity(e.Severity.String())
	if a.AlertType == drift.AlertBlind {
		severity = component.Blind
	}
	word := e.Severity.String()
	switch e.Move {
	case drift.MoveRaise:
		v.ShowMark, v.Severity, v.Text = true, severity, []component.Piece{plain("Raised: "), bold(word)}
		if a.AlertType == drift.AlertBlind {
			v.Text = words("Raised: " + blindWhat[a.Reason])
		}
	case drift.MoveRefresh:
		v.ShowMark, v.Severity, v.Text = true, severity, words("A later check saw it again")
		if a.AlertType != drift.AlertBlind {
			v.Text = []component.Piece{plain("A later check saw it again: "), bold(word)}
		}
	case drift.MoveWorsen:
		v.ShowMark, v.Severity, v.Text = true, severity, []component.Piece{plain("A later check found it worse: "), bold(word)}
		if e.From != e.To {
			v.Text = append(v.Text, plain(", so it is new again"))
		}
	case drift.MoveClear:
		v.Icon, v.Text = "check", words("Cleared: the check found nothing any more")
	case drift.MoveRemind:
		v.Icon, v.Text = "bell", words("Returned to new, as its owner had asked")
	case drift.MoveSilence:
		v.Icon, v.Text = "bell", silencedWords(e)
	case drift.MoveReturn:
		v.Icon, v.Text = "bell", words("Its suppression ended: new again")
	case drift.MoveOverdue:
		v.Icon, v.Text = "up", append(words("Escalated by itself"), onCallWords(e)...)
	case drift.MoveRecover:
		v.Icon, v.Text = "check", words("Resolved by itself: it can be seen again")
	default:
		v.Initials, v.Text = component.Initials(e.Actor), []component.Piece{bold(e.Actor), plain(" " + personDid[e.Move])}
		v.Text = append(v.Text, onCallWords(e)...)
	}
	return v
}

// personDid is what a person did, as the timeline says it.
var personDid = map[drift.Move]string{
	drift.MoveAcknowledge: "acknowledged it", drift.MoveComment: "commented", drift.MoveAssign: "assigned it",
	drift.MoveEscalate: "escalated it", drift.MoveResolve: "resolved it", drift.MoveSuppress: "suppressed it",
}

// meChoice is whoever sends the form, as the one who is to have an alert: so the panel is the same
// for everybody who may move it. No name begins with a space.
const meChoice = " me"

// classRole is the least role of a class of reader.
var classRole = map[uint8]drift.Role{0: drift.RoleViewer, 1: drift.RoleOperator, 2: drift.RoleManager}

// alertActionsVM is what a class of reader may do now, the same in the page and in a live message.
func alertActionsVM(d drift.AlertData, class uint8) page.AlertActionsVM {
	a, by := d.Alert, drift.Actor{Role: classRole[class]}
	v := page.AlertActionsVM{
		ID: a.ID, Version: a.Version, Advice: a.Recommendation, Me: meChoice,
		Off: map[string]string{},
	}
	if !a.Open() { // what it advised is over
		v.Advice, v.Ended = "", "This alert is resolved. It can be commented on; a new drift will open a new one."
		if a.AlertType == drift.AlertBlind {
			v.Ended = "This alert is resolved. It can be commented on; a new blind spot will open a new one."
		}
	}
	for _, m := range drift.PersonMoves {
		if _, err := drift.Next(m, a.Status, by); err != nil {
			if drift.CodeOf(err) == drift.CodeForbidden {
				v.ReadOnly = "Your role may look but not act. An operator can."
			}
			v.Off[string(m)] = err.Error()
		}
	}
	if a.Status == drift.AlertAcknowledged && a.Assignee != "" {
		v.Off[string(drift.MoveAcknowledge)] = a.Assignee + " has acknowledged it already."
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

func siblingVM(s *drift.Alert) *page.SiblingVM {
	if s == nil {
		return nil
	}
	return &page.SiblingVM{
		ID: s.ID, DriftType: string(*s.DriftType), Severity: alertSeverityVM(s), Status: string(s.Status), Owner: owner(s),
		Message: s.Message, CreatedAt: s.CreatedAt,
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

func alertTitle(a *drift.Alert) string {
	severity, _, _ := cutWord(alertSeverityVM(a))
	return fmt.Sprintf("%s, %s", severity, modelOf(a))
}
