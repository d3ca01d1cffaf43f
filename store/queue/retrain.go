package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/driftwatch/driftwatch/drift"
)

// retrainsEvery is the pause between two looks at the retrains: a countdown, an approval or the
// watch's end is acted on within it.
const retrainsEvery = time.Second

// lockEvery is how often a worker looks whether its connection, and so its lock, is still there. One that
// does not answer within lockWithin counts as gone: its lock may be another server's by then.
const (
	lockEvery  = 2 * time.Second
	lockWithin = 10 * time.Second
)

// lockShare is the part of a server's connections that may hold locks of retrains. Whoever holds one
// needs another connection for the work itself: were all of them locks, nothing would ever go on.
const lockShare = 4

// retrainer works on retrains: each by one server at a time, under a lock that falls with the
// connection, so that what a killed server left is taken up by another at once.
type retrainer struct {
	q *Queue

	mu      sync.Mutex
	working map[int64]bool
	group   sync.WaitGroup
}

// run looks at the retrains until ctx ends, then waits for the work under way to stop.
func (w *retrainer) run(ctx context.Context) {
	tick := time.NewTicker(retrainsEvery)
	defer tick.Stop()
	defer w.group.Wait()
	for {
		w.q.do(ctx, "retrains", w.look)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look makes the moves that are due and takes up the retrains that nobody works on.
func (w *retrainer) look(ctx context.Context) error {
	_, late := w.q.o.Engine.FireRetrains(ctx)
	late = errors.Join(late, w.q.o.Engine.TellWatches(ctx))
	waiting, err := w.q.o.Engine.Waiting(ctx)
	if err != nil {
		return errors.Join(late, err)
	}
	for _, r := range waiting {
		if err := w.takeUp(ctx, r); err != nil {
			return errors.Join(late, err)
		}
	}
	return late
}

// takeUp begins to work on a retrain if its lock is free, and the server does not work on as many as it
// can already.
func (w *retrainer) takeUp(ctx context.Context, r *drift.Retrain) error {
	w.mu.Lock()
	busy := w.working[r.ID] || len(w.working) >= max(1, int(w.q.o.DB.Pool().Config().MaxConns)/lockShare)
	w.mu.Unlock()
	if busy {
		return nil
	}
	conn, err := w.q.o.DB.Pool().Acquire(ctx)
	if err != nil {
		return fmt.Errorf("connection for retrain: %w", err)
	}
	var free bool
	err = conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(hashtextextended($1, 0))`, retrainLock(r.ID)).Scan(&free)
	if err != nil {
		drop(conn)
		return fmt.Errorf("hold retrain: %w", err)
	}
	if !free { // the connection holds nothing, and is asked again in a second
		conn.Release()
		return nil
	}
	w.mu.Lock()
	w.working[r.ID] = true
	w.mu.Unlock()
	w.group.Add(1)
	go w.work(ctx, conn, r.ID)
	return nil
}

// work carries the retrain as far as it goes while the lock's connection lives.
func (w *retrainer) work(ctx context.Context, conn *pgxpool.Conn, id int64) {
	defer w.group.Done()
	ctx, stop := context.WithCancel(ctx)
	guarded := make(chan struct{})
	defer func() {
		stop()
		<-guarded
		letGo(conn, id)
		w.mu.Lock()
		delete(w.working, id)
		w.mu.Unlock()
	}()
	go func() {
		defer close(guarded)
		guard(ctx, conn, stop)
	}()
	if err := w.q.o.Engine.Work(ctx, id, w.q.o.Server); err != nil && ctx.Err() == nil {
		w.q.o.Log.Error("retrain failed", "retrain", id, "error", err)
	}
}

// letGo gives the lock back and then the connection, which is closed where that cannot be said: work that
// may not begin yet is taken up and let go every second.
func letGo(conn *pgxpool.Conn, id int64) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var held bool
	err := conn.QueryRow(ctx, `SELECT pg_advisory_unlock(hashtextextended($1, 0))`, retrainLock(id)).Scan(&held)
	if err != nil || !held {
		drop(conn)
		return
	}
	conn.Release()
}

// pinger is a connection, as far as guard looks at it.
type pinger interface {
	Ping(ctx context.Context) error
}

// guard stops the work when the lock is gone: another server may have taken it up.
func guard(ctx context.Context, conn pinger, stop context.CancelFunc) {
	tick := time.NewTicker(lockEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		asked, cancel := context.WithTimeout(ctx, lockWithin)
		err := conn.Ping(asked)
		cancel()
		if err != nil {
			stop()
			return
		}
	}
}

func retrainLock(id int64) string { return fmt.Sprintf("driftwatch: retrain %d", id) }
