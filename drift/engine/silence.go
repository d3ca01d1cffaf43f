package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/driftwatch/driftwatch/drift"
)

// Silences keeps silences and what they hid.
type Silences interface {
	// PutSilence writes a new silence and sets its ID and its tenant's name.
	PutSilence(ctx context.Context, s *drift.Silence) error
	// Silence returns one silence; CodeNotFound where it is not there for this actor.
	Silence(ctx context.Context, id int64) (*drift.Silence, error)
	// EndSilence keeps when, by whom and why a silence was ended early; false where it was ended already.
	EndSilence(ctx context.Context, s *drift.Silence) (bool, error)
	// SilencesInForce lists the silences that hold at a time for alerts of a tenant.
	SilencesInForce(ctx context.Context, tenant int64, at time.Time) ([]drift.Silence, error)
	// Unsilenced lists the alerts that are NEW and match a silence in force, oldest first.
	Unsilenced(ctx context.Context, at time.Time, limit int) ([]drift.AlertKey, error)
	// NoteHidden keeps that a silence hid an alert.
	NoteHidden(ctx context.Context, silence int64, a *drift.Alert, at time.Time) error
	// HastenReturns makes what is hidden by a silence that was ended early fall due at once.
	HastenReturns(ctx context.Context, now time.Time) error
}

// Silence begins or plans a silence. What it hides now is hidden when this returns: each alert in a
// transaction of its own, as timers are, so that ten thousand of them do not hold up the rest.
func (e *Engine) Silence(ctx context.Context, by drift.Actor, s drift.Silence) (*drift.Silence, error) {
	now := e.clock().UTC()
	if s.StartsAt.IsZero() {
		s.StartsAt = now
	}
	s.Reason = strings.TrimSpace(s.Reason)
	s.CreatedBy, s.CreatedAt = by.Name, now
	if err := s.Check(now, by); err != nil {
		return nil, err
	}
	err := e.store.InTx(ctx, by, func(tx Tx) error {
		if s.Match.ModelType != "" {
			types, err := tx.ModelTypes(ctx)
			if err != nil {
				return fmt.Errorf("model types: %w", err)
			}
			if !registered(types, s.Match.ModelType) {
				return drift.Invalid("model_type", fmt.Sprintf("No model type is called %q.", s.Match.ModelType))
			}
		}
		if err := tx.PutSilence(ctx, &s); err != nil {
			return fmt.Errorf("put silence: %w", err)
		}
		return recordSilence(tx, "silence.create", &s, by, now)
	})
	if err != nil {
		return nil, err
	}
	e.soon(ctx, "hide what a silence matches")
	return &s, nil
}

func registered(types []drift.ModelType, name string) bool {
	for _, t := range types {
		if t.Name == name {
			return true
		}
	}
	return false
}

// EndSilence ends a silence before its time. What it hid is NEW when this returns.
func (e *Engine) EndSilence(ctx context.Context, by drift.Actor, id int64, note string) (*drift.Silence, error) {
	if !by.Role.AtLeast(drift.RoleOperator) {
		return nil, drift.Forbidden("Your role may look but not end a silence. An operator can.")
	}
	note = strings.TrimSpace(note)
	if utf8.RuneCountInString(note) > maxNote || !utf8.ValidString(note) || strings.ContainsRune(note, 0) {
		return nil, drift.Invalid("note", fmt.Sprintf("A note is plain text of at most %d characters.", maxNote))
	}
	var s *drift.Silence
	now := e.clock().UTC()
	err := e.store.InTx(ctx, by, func(tx Tx) (err error) {
		if s, err = tx.Silence(ctx, id); err != nil {
			return err
		}
		if s.Match.TenantID == 0 && !by.AllTenants {
			return drift.Forbidden("This silence is of all tenants. Only who sees all of them ends it.")
		}
		if s.State(now) == drift.SilenceOver {
			return silenceOver(s)
		}
		s.EndedAt, s.EndedBy, s.EndNote = &now, by.Name, note
		ended, err := tx.EndSilence(ctx, s)
		if err != nil {
			return fmt.Errorf("end silence: %w", err)
		}
		if !ended {
			if s, err = tx.Silence(ctx, id); err != nil {
				return err
			}
			return silenceOver(s)
		}
		return recordSilence(tx, "silence.end", s, by, now)
	})
	if err != nil {
		return nil, err
	}
	e.soon(ctx, "bring back what a silence hid")
	return s, nil
}

func silenceOver(s *drift.Silence) error {
	msg := fmt.Sprintf("Silence %d is over already.", s.ID)
	if s.EndedBy != "" {
		msg = fmt.Sprintf("%s ended silence %d already.", s.EndedBy, s.ID)
	}
	return &drift.Error{Code: drift.CodeConflict, Message: msg, Extra: map[string]any{"winner": s.EndedBy, "won_at": s.Until()}}
}

// soon does at once what the timers would do within seconds. What fails here they do.
func (e *Engine) soon(ctx context.Context, what string) {
	if _, err := e.FireTimers(ctx); err != nil {
		e.log.Warn("could not "+what+" at once; the timers will", "error", err)
	}
}

// recordSilence writes down that a silence was made or ended, and tells everybody whom it concerns: also
// one that hides nothing yet shows on their boards.
func recordSilence(tx Tx, action string, s *drift.Silence, by drift.Actor, at time.Time) error {
	doc, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("encode silence: %w", err)
	}
	type told struct { // how many alerts it hid is another number for everybody
		*drift.Silence
		Hidden *int `json:"hidden,omitempty"`
	}
	payload, err := json.Marshal(map[string]told{"silence": {Silence: s}})
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	tx.Emit(drift.Event{Type: drift.EventSettingsChanged, TenantID: s.Match.TenantID, Tenant: s.Match.Tenant, At: at, Payload: payload})
	tx.Audit(drift.AuditEntry{
		At: at, TenantID: s.Match.TenantID, Actor: by.Name, Action: action, Object: fmt.Sprintf("silence/%d", s.ID), Detail: doc,
	})
	return nil
}

// silencing is the silence that an alert which is NEW falls under, the longest where several do; nil
// where none.
func silencing(ctx context.Context, tx Tx, a *drift.Alert, at time.Time) (*drift.Silence, error) {
	if a.Status != drift.AlertNew {
		return nil, nil
	}
	list, err := tx.SilencesInForce(ctx, a.TenantID, at)
	if err != nil {
		return nil, fmt.Errorf("silences in force: %w", err)
	}
	var longest *drift.Silence
	for i, s := range list {
		if s.Match.Matches(a) && (longest == nil || s.EndsAt.After(longest.EndsAt)) {
			longest = &list[i]
		}
	}
	return longest, nil
}

// hush hides an alert that is NEW and falls under a silence, and returns what happened for record; nil
// where nothing did. It stops no check: the alert goes on being refreshed, and a rise beyond what the
// silence matches brings it back.
func (p *pass) hush(ctx context.Context, tx Tx, a *drift.Alert) (*drift.TimelineEntry, error) {
	s, err := silencing(ctx, tx, a, p.now)
	if err != nil || s == nil {
		return nil, err
	}
	from := a.Status
	if a.Status, err = drift.Next(drift.MoveSilence, from, drift.SystemActor()); err != nil {
		return nil, fmt.Errorf("alert %d: %w", a.ID, err)
	}
	a.SilenceID = s.ID
	entry := entryFor(a, drift.MoveSilence, from, drift.SystemActor(), p.now, fmt.Sprintf("Silenced by %s: %s", s.CreatedBy, s.Reason))
	if entry.Detail, err = json.Marshal(drift.MoveDetail{Silence: s.ID}); err != nil {
		return nil, fmt.Errorf("encode silence of alert %d: %w", a.ID, err)
	}
	saved, err := tx.SaveAlert(ctx, a, a.Version, entry)
	if err != nil {
		return nil, fmt.Errorf("save alert: %w", err)
	}
	if !saved {
		return nil, fmt.Errorf("alert %d: %w", a.ID, errChanged)
	}
	if err := tx.NoteHidden(ctx, s.ID, a, p.now); err != nil {
		return nil, fmt.Errorf("note what a silence hid: %w", err)
	}
	if err := tx.ClearTimers(ctx, a); err != nil {
		return nil, fmt.Errorf("clear timers: %w", err)
	}
	if err := tx.SetTimer(ctx, a, drift.TimerUnsuppress, s.EndsAt); err != nil {
		return nil, fmt.Errorf("set the end of a silence: %w", err)
	}
	return &entry, nil
}

// recordHushed writes down a move and, where a silence hid the alert right after it, that too: both tell
// of the alert as it is now, so that nobody is called by what is hidden at once.
func (p *pass) recordHushed(ctx context.Context, tx Tx, kind drift.EventType, a *drift.Alert, entry drift.TimelineEntry) error {
	hidden, err := p.hush(ctx, tx, a)
	if err != nil {
		return err
	}
	if err := record(tx, kind, a, entry); err != nil || hidden == nil {
		return err
	}
	return record(tx, drift.EventAlertUpdated, a, *hidden)
}

// leaveSilence takes an alert that is hidden no more out of its silence; the entry keeps which that was.
func leaveSilence(a *drift.Alert, e *drift.TimelineEntry) (err error) {
	if a.SilenceID == 0 || a.Status == drift.AlertSuppressed {
		return nil
	}
	if e.Detail, err = json.Marshal(drift.MoveDetail{Silence: a.SilenceID}); err != nil {
		return fmt.Errorf("encode the silence of alert %d: %w", a.ID, err)
	}
	a.SilenceID = 0
	return nil
}

// applySilences hides what became NEW before its silence began, and returns how many it hid.
func (e *Engine) applySilences(ctx context.Context, now time.Time) (int, error) {
	made := 0
	for {
		var due []drift.AlertKey
		err := e.system(ctx, func(tx Tx) (err error) {
			due, err = tx.Unsilenced(ctx, now, timerBatch)
			return err
		})
		if err != nil {
			return made, fmt.Errorf("alerts to silence: %w", err)
		}
		before := made
		for _, d := range due {
			if !e.covers(d.TenantID) {
				continue
			}
			err := e.system(ctx, func(tx Tx) error {
				a, err := tx.Alert(ctx, d.ID)
				if err != nil {
					return fmt.Errorf("alert %d: %w", d.ID, err)
				}
				p := &pass{e: e, now: now, settings: newSettingsFor()}
				hidden, err := p.hush(ctx, tx, a)
				if err != nil || hidden == nil {
					return err
				}
				made++
				return record(tx, drift.EventAlertUpdated, a, *hidden)
			})
			if err != nil {
				return made, err
			}
		}
		if len(due) < timerBatch || made == before {
			return made, nil
		}
	}
}

// returned says why a suppression is over.
func returned(ctx context.Context, tx Tx, a *drift.Alert) (string, error) {
	if a.SilenceID == 0 {
		return "Its suppression ended.", nil
	}
	s, err := tx.Silence(ctx, a.SilenceID)
	if err != nil {
		return "", fmt.Errorf("silence of alert %d: %w", a.ID, err)
	}
	if s.EndedBy == "" {
		return fmt.Sprintf("Silence %d ended.", s.ID), nil
	}
	if s.EndNote == "" {
		return fmt.Sprintf("%s ended silence %d early.", s.EndedBy, s.ID), nil
	}
	return fmt.Sprintf("%s ended silence %d early: %s", s.EndedBy, s.ID, s.EndNote), nil
}
