package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/driftwatch/driftwatch/drift/demo/play"
	"github.com/driftwatch/driftwatch/drift/retrain/command"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/localpg"
	"github.com/driftwatch/driftwatch/web"
)

type serveCmd struct {
	Demo        bool   `help:"Load 75 days of invented history, replayed by the real engine, and keep it moving."`
	TimeLapse   bool   `help:"With --demo: play 90 invented days in about ten minutes, in a database of their own."`
	Addr        string `env:"DRIFTWATCH_ADDR" default:"127.0.0.1:8080" help:"Address to listen on."`
	TLSCert     string `name:"tls-cert" env:"DRIFTWATCH_TLS_CERT" type:"path" placeholder:"FILE" help:"Certificate chain for HTTPS; reread when it changes."`
	TLSKey      string `name:"tls-key" env:"DRIFTWATCH_TLS_KEY" type:"path" placeholder:"FILE" help:"Its private key."`
	PublicURL   string `name:"public-url" env:"DRIFTWATCH_PUBLIC_URL" placeholder:"URL" help:"Address as browsers see it, behind a proxy."`
	MetricsAddr string `name:"metrics-addr" env:"DRIFTWATCH_METRICS_ADDR" placeholder:"ADDR" help:"Own listener for /metrics; without it they need a token."`
	Verbose     bool   `short:"v" help:"Log what is done, not only what goes wrong."`
}

// Help says what happens at the first start.
func (serveCmd) Help() string {
	return `Starts the private PostgreSQL (or uses DATABASE_URL), brings its tables up to date, serves the pages,
the API and the socket, and runs the daily checks at 01:00, 02:00, 03:00 and 04:00 UTC. Several servers
may share one DATABASE_URL. The first start prints a one-time link that makes the first administrator;
with --demo it prints how to sign in as each role.

With --demo --time-lapse the clock of the whole server is stepped through the last 90 days, a day in
some six seconds and slower while a retrain waits for a manager: drift, alerts, approval, retraining,
recovery, and a bad retrain that its watch rolls back, through the same code as in real time. When
the clock has met the present it runs on at its real speed. Stopped before, it goes on from there at
the next start. It needs a database of its own:

  DRIFTWATCH_DATA_DIR=./.driftwatch-time-lapse driftwatch serve --demo --time-lapse

Ctrl-C ends everything it started, in order.`
}

// server is a running `driftwatch serve`.
type server struct {
	cmd     serveCmd
	session *session
	log     *slog.Logger
	house   *house
	web     *web.Server
	public  *url.URL // nil unless behind a proxy
	install store.Installation
	started time.Time
	clock   *play.Clock // of everything but sign-in, webhooks and the machine's own: a time-lapse steps it
}

// shutdownWithin bounds how long requests under way may take once the server is told to stop.
const shutdownWithin = 10 * time.Second

// Run serves until it is told to stop.
func (c serveCmd) Run(ctx context.Context, s *session) error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return usageError("HTTPS needs both --tls-cert and --tls-key.")
	}
	if c.TimeLapse && !c.Demo {
		return usageError("--time-lapse plays invented days: give it together with --demo.")
	}
	level := slog.LevelWarn
	if c.Verbose {
		level = slog.LevelInfo
	}
	srv := &server{cmd: c, session: s, log: s.logger(level), started: s.clock(), clock: play.NewClock(s.clock)}
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return usageError("--public-url is an address such as https://drift.example.com.")
		}
		srv.public = u
	}
	var err error
	srv.web, err = web.Listen(ctx, web.ServerOptions{Addr: c.Addr, Cert: c.TLSCert, Key: c.TLSKey, Log: srv.log})
	if err != nil {
		return err
	}
	err = srv.run(ctx)
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return nil // told to stop, and did
	}
	return err
}

// say tells whoever started the server.
func (s *server) say(format string, args ...any) {
	fmt.Fprintf(s.session.err, format+"\n", args...)
}

// run opens the database, serves, and closes everything in order.
func (s *server) run(ctx context.Context) (err error) {
	defer func() { err = errors.Join(err, s.closeWeb()) }()
	if err := s.openHouse(ctx); err != nil {
		return err
	}
	defer func() {
		if s.house.local != nil {
			s.say("Stopping the private PostgreSQL.")
		}
		err = errors.Join(err, s.house.close())
		s.say("Stopped. Everything that was accepted is kept.")
	}()
	defer s.sweep()()
	if err := s.settle(ctx); err != nil {
		return err
	}
	if s.isLapse() {
		release, err := s.holdLapse(ctx)
		if err != nil {
			return err
		}
		defer release()
	}
	return s.serve(ctx)
}

func (s *server) openHouse(ctx context.Context) error {
	h := &house{dsn: s.session.db.URL, log: s.log, clock: s.clock.Now, wall: s.session.clock}
	if h.dsn == "" {
		pg, err := localpg.Start(ctx, s.session.localOptions(s.log, "driftwatch serve"))
		if err != nil {
			return err
		}
		h.local, h.dsn = pg, pg.DSN()
	}
	if err := s.makeRoom(h); err != nil {
		return errors.Join(err, h.stopLocal())
	}
	if err := h.connect(ctx, s.session.db.Config); err != nil {
		return errors.Join(err, h.work.close(), h.stopLocal())
	}
	s.house = h
	return nil
}

// sweep ends, beside everything else, what the trainings of killed servers left. What it returns waits
// for that.
func (s *server) sweep() (wait func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		clearDeadOnes(s.session.db.DataDir, func(dir string) { command.Sweep(dir, s.house.trainers.guard()) })
	}()
	return func() { <-done }
}

// makeRoom gives training jobs a folder below the data directory, also with DATABASE_URL. Where nothing
// can be written there, the system's folder for temporary files does.
func (s *server) makeRoom(h *house) error {
	self, err := ownProgram()
	if err != nil {
		return err
	}
	h.trainers = newTrainerSet(self)
	h.trainers.back = s.reachable
	if h.work, err = openWorkDir(s.session.db.DataDir); err != nil {
		s.log.Warn("training jobs get the system's folder for temporary files; what a killed server leaves there is not cleared away", "error", err)
	}
	return nil
}

// closeWeb stops listening; requests under way may end.
func (s *server) closeWeb() error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownWithin)
	defer cancel()
	return s.web.Shutdown(ctx)
}

// serve runs the parts of the server until ctx ends or one of them fails, then stops them in order:
// requests, sockets, jobs, the event feed. The database comes last, in run.
func (s *server) serve(ctx context.Context) error {
	p, err := s.assemble(ctx)
	if err != nil {
		return err
	}
	closeMetrics, err := s.serveMetrics(ctx, p)
	if err != nil {
		return errors.Join(err, p.closeSockets())
	}
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	group, failed := errgroup.WithContext(work)
	group.Go(func() error { p.feed.Run(work); return nil })
	group.Go(func() error { p.hooks.Run(work); return nil })
	group.Go(func() error { return endless(work, s.listen(work, p)) })
	group.Go(func() error {
		p.ready.wait(work) // the demo's history is replayed on a clock of its own: nobody else moves anything in it
		s.playLapse(work, p)
		return endless(work, p.queue.Run(work))
	})
	s.web.Handle(p.router)
	group.Go(func() error { return s.welcome(work, p) })

	var cause error
	select {
	case <-ctx.Done():
		s.say("\nStopping: no new requests, then the sockets, then the jobs.")
	case <-failed.Done():
	case cause = <-s.web.Failed():
	}
	p.stopping()
	err = errors.Join(cause, s.closeWeb(), p.closeSockets(), closeMetrics())
	stopWork()
	err = errors.Join(err, group.Wait(), s.goodbye())
	return err
}

// serveMetrics listens for scrapes on an address of their own, where one was given.
func (s *server) serveMetrics(ctx context.Context, p *parts) (closeIt func() error, err error) {
	if s.cmd.MetricsAddr == "" {
		return func() error { return nil }, nil
	}
	m, err := web.Listen(ctx, web.ServerOptions{Addr: s.cmd.MetricsAddr, Log: s.log})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", p.meters)
	m.Handle(mux)
	return func() error { return m.Shutdown(context.Background()) }, nil
}

// endless turns the end of a part into nil where it was told to end.
func endless(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// goodbye takes this server off the list.
func (s *server) goodbye() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return s.house.store.Goodbye(ctx, s.name())
}

// name is this server's, unlike any other's that is alive: host and port.
func (s *server) name() string {
	host, err := os.Hostname()
	if err != nil {
		host = "server"
	}
	return fmt.Sprintf("%s:%d", host, s.web.Addr().Port)
}

// address is what people type.
func (s *server) address() string {
	if s.public != nil {
		return s.public.String()
	}
	return s.web.URL()
}

// loopback reports whether only this machine can reach the server.
func (s *server) loopback() bool { return s.web.Addr().IP.IsLoopback() && s.public == nil }

// secure reports whether browsers come by HTTPS.
func (s *server) secure() bool {
	return s.cmd.TLSCert != "" || (s.public != nil && s.public.Scheme == "https")
}

// warning is told where passwords would cross a network in the clear; "" where they do not.
func (s *server) warning() string {
	if s.loopback() || s.secure() || s.public != nil {
		return ""
	}
	return "Passwords cross the network in the clear here: this server is reachable from other machines without HTTPS. Give it --tls-cert and --tls-key, or put a proxy in front and set --public-url."
}
