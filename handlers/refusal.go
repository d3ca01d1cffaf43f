package handlers

import (
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/lang"
)

// refusalWords say why an alert did not move: of a lost race who was faster, and how long ago.
func refusalWords(l lang.Lang, e *drift.Error, now time.Time) string {
	winner, ok := e.Extra["winner"].(string)
	at, timed := e.Extra["won_at"].(time.Time)
	if e.Code != drift.CodeConflict || !ok || !timed {
		return l.T(e.Message)
	}
	move, _ := e.Extra["move"].(drift.Move)
	age := l.Age(now.Sub(at))
	switch move {
	case drift.MoveAcknowledge:
		return l.T("%s took it %s ago.", winner, age)
	case drift.MoveAssign:
		return l.T("%s assigned it %s ago.", winner, age)
	case drift.MoveComment:
		return l.T("%s commented on it %s ago.", winner, age)
	case drift.MoveEscalate:
		return l.T("%s escalated it %s ago.", winner, age)
	case drift.MoveResolve:
		return l.T("%s resolved it %s ago.", winner, age)
	case drift.MoveSuppress:
		return l.T("%s suppressed it %s ago.", winner, age)
	case drift.MoveUndo:
		return l.T("%s took the acknowledgement back %s ago.", winner, age)
	case drift.MoveWorsen:
		return l.T("A check found it worse %s ago.", age)
	case drift.MoveClear, drift.MoveRecover:
		return l.T("A check found it clean %s ago.", age)
	case drift.MoveOverdue:
		return l.T("It was escalated by itself %s ago.", age)
	}
	return l.T("It changed %s ago.", age)
}

// What moves are refused with, for the catalogue to know it.
var _ = []string{
	lang.Key("This alert is resolved. A new drift will open a new one."),
	lang.Key("This alert is acknowledged already."),
	lang.Key("This alert is suppressed already. Acknowledge or resolve it instead."),
	lang.Key("Only an acknowledgement can be taken back, and only while nothing has followed it."),
	lang.Key("It is too late to take this back. Assign the alert to somebody else, or escalate it."),
	lang.Key("Say until when: a suppression always ends."),
	lang.Key("The time must lie ahead, by a year at most."),
}
