package main

import (
	"io"
	"net/http"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/static"
)

// placeholder is the part of a route that stands for anything.
var placeholder = regexp.MustCompile(`\{[^}]*\}`)

// guards are the heads that keep other sites, and other people's scripts, out of every answer.
var guards = map[string]string{
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
	"Referrer-Policy":              "same-origin",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), geolocation=(), microphone=(), payment=()",
}

// directives are what the Content-Security-Policy of every answer has to say.
var directives = map[string]string{
	"default-src": "'self'", "base-uri": "'none'", "form-action": "'self'", "frame-ancestors": "'none'", "object-src": "'none'",
	"worker-src": "'self'", "manifest-src": "'self'", "require-trusted-types-for": "'script'", "trusted-types": "driftwatch",
}

// TestEveryAnswerIsGuarded: every address, whoever asks and whatever is answered, carries the strict
// policy; no cookie can be read by a script or sent by another site's form.
func TestEveryAnswerIsGuarded(t *testing.T) {
	base, router := routed(t)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	asked := map[string]bool{}
	look := func(method, route, accept string) {
		path := placeholder.ReplaceAllString(strings.ReplaceAll(route, "/*", "/x"), "1")
		if asked[method+path+accept] {
			return
		}
		asked[method+path+accept] = true
		req, err := http.NewRequestWithContext(t.Context(), method, base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", accept)
		resp, err := client.Do(req)
		if err != nil {
			t.Errorf("%s %s: %v", method, path, err)
			return
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		guarded(t, method+" "+path, resp)
		if route == callbackPath+"{model_type}" && method == http.MethodPost && resp.StatusCode != http.StatusUnauthorized {
			t.Errorf("a callback that nobody signed: %s", resp.Status)
		}
		for _, c := range resp.Cookies() {
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode && c.SameSite != http.SameSiteStrictMode || c.Domain != "" {
				t.Errorf("%s %s sets a loose cookie: %v", method, path, c)
			}
		}
	}
	routes, ok := router.(chi.Routes)
	if !ok {
		t.Fatal("the router cannot be walked")
	}
	err := chi.Walk(routes, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		look(method, route, "text/html")
		look(method, route, "application/json")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	look("GET", "/nothing", "text/html")
	look("GET", "/favicon.ico", "image/*")
	look("TRACE", "/", "*/*")
	if len(asked) < 150 {
		t.Errorf("only %d answers were looked at: the walk is broken", len(asked))
	}
}

// guarded looks for every guard on an answer.
func guarded(t *testing.T, what string, resp *http.Response) {
	t.Helper()
	for name, want := range guards {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s (%d): %s is %q, want %q", what, resp.StatusCode, name, got, want)
		}
	}
	if err := strict(resp.Header.Get("Content-Security-Policy")); err != "" {
		t.Errorf("%s (%d): %s", what, resp.StatusCode, err)
	}
}

// TestFilesAreGuarded: a module or a style sheet carries the guards that mean something there and no other, every
// other file all of them, and so does a page that is answered in a module's place.
func TestFilesAreGuarded(t *testing.T) {
	base, _ := routed(t)
	ask := func(method, path string, head ...string) *http.Response {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(head); i += 2 {
			req.Header.Set(head[i], head[i+1])
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		return resp
	}
	parts := 0
	for _, name := range static.Names() {
		resp := ask("GET", static.URL(name))
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", name, resp.Status)
		}
		if ext := path.Ext(name); ext != ".js" && ext != ".css" {
			guarded(t, name, resp)
			continue
		}
		parts++
		for guard, want := range guards {
			if guard != "X-Content-Type-Options" && guard != "Cross-Origin-Resource-Policy" {
				want = ""
			}
			if got := resp.Header.Get(guard); got != want {
				t.Errorf("%s: %s is %q, want %q", name, guard, got, want)
			}
		}
		if got := resp.Header.Get("Content-Security-Policy"); got != "" {
			t.Errorf("%s carries the policy of a page: %s", name, got)
		}
	}
	if parts < 10 {
		t.Errorf("only %d modules and style sheets were looked at", parts)
	}
	module := static.URL("js/live.js")
	foreign := ask("POST", module, "Accept", "text/html", "Origin", "https://evil.example")
	if foreign.StatusCode != http.StatusForbidden || !strings.HasPrefix(foreign.Header.Get("Content-Type"), "text/html") {
		t.Errorf("another site's form: %s %s", foreign.Status, foreign.Header.Get("Content-Type"))
	}
	guarded(t, "a page in a module's place", foreign)
	guarded(t, "a module of another build", ask("GET", static.Prefix+"0/js/live.js"))
	for _, worker := range []string{"/sw.js", "/manifest.webmanifest", "/icon/3.svg", "/favicon.ico"} {
		guarded(t, worker, ask("GET", worker))
	}
}

// strict tells what a policy lacks, or lets in beyond what it should; "" where it is the one.
func strict(policy string) string {
	said := map[string]string{}
	for part := range strings.SplitSeq(policy, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), " ")
		said[name] = strings.TrimSpace(value)
	}
	for name, want := range directives {
		if said[name] != want {
			return "the policy's " + name + " is " + said[name] + ", want " + want
		}
		delete(said, name)
	}
	for name := range said {
		return "the policy has a " + name + " that nobody asked for"
	}
	return ""
}
