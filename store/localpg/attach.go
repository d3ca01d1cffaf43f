package localpg

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"
)

// attachWait is how long Attach waits for the process that holds the data
// directory to get its PostgreSQL up, or to let go.
const attachWait = 60 * time.Second

// Attach uses the PostgreSQL of a data directory: the one that runs, else one
// of its own. Stop then ends only what Attach started, and not before the
// last other process that attached to it has stopped using it.
func Attach(ctx context.Context, opt Options) (*Server, error) {
	opt = opt.withDefaults()
	l, err := opt.layout(ctx)
	if err != nil {
		return nil, err
	}
	wait, cancel := context.WithTimeout(ctx, attachWait)
	defer cancel()
	for {
		s, err := tryAttach(ctx, opt, l)
		if s != nil || err != nil {
			return s, err
		}
		if pause(wait, poll) == nil {
			continue
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("attach: %w", ctx.Err())
		}
		return nil, &Error{
			Code:    CodeInUse,
			Message: fmt.Sprintf("The data directory %s is held by %s, but its PostgreSQL does not answer. Look at %s.", l.dataDir, readHolder(l), l.log()),
			Err:     &HeldError{DataDir: l.dataDir, Holder: readHolder(l)},
		}
	}
}

// tryAttach returns neither a server nor an error where it is too early or
// too late for the one that runs.
func tryAttach(ctx context.Context, opt Options, l layout) (*Server, error) {
	users, err := lockFile(l.users(), syscall.LOCK_SH)
	if errors.Is(err, errBusy) {
		return nil, nil // it is about to end
	}
	if err != nil {
		return nil, err
	}
	lock, err := hold(l, opt.Purpose)
	if err == nil {
		users.Close()
		s, err := startHeld(ctx, opt, l, lock)
		if err == nil {
			s.linger = true
		}
		return s, err
	}
	var held *HeldError
	if !errors.As(err, &held) {
		users.Close()
		return nil, err
	}
	p, err := readPostmaster(l)
	if err == nil && p.socketDir != "" && isPostmaster(p.pid, l.cluster) {
		dsn := dsnOf(p.socketDir, p.port, database)
		if ping(ctx, dsn) == nil {
			return &Server{opt: opt, layout: l, dsn: dsn, users: users}, nil
		}
	}
	users.Close()
	return nil, err
}
