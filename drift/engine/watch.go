package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/drift/rollback"
)

// previousDays is how much of the previous version's last service a new one is compared with.
const previousDays = 7

// watchAgain is when a watch without enough outcomes is looked at again.
const watchAgain = time.Hour

// dueBatch is how many due retrains are read at a time.
const dueBatch = 100

// FireRetrains makes the moves of retrains whose time has come: countdowns end, approvals expire,
// watches are decided. It returns how many it looked at.
func (e *Engine) FireRetrains(ctx context.Context) (int, error) {
	return e.fireRetrains(ctx, e.clock().UTC())
}

// TellWatches tells open pages once an hour how a watched version does. That is no move, so that clicks
// stay valid.
func (e *Engine) TellWatches(ctx context.Context) error {
	now := e.clock().UTC()
	return e.system(ctx, func(tx Tx) error {
		watches, err := tx.TellWatches(ctx, now)
		if err != nil {
			return err
		}
		for _, r := range watches {
			payload, err := json.Marshal(map[string]any{"retrain": r})
			if err != nil {
				return fmt.Errorf("encode retrain: %w", err)
			}
			tx.Emit(drift.Event{Type: drift.EventRetrainUpdated, TenantID: r.TenantID, Tenant: r.Tenant, At: now, Payload: payload})
		}
		return nil
	})
}

// FireWatches decides the watches that fall due before the given instant, those still to come on what
// is known by now, and returns how many. Countdowns and approvals are left alone. One that cannot be
// decided does not hold up the others.
func (e *Engine) FireWatches(ctx context.Context, before time.Time) (int, error) {
	due := func(r *drift.Retrain) bool {
		return r.State == drift.RetrainWatching && r.DueAt != nil && r.DueAt.Before(before)
	}
	var watching []*drift.Retrain
	err := e.system(ctx, func(tx Tx) (err error) {
		watching, err = tx.RetrainsIn(ctx, drift.RetrainWatching)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("watches: %w", err)
	}
	now, decided := e.clock().UTC(), 0
	var failed []error
	for _, r := range watching {
		if !due(r) {
			continue
		}
		err := e.system(ctx, func(tx Tx) error {
			r, err := tx.Retrain(ctx, r.ID)
			if err != nil || !due(r) {
				return err // somebody moved it
			}
			asOf := now
			if r.DueAt.After(now) {
				asOf = *r.DueAt
			}
			return e.decideWatch(ctx, tx, r, now, asOf)
		})
		if err != nil {
			failed = append(failed, fmt.Errorf("retrain %d: %w", r.ID, err))
			continue
		}
		decided++
	}
	return decided, errors.Join(failed...)
}

func (e *Engine) fireRetrains(ctx context.Context, now time.Time) (int, error) {
	var due []*drift.Retrain
	err := e.system(ctx, func(tx Tx) (err error) {
		due, err = tx.DueRetrains(ctx, now, dueBatch)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("due retrains: %w", err)
	}
	var failed []error // one that cannot be moved does not hold up the others
	for _, r := range due {
		if !e.covers(r.TenantID) {
			continue
		}
		if err := e.system(ctx, func(tx Tx) error { return e.fireRetrain(ctx, tx, r.ID, now) }); err != nil {
			failed = append(failed, fmt.Errorf("retrain %d: %w", r.ID, err))
		}
	}
	return len(due), errors.Join(failed...)
}

func (e *Engine) fireRetrain(ctx context.Context, tx Tx, id int64, now time.Time) error {
	r, err := tx.Retrain(ctx, id)
	if err != nil || r.DueAt == nil || r.DueAt.After(now) {
		return err // somebody moved it
	}
	if r.State == drift.RetrainWatching {
		return e.decideWatch(ctx, tx, r, now, now)
	}
	h, err := tx.HoldHalt(ctx)
	if err != nil {
		return err
	}
	switch {
	case r.State == drift.RetrainWaitingApproval && h == nil:
		return e.moveRetrain(ctx, tx, r, retrain.MoveExpire, drift.SystemActor(), now, "Nobody decided in time. The next check may propose it anew.")
	case r.State == drift.RetrainCountdown && h != nil: // it does not start by itself the moment the stop is lifted
		return e.backToManager(ctx, tx, r, now, fmt.Sprintf("Its countdown ended while retraining was stopped by %s; a manager decides.", h.By))
	case r.State == drift.RetrainCountdown:
		return e.moveRetrain(ctx, tx, r, retrain.MoveCountdownOver, drift.SystemActor(), now, "Nobody stopped it during the countdown.")
	}
	return nil
}

// Watch is how a watched version does beside the one before it.
type Watch struct {
	Decision rollback.Decision `json:"decision"`
	New      string            `json:"new"`
	Old      string            `json:"old"`
	OldFrom  time.Time         `json:"old_from"`
	OldTo    time.Time         `json:"old_to"`
	// Threshold is how much lower the new accuracy may lie, a fraction as text; CheckHours after how
	// many hours that is decided.
	Threshold  string `json:"threshold"`
	CheckHours int    `json:"check_hours"`
	// Hours are the new version's outcomes as they came in.
	Hours []drift.HourTally `json:"hours"`
}

// WatchOf compares a watched version with the one before it as things stand.
func WatchOf(ctx context.Context, tx Tx, r *drift.Retrain, now time.Time) (*Watch, error) {
	s, err := tx.Settings(ctx, r.TenantID)
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	return watchUnder(ctx, tx, r, s, now)
}

// watchUnder does the same under other settings.
func watchUnder(ctx context.Context, tx Tx, r *drift.Retrain, s drift.Settings, now time.Time) (*Watch, error) {
	services, err := tx.Services(ctx, r.Model())
	if err != nil {
		return nil, err
	}
	w := &Watch{New: r.CandidateVersion, Old: r.ParentVersion}
	for _, s := range services {
		if s.Version == r.ParentVersion && s.To != nil && r.ActivatedAt != nil && !s.To.After(*r.ActivatedAt) {
			w.OldTo, w.OldFrom = *s.To, s.To.AddDate(0, 0, -previousDays)
			if s.From.After(w.OldFrom) {
				w.OldFrom = s.From
			}
			break
		}
	}
	in := rollback.Input{
		Threshold: s.Text("ROLLBACK_ACCURACY_DROP_THRESHOLD"), MinOutcomes: s.Int("ROLLBACK_MIN_OUTCOMES"),
		CheckHours: s.Int("ROLLBACK_CHECK_HOURS"), Activated: *r.ActivatedAt, Now: now, NewVersion: w.New, OldVersion: w.Old,
	}
	w.Threshold, w.CheckHours = in.Threshold, in.CheckHours
	in.New.Correct, in.New.Outcomes, err = tx.OutcomesBetween(ctx, drift.VersionKey{Model: r.Model(), Version: w.New}, *r.ActivatedAt, now)
	if err != nil {
		return nil, err
	}
	in.Old.Correct, in.Old.Outcomes, err = tx.OutcomesBetween(ctx, drift.VersionKey{Model: r.Model(), Version: w.Old}, w.OldFrom, w.OldTo)
	if err != nil {
		return nil, err
	}
	w.Decision, err = rollback.Decide(in)
	return w, err
}

// decideWatch keeps, rolls back, watches on, or leaves it to a manager, as the table of decisions says
// of the instant asOf.
func (e *Engine) decideWatch(ctx context.Context, tx Tx, r *drift.Retrain, now, asOf time.Time) error {
	if err := tx.LockServing(ctx, r.Model()); err != nil {
		return err
	}
	r, err := tx.Retrain(ctx, r.ID) // a person may have rolled it back before the lock was free
	if err != nil || r.State != drift.RetrainWatching || r.DueAt == nil {
		return err
	}
	w, err := WatchOf(ctx, tx, r, asOf)
	if err != nil {
		return err
	}
	switch w.Decision.Verdict {
	case rollback.Keep:
		return e.moveRetrain(ctx, tx, r, retrain.MoveKeep, drift.SystemActor(), now, w.Decision.Sentence)
	case rollback.RollBack:
		_, err := e.rollBack(ctx, tx, r.Model(), r.ParentVersion, drift.SystemActor(), w.Decision.Sentence, now)
		return err
	case rollback.AskManager:
		return e.restWatch(ctx, tx, r, w, nil, now)
	case rollback.NotYet:
		return e.restWatch(ctx, tx, r, w, &w.Decision.Due, now)
	}
	next := asOf.Add(watchAgain)
	if next.After(w.Decision.Until) {
		next = w.Decision.Until
	}
	return e.restWatch(ctx, tx, r, w, &next, now)
}

// restWatch leaves the retrain watching: looked at again at due, or by a manager alone where nil. The
// state stays, so that this is a line in the timeline and no move of the table.
func (e *Engine) restWatch(ctx context.Context, tx Tx, r *drift.Retrain, w *Watch, due *time.Time, now time.Time) error {
	r.DueAt, r.Note = due, w.Decision.Sentence
	entry := drift.RetrainEntry{
		RetrainID: r.ID, Version: r.Version + 1, At: now, Actor: drift.SystemActor().Name, Move: string(w.Decision.Verdict),
		From: r.State, To: r.State, Note: r.Note,
	}
	saved, err := tx.SaveRetrain(ctx, r, r.Version, entry)
	if err != nil {
		return fmt.Errorf("save retrain: %w", err)
	}
	if !saved {
		return errChanged
	}
	return recordRetrain(tx, drift.EventRetrainUpdated, r, entry)
}
