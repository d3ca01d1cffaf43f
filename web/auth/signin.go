package auth

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// SignIn checks a name and a password and, where they are right, begins a new session and writes
// its cookie. Whatever cookie the browser brought is ended: nobody can plant a session beforehand.
//
// Errors carry CodeUnauthorized (wrong name or password, the same for both), CodeTooMany with the
// time to try again in the sentence and in Extra["retry_after"] (seconds), or what the store says.
func (a *Auth) SignIn(w http.ResponseWriter, r *http.Request, name, password string) (drift.User, error) {
	u, err := a.check(r.Context(), name, password, a.visitor(r))
	if err != nil {
		return u, err
	}
	_, err = a.begin(w, r, u)
	return u, err
}

// begin starts a person's session, writes its cookie and returns its value.
func (a *Auth) begin(w http.ResponseWriter, r *http.Request, u drift.User) (token string, err error) {
	ctx, err := a.sessions.Load(context.WithValue(r.Context(), visitorKey{}, a.visitor(r)), a.cookie(r))
	if err != nil {
		return "", fmt.Errorf("load session: %w", err)
	}
	if err := a.sessions.RenewToken(ctx); err != nil {
		return "", fmt.Errorf("renew session: %w", err)
	}
	a.sessions.Put(ctx, userValue, u.ID)
	token, expires, err := a.sessions.Commit(ctx)
	if err != nil {
		return "", fmt.Errorf("save session: %w", err)
	}
	a.sessions.WriteSessionCookie(ctx, w, token, expires)
	return token, nil
}

// check finds out whether name and password belong together, at the pace that the limits allow.
func (a *Auth) check(ctx context.Context, name, password string, from drift.Visitor) (drift.User, error) {
	// The slot comes first: whoever waits for it holds no connection of the database. What else is
	// asked of the store is asked before and after the attempt, which holds one.
	if err := a.hasher.enter(ctx); err != nil {
		return drift.User{}, err
	}
	defer a.hasher.leave()
	u, encoded, err := a.find(ctx, name)
	if err != nil {
		return drift.User{}, fmt.Errorf("sign in: %w", err)
	}
	var refused error
	var stale bool
	now := a.now()
	try := drift.SignInTry{UserID: u.ID, Account: accountKey(name), Visitor: from, At: now, Since: now.Add(-memory)}
	err = a.store.TrySignIn(ctx, try,
		func(byAccount, byAddress drift.SignInFailures) (drift.SignInResult, error) {
			if refused = admit(byAccount, byAddress, now); refused != nil {
				return drift.SignInRefused, nil
			}
			var right bool
			if right, stale, err = a.compare(u, encoded, password); err != nil || right {
				return drift.SignInRight, err
			}
			refused = &drift.Error{Code: drift.CodeUnauthorized, Message: "The name or the password is wrong."}
			return drift.SignInFailed, nil
		})
	if err == nil && stale {
		err = a.store.RehashPassword(ctx, u.ID, hash(password))
	}
	if err != nil {
		return drift.User{}, fmt.Errorf("sign in: %w", err)
	}
	if refused != nil {
		return drift.User{}, refused
	}
	return u, nil
}

// compare takes the same time for everybody; somebody unknown or disabled is never right.
func (a *Auth) compare(u drift.User, encoded, password string) (right, stale bool, err error) {
	if right, stale, err = verify(encoded, password); u.ID == 0 || u.Disabled {
		return false, false, err
	}
	return right, stale, err
}

// find looks a person up. Somebody unknown has no ID, and the dummy's hash; a name that nobody can
// have is not asked for.
func (a *Auth) find(ctx context.Context, name string) (drift.User, string, error) {
	if drift.ValidName("name", name) != nil {
		return drift.User{}, a.hasher.dummy, nil
	}
	u, encoded, err := a.store.Credentials(ctx, name)
	if drift.CodeOf(err) == drift.CodeNotFound && err != nil {
		return drift.User{}, a.hasher.dummy, nil
	}
	return u, encoded, err
}

// visitorKey holds from where a session is begun, for the store of the session manager.
type visitorKey struct{}

// visitor is from where a request comes.
func (a *Auth) visitor(r *http.Request) drift.Visitor {
	return drift.Visitor{Address: Address(r, a.behindProxy), Agent: r.UserAgent()}.Plain()
}

// SessionHash is what the request's own session is kept under; nil where it shows none.
func (a *Auth) SessionHash(r *http.Request) []byte {
	id, _ := From(r.Context())
	if cookie := a.cookie(r); cookie != "" && id.Actor.UserID != 0 {
		return HashSecret(cookie)
	}
	return nil
}

// ChangePassword gives who makes the request another password, if they know the present one, and signs
// them out everywhere but here: their session goes on under a new cookie. Wrong tries count as failed
// sign-ins do, so that whoever finds a browser open cannot guess on. It returns the request as one of the
// new session.
//
// Errors carry CodeInvalid with the field (present or password), CodeTooMany as SignIn's, or
// what the store says.
func (a *Auth) ChangePassword(w http.ResponseWriter, r *http.Request, present, password string) (*http.Request, error) {
	by := ActorFrom(r.Context())
	if by.UserID == 0 {
		return nil, drift.Forbidden("A token has no password.")
	}
	if err := CheckPassword(by.Name, password); err != nil {
		return nil, err
	}
	u, err := a.check(r.Context(), by.Name, present, a.visitor(r))
	if drift.CodeOf(err) == drift.CodeUnauthorized && err != nil {
		return nil, drift.Invalid("present", "This is not your present password.")
	}
	if err != nil {
		return nil, err
	}
	hash, err := a.hasher.New(r.Context(), u.Name, password)
	if err != nil {
		return nil, err
	}
	if err := a.store.SetPassword(r.Context(), by, u.ID, hash); err != nil {
		return nil, fmt.Errorf("change password: %w", err)
	}
	a.cache.forget(drift.UserKey(u.ID))
	token, err := a.begin(w, r, u)
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Header.Set("Cookie", (&http.Cookie{Name: a.sessions.Cookie.Name, Value: token}).String())
	return r, nil
}

// SignOut ends the request's session on the server and takes the cookie back. The same cookie
// shown again is refused, everywhere.
func (a *Auth) SignOut(w http.ResponseWriter, r *http.Request) error {
	// Ended by its hash rather than through the manager, which ends only what it could load.
	if err := (sessionStore{a}).DeleteCtx(r.Context(), a.cookie(r)); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	a.sessions.WriteSessionCookie(r.Context(), w, "", time.Time{})
	return nil
}

// cookie is the session cookie of a request, "" where there is none that could be ours.
func (a *Auth) cookie(r *http.Request) string {
	c, err := r.Cookie(a.sessions.Cookie.Name)
	if err != nil || len(c.Value) > maxSecret {
		return ""
	}
	return c.Value
}
