package engine_test

import (
	"context"
	"errors"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
)

// slowStore holds every transaction until it is let go.
type slowStore struct {
	engine.Work
	begun, hold chan struct{}
}

var errSlow = errors.New("let go")

func (s slowStore) InTx(context.Context, drift.Actor, func(engine.Tx) error) error {
	s.begun <- struct{}{}
	<-s.hold
	return errSlow
}

// Long computations take turns: who waits for one takes no connection, and may give up.
func TestLongComputationsTakeTurns(t *testing.T) {
	s := slowStore{begun: make(chan struct{}), hold: make(chan struct{})}
	e := engine.New(engine.Options{Store: s})
	done := make(chan error)
	ask := func(ctx context.Context) {
		_, err := e.Compare(ctx, drift.SystemActor(), engine.Comparison{})
		done <- err
	}
	go ask(t.Context())
	go ask(t.Context())
	<-s.begun
	<-s.begun
	ctx, giveUp := context.WithCancel(t.Context())
	go ask(ctx)
	giveUp()
	if err := <-done; !errors.Is(err, context.Canceled) { // had it begun, it would hang in its transaction
		t.Errorf("the third: %v", err)
	}
	close(s.hold)
	for range 2 {
		if err := <-done; !errors.Is(err, errSlow) {
			t.Errorf("%v", err)
		}
	}
	go func() { <-s.begun }()
	q := engine.WhatIf{Days: 1, Changes: map[string]string{"GUARD_MIN_D": "0.1"}}
	if _, err := e.WhatIf(t.Context(), drift.SystemActor(), q); !errors.Is(err, errSlow) {
		t.Errorf("a place is not given back: %v", err)
	}
}
