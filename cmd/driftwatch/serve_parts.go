package main

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/andybalholm/brotli"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/demo/play"
	"github.com/driftwatch/driftwatch/handlers"
	"github.com/driftwatch/driftwatch/static"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/queue"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
	"github.com/driftwatch/driftwatch/web/hook"
	"github.com/driftwatch/driftwatch/web/live"
)

// parts are what runs inside a server.
type parts struct {
	auth     *auth.Auth
	hub      *live.Hub
	feed     *handlers.Feed
	queue    *queue.Queue
	hooks    *hook.Sender
	pages    *handlers.Pages
	api      *handlers.API
	meters   *handlers.Meters
	trained  http.Handler // takes callbacks of services that train
	router   http.Handler
	stopping context.CancelFunc // answers long polls
	ready    readiness
	lapse    *play.Lapse   // nil where no time-lapse is played
	played   chan struct{} // closed when its clock has met the present
}

// assemble makes the parts and ties them together.
func (s *server) assemble(ctx context.Context) (*parts, error) {
	db := s.house.store
	p := &parts{}
	p.auth = auth.New(auth.Options{Store: db, Secure: s.secure(), BehindProxy: s.public != nil, Now: s.session.clock, Fail: s.failures().Fail})
	_, newest, err := db.EventBounds(ctx, drift.SystemActor())
	if err != nil {
		return nil, err
	}
	o := live.Options{Start: newest, Confirm: handlers.Confirm}
	if s.public != nil {
		o.Origins = []string{s.public.Host}
	}
	if p.hub, err = live.New(o); err != nil {
		return nil, err
	}
	p.queue, err = queue.New(queue.Options{
		DB: db, Engine: s.house.engine, Server: s.name(), Log: s.log, Clock: s.clock.Now, FirstStart: s.install.FirstStart,
		Browsers: func() int { return int(p.hub.Stats().Connections) },
	})
	if err != nil {
		return nil, err
	}
	s.openLapse(p)
	p.hooks = hook.New(hook.Options{Store: db, Clock: s.session.clock, Log: s.log})
	p.pages = handlers.NewPages(handlers.Options{
		Store: db, Engine: s.house.engine, Queue: p.queue, Auth: p.auth, Log: s.log, Clock: s.clock.Now, Wall: s.session.clock,
		Newest: p.hub.Newest, WakeHooks: p.hooks.Wake, Lapse: p.lapseState(), Public: s.public,
		Version: version, Warning: s.warning(), Database: s.databaseWords(), Preparing: p.ready.preparing,
		Favicon: static.Favicon(), Static: static.Handler(), Files: static.Files(),
	})
	p.feed = handlers.NewFeed(handlers.FeedOptions{Store: db, Hub: p.hub, Auth: p.auth, Fragments: p.pages, Log: s.log})
	p.meters = handlers.NewMeters(handlers.MeterOptions{Store: db, Hub: p.hub, Feed: p.feed})
	stopping, stop := context.WithCancel(context.WithoutCancel(ctx))
	p.stopping = stop
	p.ready.install, p.ready.loaded = s.install, make(chan struct{})
	p.api = handlers.NewAPI(handlers.APIOptions{
		Store: db, Engine: s.house.engine, Auth: p.auth, Feed: p.feed, Meters: p.meters, Log: s.log, Now: s.clock.Now,
		Ready: func(ctx context.Context) error { return p.ready.check(ctx, db) }, Stopping: stopping,
	})
	p.trained = handlers.NewTrainerHook(handlers.TrainerHookOptions{
		Calls: trainerCalls{s.house.trainers, db, s.house.engine}, Log: s.log, Now: s.session.clock,
		Address: func(r *http.Request) string { return auth.Address(r, s.public != nil) },
	})
	p.router, err = s.route(p)
	return p, err
}

func (s *server) failures() handlers.Failures {
	return handlers.Failures{Log: s.log, Clock: s.clock.Now, Version: version, Warning: s.warning()}
}

// databaseWords says on the operations page where the database is, without its password.
func (s *server) databaseWords() string {
	if s.house.local != nil {
		return "private, under " + s.session.db.DataDir
	}
	return "the server of DATABASE_URL"
}

// route puts the middleware around the pages, the API and the socket.
func (s *server) route(p *parts) (http.Handler, error) {
	fail := s.failures().Fail
	sameOrigin, err := web.SameOrigin(s.public, fail)
	if err != nil {
		return nil, err
	}
	r := chi.NewRouter()
	r.Use(web.Identified, web.Guarded(s.secure()), p.meters.Measure, web.Recovered(s.log, fail), sameOrigin)
	r.Get("/healthz", p.api.Health)
	r.Get("/readyz", p.api.Ready)
	r.Method(http.MethodPost, callbackPath+"{model_type}", p.trained)
	identified := chi.Chain(p.auth.Identify, web.InFlight(reader, fail))
	r.Method(http.MethodGet, "/ws", identified.HandlerFunc(p.api.Socket))
	r.Method(http.MethodGet, "/metrics", identified.HandlerFunc(p.api.Metrics))
	// One group and none within it: chi hands what a group says of unknown addresses to its parent alone.
	r.Group(func(r chi.Router) {
		r.Use(identified...)
		r.Use(compressed())
		p.api.Routes(r)
		p.pages.Routes(r)
	})
	return r, nil
}

// compressed packs what is text. Five is the level at which both codings cost a few milliseconds for a full board.
func compressed() func(http.Handler) http.Handler {
	c := middleware.NewCompressor(5, "text/html", "application/json", "application/problem+json", "text/csv", "text/plain")
	c.SetEncoder("br", func(w io.Writer, level int) io.Writer { return brotli.NewWriterLevel(w, level) })
	return c.Handler
}

// reader tells readers apart for the bound on requests in flight.
func reader(r *http.Request) string {
	id, ok := auth.Looker(r.Context())
	if !ok || len(id.Keys) == 0 {
		return ""
	}
	return id.Keys[len(id.Keys)-1]
}

// closeSockets tells browsers that the server goes away; they come back to another, or to its successor.
func (p *parts) closeSockets() error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownWithin)
	defer cancel()
	if err := p.hub.Shutdown(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

// listen rings the feed and the webhooks until ctx ends.
func (s *server) listen(ctx context.Context, p *parts) error {
	event := func(seq int64) {
		p.feed.Event(seq)
		p.hooks.Wake()
	}
	return s.house.store.Listen(ctx, store.Bell{Event: event, Auth: p.feed.RightsChanged, Connected: p.auth.Listening})
}
