package viewtest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/viewtest"
)

func TestUntranslated(t *testing.T) {
	english := `<h1 aria-label="State">All &amp; quiet</h1><p>acme fraud_detector, version 2025-11</p><p>D 0.359, PSI</p><code>driftwatch up</code><p title="Left out">Stays</p><p>acme has it.</p>`
	german := `<h1 aria-label="Stand">Alles ruhig</h1><p>acme fraud_detector, Version 2025-11</p><p>D 0,359, PSI</p><code>driftwatch up</code><p title="Left out">Stays</p><p>acme has it.</p>`
	want := []string{"Left out", "Stays", "acme has it."}
	if got := viewtest.Untranslated([]byte(english), []byte(german), "acme"); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := viewtest.Untranslated([]byte(english), []byte(german), "acme has it.", "Stays", "Left out"); len(got) > 0 {
		t.Errorf("names are left out: %q", got)
	}
}

// alike are words that are the same in both languages, and what samples say in place of a server.
var alike = []string{
	"Driftwatch", "Name", "A. Rossi", "AR", "Operator", "Teams", "Audit", "Offline", "15 min", "Test", "blind",
	"Name or password is wrong. 4 tries are left, then 15 minutes of waiting.", "Too many tries for this name. The next one is possible at 04:27 UTC.",
	"The two passwords differ. Type the same one twice.", "This server is reachable from other machines without encryption: names and passwords can be read on the way.",
	"J. Lindqvist took it 3 s ago", "Your acknowledgement came second, so nothing of yours was done.", "See how it stands", "not_found", "conflict", "forbidden", "internal",
}

// TestEntryIsTranslated: before anybody is known, nothing on a page stays English.
func TestEntryIsTranslated(t *testing.T) {
	for _, c := range viewtest.All() {
		if c.Bare == nil && !strings.HasPrefix(c.Name, "error") || c.Lang != lang.English {
			continue
		}
		g := c
		g.Lang = lang.German
		if same := viewtest.Untranslated(render(t, c), render(t, g), alike...); len(same) > 0 {
			t.Errorf("%s: not translated: %q", c.Name, same)
		}
	}
}
