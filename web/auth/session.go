package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/driftwatch/driftwatch/drift"
)

// The names of the cookie. Browsers take a __Host- cookie only over HTTPS, from this very host and
// for all of it: no neighbouring host can plant one.
const (
	plainCookie  = "driftwatch_session"
	secureCookie = "__Host-driftwatch_session"
)

const userValue = "user"

func newManager(a *Auth, secure bool, lifetime time.Duration) *scs.SessionManager {
	m := scs.New()
	m.Store = sessionStore{a}
	m.Codec = codec{}
	m.Lifetime = lifetime
	// Being idle is judged by the store, which notes when a session was seen once a minute; the
	// manager's own way would write the session with every request.
	m.IdleTimeout = 0
	m.Cookie.Name = plainCookie
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Path = "/"
	m.Cookie.Persist = true
	if secure {
		m.Cookie.Name, m.Cookie.Secure = secureCookie, true
	}
	return m
}

// sessionStore gives the session manager our store: hashes instead of cookies, and the person of a
// session beside its data, so that all of a person's sessions can be ended.
type sessionStore struct{ a *Auth }

var errNoContext = errors.New("auth: sessions are kept with a context")

func (s sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	found, _, ok, err := s.a.store.FindSession(ctx, HashSecret(token), s.a.now(), s.a.idle)
	return found.Data, ok, err
}

func (s sessionStore) CommitCtx(ctx context.Context, token string, data []byte, expires time.Time) error {
	d, err := readData(data)
	if err != nil {
		return err
	}
	if d.User == 0 {
		return errors.New("auth: a session belongs to somebody")
	}
	from, _ := ctx.Value(visitorKey{}).(drift.Visitor)
	return s.a.store.SaveSession(ctx, drift.Session{
		Hash: HashSecret(token), UserID: d.User, Data: data, ExpiresAt: expires, Visitor: from,
	}, s.a.now())
}

func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	if token == "" {
		return nil
	}
	hash := HashSecret(token)
	if err := s.a.store.EndSession(ctx, hash, s.a.now()); err != nil {
		return err
	}
	s.a.cache.forget(drift.SessionKey(hash))
	return nil
}

// The manager calls the methods above where a store has them.

func (sessionStore) Find(string) ([]byte, bool, error)      { return nil, false, errNoContext }
func (sessionStore) Commit(string, []byte, time.Time) error { return errNoContext }
func (sessionStore) Delete(string) error                    { return errNoContext }

// sessionData is what is kept of a session.
type sessionData struct {
	Deadline time.Time `json:"deadline"`
	User     int64     `json:"user"`
}

func readData(b []byte) (d sessionData, err error) {
	if err := json.Unmarshal(b, &d); err != nil {
		return d, fmt.Errorf("session data: %w", err)
	}
	return d, nil
}

// codec writes session data as JSON, which whoever looks into the table can read.
type codec struct{}

func (codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	user, _ := values[userValue].(int64)
	return json.Marshal(sessionData{deadline, user})
}

func (codec) Decode(b []byte) (time.Time, map[string]any, error) {
	d, err := readData(b)
	return d.Deadline, map[string]any{userValue: d.User}, err
}
