package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// moveRetrain makes one move on a retrain that the transaction has read: its state, timeline, event
// and audit row stand or fall together. What the move changes beside the state is set before.
func (e *Engine) moveRetrain(ctx context.Context, tx Tx, r *drift.Retrain, m retrain.Move, by drift.Actor, now time.Time, note string) error {
	from := r.State
	to, err := retrain.Next(m, from, by)
	if err != nil {
		return err
	}
	r.State, r.StateSince, r.Note = to, now, note
	switch to {
	case drift.RetrainCountdown, drift.RetrainWaitingApproval, drift.RetrainWatching:
	default:
		r.DueAt = nil
	}
	entry := drift.RetrainEntry{RetrainID: r.ID, Version: r.Version + 1, At: now, Actor: by.Name, Move: string(m), From: from, To: to, Note: note}
	saved, err := tx.SaveRetrain(ctx, r, r.Version, entry)
	if err != nil {
		return fmt.Errorf("save retrain: %w", err)
	}
	if !saved {
		if by.System {
			return fmt.Errorf("retrain %d: %w", r.ID, errChanged)
		}
		if r, err = tx.Retrain(ctx, r.ID); err != nil {
			return err
		}
		return lostRetrain(ctx, tx, r)
	}
	return recordRetrain(tx, drift.EventRetrainUpdated, r, entry)
}

// lostRetrain says who was faster.
func lostRetrain(ctx context.Context, tx Tx, r *drift.Retrain) error {
	moves, err := tx.RetrainTimeline(ctx, r)
	if err != nil || len(moves) == 0 {
		return fmt.Errorf("last move of retrain %d: %w", r.ID, err)
	}
	last := moves[len(moves)-1]
	return &drift.Error{
		Code: drift.CodeConflict,
		Message: fmt.Sprintf("%s was faster (%s, %s UTC). Your click changed nothing; look at the retrain as it is now.",
			last.Actor, retrain.PastTense(retrain.Move(last.Move)), last.At.UTC().Format("15:04:05")),
		Extra: map[string]any{"version": r.Version, "winner": last.Actor, "won_at": last.At, "move": last.Move, "state": r.State},
	}
}

// RetrainMove is what a person asks of a retrain. Version is the one they looked at.
type RetrainMove struct {
	ID      int64
	Version int
	Move    retrain.Move // approve, reject, cancel or keep
	Reason  string
}

// MoveRetrain makes one move on one retrain as a person.
func (e *Engine) MoveRetrain(ctx context.Context, by drift.Actor, req RetrainMove) (*drift.Retrain, error) {
	if req.Move == retrain.MoveRollBack { // the version goes back with it, see RollBack
		return nil, &drift.Error{Code: drift.CodeIllegalMove, Message: "A model is rolled back, not a retrain alone: its retrain follows."}
	}
	now := e.clock().UTC()
	var moved *drift.Retrain
	err := e.store.InTx(ctx, by, func(tx Tx) error {
		r, err := tx.Retrain(ctx, req.ID)
		if err != nil {
			return err
		}
		if _, err := retrain.Next(req.Move, r.State, by); drift.CodeOf(err) == drift.CodeForbidden {
			return err
		}
		reason, err := reasonOf(req.Reason)
		if err != nil {
			return err
		}
		if r.Version != req.Version {
			return lostRetrain(ctx, tx, r)
		}
		if why := retrain.NotYetKept(r); req.Move == retrain.MoveKeep && why != "" {
			return &drift.Error{Code: drift.CodeIllegalMove, Message: why}
		}
		if req.Move == retrain.MoveApprove {
			if err := mayApprove(ctx, tx, r, by); err != nil {
				return err
			}
			r.ApprovedBy = by.Name
		}
		moved = r
		return e.moveRetrain(ctx, tx, r, req.Move, by, now, reason)
	})
	if err != nil {
		return nil, err
	}
	return moved, nil
}

// mayApprove refuses whoever asked for the retrain, and everybody while the emergency stop is on.
func mayApprove(ctx context.Context, tx Tx, r *drift.Retrain, by drift.Actor) error {
	h, err := tx.HoldHalt(ctx)
	if err != nil {
		return err
	}
	if h != nil {
		return halted(h, map[string]any{"version": r.Version, "state": r.State})
	}
	s, err := tx.Settings(ctx, r.TenantID)
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	if r.RequestedBy == by.Name && !s.Bool("ALLOW_SELF_APPROVAL") {
		return drift.Forbidden("You asked for this retrain, so another manager decides about it.")
	}
	return nil
}

// halted is the answer to whatever the emergency stop forbids.
func halted(h *drift.Halt, extra map[string]any) error {
	if extra == nil {
		extra = map[string]any{}
	}
	extra["winner"], extra["won_at"] = h.By, h.Since.UTC()
	return &drift.Error{
		Code:    drift.CodeConflict,
		Message: fmt.Sprintf("Retraining is stopped (%s, since %s UTC: %s). Nothing is approved, trained or activated until somebody resumes it.", h.By, h.Since.UTC().Format("2006-01-02 15:04"), h.Reason),
		Extra:   extra,
	}
}

// askAgain returns a model's retrain that has not begun to train to where a person decides, because
// what it was proposed on no longer holds.
func (e *Engine) askAgain(ctx context.Context, tx Tx, a *drift.Alert, now time.Time, why string) error {
	r, err := tx.LiveRetrain(ctx, drift.Model{TenantID: a.TenantID, Tenant: a.Tenant, ModelType: a.ModelType})
	if err != nil || r == nil || r.AlertID == nil || *r.AlertID != a.ID {
		return err
	}
	return e.backToManager(ctx, tx, r, now, why)
}

// backToManager has a manager decide about a retrain, anew or for the first time, with the time that is
// left where one was asked already. One that trains or is over stays as it is.
func (e *Engine) backToManager(ctx context.Context, tx Tx, r *drift.Retrain, now time.Time, why string) error {
	if _, err := retrain.Next(retrain.MoveAskAgain, r.State, drift.SystemActor()); err != nil {
		return nil // what it was proposed on no longer counts: its validation does
	}
	s, err := tx.Settings(ctx, r.TenantID)
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	if r.State != drift.RetrainWaitingApproval {
		r.DueAt = after(now, time.Duration(s.Int("APPROVAL_EXPIRY_HOURS"))*time.Hour)
	}
	r.ApprovedBy = ""
	return e.moveRetrain(ctx, tx, r, retrain.MoveAskAgain, drift.SystemActor(), now, why)
}

// stateWords is a state as people say it.
func stateWords(s drift.RetrainState) string { return strings.ReplaceAll(string(s), "_", " ") }
