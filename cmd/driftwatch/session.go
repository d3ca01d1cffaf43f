package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/user"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/localpg"
)

// session is what a command is given: where the database is, its streams and the time.
type session struct {
	db databaseFlags
	streams
	clock func() time.Time // decides days, dates and stamps; never how long something takes
}

// house is an open database with the engine on it.
type house struct {
	store  *store.DB
	engine *engine.Engine
	dsn    string
	log    *slog.Logger
	clock  func() time.Time
	local  *localpg.Server // nil where DATABASE_URL names another
	work   string          // where folders of trainings lie; the system's for temporary files where ""
}

// closeWithin bounds how long a private PostgreSQL may take to stop.
const closeWithin = 20 * time.Second

// open finds or starts the database, brings its tables up to date and puts the engine on it.
func (s *session) open(ctx context.Context, log *slog.Logger) (*house, error) {
	h := &house{dsn: s.db.URL, log: log, clock: s.clock}
	if h.dsn == "" {
		pg, err := localpg.Attach(ctx, s.localOptions(log, "a driftwatch command"))
		if err != nil {
			return nil, err
		}
		h.local, h.dsn = pg, pg.DSN()
	}
	if err := h.connect(ctx, s.db.Config); err != nil {
		return nil, errors.Join(err, h.stopLocal())
	}
	return h, nil
}

func (s *session) localOptions(log *slog.Logger, purpose string) localpg.Options {
	return localpg.Options{DataDir: s.db.DataDir, BinDir: s.db.PGBin, Logger: log, Purpose: purpose}
}

// connect opens the store at h.dsn, migrates it and puts the engine on it.
func (h *house) connect(ctx context.Context, config string) error {
	values, err := readConfig(config)
	if err != nil {
		return err
	}
	h.store, err = store.Open(ctx, h.dsn, store.Options{Logger: h.log, Now: h.clock, FileSettings: values})
	if err != nil {
		return err
	}
	if err := h.store.Migrate(ctx); err != nil {
		h.store.Close()
		h.store = nil
		return err
	}
	self, err := ownProgram()
	if err != nil {
		return err
	}
	h.engine = engine.New(engine.Options{Store: engineStore{h.store}, Clock: h.clock, Log: h.log, Trainers: trainers(self), WorkDir: h.work})
	return nil
}

// close lets go of the database, and ends a private one that this command started.
func (h *house) close() error {
	if h.store != nil {
		h.store.Close()
	}
	return h.stopLocal()
}

func (h *house) stopLocal() error {
	if h.local == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
	defer cancel()
	return h.local.Stop(ctx)
}

// with opens the database for the length of one command.
func (s *session) with(ctx context.Context, fn func(*house) error) (err error) {
	h, err := s.open(ctx, s.logger(slog.LevelWarn))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	return fn(h)
}

// logger writes to standard error: answers go to standard output alone.
func (s *session) logger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: level}))
}

// printJSON writes one JSON value on a line.
func (s *session) printJSON(v any) error {
	enc := json.NewEncoder(s.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// shellActor is whoever sits at the shell: the owner of the database, named in every record.
func shellActor() drift.Actor {
	name := "shell"
	if u, err := user.Current(); err == nil {
		name = "shell:" + u.Username
	}
	a := drift.SystemActor()
	a.Name = name
	return a
}

// readConfig reads the settings file: a JSON object of setting names and values.
func readConfig(path string) (map[string]string, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fileError(path, err)
	}
	defer f.Close()
	raw := map[string]json.RawMessage{}
	if err := json.NewDecoder(io.LimitReader(f, 1<<20)).Decode(&raw); err != nil {
		return nil, drift.Invalid("config", fmt.Sprintf("%s is not a JSON object of settings: %v.", path, err))
	}
	values := make(map[string]string, len(raw))
	for name, v := range raw {
		spec, ok := drift.SettingNamed(name)
		if !ok {
			return nil, drift.Invalid("config", fmt.Sprintf("%s: no setting is called %q.", path, name))
		}
		text := string(v)
		if len(v) > 0 && v[0] == '"' {
			if err := json.Unmarshal(v, &text); err != nil {
				return nil, drift.Invalid("config", fmt.Sprintf("%s: %s cannot be read.", path, name))
			}
		}
		if values[name], err = spec.Normalise(text); err != nil {
			return nil, err
		}
	}
	layer := drift.SettingLayer{Origin: drift.FromFile, Values: values}
	return values, drift.NewSettings(layer).CheckTogether()
}
