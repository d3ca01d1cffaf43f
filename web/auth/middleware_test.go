package auth

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

func TestTokens(t *testing.T) {
	r := newRig(t, nil)
	token, hash := NewToken()
	r.store.tokens[string(hash)] = drift.Token{ID: 3, Name: "deploy", Role: drift.RoleManager, Tenants: []int64{4}}
	cookie := r.in(t)
	for name, c := range map[string]struct {
		headers []string
		code    int
		body    string
	}{
		"good":               {[]string{"Authorization", "Bearer " + token}, 200, "deploy"},
		"any case":           {[]string{"Authorization", "bearer  " + token}, 200, "deploy"},
		"before a cookie":    {[]string{"Authorization", "Bearer " + token, "Cookie", cookie}, 200, "deploy"},
		"wrong, with cookie": {[]string{"Authorization", "Bearer dw_x", "Cookie", cookie}, 401, ""},
		"wrong, as browser":  {[]string{"Authorization", "Bearer dw_x", "Accept", "text/html"}, 401, ""},
		"basic":              {[]string{"Authorization", "Basic cml0YTpwdw=="}, 401, ""},
		"empty":              {[]string{"Authorization", "Bearer "}, 401, ""},
		"huge":               {[]string{"Authorization", "Bearer " + strings.Repeat("x", 1<<16)}, 401, ""},
		"as a cookie":        {[]string{"Cookie", "driftwatch_session=" + token}, 401, ""},
		"huge cookie":        {[]string{"Cookie", "driftwatch_session=" + strings.Repeat("x", 1<<16)}, 401, ""},
	} {
		w := r.get(c.headers...)
		if w.Code != c.code || (c.body != "" && w.Body.String() != c.body) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	if len(token) < 20 || strings.Trim(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") != "" {
		t.Errorf("token is %q", token)
	}
}

func TestNobodyIsSentToSignIn(t *testing.T) {
	r := newRig(t, nil)
	browser := []string{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}
	for name, c := range map[string]struct {
		method, target string
		headers        []string
		code           int
		location       string
	}{
		"browser":           {"GET", "/alerts/7?x=1&y=a%20b", browser, 303, "/login?next=" + url.QueryEscape("/alerts/7?x=1&y=a%20b")},
		"form":              {"POST", "/alerts/7/acknowledge", append(browser, "Referer", "http://example.com/alerts/7"), 303, "/login?next=%2Falerts%2F7"},
		"form elsewhere":    {"POST", "/x", append(browser, "Referer", "http://evil.test/alerts/7"), 303, "/login?next=%2F"},
		"form, no referer":  {"POST", "/x", browser, 303, "/login?next=%2F"},
		"program":           {"GET", "/api/v1/alerts", []string{"Accept", "application/json"}, 401, ""},
		"no accept":         {"GET", "/api/v1/alerts", nil, 401, ""},
		"socket":            {"GET", "/ws", append(browser, "Upgrade", "websocket"), 401, ""},
		"host in the path":  {"GET", "//evil.test/x", browser, 303, "/login?next=%2F"},
		"sign-in page":      {"GET", "/login?next=/x", browser, 303, "/login?next=%2F"},
		"unknown cookie":    {"GET", "/", append(browser, "Cookie", "driftwatch_session=abc"), 303, "/login?next=%2F&ended=1"},
		"program with junk": {"GET", "/", []string{"Cookie", "driftwatch_session=abc"}, 401, ""},
	} {
		t.Run(name, func(t *testing.T) {
			req := httptest.NewRequest(c.method, c.target, nil)
			if strings.HasPrefix(c.target, "//") {
				req = httptest.NewRequest(c.method, "/", nil)
				req.URL = &url.URL{Path: c.target}
			}
			for i := 0; i+1 < len(c.headers); i += 2 {
				req.Header.Add(c.headers[i], c.headers[i+1])
			}
			w := httptest.NewRecorder()
			r.page.ServeHTTP(w, req)
			location := w.Header().Get("Location")
			if w.Code != c.code || location != c.location {
				t.Errorf("%d to %q", w.Code, location)
			}
			if c.code != 401 {
				return
			}
			var problem struct {
				Code   string `json:"code"`
				Status int    `json:"status"`
			}
			if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil || problem.Code != "unauthorized" || problem.Status != 401 ||
				w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("WWW-Authenticate") == "" {
				t.Errorf("problem %s, %v", w.Body, w.Header())
			}
		})
	}
}

func TestLocalPath(t *testing.T) {
	for next, want := range map[string]string{
		"/": "/", "/alerts/7?tab=b#c": "/alerts/7?tab=b#c", "/a/../b": "/a/../b", "/?next=//evil.test": "/?next=//evil.test",
		"": "/", "alerts": "/", "//evil.test": "/", "///evil.test": "/", "//a@evil.test": "/", `/\evil.test`: "/", `\\evil.test`: "/", "/\t/evil.test": "/", "/\n": "/",
		"https://evil.test": "/", "javascript:alert(1)": "/", "/%2f/evil.test": "/", "/%5cevil.test": "/", "/%0d%0aX:y": "/",
		"/login": "/", "/login?next=/login": "/", "/logout": "/", "/setup?key=x": "/", "/ /evil": "/ /evil",
		"/%zz": "/", "/" + strings.Repeat("x", 4096): "/",
	} {
		if got := LocalPath(next); got != want {
			t.Errorf("LocalPath(%q) = %q, want %q", next, got, want)
		}
	}
}

func TestRoles(t *testing.T) {
	r := newRig(t, nil)
	for role, may := range map[drift.Role]string{
		drift.RoleIngest: "ingest any", drift.RoleViewer: "any viewer", drift.RoleOperator: "any viewer operator",
		drift.RoleManager: "any viewer operator manager", drift.RoleAdmin: "ingest any viewer operator manager admin",
	} {
		handler := func(guard func(http.Handler) http.Handler) int {
			h := guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
			req := httptest.NewRequest("GET", "/", nil)
			req = req.WithContext(WithIdentity(req.Context(), Identity{Actor: drift.Actor{Role: role}}))
			w := httptest.NewRecorder()
			h.ServeHTTP(w, req)
			return w.Code
		}
		guards := map[string]func(http.Handler) http.Handler{"ingest": r.RequireIngest, "any": r.Require(drift.RoleIngest)}
		for _, name := range []string{"viewer", "operator", "manager", "admin"} {
			least, err := drift.ParseRole(name)
			if err != nil {
				t.Fatal(err)
			}
			guards[name] = r.Require(least)
		}
		for name, guard := range guards {
			want := http.StatusForbidden
			if strings.Contains(" "+may+" ", " "+name+" ") {
				want = http.StatusNoContent
			}
			if got := handler(guard); got != want {
				t.Errorf("%v before %q: %d, want %d", role, name, got, want)
			}
		}
	}
}

func TestStoreAway(t *testing.T) {
	r := newRig(t, nil)
	cookie := r.in(t)
	for err, code := range map[error]int{
		&drift.Error{Code: drift.CodeUnavailable, Message: "away"}: 503, errors.New("password=secret"): 500,
	} {
		r.store.err = err
		w := r.get("Cookie", cookie, "Accept", "text/html")
		if w.Code != code || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%v: %d %s", err, w.Code, w.Body)
		}
	}
}

func TestAddress(t *testing.T) {
	for name, c := range map[string]struct {
		peer, forwarded string
		behind          bool
		want            string
	}{
		"v4":                   {"192.0.2.1:1234", "", false, "192.0.2.1"},
		"v6 counts by network": {"[2001:db8:1:2:3:4:5:6]:1234", "", false, "2001:db8:1:2::/64"},
		"v4 in v6":             {"[::ffff:192.0.2.1]:1234", "", false, "192.0.2.1"},
		"lie without a proxy":  {"192.0.2.1:1", "203.0.113.5", false, "192.0.2.1"},
		"proxy":                {"127.0.0.1:1", "203.0.113.5", true, "203.0.113.5"},
		"lie before the proxy": {"127.0.0.1:1", "198.51.100.1, 203.0.113.5", true, "203.0.113.5"},
		"proxy without header": {"127.0.0.1:1", "", true, "127.0.0.1"},
		"junk":                 {"127.0.0.1:1", "<script>", true, "unknown"},
		"socket file":          {"@", "", false, "unknown"},
	} {
		req := httptest.NewRequest("GET", "/", nil)
		req.RemoteAddr = c.peer
		if c.forwarded != "" {
			req.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := Address(req, c.behind); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
