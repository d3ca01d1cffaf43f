package live

import (
	"math/rand/v2"
	"runtime"
	"sync"
	"time"
)

// turn is after how many sockets a writer lets other goroutines run: writing to
// all of a shard takes tens of milliseconds, for which no request should wait.
const turn = 64

// order is one entry of a shard's list: exactly one of the fields is set. The
// list's order is what makes joining exact: what stands before "join" was given
// to the client by Serve, what stands after it comes from the shard.
type order struct {
	msg   *message
	join  *client
	leave *client
	reset bool
}

// shard is one writer and the clients that it writes to.
type shard struct {
	hub  *Hub
	n    int // clients assigned, under hub.mu
	wake chan struct{}

	mu     sync.Mutex
	orders []order
	msgs   int  // messages among orders
	lost   bool // more messages came than may wait

	// Owned by run.
	clients []*client
	spare   []order
	batch   []*message
	frames  [][]byte
}

func newShard(h *Hub) *shard {
	return &shard{hub: h, wake: make(chan struct{}, 1)}
}

// push appends to the list and never waits. Where the writer has fallen behind by
// a whole backlog of messages, they are dropped and with them, in
// time, the clients that would miss them.
func (s *shard) push(o order) {
	s.mu.Lock()
	if o.msg != nil {
		if s.msgs++; s.msgs > s.hub.opts.Backlog {
			s.lost = true
			s.orders = withoutMessages(s.orders)
			s.msgs = 0
			o.msg = nil
		}
	}
	if o != (order{}) {
		s.orders = append(s.orders, o)
	}
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default: // already to be woken
	}
}

func withoutMessages(orders []order) []order {
	kept := orders[:0]
	for _, o := range orders {
		if o.msg == nil {
			kept = append(kept, o)
		}
	}
	clear(orders[len(kept):])
	return kept
}

// take returns the list and leaves the shard an empty one.
func (s *shard) take() (orders []order, lost bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	orders, lost = s.orders, s.lost
	s.orders, s.msgs, s.lost = s.spare[:0], 0, false
	return orders, lost
}

// run is the writer. It never waits for a socket.
func (s *shard) run() {
	// Sixteen looks per interval spread the pings, so that they do not stand in the
	// way of an alert.
	tick := time.NewTicker(max(min(s.hub.opts.PingInterval, s.hub.opts.PongTimeout)/16, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-s.hub.stop:
			return
		case now := <-tick.C:
			s.heartbeat(now)
		case <-s.wake:
			s.work()
		}
	}
}

// work empties the list. After messages were lost, none goes out any more: a
// browser must not see a number above one that it missed.
func (s *shard) work() {
	orders, lost := s.take()
	if lost {
		s.carryOut(withoutMessages(orders))
		s.dropAll()
	} else {
		s.carryOut(orders)
	}
	clear(orders)
	s.spare = orders
}

// carryOut works through the list; neighbouring messages go out together, so
// that a burst costs each socket one write.
func (s *shard) carryOut(orders []order) {
	for _, o := range orders {
		if o.msg != nil {
			s.batch = append(s.batch, o.msg)
			continue
		}
		s.deliver()
		switch {
		case o.join != nil:
			s.add(o.join)
		case o.leave != nil:
			s.remove(o.leave)
		case o.reset:
			s.resetAll()
		}
	}
	s.deliver()
}

// deliver sends the batch to every client that may see it.
func (s *shard) deliver() {
	if len(s.batch) == 0 {
		return
	}
	for i, c := range s.clients {
		if i%turn == turn-1 {
			runtime.Gosched()
		}
		s.frames = s.frames[:0]
		for _, m := range s.batch {
			if m.Seq > c.last && c.aud.may(&m.Message) {
				s.frames = append(s.frames, m.frames[c.aud.Class].bytes(c.deflate))
			}
		}
		if len(s.frames) > 0 {
			c.send(s.frames)
		}
	}
	clear(s.frames)
	clear(s.batch)
	s.batch = s.batch[:0]
}

func (s *shard) add(c *client) {
	c.index = len(s.clients)
	s.clients = append(s.clients, c)
	// The first ping comes at a random time within the interval: browsers that
	// reconnect together are not pinged together for ever.
	c.pinged = time.Now().Add(-rand.N(s.hub.opts.PingInterval))
}

func (s *shard) remove(c *client) {
	last := s.clients[len(s.clients)-1]
	s.clients[c.index] = last
	last.index = c.index
	s.clients[len(s.clients)-1] = nil
	s.clients = s.clients[:len(s.clients)-1]
}

// resetAll tells everybody to reload; numbers start anew.
func (s *shard) resetAll() {
	for _, c := range s.clients {
		c.last = 0
		c.send([][]byte{resetFrame})
		s.hub.resets.Add(1)
	}
}

// dropAll closes everybody after messages were lost: they come back and are
// caught up.
func (s *shard) dropAll() {
	for _, c := range s.clients {
		if c.shut(StatusSlow, "the server fell behind") {
			s.hub.slow.Add(1)
		}
	}
}

// heartbeat pings who has not been for an interval and cuts off who has not
// answered.
func (s *shard) heartbeat(now time.Time) {
	for _, c := range s.clients {
		since := now.Sub(c.pinged)
		waiting := c.waiting.Load()
		switch {
		case waiting && since >= s.hub.opts.PongTimeout:
			if c.cut() {
				s.hub.silent.Add(1)
			}
		case !waiting && since >= s.hub.opts.PingInterval:
			c.pinged = now
			c.waiting.Store(true)
			c.send([][]byte{pingFrame})
		}
	}
}
