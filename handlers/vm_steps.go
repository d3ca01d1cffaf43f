package handlers

import (
	"slices"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// stepsVM is a retrain's way: what follows, or what happened to one that has ended.
func stepsVM(l lang.Lang, d drift.RetrainData) page.StepsVM {
	v := page.StepsVM{ID: d.Retrain.ID, Ended: d.Retrain.State.Ended()}
	if v.Ended {
		v.Steps = stepsMade(l, d)
	} else {
		v.Steps = stepsAhead(l, d)
	}
	return v
}

// stepsAhead are the decision, as it stands or fell, and what follows from it.
func stepsAhead(l lang.Lang, d drift.RetrainData) []page.RetrainStepVM {
	at := map[drift.RetrainState]int{
		drift.RetrainQueued: 1, drift.RetrainTraining: 1, drift.RetrainValidating: 2, drift.RetrainActivating: 3, drift.RetrainWatching: 4,
	}
	hours := int64(d.Settings.Int("ROLLBACK_CHECK_HOURS"))
	drop := l.Points(decimal(d.Settings, "ROLLBACK_ACCURACY_DROP_THRESHOLD"), 1)
	list := []page.RetrainStepVM{
		decisionStep(l, d),
		{Title: l.T("It trains"), Text: l.T("with %s, outside the server; a manager can cancel it", trainerWords(l, d.Retrain, d.Settings))},
		{Title: l.T("It is validated"), Text: heldBackWords(l, d.Retrain)},
		{Title: l.T("It goes live"), Text: l.T("whoever follows the active version switches within a second")},
		{Title: l.N(hours, "It is watched for %d hour", "It is watched for %d hours"), Text: l.T("more than %s worse than before: rolled back by itself", drop)},
	}
	list[at[d.Retrain.State]].Now = true
	return list
}

// decisionStep is who or what decides that it trains, or did.
func decisionStep(l lang.Lang, d drift.RetrainData) page.RetrainStepVM {
	r := d.Retrain
	switch r.State {
	case drift.RetrainCountdown:
		return page.RetrainStepVM{Title: l.T("The countdown ends"), Text: l.T("unless somebody cancels it")}
	case drift.RetrainProposed, drift.RetrainWaitingApproval:
		s := page.RetrainStepVM{Title: l.T("A manager approves"), Text: l.T("for exactly the report shown; a clean check or a resolved alert makes this page ask again")}
		if r.ReportID == nil {
			s.Text = l.T("for the reason given: no report stands behind it")
		}
		return s
	}
	for _, e := range slices.Backward(d.Timeline) {
		if s, ok := stepMade(l, d, e); ok && (e.Move == string(retrain.MoveApprove) || e.Move == string(retrain.MoveCountdownOver)) {
			return s
		}
	}
	return page.RetrainStepVM{Title: l.T("It was proposed"), Text: l.Said(r.Note)}
}

func heldBackWords(l lang.Lang, r *drift.Retrain) string {
	if r.RowsHoldout == 0 {
		return l.T("the newest rows are kept back, and no candidate learns from them")
	}
	return l.N(int64(r.RowsHoldout), "on %d row kept back, against version %s on the same rows",
		"on %d rows kept back, against version %s on the same rows", r.ParentVersion)
}

// stepsMade are the steps that an ended retrain came through; of what was done again, the last time.
func stepsMade(l lang.Lang, d drift.RetrainData) (list []page.RetrainStepVM) {
	for _, e := range d.Timeline {
		s, ok := stepMade(l, d, e)
		if !ok {
			continue
		}
		list = slices.DeleteFunc(list, func(x page.RetrainStepVM) bool { return x.Title == s.Title })
		list = append(list, s)
	}
	return list
}

// stepMade is a move of a retrain as a step of its way; false for one that is none.
func stepMade(l lang.Lang, d drift.RetrainData, e drift.RetrainEntry) (s page.RetrainStepVM, ok bool) {
	who := e.Actor
	if who == drift.SystemActor().Name {
		who, e.Note = "Driftwatch", l.Said(e.Note)
	}
	switch retrain.Move(e.Move) {
	case retrain.MovePropose:
		return page.RetrainStepVM{Title: l.T("It was proposed"), Text: l.T("by %s: %s", who, e.Note)}, true
	case retrain.MoveApprove:
		return page.RetrainStepVM{Title: l.T("%s approved it", who), Text: e.Note}, true
	case retrain.MoveCountdownOver:
		return page.RetrainStepVM{Title: l.T("The countdown ended"), Text: l.T("and nobody cancelled it")}, true
	case retrain.MoveStart:
		return page.RetrainStepVM{Title: l.T("Its training began"), Text: l.T("with %s, outside the server", trainerWords(l, d.Retrain, d.Settings))}, true
	case retrain.MoveTrained:
		return page.RetrainStepVM{Title: l.T("Its candidate was validated"), Text: heldBackWords(l, d.Retrain)}, true
	case retrain.MoveActivated:
		return page.RetrainStepVM{Title: l.T("It went live"), Text: l.T("version %s in place of %s", d.Retrain.CandidateVersion, d.Retrain.ParentVersion)}, true
	}
	if e.To.Ended() {
		return page.RetrainStepVM{Title: l.T("%s by %s", page.StateWord(l, string(e.To)), who), Text: e.Note}, true
	}
	return s, false
}
