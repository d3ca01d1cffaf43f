package live

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/coder/websocket"
)

// client is one connection.
//
// Writing has three owners in turn, told apart by busy. While it is false,
// whoever has something to send tries one write that does not wait, under mu.
// What the socket does not take is queued, busy becomes true, and one goroutine
// (or Serve, while it replays) writes with patience until the queue is empty;
// meanwhile everybody else only appends.
type client struct {
	hub     *Hub
	aud     Audience
	conn    net.Conn        // as it came from net/http
	base    net.Conn        // what conn runs over: conn itself, or the socket under TLS
	raw     syscall.RawConn // nil where writing without waiting is not possible (TLS)
	ws      *websocket.Conn
	deflate bool

	shard *shard // under hub.mu; nil until live
	last  int64  // messages up to this number are not for the shard to send

	// Owned by the shard.
	index  int
	pinged time.Time

	waiting atomic.Bool // for a pong

	mu      sync.Mutex
	busy    bool
	closing bool     // nothing more is accepted; a close frame is on its way
	ended   bool     // the connection is over
	rest    []byte   // of a frame of which a part is written
	queue   [][]byte // whole frames
	queued  int      // bytes in queue
	grace   *time.Timer
	idle    chan struct{}      // closed when busy ends, made by who waits for it
	cancel  context.CancelFunc // ends Serve's waiting
}

// shut sends a close frame, lets nothing follow it, and cuts the connection if
// the peer has not closed it after the grace. It reports whether it was the first
// to close.
func (c *client) shut(code websocket.StatusCode, reason string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return false
	}
	c.shutLocked(closeFrame(code, reason))
	return true
}

// shutLocked drops what waits, except the rest of a frame already begun.
func (c *client) shutLocked(f []byte) {
	c.queue, c.queued = nil, 0
	if c.busy {
		c.enqueue(f)
	} else {
		c.sendLocked([][]byte{f})
	}
	c.closing = true
	if !c.ended {
		c.grace = time.AfterFunc(c.hub.opts.CloseGrace, func() { c.base.Close() })
	}
}

// cut ends the connection without a word; false if it had ended already.
func (c *client) cut() bool {
	c.mu.Lock()
	first := !c.ended
	c.closing, c.ended = true, true
	c.mu.Unlock()
	c.base.Close()
	return first
}

// control takes a frame from the library: pongs, and closes that answer the
// peer's or complain about it.
func (c *client) control(p []byte) {
	f := append([]byte(nil), p...) // the library reuses its buffer
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closing || len(f) == 0:
	case f[0]&opMask == opClose:
		c.shutLocked(f)
	default:
		c.sendLocked([][]byte{f})
	}
}

// pong notes that the peer answered.
func (c *client) pong(context.Context, []byte) { c.waiting.Store(false) }

// read is the connection's one goroutine. The library answers pings and closes in
// it; a message of the browser ends the connection.
func (c *client) read() {
	if _, _, err := c.ws.Reader(context.Background()); err == nil {
		c.shut(StatusUnexpected, "this socket takes no messages")
		// Closing with bytes unread would reset the connection and could swallow the
		// close frame: read on until the peer closes or the grace is over.
		_, _ = io.Copy(io.Discard, c.conn)
	}
	c.end()
}

// end releases everything.
func (c *client) end() {
	c.mu.Lock()
	c.closing, c.ended = true, true
	c.queue, c.queued, c.rest = nil, 0, nil
	if c.grace != nil {
		c.grace.Stop()
	}
	cancel := c.cancel
	c.freeLocked()
	c.mu.Unlock()
	if cancel != nil {
		cancel()
	}
	_ = c.ws.CloseNow() // it is closed or broken already; this frees it
	c.base.Close()
	c.hub.forget(c)
}
