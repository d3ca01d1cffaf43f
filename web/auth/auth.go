package auth

import (
	"context"
	"net/http"
	"runtime"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/driftwatch/driftwatch/drift"
)

// Store is what this package keeps elsewhere.
type Store interface {
	Users
	Sessions
	Tokens
	SetupLinks
}

// Users finds people and counts their attempts to sign in.
type Users interface {
	// Credentials returns a person and their password's hash; CodeNotFound where there is none.
	Credentials(ctx context.Context, name string) (drift.User, string, error)
	// RehashPassword keeps the same password under a new hash.
	RehashPassword(ctx context.Context, id int64, hash string) error
	// SetPassword changes a password and ends the account's sessions.
	SetPassword(ctx context.Context, by drift.Actor, id int64, hash string) error
	// TrySignIn runs one attempt, one at a time per account and per address, and counts its result.
	TrySignIn(ctx context.Context, try drift.SignInTry,
		decide func(byAccount, byAddress drift.SignInFailures) (drift.SignInResult, error)) error
}

// Sessions keeps sessions by the SHA-256 of their cookie.
type Sessions interface {
	// FindSession returns a good session and its person as they are now.
	FindSession(ctx context.Context, hash []byte, now time.Time, idle time.Duration) (drift.Session, drift.User, bool, error)
	// SaveSession writes a session; CodeUnauthorized where it was ended.
	SaveSession(ctx context.Context, s drift.Session, now time.Time) error
	// EndSession signs a session out for good.
	EndSession(ctx context.Context, hash []byte, now time.Time) error
}

// Tokens finds API tokens by their SHA-256.
type Tokens interface {
	FindToken(ctx context.Context, hash []byte) (drift.Token, bool, error)
	// FindWall finds the key of a wall's link, which opens nothing else.
	FindWall(ctx context.Context, hash []byte) (drift.Token, bool, error)
}

// SetupLinks keeps the one-time link that makes the first administrator, by its SHA-256.
type SetupLinks interface {
	OfferSetup(ctx context.Context, hash []byte, expires time.Time) error
	HasAdmin(ctx context.Context) (bool, error)
	CheckSetup(ctx context.Context, hash []byte, now time.Time) error
	UseSetup(ctx context.Context, hash []byte, now time.Time, name, passwordHash string) (drift.User, error)
}

// Options say how people are signed in. Store is required.
type Options struct {
	Store Store
	// Secure is set where browsers come by HTTPS, by our own TLS or a proxy's: the cookie then
	// never travels in the clear and no other host name can plant one.
	Secure bool
	// BehindProxy is set where a proxy of ours stands in front and writes X-Forwarded-For.
	BehindProxy bool
	Lifetime    time.Duration // signed out after it however busy; 0 is DefaultLifetime
	Idle        time.Duration // signed out after no request for so long; 0 is DefaultIdle
	Hashings    int           // password hashes at once, 19 MiB each; 0 is one per core, at most 4
	Now         func() time.Time
	// Fail answers a request that is refused. Nil writes RFC 9457 problem details.
	Fail func(w http.ResponseWriter, r *http.Request, err error)
}

// A shift is 8 to 12 hours and a browser in a control room stays open for days; its socket makes
// no requests.
const (
	DefaultLifetime = 7 * 24 * time.Hour
	DefaultIdle     = 24 * time.Hour
)

// Auth signs people in and out and tells who makes a request. Its methods may be called at the
// same time.
type Auth struct {
	store       Store
	sessions    *scs.SessionManager
	hasher      *Hasher
	cache       *cache
	now         func() time.Time
	idle        time.Duration
	behindProxy bool
	secure      bool
	fail        func(http.ResponseWriter, *http.Request, error)
}

// New returns an Auth.
func New(o Options) *Auth {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Lifetime == 0 {
		o.Lifetime = DefaultLifetime
	}
	if o.Idle == 0 {
		o.Idle = DefaultIdle
	}
	if o.Hashings == 0 {
		o.Hashings = min(runtime.GOMAXPROCS(0), 4)
	}
	if o.Fail == nil {
		o.Fail = writeProblem
	}
	a := &Auth{
		store: o.Store, hasher: NewHasher(o.Hashings), cache: newCache(), now: o.Now, idle: o.Idle,
		behindProxy: o.BehindProxy, secure: o.Secure, fail: o.Fail,
	}
	a.sessions = newManager(a, o.Secure, o.Lifetime)
	return a
}

// Hasher is for accounts that are made elsewhere, at the same bounded rate.
func (a *Auth) Hasher() *Hasher { return a.hasher }

// Ring says that the rights under a key ended or changed ("user:7", "session:<hex>", "token:3");
// "" says that any may have. What is remembered of them is forgotten.
func (a *Auth) Ring(key string) { a.cache.forget(key) }

// Listening says whether Ring is called for what happens on other servers. Only while it is
// anything is remembered between requests, and never for longer than a second.
func (a *Auth) Listening(yes bool) { a.cache.enable(yes) }

// Secure reports whether cookies go over HTTPS alone: as this server listens, or as its public address says.
func (a *Auth) Secure() bool { return a.secure }
