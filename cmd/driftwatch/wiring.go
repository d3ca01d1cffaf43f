package main

import (
	"context"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/store"
)

// engineStore gives the engine the store it declares. It exists because the store must not know
// the engine: the two transaction types meet here, all else is the store's own.
type engineStore struct{ *store.DB }

var _ engine.Store = engineStore{}

// InTx is the store's, with the transaction as the engine declares it.
func (s engineStore) InTx(ctx context.Context, by drift.Actor, fn func(engine.Tx) error) error {
	return s.DB.InTx(ctx, by, func(tx *store.Tx) error { return fn(tx) })
}
