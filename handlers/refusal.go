package handlers

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/web"
)

// formRefusals are those that the page of a form shows above it or at the field.
var formRefusals = []drift.Code{drift.CodeInvalid, drift.CodeConflict, drift.CodeTooMany, drift.CodeTooLarge}

// formRefusal tells a refusal that a form's page shows from a failure; what a program sent is answered to it.
func formRefusal(r *http.Request, err error) (*drift.Error, bool) {
	var e *drift.Error
	ok := errors.As(err, &e) && slices.Contains(formRefusals, e.Code) && web.WantsPage(r)
	return e, ok
}

// refusalWords say why an alert did not move: of a lost race who was faster, and how long ago.
func refusalWords(l lang.Lang, e *drift.Error, now time.Time) string {
	winner, ok := e.Extra["winner"].(string)
	at, timed := e.Extra["won_at"].(time.Time)
	if e.Code != drift.CodeConflict || !ok || !timed {
		return l.Said(e.Message)
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
