package drift

import (
	"fmt"
	"time"
)

// Move is something that happens to an alert.
type Move string

// What people do with an alert, and what the system does.
const (
	MoveRaise       Move = "raise"
	MoveRefresh     Move = "refresh" // a later check saw it again, no worse
	MoveWorsen      Move = "worsen"  // a later check found a higher severity
	MoveClear       Move = "clear"   // a later check was clean, or the version stopped serving
	MoveRemind      Move = "remind"  // the time its acknowledger set came
	MoveReturn      Move = "return"  // its suppression ended
	MoveOverdue     Move = "overdue" // critical and not acknowledged in time
	MoveSilence     Move = "silence" // it matches a silence that is in force
	MoveRecover     Move = "recover" // a blind spot ended: the system resolves its own alert
	MoveAcknowledge Move = "acknowledge"
	MoveComment     Move = "comment"
	MoveAssign      Move = "assign"
	MoveEscalate    Move = "escalate"
	MoveResolve     Move = "resolve"
	MoveSuppress    Move = "suppress"
	MoveUndo        Move = "undo" // its maker takes an acknowledgement back; see CanUndo
)

// rule is one line of the table of moves.
type rule struct {
	system bool // made by the system; otherwise by a person of role operator or above
	// to maps each status from which the move is legal to the one it leads to.
	to map[AlertStatus]AlertStatus
}

// moves is the whole life of an alert. What is not here is not allowed.
//
// A rise in severity and a due reminder are the only things by which the system returns an
// ACKNOWLEDGED or ASSIGNED alert to NEW; a rise also ends SUPPRESSED; ESCALATED stays with its team.
var moves = map[Move]rule{
	MoveRefresh: {system: true, to: stay(AlertNew, AlertAcknowledged, AlertAssigned, AlertEscalated, AlertSuppressed)},
	MoveClear:   {system: true, to: stay(AlertNew, AlertAcknowledged, AlertAssigned, AlertEscalated, AlertSuppressed)},
	MoveWorsen: {system: true, to: map[AlertStatus]AlertStatus{
		AlertNew: AlertNew, AlertAcknowledged: AlertNew, AlertAssigned: AlertNew,
		AlertSuppressed: AlertNew, AlertEscalated: AlertEscalated,
	}},
	MoveRemind:  {system: true, to: lead(AlertNew, AlertAcknowledged, AlertAssigned)},
	MoveReturn:  {system: true, to: lead(AlertNew, AlertSuppressed)},
	MoveOverdue: {system: true, to: lead(AlertEscalated, AlertNew)},
	MoveSilence: {system: true, to: lead(AlertSuppressed, AlertNew)},
	MoveRecover: {system: true, to: lead(AlertResolved, AlertNew, AlertAcknowledged, AlertAssigned, AlertEscalated, AlertSuppressed)},

	MoveAcknowledge: {to: lead(AlertAcknowledged, AlertNew, AlertAssigned, AlertEscalated, AlertSuppressed)},
	MoveComment:     {to: stay(AlertStatuses...)},
	MoveAssign:      {to: lead(AlertAssigned, AlertNew, AlertAcknowledged, AlertAssigned, AlertEscalated, AlertSuppressed)},
	MoveEscalate:    {to: lead(AlertEscalated, AlertNew, AlertAcknowledged, AlertAssigned, AlertEscalated, AlertSuppressed)},
	MoveResolve:     {to: lead(AlertResolved, AlertNew, AlertAcknowledged, AlertAssigned, AlertEscalated, AlertSuppressed)},
	MoveSuppress:    {to: lead(AlertSuppressed, AlertNew, AlertAcknowledged, AlertAssigned, AlertEscalated)},
}

// How long after an acknowledgement pages offer to take it back, and until when it can be: whoever clicks
// in the last second is not late.
const (
	UndoOffered = 10 * time.Second
	UndoWithin  = 15 * time.Second
)

// CanUndo says why a person may not take back the last move of an alert; nil where they may. same tells
// whether they made it: a name alone can be somebody else's.
func CanUndo(last TimelineEntry, same bool, by Actor, now time.Time) error {
	switch {
	case !by.Role.AtLeast(RoleOperator):
		return Forbidden("Your role may look but not undo. An operator can.")
	case last.Move != MoveAcknowledge:
		return &Error{Code: CodeIllegalMove, Message: "Only an acknowledgement can be taken back, and only while nothing has followed it."}
	case !same:
		return Forbidden(fmt.Sprintf("%s acknowledged this alert, and only they can take it back.", last.Actor))
	case now.Sub(last.At) > UndoWithin:
		return &Error{Code: CodeIllegalMove, Message: "It is too late to take this back. Assign the alert to somebody else, or escalate it."}
	}
	return nil
}

// PersonMoves lists what people do, in the order pages offer it.
var PersonMoves = []Move{
	MoveAcknowledge, MoveAssign, MoveComment, MoveEscalate, MoveSuppress, MoveResolve,
}

func stay(at ...AlertStatus) map[AlertStatus]AlertStatus {
	m := make(map[AlertStatus]AlertStatus, len(at))
	for _, s := range at {
		m[s] = s
	}
	return m
}

func lead(to AlertStatus, from ...AlertStatus) map[AlertStatus]AlertStatus {
	m := make(map[AlertStatus]AlertStatus, len(from))
	for _, s := range from {
		m[s] = to
	}
	return m
}

// Next returns the status that a move by this actor leads to, or why it is not allowed:
// CodeForbidden where the role is too low, CodeIllegalMove where the status does not allow it.
func Next(m Move, from AlertStatus, by Actor) (AlertStatus, error) {
	r, ok := moves[m]
	if !ok || (r.system && !by.System) {
		return "", Forbidden(fmt.Sprintf("%s is not something a person does to an alert.", m))
	}
	if !by.System && !by.Role.AtLeast(RoleOperator) {
		return "", Forbidden(fmt.Sprintf("Your role may look but not %s. An operator can.", m))
	}
	to, ok := r.to[from]
	if !ok {
		return "", &Error{Code: CodeIllegalMove, Message: illegal(m, from)}
	}
	return to, nil
}

func illegal(m Move, from AlertStatus) string {
	switch from {
	case AlertResolved:
		return "This alert is resolved. A new drift will open a new one."
	case AlertAcknowledged:
		return "This alert is acknowledged already."
	case AlertSuppressed:
		return "This alert is suppressed already. Acknowledge or resolve it instead."
	}
	return fmt.Sprintf("An alert that is %s cannot %s.", from, m)
}
