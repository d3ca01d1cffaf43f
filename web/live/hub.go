package live

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// Hub hands published messages to the sockets that may see them. Make one with
// New, end it with Shutdown. All methods may be called at once.
type Hub struct {
	opts    Options
	replays chan struct{} // one token per Replay.Read under way

	// mu orders everything: who joins before which message. Nothing under it
	// waits for a peer, for the network or for a writer.
	mu      sync.Mutex
	closed  bool
	newest  int64
	epoch   int // counts Resets
	ring    *ring
	shards  []*shard
	clients map[*client]struct{}
	coming  int // handshakes under way, counted against MaxConnections

	clientWG sync.WaitGroup // Serve calls, readers, patient writers
	shardWG  sync.WaitGroup
	stop     chan struct{} // ends the writers
	stopOnce sync.Once

	published, accepted, slow, silent, revoked, resets, queueHigh atomic.Int64
}

// Stats are counters since the start, but for Connections.
type Stats struct {
	Connections int64 // open now
	Accepted    int64
	Published   int64
	Slow        int64 // dropped because they did not take their messages
	Silent      int64 // dropped because they did not answer a ping
	Revoked     int64 // closed by CloseKey or Confirm
	Resets      int64 // told to reload instead of being caught up
	QueueHigh   int64 // most frames that ever waited for one socket
}

// New starts a hub and its writers.
func New(opts Options) (*Hub, error) {
	opts, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	h := &Hub{
		opts:    opts,
		replays: make(chan struct{}, opts.Replays),
		newest:  opts.Start,
		ring:    newRing(opts.RingMessages, opts.RingBytes, opts.Start),
		clients: make(map[*client]struct{}),
		stop:    make(chan struct{}),
	}
	for range opts.Writers {
		s := newShard(h)
		h.shards = append(h.shards, s)
		h.shardWG.Go(s.run)
	}
	return h, nil
}

// Publish hands a message to everybody who may see it and returns at once: it
// waits for no socket. Numbers must rise: a message whose number is not above the
// last one is refused with ErrOrder and goes to nobody, so an event read twice
// does no harm. After Shutdown it returns ErrClosed.
func (h *Hub) Publish(m Message) error {
	msg := newMessage(m)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return ErrClosed
	}
	if m.Seq <= h.newest {
		return fmt.Errorf("publish %d after %d: %w", m.Seq, h.newest, ErrOrder)
	}
	h.newest = m.Seq
	h.ring.push(msg)
	for _, s := range h.shards {
		s.push(order{msg: msg})
	}
	h.published.Add(1)
	return nil
}

// Newest returns the number of the last message, or Options.Start.
func (h *Hub) Newest() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.newest
}

// Reset starts the numbering anew above newest, as after a database was
// restored: every browser is told RESET and the ring is emptied.
func (h *Hub) Reset(newest int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.newest = newest
	h.epoch++
	h.ring.clear(newest)
	for _, s := range h.shards {
		s.push(order{reset: true})
	}
}

// CloseKey closes every connection with that key with StatusRevoked and returns
// how many were not closing already. A peer that does not answer the close frame is cut off after
// CloseGrace.
func (h *Hub) CloseKey(key string) int {
	var found []*client
	h.mu.Lock()
	for c := range h.clients {
		for _, k := range c.aud.Keys {
			if k == key {
				found = append(found, c)
				break
			}
		}
	}
	h.mu.Unlock()
	n := 0
	for _, c := range found {
		if c.shut(StatusRevoked, "signed out or rights changed") {
			n++
		}
	}
	h.revoked.Add(int64(n))
	return n
}

// Shutdown refuses new connections and messages, tells every browser "going away"
// and waits until all have gone, at most CloseGrace for those that do not answer.
// When ctx ends first, they are cut off at once and its error is returned.
func (h *Hub) Shutdown(ctx context.Context) error {
	h.mu.Lock()
	h.closed = true
	all := make([]*client, 0, len(h.clients))
	for c := range h.clients {
		all = append(all, c)
	}
	h.mu.Unlock()
	for _, c := range all {
		c.shut(StatusGoingAway, "the server is stopping")
	}

	gone := make(chan struct{})
	go func() {
		h.clientWG.Wait()
		h.stopOnce.Do(func() { close(h.stop) })
		h.shardWG.Wait()
		close(gone)
	}()
	select {
	case <-gone:
		return nil
	case <-ctx.Done():
	}
	h.mu.Lock()
	for c := range h.clients {
		c.cut()
	}
	h.mu.Unlock()
	return fmt.Errorf("live: connections cut off: %w", ctx.Err())
}

// Stats returns the counters, for metrics.
func (h *Hub) Stats() Stats {
	h.mu.Lock()
	n := len(h.clients)
	h.mu.Unlock()
	return Stats{
		Connections: int64(n),
		Accepted:    h.accepted.Load(),
		Published:   h.published.Load(),
		Slow:        h.slow.Load(),
		Silent:      h.silent.Load(),
		Revoked:     h.revoked.Load(),
		Resets:      h.resets.Load(),
		QueueHigh:   h.queueHigh.Load(),
	}
}

// enter reserves a place for a handshake.
func (h *Hub) enter() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return ErrClosed
	}
	if len(h.clients)+h.coming >= h.opts.MaxConnections {
		return ErrFull
	}
	h.coming++
	h.clientWG.Add(1)
	return nil
}

// leave ends what enter began, once the Serve call is over.
func (h *Hub) leave() { h.clientWG.Done() }

// settle turns the reserved place into a client, or gives it back where the
// handshake failed (c nil). It reports whether the hub is still open.
func (h *Hub) settle(c *client) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.coming--
	if c != nil {
		h.clients[c] = struct{}{}
		h.accepted.Add(1)
	}
	return !h.closed
}

// forget takes a client out whose connection has ended.
func (h *Hub) forget(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.clients, c)
	if c.shard != nil {
		c.shard.n--
		c.shard.push(order{leave: c})
	}
}

// raise keeps the highest value seen.
func raise(high *atomic.Int64, v int64) {
	for {
		old := high.Load()
		if v <= old || high.CompareAndSwap(old, v) {
			return
		}
	}
}
