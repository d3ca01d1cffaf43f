package page

import (
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// LoginVM is the sign-in form.
type LoginVM struct {
	// Name is what was typed before.
	Name string
	// Next is the path to go on to, of this server.
	Next string
	// Note is why the last try failed, or why one is asked to sign in again.
	Note component.FormNoteVM
	// NoAdmin says that nobody can sign in yet: the first administrator is still to be made.
	NoAdmin bool
	// Preparing says that a demo's history is still being invented.
	Preparing bool
	// Hours is how long the sign-in lasts on this browser.
	Hours int
}

// lasts says how long the sign-in lasts, in days where it is whole ones.
func (v LoginVM) lasts(l lang.Lang) string {
	if v.Hours > 24 && v.Hours%24 == 0 {
		return l.N(int64(v.Hours/24),
			"You stay signed in for %d day on this browser. Trouble? Ask your administrator.",
			"You stay signed in for %d days on this browser. Trouble? Ask your administrator.")
	}
	return l.N(int64(v.Hours),
		"You stay signed in for %d hour on this browser. Trouble? Ask your administrator.",
		"You stay signed in for %d hours on this browser. Trouble? Ask your administrator.")
}

// SetupVM makes the first administrator, by the one-time link.
type SetupVM struct {
	// Key is the secret of the link, sent back with the form.
	Key  string
	Name string
	Note component.FormNoteVM
	// MinLength is the least number of characters of a password.
	MinLength int
	// Used says that the link is no longer good; the form is not shown then.
	Used bool
	// Why is why, where there is no administrator yet; "" where one has been made.
	Why string
}
