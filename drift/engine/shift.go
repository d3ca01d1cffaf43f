package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/oncall"
)

// Shifts reads shifts and keeps hand-overs.
type Shifts interface {
	// Shift reads what happened in [from, to), and what is open now, for every tenant of the actor.
	Shift(ctx context.Context, from, to time.Time) (drift.Shift, error)
	// PutHandOver keeps a hand-over as it stands, and sets its number.
	PutHandOver(ctx context.Context, h *drift.HandOver) error
}

// HandOverRequest is what somebody hands over: the stretch of time, notes, and to whom.
type HandOverRequest struct {
	From, To time.Time
	Name     string // who takes over, "" for whoever comes
	Notes    string
	// Give are the author's own open alerts, as they saw them, that go to Name.
	Give []drift.AlertVersion
}

// HandOver keeps a shift as it stands now, and gives the author's alerts to whoever takes over. Each of
// those for itself: what was refused is written in the hand-over with the reason. All of it is one
// transaction.
func (e *Engine) HandOver(ctx context.Context, by drift.Actor, req HandOverRequest) (*drift.HandOver, error) {
	if !by.System && !by.Role.AtLeast(drift.RoleOperator) {
		return nil, drift.Forbidden("Your role may look but not hand over. An operator can.")
	}
	now := e.clock().UTC()
	if err := checkHandOver(&req, now); err != nil {
		return nil, err
	}
	var h *drift.HandOver
	err := e.givingWay(ctx, by, func(tx Tx) error {
		given, err := e.give(ctx, tx, by, req, now)
		if err != nil {
			return err
		}
		h = &drift.HandOver{By: by.Name, At: now, To: req.Name, Notes: req.Notes}
		if h.Shift, err = tx.Shift(ctx, req.From, req.To); err != nil {
			return err
		}
		h.Shift.OnCall = oncall.Heads(h.Shift.Plans, now)
		changed := 0
		for i := range h.Shift.Tenants {
			t := &h.Shift.Tenants[i]
			t.Given = append(t.Given, given[t.TenantID]...)
			for _, g := range t.Given {
				if g.Refused == "" {
					changed++
				}
			}
		}
		if err := tx.PutHandOver(ctx, h); err != nil {
			return err
		}
		return auditHandOver(tx, by, h, changed)
	})
	if err != nil {
		return nil, busy(err)
	}
	return h, nil
}

// auditHandOver writes who handed over what to whom, under the tenant where there is one only.
func auditHandOver(tx Tx, by drift.Actor, h *drift.HandOver, given int) error {
	detail, err := json.Marshal(map[string]any{
		"from": h.Shift.From, "to": h.Shift.To, "given_to": h.To, "alerts_given": given, "tenants": len(h.Shift.Tenants),
	})
	if err != nil {
		return fmt.Errorf("encode a hand-over: %w", err)
	}
	entry := drift.AuditEntry{At: h.At, Actor: by.Name, Action: "handover.make", Object: fmt.Sprintf("handover/%d", h.ID), Detail: detail}
	if len(h.Shift.Tenants) == 1 {
		entry.TenantID = h.Shift.Tenants[0].TenantID
	}
	tx.Audit(entry)
	return nil
}

// CheckShift refuses a stretch of time that is no shift.
func CheckShift(from, to, now time.Time) error {
	switch {
	case !from.Before(to):
		return drift.Invalid("from", "A shift begins before it ends.")
	case to.After(now):
		return drift.Invalid("to", "A shift cannot end ahead of now: nobody knows yet what will happen.")
	case to.Sub(from) > drift.MaxShift:
		return drift.Invalid("from", "A hand-over covers at most 7 days. For longer stretches there are reports.")
	}
	return nil
}

func checkHandOver(req *HandOverRequest, now time.Time) error {
	req.Notes = strings.TrimSpace(req.Notes)
	if err := CheckShift(req.From, req.To, now); err != nil {
		return err
	}
	switch {
	case utf8.RuneCountInString(req.Notes) > drift.MaxHandOverNotes:
		return drift.Invalid("notes", fmt.Sprintf("Notes have at most %d characters.", drift.MaxHandOverNotes))
	case !utf8.ValidString(req.Notes) || strings.ContainsRune(req.Notes, 0):
		return drift.Invalid("notes", "The notes hold characters that cannot be stored.")
	case len(req.Give) > MaxBulk:
		return drift.Invalid("pick", fmt.Sprintf("One request moves at most %d alerts.", MaxBulk))
	case len(req.Give) > 0 && req.Name == "":
		return drift.Invalid("name", "Say who takes your alerts over, or take the tick away.")
	}
	return nil
}

// give assigns the author's alerts, and says by tenant what became of each.
func (e *Engine) give(ctx context.Context, tx Tx, by drift.Actor, req HandOverRequest, now time.Time) (map[int64][]drift.ShiftGiven, error) {
	if req.Name == by.Name {
		return nil, drift.Invalid("name", "You cannot hand over to yourself. Choose somebody else, or nobody.")
	}
	out := map[int64][]drift.ShiftGiven{}
	for _, x := range slices.SortedFunc(slices.Values(req.Give), func(a, b drift.AlertVersion) int { return cmp.Compare(a.ID, b.ID) }) {
		a, err := tx.Alert(ctx, x.ID)
		if err != nil {
			return nil, err // an alert that the author cannot see was never theirs
		}
		g := drift.ShiftGiven{AlertID: a.ID, ModelType: a.ModelType}
		tenant := a.TenantID
		if a.Assignee != by.Name {
			g.Refused = whose(a)
			out[tenant] = append(out[tenant], g)
			continue
		}
		var refused *drift.Error
		moved, err := e.move(ctx, tx, by, MoveRequest{
			AlertID: x.ID, Version: x.Version, Move: drift.MoveAssign, Assignee: req.Name, Note: "Handed over at the end of the shift.",
		}, now)
		if err != nil && (moved != nil || !refuses(err, &refused)) {
			return nil, fmt.Errorf("alert %d: %w", x.ID, err)
		}
		if refused != nil {
			g.Refused = refused.Message
		}
		out[tenant] = append(out[tenant], g)
	}
	return out, nil
}

// whose says that an alert is not the author's any more.
func whose(a *drift.Alert) string {
	if a.Assignee == "" {
		return "It is nobody's any more."
	}
	return fmt.Sprintf("%s has it by now.", a.Assignee)
}
