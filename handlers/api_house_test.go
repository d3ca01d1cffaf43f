package handlers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/handlers"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
	"github.com/driftwatch/driftwatch/web/live"
)

// apiDB is what these tests want of the database.
type apiDB interface {
	handlers.APIStore
	handlers.FeedStore
	handlers.MeterStore
	auth.Store
	AddTenant(ctx context.Context, by drift.Actor, name string) (drift.Tenant, bool, error)
	AddToken(ctx context.Context, by drift.Actor, k drift.Token, hash []byte) (drift.Token, error)
	RevokeToken(ctx context.Context, by drift.Actor, id int64) error
	SetDisabled(ctx context.Context, by drift.Actor, id int64, disabled bool) error
	AddUser(ctx context.Context, by drift.Actor, u drift.User, passwordHash string) (drift.User, error)
	SetRights(ctx context.Context, by drift.Actor, id int64, role drift.Role, all bool, tenants []int64) error
	Pool() *pgxpool.Pool
}

// engineOn gives the engine the transactions it declares.
type engineOn[T engine.Tx] struct{ rawStore[T] }

type rawStore[T engine.Tx] interface {
	InTx(ctx context.Context, by drift.Actor, fn func(T) error) error
	engine.Work
}

func onStore[T engine.Tx](db rawStore[T]) engine.Store { return engineOn[T]{db} }

func (s engineOn[T]) InTx(ctx context.Context, by drift.Actor, fn func(engine.Tx) error) error {
	return s.rawStore.InTx(ctx, by, func(tx T) error { return fn(tx) })
}

// apiHouse is a server as serve puts it together, without its pages.
type apiHouse struct {
	t            testing.TB
	db           apiDB
	store        engine.Store
	engine       *engine.Engine
	auth         *auth.Auth
	hub          *live.Hub
	feed         *handlers.Feed
	url          string
	acme, globex drift.Tenant
	ready        error
	meters       *handlers.Meters
	knock        func() // called between the check of who asks and the socket
}

const apiPassword = "correct horse battery"

type houseOption func(*handlers.FeedOptions, *auth.Options)

// newHouse starts a server on a database of its own, with the tenants acme and globex.
func newHouse(t testing.TB, opts ...houseOption) *apiHouse {
	t.Helper()
	return houseOn(t, storetest.Fresh(t), opts...)
}

// another starts a second server on the same database, with connections of its own.
func (h *apiHouse) another() *apiHouse {
	h.t.Helper()
	db, err := store.Open(h.t.Context(), h.db.Pool().Config().ConnString(), store.Options{MaxConns: 8})
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(db.Close)
	return houseOn(h.t, db)
}

func houseOn(t testing.TB, db *store.DB, opts ...houseOption) *apiHouse {
	t.Helper()
	h := &apiHouse{t: t, db: db, store: onStore(db)}
	h.engine = engine.New(engine.Options{Store: h.store})
	h.acme, h.globex = h.tenant("acme"), h.tenant("globex")
	fail := func(w http.ResponseWriter, _ *http.Request, err error) { web.WriteProblem(w, web.FailureOf(err)) }
	_, newest, err := db.EventBounds(t.Context(), drift.SystemActor())
	if err != nil {
		t.Fatal(err)
	}
	if h.hub, err = live.New(live.Options{Start: newest, Confirm: handlers.Confirm}); err != nil {
		t.Fatal(err)
	}
	feedOptions := handlers.FeedOptions{Store: db, Hub: h.hub}
	authOptions := auth.Options{Store: db, Fail: fail}
	for _, o := range opts {
		o(&feedOptions, &authOptions)
	}
	h.auth = auth.New(authOptions)
	feedOptions.Auth = h.auth
	h.feed = handlers.NewFeed(feedOptions)
	h.meters = handlers.NewMeters(handlers.MeterOptions{Store: db, Hub: h.hub, Feed: h.feed})
	api := handlers.NewAPI(handlers.APIOptions{
		Store: db, Engine: h.engine, Auth: h.auth, Feed: h.feed, Meters: h.meters, LookEvery: 20 * time.Millisecond,
		Ready: func(context.Context) error { return h.ready },
	})
	h.serve(api, fail)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{}, 2)
	go func() { h.feed.Run(ctx); done <- struct{}{} }()
	heard := make(chan bool, 8)
	go func() {
		_ = db.Listen(ctx, struct {
			Event     func(seq int64)
			Auth      func(key string)
			Connected func(bool)
		}{h.feed.Event, h.feed.RightsChanged, func(yes bool) { h.auth.Listening(yes); heard <- yes }})
		done <- struct{}{}
	}()
	select {
	case <-heard:
	case <-time.After(30 * time.Second):
		t.Error("nobody listens to the database")
	}
	t.Cleanup(func() {
		cancel()
		<-done
		<-done
		patience, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := h.hub.Shutdown(patience); err != nil {
			t.Errorf("shut the hub down: %v", err)
		}
	})
	return h
}

func (h *apiHouse) serve(api *handlers.API, fail web.Fail) {
	guard, err := web.SameOrigin(nil, fail)
	if err != nil {
		h.t.Fatal(err)
	}
	r := chi.NewRouter()
	r.Use(web.Identified, h.meters.Measure, web.Guarded(false), guard, h.auth.Identify)
	r.Get("/ws", func(w http.ResponseWriter, r *http.Request) {
		if h.knock != nil {
			h.knock()
		}
		api.Socket(w, r)
	})
	r.Get("/healthz", api.Health)
	r.Get("/readyz", api.Ready)
	r.Get("/metrics", api.Metrics)
	r.Post("/login", func(w http.ResponseWriter, r *http.Request) {
		if _, err := h.auth.SignIn(w, r, r.FormValue("name"), r.FormValue("password")); err != nil {
			fail(w, r, err)
		}
	})
	r.Post("/logout", func(w http.ResponseWriter, r *http.Request) {
		if err := h.auth.SignOut(w, r); err != nil {
			fail(w, r, err)
		}
	})
	api.Routes(r)
	srv := httptest.NewServer(r)
	h.t.Cleanup(srv.Close)
	h.url = srv.URL
}

func (h *apiHouse) tenant(name string) drift.Tenant {
	h.t.Helper()
	t, _, err := h.db.AddTenant(context.Background(), drift.SystemActor(), name)
	if err != nil {
		h.t.Fatal(err)
	}
	return t
}

// token makes a token: for all tenants where none is named. It returns the header that shows it.
func (h *apiHouse) token(role drift.Role, tenants ...drift.Tenant) (header string, id int64) {
	h.t.Helper()
	secret, hash := auth.NewToken()
	k := drift.Token{Name: role.String(), Role: role, AllTenants: len(tenants) == 0}
	for _, t := range tenants {
		k.Name += " of " + t.Name
		k.Tenants = append(k.Tenants, t.ID)
	}
	k, err := h.db.AddToken(context.Background(), drift.SystemActor(), k, hash)
	if err != nil {
		h.t.Fatal(err)
	}
	return "Authorization: Bearer " + secret, k.ID
}

func (h *apiHouse) as(role drift.Role, tenants ...drift.Tenant) string {
	header, _ := h.token(role, tenants...)
	return header
}

// user makes an account and signs it in. It returns the header that shows the session.
func (h *apiHouse) user(name string, role drift.Role, tenants ...drift.Tenant) (header string, id int64) {
	h.t.Helper()
	hash, err := h.auth.Hasher().New(context.Background(), name, apiPassword)
	if err != nil {
		h.t.Fatal(err)
	}
	u := drift.User{Name: name, Role: role, AllTenants: len(tenants) == 0}
	for _, t := range tenants {
		u.Tenants = append(u.Tenants, t.ID)
	}
	if u, err = h.db.AddUser(context.Background(), drift.SystemActor(), u, hash); err != nil {
		h.t.Fatal(err)
	}
	return h.signIn(name), u.ID
}

func (h *apiHouse) signIn(name string) (header string) {
	h.t.Helper()
	a := h.do("POST", "/login", "name="+name+"&password="+strings.ReplaceAll(apiPassword, " ", "+"),
		"Content-Type: application/x-www-form-urlencoded")
	cookie, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	if a.status != 200 || cookie == "" {
		h.t.Fatalf("sign in as %s: %d %s", name, a.status, a.body)
	}
	return "Cookie: " + cookie
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// do makes a request; headers are written "Name: value", the body is JSON unless they say otherwise.
func (h *apiHouse) do(method, path, body string, headers ...string) answer {
	h.t.Helper()
	req, err := http.NewRequest(method, h.url+path, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	return h.send(req, headers...)
}

func (h *apiHouse) send(req *http.Request, headers ...string) answer {
	h.t.Helper()
	if req.Body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		req.Header.Set(name, value)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	res, err := http.DefaultClient.Do(req.WithContext(ctx))
	if err != nil {
		h.t.Fatalf("%s %s: %v", req.Method, req.URL.Path, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(b)}
}

// into reads a JSON answer of the expected status.
func (a answer) into(t testing.TB, status int, v any) {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
}

// problem is what is expected of an error.
func (a answer) problem(t testing.TB, status int, code drift.Code, field string) map[string]any {
	t.Helper()
	var p map[string]any
	a.into(t, status, &p)
	got, _ := p["field"].(string)
	if a.header.Get("Content-Type") != "application/problem+json" || p["code"] != string(code) || got != field ||
		p["status"] != float64(status) || p["detail"] == "" || a.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("not the problem wanted (%d %s, field %q): %v %s", status, code, field, a.header, a.body)
	}
	return p
}

// logRow is one prediction as a program sends it.
func logRow(tenant, id string, at time.Time, score float64) string {
	return fmt.Sprintf(`{"prediction_id":%q,"tenant":%q,"model_type":"fraud_detector","model_version":"v1","created_at":%q,"score":%g,"predicted":%t}`,
		id, tenant, at.UTC().Format(time.RFC3339), score, score >= 0.5)
}

// breakModel logs a quiet month and a week that is nothing like it, and runs the check of today.
func (h *apiHouse) breakModel(tenant string) (alertID int64) {
	h.t.Helper()
	today := drift.DateOf(time.Now())
	var rows bytes.Buffer
	for i := range 60 {
		old, recent := today.Add(-59+i%28).Time(), today.Add(-7+i%7).Time()
		fmt.Fprintln(&rows, logRow(tenant, fmt.Sprintf("%s-old-%d", tenant, i), old.Add(time.Duration(i)*time.Minute), 0.1+float64(i)/1000))
		fmt.Fprintln(&rows, logRow(tenant, fmt.Sprintf("%s-new-%d", tenant, i), recent.Add(time.Duration(i)*time.Minute), 0.8+float64(i)/1000))
	}
	if a := h.do("POST", "/api/v1/predictions", rows.String(), h.as(drift.RoleIngest)); a.status != 200 {
		h.t.Fatalf("log: %d %s", a.status, a.body)
	}
	for _, job := range []drift.JobName{drift.JobMetrics, drift.JobStatistical} {
		if _, err := h.engine.RunJob(context.Background(), job, today); err != nil {
			h.t.Fatal(err)
		}
	}
	return h.count(`SELECT max(a.id) FROM noc_alert_event a JOIN tenant t ON t.id = a.tenant_id WHERE t.name = $1`, tenant)
}

// count reads one number as the owner.
func (h *apiHouse) count(sql string, args ...any) int64 {
	h.t.Helper()
	var n *int64
	if err := h.db.Pool().QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		h.t.Fatalf("%s: %v", sql, err)
	}
	if n == nil {
		h.t.Fatalf("%s: nothing", sql)
	}
	return *n
}
