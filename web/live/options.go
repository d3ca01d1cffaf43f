package live

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/coder/websocket"
)

// The status codes with which the hub closes a connection.
const (
	// StatusGoingAway: the server is stopping; reconnect.
	StatusGoingAway = websocket.StatusGoingAway // 1001
	// StatusUnexpected: the browser sent a message; this socket takes none.
	StatusUnexpected = websocket.StatusPolicyViolation // 1008
	// StatusReplayFailed: what was missed could not be read; reconnect later.
	StatusReplayFailed = websocket.StatusInternalError // 1011
	// StatusSlow: the browser did not take its messages in time; reconnect with
	// the last number seen.
	StatusSlow = websocket.StatusTryAgainLater // 1013
	// StatusRevoked: signed out, or roles changed; load the page anew instead of
	// reconnecting.
	StatusRevoked websocket.StatusCode = 4401
)

// Errors that callers may test for.
var (
	// ErrClosed is returned once Shutdown was called.
	ErrClosed = errors.New("the live hub is shut down")
	// ErrOrder is returned by Publish for a number that is not above the last one.
	ErrOrder = errors.New("message number is not above the last one")
	// ErrGone is returned by Serve when the peer left, or was closed by CloseKey,
	// before it was live.
	ErrGone = errors.New("the connection ended before it was live")
	// ErrFull is returned by Serve when MaxConnections are open.
	ErrFull = errors.New("too many live connections")
)

// Page is one piece of what a reader missed.
type Page struct {
	// Messages follow the asked-for number in ascending order, the first so many
	// that the reader may see.
	Messages []Message
	// Oldest is the lowest number still kept, of any tenant; 0 if none is.
	Oldest int64
	// Newest is the highest number ever given, of any tenant, kept or not. Read it
	// in the same snapshot as Messages or before them, never after: a page with
	// fewer than limit messages is taken as complete up to Newest.
	Newest int64
}

// Replay reads older messages under one reader's own rights.
type Replay interface {
	// Read returns at most limit messages numbered above after.
	Read(ctx context.Context, after int64, limit int) (Page, error)
}

// Options configure a Hub. Zero values take the defaults named.
type Options struct {
	// Origins are host patterns (as "noc.example.com" or "https://*.example.com")
	// allowed as Origin beside the request's own host.
	Origins []string
	// Start is the number of the newest event when the hub starts; Publish
	// continues above it. Default 0.
	Start int64
	// Confirm, if set, is asked after the connection is known to CloseKey and
	// before it gets anything: an error closes it with StatusRevoked. It closes
	// the gap in which a session ends between its check and Serve.
	Confirm func(context.Context, Audience) error

	Writers        int // goroutines that write, each owning a shard; default GOMAXPROCS, at most 8
	MaxConnections int // open sockets, more are answered 503; default 10,000

	RingMessages int // recent messages kept for those who reconnect; default 1,024
	RingBytes    int // and their size; default 8 MiB

	Backlog int // messages that wait for one writer before all its sockets are told to come back; default 1,024

	QueueMessages int // frames that wait for one socket; default 256
	QueueBytes    int // and their size; default 1 MiB
	SendBuffer    int // the kernel's send buffer of one socket; default 64 KiB

	ReplayPage int // messages asked of Replay at once; default 64
	Replays    int // Replay.Read calls at once; default 8

	PingInterval time.Duration // between pings to one socket; default 20 s
	PongTimeout  time.Duration // a peer silent for so long after a ping is closed; default 10 s
	WriteTimeout time.Duration // a peer that takes nothing for so long is dropped; default 10 s
	CloseGrace   time.Duration // from the close frame to cutting the connection; default 500 ms
}

// withDefaults fills what is unset and refuses what cannot work.
func (o Options) withDefaults() (Options, error) {
	counts := []struct {
		name string
		v    *int
		def  int
	}{
		{"Writers", &o.Writers, min(runtime.GOMAXPROCS(0), 8)},
		{"MaxConnections", &o.MaxConnections, 10_000},
		{"RingMessages", &o.RingMessages, 1024},
		{"RingBytes", &o.RingBytes, 8 << 20},
		{"Backlog", &o.Backlog, 1024},
		{"QueueMessages", &o.QueueMessages, 256},
		{"QueueBytes", &o.QueueBytes, 1 << 20},
		{"SendBuffer", &o.SendBuffer, 64 << 10},
		{"ReplayPage", &o.ReplayPage, 64},
		{"Replays", &o.Replays, 8},
	}
	for _, c := range counts {
		if *c.v < 0 {
			return o, fmt.Errorf("live: option %s is negative", c.name)
		}
		if *c.v == 0 {
			*c.v = c.def
		}
	}
	times := []struct {
		name string
		v    *time.Duration
		def  time.Duration
	}{
		{"PingInterval", &o.PingInterval, 20 * time.Second},
		{"PongTimeout", &o.PongTimeout, 10 * time.Second},
		{"WriteTimeout", &o.WriteTimeout, 10 * time.Second},
		{"CloseGrace", &o.CloseGrace, 500 * time.Millisecond},
	}
	for _, t := range times {
		if *t.v < 0 {
			return o, fmt.Errorf("live: option %s is negative", t.name)
		}
		if *t.v == 0 {
			*t.v = t.def
		}
	}
	if o.Start < 0 {
		return o, errors.New("live: option Start is negative")
	}
	return o, nil
}
