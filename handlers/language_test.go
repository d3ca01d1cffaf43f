package handlers_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/viewtest"
)

// alikeInGerman are names, and words that are the same in both languages.
var alikeInGerman = []string{
	"Driftwatch", "Driftwatch test", "acme", "fraud_detector", "conflict_predictor", "ann", "viewer", "manager", "admin", script, "why " + script,
	"globex", "driftwatch", "a test's", "NOC", "DevOps", "ML Engineering", "ML Team Lead", "true", "false", "severity:critical owner:nobody age:>2h",
	"15 min", "Audit", "Countdown", "Details", "Drift", "Link", "Manager", "Name", "Operator", "Person", "Score", "Scores", "Server", "Status", "Team", "Teams", "Test",
	"Trainer", "Version", "Wasserstein", "Webhook", "Wilson", "Blind", "blind", "Python", "curl",
}

// TestPagesInGerman asks for pages in both languages: nothing that the console says stays English.
func TestPagesInGerman(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	scores, accuracy := h.alert("acme", drift.Statistical), h.alert("acme", drift.Performance)
	for _, role := range []drift.Role{drift.RoleViewer, drift.RoleManager} {
		for _, path := range []string{
			"/", "/audit", "/operations", "/preferences", "/retrains", "/reviews/morning", "/reviews/weekly", "/search?q=acme", "/settings", "/teams", "/access", "/start",
			"/models", "/models/acme/fraud_detector", "/models/acme/fraud_detector/rollback", "/nowhere", "/alerts/999999", "/models/acme/fraud_detector?days=x",
			fmt.Sprintf("/alerts/%d", scores), fmt.Sprintf("/alerts/%d", accuracy), "/setup?key=x",
		} {
			english := []byte(h.get(path, asBrowser, h.as(role)).body)
			german := []byte(h.get(path, asBrowser, h.as(role), "Accept-Language: de-AT, de;q=0.9").body)
			names := slices.Clone(alikeInGerman)
			for hours := range 24 {
				names = append(names, fmt.Sprintf("in %d h", hours))
			}
			if path == "/settings" {
				names = append(names, "HIGH", "MEDIUM, HIGH, CRITICAL") // values of ALERT_MIN_SEVERITY, as they are written
			}
			if same := viewtest.Untranslated(english, german, names...); len(same) > 0 || len(english) < 1000 {
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
		if same := viewtest.Untranslated([]byte(h.get(path, asBrowser).body), []byte(a.body), alikeInGerman...); len(same) > 0 {
			t.Errorf("%s: not translated: %q", path, same)
		}
	}
}
