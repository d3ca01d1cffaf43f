package main

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/demo/play"
	"github.com/driftwatch/driftwatch/handlers"
	"github.com/driftwatch/driftwatch/static"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
	"github.com/driftwatch/driftwatch/web/live"
)

// nothing stands for the parts that requests without a login do not reach.
type nothing struct{}

func (nothing) Stats() live.Stats                              { return live.Stats{} }
func (nothing) PoolUse() (used, open, most int32, waits int64) { return }

func (nothing) LastScheduleRuns(context.Context, drift.Actor) ([]drift.ScheduleRun, error) {
	return nil, nil
}

type noFeed struct{}

func (noFeed) Stats() handlers.FeedStats { return handlers.FeedStats{} }

// nobodyTrains refuses every callback, as one that is not signed is.
type nobodyTrains struct{}

func (nobodyTrains) Called(context.Context, string, http.Header, []byte) error {
	return &drift.Error{Code: drift.CodeUnauthorized, Message: "The signature is not good."}
}

// routed serves the router as serve assembles it, without a database behind it.
func routed(t *testing.T) (url string, router http.Handler) {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	listening, err := web.Listen(t.Context(), web.ServerOptions{Addr: "127.0.0.1:0", Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := listening.Shutdown(context.Background()); err != nil { // the test's own context has ended
			t.Error(err)
		}
	})
	s := &server{session: &session{clock: time.Now}, clock: play.NewClock(time.Now), log: quiet, web: listening}
	p := &parts{auth: auth.New(auth.Options{Fail: s.failures().Fail})}
	p.pages = handlers.NewPages(handlers.Options{Auth: p.auth, Log: quiet, Favicon: static.Favicon(), Static: static.Handler(), Files: static.Files()})
	p.meters = handlers.NewMeters(handlers.MeterOptions{Store: nothing{}, Hub: nothing{}, Feed: noFeed{}})
	p.api = handlers.NewAPI(handlers.APIOptions{Auth: p.auth, Meters: p.meters, Log: quiet})
	p.trained = handlers.NewTrainerHook(handlers.TrainerHookOptions{Calls: nobodyTrains{}, Address: func(r *http.Request) string { return auth.Address(r, false) }})
	if router, err = s.route(p); err != nil {
		t.Fatal(err)
	}
	listening.Handle(router)
	return listening.URL(), router
}

// documented finds what docs/api.md says of a route: `GET /api/v1/alerts/{id}`.
var documented = regexp.MustCompile("`([A-Z]+ /[^` ]*)`")

// TestEveryRouteIsDocumented: docs/api.md names every address for programs by method and path, and none
// that is not there.
func TestEveryRouteIsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	said, there := map[string]bool{}, map[string]bool{}
	for _, m := range documented.FindAllStringSubmatch(string(doc), -1) {
		said[m[1]] = true
	}
	_, router := routed(t)
	err = chi.Walk(router.(chi.Routes), func(method, path string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		switch first {
		case "api", "hooks", "ws", "healthz", "readyz", "metrics": // the others are pages
			there[method+" "+path] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for route := range there {
		if !said[route] {
			t.Errorf("docs/api.md says nothing of %s", route)
		}
	}
	for route := range said {
		if !there[route] {
			t.Errorf("docs/api.md tells of %s, which is not there", route)
		}
	}
	if len(there) < 25 {
		t.Errorf("only %d routes were found: the walk is broken", len(there))
	}
}

// TestUnknownAddresses: what is not there is answered in the house's own form, on every level of the
// router: a page for browsers, problem details for programs.
func TestUnknownAddresses(t *testing.T) {
	base, _ := routed(t)
	for _, try := range []struct {
		method, path, accept string
		status               int
		contentType, holds   string
	}{
		{"GET", "/nothing", "text/html", 404, "text/html", "There is no page at this address."},
		{"GET", "/nothing", "*/*", 404, "application/problem+json", `"code":"not_found"`},
		{"GET", "/walls", "text/html", 404, "text/html", "There is no page at this address."},
		{"PUT", "/login", "text/html", 405, "text/html", "does not take PUT"},
		{"PUT", "/login", "*/*", 405, "application/problem+json", `"status":405`},
		{"TRACE", "/", "*/*", 405, "application/problem+json", `"status":405`},
		{"OPTIONS", "/healthz", "*/*", 405, "application/problem+json", `"status":405`},
		{"GET", "/api/v1/nothing", "*/*", 401, "application/problem+json", `"code":"unauthorized"`},
	} {
		req, err := http.NewRequestWithContext(t.Context(), try.method, base+try.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept", try.accept)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err := resp.Body.Close(); err != nil {
			t.Error(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		name := try.method + " " + try.path + " " + try.accept
		if resp.StatusCode != try.status || !strings.HasPrefix(resp.Header.Get("Content-Type"), try.contentType) || !strings.Contains(string(body), try.holds) {
			t.Errorf("%s: %s %s\n%s", name, resp.Status, resp.Header.Get("Content-Type"), body)
		}
		if resp.Header.Get("Content-Security-Policy") == "" || resp.Header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: not guarded: %v", name, resp.Header)
		}
	}
}
