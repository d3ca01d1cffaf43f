package store

import (
	"context"
	"sync"
	"time"
)

// The feeds of a model.
const (
	feedPredictions = "predictions"
	feedOutcomes    = "outcomes"
)

// beatEvery is how often a feed's beat is written at most.
const beatEvery = 3 * time.Second

// feed names what comes in of one model.
type feed struct {
	tenant    int64
	modelType string
	kind      string
}

// arrival is what came in of a feed.
type arrival struct {
	n    int64
	at   int64     // the newest created_at or observed_at, microseconds since 1970
	last time.Time // when it came in
}

// count adds one row of the given time.
func (a *arrival) count(at int64) { a.n, a.at = a.n+1, max(a.at, at) }

// beats gathers what came in by feed, to be written every few seconds: feed_beat is for people who
// look whether something comes in, nothing is decided by it.
type beats struct {
	mu      sync.Mutex
	open    map[feed]arrival
	written map[feed]time.Time
}

func newBeats() *beats {
	return &beats{open: map[feed]arrival{}, written: map[feed]time.Time{}}
}

// add notes arrivals and takes out those that are due; all of them where now is zero.
func (b *beats) add(counts map[feed]arrival, now time.Time) map[feed]arrival {
	b.mu.Lock()
	defer b.mu.Unlock()
	for f, a := range counts {
		sum := b.open[f]
		b.open[f] = arrival{sum.n + a.n, max(sum.at, a.at), now}
	}
	if len(b.written) > maxMemo {
		clear(b.written)
	}
	due := map[feed]arrival{}
	for f, a := range b.open {
		if now.IsZero() || now.Sub(b.written[f]) >= beatEvery {
			due[f] = a
			delete(b.open, f)
			b.written[f] = now
		}
	}
	return due
}

// noteArrivals counts what has been committed. It is best effort: what cannot be written is lost.
func (db *DB) noteArrivals(counts map[feed]arrival, now time.Time) {
	db.writeBeats(db.beat.add(counts, now))
}

func (db *DB) writeBeats(due map[feed]arrival) {
	if len(due) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	for f, a := range due {
		_, err := db.pool.Exec(ctx, `
INSERT INTO feed_beat AS b (tenant_id, model_type, kind, last_received, last_at, received) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (tenant_id, model_type, kind) DO UPDATE SET last_received = greatest(b.last_received, excluded.last_received),
    last_at = greatest(b.last_at, excluded.last_at), received = b.received + excluded.received`,
			f.tenant, f.modelType, f.kind, a.last, microTime(a.at), a.n)
		if err != nil {
			db.log.Warn("write feed beat", "error", err)
			return
		}
	}
}
