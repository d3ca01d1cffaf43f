package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// activate puts a validated candidate into service: old out, new in, event, audit, read back, in one
// transaction. Where another version serves than the one it was compared with, it fails instead.
func (e *Engine) activate(ctx context.Context, id int64) error {
	return e.system(ctx, func(tx Tx) error {
		h, err := tx.HoldHalt(ctx)
		if err != nil || h != nil {
			return err // the stop has ended it, or will
		}
		r, err := tx.Retrain(ctx, id)
		if err != nil || r.State != drift.RetrainActivating {
			return err
		}
		m, now := r.Model(), e.clock().UTC()
		if err := tx.LockServing(ctx, m); err != nil {
			return err
		}
		old, err := tx.Serving(ctx, m)
		if err != nil {
			return err
		}
		if old.Version != r.ParentVersion {
			return e.moveRetrain(ctx, tx, r, retrain.MoveFail, drift.SystemActor(), now, fmt.Sprintf(
				"Version %s serves now, not %s with which the candidate was compared. Ask for another retrain.", old.Version, r.ParentVersion))
		}
		paused, err := pausedFor(ctx, tx, r)
		if err != nil {
			return err
		}
		if paused != nil {
			return e.moveRetrain(ctx, tx, r, retrain.MoveFail, drift.SystemActor(), now, pausedWords(paused))
		}
		next := drift.VersionKey{Model: m, Version: r.CandidateVersion}
		if kept, err := tx.VersionOf(ctx, next); err != nil && drift.CodeOf(err) != drift.CodeNotFound {
			return err
		} else if err != nil || kept.Source != sourceTrained || kept.Digest == "" {
			return e.moveRetrain(ctx, tx, r, retrain.MoveFail, drift.SystemActor(), now, fmt.Sprintf(
				"No artefact is kept of a candidate called %s, so that it cannot serve. Version %s stays in service.", next.Version, old.Version))
		}
		if now, err = inService(ctx, tx, m, now); err != nil {
			return err
		}
		if err := tx.Activate(ctx, old, next, now); err != nil {
			return err
		}
		s, err := tx.Settings(ctx, r.TenantID)
		if err != nil {
			return fmt.Errorf("settings: %w", err)
		}
		r.ActivatedAt = &now
		r.DueAt = after(now, time.Duration(s.Int("ROLLBACK_CHECK_HOURS"))*time.Hour)
		note := fmt.Sprintf("Version %s serves in place of %s; it is judged at %s.", next.Version, old.Version, r.DueAt.Format("2006-01-02 15:04 UTC"))
		if err := e.moveRetrain(ctx, tx, r, retrain.MoveActivated, drift.SystemActor(), now, note); err != nil {
			return err
		}
		return recordServing(tx, drift.EventModelActivated, m, drift.SystemActor(), now, "model.activate",
			map[string]any{"version": next.Version, "previous": old.Version, "retrain": r.ID, "approved_by": r.ApprovedBy})
	})
}

// inService is when a version comes into service: now, or a microsecond after the one before it where
// this server's clock is behind the one that put that in. No stretch of service is empty or overlaps.
func inService(ctx context.Context, tx Tx, m drift.Model, now time.Time) (time.Time, error) {
	now = now.Truncate(time.Microsecond) // as the database keeps it
	services, err := tx.Services(ctx, m)
	if err != nil || len(services) == 0 || now.After(services[0].From) {
		return now, err
	}
	return services[0].From.Add(time.Microsecond).UTC(), nil
}

// RollbackRequest is what a manager asks for. To "" is the version that served before.
type RollbackRequest struct {
	Model  drift.Model // by name
	From   string      // the version looked at; "" is the one that serves when the request comes in
	To     string
	Reason string
}

// Rollback is what a rollback did, or would do.
type Rollback struct {
	Model     drift.Model `json:"-"`
	Tenant    string      `json:"tenant"`
	ModelType string      `json:"model_type"`
	From      string      `json:"from"`
	To        string      `json:"to"`
	At        time.Time   `json:"at"`
}

// RollBack puts an earlier version back into service as a person. Neither the queue, nor a flag, nor
// the emergency stop is asked.
func (e *Engine) RollBack(ctx context.Context, by drift.Actor, req RollbackRequest) (*Rollback, error) {
	if !by.System && !by.Role.AtLeast(drift.RoleManager) {
		return nil, drift.Forbidden("Your role may not roll a model back. A manager can.")
	}
	reason, err := reasonOf(req.Reason)
	if err != nil {
		return nil, err
	}
	var out *Rollback
	seen := req.From
	err = e.system(ctx, func(tx Tx) error {
		m, err := modelNamed(ctx, tx, by, req.Model)
		if err != nil {
			return err
		}
		if seen == "" { // before the lock: whoever waits for it must not go back twice
			v, err := tx.Serving(ctx, m)
			if err != nil {
				return err
			}
			seen = v.Version
		}
		if err := tx.LockServing(ctx, m); err != nil {
			return err
		}
		if err := stillServes(ctx, tx, m, seen); err != nil {
			return err
		}
		out, err = e.rollBack(ctx, tx, m, req.To, by, reason, e.clock().UTC())
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// stillServes refuses a rollback of a version that somebody else has taken out of service meanwhile.
func stillServes(ctx context.Context, tx Tx, m drift.Model, seen string) error {
	active, err := tx.Serving(ctx, m)
	if err != nil || active.Version == seen {
		return err
	}
	winner, at := drift.SystemActor().Name, active.ActivatedAt
	if p, err := tx.Paused(ctx, m); err != nil {
		return err
	} else if p != nil && !p.Since.Before(at) {
		winner, at = p.By, p.Since
	}
	return &drift.Error{
		Code: drift.CodeConflict,
		Message: fmt.Sprintf("%s was faster: version %s serves now, not %s. Your request changed nothing; look at the model as it is now.",
			winner, active.Version, seen),
		Extra: map[string]any{"version": active.Version, "winner": winner, "won_at": at.UTC()},
	}
}

// rollBack takes the active version out of service, ends the watch on it, raises ML_ROLLBACK and
// pauses the model's retraining until a person lifts it. A retrain that would begin by itself goes back
// to a manager; one that trains is not activated, see pausedFor.
func (e *Engine) rollBack(ctx context.Context, tx Tx, m drift.Model, to string, by drift.Actor, reason string, now time.Time) (*Rollback, error) {
	if err := tx.LockServing(ctx, m); err != nil {
		return nil, err
	}
	if err := tx.LockModel(ctx, m); err != nil {
		return nil, err
	}
	from, target, err := rollbackTarget(ctx, tx, m, to)
	if err != nil {
		return nil, err
	}
	if now, err = inService(ctx, tx, m, now); err != nil {
		return nil, err
	}
	if err := tx.Activate(ctx, from, target, now); err != nil {
		return nil, err
	}
	r, err := tx.LiveRetrain(ctx, m)
	if err != nil {
		return nil, err
	}
	if r != nil && r.State == drift.RetrainWatching && r.CandidateVersion == from.Version {
		mover := by
		if by.System {
			mover = drift.SystemActor()
			mover.Name = by.Name
		}
		err := e.moveRetrain(ctx, tx, r, retrain.MoveRollBack, mover, now, reason)
		if drift.CodeOf(err) == drift.CodeConflict { // kept in this very moment: that does not stop a rollback
			err = errChanged
		}
		if err != nil {
			return nil, err
		}
	}
	if r != nil && !r.Manual {
		why := fmt.Sprintf("Version %s was rolled back to %s, and retraining is paused. A manager looks again before anything is trained.", from.Version, target.Version)
		if err := e.backToManager(ctx, tx, r, now, why); err != nil {
			return nil, err
		}
	}
	if err := tx.PutPause(ctx, drift.Pause{Model: m, By: by.Name, Reason: reason, Since: now}); err != nil {
		return nil, err
	}
	err = recordServing(tx, drift.EventModelRolledBack, m, by, now, "model.roll_back",
		map[string]any{"version": target.Version, "previous": from.Version, "reason": reason})
	if err != nil {
		return nil, err
	}
	if err := e.raiseRollback(ctx, tx, m, from.Version, target.Version, reason, by, now); err != nil {
		return nil, err
	}
	return &Rollback{m, m.Tenant, m.ModelType, from.Version, target.Version, now}, nil
}

// rollbackTarget finds the active version and the one to go back to: the given one if it ever served,
// or the one before it in the line of service.
func rollbackTarget(ctx context.Context, tx Tx, m drift.Model, to string) (drift.Version, drift.VersionKey, error) {
	active, err := tx.Serving(ctx, m)
	if err != nil {
		return active, drift.VersionKey{}, err
	}
	services, err := tx.Services(ctx, m)
	if err != nil {
		return active, drift.VersionKey{}, err
	}
	if !active.Active || len(services) < 2 {
		return active, drift.VersionKey{}, &drift.Error{Code: drift.CodeConflict, Message: fmt.Sprintf(
			"There is nothing to go back to: %s is the only version of %s that has served.", active.Version, m.ModelType)}
	}
	if to == "" {
		if to = previous(services); to == "" {
			return active, drift.VersionKey{}, &drift.Error{Code: drift.CodeConflict, Message: fmt.Sprintf(
				"There is nothing to go back to: no version of %s served before %s. One that was rolled back has to be named.", m.ModelType, active.Version)}
		}
	}
	if to == active.Version {
		return active, drift.VersionKey{}, &drift.Error{Code: drift.CodeConflict, Message: fmt.Sprintf("Version %s serves already.", to)}
	}
	for _, s := range services {
		if s.Version == to {
			return active, drift.VersionKey{Model: m, Version: s.Version}, nil
		}
	}
	return active, drift.VersionKey{}, drift.Invalid("to", fmt.Sprintf("Version %q of %s has never served, so there is no going back to it.", to, m.ModelType))
}

// previous finds the version before the active one, of services newest first: a version that came back
// takes those that served in between out of the line, so that a second rollback goes further back, not
// to what the first has just taken out. It is "" where there is none.
func previous(services []drift.Service) string {
	var line []string
	for _, s := range slices.Backward(services) {
		if i := slices.Index(line, s.Version); i >= 0 {
			line = line[:i]
		}
		line = append(line, s.Version)
	}
	if len(line) < 2 {
		return ""
	}
	return line[len(line)-2]
}

// PreviewRollback says what a rollback would do, without doing it.
func (e *Engine) PreviewRollback(ctx context.Context, by drift.Actor, req RollbackRequest) (*Rollback, error) {
	var out *Rollback
	err := e.store.InTx(ctx, by, func(tx Tx) error {
		m, err := modelNamed(ctx, tx, by, req.Model)
		if err != nil {
			return err
		}
		from, target, err := rollbackTarget(ctx, tx, m, req.To)
		if err == nil {
			out = &Rollback{m, m.Tenant, m.ModelType, from.Version, target.Version, e.clock().UTC()}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// rollbackTeam is told of every rollback at once.
const rollbackTeam = "ML Team Lead"

// raiseRollback raises ML_ROLLBACK and escalates it to the ML team lead in the same moment, or once the
// silence that hides it is over: a silence stops no rollback. Whoever rolled back by hand has it.
func (e *Engine) raiseRollback(ctx context.Context, tx Tx, m drift.Model, from, to, reason string, by drift.Actor, now time.Time) error {
	key := "rollback:" + m.ModelType + ":" + from
	open, err := tx.OpenAlert(ctx, m.TenantID, key)
	if err != nil || open != nil {
		return err
	}
	s, err := tx.Settings(ctx, m.TenantID)
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	a := &drift.Alert{
		TenantID: m.TenantID, Tenant: m.Tenant, AlertType: drift.AlertRollback, Severity: drift.SeverityCritical,
		CurrentSeverity: drift.SeverityCritical, ModelType: m.ModelType, ModelVersion: from, DedupKey: key, CheckDate: drift.DateOf(now),
		Message:        fmt.Sprintf("%s was rolled back from version %s to %s. %s", m.ModelType, from, to, reason),
		Recommendation: "Find out why the new version was worse before retraining is allowed again: its retraining is paused until a manager resumes it.",
	}
	if by.UserID != 0 { // no program and no shell
		a.Assignee = by.Name
	}
	p := &pass{e: e, now: now, date: drift.DateOf(now), settings: newSettingsFor()}
	if err := p.raise(ctx, tx, a, s); err != nil {
		return err
	}
	return p.toLead(ctx, tx, a, s)
}

// toLead escalates a rollback's alert that is NEW and went to nobody yet to the ML team lead.
func (p *pass) toLead(ctx context.Context, tx Tx, a *drift.Alert, s drift.Settings) error {
	if a.AlertType != drift.AlertRollback || a.Status != drift.AlertNew || a.Team != "" {
		return nil
	}
	a.Team = rollbackTeam
	return p.systemMove(ctx, tx, a, drift.MoveOverdue, "A rollback goes to the ML Team Lead at once.", s)
}
