package handlers_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/handlers"
)

// TestLogin signs in and out by the forms.
func TestLogin(t *testing.T) {
	h := newPages(t)
	h.user("ann", drift.RoleViewer)
	h.get("/login", asBrowser).isPage(t, 200, "login")
	for next, want := range map[string]string{
		"/alerts/3?from=mail": "/alerts/3?from=mail", "": "/", "//evil.example/": "/", "https://evil.example": "/", "/logout": "/", `/\evil`: "/",
	} {
		a := h.get("/login?next="+url.QueryEscape(next), asBrowser)
		if !strings.Contains(a.body, `name="next" value="`+want+`"`) {
			t.Errorf("next %q does not lead to %q", next, want)
		}
		form := url.Values{"name": {"ann"}, "password": {apiPassword}, "next": {next}}.Encode()
		if a := h.post("/login", form, asBrowser); a.status != 303 || a.header.Get("Location") != want || a.header.Get("Set-Cookie") == "" {
			t.Errorf("signed in for %q: %d to %q", next, a.status, a.header.Get("Location"))
		}
	}
	if a := h.get("/login?next=%2F&ended=1", asBrowser); !strings.Contains(a.body, "You are signed out") {
		t.Error("who was signed out is not told why")
	}
	wrong := url.Values{"name": {script}, "password": {"wrong"}, "next": {"/audit"}}.Encode()
	// A wrong try leads back to a page that can be loaded again without another one.
	back := func() answer {
		t.Helper()
		a := h.post("/login", wrong, asBrowser)
		where := a.header.Get("Location")
		if a.status != 303 || !strings.HasPrefix(where, "/login?") || strings.Contains(where, "script") {
			t.Fatalf("a wrong password: %d to %q", a.status, where)
		}
		cookie, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
		return h.get(where, asBrowser, "Cookie: "+cookie)
	}
	a := back()
	a.isPage(t, 200, "a wrong password")
	if !strings.Contains(a.body, "The name or the password is wrong.") || !strings.Contains(a.body, `value="/audit"`) || !strings.Contains(a.body, "&lt;script&gt;") {
		t.Error("a wrong password loses what was typed, or does not say what is wrong")
	}
	h.post("/login", wrong, asScript).problem(t, 401, drift.CodeUnauthorized, "")
	for range 5 {
		a = back()
	}
	a.isPage(t, 200, "too many tries")
	if !strings.Contains(a.body, "Too many failed attempts. Try again in ") || strings.Contains(a.body, "aria-disabled") {
		t.Error("the limit does not say until when, or the form cannot be sent when it is over")
	}
	h.post("/login", wrong, asScript).problem(t, 429, drift.CodeTooMany, "")
	if a := h.post("/login", strings.Repeat("x", 70_000), asBrowser); a.status != 413 {
		t.Errorf("an oversize form: %d", a.status)
	}
	cookie := h.signIn("ann")
	if a := h.get("/login?next=%2Fmodels", asBrowser, cookie); a.status != 303 || a.header.Get("Location") != "/models" {
		t.Errorf("signed in already: %d to %q", a.status, a.header.Get("Location"))
	}
	if a := h.post("/logout", "", asBrowser, cookie); a.status != 303 || a.header.Get("Location") != "/login" {
		t.Errorf("sign out: %d to %q", a.status, a.header.Get("Location"))
	}
	if a := h.get("/", asBrowser, cookie); a.status != 303 {
		t.Errorf("the cookie of an ended session: %d", a.status)
	}
	if a := h.get("/logout", asBrowser); a.status != 405 {
		t.Errorf("a link that signs out: %d", a.status)
	}
}

// TestSetup makes the first administrator by the one-time link.
func TestSetup(t *testing.T) {
	h := newPages(t)
	guess := h.get("/setup?key=guess", asBrowser)
	guess.isPage(t, 404, "a guessed link")
	if !strings.Contains(guess.body, "This link is not right.") || strings.Contains(guess.body, "has been used") {
		t.Errorf("a mistyped link is not said to be wrong: %s", guess.body)
	}
	if a := h.get("/login", asBrowser); !strings.Contains(a.body, "shows a one-time link") || strings.Contains(a.body, "Ask your administrator") {
		t.Error("without an administrator the sign-in page does not lead to the link")
	}
	key, err := h.auth.OfferSetup(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	h.get("/setup?key="+key, asBrowser).isPage(t, 200, "the link")
	form := func(name, password, again string) string {
		return url.Values{"key": {key}, "name": {name}, "password": {password}, "again": {again}}.Encode()
	}
	for body, says := range map[string]string{
		form("root", apiPassword, "otherwise"): "The two passwords differ",
		form("root", "short", "short"):         "at least 12 characters",
		form("", apiPassword, apiPassword):     "A name has 1 to 100 characters",
	} {
		a := h.post("/setup", body, asBrowser)
		a.isPage(t, 422, says)
		if !strings.Contains(a.body, says) {
			t.Errorf("not said: %s", says)
		}
	}
	a := h.post("/setup", form("root", apiPassword, apiPassword), asBrowser)
	cookie, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	if a.status != 303 || a.header.Get("Location") != "/" {
		t.Fatalf("set up: %d to %q: %s", a.status, a.header.Get("Location"), a.body)
	}
	board := h.get("/", asBrowser, "Cookie: "+cookie)
	board.isPage(t, 200, "the first board")
	if !strings.Contains(board.body, "root") {
		t.Error("the administrator is not signed in")
	}
	twice := h.get("/setup?key="+key, asBrowser)
	twice.isPage(t, 404, "the link used twice")
	if !strings.Contains(twice.body, "an administrator exists now") || !strings.Contains(h.get("/login", asBrowser).body, "Ask your administrator") {
		t.Error("with an administrator: the link or the sign-in page does not say so")
	}
	h.post("/setup", form("second", apiPassword, apiPassword), asBrowser).isPage(t, 404, "the form sent twice")
}

// TestSignInWhileTheDemoIsPrepared: whoever comes early is told why pages are empty.
func TestSignInWhileTheDemoIsPrepared(t *testing.T) {
	for _, preparing := range []bool{true, false} {
		h := newPages(t, func(o *handlers.Options) { o.Preparing = func() bool { return preparing } })
		if a := h.get("/login", asBrowser); strings.Contains(a.body, "The demonstration is being prepared") != preparing {
			t.Errorf("preparing %t: the sign-in page says otherwise", preparing)
		}
	}
}
