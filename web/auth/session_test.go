package auth

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

func TestCookie(t *testing.T) {
	for name, c := range map[string]struct {
		secure bool
		cookie string
	}{"http": {false, "driftwatch_session"}, "https": {true, "__Host-driftwatch_session"}} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, func(o *Options) { o.Secure = c.secure })
			cookie, err := r.signIn(t, "rita", password, "")
			if err != nil {
				t.Fatal(err)
			}
			if cookie.Name != c.cookie || cookie.Secure != c.secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode ||
				cookie.Path != "/" || cookie.Domain != "" || len(cookie.Value) < 43 {
				t.Errorf("cookie is %v", cookie)
			}
			for hash, s := range r.store.sessions {
				if hash != string(HashSecret(cookie.Value)) || strings.Contains(string(s.Data), cookie.Value) {
					t.Error("the store learns the cookie")
				}
			}
		})
	}
}

func TestSessionCannotBePlanted(t *testing.T) {
	r := newRig(t, nil)
	planted := "driftwatch_session=" + strings.Repeat("x", 43)
	cookie, err := r.signIn(t, "rita", password, planted)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(planted, cookie.Value) {
		t.Error("the planted value became the session")
	}
	if w := r.get("Cookie", planted); w.Code != http.StatusUnauthorized {
		t.Errorf("the planted cookie is answered %d", w.Code)
	}
	first := r.in(t)
	second, err := r.signIn(t, "rita", password, first)
	if err != nil {
		t.Fatal(err)
	}
	if w := r.get("Cookie", first); w.Code != http.StatusUnauthorized {
		t.Errorf("signing in again leaves the session before it: %d", w.Code)
	}
	if w := r.get("Cookie", second.Name+"="+second.Value); w.Code != http.StatusOK || w.Body.String() != "rita" {
		t.Errorf("the new session is answered %d %s", w.Code, w.Body)
	}
}

func TestSignedOutMeansOut(t *testing.T) {
	for name, remembers := range map[string]bool{"asking": false, "remembering": true} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			r.Listening(remembers)
			cookie := r.in(t)
			if w := r.get("Cookie", cookie); w.Code != http.StatusOK {
				t.Fatalf("signed in and answered %d", w.Code)
			}
			req := httptest.NewRequest(http.MethodPost, "/logout", nil)
			req.Header.Set("Cookie", cookie)
			w := httptest.NewRecorder()
			if err := r.SignOut(w, req); err != nil {
				t.Fatal(err)
			}
			if c := w.Result().Cookies(); len(c) != 1 || c[0].MaxAge >= 0 || c[0].Value != "" {
				t.Errorf("signing out sets %v", c)
			}
			if w := r.get("Cookie", cookie); w.Code != http.StatusUnauthorized {
				t.Errorf("the cookie replayed is answered %d", w.Code)
			}
			again := httptest.NewRecorder()
			if _, err := r.SignIn(again, req, "rita", password); err != nil {
				t.Errorf("signing in with the old cookie: %v", err)
			}
			if w := r.get("Cookie", cookie); w.Code != http.StatusUnauthorized {
				t.Errorf("signing in brought the old cookie back: %d", w.Code)
			}
		})
	}
}

func TestSessionsEndByThemselves(t *testing.T) {
	r := newRig(t, func(o *Options) { o.Lifetime, o.Idle = 3*time.Hour, time.Hour })
	cookie := r.in(t)
	for _, c := range []struct {
		wait time.Duration
		want int
	}{{59 * time.Minute, 200}, {59 * time.Minute, 200}, {59 * time.Minute, 200}, {5 * time.Minute, 401}} {
		r.clock = r.clock.Add(c.wait)
		if w := r.get("Cookie", cookie); w.Code != c.want {
			t.Errorf("answered %d, want %d", w.Code, c.want)
		}
	}
	r.clock = time.Now()
	cookie = r.in(t)
	r.clock = r.clock.Add(time.Hour)
	if w := r.get("Cookie", cookie); w.Code != http.StatusUnauthorized {
		t.Errorf("idle for an hour and answered %d", w.Code)
	}
}

func TestRightsChangeWithTheNextRequest(t *testing.T) {
	for name, remembers := range map[string]bool{"asking": false, "remembering": true} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, nil)
			r.Listening(remembers)
			cookie := r.in(t)
			if w := r.get("Cookie", cookie); w.Code != http.StatusOK {
				t.Fatalf("answered %d", w.Code)
			}
			r.store.mu.Lock()
			r.store.users["rita"].Role = drift.RoleViewer
			r.store.mu.Unlock()
			if remembers {
				r.Ring(drift.UserKey(1))
			}
			if w := r.get("Cookie", cookie); w.Code != http.StatusForbidden {
				t.Errorf("a viewer now, and answered %d", w.Code)
			}
			r.store.mu.Lock()
			r.store.users["rita"].Disabled = true
			r.store.mu.Unlock()
			r.Ring("")
			if w := r.get("Cookie", cookie); w.Code != http.StatusUnauthorized {
				t.Errorf("disabled, and answered %d", w.Code)
			}
		})
	}
}
