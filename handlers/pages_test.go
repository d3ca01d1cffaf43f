package handlers_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

// TestPages asks for every page as everybody, with script in every text that people or files bring.
func TestPages(t *testing.T) {
	h := newPages(t)
	h.evil = h.tenant(script)
	h.seed("acme", "globex", script)
	mine, evil := h.alert("acme", drift.Statistical), h.alert(script, drift.Performance)
	comment := url.Values{"version": {h.version(evil)}, "note": {"note " + script}}.Encode()
	if a := h.post(fmt.Sprintf("/alerts/%d/comment", evil), comment, asBrowser, h.as(drift.RoleOperator)); a.status != 303 {
		t.Fatalf("comment: %d %s", a.status, a.body)
	}
	if _, err := h.store.BeginProgress(t.Context(), "backfill", "Backfill of "+script, 10); err != nil {
		t.Fatal(err)
	}
	t.Run("everybody", func(t *testing.T) { everyPage(t, h, mine, evil) })
	t.Run("escaped", func(t *testing.T) { escapedTexts(t, h, evil) })
	t.Run("wrong tenant", func(t *testing.T) { wrongTenant(t, h, mine) })
	t.Run("nobody", func(t *testing.T) { nobodyIn(t, h, mine) })
	t.Run("filters", func(t *testing.T) { boardFilters(t, h) })
	t.Run("samples", func(t *testing.T) { samplesGiveTheReport(t, h, mine) })
}

func everyPage(t *testing.T, h *pageHouse, mine, evil int64) {
	for _, role := range []drift.Role{drift.RoleViewer, drift.RoleOperator, drift.RoleManager, drift.RoleAdmin} {
		who := h.as(role)
		for _, path := range []string{
			"/", "/?part=summary", "/models", "/models/acme/fraud_detector", "/models/acme/fraud_detector?days=90",
			"/models/" + url.PathEscape(script) + "/fraud_detector", "/retrains", "/operations", "/teams", "/settings",
			"/settings?tenant=" + url.QueryEscape(script), "/audit", "/audit?actor=x&cursor=", fmt.Sprintf("/alerts/%d", mine), fmt.Sprintf("/alerts/%d", evil),
		} {
			what := role.String() + " " + path
			a := h.get(path, asBrowser, who)
			a.isPage(t, 200, what)
			buttons := strings.Contains(a.body, "data-acts") || strings.Contains(a.body, `/acknowledge"`)
			if role == drift.RoleViewer && buttons {
				t.Errorf("%s: a viewer is offered an act", what)
			}
			if role == drift.RoleOperator && (path == "/" || strings.HasPrefix(path, "/alerts/")) && !buttons {
				t.Errorf("%s: an operator is offered nothing", what)
			}
			head := h.ask("HEAD", path, "", asBrowser, who)
			if head.status != 200 || head.body != "" || head.header.Get("Content-Type") != a.header.Get("Content-Type") {
				t.Errorf("HEAD %s: %d %q", what, head.status, head.body)
			}
		}
		for path, status := range map[string]int{
			"/nowhere": 404, "/alerts/999999": 404, "/alerts/x": 404, "/models/acme/nothing": 404, "/models/nobody/fraud_detector": 404,
			"/settings?tenant=nobody": 404, "/?severity=loud": 422, "/?status=asleep": 422, "/?part=half": 404, "/?drift=up": 422,
			"/?cursor=" + url.QueryEscape("☠"): 422, "/models/acme/fraud_detector?days=x": 422, "/alerts/1%00": 404,
		} {
			h.get(path, asBrowser, who).isPage(t, status, role.String()+" "+path)
		}
	}
	h.ask("DELETE", "/models", "", asBrowser, h.as(drift.RoleAdmin)).isPage(t, 405, "DELETE /models")
	if a := h.ask("PUT", "/", "", asScript, h.as(drift.RoleAdmin)); a.status != 405 || a.header.Get("Allow") == "" {
		t.Errorf("PUT /: %d, Allow %q", a.status, a.header.Get("Allow"))
	}
}

func escapedTexts(t *testing.T, h *pageHouse, evil int64) {
	const escaped = "&lt;script&gt;alert("
	who := h.as(drift.RoleOperator)
	for path, least := range map[string]int{
		"/": 2, "/models": 1, "/settings": 1, "/audit": 1, "/operations": 1, "/teams": 1, fmt.Sprintf("/alerts/%d", evil): 4,
		"/models/" + url.PathEscape(script) + "/fraud_detector": 3, "/?q=" + url.QueryEscape(script): 2, "/?assignee=" + url.QueryEscape(script): 1,
	} {
		a := h.get(path, asBrowser, who)
		a.isPage(t, 200, path)
		if n := strings.Count(a.body, escaped); n < least {
			t.Errorf("%s holds the script %d times escaped, want %d or more", path, n, least)
		}
	}
	if a := h.get(fmt.Sprintf("/alerts/%d", evil), asBrowser, who); !strings.Contains(a.body, "note &lt;script&gt;") {
		t.Error("the comment is not in the timeline")
	}
}

// wrongTenant tries everything of acme as somebody of globex.
func wrongTenant(t *testing.T, h *pageHouse, acme int64) {
	for _, role := range []drift.Role{drift.RoleViewer, drift.RoleOperator, drift.RoleManager, drift.RoleAdmin} {
		who := h.as(role, h.globex)
		for _, path := range []string{
			fmt.Sprintf("/alerts/%d", acme), fmt.Sprintf("/alerts/%d/recent.csv", acme), fmt.Sprintf("/alerts/%d/baseline.csv", acme),
			"/models/acme/fraud_detector", "/settings?tenant=acme",
		} {
			h.get(path, asBrowser, who).isPage(t, 404, path)
		}
		for _, path := range []string{"/", "/?part=summary", "/models", "/operations", "/audit", "/settings", "/retrains", "/teams"} {
			a := h.get(path, asBrowser, who)
			a.isPage(t, 200, path)
			if strings.Contains(a.body, "acme") {
				t.Errorf("%s of globex names acme", path)
			}
		}
		for _, move := range []string{"acknowledge", "assign", "comment", "escalate", "suppress", "resolve"} {
			form := url.Values{"version": {h.version(acme)}, "note": {"mine"}, "for": {"1h"}, "to": {"NOC"}, "assignee": {"x"}}.Encode()
			want := 404
			if role == drift.RoleViewer {
				want = 403
			}
			if a := h.post(fmt.Sprintf("/alerts/%d/%s", acme, move), form, asBrowser, who); a.status != want {
				t.Errorf("%s %s as globex: %d, want %d", role, move, a.status, want)
			}
		}
	}
}

// nobodyIn tries everything without a login, and with a token that may only log.
func nobodyIn(t *testing.T, h *pageHouse, id int64) {
	paths := []string{"/", "/models", "/models/acme/fraud_detector", "/retrains", "/operations", "/teams", "/settings", "/audit", fmt.Sprintf("/alerts/%d", id), fmt.Sprintf("/alerts/%d/recent.csv", id)}
	for _, path := range paths {
		a := h.get(path, asBrowser)
		if a.status != 303 || a.header.Get("Location") != "/login?next="+url.QueryEscape(path) {
			t.Errorf("%s: %d to %q", path, a.status, a.header.Get("Location"))
		}
		if a := h.get(path, asScript); a.status != 401 {
			t.Errorf("%s as a program: %d", path, a.status)
		}
		if a := h.get(path, asBrowser, h.as(drift.RoleIngest)); a.status != 403 {
			t.Errorf("%s with a token that logs: %d", path, a.status)
		}
	}
	for _, path := range []string{fmt.Sprintf("/alerts/%d/acknowledge", id), "/operations/jobs/metrics/run", "/teams/members/add", "/teams/webhook/set", "/teams/deliveries/1/resend"} {
		if a := h.post(path, "version=1", asScript); a.status != 401 {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	before := h.version(id)
	viewer := h.as(drift.RoleViewer)
	for _, move := range []string{"acknowledge", "assign", "comment", "escalate", "suppress", "resolve"} {
		form := url.Values{"version": {before}, "note": {"x"}, "for": {"1h"}, "to": {"NOC"}, "assignee": {"viewer"}}.Encode()
		if a := h.post(fmt.Sprintf("/alerts/%d/%s", id, move), form, asScript, viewer); a.status != 403 {
			t.Errorf("a viewer's %s: %d %s", move, a.status, a.body)
		}
	}
	if after := h.version(id); after != before {
		t.Errorf("a viewer moved the alert: version %s, was %s", after, before)
	}
}

// boardFilters holds every choice of the bar against what it shows.
func boardFilters(t *testing.T, h *pageHouse) {
	who := h.as(drift.RoleViewer)
	rows := func(query string) int {
		a := h.get("/?"+query, asBrowser, who)
		a.isPage(t, 200, query)
		return strings.Count(a.body, `<li class="al"`)
	}
	all := rows("")
	if all != 6 {
		t.Fatalf("%d rows, want both checks of three tenants", all)
	}
	for query, want := range map[string]int{
		"tenant=acme": 2, "tenant=nobody": 0, "model=fraud_detector": 6, "model=conflict_predictor": 0, "drift=statistical": 3,
		"drift=performance&tenant=globex": 1, "severity=critical": 6, "severity=blind": 0, "status=new": 6, "status=resolved": 0,
		"assignee=nobody": 6, "assignee=x": 0, "q=globex": 2, "q=" + url.QueryEscape("glob%x"): 0, "q=" + url.QueryEscape(script): 6,
	} {
		if got := rows(query); got != want {
			t.Errorf("%s: %d rows, want %d", query, got, want)
		}
	}
}
