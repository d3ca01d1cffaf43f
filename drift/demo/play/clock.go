package play

import (
	"sync"
	"time"
)

// Clock is a clock that is set by hand until it is let go. Its methods may be called at the same time.
type Clock struct {
	real func() time.Time

	mu sync.Mutex
	at time.Time // zero: it runs by itself
}

// NewClock returns a clock that shows what real shows until it is set.
func NewClock(real func() time.Time) *Clock { return &Clock{real: real} }

// Now is what the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.at.IsZero() {
		return c.real()
	}
	return c.at
}

// Set makes the clock stand at t.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = t
}

// Release lets the clock show the real time again.
func (c *Clock) Release() { c.Set(time.Time{}) }

// stands reports whether the clock is set by hand.
func (c *Clock) stands() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.at.IsZero()
}
