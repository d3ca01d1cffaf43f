package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// before is how an alert stood before it was acknowledged, kept in the timeline so that its maker can take
// the move back.
type before struct {
	User     int64                         `json:"user,omitempty"`  // who made the move:
	Token    int64                         `json:"token,omitempty"` // a person or a program
	Assignee string                        `json:"assignee"`
	Silence  int64                         `json:"silence,omitempty"` // that hid it; 0 where none did
	Timers   map[drift.TimerKind]time.Time `json:"timers,omitempty"`
}

// wayBack is what has to be kept to take a move back; nil where it cannot be taken back.
func wayBack(ctx context.Context, tx Tx, a *drift.Alert, m drift.Move, by drift.Actor) (json.RawMessage, error) {
	if m != drift.MoveAcknowledge {
		return nil, nil
	}
	timers, err := tx.TimersOf(ctx, a)
	if err != nil {
		return nil, err
	}
	b := before{User: by.UserID, Token: by.TokenID, Assignee: a.Assignee, Silence: a.SilenceID, Timers: map[drift.TimerKind]time.Time{}}
	for _, t := range timers {
		b.Timers[t.Kind] = t.DueAt
	}
	doc, err := json.Marshal(map[string]before{"before": b})
	if err != nil {
		return nil, fmt.Errorf("encode what was before: %w", err)
	}
	return doc, nil
}

// UndoRequest asks to take back an acknowledgement. Version is the one that it led to.
type UndoRequest struct {
	AlertID int64
	Version int
}

// Undo takes an acknowledgement back: the alert stands as before, owner, silence and timers included, and the
// timeline says that it was. Only its maker can, while nothing has followed it; see drift.CanUndo.
func (e *Engine) Undo(ctx context.Context, by drift.Actor, req UndoRequest) (*drift.Alert, error) {
	var undone *drift.Alert
	now := e.clock().UTC()
	err := e.store.InTx(ctx, by, func(tx Tx) (err error) {
		undone, err = e.undo(ctx, tx, by, req, now)
		return err
	})
	if err != nil {
		return nil, err
	}
	return undone, nil
}

func (e *Engine) undo(ctx context.Context, tx Tx, by drift.Actor, req UndoRequest, now time.Time) (*drift.Alert, error) {
	a, err := tx.Alert(ctx, req.AlertID)
	if err != nil {
		return nil, err
	}
	last, err := tx.LastMove(ctx, a)
	if err != nil {
		return nil, fmt.Errorf("last move: %w", err)
	}
	if a.Version != req.Version {
		return nil, lost(ctx, tx, a)
	}
	var kept struct {
		Before *before `json:"before"`
	}
	if len(last.Detail) > 0 {
		if err := json.Unmarshal(last.Detail, &kept); err != nil {
			return nil, fmt.Errorf("what was before alert %d was acknowledged: %w", a.ID, err)
		}
	}
	was := kept.Before
	if err := drift.CanUndo(last, was != nil && was.User == by.UserID && was.Token == by.TokenID && last.Actor == by.Name, by, now); err != nil {
		return nil, err
	}
	from := a.Status
	a.Status, a.Assignee, a.SilenceID = last.From, was.Assignee, was.Silence
	entry := entryFor(a, drift.MoveUndo, from, by, now, "")
	if err := e.save(ctx, tx, a, req.Version, entry); err != nil {
		return nil, err
	}
	if err := tx.ClearTimers(ctx, a); err != nil {
		return a, fmt.Errorf("clear timers: %w", err)
	}
	for kind, due := range was.Timers {
		if err := tx.SetTimer(ctx, a, kind, due); err != nil {
			return a, fmt.Errorf("set timer %s: %w", kind, err)
		}
	}
	return a, record(tx, drift.EventAlertUpdated, a, entry)
}
