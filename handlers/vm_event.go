package handlers

import (
	"strconv"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// moveWords say what happened to an alert, {1}, and who did it, {0}, where a person did.
var moveWords = map[drift.Move]string{
	drift.MoveRaise: lang.Key("{1} was raised"), drift.MoveRefresh: lang.Key("{1} was seen again"),
	drift.MoveWorsen: lang.Key("{1} was found worse"), drift.MoveClear: lang.Key("{1} was found clean"),
	drift.MoveRemind: lang.Key("{1} came back, as its owner had asked"), drift.MoveReturn: lang.Key("{1} is new again: its suppression ended"),
	drift.MoveOverdue: lang.Key("{1} escalated by itself"), drift.MoveSilence: lang.Key("{1} was hidden by a silence"),
	drift.MoveRecover: lang.Key("{1} was resolved by itself"), drift.MoveAcknowledge: lang.Key("{0} acknowledged {1}"),
	drift.MoveComment: lang.Key("{0} commented on {1}"), drift.MoveAssign: lang.Key("{0} assigned {1}"),
	drift.MoveEscalate: lang.Key("{0} escalated {1}"), drift.MoveResolve: lang.Key("{0} resolved {1}"),
	drift.MoveSuppress: lang.Key("{0} suppressed {1}"), drift.MoveUndo: lang.Key("{0} took back the acknowledgement of {1}"),
}

// stateWords say where a retrain, {1}, came to, and by whom, {0}.
var stateWords = map[drift.RetrainState]string{
	drift.RetrainProposed: lang.Key("{0} proposed {1}"), drift.RetrainWaitingApproval: lang.Key("{1} waits for a manager"),
	drift.RetrainCountdown: lang.Key("{1} starts after its countdown"), drift.RetrainQueued: lang.Key("{1} is in the queue"),
	drift.RetrainTraining: lang.Key("{1} is being trained"), drift.RetrainValidating: lang.Key("{1} is being validated"),
	drift.RetrainActivating: lang.Key("{1} is being put into service"), drift.RetrainWatching: lang.Key("{1} came into service and is watched"),
	drift.RetrainKept: lang.Key("{1} was kept ({0})"), drift.RetrainRolledBack: lang.Key("{1} was rolled back ({0})"),
	drift.RetrainRefused: lang.Key("{1} was refused ({0})"), drift.RetrainExpired: lang.Key("{1} expired: nobody approved it in time"),
	drift.RetrainCancelled: lang.Key("{1} was cancelled ({0})"), drift.RetrainFailed: lang.Key("{1} failed"),
}

// event is a line of a list of what happened; text holds {0} for the actor and {1} for what it is about.
func event(l lang.Lang, text, icon, actor string, about component.Piece) component.TimelineVM {
	v := component.TimelineVM{Icon: icon}
	if actor != drift.SystemActor().Name {
		v.Initials = component.Initials(actor)
	}
	v.Text = component.Sentence(l.T(text), component.Bold(actor), about)
	return v
}

// alertEvent is a move of an alert. about is its link.
func alertEvent(l lang.Lang, m drift.Move, t drift.AlertType, s drift.Severity, actor, note string, about component.Piece) component.TimelineVM {
	v := event(l, moveWords[m], "bell", actor, about)
	if actor == drift.SystemActor().Name {
		v.ShowMark, v.Severity = true, markOf(t, s)
	} else {
		v.Note = note // a person's own words
	}
	return v
}

// retrainEvent is a move of a retrain into a state.
func retrainEvent(l lang.Lang, state drift.RetrainState, actor, note string, about component.Piece) component.TimelineVM {
	v := event(l, stateWords[state], "loop", actor, about)
	if note != "" {
		v.Note = l.Said(note)
	}
	return v
}

// markOf is the mark of an alert.
func markOf(t drift.AlertType, s drift.Severity) component.Severity {
	if t == drift.AlertBlind {
		return component.Blind
	}
	return component.ParseSeverity(s.String())
}

// alertLink names an alert by its model, and leads to it.
func alertLink(l lang.Lang, model string, id int64) component.Piece {
	text := l.T("alert %s", strconv.FormatInt(id, 10))
	if model != "" {
		text = l.T("alert %s (%s)", strconv.FormatInt(id, 10), model)
	}
	return component.Piece{Text: text, Href: alertHref(id)}
}

func retrainLink(l lang.Lang, model string, id int64) component.Piece {
	text := l.T("retrain %s", strconv.FormatInt(id, 10))
	if model != "" {
		text = l.T("retrain %s (%s)", strconv.FormatInt(id, 10), model)
	}
	return component.Piece{Text: text, Href: retrainHref(id)}
}
