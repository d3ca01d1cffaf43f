package auth_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
	"github.com/driftwatch/driftwatch/web/auth"
)

func TestMain(m *testing.M) { storetest.Main(m) }

const secret = "correct horse battery"

// house is the real store with rita, an operator, and the bell.
type house struct {
	db   *store.DB
	auth *auth.Auth
	rita drift.User
	rung chan string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{db: storetest.Fresh(t, store.Options{MaxConns: 4}), rung: make(chan string, 100)}
	h.auth = auth.New(auth.Options{Store: h.db})
	hash, err := h.auth.Hasher().New(t.Context(), "rita", secret)
	if err != nil {
		t.Fatal(err)
	}
	h.rita, err = h.db.AddUser(t.Context(), drift.SystemActor(), drift.User{Name: "rita", Role: drift.RoleOperator, AllTenants: true}, hash)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var done sync.WaitGroup
	done.Go(func() {
		err := h.db.Listen(ctx, store.Bell{
			Event:     func(int64) {},
			Auth:      func(key string) { h.auth.Ring(key); h.rung <- key },
			Connected: h.auth.Listening,
		})
		if ctx.Err() == nil {
			t.Errorf("listening ended: %v", err)
		}
	})
	t.Cleanup(func() { stop(); done.Wait() })
	h.hear(t, "")
	return h
}

// hear waits until the key is rung.
func (h *house) hear(t *testing.T, key string) {
	t.Helper()
	for {
		select {
		case got := <-h.rung:
			if got == key {
				return
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%q was not rung", key)
		}
	}
}

func (h *house) signIn(t *testing.T, password string) (*http.Cookie, error) {
	w := httptest.NewRecorder()
	if _, err := h.auth.SignIn(w, httptest.NewRequest("POST", "/login", nil).WithContext(t.Context()), "rita", password); err != nil {
		return nil, err
	}
	return w.Result().Cookies()[0], nil
}

// get asks for a page that needs an operator.
func (h *house) get(c *http.Cookie) int {
	req := httptest.NewRequest("GET", "/", nil)
	req.AddCookie(c)
	w := httptest.NewRecorder()
	h.auth.Identify(h.auth.Require(drift.RoleOperator)(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	}))).ServeHTTP(w, req)
	return w.Code
}

func TestRightsOverTheRealStore(t *testing.T) {
	h := newHouse(t)
	c, err := h.signIn(t, secret)
	if err != nil {
		t.Fatal(err)
	}
	answers := func(what string, want int) {
		t.Helper()
		if got := h.get(c); got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	answers("signed in", 204)
	system := drift.SystemActor()
	if err := h.db.SetRights(t.Context(), system, h.rita.ID, drift.RoleViewer, true, nil); err != nil {
		t.Fatal(err)
	}
	h.hear(t, drift.UserKey(h.rita.ID))
	answers("made a viewer", 403)
	if err := h.db.SetRights(t.Context(), system, h.rita.ID, drift.RoleManager, true, nil); err != nil {
		t.Fatal(err)
	}
	h.hear(t, drift.UserKey(h.rita.ID))
	answers("made a manager", 204)
	out := httptest.NewRequest("POST", "/logout", nil)
	out.AddCookie(c)
	if err := h.auth.SignOut(httptest.NewRecorder(), out); err != nil {
		t.Fatal(err)
	}
	answers("signed out, and the cookie replayed", 401)
	if c, err = h.signIn(t, secret); err != nil {
		t.Fatal(err)
	}
	answers("signed in again", 204)
	if err := h.db.EndSessionsOf(t.Context(), system, h.rita.ID); err != nil {
		t.Fatal(err)
	}
	h.hear(t, drift.UserKey(h.rita.ID))
	answers("signed out by somebody else", 401)
}

// With fewer connections than people, everybody who knows the password still gets in.
func TestManySignInsAtOnce(t *testing.T) {
	h := newHouse(t)
	var in, limited atomic.Int64
	var wg sync.WaitGroup
	for range 30 {
		wg.Go(func() {
			if _, err := h.signIn(t, secret); err != nil {
				t.Error(err)
				return
			}
			in.Add(1)
		})
	}
	wg.Wait()
	if in.Load() != 30 {
		t.Errorf("%d of 30 got in", in.Load())
	}
	for range 30 {
		wg.Go(func() {
			if _, err := h.signIn(t, "a wrong password"); drift.CodeOf(err) == drift.CodeTooMany {
				limited.Add(1)
			}
		})
	}
	wg.Wait()
	if limited.Load() != 25 {
		t.Errorf("%d of 30 guesses at once were refused unlooked at, want 25", limited.Load())
	}
}

func TestTokenOverTheRealStore(t *testing.T) {
	h := newHouse(t)
	token, hash := auth.NewToken()
	k, err := h.db.AddToken(t.Context(), drift.SystemActor(), drift.Token{Name: "ci", Role: drift.RoleOperator, AllTenants: true}, hash)
	if err != nil {
		t.Fatal(err)
	}
	code := func() (got int) {
		req := httptest.NewRequest("GET", "/", nil)
		req.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		h.auth.Identify(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if a := auth.ActorFrom(r.Context()); a.TokenID == k.ID && a.Name == "ci" && a.Role == drift.RoleOperator && a.AllTenants {
				got = 1
			}
		})).ServeHTTP(w, req)
		return got
	}
	if code() != 1 {
		t.Error("a good token is nobody's")
	}
	if err := h.db.RevokeToken(t.Context(), drift.SystemActor(), k.ID); err != nil {
		t.Fatal(err)
	}
	h.hear(t, drift.TokenKey(k.ID))
	if code() != 0 {
		t.Error("a revoked token is good")
	}
}
