package handlers_test

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

// pasted sends what a shown curl line sends.
func (h *pageHouse) pasted(body, path string) answer {
	h.t.Helper()
	for _, m := range regexp.MustCompile(`(?s)curl -H '([^']+)' -H '([^']+)' \\\s+--data-binary '([^']+)' \\\s+([^\s<]+)`).FindAllStringSubmatch(body, -1) {
		at, err := url.Parse(strings.Trim(m[4], "'"))
		if err != nil {
			h.t.Fatal(err)
		}
		if at.Path == path {
			if !strings.HasPrefix(h.site, at.Scheme+"://"+at.Host) {
				h.t.Errorf("the line asks %s, the page is at %s", m[4], h.site)
			}
			return h.do("POST", path, m[3], m[1], m[2])
		}
	}
	h.t.Fatalf("no line for %s in %.6000s", path, body)
	return answer{}
}

// TestFirstSteps goes from an empty installation to a first report, by the page alone.
func TestFirstSteps(t *testing.T) {
	h := newPages(t)
	admin, _ := h.user("root", drift.RoleAdmin)
	ticks := func(want ...string) string {
		t.Helper()
		a := h.get("/start", asBrowser, admin)
		a.isPage(t, 200, "the first steps")
		var done []string
		for _, m := range regexp.MustCompile(`<p id="step-(\w+)" data-part class="why ticked"`).FindAllStringSubmatch(a.body, -1) {
			done = append(done, m[1])
		}
		if strings.Join(done, " ") != strings.Join(want, " ") {
			t.Errorf("done: %v, want %v", done, want)
		}
		part := h.get("/start?part=summary", asBrowser, admin)
		if part.status != 200 || strings.Count(part.body, "data-part") != 6 || strings.Contains(part.body, "<html") {
			t.Errorf("the live part: %d %.300s", part.status, part.body)
		}
		return a.body
	}
	ticks()
	made := h.post("/start/token", fields("name", "first feed", "tenant", "it's a <tenant>", "model", drift.FraudDetector), asBrowser, admin)
	made.isPage(t, 200, "a token")
	body := strings.ReplaceAll(html.UnescapeString(made.body), `'\''`, `\u0027`) // a shell's way to write it, and JSON's
	secret := regexp.MustCompile(`dw_[\w-]{43}`).FindString(body)
	if !strings.Contains(body, "part=summary") || !strings.Contains(body, "Connect it's a <tenant> fraud_detector: 1 of 5") {
		t.Error("the steps after the token are not about its model")
	}
	if !strings.Contains(body, `"Authorization": "Bearer `+secret+`"`) || !strings.Contains(body, `"predicted": True`) {
		t.Error("no Python line with the token")
	}
	if again := ticks("token"); strings.Contains(again, secret) {
		t.Error("the token is shown again")
	}
	a := h.pasted(body, "/api/v1/predictions")
	var sum struct{ Inserted int }
	if err := json.Unmarshal([]byte(a.body), &sum); err != nil || a.status != 200 || sum.Inserted != 1 {
		t.Fatalf("the pasted prediction: %d %s", a.status, a.body)
	}
	if now := ticks("token", "predictions"); !strings.Contains(now, "1\u00a0row so far") {
		t.Error("the row is not counted")
	}
	if a := h.pasted(body, "/api/v1/outcomes"); a.status != 200 {
		t.Fatalf("the pasted outcome: %d %s", a.status, a.body)
	}
	today := drift.DateOf(*h.clock.Load())
	if a := h.post("/start/backfill", fields("from", today.Add(-3).String(), "to", today.String()), asBrowser, admin); a.status != 303 {
		t.Fatalf("backfill: %d %.600s", a.status, a.body)
	}
	if want := fmt.Sprintf("backfill %s %s", today.Add(-3), today); len(h.runs.asked) != 1 || h.runs.asked[0] != want {
		t.Errorf("asked %v, want %s", h.runs.asked, want)
	}
	h.seed("acme")
	if next := ticks(); !strings.Contains(next, "Connect the next model") || !strings.Contains(next, "Of all models:") {
		t.Error("where other models are watched the steps look done before anything was done")
	}
	one := h.get("/start?"+url.Values{"tenant": {"it's a <tenant>"}, "model": {drift.FraudDetector}}.Encode(), asBrowser, admin)
	one.isPage(t, 200, "the steps of one model")
	for _, want := range []string{"3 of 5 steps done", "1\u00a0row so far", "/models/it%27s%20a%20%3Ctenant%3E/" + drift.FraudDetector, "part=summary"} {
		if !strings.Contains(one.body, want) {
			t.Errorf("the steps of one model lack %q", want)
		}
	}
	if a := h.get("/models", asBrowser, admin); !strings.Contains(a.body, "new: its rows are counted before the next check") {
		t.Error("the list of models lacks the one whose first row came today")
	}
	h.get("/start?tenant=nobody&model=fraud_detector", asBrowser, admin).isPage(t, 404, "no such tenant")
}

// TestBackfillByRole: managers of all tenants start one, within its bounds.
func TestBackfillByRole(t *testing.T) {
	h := newPages(t)
	today := drift.DateOf(*h.clock.Load())
	days := func(from, to int) string {
		return fields("from", today.Add(from).String(), "to", today.Add(to).String())
	}
	for name, who := range h.everybody() {
		status := 403
		if name == "manager" || name == "admin" {
			status = 303
		}
		if a := h.post("/start/backfill", days(-9, 0), asBrowser, who); a.status != status {
			t.Errorf("%s: %d, want %d: %.300s", name, a.status, status, a.body)
		}
	}
	manager := h.as(drift.RoleManager)
	for form, says := range map[string]string{
		days(0, -1):                     "ends",
		days(-drift.MaxBackfillDays, 0): "at most 400 days",
		days(0, 2):                      "lies ahead",
		fields("from", "yesterday"):     "Write a day as in",
	} {
		a := h.post("/start/backfill", form, asBrowser, manager)
		a.isPage(t, 422, form)
		if !strings.Contains(a.body, says) || !strings.Contains(a.body, "-problem") {
			t.Errorf("%s: does not say %q at its field", form, says)
		}
	}
	h.runs.err = &drift.Error{Code: drift.CodeConflict, Message: "A backfill is under way. Wait until it is over."}
	h.post("/start/backfill", days(-1, 0), asBrowser, manager).isPage(t, 409, "a second one")
}

// TestStartOfOneTenant: who sees one tenant counts its rows alone.
func TestStartOfOneTenant(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	for who, want := range map[string]bool{h.as(drift.RoleViewer, h.acme): true, h.as(drift.RoleViewer, h.globex): false} {
		body := h.get("/start", asBrowser, who).body
		if seen := strings.Contains(body, "720\u00a0rows so far"); seen != want {
			t.Errorf("sees acme's rows: %v, want %v", seen, want)
		}
		if strings.Contains(body, `action="/start/`) {
			t.Error("a viewer is offered a form")
		}
	}
}

// TestFindSettings: settings are found by name, help, group and value.
func TestFindSettings(t *testing.T) {
	h := newPages(t)
	for q, want := range map[string]string{
		"cooldown": "RETRAIN_COOLDOWN_DAYS", "performance drift high": "PERFORMANCE_DRIFT_HIGH", "ROLLBACK_MIN": "ROLLBACK_MIN_OUTCOMES",
	} {
		a := h.get("/settings?q="+url.QueryEscape(q), asBrowser, h.as(drift.RoleViewer))
		a.isPage(t, 200, q)
		if n := strings.Count(a.body, `<tr class="`); n == 0 || n > 20 || !strings.Contains(a.body, `href="/settings/`+want+`"`) {
			t.Errorf("%q finds %d settings", q, n)
		}
	}
	a := h.get("/settings?q=no+such+words", asBrowser, h.as(drift.RoleViewer))
	a.isPage(t, 200, "nothing")
	if !strings.Contains(a.body, "No setting holds that") {
		t.Error("an empty list does not say why")
	}
	h.get("/settings?q=%00", asBrowser, h.as(drift.RoleViewer)).isPage(t, 422, "what cannot be text")
	h.get("/settings?q="+url.QueryEscape(script), asBrowser, h.as(drift.RoleViewer)).isPage(t, 200, "a script")
}
