package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/demo"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain/logistic"
	"github.com/driftwatch/driftwatch/store"
)

// replayDemo lets the engine go through the invented days on a stepped clock, retraining included.
// What the demo's people switched on and approved is done by them, at its time.
func (h *house) replayDemo(ctx context.Context, story, today drift.Date) error {
	now := h.clock().UTC()
	by := shellActor()
	by.Name = "demo"
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
	var serving served
	by := shellActor()
	by.Name = "demo"
	for n := uint64(0); ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := h.clock()
		g := demo.New(demo.Seed, drift.DateOf(now))
		var predictions, outcomes bytes.Buffer
		err := serving.follow(ctx, h)
		for _, m := range demo.Models {
			l := g.Live(m, now, n)
			predictions.Write(serving.prediction(m, l))
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

// served are the models that Driftwatch has trained and put into service, by tenant and model type:
// the demo's producer follows them, as a program of your own would.
type served map[[2]string]servedModel

type servedModel struct {
	version string
	model   *logistic.Model
}

// follow reads what is active now.
func (s *served) follow(ctx context.Context, h *house) error {
	return h.store.View(ctx, drift.SystemActor(), func(tx *store.Tx) error {
		tenants, err := tx.Tenants(ctx)
		if err != nil {
			return err
		}
		ids := make([]int64, len(tenants))
		for i, t := range tenants {
			ids[i] = t.ID
		}
		active, err := tx.ActiveVersions(ctx, ids)
		if err != nil {
			return err
		}
		next := served{}
		for _, v := range active {
			key := [2]string{v.Tenant, v.ModelType}
			if was, ok := (*s)[key]; ok && was.version == v.Version {
				next[key] = was
				continue
			}
			artifact, _, err := tx.Artifact(ctx, v)
			if err != nil {
				return err
			}
			m, err := engine.LoadModel(v, artifact)
			if err != nil {
				return err
			}
			next[key] = servedModel{v.Version, m}
		}
		*s = next
		return nil
	})
}

// prediction is the row as the version in service makes it.
func (s served) prediction(m demo.Model, l demo.Live) []byte {
	active, ok := s[[2]string{m.Tenant, m.ModelType}]
	if !ok {
		return l.Prediction
	}
	score, predicted, err := active.model.ScoreJSON(l.Features)
	if err != nil {
		return l.Prediction
	}
	return l.By(active.version, score, predicted)
}
