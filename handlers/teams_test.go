package handlers_test

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

func fields(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

// TestTeamsByRole tries every change of the page as every role: administrators make it, others are
// refused and nothing is changed.
func TestTeamsByRole(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	h.user("ann", drift.RoleOperator)
	type change struct {
		path, form, done string
	}
	changes := []change{
		{"/teams/members/add", fields("team", "DevOps", "user", "ann"), "/teams"},
		{"/teams/members/remove", fields("team", "DevOps", "user", "ann"), "/teams"},
		{"/teams/webhook/set", fields("team", "NOC", "url", "https://hooks.example.com/secret-path"), ""},
		{"/teams/webhook/set", fields("team", "NOC", "url", "https://hooks.example.com/secret-path"), "/teams"},
		{"/teams/webhook/rotate", fields("team", "NOC"), ""},
		{"/teams/webhook/test", fields("team", "NOC"), "/teams"},
		{"/teams/webhook/remove", fields("team", "NOC"), "/teams"},
		{"/teams/webhook/set", fields("team", "NOC", "url", "https://hooks.example.com/secret-path"), ""},
		{"/teams/deliveries/1/resend", "", "/teams"},
	}
	for _, role := range []drift.Role{drift.RoleViewer, drift.RoleOperator, drift.RoleManager} {
		who := h.as(role)
		for _, c := range changes {
			h.post(c.path, c.form, asBrowser, who).isPage(t, 403, role.String()+" "+c.path)
		}
	}
	if n := h.count(`SELECT (SELECT count(*) FROM team_member) + (SELECT count(*) FROM webhook)`); n != 0 {
		t.Fatalf("%d rows were written by those who may not", n)
	}
	admin := h.as(drift.RoleAdmin)
	secrets := map[string]bool{}
	for _, c := range changes {
		a := h.post(c.path, c.form, asBrowser, admin)
		if c.done != "" {
			if a.status != 303 || a.header.Get("Location") != c.done {
				t.Fatalf("%s: %d to %q: %.400s", c.path, a.status, a.header.Get("Location"), a.body)
			}
			h.get(c.done, asBrowser, admin).isPage(t, 200, c.done)
			continue
		}
		a.isPage(t, 200, c.path)
		secret := regexp.MustCompile(`whsec_\w+`).FindString(a.body)
		if secret == "" || secrets[secret] {
			t.Errorf("%s shows the secret %q", c.path, secret)
		}
		secrets[secret] = true
	}
	for role, sees := range map[drift.Role][3]bool{ // the address, a form, a dead letter's state
		drift.RoleViewer: {false, false, false}, drift.RoleOperator: {true, false, true},
		drift.RoleManager: {true, false, true}, drift.RoleAdmin: {true, true, true},
	} {
		body := h.get("/teams", asBrowser, h.as(role)).body
		for i, text := range []string{"hooks.example.com/secret-path", `action="/teams/`, "WEBHOOK_TEST"} {
			if strings.Contains(body, text) != sees[i] {
				t.Errorf("%s: %q is there: %v", role, text, !sees[i])
			}
		}
		if strings.Contains(body, "whsec_") {
			t.Errorf("%s sees a secret again", role)
		}
	}
}

func TestTeamsRefusals(t *testing.T) {
	h := newPages(t)
	h.user("ann", drift.RoleOperator)
	admin, local := h.as(drift.RoleAdmin), h.as(drift.RoleAdmin, h.globex)
	for _, c := range []struct {
		path, form, who string
		status          int
		says            string
	}{
		{"/teams/members/add", fields("team", "the moon", "user", "ann"), admin, 422, "There is no team"},
		{"/teams/members/add", fields("team", "NOC", "user", "nobody here"), admin, 422, "Nobody is called"},
		{"/teams/members/add", fields("team", "NOC", "user", "ann"), local, 403, ""},
		{"/teams/members/explode", fields("team", "NOC", "user", "ann"), admin, 404, ""},
		{"/teams/webhook/explode", fields("team", "NOC"), admin, 404, ""},
		{"/teams/webhook/set", fields("team", "NOC", "url", "ftp://x.example/"), admin, 422, "begins with https://"},
		{"/teams/webhook/set", fields("team", "NOC", "url", "https://me:pw@x.example/"), admin, 422, "Leave name and password out"},
		{"/teams/webhook/set", fields("team", "NOC", "url", "https:///x"), admin, 422, "An address is such as"},
		{"/teams/webhook/set", fields("team", "NOC", "tenant", "acme", "url", "https://x.example/"), admin, 422, "name one of the two"},
		{"/teams/webhook/set", fields("tenant", "acme", "url", "https://x.example/"), local, 404, ""},
		{"/teams/webhook/set", fields("team", "NOC", "url", "https://x.example/"), local, 403, ""},
		{"/teams/webhook/set", fields("tenant", "globex", "url", "http://x.example/"), local, 200, "in the clear"},
		{"/teams/webhook/set", fields("tenant", "acme", "url", "http://127.0.0.1:9/"), admin, 200, "is set"},
		{"/teams/webhook/test", fields("team", "DevOps"), admin, 404, ""},
		{"/teams/deliveries/x/resend", "", admin, 404, ""},
		{"/teams/deliveries/77/resend", "", admin, 404, ""},
	} {
		a := h.post(c.path, c.form, asBrowser, c.who)
		a.isPage(t, c.status, c.path+" "+c.form)
		if !strings.Contains(html.UnescapeString(a.body), c.says) {
			t.Errorf("%s %s does not say %q", c.path, c.form, c.says)
		}
	}
	if a := h.post("/teams/webhook/test", fields("tenant", "acme"), asBrowser, admin, "Origin: https://evil.example"); a.status != 403 {
		t.Errorf("a form of another site: %d", a.status)
	}
	if a := h.post("/teams/webhook/test", fields("tenant", "acme"), asBrowser, admin); a.status != 303 {
		t.Errorf("a test: %d", a.status)
	}
	if body := h.get("/teams", asBrowser, local).body; strings.Contains(body, "acme") || strings.Contains(body, "127.0.0.1:9") || strings.Contains(body, `action="/teams/members`) {
		t.Error("an administrator of globex sees acme's webhook, or is offered teams")
	}
}

// TestTeamQueue shows what is escalated to the teams of the reader first.
func TestTeamQueue(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	ann, _ := h.user("ann", drift.RoleOperator)
	id := h.alert("acme", drift.Statistical)
	if a := h.post("/teams/members/add", fields("team", "NOC", "user", "ann"), asBrowser, h.as(drift.RoleAdmin)); a.status != 303 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	escalate := fields("version", h.version(id), "to", "NOC", "note", "yours")
	if a := h.post(fmt.Sprintf("/alerts/%d/escalate", id), escalate, asBrowser, ann); a.status != 303 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	body := h.get("/teams", asBrowser, ann).body
	first, second := strings.Index(body, `id="team-t1"`), strings.Index(body, `id="team-t2"`)
	at := strings.Index(body, fmt.Sprintf(`href="/alerts/%d"`, id))
	if !strings.Contains(body, "1\u00a0alert waits for your team<") || !strings.Contains(body, `id="team-t1">NOC<`) || at < first || at > second {
		t.Errorf("NOC at %d, the next at %d, the alert at %d", first, second, at)
	}
	if other := h.get("/teams", asBrowser, h.as(drift.RoleOperator, h.globex)).body; strings.Contains(other, fmt.Sprintf("/alerts/%d", id)) {
		t.Error("somebody of globex sees the alert of acme")
	}
}
