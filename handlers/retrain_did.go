package handlers

import (
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/views/lang"
)

// deed is what a move of a retrain did: by a person, whose name stands at {0}, and by Driftwatch itself.
type deed struct{ person, itself string }

// deeds are those of every move.
var deeds = map[retrain.Move]deed{
	retrain.MovePropose:        {lang.Key("{0} proposed"), lang.Key("Proposed")},
	retrain.MoveAwait:          {lang.Key("{0} asked for approval"), lang.Key("Asked for approval")},
	retrain.MoveStartCountdown: {lang.Key("{0} started the countdown"), lang.Key("Started the countdown")},
	retrain.MoveRefuse:         {lang.Key("{0} refused"), lang.Key("Refused")},
	retrain.MoveApprove:        {lang.Key("{0} approved"), lang.Key("Approved")},
	retrain.MoveReject:         {lang.Key("{0} rejected"), lang.Key("Rejected")},
	retrain.MoveExpire:         {lang.Key("{0} let expire"), lang.Key("Let expire")},
	retrain.MoveAskAgain:       {lang.Key("{0} asked again"), lang.Key("Asked again")},
	retrain.MoveCountdownOver:  {lang.Key("{0} queued after the countdown"), lang.Key("Queued after the countdown")},
	retrain.MoveStart:          {lang.Key("{0} started training"), lang.Key("Started training")},
	retrain.MoveRequeue:        {lang.Key("{0} queued again"), lang.Key("Queued again")},
	retrain.MoveResume:         {lang.Key("{0} took up the training again"), lang.Key("Took up the training again")},
	retrain.MoveTrained:        {lang.Key("{0} finished training"), lang.Key("Finished training")},
	retrain.MoveAccept:         {lang.Key("{0} accepted the candidate"), lang.Key("Accepted the candidate")},
	retrain.MoveActivated:      {lang.Key("{0} activated"), lang.Key("Activated")},
	retrain.MoveKeep:           {lang.Key("{0} kept"), lang.Key("Kept")},
	retrain.MoveRollBack:       {lang.Key("{0} rolled back"), lang.Key("Rolled back")},
	retrain.MoveCancel:         {lang.Key("{0} cancelled"), lang.Key("Cancelled")},
	retrain.MoveStop:           {lang.Key("{0} stopped"), lang.Key("Stopped")},
	retrain.MoveFail:           {lang.Key("{0} gave up"), lang.Key("Gave up")},
}

// did is what a move did; of one that is not known, its name.
func did(move string) deed {
	if d, ok := deeds[retrain.Move(move)]; ok {
		return d
	}
	return deed{"{0} " + move, move}
}
