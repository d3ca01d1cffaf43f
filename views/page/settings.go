package page

import (
	"net/url"
	"time"

	"github.com/driftwatch/driftwatch/views/component"
)

// SettingsVM lists every setting with the value in force. Each row leads to the
// page that changes it and has the command that does.
type SettingsVM struct {
	// Line says how many differ from their default, and for which tenant the
	// values are shown.
	Line   []component.Piece
	Groups []SettingGroupVM
	Now    time.Time
	// Query is what was looked for, Found how many settings hold it; Tenant whose values are shown, "" for everybody's.
	Query, Found, Tenant string
	// MayChange is set for those who may change settings.
	MayChange bool
	Note      component.FormNoteVM
	// Proposals wait for an administrator, or were decided lately.
	Proposals []ProposalVM
	Undecided int // of them, that the reader can decide
}

// SettingGroupVM is a titled group of settings. ID is its anchor.
type SettingGroupVM struct {
	ID, Title, Note string
	Settings        []SettingVM
}

// SettingVM is one setting.
type SettingVM struct {
	Name string
	// Value is the value in force as it is stored ("0.20"), Words the same
	// with its unit in words ("20 points of accuracy").
	Value, Words string
	Default      string
	// Allowed says which values it may have.
	Allowed string
	// Differs marks a value that is not the default.
	Differs bool
	// From is where the value comes from: "default", "file", "database, all
	// tenants", "database, acme".
	From string
	// ChangedBy, ChangedAt and Why tell the last change; ChangedBy is "" when
	// it was never changed.
	ChangedBy string
	ChangedAt time.Time
	Why       string
	// Command is the shell command that changes it.
	Command string
	// Own says how many tenants have a value of their own, "" where none has.
	Own string
	// Href leads to the setting's own page.
	Href string
	// Shell marks what is changed by its command alone.
	Shell bool
}

// summaryHref answers with SettingsSummary for the same tenant; the page asks it after events.
func (v SettingsVM) summaryHref() string {
	q := url.Values{"part": {"summary"}}
	if v.Tenant != "" {
		q.Set("tenant", v.Tenant)
	}
	return "/settings?" + q.Encode()
}

// everything leads to the list without what was looked for.
func (v SettingsVM) everything() string {
	if v.Tenant == "" {
		return "/settings"
	}
	return "/settings?" + url.Values{"tenant": {v.Tenant}}.Encode()
}
