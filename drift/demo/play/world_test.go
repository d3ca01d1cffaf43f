package play_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/demo"
	"github.com/driftwatch/driftwatch/drift/demo/play"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/ingest"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/drift/retrain/logistic"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/queue"
	"github.com/driftwatch/driftwatch/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// from is the first day of every time-lapse here.
var from = drift.DateOf(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))

// wired gives the engine the store it declares, as cmd does.
type wired struct{ *store.DB }

func (w wired) InTx(ctx context.Context, by drift.Actor, fn func(engine.Tx) error) error {
	return w.DB.InTx(ctx, by, func(tx *store.Tx) error { return fn(tx) })
}

// builtIn runs the built-in trainer in this process.
type builtIn struct{}

func (builtIn) Train(ctx context.Context, job retrain.Job) error {
	return logistic.Run(ctx, job.Dir, io.Discard)
}

// world is a time-lapse on a database of its own, as fast as can be.
type world struct {
	t      *testing.T
	db     *store.DB
	clock  *play.Clock
	wall   time.Time // what the time-lapse is stepped up to
	engine *engine.Engine
	queue  *queue.Queue
	lapse  *play.Lapse
	told   []time.Time
	fail   func(lines []byte) error // of a write, where set
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, wall: from.Time()}
	w.clock = play.NewClock(func() time.Time { return w.wall })
	w.clock.Set(from.Time())
	w.db = storetest.Fresh(t, store.Options{Now: w.clock.Now, Wall: time.Now})
	if _, err := w.db.BeginLapse(t.Context(), from.Time()); err != nil {
		t.Fatal(err)
	}
	w.engine = engine.New(engine.Options{
		Store: wired{w.db}, Clock: w.clock.Now, WorkDir: t.TempDir(),
		Trainers: func(string, drift.Settings) (string, retrain.Trainer, error) { return "logistic", builtIn{}, nil },
	})
	w.open()
	if err := w.lapse.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w
}

// open starts a time-lapse, as a server that starts again does, from what the database remembers.
func (w *world) open() {
	w.t.Helper()
	install, _, err := w.db.Installation(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	w.queue, err = queue.New(queue.Options{DB: w.db, Engine: w.engine, Server: "test", Clock: w.clock.Now, FirstStart: install.FirstStart})
	if err != nil {
		w.t.Fatal(err)
	}
	w.lapse = play.New(play.Options{
		House: w, Queue: w.queue, Engine: w.engine, Clock: w.clock, Wall: func() time.Time { return w.wall },
		From: drift.DateOf(install.LapseFrom), Reached: install.LapseReached, Step: 12 * time.Hour, Seed: demo.LapseSeed,
	})
}

// play steps up to so many days after the beginning.
func (w *world) play(days float64) {
	w.t.Helper()
	w.wall = from.Time().Add(time.Duration(days * 24 * float64(time.Hour)))
	if err := w.lapse.Play(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) AddModel(ctx context.Context, m demo.Model) error {
	_, err := w.db.AddModelType(ctx, drift.SystemActor(), drift.ModelType{Name: m.ModelType, BehavesLike: m.BehavesLike})
	if err == nil {
		_, _, err = w.db.AddTenant(ctx, drift.SystemActor(), m.Tenant)
	}
	return err
}

func (w *world) Import(ctx context.Context, log io.Reader) error {
	r := ingest.NewPredictionReader(log, ingest.Options{Now: w.clock.Now})
	for {
		var b ingest.PredictionBatch
		end := r.Next(&b, 10_000)
		if end != nil && !errors.Is(end, io.EOF) {
			return end
		}
		res, err := w.db.IngestPredictions(ctx, drift.SystemActor(), &b, store.IngestOptions{})
		if err != nil {
			return err
		}
		if res.Rejected > 0 {
			w.t.Errorf("refused: %+v", res.Errors)
		}
		if end != nil {
			return nil
		}
	}
}

func (w *world) Predictions(ctx context.Context, lines []byte) error {
	if w.fail != nil {
		if err := w.fail(lines); err != nil {
			return err
		}
	}
	return w.Import(ctx, bytes.NewReader(lines))
}

func (w *world) Outcomes(ctx context.Context, lines []byte) error {
	var b ingest.OutcomeBatch
	r := ingest.NewOutcomeReader(bytes.NewReader(lines), ingest.Options{Now: w.clock.Now})
	if err := r.Next(&b, 10_000); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	res, err := w.db.IngestOutcomes(ctx, drift.SystemActor(), &b, store.IngestOptions{})
	if res.Rejected > 0 {
		w.t.Errorf("refused: %+v", res.Errors)
	}
	return err
}

func (w *world) ActiveVersions(ctx context.Context) (list []drift.VersionKey, err error) {
	err = w.db.View(ctx, drift.SystemActor(), func(tx *store.Tx) error {
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

func (w *world) Artifact(ctx context.Context, v drift.VersionKey) (data []byte, err error) {
	err = w.db.View(ctx, drift.SystemActor(), func(tx *store.Tx) error {
		data, _, err = tx.Artifact(ctx, v)
		return err
	})
	return data, err
}

func (w *world) OpenAlerts(ctx context.Context) ([]drift.Alert, error) {
	p, err := w.db.Alerts(ctx, drift.SystemActor(), drift.AlertFilter{Open: true})
	return p.Items, err
}

func (w *world) Paused(ctx context.Context, m drift.Model) (p *drift.Pause, err error) {
	err = w.db.View(ctx, drift.SystemActor(), func(tx *store.Tx) error {
		p, err = tx.Paused(ctx, m)
		return err
	})
	return p, err
}

func (w *world) Reached(ctx context.Context, now time.Time, tell bool) error {
	if tell {
		w.told = append(w.told, now)
	}
	return w.db.LapseReached(ctx, now, tell)
}
