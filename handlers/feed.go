package handlers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/web/live"
)

// FeedStore reads events under an actor's rights.
type FeedStore interface {
	EventsAfter(ctx context.Context, by drift.Actor, seq int64, limit int) ([]drift.Event, error)
	EventBounds(ctx context.Context, by drift.Actor) (oldest, newest int64, err error)
	EventPage(ctx context.Context, by drift.Actor, seq int64, limit int) (list []drift.Event, oldest, newest int64, err error)
}

// Hub hands messages to sockets.
type Hub interface {
	Publish(m live.Message) error
	Newest() int64
	Reset(newest int64)
	CloseKey(key string) int
	Sockets
}

// Fragmenter renders the pieces of pages that an event changes, by their id in the document, for a
// class of reader.
type Fragmenter interface {
	Fragments(ctx context.Context, e drift.Event, class uint8) (map[string]string, error)
}

// Ringer forgets what it remembers of rights.
type Ringer interface {
	Ring(key string)
}

// FeedOptions say what a feed works with. Store, Hub and Auth are required.
type FeedOptions struct {
	Store     FeedStore
	Hub       Hub
	Auth      Ringer
	Fragments Fragmenter   // nil: messages carry no html
	Log       *slog.Logger // nil: silent
	// LookEvery is how often it looks for events without being rung; 0 is 3 s.
	LookEvery time.Duration
}

// Feed brings committed events to this server's sockets, each once and in order, and ends sockets
// whose rights ended. It goes on from where the hub was started (live.Options.Start).
//
// Its methods Event and RightsChanged are those of the store's bell; they return at once.
type Feed struct {
	store     FeedStore
	hub       Hub
	auth      Ringer
	fragments Fragmenter
	log       *slog.Logger
	lookEvery time.Duration

	rung    chan struct{} // holds one ring: there may be new events
	recheck chan struct{} // holds one ring: any right may have changed
	watched watchList
	serving *switchboard

	events, renderFailures, readFailures, resets atomic.Int64
}

// FeedStats are counters since the start.
type FeedStats struct {
	Events         int64 // handed to the hub
	RenderFailures int64 // sent without html
	ReadFailures   int64 // the table of events could not be read
	Resets         int64 // browsers were told to load anew
}

// eventBatch is how many events are read at once.
const eventBatch = 256

// NewFeed returns a feed; Run makes it flow.
func NewFeed(o FeedOptions) *Feed {
	f := &Feed{
		store: o.Store, hub: o.Hub, auth: o.Auth, fragments: o.Fragments, log: o.Log, lookEvery: o.LookEvery,
		rung: make(chan struct{}, 1), recheck: make(chan struct{}, 1), watched: newWatchList(), serving: newSwitchboard(),
	}
	if f.log == nil {
		f.log = slog.New(slog.DiscardHandler)
	}
	if f.lookEvery == 0 {
		f.lookEvery = 3 * time.Second
	}
	return f
}

// Event says that there may be events up to seq; 0 is "any may have been missed".
func (f *Feed) Event(seq int64) {
	if seq == 0 || seq > f.hub.Newest() {
		ring(f.rung)
	}
}

// RightsChanged says that the rights under a key ended or changed ("user:7", "session:<hex>",
// "token:3"): its sockets are closed. "" says that any may have: every socket's are asked for anew.
func (f *Feed) RightsChanged(key string) {
	f.auth.Ring(key)
	if key == "" {
		ring(f.recheck)
		return
	}
	f.watched.drop(key)
	f.hub.CloseKey(key)
}

// ring leaves a ring where there is none.
func ring(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Newest is the number of the newest event that this server's browsers were told of.
func (f *Feed) Newest() int64 { return f.hub.Newest() }

// Stats returns the counters.
func (f *Feed) Stats() FeedStats {
	return FeedStats{f.events.Load(), f.renderFailures.Load(), f.readFailures.Load(), f.resets.Load()}
}

// Run brings events until ctx ends or the hub is shut down. The table is also looked at without a
// ring, as a net below the bell.
func (f *Feed) Run(ctx context.Context) {
	var checking sync.WaitGroup
	defer checking.Wait()
	checking.Go(func() { f.checkRights(ctx) })
	look := time.NewTicker(f.lookEvery)
	defer look.Stop()
	for {
		if err := f.catchUp(ctx); errors.Is(err, live.ErrClosed) {
			return
		} else if err != nil && ctx.Err() == nil {
			f.readFailures.Add(1)
			f.log.Error("bring events to browsers", "error", err, "again_in", f.lookEvery)
		}
		select {
		case <-ctx.Done():
			return
		case <-f.rung:
		case <-look.C:
		}
	}
}

// catchUp publishes everything after the hub's newest message.
func (f *Feed) catchUp(ctx context.Context) error {
	for {
		known := f.hub.Newest()
		list, err := f.store.EventsAfter(ctx, drift.SystemActor(), known, eventBatch)
		if err != nil {
			return fmt.Errorf("read events after %d: %w", known, err)
		}
		if len(list) == 0 || list[0].Seq != known+1 {
			return f.realign(ctx, known)
		}
		for _, e := range list {
			if err := f.publish(ctx, e); err != nil {
				return err
			}
		}
		if len(list) < eventBatch {
			return nil
		}
	}
}

// realign looks whether the sequence still is the one that browsers know: after a database was
// restored it is behind them, after a long absence what comes next is no longer kept. They are told
// to load anew then.
func (f *Feed) realign(ctx context.Context, known int64) error {
	oldest, newest, err := f.store.EventBounds(ctx, drift.SystemActor())
	if err != nil {
		return fmt.Errorf("event bounds: %w", err)
	}
	if newest >= known && oldest <= known+1 {
		if newest > known { // written since the list was read
			ring(f.rung)
		}
		return nil
	}
	f.log.Warn("the events are not those that browsers know; they load anew", "known", known, "oldest", oldest, "newest", newest)
	f.resets.Add(1)
	f.hub.Reset(newest)
	f.serving.ring()
	return nil
}

func (f *Feed) publish(ctx context.Context, e drift.Event) error {
	if e.Type == drift.EventModelActivated || e.Type == drift.EventModelRolledBack {
		f.serving.ring() // before anything that may fail: what is late then is only the socket
	}
	m, err := f.message(ctx, e, classes...)
	if err != nil {
		return err
	}
	if err := f.hub.Publish(m); err != nil {
		return fmt.Errorf("publish event %d: %w", e.Seq, err)
	}
	f.events.Add(1)
	return nil
}
