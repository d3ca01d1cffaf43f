package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/demo"
	"github.com/driftwatch/driftwatch/drift/demo/play"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/store"
)

// replayDemo lets the engine go through the invented days on a stepped clock, retraining included.
// What the demo's people switched on and approved is done by them, at its time.
func (h *house) replayDemo(ctx context.Context, story, today drift.Date) error {
	now := h.clock().UTC()
	by := demoActor()
	switches := demo.Switches(story)
	boss := manager{by: "demo-manager", reason: "The drift is real and the data is there.", approves: func(r *drift.Retrain, at time.Time) bool {
		when := demo.ApprovedAt(r.ModelType, now)
		return !when.IsZero() && !at.Before(when)
	}}
	people := func(ctx context.Context, e *engine.Engine, at time.Time) error {
		for len(switches) > 0 && !at.Before(switches[0].At) {
			s := switches[0]
			_, err := e.SetSetting(ctx, by, engine.SettingChange{Tenant: s.Tenant, Name: s.Name, Value: &s.Value, Reason: "The demo shows retraining."})
			if err != nil {
				return err
			}
			switches = switches[1:]
		}
		return boss.act(ctx, e, at)
	}
	from := story.Add(-demo.Days + 1)
	title, total := fmt.Sprintf("Replay %s to %s", from, today), int64(today-from)+1
	return h.watched(ctx, title, total, func(watch func(engine.BackfillProgress)) (int, error) {
		res, err := h.engine.Replay(ctx, engine.ReplayOptions{From: from, To: today, People: people, Progress: watch})
		return res.Days, err
	})
}

// The pace of the demo's producer: a prediction of each model every few seconds, its outcome later.
const (
	produceEvery = 2 * time.Second
	outcomeAfter = 30 // turns
)

// produce keeps writing predictions and, a minute later, their outcomes, until ctx ends.
func (h *house) produce(ctx context.Context) {
	tick := time.NewTicker(produceEvery)
	defer tick.Stop()
	var waiting [][]byte
	var serving play.Serving
	by := demoActor()
	if err := h.produceMissed(ctx); err != nil && ctx.Err() == nil {
		h.log.Warn("the demo's producer could not write what it missed", "error", err)
	}
	for n := uint64(0); ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := h.clock()
		g := demo.New(demo.Seed, drift.DateOf(now))
		var predictions, outcomes bytes.Buffer
		err := serving.Follow(ctx, versions{h})
		for _, m := range demo.Models {
			l := g.Live(m, now, n)
			predictions.Write(serving.Prediction(m, l))
			outcomes.Write(l.Outcome)
		}
		if err == nil {
			waiting = append(waiting, outcomes.Bytes())
			err = h.takePredictions(ctx, by, predictions.Bytes())
		}
		if err == nil && len(waiting) > outcomeAfter {
			err = h.takeOutcomes(ctx, by, waiting[0])
			waiting = waiting[1:]
		}
		if err != nil && ctx.Err() == nil {
			h.log.Warn("the demo's producer could not write; it tries again", "error", err)
		}
	}
}

// missedEvery is how far apart the rows are that a producer writes for the time before it was started.
const missedEvery = 5 * time.Minute

// produceMissed writes what the versions in service would have predicted today since their activation,
// with the outcomes, so that a watch has something to go by from the start. The rows of a moment are
// always the same: a second start writes none anew.
func (h *house) produceMissed(ctx context.Context) error {
	var serving play.Serving
	if err := serving.Follow(ctx, versions{h}); err != nil {
		return err
	}
	now := h.clock().UTC()
	today := drift.DateOf(now)
	since, err := h.activations(ctx)
	if err != nil {
		return err
	}
	g := demo.New(demo.Seed, today)
	var predictions, outcomes bytes.Buffer
	for _, m := range demo.Models {
		from, ok := since[[2]string{m.Tenant, m.ModelType}]
		if !ok {
			continue
		}
		for at := today.Time(); at.Before(now); at = at.Add(missedEvery) {
			if at.After(from) {
				l := g.Live(m, at, 0)
				predictions.Write(serving.Prediction(m, l))
				outcomes.Write(l.Outcome)
			}
		}
	}
	if predictions.Len() == 0 {
		return nil
	}
	if err := h.takePredictions(ctx, demoActor(), predictions.Bytes()); err != nil {
		return err
	}
	return h.takeOutcomes(ctx, demoActor(), outcomes.Bytes())
}

// activations says since when each version that was trained here is in service, by tenant and model type.
func (h *house) activations(ctx context.Context) (map[[2]string]time.Time, error) {
	list, err := versions{h}.ActiveVersions(ctx)
	if err != nil {
		return nil, err
	}
	since := map[[2]string]time.Time{}
	err = h.store.View(ctx, drift.SystemActor(), func(tx *store.Tx) error {
		for _, v := range list {
			serving, err := tx.Serving(ctx, v.Model)
			if err != nil {
				return err
			}
			since[[2]string{v.Tenant, v.ModelType}] = serving.ActivatedAt
		}
		return nil
	})
	return since, err
}

// versions answers the producer what GET /active and the artefact's address answer a program.
type versions struct{ *house }

// ActiveVersions implements play.Versions.
func (v versions) ActiveVersions(ctx context.Context) (list []drift.VersionKey, err error) {
	err = v.store.View(ctx, drift.SystemActor(), func(tx *store.Tx) error {
		tenants, err := tx.Tenants(ctx)
		if err != nil {
			return err
		}
		ids := make([]int64, len(tenants))
		for i, t := range tenants {
			ids[i] = t.ID
		}
		list, err = tx.ActiveVersions(ctx, ids)
		return err
	})
	return list, err
}

// Artifact implements play.Versions.
func (v versions) Artifact(ctx context.Context, key drift.VersionKey) (artifact []byte, err error) {
	err = v.store.View(ctx, drift.SystemActor(), func(tx *store.Tx) error {
		artifact, _, err = tx.Artifact(ctx, key)
		return err
	})
	return artifact, err
}
