package auth

import (
	"slices"
	"sync"
	"time"
)

// The bounds of what is remembered between requests.
const (
	rememberFor  = time.Second
	rememberMost = 4096
)

// cache remembers identities for up to a second, while it is told of every change of rights.
type cache struct {
	mu      sync.Mutex
	on      bool
	rings   uint64 // counts forget and enable: an answer asked for before a ring is not kept after it
	entries map[string]entry
}

type entry struct {
	id    Identity
	until time.Time
}

func newCache() *cache { return &cache{entries: map[string]entry{}} }

func (c *cache) enable(yes bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.on = yes
	c.rings++
	clear(c.entries)
}

// forget drops what is remembered under a key of its rights, or everything for "".
func (c *cache) forget(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rings++
	if key == "" {
		clear(c.entries)
		return
	}
	for k, e := range c.entries {
		if slices.Contains(e.id.Keys, key) {
			delete(c.entries, k)
		}
	}
}

// asking returns what put wants to know: how often it had rung when the question was asked.
func (c *cache) asking() uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.rings
}

func (c *cache) get(hash []byte, now time.Time) (Identity, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[string(hash)]
	if !ok || !now.Before(e.until) {
		return Identity{}, false
	}
	return e.id, true
}

func (c *cache) put(hash []byte, id Identity, now time.Time, asked uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.on || c.rings != asked {
		return
	}
	if len(c.entries) >= rememberMost {
		clear(c.entries)
	}
	until := now.Add(rememberFor)
	if !id.ExpiresAt.IsZero() && id.ExpiresAt.Before(until) {
		until = id.ExpiresAt
	}
	c.entries[string(hash)] = entry{id, until}
}
