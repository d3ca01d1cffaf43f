package auth

import (
	"context"
	"net/http"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// Identity is who makes a request.
type Identity struct {
	Actor drift.Actor
	// Keys are what a ring of the store names when these rights end or change: a socket that was
	// opened under them ends when one of them is rung.
	Keys []string
	// ExpiresAt is when the session ends by itself; zero for a token.
	ExpiresAt time.Time
	// Prefs are what the person chose for their pages; a token has none.
	Prefs drift.Prefs
	wall  bool // see Looker
}

// Wall reports whether this is nobody but a browser that shows a wall by its link.
func (id Identity) Wall() bool { return id.wall }

type contextKey struct{}

// WithIdentity puts an identity into a context, as Identify does.
func WithIdentity(ctx context.Context, id Identity) context.Context {
	return context.WithValue(ctx, contextKey{}, id)
}

// From returns who makes the request; false where nobody is signed in.
func From(ctx context.Context) (Identity, bool) {
	id, ok := ctx.Value(contextKey{}).(Identity)
	return id, ok
}

// wallKey holds the identity of a wall: a place of its own, so that whatever asks From who is signed in
// finds nobody.
type wallKey struct{}

// Looker returns who looks at the request's answer: who is signed in, or else a browser that shows a
// wall by its link. Only the wall's own page and socket ask it.
func Looker(ctx context.Context) (Identity, bool) {
	if id, ok := From(ctx); ok {
		return id, true
	}
	id, ok := ctx.Value(wallKey{}).(Identity)
	return id, ok
}

// identified puts an identity where it is looked for.
func identified(ctx context.Context, id Identity) context.Context {
	if id.wall {
		return context.WithValue(ctx, wallKey{}, id)
	}
	return WithIdentity(ctx, id)
}

// ActorFrom returns the actor of the request; the zero Actor, which may do and see nothing, where
// nobody is signed in.
func ActorFrom(ctx context.Context) drift.Actor {
	id, _ := From(ctx)
	return id.Actor
}

// identify asks who makes the request. A bearer token goes before a cookie, also a wrong one: who
// shows it does not mean to act as somebody else.
func (a *Auth) identify(r *http.Request) (Identity, bool, error) {
	if token, present := bearer(r); present {
		return a.remember(HashSecret(token), func(hash []byte) (Identity, bool, error) {
			return a.byToken(r.Context(), hash)
		})
	}
	if cookie := a.cookie(r); cookie != "" {
		id, ok, err := a.remember(HashSecret(cookie), func(hash []byte) (Identity, bool, error) {
			return a.bySession(r.Context(), hash)
		})
		if ok || err != nil {
			return id, ok, err
		}
	}
	if key := a.wallCookie(r); key != "" {
		// A wall's key and a program's token are told apart by the table, also where they are remembered:
		// the cache goes by the hash of either.
		return a.remember(HashSecret("wall "+key), func([]byte) (Identity, bool, error) {
			return a.byWall(r.Context(), HashSecret(key))
		})
	}
	return Identity{}, false, nil
}

func (a *Auth) byToken(ctx context.Context, hash []byte) (Identity, bool, error) {
	k, ok, err := a.store.FindToken(ctx, hash)
	if err != nil || !ok {
		return Identity{}, false, err
	}
	return Identity{Actor: k.Actor(), Keys: []string{drift.TokenKey(k.ID)}}, true, nil
}

func (a *Auth) bySession(ctx context.Context, hash []byte) (Identity, bool, error) {
	s, u, ok, err := a.store.FindSession(ctx, hash, a.now(), a.idle)
	if err != nil || !ok {
		return Identity{}, false, err
	}
	return Identity{
		Actor: u.Actor(), Keys: []string{drift.UserKey(u.ID), drift.SessionKey(hash)}, ExpiresAt: s.ExpiresAt, Prefs: u.Prefs,
	}, true, nil
}

// remember answers from the cache or asks.
func (a *Auth) remember(hash []byte, ask func([]byte) (Identity, bool, error)) (Identity, bool, error) {
	now := a.now()
	if id, ok := a.cache.get(hash, now); ok {
		return id, true, nil
	}
	asked := a.cache.asking()
	id, ok, err := ask(hash)
	if err == nil && ok {
		a.cache.put(hash, id, now, asked)
	}
	return id, ok, err
}
