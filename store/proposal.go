package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

func (tx *Tx) proposals(ctx context.Context, tail string, args ...any) ([]drift.SettingProposal, error) {
	rows, err := tx.Query(ctx, `SELECT p.id, p.scope, COALESCE(t.name, ''), p.wanted, p.were, p.reason, p.proposed_by, p.proposed_at,
			p.state, p.decided_by, p.decided_at, p.decided_why
		FROM setting_proposal p LEFT JOIN tenant t ON t.id = p.scope `+tail, args...)
	return collected(rows, err, pgx.RowToStructByPos[drift.SettingProposal], "proposals")
}

// Proposals lists the proposals for a tenant and, beside them, those for every tenant; with tenant 0 all that
// the actor sees: those that wait first, then the newest decided.
func (tx *Tx) Proposals(ctx context.Context, tenant int64) ([]drift.SettingProposal, error) {
	return tx.proposals(ctx, `WHERE $1 = 0 OR p.scope IN (0, $1) ORDER BY p.state <> 'open', p.id DESC LIMIT $2`, tenant, drift.ProposalRows)
}

// Proposal returns one proposal, held until the transaction ends; CodeNotFound where there is none of this
// number.
func (tx *Tx) Proposal(ctx context.Context, id int64) (*drift.SettingProposal, error) {
	list, err := tx.proposals(ctx, `WHERE p.id = $1 FOR UPDATE OF p`, id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, drift.NotFound("There is no such proposal.")
	}
	return &list[0], nil
}

// PutProposal writes a new proposal and sets its ID. CodeInvalid where too many wait already.
func (tx *Tx) PutProposal(ctx context.Context, p *drift.SettingProposal) error {
	var n int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM setting_proposal WHERE scope = $1 AND state = 'open'`, p.TenantID).Scan(&n); err != nil {
		return fmt.Errorf("count proposals: %w", err)
	}
	if n >= drift.MaxProposals {
		return drift.Invalid("reason", fmt.Sprintf("%d proposals wait already. Ask an administrator to decide them first.", n))
	}
	values, err := json.Marshal(p.Values)
	if err != nil {
		return fmt.Errorf("encode values: %w", err)
	}
	were, err := json.Marshal(p.Were)
	if err != nil {
		return fmt.Errorf("encode values in force: %w", err)
	}
	err = tx.QueryRow(ctx, `INSERT INTO setting_proposal (scope, wanted, were, reason, proposed_by, proposed_at)
		VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`, p.TenantID, values, were, p.Reason, p.By, p.At).Scan(&p.ID)
	return errOr(err, "insert proposal")
}

// DecideProposal keeps who decided a proposal, when and why.
func (tx *Tx) DecideProposal(ctx context.Context, p *drift.SettingProposal) error {
	_, err := tx.Exec(ctx, `UPDATE setting_proposal SET state = $3, decided_by = $4, decided_at = $5, decided_why = $6
		WHERE scope = $1 AND id = $2 AND state = 'open'`, p.TenantID, p.ID, string(p.State), p.DecidedBy, p.DecidedAt, p.DecidedWhy)
	return errOr(err, "decide proposal")
}
