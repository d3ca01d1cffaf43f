package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"sync"

	"github.com/driftwatch/driftwatch/drift"
)

type requestIDKey struct{}

// RequestID returns the id that the log and the error page share.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// Identified gives every request an id.
func Identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, rand.Text()[:10])))
	})
}

// Fail answers a request with an error: a page for browsers, problem details for programs.
type Fail func(w http.ResponseWriter, r *http.Request, err error)

// errLogged marks an error that stands in the log already.
var errLogged = errors.New("logged")

// Recovered turns a panic into a plain failure; the stack goes to the log alone. Where the answer has
// begun, the connection is broken off: nothing else tells that what came is not the whole.
func Recovered(log *slog.Logger, fail Fail) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer := &answer{ResponseWriter: w}
			defer func() {
				p := recover()
				if p == nil {
					return
				}
				if p == http.ErrAbortHandler { // net/http compares it this way too
					panic(p)
				}
				log.Error("panic", "path", r.URL.Path, "request", RequestID(r.Context()), "panic", p, "stack", string(debug.Stack()))
				if answer.begun {
					panic(http.ErrAbortHandler)
				}
				fail(w, r, fmt.Errorf("%w: %w", errLogged,
					&drift.Error{Code: drift.CodeInternal, Message: "The server made a mistake. It is written in its log; try again."}))
			}()
			next.ServeHTTP(answer, r)
		})
	}
}

// answer notes whether an answer has begun.
type answer struct {
	http.ResponseWriter
	begun bool
}

func (a *answer) WriteHeader(status int) {
	a.begun = true
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	a.begun = true
	return a.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the server's own writer.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// policy is the strict Content-Security-Policy of every answer: nothing inline, nothing foreign.
const policy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; " +
	"worker-src 'self'; manifest-src 'self'; " +
	"require-trusted-types-for 'script'; trusted-types driftwatch"

// Guarded sets the headers that keep other sites out. The modules and style sheets of package static leave those
// away that say something of a document alone.
func Guarded(secure bool) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Content-Security-Policy", policy)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("X-Frame-Options", "DENY")
			h.Set("Referrer-Policy", "same-origin")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
			h.Set("Cross-Origin-Resource-Policy", "same-origin")
			h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
			if secure {
				h.Set("Strict-Transport-Security", "max-age=31536000")
			}
			next.ServeHTTP(w, r)
		})
	}
}

// ErrCrossSite refuses what another site's page sent.
var ErrCrossSite error = drift.Forbidden("This request came from another site's page and was refused.")

// SameOrigin refuses state-changing requests that another site's page makes a browser send.
// Programs send neither Origin nor Sec-Fetch-Site and pass. public is this server's address as
// browsers see it, where a proxy stands in front; nil otherwise.
func SameOrigin(public *url.URL, fail Fail) (func(http.Handler) http.Handler, error) {
	guard := http.NewCrossOriginProtection()
	if public != nil {
		if err := guard.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
			return nil, fmt.Errorf("public URL: %w", err)
		}
	}
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fail(w, r, ErrCrossSite)
	}))
	return guard.Handler, nil
}

// maxInFlight is how many requests of one account or token are worked on at once.
const maxInFlight = 100

// InFlight bounds how many requests of one reader are worked on at once; key tells readers apart,
// "" is not bounded.
func InFlight(key func(*http.Request) string, fail Fail) func(http.Handler) http.Handler {
	var mu sync.Mutex
	running := map[string]int{}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			k := key(r)
			if k == "" {
				next.ServeHTTP(w, r)
				return
			}
			mu.Lock()
			over := running[k] >= maxInFlight
			if !over {
				running[k]++
			}
			mu.Unlock()
			if over {
				w.Header().Set("Retry-After", "1")
				fail(w, r, &drift.Error{Code: drift.CodeTooMany, Message: fmt.Sprintf("More than %d requests at once. Wait for answers before sending more.", maxInFlight)})
				return
			}
			defer func() {
				mu.Lock()
				if running[k]--; running[k] == 0 {
					delete(running, k)
				}
				mu.Unlock()
			}()
			next.ServeHTTP(w, r)
		})
	}
}
