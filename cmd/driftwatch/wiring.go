package main

import (
	"context"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/store"
)

// engineStore gives the engine the store it declares. It exists because the store must not know
// the engine: the two transaction types meet here.
type engineStore struct{ db *store.DB }

var _ engine.Store = engineStore{}

func (s engineStore) InTx(ctx context.Context, by drift.Actor, fn func(engine.Tx) error) error {
	return s.db.InTx(ctx, by, func(tx *store.Tx) error { return fn(tx) })
}

func (s engineStore) RebuildMarkedDays(ctx context.Context, from, to drift.Date, progress func(done, total int)) (int, error) {
	return s.db.RebuildMarkedDays(ctx, from, to, progress)
}

func (s engineStore) RebuildMeasuredDays(ctx context.Context, before drift.Date) (int, error) {
	return s.db.RebuildMeasuredDays(ctx, before)
}

func (s engineStore) DrainInbox(ctx context.Context, now time.Time) (matched, waiting int, err error) {
	return s.db.DrainInbox(ctx, now)
}
