package store

import (
	"context"

	"github.com/driftwatch/driftwatch/drift"
)

// RetrainPage lists retrains, newest first.
func (db *DB) RetrainPage(ctx context.Context, by drift.Actor, f drift.RetrainFilter) (drift.Page[drift.Retrain], error) {
	return view(ctx, db, by, func(tx *Tx) (drift.Page[drift.Retrain], error) { return tx.Retrains(ctx, f) })
}

// RetrainStory returns a retrain with every move of it, oldest first, in one state of the database;
// CodeNotFound where it is not there for this actor.
func (db *DB) RetrainStory(ctx context.Context, by drift.Actor, id int64) (r *drift.Retrain, moves []drift.RetrainEntry, err error) {
	err = db.View(ctx, by, func(tx *Tx) error {
		if r, err = tx.Retrain(ctx, id); err != nil {
			return err
		}
		moves, err = tx.RetrainTimeline(ctx, r)
		return err
	})
	return r, moves, err
}

// HaltNow returns the emergency stop, nil while it is off.
func (db *DB) HaltNow(ctx context.Context, by drift.Actor) (*drift.Halt, error) {
	return view(ctx, db, by, func(tx *Tx) (*drift.Halt, error) { return tx.Halt(ctx) })
}

// ArtifactOf returns a version's artefact with its digest in hex; CodeNotFound where none is kept for
// this actor.
func (db *DB) ArtifactOf(ctx context.Context, by drift.Actor, v drift.VersionKey) (data []byte, digest string, err error) {
	err = db.View(ctx, by, func(tx *Tx) error {
		data, digest, err = tx.Artifact(ctx, v)
		return err
	})
	return data, digest, err
}
