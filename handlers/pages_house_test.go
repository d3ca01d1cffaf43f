package handlers_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/handlers"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// pageDB is what the pages want of the database, and what their tests do to it.
type pageDB interface {
	apiDB
	handlers.Store
	BeginProgress(ctx context.Context, kind, title string, total int64) (int64, error)
}

// pageHouse is a server with its pages, on the database of an apiHouse.
type pageHouse struct {
	*apiHouse
	pages *handlers.Pages
	store *countingStore
	runs  *fakeQueue
	clock atomic.Pointer[time.Time]
	site  string
	evil  drift.Tenant
	// notes is by credential what a form left for the page that it leads to, as a browser keeps it.
	notes struct {
		sync.Mutex
		of map[string]*http.Cookie
	}
}

// script is put wherever a text can be put.
const script = `<script>alert("x")</script>`

// countingStore counts how often the board is read.
type countingStore struct {
	pageDB
	boards atomic.Int64
}

func (s *countingStore) BoardPage(ctx context.Context, by drift.Actor, q drift.BoardQuery) (drift.BoardData, error) {
	s.boards.Add(1)
	return s.pageDB.BoardPage(ctx, by, q)
}

// fakeQueue notes which job was asked for.
type fakeQueue struct {
	asked []string
	err   error
}

func (q *fakeQueue) RunAgain(_ context.Context, by drift.Actor, job drift.JobName, at time.Time) error {
	if !by.Role.AtLeast(drift.RoleManager) {
		return drift.Forbidden("Only a manager or an administrator runs a job again.")
	}
	q.asked = append(q.asked, fmt.Sprint(job, " ", at.Format(time.RFC3339)))
	return q.err
}

func (q *fakeQueue) StartBackfill(_ context.Context, by drift.Actor, from, to drift.Date) error {
	if err := engine.New(engine.Options{}).CheckBackfill(by, from, to); err != nil {
		return err
	}
	q.asked = append(q.asked, fmt.Sprint("backfill ", from, " ", to))
	return q.err
}

// newPages starts the pages beside an API on a database of their own. Their clock stands.
func newPages(t testing.TB, change ...func(*handlers.Options)) *pageHouse {
	t.Helper()
	failures := handlers.Failures{Log: slog.New(slog.DiscardHandler), Clock: time.Now}
	api := newHouse(t, func(_ *handlers.FeedOptions, o *auth.Options) { o.Fail = failures.Fail })
	db, ok := api.db.(pageDB)
	if !ok {
		t.Fatal("the store does not serve the pages")
	}
	h := &pageHouse{apiHouse: api, store: &countingStore{pageDB: db}, runs: &fakeQueue{}}
	h.notes.of = map[string]*http.Cookie{}
	h.set(time.Now())
	o := handlers.Options{
		Store: h.store, Engine: api.engine, Queue: h.runs, Auth: api.auth, Clock: func() time.Time { return *h.clock.Load() },
		Version: "test", Warning: "", Database: "a test's",
	}
	for _, set := range change {
		set(&o)
	}
	h.pages = handlers.NewPages(o)
	r := chi.NewRouter()
	guard, err := web.SameOrigin(nil, h.pages.Fail)
	if err != nil {
		t.Fatal(err)
	}
	r.Use(web.Identified, web.Guarded(false), guard, api.auth.Identify)
	h.pages.Routes(r)
	srv := httptest.NewServer(r)
	t.Cleanup(srv.Close)
	h.site = srv.URL
	return h
}

func (h *pageHouse) set(now time.Time) {
	h.clock.Store(&now)
}

// seed logs two months of a tenant's predictions with their outcomes, the last week unlike the rest,
// and runs the checks of yesterday and today.
func (h *pageHouse) seed(tenants ...string) {
	h.t.Helper()
	today := drift.DateOf(time.Now())
	var rows bytes.Buffer
	for _, tenant := range tenants {
		for ago := 60; ago >= 1; ago-- {
			for i := range 12 {
				score, right := float64(i)/16+0.01, i%6 != 0
				if ago <= 7 {
					score, right = 0.4+float64(i)/20, i%3 == 0
				}
				yes := score >= 0.5
				fmt.Fprintf(&rows, `{"prediction_id":"%d-%d","tenant":%q,"model_type":"fraud_detector","model_version":%q,"created_at":%q,"score":%g,"predicted":%t,"actual":%t}`+"\n",
					ago, i, tenant, "v"+script, today.Add(-ago).Time().Add(time.Duration(i)*time.Hour).Format(time.RFC3339), score, yes, yes == right)
			}
		}
	}
	if a := h.do("POST", "/api/v1/predictions", rows.String(), h.as(drift.RoleIngest)); a.status != 200 {
		h.t.Fatalf("log: %d %s", a.status, a.body)
	}
	for _, d := range []drift.Date{today.Add(-1), today} {
		for _, job := range drift.DailyJobs {
			if _, err := h.engine.RunJob(context.Background(), job, d); err != nil {
				h.t.Fatal(err)
			}
		}
	}
}

// alert finds a tenant's alert of a drift type.
func (h *pageHouse) alert(tenant string, t drift.DriftType) int64 {
	h.t.Helper()
	return h.count(`SELECT max(a.id) FROM noc_alert_event a JOIN tenant t ON t.id = a.tenant_id
		WHERE t.name = $1 AND a.drift_type = $2`, tenant, string(t))
}

func (h *pageHouse) version(id int64) string {
	h.t.Helper()
	return fmt.Sprint(h.count(`SELECT version FROM noc_alert_event WHERE id = $1`, id))
}

const (
	asBrowser = "Accept: text/html"
	asScript  = "Accept: application/json"
	asForm    = "Content-Type: application/x-www-form-urlencoded"
)

// get asks the pages; redirects are not followed.
func (h *pageHouse) get(path string, headers ...string) answer {
	return h.ask("GET", path, "", headers...)
}

// post sends a form.
func (h *pageHouse) post(path, form string, headers ...string) answer {
	return h.ask("POST", path, form, append([]string{asForm}, headers...)...)
}

func (h *pageHouse) ask(method, path, body string, headers ...string) answer {
	h.t.Helper()
	req, err := http.NewRequest(method, h.site+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		req.Header.Set(name, value)
	}
	who := req.Header.Get("Authorization") + req.Header.Get("Cookie")
	if c := h.note(who); c != nil {
		req.AddCookie(c)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		h.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	for _, c := range res.Cookies() {
		if c.Name == "driftwatch_note" {
			h.keep(who, c)
		}
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(res.Body); err != nil {
		h.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, b.String()}
}

func (h *pageHouse) note(who string) *http.Cookie {
	h.notes.Lock()
	defer h.notes.Unlock()
	return h.notes.of[who]
}

func (h *pageHouse) keep(who string, c *http.Cookie) {
	h.notes.Lock()
	defer h.notes.Unlock()
	if h.notes.of[who] = c; c.MaxAge < 0 {
		delete(h.notes.of, who)
	}
}

// isPage holds what is true of every page.
func (a answer) isPage(t testing.TB, status int, what string) {
	t.Helper()
	if a.status != status {
		t.Fatalf("%s: status %d, want %d: %.600s", what, a.status, status, a.body)
	}
	if got := a.header.Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Fatalf("%s: content type %q", what, got)
	}
	if n := strings.Count(a.body, "<h1"); n != 1 {
		t.Errorf("%s: %d h1", what, n)
	}
	for _, never := range []string{"<script>", "alert(\"x\")", "NaN", "+Inf", "%!", "<nil>"} {
		if strings.Contains(a.body, never) {
			i := strings.Index(a.body, never)
			t.Errorf("%s holds %q: …%s…", what, never, a.body[max(0, i-80):min(len(a.body), i+80)])
		}
	}
}

// lastEvent is the newest event as the feed reads it.
func (h *pageHouse) lastEvent() drift.Event {
	h.t.Helper()
	_, newest, err := h.db.EventBounds(h.t.Context(), drift.SystemActor())
	if err != nil {
		h.t.Fatal(err)
	}
	list, err := h.db.EventsAfter(h.t.Context(), drift.SystemActor(), newest-1, 1)
	if err != nil || len(list) != 1 {
		h.t.Fatalf("event %d: %v %v", newest, list, err)
	}
	return list[0]
}

// rebuilder builds the day columns that a log has marked.
type rebuilder interface {
	RebuildMarkedDays(ctx context.Context, from, to drift.Date, progress func(done, total int)) (int, error)
}
