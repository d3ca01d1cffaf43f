package retrain

import (
	"fmt"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
)

var pastTense = map[Move]string{
	MovePropose: "proposed", MoveAwait: "asked for approval", MoveStartCountdown: "started the countdown",
	MoveRefuse: "refused", MoveApprove: "approved", MoveReject: "rejected", MoveExpire: "let expire",
	MoveAskAgain: "asked again", MoveCountdownOver: "queued after the countdown", MoveStart: "started training",
	MoveRequeue: "queued again", MoveResume: "took up the training again", MoveTrained: "finished training", MoveAccept: "accepted the candidate",
	MoveActivated: "activated", MoveKeep: "kept", MoveRollBack: "rolled back", MoveCancel: "cancelled",
	MoveStop: "stopped", MoveFail: "gave up",
}

// PastTense says what somebody did who made this move: "approved".
func PastTense(m Move) string {
	if w, ok := pastTense[m]; ok {
		return w
	}
	return string(m)
}

// verb is the move as it stands before "a retrain".
func verb(m Move) string {
	return strings.ReplaceAll(string(m), "_", " ")
}

func words(s drift.RetrainState) string {
	switch s {
	case drift.RetrainWaitingApproval:
		return "waiting for approval"
	case drift.RetrainCountdown:
		return "counting down"
	case unborn:
		return "not proposed yet"
	}
	return strings.ReplaceAll(string(s), "_", " ")
}

// article is who may, of the roles that the table of moves names.
func article(r drift.Role) string {
	if r == drift.RoleOperator {
		return "An operator"
	}
	return "A manager"
}

func illegal(m Move, from drift.RetrainState) string {
	if from.Ended() {
		return fmt.Sprintf("This retrain has ended (%s). Nothing can be done with it any more.", words(from))
	}
	var states []string
	for _, r := range moves[m] {
		for _, s := range r.from {
			states = append(states, words(s))
		}
	}
	return fmt.Sprintf("This retrain is %s; %s is possible only while it is %s.", words(from), verb(m), strings.Join(states, " or "))
}

// NotYetKept says why no person keeps a watched version yet; "" where a person may, or where it is not
// watched at all. What the first day shows is not to be waved through after a second.
func NotYetKept(r *drift.Retrain) string {
	if r.State != drift.RetrainWatching || r.DueAt == nil {
		return ""
	}
	return "The watch decides by itself; a manager is asked only where too few outcomes come in."
}
