package handlers_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/viewtest"
)

// alikeInGerman are names, and words that are the same in both languages.
var alikeInGerman = []string{
	"Driftwatch", "Driftwatch test", "acme", "fraud_detector", "viewer", "manager", "<script>alert(\"x\")</script>", "DevOps", "ML Engineering", "ML Team Lead",
	"Audit", "Person", "Scores", "Team", "Teams", "Version", "Wasserstein", "Wilson",
}

// drawn is what package chart and the strips draw, which their own tests read.
var drawn = regexp.MustCompile(`(?s)<figure.*?</figure>|<svg class="hs".*?</svg>|<div class="key">.*?</div>`)

// TestPagesInGerman asks for pages in both languages: nothing that the console says stays English.
func TestPagesInGerman(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	scores, accuracy := h.alert("acme", drift.Statistical), h.alert("acme", drift.Performance)
	for _, role := range []drift.Role{drift.RoleViewer, drift.RoleManager} {
		for _, path := range []string{
			"/models", "/models/acme/fraud_detector", "/models/acme/fraud_detector/rollback", "/nowhere", "/alerts/999999", "/models/acme/fraud_detector?days=x",
			fmt.Sprintf("/alerts/%d", scores), fmt.Sprintf("/alerts/%d", accuracy), "/setup?key=x",
		} {
			english := drawn.ReplaceAll([]byte(h.get(path, asBrowser, h.as(role)).body), nil)
			german := drawn.ReplaceAll([]byte(h.get(path, asBrowser, h.as(role), "Accept-Language: de-AT, de;q=0.9").body), nil)
			if same := viewtest.Untranslated(english, german, alikeInGerman...); len(same) > 0 || len(english) < 1000 {
				t.Errorf("%s %s: not translated: %q", role, path, same)
			}
		}
	}
}

// TestSignInInGerman: before anybody is known the browser's language is taken, also for what went wrong.
func TestSignInInGerman(t *testing.T) {
	h := newPages(t)
	german := "Accept-Language: de"
	for _, path := range []string{"/login", "/login?tried=wrong"} {
		a := h.get(path, asBrowser, german)
		a.isPage(t, 200, path)
		if same := viewtest.Untranslated([]byte(h.get(path, asBrowser).body), []byte(a.body), append(alikeInGerman, "Name")...); len(same) > 0 {
			t.Errorf("%s: not translated: %q", path, same)
		}
	}
}
