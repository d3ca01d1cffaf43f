package handlers

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// readyWithin bounds how long /readyz looks.
const readyWithin = 3 * time.Second

// Health answers that the program runs, whatever else is wrong.
func (a *API) Health(w http.ResponseWriter, _ *http.Request) { sayPlain(w, http.StatusOK, "ok") }

// Ready answers 200 where this server can do its work, else 503 with the reason.
func (a *API) Ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
	defer cancel()
	if err := a.ready(ctx); err != nil {
		f := web.FailureOf(err)
		w.Header().Set("Retry-After", "1")
		sayPlain(w, http.StatusServiceUnavailable, f.Message)
		return
	}
	sayPlain(w, http.StatusOK, "ready")
}

func sayPlain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text+"\n") // whoever asked may have gone
}

// Metrics serves /metrics beside the pages: to whoever may look at all tenants, since the numbers
// are of all of them. On a listener of its own, Meters serves without a token.
func (a *API) Metrics(w http.ResponseWriter, r *http.Request) {
	a.signedIn(a.atLeast(drift.RoleViewer)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !auth.ActorFrom(r.Context()).AllTenants {
			a.fail(w, r, drift.Forbidden("These numbers are of all tenants; your token is for some of them."))
			return
		}
		if a.meters == nil {
			a.fail(w, r, drift.NotFound("This server counts nothing."))
			return
		}
		a.meters.ServeHTTP(w, r)
	}))).ServeHTTP(w, r)
}
