package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
)

// Bell listens for what other transactions commit: that there are new events, and whose rights
// changed. It says only that something happened; what happened is read from the tables.
//
// The funcs are called one at a time, from Run, and must not wait for long.
type Bell struct {
	// Event is called with the newest number rung, and with 0 after every connection: everything
	// after the last event known must be read then, because what was rung meanwhile is lost.
	Event func(seq int64)
	// Auth is called with the key whose rights ended or changed ("user:7", "session:<hex>",
	// "token:3"), and with "" after every connection: any may have changed meanwhile.
	Auth func(key string)
	// Connected is called when listening begins and when it is interrupted. May be nil.
	Connected func(bool)
}

// The pace of the bell: a quiet connection is tried after bellQuiet, a lost one is made again
// after a wait between bellFirst and bellLast.
const (
	bellQuiet = 20 * time.Second
	bellFirst = 100 * time.Millisecond
	bellLast  = 5 * time.Second
)

// Listen rings the bell until ctx ends, on a connection of its own that it makes again for ever.
// It returns ctx's error.
func (db *DB) Listen(ctx context.Context, b Bell) error {
	wait := bellFirst
	for {
		heard, err := db.listenOnce(ctx, b)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if heard {
			wait = bellFirst
			if b.Connected != nil {
				b.Connected(false)
			}
		}
		db.log.Warn("not listening to the database", "error", err, "again_in", wait)
		// Jitter, so that all servers do not come back in the same instant.
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait/2 + rand.N(wait/2)):
		}
		wait = min(2*wait, bellLast)
	}
}

// listenOnce listens on one connection until it breaks, and reports whether it ever listened.
func (db *DB) listenOnce(ctx context.Context, b Bell) (heard bool, err error) {
	conn, err := pgx.ConnectConfig(ctx, db.pool.Config().ConnConfig.Copy())
	if err != nil {
		return false, fmt.Errorf("connect: %w", err)
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(closing)
	}()
	if _, err := conn.Exec(ctx, `LISTEN driftwatch_event; LISTEN driftwatch_auth`); err != nil {
		return false, fmt.Errorf("listen: %w", err)
	}
	if b.Connected != nil {
		b.Connected(true)
	}
	b.Auth("")
	b.Event(0)
	for {
		if err := hear(ctx, conn, b); err != nil {
			return true, err
		}
	}
}

// hear waits for one notification. A connection that was quiet for long is asked for an answer:
// a peer that vanished without a word would otherwise look like peace for ever.
func hear(ctx context.Context, conn *pgx.Conn, b Bell) error {
	quiet, cancel := context.WithTimeout(ctx, bellQuiet)
	defer cancel()
	n, err := conn.WaitForNotification(quiet)
	if err != nil {
		if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) && !conn.IsClosed() {
			return ping(ctx, conn)
		}
		return fmt.Errorf("wait for notification: %w", err)
	}
	if n.Channel == "driftwatch_auth" {
		b.Auth(n.Payload)
		return nil
	}
	var seq int64
	if _, err := fmt.Sscan(n.Payload, &seq); err != nil {
		return fmt.Errorf("event notification %q: %w", n.Payload, err)
	}
	b.Event(seq)
	return nil
}

func ping(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := conn.Ping(ctx); err != nil {
		return fmt.Errorf("ping: %w", err)
	}
	return nil
}
