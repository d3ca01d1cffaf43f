package auth

import (
	"context"
	"net/http"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// The names of the cookie that a wall's link is exchanged for, see plainCookie.
const (
	plainWallCookie  = "driftwatch_wall"
	secureWallCookie = "__Host-driftwatch_wall"
)

// wallKept is how long a browser keeps the cookie of a wall: the most that browsers allow. Every visit
// to the wall writes it anew, so a wall goes on for as long as its link is good.
const wallKept = 400 * 24 * time.Hour

// NewWallKey makes the key of a wall's link, and what is kept of it.
func NewWallKey() (key string, hash []byte) {
	key = newSecret()
	return key, HashSecret(key)
}

// OpenWall exchanges the key of a wall's link for a cookie; CodeNotFound where it is not good.
func (a *Auth) OpenWall(w http.ResponseWriter, r *http.Request, key string) error {
	if len(key) > maxSecret {
		key = ""
	}
	_, ok, err := a.store.FindWall(r.Context(), HashSecret(key))
	if err != nil {
		return err
	}
	if !ok {
		return drift.NotFound("This wall's link is not good: it was revoked, or not copied whole. An administrator makes another under Access.")
	}
	a.keepWall(w, key)
	return nil
}

// KeepWall writes the cookie of the wall that the request came with anew; a request without one is
// left as it is.
func (a *Auth) KeepWall(w http.ResponseWriter, r *http.Request) {
	if key := a.wallCookie(r); key != "" {
		a.keepWall(w, key)
	}
}

func (a *Auth) keepWall(w http.ResponseWriter, key string) {
	http.SetCookie(w, &http.Cookie{
		Name: a.wallCookieName(), Value: key, Path: "/", MaxAge: int(wallKept / time.Second),
		HttpOnly: true, Secure: a.secure, SameSite: http.SameSiteLaxMode,
	})
}

func (a *Auth) wallCookieName() string {
	if a.secure {
		return secureWallCookie
	}
	return plainWallCookie
}

// wallCookie is the key that a browser shows, "" where it shows none.
func (a *Auth) wallCookie(r *http.Request) string {
	c, err := r.Cookie(a.wallCookieName())
	if err != nil || len(c.Value) > maxSecret {
		return ""
	}
	return c.Value
}

func (a *Auth) byWall(ctx context.Context, hash []byte) (Identity, bool, error) {
	k, ok, err := a.store.FindWall(ctx, hash)
	if err != nil || !ok {
		return Identity{}, false, err
	}
	return Identity{Actor: k.Actor(), Keys: []string{drift.TokenKey(k.ID)}, wall: true}, true, nil
}

// RequireWall lets through who may look, walls included. Everybody else is sent to sign in.
func (a *Auth) RequireWall(next http.Handler) http.Handler {
	signedIn := a.Require(drift.RoleViewer)(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := r.Context().Value(wallKey{}).(Identity); ok {
			next.ServeHTTP(w, r)
			return
		}
		signedIn.ServeHTTP(w, r)
	})
}
