package engine

import (
	"context"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// keepTimers sets what falls due by itself after a move: a CRITICAL alert that is NEW escalates
// after CRITICAL_DRIFT_AUTO_ESCALATE_MINUTES, an acknowledgement with a time reminds then, a
// suppression ends. Comments and refreshes leave running timers alone.
func keepTimers(ctx context.Context, tx Tx, a *drift.Alert, m drift.Move, now, until time.Time, s drift.Settings) error {
	switch m {
	case drift.MoveComment, drift.MoveRefresh, drift.MoveClear:
		return nil
	}
	if err := tx.ClearTimers(ctx, a); err != nil {
		return fmt.Errorf("clear timers: %w", err)
	}
	set := func(k drift.TimerKind, due time.Time) error {
		if err := tx.SetTimer(ctx, a, k, due); err != nil {
			return fmt.Errorf("set timer %s: %w", k, err)
		}
		return nil
	}
	minutes := s.Int("CRITICAL_DRIFT_AUTO_ESCALATE_MINUTES")
	switch {
	case a.Status == drift.AlertNew && a.Severity == drift.SeverityCritical && minutes > 0:
		return set(drift.TimerEscalate, now.Add(time.Duration(minutes)*time.Minute))
	case a.Status == drift.AlertAcknowledged && !until.IsZero():
		return set(drift.TimerRemind, until)
	case a.Status == drift.AlertSuppressed:
		return set(drift.TimerUnsuppress, until)
	}
	return nil
}

// timerMoves says what each timer does.
var timerMoves = map[drift.TimerKind]drift.Move{
	drift.TimerEscalate: drift.MoveOverdue, drift.TimerRemind: drift.MoveRemind, drift.TimerUnsuppress: drift.MoveReturn,
}

// timerBatch is how many due timers are read at a time.
const timerBatch = 100

// FireTimers makes the moves that fell due, hides what silences match, and returns how many moves that were.
func (e *Engine) FireTimers(ctx context.Context) (int, error) {
	return e.fireTimers(ctx, e.clock().UTC(), false)
}

// fireTimers fires what is due at now. On a stepped clock each move is made at its own due time.
func (e *Engine) fireTimers(ctx context.Context, now time.Time, stepped bool) (int, error) {
	err := e.system(ctx, func(tx Tx) error { return tx.HastenReturns(ctx, now) })
	if err != nil {
		return 0, fmt.Errorf("end silences: %w", err)
	}
	made, err := e.applySilences(ctx, now) // first: what is hidden does not escalate
	if err != nil {
		return made, err
	}
	for {
		var due []drift.DueTimer
		err := e.system(ctx, func(tx Tx) (err error) {
			due, err = tx.DueTimers(ctx, now, timerBatch)
			return err
		})
		if err != nil {
			return made, fmt.Errorf("due timers: %w", err)
		}
		before := made
		for _, d := range due {
			if !e.covers(d.TenantID) {
				continue
			}
			at := now
			if stepped {
				at = d.DueAt
			}
			if err := e.fire(ctx, d, at); err != nil {
				return made, err
			}
			made++
		}
		if len(due) < timerBatch || made == before {
			return made, nil
		}
	}
}

// fire makes one timer's move; a timer whose alert has moved on is dropped.
func (e *Engine) fire(ctx context.Context, d drift.DueTimer, at time.Time) error {
	return e.system(ctx, func(tx Tx) error {
		a, err := tx.Alert(ctx, d.AlertID)
		if err != nil {
			return fmt.Errorf("alert %d: %w", d.AlertID, err)
		}
		m := timerMoves[d.Kind]
		if _, err := drift.Next(m, a.Status, drift.SystemActor()); err != nil {
			return tx.SetTimer(ctx, a, d.Kind, time.Time{})
		}
		s, err := tx.Settings(ctx, a.TenantID)
		if err != nil {
			return fmt.Errorf("settings: %w", err)
		}
		if m == drift.MoveOverdue && s.Int("CRITICAL_DRIFT_AUTO_ESCALATE_MINUTES") == 0 { // switched off meanwhile
			return tx.SetTimer(ctx, a, d.Kind, time.Time{})
		}
		note := ""
		switch m {
		case drift.MoveOverdue:
			a.Team = escalationTeam
			note = fmt.Sprintf("Nobody acknowledged it for %d minutes.", s.Int("CRITICAL_DRIFT_AUTO_ESCALATE_MINUTES"))
		case drift.MoveRemind:
			note = "The time that its acknowledger set has come."
		case drift.MoveReturn:
			if note, err = returned(ctx, tx, a); err != nil {
				return err
			}
		}
		p := &pass{e: e, now: at, settings: newSettingsFor()}
		if err := p.systemMove(ctx, tx, a, m, note, s); err != nil || m != drift.MoveReturn {
			return err
		}
		return p.toLead(ctx, tx, a, s)
	})
}
