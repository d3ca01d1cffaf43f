package auth

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
)

// Identify puts who makes the request into its context. It refuses nobody: Require does.
func (a *Auth) Identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Cookie, Authorization")
		id, ok, err := a.identify(r)
		if err != nil {
			a.fail(w, r, err)
			return
		}
		if ok {
			r = r.WithContext(identified(r.Context(), id))
		}
		next.ServeHTTP(w, r)
	})
}

// Require lets through who has at least this role. Everybody else is sent to sign in, or told 401
// where nobody can sign in there: a program, a socket.
func (a *Auth) Require(min drift.Role) func(http.Handler) http.Handler {
	return a.only(func(r drift.Role) bool { return r.AtLeast(min) },
		"This needs the role "+min.String()+" or one above it.")
}

// RequireIngest lets through who may write predictions and outcomes.
func (a *Auth) RequireIngest(next http.Handler) http.Handler {
	return a.only(drift.Role.MayIngest, "This needs a token of the role ingest.")(next)
}

func (a *Auth) only(may func(drift.Role) bool, otherwise string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			id, ok := From(r.Context())
			switch {
			case !ok && wantsPage(r):
				to := "/login?next=" + url.QueryEscape(whereTo(r))
				if a.cookie(r) != "" { // it was good once: the sign-in page says why it is asked for again
					to += "&ended=1"
				}
				http.Redirect(w, r, to, http.StatusSeeOther)
			case !ok:
				w.Header().Set("WWW-Authenticate", `Bearer realm="driftwatch"`)
				a.fail(w, r, &drift.Error{Code: drift.CodeUnauthorized, Message: "Sign in, or send a token that is good."})
			case !may(id.Actor.Role):
				a.fail(w, r, drift.Forbidden(otherwise))
			default:
				next.ServeHTTP(w, r)
			}
		})
	}
}

// wantsPage tells a browser that shows a page from a program, a script's fetch and a socket.
func wantsPage(r *http.Request) bool {
	return r.Header.Get("Authorization") == "" && r.Header.Get("Upgrade") == "" &&
		strings.Contains(strings.ToLower(strings.Join(r.Header.Values("Accept"), ",")), "text/html")
}

// whereTo is the page to come back to: the one asked for, or the one whose form was sent.
func whereTo(r *http.Request) string {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return LocalPath(r.URL.RequestURI())
	}
	if from, err := url.Parse(r.Referer()); err == nil && from.Host == r.Host {
		return LocalPath(from.RequestURI())
	}
	return "/"
}

// LocalPath returns next where it is a path on this server that is worth returning to after signing
// in, and "/" for everything else: other hosts however written, the sign-in page itself.
func LocalPath(next string) string {
	if len(next) > 2048 || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") {
		return "/"
	}
	u, err := url.Parse(next) // refuses control characters, which browsers leave out
	if err != nil || u.Host != "" || strings.HasPrefix(u.Path, "//") ||
		strings.ContainsAny(u.Path, "\\\r\n\t") { // browsers read \ as /
		return "/"
	}
	switch u.Path {
	case "/login", "/logout", "/setup":
		return "/"
	}
	return next
}

// problemStatus is the HTTP status of the codes that this package's own answers carry.
var problemStatus = map[drift.Code]int{
	drift.CodeUnauthorized: http.StatusUnauthorized, drift.CodeForbidden: http.StatusForbidden,
	drift.CodeTooMany: http.StatusTooManyRequests, drift.CodeUnavailable: http.StatusServiceUnavailable,
}

// writeProblem answers with RFC 9457 problem details.
func writeProblem(w http.ResponseWriter, _ *http.Request, err error) {
	e := &drift.Error{Code: drift.CodeInternal, Message: "Something went wrong on our side. Try again shortly."}
	errors.As(err, &e)
	status, ok := problemStatus[e.Code]
	if !ok {
		status = http.StatusInternalServerError
	}
	body, err := json.Marshal(map[string]any{
		"type": "about:blank", "title": http.StatusText(status), "status": status, "detail": e.Message, "code": e.Code,
	})
	if err != nil {
		panic("auth: problem details are plain texts: " + err.Error())
	}
	if after, ok := e.Extra["retry_after"].(int); ok {
		w.Header().Set("Retry-After", strconv.Itoa(after))
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // whoever asked may have gone
}
