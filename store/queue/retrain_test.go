package queue_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// backlog is the engine of several servers, as far as retrains go: what waits, who works on what at the
// moment, and what was done by whom.
type backlog struct {
	*recorder
	mu      sync.Mutex
	waiting []int64
	inside  map[int64]string
	done    map[int64][]string
	both    []int64 // on which two servers worked at once
	all     chan struct{}
	looks   int
	dbs     map[string]*store.DB // of each server, for what work reads and writes
	begin   chan struct{}        // closed at the second look
}

func newBacklog(n int) *backlog {
	b := &backlog{recorder: newRecorder(), inside: map[int64]string{}, done: map[int64][]string{}, all: make(chan struct{}), begin: make(chan struct{})}
	for i := range n {
		b.waiting = append(b.waiting, int64(i+1))
	}
	return b
}

// Waiting lists what was not done when it is asked. A server's first look waits for the other's, so that
// both find everything.
func (b *backlog) Waiting(ctx context.Context) (list []*drift.Retrain, err error) {
	b.mu.Lock()
	b.looks++
	b.mu.Unlock()
	select {
	case <-b.begin:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, id := range b.waiting {
		list = append(list, &drift.Retrain{ID: id})
	}
	return list, nil
}

// Work does what still waits, and finds nothing to do where somebody has done it, as the engine does.
func (b *backlog) Work(ctx context.Context, id int64, server string) error {
	b.mu.Lock()
	if b.inside[id] != "" {
		b.both = append(b.both, id)
	}
	b.inside[id] = server
	due := slices.Contains(b.waiting, id)
	b.mu.Unlock()
	<-time.After(20 * time.Millisecond) // a training takes its time
	if err := b.dbs[server].InTx(ctx, drift.SystemActor(), func(*store.Tx) error { return nil }); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.inside, id)
	if !due {
		return nil
	}
	b.waiting = slices.DeleteFunc(b.waiting, func(w int64) bool { return w == id })
	b.done[id] = append(b.done[id], server)
	if len(b.waiting) == 0 && len(b.done) > 0 && len(b.done[id]) == 1 {
		close(b.all)
	}
	return nil
}

// Two servers want the same retrains, more than either has connections: each is worked on by one
// of them at a time, and done once.
func TestTwoServersOneBacklog(t *testing.T) {
	const retrains, connections = 30, 24
	c := &clock{now: midnight}
	dsn, b := storetest.FreshDSN(t), newBacklog(retrains)
	one, _, stopOne := serveWith(t, connections, dsn, "one", c, b)
	two, _, stopTwo := serveWith(t, connections, dsn, "two", c, b)
	b.mu.Lock()
	b.dbs = map[string]*store.DB{"one": one, "two": two}
	b.mu.Unlock()
	close(b.begin)
	select {
	case <-b.all:
	case <-time.After(30 * time.Second):
		t.Error("not everything was done in half a minute")
	}
	stopOne()
	stopTwo()
	shares := map[string]int{}
	for id, by := range b.done {
		if len(by) != 1 {
			t.Errorf("retrain %d was done by %v", id, by)
		}
		shares[by[0]]++
	}
	if len(b.both) > 0 || len(b.done) != retrains {
		t.Errorf("%d done; two servers at once worked on %v", len(b.done), b.both)
	}
	t.Logf("done by %v", shares)
}

// Looking every second at what another server works on, and at what may not begin yet, costs no connection.
func TestLooksKeepTheirConnections(t *testing.T) {
	const looks = 20
	e, _, db, q := newStepped(t)
	e.waiting = []*drift.Retrain{{ID: 7}, {ID: 8}}
	other, err := db.Pool().Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Release()
	if _, err := other.Exec(t.Context(), `SELECT pg_advisory_lock(hashtextextended('driftwatch: retrain 7', 0))`); err != nil {
		t.Fatal(err)
	}
	if err := q.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := db.Pool().Stat().NewConnsCount()
	for range looks {
		if err := q.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := db.Pool().Stat().NewConnsCount() - before; n > looks/4 {
		t.Errorf("%d looks opened %d connections", looks, n)
	}
	if slices.Contains(e.worked, 7) || len(e.worked) < looks {
		t.Errorf("worked on %v", e.worked)
	}
	var held int
	if err := db.Pool().QueryRow(t.Context(), `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database =
		(SELECT oid FROM pg_database WHERE datname = current_database())`).Scan(&held); err != nil || held != 1 {
		t.Errorf("%d locks are held beside the other's, %v", held-1, err)
	}
}
