package main_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// state is a page of the demo in a state that people meet.
type state struct {
	name string
	role string // who looks; "" is nobody yet
	path string
	then func(tb *tab) // what is done on it first; nil for nothing
}

// states are all pages of the demo, each in every state that it can be brought to here.
func (w *world) states(t *testing.T) []state {
	t.Helper()
	list := []state{
		{name: "login", path: "/login"},
		{name: "login refused", path: "/login", then: func(tb *tab) {
			tb.fill("#name", "nobody")
			tb.fill("#password", "not the password")
			tb.click("main form button[type=submit]")
			tb.wait("the refusal", `!!document.querySelector("[role=alert]")`)
		}},
		{name: "setup link used", path: "/setup?key=gone", then: func(*tab) {}},
		{name: "board", role: "operator", path: "/"},
		{name: "board as viewer", role: "viewer", path: "/"},
		{name: "board menu", role: "operator", path: "/", then: func(tb *tab) { tb.click("details.who summary") }},
		{name: "sound and notifications", role: "operator", path: "/", then: func(tb *tab) { tb.click("#alarm summary") }},
		{name: "keys", role: "operator", path: "/", then: func(tb *tab) {
			tb.do(chromedp.KeyEvent("?"))
			tb.wait("the list of keys", `!!document.querySelector("dialog[open] .keys")`)
		}},
		{name: "palette", role: "operator", path: "/", then: func(tb *tab) {
			tb.click("#find")
			tb.fill("dialog[open] input", "fraud")
			tb.wait("what the server finds", `!!document.querySelector("dialog[open] li .mk")`)
		}},
		{name: "search", role: "viewer", path: "/search?q=fraud"},
		{name: "search without result", role: "viewer", path: "/search?q=no+such+words"},
		{name: "offline", role: "viewer", path: "/offline", then: func(*tab) {}},
		{name: "wall", role: "viewer", path: "/wall"},
		{name: "silences", role: "operator", path: "/silences", then: func(tb *tab) {
			eval[int](tb, `document.querySelectorAll("main details").forEach((d) => { d.open = true; }) ?? 1`)
		}},
		{name: "rota", role: "admin", path: "/teams/NOC/rota"},
		{name: "rota as viewer", role: "viewer", path: "/teams/NOC/rota"},
		{name: "board filtered", role: "operator", path: "/?severity=critical"},
		{name: "board filtered to nothing", role: "operator", path: "/?q=no+such+words"},
		{name: "board chosen", role: "operator", path: "/", then: func(tb *tab) {
			eval[int](tb, `[...document.querySelectorAll("#alerts details")].map(d => d.open = true).length`)
			tb.click("#alerts .pick")
			tb.wait("the bar of what can be done", `getComputedStyle(document.getElementById("selection")).display !== "none"`)
			tb.click("#selection details summary")
		}},
		{name: "incident", role: "operator", path: "/", then: func(tb *tab) {
			tb.click("#alerts .ih h2 a")
			tb.wait("the incident's page", `location.pathname.startsWith("/incidents/") && document.querySelectorAll("#alerts .al").length > 1`)
		}},
		{name: "not live", role: "operator", path: "/", then: loseLink},
		{name: "under way", role: "operator", path: "/", then: func(tb *tab) {
			eval[int](tb, `document.getElementById("backfill-progress").innerHTML = '<p>Backfill, day 12 of 75</p><progress max="75" value="12" aria-label="Backfill"></progress>', 1`)
		}},
		{name: "models", role: "operator", path: "/models"},
		{name: "retrains", role: "operator", path: "/retrains"},
		{name: "retrains as admin", role: "admin", path: "/retrains", then: func(tb *tab) {
			eval[int](tb, `document.querySelectorAll("main details").forEach((d) => { d.open = true; }) ?? 1`)
		}},
		{name: "retrains filtered", role: "viewer", path: "/retrains?state=kept"},
		{name: "operations", role: "operator", path: "/operations"},
		{name: "operations as admin", role: "admin", path: "/operations"},
		{name: "teams", role: "admin", path: "/teams"},
		{name: "teams as operator", role: "operator", path: "/teams"},
		{name: "teams as viewer", role: "viewer", path: "/teams"},
		{name: "settings", role: "admin", path: "/settings"},
		{name: "settings as operator", role: "operator", path: "/settings"},
		{name: "setting", role: "admin", path: "/settings/PERFORMANCE_DRIFT_HIGH"},
		{name: "setting preview", role: "admin", path: "/settings/PERFORMANCE_DRIFT_HIGH?value=0.15"},
		{name: "setting refused", role: "admin", path: "/settings/PERFORMANCE_DRIFT_HIGH?value=10+%25", then: func(*tab) {}},
		{name: "rollout", role: "admin", path: "/settings/rollout"},
		{name: "rollback", role: "admin", path: "/models/harbour-freight/fraud_detector/rollback"},
		{name: "rollback to a version before", role: "admin", path: "/models/harbour-freight/conflict_predictor/rollback"},
		{name: "model as admin", role: "admin", path: "/models/harbour-freight/conflict_predictor"},
		{name: "audit", role: "admin", path: "/audit"},
		{name: "settings searched", role: "viewer", path: "/settings?q=cooldown"},
		{name: "access", role: "admin", path: "/access"},
		{name: "own access", role: "viewer", path: "/access"},
		{name: "person", role: "admin", path: "/access/people/1"},
		{name: "new person", role: "admin", path: "/access/people/new"},
		{name: "tokens", role: "admin", path: "/access/tokens"},
		{name: "token made", role: "admin", path: "/access/tokens", then: func(tb *tab) {
			tb.fill("#name", "axe")
			eval[int](tb, `document.querySelector("input[name=scope][value=all]").click() ?? 1`)
			tb.click(`form[action="/access/tokens"] button[type=submit]`)
			tb.wait("the token", `!!document.getElementById("made-t")`)
			eval[int](tb, `document.querySelectorAll("main details").forEach((d) => { d.open = true; }) ?? 1`)
		}},
		{name: "walls", role: "admin", path: "/access/walls"},
		{name: "tenants", role: "admin", path: "/access/tenants"},
		{name: "model types", role: "admin", path: "/access/models"},
		{name: "first steps", role: "admin", path: "/start", then: func(tb *tab) {
			eval[int](tb, `document.querySelectorAll("main details").forEach((d) => { d.open = true; }) ?? 1`)
		}},
		{name: "first steps as viewer", role: "viewer", path: "/start"},
		{name: "own account", role: "operator", path: "/preferences"},
		{name: "morning review", role: "operator", path: "/reviews"},
		{name: "weekly review", role: "operator", path: "/reviews/weekly"},
		{name: "weekly review rehearsed", role: "admin", path: "/reviews/weekly", then: func(tb *tab) {
			tb.click(`form[action="/reviews/rehearse"] button`)
			tb.wait("the proof", `!!document.querySelector("main p.note[role=status]") && document.querySelectorAll("#proof li.passed").length === 10`)
		}},
		{name: "monthly review", role: "viewer", path: "/reviews/monthly"},
		{name: "help", role: "viewer", path: "/help"},
		{name: "help drift types", role: "viewer", path: "/help/drift-types"},
		{name: "help monitoring", role: "viewer", path: "/help/monitoring"},
		{name: "help procedures", role: "operator", path: "/help/procedures"},
		{name: "search the help", role: "viewer", path: "/search?q=cooldown"},
		{name: "board explained", role: "operator", path: "/", then: func(tb *tab) { tb.click("#board-tally .hint summary") }},
		{name: "model explained", role: "operator", path: "/models/harbour-freight/conflict_predictor", then: func(tb *tab) {
			tb.click("main .facts .hint summary")
		}},
		{name: "report", role: "viewer", path: "/reports"},
		{name: "hand-over", role: "operator", path: "/handover"},
		{name: "hand-over as viewer", role: "viewer", path: "/handover"},
		{name: "hand-over kept", role: "operator", path: "/handover", then: func(tb *tab) {
			tb.fill("#notes", "The feed is late.")
			tb.click(`form[action="/handover"][method=post] button`)
			tb.wait("the kept hand-over", `location.pathname.startsWith("/handover/") && !!document.querySelector("#open")`)
		}},
		{name: "review of an incident", role: "operator", path: "/alerts/1/review"},
		{name: "review of an incident as viewer", role: "viewer", path: "/alerts/1/review"},
		{name: "not there", role: "operator", path: "/no-such-page", then: func(*tab) {}},
		{name: "no such alert", role: "operator", path: "/alerts/999999", then: func(*tab) {}},
	}
	for _, a := range w.alerts(t, "limit=100") {
		if strings.HasPrefix(a.Tenant, "e2e-") {
			continue
		}
		path := fmt.Sprintf("/alerts/%d", a.ID)
		name := fmt.Sprintf("alert %s %s %s", strings.ToLower(a.Status), a.ModelType, a.DriftType)
		list = append(list, state{name: name, role: "operator", path: path})
	}
	list = append(list, w.retrainStates(t)...)
	first := w.alerts(t, "status=NEW&status=ESCALATED&status=ACKNOWLEDGED")[0]
	path := fmt.Sprintf("/alerts/%d", first.ID)
	list = append(list,
		state{name: "alert as viewer", role: "viewer", path: path},
		state{name: "alert with its forms open", role: "operator", path: path, then: func(tb *tab) {
			// They share a name and close each other: without it all are open.
			eval[int](tb, `document.querySelectorAll("main details").forEach((d) => { d.removeAttribute("name"); d.open = true; }) ?? 1`)
		}},
	)
	for _, m := range [][2]string{
		{"aurora-bank", "fraud_detector"},
		{"aurora-bank", "chargeback_predictor"},
		{"aurora-bank", "queue_predictor"},
		{"harbour-freight", "fraud_detector"},
		{"harbour-freight", "conflict_predictor"},
	} {
		list = append(list, state{name: "model " + m[0] + " " + m[1], role: "operator", path: "/models/" + m[0] + "/" + m[1]})
	}
	list = append(list, comparing(path)...)
	list = append(list, state{name: "model 90 days", role: "operator", path: "/models/harbour-freight/conflict_predictor?days=90"})
	return list
}

// comparing are the pages of evidence, thresholds and numbers, of an alert and a model.
func comparing(alert string) []state {
	const model = "/models/harbour-freight/conflict_predictor"
	return []state{
		{name: "alert with its evidence", role: "operator", path: alert, then: func(tb *tab) {
			tb.click("details[data-load] summary")
			tb.wait("the evidence", `document.querySelectorAll("#evidence .fig").length >= 6`)
		}},
		{name: "alert evidence", role: "operator", path: alert + "/evidence"},
		{name: "alert report", role: "operator", path: alert + "/report"},
		{name: "model report", role: "viewer", path: model + "/report"},
		{name: "model recall", role: "operator", path: model + "?metric=recall"},
		{name: "compare", role: "viewer", path: model + "/compare"},
		{name: "compare refused", role: "viewer", path: model + "/compare?recent_from=x&recent_to=y", then: func(*tab) {}},
		{name: "thresholds", role: "operator", path: "/settings/thresholds"},
		{name: "thresholds tried", role: "viewer", path: "/settings/thresholds?PERFORMANCE_DRIFT_HIGH=0.15&PERFORMANCE_DRIFT_MEDIUM=0.15"},
		{name: "numbers", role: "viewer", path: "/help/numbers"},
	}
}

// retrainStates are the pages of the demo's retrains: one that waits for a manager, one that is watched,
// one that was rolled back.
func (w *world) retrainStates(t *testing.T) (list []state) {
	t.Helper()
	var found struct {
		Items []struct {
			ID    int64
			State string
		}
	}
	if err := json.Unmarshal(w.api(t, "/api/v1/retrains"), &found); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, r := range found.Items {
		if seen[r.State] {
			continue
		}
		seen[r.State] = true
		path := fmt.Sprintf("/retrains/%d", r.ID)
		list = append(list, state{name: "retrain " + r.State, role: "admin", path: path})
	}
	if !seen["watching"] || !seen["waiting_approval"] || !seen["rolled_back"] {
		t.Errorf("the demo's retrains are %v", seen)
	}
	return list
}
