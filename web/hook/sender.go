package hook

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// Store keeps the queue.
type Store interface {
	// RelayEvents makes deliveries of events and reports whether there may be more.
	RelayEvents(ctx context.Context) (more bool, err error)
	// ClaimDelivery takes on what is due, nil where nothing is.
	ClaimDelivery(ctx context.Context, now time.Time, lease time.Duration) (*drift.DeliveryTask, error)
	// FinishDelivery writes what came of it; false where the lease was lost.
	FinishDelivery(ctx context.Context, t *drift.DeliveryTask, r drift.DeliveryResult) (bool, error)
}

// Options say what a sender works with. Store is required.
type Options struct {
	Store  Store
	Clock  func() time.Time                    // time.Now where nil
	Log    *slog.Logger                        // nothing is logged where nil
	Jitter func(d time.Duration) time.Duration // from nothing up to d; random where nil
}

// The pace of a sender. The lease is longer than an attempt takes with all that is around it.
const (
	leaseFor     = 30 * time.Second
	lookEvery    = 2 * time.Second
	finishWithin = 5 * time.Second
	workers      = 4 // webhooks that one server sends to at once
)

// Sender delivers webhooks. Its methods may be called at the same time, and any number of servers
// may run one on the same store.
type Sender struct {
	store  Store
	now    func() time.Time
	log    *slog.Logger
	jitter func(time.Duration) time.Duration
	client *http.Client
	events chan struct{} // there may be events to relay
	queued chan struct{} // there may be deliveries to send
}

// New makes a sender.
func New(o Options) *Sender {
	s := &Sender{
		store: o.Store, now: o.Clock, log: o.Log, jitter: o.Jitter, client: newClient(),
		events: make(chan struct{}, 1), queued: make(chan struct{}, workers),
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.jitter == nil {
		s.jitter = func(d time.Duration) time.Duration { return rand.N(d) }
	}
	return s
}

// Wake says that there may be new events. It does not wait.
func (s *Sender) Wake() {
	select {
	case s.events <- struct{}{}:
	default:
	}
}

// Run relays and sends until ctx ends. A request under way is given up then: its lease ends by
// itself, and it is made again under the same key.
func (s *Sender) Run(ctx context.Context) {
	var group sync.WaitGroup
	group.Go(func() {
		s.loop(ctx, s.events, "make deliveries of events", func(ctx context.Context) error {
			if err := s.relay(ctx); err != nil {
				return err
			}
			for range workers {
				select {
				case s.queued <- struct{}{}:
				default:
				}
			}
			return nil
		})
	})
	for range workers {
		group.Go(func() { s.loop(ctx, s.queued, "deliver webhooks", s.send) })
	}
	group.Wait()
	s.client.CloseIdleConnections()
}

// loop does the work at every ring and every look.
func (s *Sender) loop(ctx context.Context, rung <-chan struct{}, what string, work func(context.Context) error) {
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		if err := work(ctx); err != nil && ctx.Err() == nil {
			s.log.Error(what, "error", err, "again_in", lookEvery)
		}
		select {
		case <-ctx.Done():
			return
		case <-rung:
		case <-look.C:
		}
	}
}

// Once relays every event there is and then sends, one after the other, all that is due.
func (s *Sender) Once(ctx context.Context) error {
	if err := s.relay(ctx); err != nil {
		return err
	}
	return s.send(ctx)
}

func (s *Sender) relay(ctx context.Context) error {
	for {
		more, err := s.store.RelayEvents(ctx)
		if err != nil || !more {
			return err
		}
	}
}

// send sends until nothing is due that no other worker is at.
func (s *Sender) send(ctx context.Context) error {
	for {
		t, err := s.store.ClaimDelivery(ctx, s.now(), leaseFor)
		if err != nil || t == nil {
			return err
		}
		r := s.attempt(ctx, t)
		if ctx.Err() != nil && r.State != drift.DeliveryDelivered {
			return ctx.Err()
		}
		kept, err := s.finish(ctx, t, r)
		if err != nil {
			return err
		}
		if !kept {
			s.log.Warn("a delivery took longer than its lease and is made again", "delivery", t.ID)
		} else if r.State == drift.DeliveryDead {
			s.log.Warn("a delivery is dead", "delivery", t.ID, "attempts", t.Attempt, "why", r.Error)
		}
	}
}

// finish writes what came of an attempt, also while the server stops: what has arrived is not sent
// again.
func (s *Sender) finish(ctx context.Context, t *drift.DeliveryTask, r drift.DeliveryResult) (bool, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishWithin)
	defer cancel()
	return s.store.FinishDelivery(ctx, t, r)
}
