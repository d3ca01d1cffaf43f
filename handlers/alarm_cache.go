package handlers

import (
	"sync"

	"github.com/driftwatch/driftwatch/drift"
)

// alarmCache remembers what interrupts, per set of tenants, until the next event: after a burst every
// open page asks at about the same time.
type alarmCache struct {
	mu     sync.Mutex
	newest int64
	kept   map[string]drift.Alarm
}

// alarmsKept bounds how many sets of tenants are remembered.
const alarmsKept = 256

func newAlarmCache() *alarmCache { return &alarmCache{kept: map[string]drift.Alarm{}} }

// get returns what is known as of the newest event, or reads it.
func (c *alarmCache) get(tenants string, newest int64, read func() (drift.Alarm, error)) (drift.Alarm, error) {
	c.mu.Lock()
	if newest > c.newest || len(c.kept) > alarmsKept {
		c.newest = newest
		clear(c.kept)
	}
	a, ok := c.kept[tenants]
	c.mu.Unlock()
	if ok {
		return a, nil
	}
	a, err := read()
	if err != nil {
		return a, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.newest == newest { // what was read contains that event at least
		c.kept[tenants] = a
	}
	return a, nil
}
