package handlers_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

// everybody is each role, once for all tenants and once for one.
func (h *pageHouse) everybody() map[string]string {
	h.t.Helper()
	who := map[string]string{}
	for _, role := range []drift.Role{drift.RoleIngest, drift.RoleViewer, drift.RoleOperator, drift.RoleManager, drift.RoleAdmin} {
		who[role.String()] = h.as(role)
		who[role.String()+" of acme"] = h.as(role, h.acme)
	}
	return who
}

// TestAccessByRole tries every page and change of access as every role, of all tenants and of one:
// administrators of all tenants make it, everybody else is refused and nothing is changed.
func TestAccessByRole(t *testing.T) {
	h := newPages(t)
	_, ann := h.user("ann", drift.RoleOperator)
	_, token := h.token(drift.RoleViewer)
	person := fmt.Sprintf("/access/people/%d", ann)
	gets := []string{"/access/people/new", person, "/access/tokens", "/access/walls", "/access/tenants", "/access/models"}
	const password = "a long enough password"
	posts := []struct {
		path, form string
		status     int
	}{
		{"/access/people", fields("name", "bea", "role", "viewer", "scope", "some", "tenant", "acme", "password", password, "again", password), 303},
		{person + "/rights", fields("role", "manager", "scope", "some", "tenant", "globex"), 303},
		{person + "/password", fields("password", password, "again", password), 303},
		{person + "/signout", fields("sure", "yes"), 303},
		{person + "/disable", fields("sure", "yes"), 303},
		{person + "/enable", "", 303},
		{"/access/tokens", fields("name", "scoring", "role", "ingest", "scope", "some", "tenant", "acme"), 200},
		{"/access/walls", fields("name", "north wall", "scope", "all"), 200},
		{fmt.Sprintf("/access/tokens/%d/revoke", token), fields("sure", "yes"), 303},
		{"/access/tenants", fields("name", "initech", "sure", "yes"), 303},
		{"/access/models", fields("name", "churn", "like", drift.FraudDetector, "sure", "yes"), 303},
		{"/start/token", fields("name", "first feed", "tenant", "hooli", "model", drift.FraudDetector), 200},
	}
	everybody := h.everybody()
	before := h.count(`SELECT count(*) FROM audit_log`)
	for name, who := range everybody {
		if name == "admin" {
			continue
		}
		for _, path := range gets {
			h.get(path, asBrowser, who).isPage(t, 403, name+" "+path)
		}
		for _, c := range posts {
			h.post(c.path, c.form, asBrowser, who).isPage(t, 403, name+" "+c.path)
		}
	}
	if n := h.count(`SELECT count(*) FROM audit_log`); n != before {
		t.Fatalf("%d changes by those who may not", n-before)
	}
	admin := everybody["admin"]
	for _, c := range posts {
		if a := h.post(c.path, c.form, asBrowser, admin); a.status != c.status {
			t.Fatalf("%s: %d %.600s", c.path, a.status, a.body)
		}
	}
	if n := h.count(`SELECT count(*) FROM audit_log`); n != before+int64(len(posts))+1 { // the first token makes its tenant too
		t.Errorf("%d entries in the audit log for %d changes", n-before, len(posts))
	}
	for _, path := range append(gets, "/access") {
		h.get(path, asBrowser, admin).isPage(t, 200, path)
	}
	for path, says := range map[string][]string{
		"/access":         {"added user bea", "viewer, acme"},
		person:            {"changed the rights of user ann", "manager, globex", "disabled user ann", "enabled user ann", "signed out user ann"},
		"/access/tokens":  {"added token", "scoring, ingest, acme", "revoked token"},
		"/access/walls":   {"north wall"},
		"/access/tenants": {"added tenant initech", "added tenant hooli"},
		"/access/models":  {"added model churn", "behaves like fraud_detector"},
	} {
		body := html.UnescapeString(h.get(path, asBrowser, admin).body)
		for _, text := range says {
			if !strings.Contains(body, text) {
				t.Errorf("%s does not say %q", path, text)
			}
		}
	}
}

// TestAccessShowsOthersThemselves: whoever administers nothing sees their own account and nobody else's name.
func TestAccessShowsOthersThemselves(t *testing.T) {
	h := newPages(t)
	h.user("somebody else", drift.RoleAdmin)
	for i, role := range []drift.Role{drift.RoleViewer, drift.RoleOperator, drift.RoleManager, drift.RoleAdmin} {
		name := fmt.Sprintf("person %d", i)
		who, _ := h.user(name, role, h.acme)
		a := h.get("/access", asBrowser, who)
		a.isPage(t, 200, name)
		if strings.Contains(a.body, "somebody else") || !strings.Contains(a.body, `href="/preferences">`+name) || strings.Contains(a.body, "globex") || strings.Contains(a.body, `href="/access/tokens"`) {
			t.Errorf("%s sees %.3000s", name, a.body)
		}
	}
	h.get("/access", asBrowser, h.as(drift.RoleViewer)).isPage(t, 200, "a token")
}

func TestAccessRefusals(t *testing.T) {
	h := newPages(t)
	root, id := h.user("root", drift.RoleAdmin)
	self := fmt.Sprintf("/access/people/%d", id)
	for _, c := range []struct {
		path, form string
		status     int
		says       string
	}{
		{"/access/people", fields("name", "root", "role", "viewer", "scope", "all", "password", "a long enough password", "again", "a long enough password"), 422, `a user called "root" already`},
		{"/access/people", fields("name", " x", "role", "viewer", "scope", "all"), 422, "no space at either end"},
		{"/access/people", fields("name", "x", "role", "ingest", "scope", "all", "password", "a long enough password", "again", "a long enough password"), 422, "A person is viewer"},
		{"/access/people", fields("name", "x", "role", "boss", "scope", "all"), 422, "Choose a role."},
		{"/access/people", fields("name", "x", "role", "viewer"), 422, "Choose a tenant, or all of them."},
		{"/access/people", fields("name", "x", "role", "viewer", "scope", "some", "tenant", "moon"), 422, "There is no such tenant"},
		{"/access/people", fields("name", "x", "role", "viewer", "scope", "all", "password", "short", "again", "short"), 422, "at least 12 characters"},
		{"/access/people", fields("name", "x", "role", "viewer", "scope", "all", "password", "a long enough password", "again", "another password"), 422, "The two passwords differ."},
		{self + "/rights", fields("role", "viewer", "scope", "all"), 422, "the last administrator"},
		{self + "/rights", fields("role", "admin", "scope", "some", "tenant", "acme"), 422, "the last administrator"},
		{self + "/disable", fields("sure", "yes"), 422, "the last administrator"},
		{self + "/disable", "", 422, "Tick the box first"},
		{self + "/signout", "", 422, "Tick the box first"},
		{self + "/explode", "", 404, ""},
		{"/access/people/999/enable", "", 404, ""},
		{"/access/people/x/enable", "", 404, ""},
		{"/access/tokens", fields("name", "", "role", "viewer", "scope", "all"), 422, "A name has 1 to 100 characters"},
		{"/access/tokens", fields("name", "x", "scope", "all"), 422, "Choose a role."},
		{"/access/tokens/1/revoke", "", 422, "Tick the box first"},
		{"/access/tokens/999/revoke", fields("sure", "yes"), 404, ""},
		{"/access/tenants", fields("name", "acme", "sure", "yes"), 422, "a tenant of this name already"},
		{"/access/tenants", fields("name", "x"), 422, "Tick the box first"},
		{"/access/models", fields("name", "fraud_detector", "like", "fraud_detector", "sure", "yes"), 422, "a model type of this name already"},
		{"/access/models", fields("name", "fraud-detector", "like", "fraud_detector", "sure", "yes"), 422, ""},
		{"/access/models", fields("name", "churn", "like", "weather", "sure", "yes"), 422, "behaves like"},
		{"/start/token", fields("name", "x", "tenant", ""), 422, "A name has 1 to 100 characters"},
	} {
		a := h.post(c.path, c.form, asBrowser, root)
		a.isPage(t, c.status, c.path+" "+c.form)
		if !strings.Contains(html.UnescapeString(a.body), c.says) {
			t.Errorf("%s %s does not say %q", c.path, c.form, c.says)
		}
		if strings.Contains(a.body, "a long enough password") {
			t.Errorf("%s shows a password again", c.path)
		}
	}
	if a := h.post("/start/token", fields("name", " x", "tenant", "half made"), asBrowser, root); a.status != 422 || h.count(`SELECT count(*) FROM tenant WHERE name = 'half made'`) != 0 {
		t.Errorf("a refused token makes its tenant: %d", a.status)
	}
	if a := h.post("/access/tenants", fields("name", "evil", "sure", "yes"), asBrowser, root, "Origin: https://evil.example"); a.status != 403 {
		t.Errorf("a form of another site: %d", a.status)
	}
	for _, path := range []string{"/access?after=%00", "/access/tokens?after=x", "/access/tokens?after=-1"} {
		h.get(path, asBrowser, root).isPage(t, 422, path)
	}
}

// TestOwnAccount signs in twice, sees both, ends the other, and changes the password.
func TestOwnAccount(t *testing.T) {
	h := newPages(t)
	first, id := h.user("ann", drift.RoleViewer)
	second := h.signIn("ann")
	if a := h.do("POST", "/login", "name=ann&password=wrong", asForm); a.status == 200 {
		t.Fatal("a wrong password is let in")
	}
	body := h.get("/preferences", asBrowser, second, "User-Agent: x").body
	if n := strings.Count(body, `/end"`); n != 1 || !strings.Contains(body, "this browser") || !strings.Contains(body, "failed: wrong password") {
		t.Errorf("%d others, %.4000s", n, body)
	}
	stranger, _ := h.user("bob", drift.RoleAdmin)
	end := regexp.MustCompile(`/preferences/sessions/\d+/end`).FindString(body)
	if a := h.post(end, "", asBrowser, stranger); a.status != 404 {
		t.Errorf("somebody else's session: %d", a.status)
	}
	if a := h.post(end, "", asBrowser, second); a.status != 303 {
		t.Fatalf("end one: %d %s", a.status, a.body)
	}
	if a := h.get("/models", asBrowser, first); a.status != 303 {
		t.Errorf("the ended session: %d", a.status)
	}
	third := h.signIn("ann")
	if a := h.post("/preferences/sessions/others", "", asBrowser, third); a.status != 303 {
		t.Fatalf("end the others: %d", a.status)
	}
	h.get("/models", asBrowser, third).isPage(t, 200, "the session that stays")
	if a := h.get("/models", asBrowser, second); a.status != 303 {
		t.Errorf("another session: %d", a.status)
	}
	const next = "quite another password"
	for form, says := range map[string]string{
		fields("present", "not it at all", "password", next, "again", next):         "This is not your present password.",
		fields("present", apiPassword, "password", next, "again", "something else"): "The two passwords differ.",
		fields("present", apiPassword, "password", "short", "again", "short"):       "at least 12 characters",
	} {
		a := h.post("/preferences/password", form, asBrowser, third)
		a.isPage(t, 422, form)
		if !strings.Contains(a.body, says) || strings.Contains(a.body, next) {
			t.Errorf("%s: does not say %q, or shows a password", form, says)
		}
	}
	a := h.post("/preferences/password", fields("present", apiPassword, "password", next, "again", next), asBrowser, third)
	if a.status != 303 {
		t.Fatalf("change the password: %d %.600s", a.status, a.body)
	}
	var cookie string
	for _, line := range a.header.Values("Set-Cookie") {
		if strings.HasPrefix(line, "driftwatch_session=") {
			cookie, _, _ = strings.Cut(line, ";")
		}
	}
	h.get("/models", asBrowser, "Cookie: "+cookie).isPage(t, 200, "the session goes on")
	if a := h.get("/models", asBrowser, third); a.status != 303 {
		t.Errorf("the old cookie: %d", a.status)
	}
	if a := h.do("POST", "/login", fields("name", "ann", "password", next), asForm); a.status != 200 {
		t.Errorf("the new password: %d", a.status)
	}
	if n := h.count(`SELECT count(*) FROM sign_in WHERE user_id = $1 AND good`, id); n != 5 {
		t.Errorf("%d sign-ins are kept", n)
	}
	h.post("/preferences/sessions/others", "", asBrowser, h.as(drift.RoleViewer)).isPage(t, 403, "a token")
}

// TestWhereFrom: what a browser writes of itself is kept bounded and plain, and shown as text.
func TestWhereFrom(t *testing.T) {
	h := newPages(t)
	h.user("ann", drift.RoleViewer)
	agent := script + strings.Repeat("x", 500)
	req, err := http.NewRequest("POST", h.url+"/login", strings.NewReader(url.Values{"name": {"ann"}, "password": {apiPassword}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	a := h.send(req, asForm, "User-Agent: "+agent)
	cookie, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	h.get("/preferences", asBrowser, "Cookie: "+cookie).isPage(t, 200, "an agent that is a script")
	if n := h.count(`SELECT max(length(agent)) FROM session`); n != drift.MaxAgent {
		t.Errorf("%d characters of an agent are kept", n)
	}
}

// TestRevokedAtOnce: a revoked token and wall open nothing from the next request on.
func TestRevokedAtOnce(t *testing.T) {
	h := newPages(t)
	admin := h.as(drift.RoleAdmin)
	made := html.UnescapeString(h.post("/access/tokens", fields("name", "prober", "role", "viewer", "scope", "all"), asBrowser, admin).body)
	secret := regexp.MustCompile(`dw_[\w-]{43}`).FindString(made)
	who := "Authorization: Bearer " + secret
	if a := h.do("GET", "/api/v1/alerts", "", who); a.status != 200 {
		t.Fatalf("the token: %d", a.status)
	}
	list := h.get("/access/tokens", asBrowser, admin).body
	if strings.Contains(list, secret) {
		t.Error("the secret is shown again")
	}
	id := h.count(`SELECT id FROM api_token WHERE name = 'prober' AND used_at IS NOT NULL`)
	if a := h.post(fmt.Sprintf("/access/tokens/%d/revoke", id), fields("sure", "yes"), asBrowser, admin); a.status != 303 {
		t.Fatalf("revoke: %d", a.status)
	}
	if a := h.do("GET", "/api/v1/alerts", "", who); a.status != 401 {
		t.Errorf("the revoked token: %d", a.status)
	}
	wall := html.UnescapeString(h.post("/access/walls", fields("name", "north", "scope", "some", "tenant", "acme"), asBrowser, admin).body)
	if link := regexp.MustCompile(`http://127\.0\.0\.1:\d+/wall\?key=[\w-]{43}`).FindString(wall); link == "" {
		t.Errorf("no link in %.4000s", wall)
	}
}

// TestSocketsEndWithWhatOpenedThem changes an account by its page and its owner's preferences: what was open under
// the rights of before ends at once, and nobody else's.
func TestSocketsEndWithWhatOpenedThem(t *testing.T) {
	h := newPages(t)
	admin, _ := h.user("root", drift.RoleAdmin)
	_, id := h.user("ann", drift.RoleManager)
	person := fmt.Sprintf("/access/people/%d", id)
	stays := h.connect("", admin)
	const password = "quite another password"
	for _, c := range []struct {
		do, form string
		stays    bool // the session, under its new rights
	}{
		{"/rights", fields("role", "viewer", "scope", "some", "tenant", "acme"), true},
		{"/rights", fields("role", "manager", "scope", "all"), true},
		{"/signout", fields("sure", "yes"), false},
		{"/password", fields("password", apiPassword, "again", apiPassword), false},
		{"/disable", fields("sure", "yes"), false},
	} {
		ann := h.signIn("ann")
		ends := h.connect("", ann)
		if a := h.post(person+c.do, c.form, asBrowser, admin); a.status != 303 {
			t.Fatalf("%s: %d %.300s", c.do, a.status, a.body)
		}
		if code := ends.closed(); code != 4401 {
			t.Errorf("after %s the socket ends with %d", c.do, code)
		}
		if a := h.get("/models", asBrowser, ann); (a.status == 200) != c.stays {
			t.Errorf("after %s the session's next page: %d", c.do, a.status)
		}
	}
	if a := h.post(person+"/enable", "", asBrowser, admin); a.status != 303 {
		t.Fatalf("enable: %d", a.status)
	}
	first, second := h.signIn("ann"), h.signIn("ann")
	ends := h.connect("", first)
	if a := h.post("/preferences/password", fields("present", apiPassword, "password", password, "again", password), asBrowser, second); a.status != 303 {
		t.Fatalf("a new password: %d %.300s", a.status, a.body)
	}
	if code := ends.closed(); code != 4401 {
		t.Errorf("after a new password another browser's socket ends with %d", code)
	}
	h.breakModel("acme")
	if m, text := stays.next(); m.Seq != 1 {
		t.Errorf("the administrator's own socket gets %s", text)
	}
}
