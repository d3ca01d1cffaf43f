package main_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Disabling a person and revoking a token hold within a second at a server that runs, and only for
// them; what was done is in the audit log.
func TestAccountsEnd(t *testing.T) {
	t.Parallel()
	s := serve(t, freshDir(t), anyPort)
	const password = "a long enough password"
	must(t, s.dir, "", "tenant", "add", "acme")
	must(t, s.dir, password, "user", "add", "root", "--role", "admin", "--password-stdin")
	must(t, s.dir, password, "user", "add", "rita", "--role", "operator", "--tenant", "acme", "--password-stdin")
	root, rita := signedIn(t, s.url, "root", password), signedIn(t, s.url, "rita", password)
	feed := strings.TrimSpace(must(t, s.dir, "", "token", "add", "feed", "--role", "viewer"))
	other := strings.TrimSpace(must(t, s.dir, "", "token", "add", "other", "--role", "viewer", "--tenant", "acme"))

	// One asks as a person with their session, or as a program with its token.
	asks := func(client *http.Client, token string) int {
		code, _ := request(t, client, http.MethodGet, s.url+"/api/v1/alerts", token, nil, "Accept", "application/json")
		return code
	}
	ends := func(what string, client *http.Client, token string, args ...string) {
		t.Helper()
		if code := asks(client, token); code != http.StatusOK {
			t.Fatalf("%s before: %d", what, code)
		}
		out := must(t, s.dir, "", args...)
		until(t, time.Second, what+" is shut out", func() bool { return asks(client, token) == http.StatusUnauthorized })
		if !strings.HasSuffix(out, " now.\n") {
			t.Errorf("%v: %q", args, out)
		}
		if out := must(t, s.dir, "", args...); !strings.HasSuffix(out, " already.\n") {
			t.Errorf("%v again: %q", args, out)
		}
	}
	ends("a person", rita, "", "user", "disable", "rita")
	ends("a program", http.DefaultClient, feed, "token", "revoke", "feed")
	if code := asks(root, ""); code != http.StatusOK {
		t.Errorf("the other person: %d", code)
	}
	if code := asks(http.DefaultClient, other); code != http.StatusOK {
		t.Errorf("the other program: %d", code)
	}
	must(t, s.dir, "", "user", "enable", "rita")
	if code := asks(rita, ""); code != http.StatusUnauthorized {
		t.Errorf("the session that was ended comes back with the account: %d", code)
	}
	signedIn(t, s.url, "rita", password)

	again := strings.TrimSpace(must(t, s.dir, "", "token", "add", "other", "--role", "viewer"))
	for _, refused := range []struct{ args, says string }{
		{"user disable root", "last administrator"},
		{"user disable nobody", `no user "nobody"`},
		{"user enable nobody", `no user "nobody"`},
		{"token revoke nobody", `no token "nobody"`},
		{"token revoke other", "called \"other\": 3, 2"},
	} {
		if a := command(t, s.dir, "", strings.Fields(refused.args)...); a.code != 1 || !strings.Contains(a.err, refused.says) || a.out != "" {
			t.Errorf("%s: exit code %d, %q, %q", refused.args, a.code, a.out, a.err)
		}
	}
	must(t, s.dir, "", "token", "revoke", "3")
	if one, two := asks(http.DefaultClient, again), asks(http.DefaultClient, other); one != http.StatusUnauthorized || two != http.StatusOK {
		t.Errorf("after token 3 was revoked: %d for it, %d for token 2 of the same name", one, two)
	}

	got := fmt.Sprint(mustJSON[[]struct {
		Name     string
		Tenants  []string
		Disabled bool
	}](t, s.dir, "", "user", "list"), mustJSON[[]struct {
		ID      int
		Name    string
		Tenants []string
		Revoked *time.Time `json:"revoked_at"`
	}](t, s.dir, "", "token", "list")[1:])
	if want := "[{rita [acme] false} {root [*] false}] "; !strings.HasPrefix(got, want) || !strings.Contains(got, "{2 other [acme] <nil>} {1 feed [*] 2") {
		t.Errorf("lists: %s", got)
	}
	for _, kind := range []string{"user", "token"} {
		if out := must(t, s.dir, "", kind, "list"); !strings.Contains(out, "NAME") || strings.Count(out, "\n") < 3 {
			t.Errorf("%s list: %s", kind, out)
		}
	}
	for _, done := range []string{"disabled user rita", "enabled user rita", "revoked token 1"} {
		if _, body := request(t, root, http.MethodGet, s.url+"/audit", "", nil); !strings.Contains(string(body), done) {
			t.Errorf("the audit log does not say %q", done)
		}
	}
}
