package handlers

import (
	"slices"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/views/format"
	"github.com/driftwatch/driftwatch/views/page"
)

// stepsVM is a retrain's way: what follows, or what happened to one that has ended.
func stepsVM(d drift.RetrainData) page.StepsVM {
	v := page.StepsVM{ID: d.Retrain.ID, Ended: d.Retrain.State.Ended()}
	if v.Ended {
		v.Steps = stepsMade(d)
	} else {
		v.Steps = stepsAhead(d)
	}
	return v
}

// stepsAhead are the decision, as it stands or fell, and what follows from it.
func stepsAhead(d drift.RetrainData) []page.RetrainStepVM {
	at := map[drift.RetrainState]int{
		drift.RetrainQueued: 1, drift.RetrainTraining: 1, drift.RetrainValidating: 2, drift.RetrainActivating: 3, drift.RetrainWatching: 4,
	}
	hours := format.Plural(int64(d.Settings.Int("ROLLBACK_CHECK_HOURS")), "hour", "hours")
	drop := format.Points(decimal(d.Settings, "ROLLBACK_ACCURACY_DROP_THRESHOLD"), 1)
	list := []page.RetrainStepVM{
		decisionStep(d),
		{Title: "It trains", Text: "with " + trainerWords(d.Retrain, d.Settings) + ", outside the server; a manager can cancel it"},
		{Title: "It is validated", Text: heldBackWords(d.Retrain)},
		{Title: "It goes live", Text: "whoever follows the active version switches within a second"},
		{Title: "It is watched for " + hours, Text: "more than " + drop + " worse than before: rolled back by itself"},
	}
	list[at[d.Retrain.State]].Now = true
	return list
}

// decisionStep is who or what decides that it trains, or did.
func decisionStep(d drift.RetrainData) page.RetrainStepVM {
	r := d.Retrain
	switch r.State {
	case drift.RetrainCountdown:
		return page.RetrainStepVM{Title: "The countdown ends", Text: "unless somebody cancels it"}
	case drift.RetrainProposed, drift.RetrainWaitingApproval:
		s := page.RetrainStepVM{Title: "A manager approves", Text: "for exactly the report shown; a clean check or a resolved alert makes this page ask again"}
		if r.ReportID == nil {
			s.Text = "for the reason given: no report stands behind it"
		}
		return s
	}
	for _, e := range slices.Backward(d.Timeline) {
		if s, ok := stepMade(d, e); ok && (e.Move == string(retrain.MoveApprove) || e.Move == string(retrain.MoveCountdownOver)) {
			return s
		}
	}
	return page.RetrainStepVM{Title: "It was proposed", Text: r.Note}
}

func heldBackWords(r *drift.Retrain) string {
	if r.RowsHoldout == 0 {
		return "the newest rows are kept back, and no candidate learns from them"
	}
	return "on " + format.Plural(int64(r.RowsHoldout), "row", "rows") + " kept back, against version " + r.ParentVersion + " on the same rows"
}

// stepsMade are the steps that an ended retrain came through; of what was done again, the last time.
func stepsMade(d drift.RetrainData) (list []page.RetrainStepVM) {
	for _, e := range d.Timeline {
		s, ok := stepMade(d, e)
		if !ok {
			continue
		}
		list = slices.DeleteFunc(list, func(x page.RetrainStepVM) bool { return x.Title == s.Title })
		list = append(list, s)
	}
	return list
}

// stepMade is a move of a retrain as a step of its way; false for one that is none.
func stepMade(d drift.RetrainData, e drift.RetrainEntry) (s page.RetrainStepVM, ok bool) {
	who := e.Actor
	if who == drift.SystemActor().Name {
		who = "Driftwatch"
	}
	switch retrain.Move(e.Move) {
	case retrain.MovePropose:
		return page.RetrainStepVM{Title: "It was proposed", Text: "by " + who + ": " + e.Note}, true
	case retrain.MoveApprove:
		return page.RetrainStepVM{Title: who + " approved it", Text: e.Note}, true
	case retrain.MoveCountdownOver:
		return page.RetrainStepVM{Title: "The countdown ended", Text: "and nobody cancelled it"}, true
	case retrain.MoveStart:
		return page.RetrainStepVM{Title: "Its training began", Text: "with " + trainerWords(d.Retrain, d.Settings) + ", outside the server"}, true
	case retrain.MoveTrained:
		return page.RetrainStepVM{Title: "Its candidate was validated", Text: heldBackWords(d.Retrain)}, true
	case retrain.MoveActivated:
		return page.RetrainStepVM{Title: "It went live", Text: "version " + d.Retrain.CandidateVersion + " in place of " + d.Retrain.ParentVersion}, true
	}
	if e.To.Ended() {
		return page.RetrainStepVM{Title: page.StateWord(string(e.To)) + " by " + who, Text: e.Note}, true
	}
	return s, false
}
