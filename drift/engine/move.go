package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/driftwatch/driftwatch/drift"
)

// maxNote bounds a note, in characters.
const maxNote = 4000

// maxAhead bounds how far ahead a reminder or the end of a suppression may lie.
const maxAhead = 366 * 24 * time.Hour

// MoveRequest is what a person asks of an alert. Version is the one they looked at.
type MoveRequest struct {
	AlertID  int64
	Version  int
	Move     drift.Move
	Note     string
	Assignee string        // of MoveAssign
	Team     string        // of MoveEscalate
	Until    time.Time     // of MoveSuppress, and the reminder of MoveAcknowledge where set
	Verdict  drift.Verdict // of MoveResolve where set: what it turned out to be
}

// Move makes one move on one alert, in one transaction with its timeline entry, event and audit
// row. Whoever comes second gets CodeConflict with the winner's name in Extra.
func (e *Engine) Move(ctx context.Context, by drift.Actor, req MoveRequest) (*drift.Alert, error) {
	var moved *drift.Alert
	now := e.clock().UTC()
	err := e.givingWay(ctx, by, func(tx Tx) (err error) {
		moved, err = e.move(ctx, tx, by, req, now)
		return err
	})
	if err != nil {
		return nil, busy(err)
	}
	return moved, nil
}

// busy says in words that others were at the alert for too long.
func busy(err error) error {
	if !errors.Is(err, errChanged) {
		return err
	}
	return &drift.Error{
		Code:    drift.CodeConflict,
		Message: "The retrain that was proposed on this alert is being moved by others at this moment. Your click changed nothing; try again.",
	}
}

// move makes one move within a transaction. Where it returns no alert it has changed nothing; with an
// alert and an error the transaction must not be committed.
func (e *Engine) move(ctx context.Context, tx Tx, by drift.Actor, req MoveRequest, now time.Time) (*drift.Alert, error) {
	a, err := tx.Alert(ctx, req.AlertID)
	if err != nil {
		return nil, err
	}
	if a.Version != req.Version {
		return nil, lost(ctx, tx, a)
	}
	if err := prepare(ctx, tx, a, &req, now); err != nil {
		return nil, err
	}
	from := a.Status
	if a.Status, err = drift.Next(req.Move, from, by); err != nil {
		return nil, err
	}
	detail, err := wayBack(ctx, tx, a, req.Move, by)
	if err != nil {
		return nil, err
	}
	apply(a, req, by)
	entry := entryFor(a, req.Move, from, by, now, req.Note)
	entry.Detail = detail
	if err := noteTeam(ctx, tx, a, &entry); err != nil {
		return nil, err
	}
	if err := e.save(ctx, tx, a, req.Version, entry); err != nil {
		return nil, err
	}
	s, err := tx.Settings(ctx, a.TenantID)
	if err != nil {
		return a, fmt.Errorf("settings: %w", err)
	}
	if err := keepTimers(ctx, tx, a, req.Move, now, req.Until, s); err != nil {
		return a, err
	}
	if req.Move == drift.MoveResolve {
		why := fmt.Sprintf("%s resolved the alert that it was proposed on. A manager looks again before anything is trained.", by.Name)
		if err := e.askAgain(ctx, tx, a, now, why); err != nil {
			return a, err
		}
		if err := judged(ctx, tx, a, req, by, now); err != nil {
			return a, err
		}
	}
	return a, record(tx, drift.EventAlertUpdated, a, entry)
}

// save writes the alert where nobody was faster.
func (e *Engine) save(ctx context.Context, tx Tx, a *drift.Alert, was int, entry drift.TimelineEntry) error {
	saved, err := tx.SaveAlert(ctx, a, was, entry)
	if err != nil {
		return fmt.Errorf("save alert: %w", err)
	}
	if saved {
		return nil
	}
	if a, err = tx.Alert(ctx, a.ID); err != nil {
		return err
	}
	return lost(ctx, tx, a)
}

// judged keeps what whoever resolved an alert says it was.
func judged(ctx context.Context, tx Tx, a *drift.Alert, req MoveRequest, by drift.Actor, now time.Time) error {
	if req.Verdict == "" {
		return nil
	}
	v, err := drift.ParseVerdict(string(req.Verdict))
	if err != nil {
		return err
	}
	if err := tx.PutFeedback(ctx, a, drift.Feedback{AlertID: a.ID, Verdict: v, By: by.Name, At: now}); err != nil {
		return fmt.Errorf("keep feedback: %w", err)
	}
	return nil
}

// lost says who was faster.
func lost(ctx context.Context, tx Tx, a *drift.Alert) error {
	last, err := tx.LastMove(ctx, a)
	if err != nil {
		return fmt.Errorf("last move: %w", err)
	}
	return &drift.Error{
		Code: drift.CodeConflict,
		Message: fmt.Sprintf("%s was faster (%s, %s UTC). Your click changed nothing; look at the alert as it is now.",
			last.Actor, pastTense[last.Move], last.At.UTC().Format("15:04:05")),
		Extra: map[string]any{"version": a.Version, "winner": last.Actor, "won_at": last.At, "move": last.Move},
	}
}

// pastTense says what was done.
var pastTense = map[drift.Move]string{
	drift.MoveRaise: "raised it", drift.MoveRefresh: "saw it again", drift.MoveWorsen: "found it worse",
	drift.MoveClear: "found it cleared", drift.MoveRemind: "reminded of it", drift.MoveReturn: "brought it back",
	drift.MoveOverdue: "escalated it", drift.MoveSilence: "silenced it", drift.MoveRecover: "resolved it", drift.MoveAcknowledge: "acknowledged it",
	drift.MoveComment: "commented on it", drift.MoveAssign: "assigned it", drift.MoveEscalate: "escalated it",
	drift.MoveResolve: "resolved it", drift.MoveSuppress: "suppressed it", drift.MoveUndo: "took their acknowledgement back",
}

// prepare checks what this move needs beside the version.
func prepare(ctx context.Context, tx Tx, a *drift.Alert, req *MoveRequest, now time.Time) error {
	req.Note = strings.TrimSpace(req.Note)
	if utf8.RuneCountInString(req.Note) > maxNote {
		return drift.Invalid("note", fmt.Sprintf("A note has at most %d characters.", maxNote))
	}
	if !utf8.ValidString(req.Note) || strings.ContainsRune(req.Note, 0) {
		return drift.Invalid("note", "The note holds characters that cannot be stored.")
	}
	if !req.Until.IsZero() && (!req.Until.After(now) || req.Until.Sub(now) > maxAhead) {
		return drift.Invalid("until", "The time must lie ahead, by a year at most.")
	}
	switch req.Move {
	case drift.MoveComment:
		if req.Note == "" {
			return drift.Invalid("note", "Write what you found; an empty comment helps nobody.")
		}
	case drift.MoveSuppress:
		if req.Until.IsZero() {
			return drift.Invalid("until", "Say until when: a suppression always ends.")
		}
	case drift.MoveAssign:
		ok, err := tx.PersonExists(ctx, req.Assignee, a.TenantID)
		if err != nil {
			return fmt.Errorf("assignee: %w", err)
		}
		if !ok {
			return drift.Invalid("assignee", fmt.Sprintf("Nobody called %q may act on alerts of this tenant.", req.Assignee))
		}
	case drift.MoveEscalate:
		ok, err := tx.TeamExists(ctx, req.Team)
		if err != nil {
			return fmt.Errorf("team: %w", err)
		}
		if !ok {
			return drift.Invalid("to", fmt.Sprintf("There is no team called %q.", req.Team))
		}
	}
	return nil
}

// apply changes what the move changes beside the status.
func apply(a *drift.Alert, req MoveRequest, by drift.Actor) {
	if req.Move != drift.MoveComment { // whoever moves it decides in the silence's place
		a.SilenceID = 0
	}
	switch req.Move {
	case drift.MoveAcknowledge:
		if a.Assignee == "" { // whoever takes it has it
			a.Assignee = by.Name
		}
	case drift.MoveAssign:
		a.Assignee = req.Assignee
	case drift.MoveEscalate:
		a.Team = req.Team
	}
}
