package main_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/web/hook"
)

// TestToldByCommand sets a tenant's webhook from the shell beside a running server, which delivers a
// test and then a real event.
func TestToldByCommand(t *testing.T) {
	t.Parallel()
	dir := freshDir(t)
	serve(t, dir, anyPort)
	type request struct{ body, signature string }
	came := make(chan request, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := bufio.NewReader(r.Body).ReadString('\x00')
		if err == nil {
			t.Error("the body holds a zero")
		}
		came <- request{body, r.Header.Get(hook.SignatureHeader)}
	}))
	defer receiver.Close()
	do := func(code int, args ...string) string {
		t.Helper()
		a := command(t, dir, "a long enough password", args...)
		if a.code != code {
			t.Fatalf("%v: exit code %d, %s %s", args, a.code, a.out, a.err)
		}
		return a.out
	}
	do(0, "user", "add", "jana", "--role", "operator", "--password-stdin")
	do(0, "team", "add-member", "DevOps", "jana")
	if list := do(0, "team", "list"); !strings.Contains(list, "DevOps: jana\n") || !strings.Contains(list, "NOC: nobody\n") {
		t.Errorf("teams: %s", list)
	}
	do(0, "team", "remove-member", "DevOps", "jana")
	do(1, "team", "add-member", "the moon", "jana")
	do(2, "webhook", "test")
	do(2, "webhook", "test", "--team", "NOC", "--tenant", "acme")
	do(1, "webhook", "set", "--team", "NOC", "ftp://x")
	do(0, "tenant", "add", "acme")
	secret := strings.TrimSpace(do(0, "webhook", "set", "--tenant", "acme", receiver.URL))
	if !regexp.MustCompile(`^whsec_\w{26}$`).MatchString(secret) {
		t.Fatalf("the secret is %q", secret)
	}
	do(0, "webhook", "test", "--tenant", "acme")
	do(0, "config", "set", "MIN_SCORES", "40", "--tenant", "acme")
	for _, want := range []string{"WEBHOOK_TEST", "SETTINGS_CHANGED"} {
		select {
		case r := <-came:
			var e struct{ Type, Tenant string }
			if err := json.Unmarshal([]byte(r.body), &e); err != nil || e.Type != want || e.Tenant != "acme" {
				t.Errorf("%s, want %s of acme: %v", r.body, want, err)
			}
			sent, _, _ := strings.Cut(strings.TrimPrefix(r.signature, "t="), ",")
			var at int64
			if err := json.Unmarshal([]byte(sent), &at); err != nil || hook.Sign(secret, time.Unix(at, 0), []byte(r.body)) != r.signature {
				t.Errorf("signed %s", r.signature)
			}
		case <-time.After(stepWithin):
			t.Fatalf("%s does not come", want)
		}
	}
	do(0, "webhook", "remove", "--tenant", "acme")
	if list := do(0, "webhook", "list", "--json"); !strings.Contains(list, `"disabled":"removed by shell:`) {
		t.Errorf("webhooks: %s", list)
	}
	do(1, "webhook", "resend", "1")
}
