package page

import "github.com/driftwatch/driftwatch/views/component"

// PreferencesVM is what a reader may choose for their own pages.
type PreferencesVM struct {
	Note     component.FormNoteVM
	Language component.SelectVM
	Theme    component.SelectVM
	Keys     component.SelectVM
	Zone     component.FieldVM
	// Zones are offered while one types.
	Zones []string
	// Off is why nothing can be chosen: a program's token has no preferences.
	Off string
	// Account is the reader's own account; nil for a token.
	Account *AccountVM
}
