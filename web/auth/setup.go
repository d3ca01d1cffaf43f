package auth

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// SetupValid is how long the link for the first administrator can be used.
const SetupValid = 24 * time.Hour

// OfferSetup makes the key of a one-time link (/setup?key=…) that makes the first administrator;
// earlier ones end. It refuses, by CodeConflict, where there is an administrator.
func (a *Auth) OfferSetup(ctx context.Context) (key string, err error) {
	key = newSecret()
	if err := a.store.OfferSetup(ctx, HashSecret(key), a.now().Add(SetupValid)); err != nil {
		return "", fmt.Errorf("offer setup: %w", err)
	}
	return key, nil
}

// HasAdmin reports whether somebody can administer the installation.
func (a *Auth) HasAdmin(ctx context.Context) (bool, error) { return a.store.HasAdmin(ctx) }

// CheckSetup reports whether a key can still be used: nil, or CodeNotFound.
func (a *Auth) CheckSetup(ctx context.Context, key string) error {
	if len(key) > maxSecret {
		key = ""
	}
	return a.store.CheckSetup(ctx, HashSecret(key), a.now())
}

// Setup makes the first administrator by a key, once, and signs them in.
func (a *Auth) Setup(w http.ResponseWriter, r *http.Request, key, name, password string) (drift.User, error) {
	ctx := r.Context()
	// The key first: a stranger's guess must cost no hashing.
	if err := a.CheckSetup(ctx, key); err != nil {
		return drift.User{}, err
	}
	if err := drift.ValidName("name", name); err != nil {
		return drift.User{}, err
	}
	hash, err := a.hasher.New(ctx, name, password)
	if err != nil {
		return drift.User{}, err
	}
	u, err := a.store.UseSetup(ctx, HashSecret(key), a.now(), name, hash)
	if err != nil {
		return u, err
	}
	_, err = a.begin(w, r, u)
	return u, err
}
