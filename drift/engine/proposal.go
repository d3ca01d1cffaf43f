package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
)

// ProposeSettings asks an administrator to set values: an operator's or manager's way from the thresholds
// that they tried to those in force. The values are checked as a change is; only those that differ from what
// is in force are kept, and CodeInvalid where none does.
func (e *Engine) ProposeSettings(ctx context.Context, by drift.Actor, p drift.SettingProposal) (*drift.SettingProposal, error) {
	if !by.System && !by.Role.AtLeast(drift.RoleOperator) {
		return nil, drift.Forbidden("Operators, managers and administrators propose settings.")
	}
	p.Reason = strings.TrimSpace(p.Reason)
	if err := drift.ValidReason("reason", p.Reason); err != nil {
		return nil, err
	}
	values, err := triable(p.Values)
	if err != nil {
		return nil, err
	}
	p.By, p.At, p.State, p.Values, p.Were = by.Name, e.clock().UTC(), drift.ProposalOpen, map[string]string{}, map[string]string{}
	err = e.system(ctx, func(tx Tx) error {
		if err := tx.LockSettings(ctx); err != nil {
			return err
		}
		var err error
		if p.TenantID, err = scopeOf(ctx, tx, by, p.Tenant); err != nil {
			return err
		}
		now, err := tx.Settings(ctx, p.TenantID)
		if err != nil {
			return fmt.Errorf("settings: %w", err)
		}
		after := now
		for name, v := range values {
			if was := now.Text(name); was != v {
				p.Values[name], p.Were[name], after = v, was, after.With(name, v)
			}
		}
		if len(p.Values) == 0 {
			return drift.Invalid("set", "These values are in force already. Move a threshold first.")
		}
		if err := after.CheckTogether(); err != nil {
			return err
		}
		if err := tx.PutProposal(ctx, &p); err != nil {
			return err
		}
		return e.recordProposal(tx, by, &p, "setting.propose")
	})
	if err != nil {
		return nil, err
	}
	return &p, nil
}

// DecideProposal accepts a proposal, which sets all its values in the same transaction, or declines it. What
// was set meanwhile is not overwritten (CodeConflict), and what is decided stays so.
func (e *Engine) DecideProposal(ctx context.Context, by drift.Actor, id int64, accept bool, why string) (*drift.SettingProposal, error) {
	if !by.System && !by.Role.AtLeast(drift.RoleAdmin) {
		return nil, drift.Forbidden("Only an administrator decides what is proposed.")
	}
	why = strings.TrimSpace(why)
	if !accept || why != "" {
		if err := drift.ValidReason("reason", why); err != nil {
			return nil, err
		}
	}
	var p *drift.SettingProposal
	var action string
	err := e.system(ctx, func(tx Tx) (err error) {
		if err = tx.LockSettings(ctx); err != nil {
			return err
		}
		if p, err = tx.Proposal(ctx, id); err != nil {
			return err
		}
		switch {
		case p.TenantID == 0 && !by.AllTenants:
			return drift.Forbidden("This proposal is for every tenant, and you see some only.")
		case p.TenantID != 0 && !by.MaySee(p.TenantID):
			return drift.NotFound("There is no such proposal.")
		}
		if p.State != drift.ProposalOpen {
			return &drift.Error{Code: drift.CodeConflict, Message: fmt.Sprintf("%s has decided this proposal already.", p.DecidedBy)}
		}
		at := e.clock().UTC()
		p.DecidedBy, p.DecidedAt, p.DecidedWhy = by.Name, &at, why
		p.State, action = drift.ProposalDeclined, "setting.decline"
		if accept {
			p.State, action = drift.ProposalAccepted, "setting.accept"
			if _, err := e.setAll(ctx, tx, by, proposedChanges(p)); err != nil {
				return err
			}
		}
		if err := tx.DecideProposal(ctx, p); err != nil {
			return err
		}
		return e.recordProposal(tx, by, p, action)
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// proposedChanges are a proposal's values as changes, with who proposed them in the reason.
func proposedChanges(p *drift.SettingProposal) []SettingChange {
	reason := fmt.Sprintf("Proposed by %s: %s", p.By, p.Reason)
	if p.DecidedWhy != "" {
		reason += " " + p.DecidedWhy
	}
	var out []SettingChange
	for _, name := range slices.Sorted(maps.Keys(p.Values)) {
		value, was := p.Values[name], p.Were[name]
		out = append(out, SettingChange{Tenant: p.Tenant, Name: name, Value: &value, Reason: reason, Was: &was})
	}
	return out
}

// recordProposal writes down that something was proposed or decided, and tells whoever sees the settings it
// is about: an administrator may have them open.
func (e *Engine) recordProposal(tx Tx, by drift.Actor, p *drift.SettingProposal, action string) error {
	detail, err := json.Marshal(map[string]any{
		"proposal": p.ID, "tenant": p.Tenant, "values": p.Values, "were": p.Were, "reason": p.Reason, "proposed_by": p.By,
		"state": p.State, "decided_by": p.DecidedBy, "why": p.DecidedWhy,
	})
	if err != nil {
		return fmt.Errorf("encode proposal: %w", err)
	}
	payload, err := json.Marshal(map[string]json.RawMessage{"proposal": detail})
	if err != nil {
		return fmt.Errorf("encode event: %w", err)
	}
	at := e.clock().UTC()
	tx.Emit(drift.Event{Type: drift.EventSettingsChanged, TenantID: p.TenantID, Tenant: p.Tenant, At: at, Payload: payload})
	tx.Audit(drift.AuditEntry{At: at, TenantID: p.TenantID, Actor: by.Name, Action: action, Object: fmt.Sprintf("proposal/%d", p.ID), Detail: detail})
	return nil
}
