package viewtest

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/layout"
)

// Now is the moment at which every sample is rendered.
var Now = time.Date(2026, 7, 2, 4, 12, 0, 0, time.UTC)

// Case is one page in one state.
type Case struct {
	// Name is the name of its golden file: "board-alerts".
	Name string
	// Lang is the language that it is rendered in; the zero value is English.
	Lang lang.Lang
	// Shell goes around Body, unless Bare is set.
	Shell layout.Shell
	Bare  *layout.BareVM
	Body  templ.Component
	// Frame is the whole page where it has a frame of its own; Body is not used then.
	Frame templ.Component
}

// Render writes the whole page.
func (c Case) Render(w io.Writer) error {
	ctx := templ.WithChildren(lang.With(component.AsOf(context.Background(), Now), c.Lang), c.Body)
	if c.Frame != nil {
		return c.Frame.Render(ctx, w)
	}
	if c.Bare != nil {
		return layout.Bare(*c.Bare).Render(ctx, w)
	}
	return layout.Page(c.Shell).Render(ctx, w)
}

// All is every case of every page.
func All() []Case {
	var all []Case
	for _, cases := range [][]Case{BoardCases(), BoardBarCases(), PlainCases(), ComparingCases(), TeamCases(), EntryCases(), EvidenceCases(), RetrainCases(), ServingCases(), SettingCases(), ReviewCases(), PreferencesCases(), WallCases(), WorkCases(), WorkDoneCases(), AccessCases(), HelpCases()} {
		all = append(all, cases...)
	}
	return append(all, inGerman(all)...)
}

// german are the cases that are looked at in German too.
var german = []string{
	"handover", "handover-kept", "incident-review", "report",
	"login", "login-wrong", "setup", "error-404", "alert-critical", "alert-blind", "alert-lost-race", "models", "model-90", "model-rollback",
	"retrain-waiting", "retrain-watching", "retrains-stopped", "operations", "settings", "review-morning", "review-weekly", "teams-admin", "access", "access-person", "start",
	"compare", "alert-evidence", "thresholds", "help-numbers",
}

// inGerman are those cases with ".de" after their names.
func inGerman(all []Case) []Case {
	var out []Case
	for _, c := range all {
		if slices.Contains(german, c.Name) {
			c.Name, c.Lang = c.Name+".de", lang.German
			out = append(out, c)
		}
	}
	return out
}

// Shell is the frame of a sample page. active is the place in the navigation.
func Shell(title, active string) layout.Shell {
	return layout.Shell{
		Title: title, Active: active, Seq: 4812, Now: Now,

		User: layout.UserVM{Name: "A. Rossi", Role: "operator", Initials: "AR", AllTenants: true},
	}
}

// Ago is the instant d before Now.
func Ago(d time.Duration) time.Time { return Now.Add(-d) }

// Days writes a strip from one letter a day, oldest first: q quiet, m, h, c,
// b blind, space for no model yet.
func Days(s string) component.StripVM {
	of := map[rune]component.Severity{
		'q': component.None, 'm': component.Medium, 'h': component.High,
		'c': component.Critical, 'b': component.Blind, ' ': component.Absent,
	}
	var v component.StripVM
	for _, r := range s {
		v.Days = append(v.Days, of[r])
	}
	return v
}
