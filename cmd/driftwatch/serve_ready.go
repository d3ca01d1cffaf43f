package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
)

// readiness says whether the server can serve: its database answers and, with --demo, the invented
// history is complete.
type readiness struct {
	install store.Installation
	loaded  chan struct{} // closed once the history is complete, or none was asked for
	once    sync.Once
}

func (r *readiness) set() { r.once.Do(func() { close(r.loaded) }) }

// wait waits for it, or for the end of ctx.
func (r *readiness) wait(ctx context.Context) {
	select {
	case <-r.loaded:
	case <-ctx.Done():
	}
}

// preparing implements handlers.Options.Preparing.
func (r *readiness) preparing() bool {
	select {
	case <-r.loaded:
		return false
	default:
		return r.install.Demo && !r.install.DemoReady
	}
}

// check implements handlers.APIOptions.Ready.
func (r *readiness) check(ctx context.Context, db *store.DB) error {
	select {
	case <-r.loaded:
	default:
		return &drift.Error{Code: drift.CodeUnavailable, Message: "The demo's history is being loaded."}
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	return db.Pool().Ping(ctx)
}

// welcome loads the demo where it was asked for, then prints the address and how to sign in, and
// keeps the demo moving.
func (s *server) welcome(ctx context.Context, p *parts) error {
	if !s.install.Demo {
		p.ready.set()
		s.say("Driftwatch is ready: %s", s.address())
		if w := s.warning(); w != "" {
			s.say("%s", w)
		}
		return s.offerSetup(ctx, p)
	}
	passwords, err := s.house.demoPeople(ctx, p.auth.Hasher(), s.loopback())
	if err != nil {
		return fmt.Errorf("demo accounts: %w", err)
	}
	if !s.install.DemoReady {
		s.say("Inventing the demo's history at %s.", s.address())
		if err := s.loadHistory(ctx, p); err != nil {
			return endless(ctx, err)
		}
	}
	p.ready.set()
	s.say("\nDriftwatch is ready: %s", s.address())
	if p.lapse != nil {
		s.sayLapse(p)
	}
	s.say("Its data is invented. Sign in as one of these:")
	for _, a := range demoAccounts {
		s.say("  %-9s password %s", a.name, passwords[a.name])
	}
	s.say("Ctrl-C stops it.")
	if p.lapse != nil {
		s.followLapse(ctx, p)
		return nil
	}
	s.house.produce(ctx)
	return nil
}

func (s *server) loadHistory(ctx context.Context, p *parts) error {
	if p.lapse != nil {
		return s.loadLapse(ctx, p)
	}
	return s.house.loadDemo(ctx, s.install, s.say)
}

// offerSetup prints the one-time link that makes the first administrator, while there is none.
func (s *server) offerSetup(ctx context.Context, p *parts) error {
	has, err := s.house.store.HasAdmin(ctx)
	if err != nil || has {
		return err
	}
	key, err := p.auth.OfferSetup(ctx)
	if drift.CodeOf(err) == drift.CodeConflict { // another server was set up in this moment
		return nil
	}
	if err != nil {
		return fmt.Errorf("first administrator: %w", err)
	}
	s.say("Nobody can sign in yet. Make the first administrator, once, at\n  %s/setup?key=%s", s.address(), key)
	return nil
}
