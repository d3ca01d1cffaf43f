package auth

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// fake keeps in memory what the real store keeps, under the same rules.
type fake struct {
	mu       sync.Mutex
	users    map[string]*drift.User
	hashes   map[string]string
	sessions map[string]*fakeSession
	tokens   map[string]drift.Token
	failures []fakeFailure
	setup    map[string]time.Time
	asked    int // questions who a session or token belongs to
	err      error
}

type fakeSession struct {
	drift.Session
	ended bool
}

type fakeFailure struct {
	account, address string
	at               time.Time
}

func newFake() *fake {
	return &fake{
		users: map[string]*drift.User{}, hashes: map[string]string{}, sessions: map[string]*fakeSession{},
		tokens: map[string]drift.Token{}, setup: map[string]time.Time{},
	}
}

func (f *fake) Credentials(_ context.Context, name string) (drift.User, string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if strings.ContainsRune(name, 0) {
		return drift.User{}, "", errors.New("invalid byte sequence for encoding")
	}
	u, ok := f.users[name]
	if !ok {
		return drift.User{}, "", drift.NotFound("nobody")
	}
	return *u, f.hashes[name], nil
}

func (f *fake) RehashPassword(_ context.Context, id int64, hash string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, u := range f.users {
		if u.ID == id {
			f.hashes[name] = hash
		}
	}
	return nil
}

func (f *fake) SetPassword(ctx context.Context, _ drift.Actor, id int64, hash string) error {
	if err := f.RehashPassword(ctx, id, hash); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.sessions {
		s.ended = s.ended || s.UserID == id
	}
	return nil
}

func (f *fake) TrySignIn(_ context.Context, try drift.SignInTry, decide func(a, b drift.SignInFailures) (drift.SignInResult, error)) error {
	account, address, now, since := try.Account, try.Visitor.Address, try.At, try.Since
	var a, b drift.SignInFailures
	for _, x := range f.failures {
		for _, c := range []struct {
			same bool
			f    *drift.SignInFailures
		}{{x.account == account, &a}, {x.address == address, &b}} {
			if c.same && x.at.After(since) {
				c.f.Count++
				c.f.Last = x.at
			}
		}
	}
	result, err := decide(a, b)
	switch result {
	case drift.SignInFailed:
		f.failures = append(f.failures, fakeFailure{account, address, now})
	case drift.SignInRight:
		var left []fakeFailure
		for _, x := range f.failures {
			if x.account != account {
				left = append(left, x)
			}
		}
		f.failures = left
	}
	return err
}

func (f *fake) FindSession(_ context.Context, hash []byte, now time.Time, idle time.Duration) (drift.Session, drift.User, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	s, ok := f.sessions[string(hash)]
	if f.err != nil || !ok || s.ended || !s.ExpiresAt.After(now) || !s.SeenAt.After(now.Add(-idle)) {
		return drift.Session{}, drift.User{}, false, f.err
	}
	s.SeenAt = now
	for _, u := range f.users {
		if u.ID == s.UserID && !u.Disabled {
			return s.Session, *u, true, nil
		}
	}
	return drift.Session{}, drift.User{}, false, nil
}

func (f *fake) SaveSession(_ context.Context, s drift.Session, now time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if old, ok := f.sessions[string(s.Hash)]; ok && old.ended {
		return &drift.Error{Code: drift.CodeUnauthorized, Message: "signed out"}
	}
	s.SeenAt = now
	f.sessions[string(s.Hash)] = &fakeSession{Session: s}
	return nil
}

func (f *fake) EndSession(_ context.Context, hash []byte, _ time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s, ok := f.sessions[string(hash)]; ok {
		s.ended = true
	}
	return nil
}

func (f *fake) FindToken(_ context.Context, hash []byte) (drift.Token, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	k, ok := f.tokens[string(hash)]
	return k, ok && !k.Wall, f.err
}

func (f *fake) FindWall(_ context.Context, hash []byte) (drift.Token, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	k, ok := f.tokens[string(hash)]
	return k, ok && k.Wall && k.RevokedAt.IsZero(), f.err
}

func (f *fake) OfferSetup(_ context.Context, hash []byte, expires time.Time) error {
	f.setup = map[string]time.Time{string(hash): expires}
	return nil
}

func (f *fake) HasAdmin(context.Context) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, u := range f.users {
		if u.Role == drift.RoleAdmin {
			return true, nil
		}
	}
	return false, nil
}

func (f *fake) CheckSetup(_ context.Context, hash []byte, now time.Time) error {
	if until, ok := f.setup[string(hash)]; !ok || !until.After(now) {
		return drift.NotFound("not good")
	}
	return nil
}

func (f *fake) UseSetup(ctx context.Context, hash []byte, now time.Time, name, password string) (drift.User, error) {
	if err := f.CheckSetup(ctx, hash, now); err != nil {
		return drift.User{}, err
	}
	delete(f.setup, string(hash))
	return f.add(name, drift.RoleAdmin, password), nil
}

func (f *fake) add(name string, role drift.Role, hash string) drift.User {
	f.mu.Lock()
	defer f.mu.Unlock()
	u := drift.User{ID: int64(len(f.users) + 1), Name: name, Role: role, AllTenants: true}
	f.users[name], f.hashes[name] = &u, hash
	return u
}

// password is everybody's in these tests.
const password = "correct horse battery"

// rig is an Auth over a fake store and a clock that stands still until moved.
type rig struct {
	*Auth
	store *fake
	clock time.Time
	page  http.Handler
}

// newRig has rita, an operator. Its pages need an operator and answer with the actor's name.
func newRig(t *testing.T, change func(*Options)) *rig {
	t.Helper()
	r := &rig{store: newFake(), clock: time.Now()}
	o := Options{Store: r.store, Now: func() time.Time { return r.clock }}
	if change != nil {
		change(&o)
	}
	r.Auth = New(o)
	hash, err := r.Hasher().New(t.Context(), "rita", password)
	if err != nil {
		t.Fatal(err)
	}
	r.store.add("rita", drift.RoleOperator, hash)
	r.page = r.Identify(r.Require(drift.RoleOperator)(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, _ = w.Write([]byte(ActorFrom(req.Context()).Name))
	})))
	return r
}

// get asks for the page as a program does, with these headers.
func (r *rig) get(headers ...string) *httptest.ResponseRecorder {
	return r.ask(http.MethodGet, "/alerts/7?x=1", headers...)
}

func (r *rig) ask(method, target string, headers ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	r.page.ServeHTTP(w, req)
	return w
}

// signIn signs in with the cookie given, from 192.0.2.1, and returns the new one.
func (r *rig) signIn(t *testing.T, name, password, cookie string) (*http.Cookie, error) {
	t.Helper()
	req := httptest.NewRequest(http.MethodPost, "/login", nil)
	if cookie != "" {
		req.Header.Set("Cookie", cookie)
	}
	w := httptest.NewRecorder()
	if _, err := r.SignIn(w, req, name, password); err != nil {
		if c := w.Result().Cookies(); len(c) > 0 {
			t.Errorf("a refused sign-in sets %v", c)
		}
		return nil, err
	}
	c := w.Result().Cookies()
	if len(c) != 1 {
		t.Fatalf("signing in sets %v", c)
	}
	return c[0], nil
}

// in signs rita in and returns her cookie as a header.
func (r *rig) in(t *testing.T) string {
	t.Helper()
	c, err := r.signIn(t, "rita", password, "")
	if err != nil {
		t.Fatal(err)
	}
	return c.Name + "=" + c.Value
}
