package drift

import "time"

// ProposalState is where a proposed change of settings stands.
type ProposalState string

// A proposal waits for an administrator, who takes it or not.
const (
	ProposalOpen     ProposalState = "open"
	ProposalAccepted ProposalState = "accepted"
	ProposalDeclined ProposalState = "declined"
)

const (
	// MaxProposals bounds the proposals that wait at once, for one tenant or for every tenant.
	MaxProposals = 20
	// ProposalRows bounds the proposals that a page lists.
	ProposalRows = 20
)

// SettingProposal is values of settings that somebody asks an administrator to set, all of them or none.
type SettingProposal struct {
	ID       int64
	TenantID int64  // 0 for every tenant
	Tenant   string // "" for every tenant
	// Values are those asked for and Were those in force when they were, by setting.
	Values, Were map[string]string
	Reason       string
	By           string
	At           time.Time
	State        ProposalState
	DecidedBy    string // "" while it is open
	DecidedAt    *time.Time
	DecidedWhy   string
}
