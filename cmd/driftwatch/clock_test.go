package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"time"
)

// LoadDemoAt loads the demo into a database, as serve does, while the clock of the whole house stands
// at one moment. It is for the end-to-end tests, which can set no clock from outside.
func LoadDemoAt(ctx context.Context, dsn string, at time.Time) (err error) {
	s := &session{
		db: databaseFlags{URL: dsn}, streams: streams{err: io.Discard}, clock: func() time.Time { return at },
	}
	h, err := s.open(ctx, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	install, err := h.store.FirstServe(ctx, s.clock(), true)
	if err != nil {
		return err
	}
	return h.loadDemo(ctx, install, func(string, ...any) {})
}
