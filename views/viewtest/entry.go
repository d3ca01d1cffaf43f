package viewtest

import (
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/layout"
	"github.com/driftwatch/driftwatch/views/page"
)

// EntryCases is what one sees before signing in.
func EntryCases() []Case {
	bare := func(title, warning string) *layout.BareVM {
		return &layout.BareVM{Title: title, Version: "0.1.0", Now: Now, Warning: warning}
	}
	wrong := component.FormNoteVM{Bad: true, Text: "Name or password is wrong. 4 tries are left, then 15 minutes of waiting."}
	locked := component.FormNoteVM{Bad: true, Text: "Too many tries for this name. The next one is possible at 04:27 UTC."}
	mismatch := component.FormNoteVM{Bad: true, Text: "The two passwords differ. Type the same one twice."}
	open := "This server is reachable from other machines without encryption: names and passwords can be read on the way."
	return []Case{
		{Name: "login", Bare: bare("Sign in", ""), Body: page.Login(page.LoginVM{Next: "/", Hours: 12})},
		{Name: "login-wrong", Bare: bare("Sign in", open), Body: page.Login(page.LoginVM{Name: `a.rossi"><script>`, Next: "/alerts/12", Note: wrong, Hours: 12})},
		{Name: "login-locked", Bare: bare("Sign in", ""), Body: page.Login(page.LoginVM{Name: "a.rossi", Next: "/", Note: locked, Hours: 168, Preparing: true})},
		{Name: "setup", Bare: bare("First administrator", ""), Body: page.Setup(page.SetupVM{Key: "k3y", MinLength: 12, Note: mismatch})},
		{Name: "setup-used", Bare: bare("First administrator", ""), Body: page.Setup(page.SetupVM{Used: true})},
		{Name: "error-bare", Bare: bare("Not found", ""), Body: page.ErrorBare(page.ErrorVM{Status: 404})},
	}
}

// PreferencesCases are a person's own page, with a zone that there is not.
func PreferencesCases() []Case {
	v := page.PreferencesVM{
		Zones:    []string{"Europe/Berlin", "UTC"},
		Language: component.SelectVM{ID: "lang", Name: "lang", Label: "Language", Options: []component.OptionVM{{Label: "That of the browser"}, {Value: "de", Label: "Deutsch", Selected: true}}},
		Theme:    component.SelectVM{ID: "theme", Name: "theme", Label: "Theme", Options: []component.OptionVM{{Label: "That of the system"}}},
		Keys:     component.SelectVM{ID: "keys", Name: "keys", Label: "Keys", Options: []component.OptionVM{{Label: "Single keys act"}}},
		Zone:     component.FieldVM{ID: "zone", Name: "zone", Label: "Time zone", Value: "Berlin", List: "zones", Problem: "There is no such time zone."},
	}
	off := v
	v.Account = &page.AccountVM{
		SignedIn: sampleSessions(), SignIns: sampleSignIns(), Present: samplePassword("present"), Password: samplePassword("password"), Again: samplePassword("again"),
	}
	v.Account.Present.Problem = "This is not your present password."
	off.Off = "A token belongs to a program, which has no preferences."
	return []Case{
		{Name: "preferences", Shell: Shell("Preferences", ""), Body: page.Preferences(v)},
		{Name: "preferences-token", Shell: Shell("Preferences", ""), Body: page.Preferences(off)},
	}
}
