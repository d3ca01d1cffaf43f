package retrain

import (
	"fmt"
	"slices"

	"github.com/driftwatch/driftwatch/drift"
)

// Move is something that happens to a retrain.
type Move string

// What people do with a retrain, and what the system does.
const (
	MovePropose        Move = "propose"
	MoveAwait          Move = "await"
	MoveStartCountdown Move = "start_countdown"
	MoveRefuse         Move = "refuse"
	MoveApprove        Move = "approve"
	MoveReject         Move = "reject"
	MoveExpire         Move = "expire"
	MoveAskAgain       Move = "ask_again" // a later check was clean or found worse, or the alert was resolved
	MoveCountdownOver  Move = "countdown_over"
	MoveStart          Move = "start"
	MoveRequeue        Move = "requeue" // the server or the trainer's host died
	MoveResume         Move = "resume"  // a service trains on, whatever happened to the server
	MoveTrained        Move = "trained"
	MoveAccept         Move = "accept"
	MoveActivated      Move = "activated"
	MoveKeep           Move = "keep"
	MoveRollBack       Move = "roll_back"
	MoveCancel         Move = "cancel"
	MoveStop           Move = "stop" // the emergency stop
	MoveFail           Move = "fail"
)

// PersonMoves lists what people do with a retrain that is there, in the order pages offer it.
var PersonMoves = []Move{MoveApprove, MoveReject, MoveKeep, MoveRollBack, MoveCancel}

// rule is one line of the table of moves.
type rule struct {
	system bool
	person drift.Role // the lowest role that may; RoleNone where no person makes this move
	to     drift.RetrainState
	from   []drift.RetrainState
}

// unborn is where a retrain is before it is proposed.
const unborn drift.RetrainState = ""

// moves is the whole life of a retrain. What is not here is not allowed. The system neither
// approves nor rejects: where a person is asked, a person answers.
var moves = map[Move][]rule{
	MovePropose:        {{system: true, person: drift.RoleOperator, to: drift.RetrainProposed, from: at(unborn)}},
	MoveAwait:          bySystem(drift.RetrainWaitingApproval, drift.RetrainProposed),
	MoveStartCountdown: bySystem(drift.RetrainCountdown, drift.RetrainProposed),
	MoveRefuse:         bySystem(drift.RetrainRefused, drift.RetrainProposed, drift.RetrainQueued, drift.RetrainValidating),
	MoveExpire:         bySystem(drift.RetrainExpired, drift.RetrainWaitingApproval),
	MoveAskAgain: bySystem(drift.RetrainWaitingApproval,
		drift.RetrainWaitingApproval, drift.RetrainCountdown, drift.RetrainQueued),
	MoveCountdownOver: bySystem(drift.RetrainQueued, drift.RetrainCountdown),
	MoveStart:         bySystem(drift.RetrainTraining, drift.RetrainQueued),
	MoveRequeue:       bySystem(drift.RetrainQueued, drift.RetrainTraining, drift.RetrainValidating),
	MoveResume:        bySystem(drift.RetrainTraining, drift.RetrainTraining, drift.RetrainValidating),
	MoveTrained:       bySystem(drift.RetrainValidating, drift.RetrainTraining),
	MoveAccept:        bySystem(drift.RetrainActivating, drift.RetrainValidating),
	MoveActivated:     bySystem(drift.RetrainWatching, drift.RetrainActivating),
	MoveStop:          bySystem(drift.RetrainCancelled, drift.RetrainTraining, drift.RetrainValidating, drift.RetrainActivating),
	MoveFail: bySystem(drift.RetrainFailed,
		drift.RetrainQueued, drift.RetrainTraining, drift.RetrainValidating, drift.RetrainActivating),

	MoveApprove:  {{person: drift.RoleManager, to: drift.RetrainQueued, from: at(drift.RetrainWaitingApproval)}},
	MoveReject:   {{person: drift.RoleManager, to: drift.RetrainRefused, from: at(drift.RetrainWaitingApproval)}},
	MoveKeep:     {{system: true, person: drift.RoleManager, to: drift.RetrainKept, from: at(drift.RetrainWatching)}},
	MoveRollBack: {{system: true, person: drift.RoleManager, to: drift.RetrainRolledBack, from: at(drift.RetrainWatching)}},
	MoveCancel: {
		{person: drift.RoleOperator, to: drift.RetrainCancelled, from: at(drift.RetrainCountdown)},
		{person: drift.RoleManager, to: drift.RetrainCancelled, from: at(drift.RetrainWaitingApproval,
			drift.RetrainQueued, drift.RetrainTraining, drift.RetrainValidating)},
	},
}

func at(states ...drift.RetrainState) []drift.RetrainState { return states }

func bySystem(to drift.RetrainState, from ...drift.RetrainState) []rule {
	return []rule{{system: true, to: to, from: from}}
}

// Next returns the state that a move by this actor leads to, or why it is not allowed:
// CodeForbidden where the actor may not, CodeIllegalMove where the state does not allow it.
func Next(m Move, from drift.RetrainState, by drift.Actor) (drift.RetrainState, error) {
	rules, ok := moves[m]
	if !ok {
		return "", drift.Forbidden(fmt.Sprintf("%s is not something that happens to a retrain.", m))
	}
	// The same for every line of a move, so that the first tells who makes it at all.
	first := rules[0]
	switch {
	case by.System && !first.system:
		return "", drift.Forbidden(fmt.Sprintf("Driftwatch does not %s a retrain by itself. %s can.", verb(m), article(first.person)))
	case !by.System && first.person == drift.RoleNone:
		return "", drift.Forbidden(fmt.Sprintf("%s is not something a person does to a retrain. Driftwatch does it by itself.", m))
	case !by.System && !by.Role.AtLeast(first.person):
		return "", drift.Forbidden(fmt.Sprintf("Your role may not %s a retrain. %s can.", verb(m), article(lowest(rules, from))))
	}
	for _, r := range rules {
		if !slices.Contains(r.from, from) {
			continue
		}
		if !by.System && !by.Role.AtLeast(r.person) {
			return "", drift.Forbidden(fmt.Sprintf("Your role may not %s a retrain that is %s. %s can.", verb(m), words(from), article(r.person)))
		}
		return r.to, nil
	}
	return "", &drift.Error{Code: drift.CodeIllegalMove, Message: illegal(m, from)}
}

// lowest is the role that may make the move from this state, or that may make it at all.
func lowest(rules []rule, from drift.RetrainState) drift.Role {
	for _, r := range rules {
		if slices.Contains(r.from, from) {
			return r.person
		}
	}
	return rules[0].person
}
