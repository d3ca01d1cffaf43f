package handlers

import (
	"container/list"
	"context"
	"sync"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// The bounds of what is kept rendered.
const (
	boardsKept     = 128
	boardBytesKept = 32 << 20
)

// boardKey names what a rendered board depends on beside what has happened: the class of reader,
// their tenants, and what they asked for. Nothing of the person is in it.
type boardKey struct {
	class   uint8
	tenants string
	query   string
}

// rendered is a board as bytes, good while no newer event is there and until its ages are stale.
type rendered struct {
	watch drift.Watch
	until time.Time
	title string
	html  []byte
	tag   string // of the bytes
}

// boardCache keeps the boards looked at last.
type boardCache struct {
	mu    sync.Mutex
	slots map[boardKey]*list.Element
	order *list.List // of *boardSlot, the last used first
	bytes int
}

// boardSlot is one board; whoever holds its turn renders it, the others wait for the bytes.
type boardSlot struct {
	key  boardKey
	turn chan struct{}
	has  *rendered // guarded by the cache's mu
}

func newBoardCache() *boardCache {
	return &boardCache{slots: map[boardKey]*list.Element{}, order: list.New()}
}

// get returns the board for a key, rendering it at most once for however many ask at a time.
func (c *boardCache) get(ctx context.Context, key boardKey, newest int64, now time.Time, make func() (*rendered, error)) (*rendered, error) {
	slot, has := c.slot(key)
	if good(has, newest, now) {
		return has, nil
	}
	select {
	case slot.turn <- struct{}{}:
		defer func() { <-slot.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if _, has = c.slot(key); good(has, newest, now) {
		return has, nil
	}
	fresh, err := make()
	if err == nil {
		c.put(slot, fresh)
	}
	return fresh, err
}

func good(r *rendered, newest int64, now time.Time) bool {
	return r != nil && r.watch.Seq >= newest && now.Before(r.until)
}

func (c *boardCache) slot(key boardKey) (*boardSlot, *rendered) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.slots[key]; ok {
		c.order.MoveToFront(e)
		s := e.Value.(*boardSlot)
		return s, s.has
	}
	s := &boardSlot{key: key, turn: make(chan struct{}, 1)}
	c.slots[key] = c.order.PushFront(s)
	c.shrink()
	return s, nil
}

func (c *boardCache) put(s *boardSlot, r *rendered) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.slots[s.key]; !ok || e.Value != s {
		return // it was let go while it was rendered
	}
	if s.has != nil {
		c.bytes -= len(s.has.html)
	}
	s.has = r
	c.bytes += len(r.html)
	c.shrink()
}

// shrink lets go of what was used longest ago; the caller holds mu.
func (c *boardCache) shrink() {
	for c.order.Len() > boardsKept || (c.bytes > boardBytesKept && c.order.Len() > 1) {
		e := c.order.Back()
		s := e.Value.(*boardSlot)
		if s.has != nil {
			c.bytes -= len(s.has.html)
		}
		c.order.Remove(e)
		delete(c.slots, s.key)
	}
}
