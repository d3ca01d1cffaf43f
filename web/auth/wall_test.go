package auth

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// TestWallOpensNothingElse tries the key of a wall's link, and a program's token in its place, on
// every door: for each there is one that opens.
func TestWallOpensNothingElse(t *testing.T) {
	for _, secure := range []bool{false, true} {
		r := newRig(t, func(o *Options) { o.Secure = secure })
		key, hash := NewWallKey()
		r.store.tokens[string(hash)] = drift.Token{ID: 7, Name: "NOC west", Role: drift.RoleViewer, AllTenants: true, Wall: true}
		token, tokenHash := NewToken()
		r.store.tokens[string(tokenHash)] = drift.Token{ID: 8, Name: "reader", Role: drift.RoleViewer, AllTenants: true}
		opened := httptest.NewRecorder()
		if err := r.OpenWall(opened, httptest.NewRequest(http.MethodGet, "/wall", nil), key); err != nil {
			t.Fatal(err)
		}
		cookie := opened.Result().Cookies()[0]
		if !cookie.HttpOnly || cookie.Secure != secure || cookie.SameSite != http.SameSiteLaxMode {
			t.Errorf("the cookie is %+v", cookie)
		}
		for _, wrong := range []string{"", "nothing", token, key + "x"} {
			if err := r.OpenWall(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/wall", nil), wrong); drift.CodeOf(err) != drift.CodeNotFound {
				t.Errorf("the key %q: %v", wrong, err)
			}
		}
		page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
		wall, viewer := r.Identify(r.RequireWall(page)), r.Identify(r.Require(drift.RoleViewer)(page))
		ask := func(door http.Handler, name, value, bearer, accept string) int {
			req := httptest.NewRequest(http.MethodGet, "/", nil)
			req.Header.Set("Accept", accept)
			if value != "" { // beside a session that has ended
				req.AddCookie(&http.Cookie{Name: r.sessions.Cookie.Name, Value: "ended"})
				req.AddCookie(&http.Cookie{Name: name, Value: value})
			}
			if bearer != "" {
				req.Header.Set("Authorization", "Bearer "+bearer)
			}
			w := httptest.NewRecorder()
			door.ServeHTTP(w, req)
			return w.Code
		}
		for _, c := range []struct {
			what                  string
			cookie, value, bearer string
			wall, viewer          int
		}{
			{"nothing", "", "", "", 401, 401},
			{"the wall's cookie", cookie.Name, key, "", 200, 401},
			{"its key as a bearer token", "", "", key, 401, 401},
			{"a program's token in the wall's cookie", cookie.Name, token, "", 401, 401},
			{"a program's token", "", "", token, 200, 200},
		} {
			if got := ask(wall, c.cookie, c.value, c.bearer, "*/*"); got != c.wall {
				t.Errorf("%s on the wall: %d, want %d", c.what, got, c.wall)
			}
			if got := ask(viewer, c.cookie, c.value, c.bearer, "*/*"); got != c.viewer {
				t.Errorf("%s on a page: %d, want %d", c.what, got, c.viewer)
			}
		}
		if got := ask(viewer, cookie.Name, key, "", "text/html"); got != http.StatusSeeOther {
			t.Errorf("a wall's browser is not sent to sign in: %d", got)
		}
		revoked := r.store.tokens[string(hash)]
		revoked.RevokedAt = time.Now()
		r.store.tokens[string(hash)] = revoked
		if got := ask(wall, cookie.Name, key, "", "*/*"); got != 401 {
			t.Errorf("a revoked wall: %d", got)
		}
	}
}
