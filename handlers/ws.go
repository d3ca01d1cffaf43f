package handlers

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/web/auth"
	"github.com/driftwatch/driftwatch/web/live"
)

// Sockets upgrades requests and serves sockets.
type Sockets interface {
	Serve(w http.ResponseWriter, r *http.Request, who live.Audience, since int64, given bool, replay live.Replay) error
}

// Socket serves /ws?since=SEQ to whoever may look. Without since, or with one below 0, the socket is
// live from now on. Everything is refused before the upgrade: 401 to nobody, 403 to a foreign Origin
// and to a role that may not look. auth.Identify stands before it; the hub must have been made with
// Confirm.
func (a *API) Socket(w http.ResponseWriter, r *http.Request) {
	id, ok := auth.Looker(r.Context())
	if !ok {
		w.Header().Set("WWW-Authenticate", `Bearer realm="driftwatch"`)
		a.fail(w, r, &drift.Error{Code: drift.CodeUnauthorized, Message: "Sign in, or send a token that is good."})
		return
	}
	if !id.Actor.Role.AtLeast(drift.RoleViewer) {
		a.fail(w, r, drift.Forbidden("This needs the role viewer or one above it."))
		return
	}
	since, given, err := sinceOf(r)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	again := a.identifyAgain(r)
	a.feed.watched.add(id, again, a.feed.hub.CloseKey)
	ctx := context.WithValue(r.Context(), againKey{}, again)
	who := audienceOf(id, languageOf(r))
	err = a.feed.hub.Serve(w, r.WithContext(ctx), who, since, given,
		replay{a.feed, id.Actor, who.Class})
	if err != nil && !errors.Is(err, live.ErrGone) && !errors.Is(err, live.ErrClosed) {
		// The hub has answered already, or closed the socket with a code.
		a.log.Log(r.Context(), slog.LevelInfo, "socket refused", "actor", id.Actor.Name, "error", err)
	}
}

func sinceOf(r *http.Request) (since int64, given bool, err error) {
	q, err := queryOf(r, "since")
	if err != nil {
		return 0, false, err
	}
	text := q.text("since")
	if text == "" {
		return 0, false, nil
	}
	if since, err = strconv.ParseInt(text, 10, 64); err != nil {
		return 0, false, drift.Invalid("since", "since is the number of an event.")
	}
	return max(since, 0), since >= 0, nil
}

// audienceOf says what somebody's socket gets.
func audienceOf(id auth.Identity, l lang.Lang) live.Audience {
	return live.Audience{
		AllTenants: id.Actor.AllTenants, Tenants: id.Actor.Tenants, Keys: id.Keys, Class: audienceClass(id, l),
	}
}

// identifier finds out anew who somebody is; false where they are nobody any more.
type identifier func(ctx context.Context) (auth.Identity, bool, error)

type againKey struct{}

var errRevoked = errors.New("the rights of this socket have ended or changed")

// Confirm is live.Options.Confirm: it asks again who the reader is once the hub knows the socket's
// keys, so that rights which end while a socket is opening end the socket too.
func Confirm(ctx context.Context, who live.Audience) error {
	again, ok := ctx.Value(againKey{}).(identifier)
	if !ok {
		return errors.New("the socket was not opened by API.Socket")
	}
	id, ok, err := again(ctx)
	if err != nil {
		return err
	}
	l := lang.English
	if who.Class != classWall {
		_, l = ofAudience(who.Class) // a language chosen meanwhile takes no rights away
	}
	if now := audienceOf(id, l); !ok || now.AllTenants != who.AllTenants || now.Class != who.Class ||
		!slices.Equal(now.Tenants, who.Tenants) || !slices.Equal(now.Keys, who.Keys) {
		return errRevoked
	}
	return nil
}

// identifyAgain keeps of a request what tells who makes it.
func (a *API) identifyAgain(r *http.Request) identifier {
	shown := &http.Request{
		Method: http.MethodGet, URL: r.URL, Host: r.Host, RemoteAddr: r.RemoteAddr, Header: http.Header{},
	}
	for _, name := range []string{"Authorization", "Cookie"} {
		if v := r.Header.Values(name); len(v) > 0 {
			shown.Header[name] = slices.Clone(v)
		}
	}
	return func(ctx context.Context) (id auth.Identity, ok bool, err error) {
		// A context of its own: that of the socket's request says who they were.
		own, cancel := context.WithCancel(context.Background())
		defer cancel()
		defer context.AfterFunc(ctx, cancel)()
		err = errors.New("who opened the socket cannot be found out at the moment")
		a.auth.Identify(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			id, ok = auth.Looker(r.Context())
			err = nil
		})).ServeHTTP(unheard{http.Header{}}, shown.Clone(own))
		return id, ok, err
	}
}

// unheard takes an answer that nobody reads.
type unheard struct{ header http.Header }

func (u unheard) Header() http.Header         { return u.header }
func (u unheard) Write(b []byte) (int, error) { return len(b), nil }
func (u unheard) WriteHeader(int)             {}
