package handlers

import (
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// pastTense says what a move did, after the actor's name.
var pastTense = map[drift.Move]string{
	drift.MoveAcknowledge: "acknowledged", drift.MoveComment: "commented on", drift.MoveAssign: "assigned",
	drift.MoveEscalate: "escalated", drift.MoveResolve: "resolved", drift.MoveSuppress: "suppressed",
	drift.MoveRaise: "raised", drift.MoveRefresh: "saw", drift.MoveWorsen: "raised the severity of", drift.MoveClear: "cleared",
	drift.MoveUndo:   "took back the acknowledgement of",
	drift.MoveRemind: "reminded of", drift.MoveReturn: "brought back", drift.MoveOverdue: "escalated", drift.MoveRecover: "resolved",
	drift.MoveSilence: "silenced",
}

// doneWords is the note on the page after one's own move.
var doneWords = map[drift.Move]string{
	drift.MoveAcknowledge: lang.Key("You acknowledged it."), drift.MoveComment: lang.Key("Your comment is in the timeline."),
	drift.MoveAssign: lang.Key("You assigned it."), drift.MoveEscalate: lang.Key("You escalated it."),
	drift.MoveResolve: lang.Key("You resolved it."), drift.MoveSuppress: lang.Key("You suppressed it; it comes back by itself."),
}

// blindWhat is the row of a blind alert in two or three words.
var blindWhat = map[drift.BlindReason]string{
	drift.BlindJobFailed: lang.Key("A check failed"), drift.BlindFeedSilent: lang.Key("A feed is silent"),
	drift.BlindCannotJudge: lang.Key("Cannot be judged"), drift.BlindNotServed: lang.Key("Another version predicts"),
	drift.BlindClock: lang.Key("A clock is off"),
}

// blindMeans says what is not seen meanwhile, and what ends the alert.
var blindMeans = map[drift.BlindReason]string{
	drift.BlindJobFailed:   lang.Key("What this check would have found on that day is not known. The alert ends by itself when the check has run."),
	drift.BlindFeedSilent:  lang.Key("Nothing is inferred from the silence: no outcome is not a good outcome. The alert ends by itself when rows come again and the next check has seen them."),
	drift.BlindCannotJudge: lang.Key("One of the two windows holds too little, so this check says nothing, which is not the same as no drift. The alert ends by itself with the first check that can judge."),
	drift.BlindNotServed:   lang.Key("The version that should serve makes no predictions, so another one is judged in its place. The alert ends by itself when the serving version predicts again."),
	drift.BlindClock:       lang.Key("Days and windows follow the clock, so rows may be counted on a wrong day. The alert ends by itself when the clock is right."),
}

func modelOf(a *drift.Alert) string {
	if a.ModelType == "" {
		return a.Tenant
	}
	return a.Tenant + " " + a.ModelType
}

// timeLeft extends the pace so far; zero where there is none yet.
func timeLeft(w drift.Progress, now time.Time) time.Duration {
	if w.Done <= 0 || w.Total <= w.Done {
		return 0
	}
	took := now.Sub(w.StartedAt)
	return time.Duration(float64(took) / float64(w.Done) * float64(w.Total-w.Done))
}

// waitsFor is the team that an alert went to and nobody of which has taken it; "" for none.
func waitsFor(a *drift.Alert) string {
	if a.Assignee == "" && a.Status == drift.AlertEscalated {
		return a.Team
	}
	return ""
}

// holder says who has an alert, or for which team it waits; "" for nobody.
func holder(l lang.Lang, a *drift.Alert) string {
	if team := waitsFor(a); team != "" {
		return l.T("waits for %s", team)
	}
	return a.Assignee
}

// timerAt is when a kind of timer falls due; zero where it does not.
func timerAt(timers []drift.DueTimer, k drift.TimerKind) time.Time {
	for _, t := range timers {
		if t.Kind == k {
			return t.DueAt
		}
	}
	return time.Time{}
}

func words(s string) []component.Piece { return component.Words(s) }
