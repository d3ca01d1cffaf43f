package auth

import (
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

func TestCacheAsksOncePerSecond(t *testing.T) {
	r := newRig(t, nil)
	cookie := r.in(t)
	questions := func(n int) int {
		before := r.store.asked
		for range n {
			r.get("Cookie", cookie)
		}
		return r.store.asked - before
	}
	if n := questions(5); n != 5 {
		t.Errorf("without the bell, 5 requests asked %d times", n)
	}
	r.Listening(true)
	if n := questions(5); n != 1 {
		t.Errorf("5 requests asked %d times", n)
	}
	r.clock = r.clock.Add(rememberFor)
	if n := questions(5); n != 1 {
		t.Errorf("a second later, 5 requests asked %d times", n)
	}
	r.Ring("user:99")
	if n := questions(1); n != 0 {
		t.Error("somebody else's ring forgets rita")
	}
	r.Ring(drift.UserKey(1))
	if n := questions(1); n != 1 {
		t.Error("rita's ring does not forget her")
	}
	r.Listening(false)
	if n := questions(2); n != 2 {
		t.Error("the bell is gone and something is remembered")
	}
}

// An answer that was asked for before a ring may be older than what was rung.
func TestCacheDropsAnswersOvertakenByARing(t *testing.T) {
	c := newCache()
	c.enable(true)
	now := time.Now()
	asked := c.asking()
	c.forget("user:1")
	c.put([]byte("h"), Identity{Keys: []string{"user:1"}}, now, asked)
	if _, ok := c.get([]byte("h"), now); ok {
		t.Error("an overtaken answer is remembered")
	}
	c.put([]byte("h"), Identity{ExpiresAt: now.Add(time.Millisecond)}, now, c.asking())
	if _, ok := c.get([]byte("h"), now.Add(time.Millisecond)); ok {
		t.Error("an expired session is remembered")
	}
}

func TestCacheIsBounded(t *testing.T) {
	c := newCache()
	c.enable(true)
	for i := range 3 * rememberMost {
		c.put([]byte{byte(i), byte(i >> 8), byte(i >> 16)}, Identity{}, time.Now(), c.asking())
	}
	if len(c.entries) > rememberMost {
		t.Errorf("%d entries", len(c.entries))
	}
}
