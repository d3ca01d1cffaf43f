package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/drift/retrain/logistic"
	"github.com/driftwatch/driftwatch/store"
)

// approved is a small world with a retrain that a manager has approved.
func approved(t *testing.T) (*world, drift.Retrain) {
	w := newLoop(t)
	w.history("1", 10, 0)
	r := w.request(operator)
	w.must(w.decide(r, manager, retrain.MoveApprove))
	return w, w.only(drift.RetrainQueued)
}

func TestTrainersThatMisbehave(t *testing.T) {
	predictions := func(w *world, change func(ids []string) string) trainerFunc {
		return func(ctx context.Context, job retrain.Job) error {
			if err := w.trainer(20)(ctx, job); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(job.Dir, retrain.FilePredictions), []byte(change(holdoutIDs(job.Dir))), 0o600)
		}
	}
	line := func(id, score string) string {
		return fmt.Sprintf(`{"prediction_id":%q,"score":%s,"predicted":true}`+"\n", id, score)
	}
	all := func(ids []string) (text string) {
		for _, id := range ids {
			text += line(id, "0.5")
		}
		return text
	}
	artifact := func(w *world, change func(path string) error) trainerFunc {
		return func(ctx context.Context, job retrain.Job) error {
			if err := w.trainer(20)(ctx, job); err != nil {
				return err
			}
			return change(filepath.Join(job.Dir, retrain.FileArtifact))
		}
	}
	for _, c := range []struct {
		name  string
		train func(w *world) trainerFunc
		state drift.RetrainState
		says  string
	}{
		{"fails with a sentence", func(*world) trainerFunc {
			return func(context.Context, retrain.Job) error { return drift.Invalid("trainer", "It has no memory left.") }
		}, drift.RetrainFailed, "It has no memory left."},
		{"fails with an error", func(*world) trainerFunc {
			return func(context.Context, retrain.Job) error { return errors.New("exit status 1") }
		}, drift.RetrainFailed, "The trainer failed"},
		{"leaves nothing", func(*world) trainerFunc {
			return func(context.Context, retrain.Job) error { return nil }
		}, drift.RetrainFailed, "left no predictions.ndjson"},
		{"NaN", func(w *world) trainerFunc {
			return predictions(w, func(ids []string) string { return line(ids[0], "NaN") + all(ids[1:]) })
		}, drift.RetrainFailed, "Line 1"},
		{"too few", func(w *world) trainerFunc {
			return predictions(w, func(ids []string) string { return all(ids[1:]) })
		}, drift.RetrainFailed, "has 99 rows"},
		{"doubled", func(w *world) trainerFunc {
			return predictions(w, func(ids []string) string { return line(ids[1], "0.5") + all(ids[1:]) })
		}, drift.RetrainFailed, "a second time"},
		{"extra", func(w *world) trainerFunc {
			return predictions(w, func(ids []string) string { return all(ids) + line("x", "0.5") })
		}, drift.RetrainFailed, "more than"},
		{"unknown", func(w *world) trainerFunc {
			return predictions(w, func(ids []string) string { return line("x", "0.5") + all(ids[1:]) })
		}, drift.RetrainRefused, "do not fit the hold-out"},
		{"no artefact", func(w *world) trainerFunc { return artifact(w, os.Remove) }, drift.RetrainFailed, "left no artifact"},
		{"empty artefact", func(w *world) trainerFunc {
			return artifact(w, func(path string) error { return os.Truncate(path, 0) })
		}, drift.RetrainFailed, "empty artefact"},
		{"huge artefact", func(w *world) trainerFunc {
			return artifact(w, func(path string) error { return os.Truncate(path, retrain.LimitArtifact+1) })
		}, drift.RetrainFailed, "artifact is larger than 64 MiB"},
		{"linked artefact", func(w *world) trainerFunc {
			return artifact(w, func(path string) error {
				return errors.Join(os.Remove(path), os.Symlink(filepath.Join(filepath.Dir(path), retrain.FileTrain), path))
			})
		}, drift.RetrainFailed, "artifact is not an ordinary file"},
		{"linked metrics", func(w *world) trainerFunc {
			return func(ctx context.Context, job retrain.Job) error {
				path := filepath.Join(job.Dir, retrain.FileMetrics)
				return errors.Join(w.trainer(20)(ctx, job), os.Remove(path), os.Symlink("/dev/zero", path))
			}
		}, drift.RetrainFailed, "metrics.json is not an ordinary file"},
		{"metrics of infinity", func(w *world) trainerFunc {
			return func(ctx context.Context, job retrain.Job) error {
				return errors.Join(w.trainer(20)(ctx, job), os.WriteFile(filepath.Join(job.Dir, retrain.FileMetrics), []byte(`{"accuracy":1e999}`), 0o600))
			}
		}, drift.RetrainFailed, "no finite number"},
		{"labels as scores", func(w *world) trainerFunc { return w.trainer(0) }, drift.RetrainRefused, "Suspicious"},
		{"worse", func(w *world) trainerFunc { return w.trainer(5) }, drift.RetrainRefused, "significantly worse"},
		{"below its thresholds", func(w *world) trainerFunc { return w.trainer(2) }, drift.RetrainRefused, "VALIDATION_FRAUD_MIN_PR_AUC"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, r := approved(t)
			w.train = c.train(w)
			w.work(r.ID, "a")
			r = w.only(c.state)
			if !strings.Contains(r.Note, c.says) || !strings.HasSuffix(r.Note, ".") {
				t.Errorf("it says %q, not %q", r.Note, c.says)
			}
			w.untouched()
			w.recorded()
		})
	}
}

func TestWithoutATrainerARetrainFails(t *testing.T) {
	w, r := approved(t)
	w.train = nil
	w.work(r.ID, "a")
	if r := w.only(drift.RetrainFailed); !strings.Contains(r.Note, "no trainer") {
		t.Errorf("it says %q", r.Note)
	}
	w.recorded()
}

// A server that stops leaves the retrain to the next, which begins anew, twice.
func TestServersThatGoAway(t *testing.T) {
	w, r := approved(t)
	good := w.train
	hang := func(server string, attempt int) {
		ctx, kill := context.WithCancel(t.Context())
		defer kill()
		w.train = func(ctx context.Context, _ retrain.Job) error {
			kill()
			<-ctx.Done()
			return ctx.Err()
		}
		if err := w.engine.Work(ctx, r.ID, server); !errors.Is(err, context.Canceled) {
			t.Fatalf("work of a stopping server: %v", err)
		}
		if now := w.only(drift.RetrainTraining); now.Attempt != attempt || now.Server != server {
			t.Fatalf("left %+v", now)
		}
	}
	hang("a", 1)
	w.work(r.ID, "b")
	w.only(drift.RetrainQueued)
	hang("b", 2)
	w.work(r.ID, "c")
	hang("c", 3)
	t.Run("a third time is the last", func(*testing.T) {
		w.train = good
		w.work(r.ID, "d")
		w.only(drift.RetrainFailed)
		w.untouched()
		w.recorded()
	})
}

// frozen breaks off every transaction that would reach the state: as if the server died before it.
type frozen struct {
	wired
	at drift.RetrainState
}

var errDied = errors.New("the server died")

type frozenTx struct {
	engine.Tx
	at drift.RetrainState
}

func (f frozen) InTx(ctx context.Context, by drift.Actor, fn func(engine.Tx) error) error {
	return f.wired.InTx(ctx, by, func(tx engine.Tx) error { return fn(frozenTx{tx, f.at}) })
}

func (f frozenTx) SaveRetrain(ctx context.Context, r *drift.Retrain, was int, e drift.RetrainEntry) (bool, error) {
	if e.To == f.at {
		return false, errDied
	}
	return f.Tx.SaveRetrain(ctx, r, was, e)
}

// dying is the world's engine on a server that dies before a retrain reaches the state.
func (w *world) dying(at drift.RetrainState) *engine.Engine {
	return engine.New(engine.Options{Store: frozen{wired{w.db}, at}, Clock: w.clock, Trainers: w.trainers, WorkDir: w.t.TempDir()})
}

func TestAServerThatDiesBetweenTwoStates(t *testing.T) {
	for _, c := range []struct {
		before, left drift.RetrainState
		attempt      int
	}{
		{drift.RetrainValidating, drift.RetrainTraining, 2},
		{drift.RetrainActivating, drift.RetrainValidating, 2},
		{drift.RetrainWatching, drift.RetrainActivating, 1},
	} {
		w, r := approved(t)
		if err := w.dying(c.before).Work(t.Context(), r.ID, "a"); !errors.Is(err, errDied) {
			t.Fatalf("work: %v", err)
		}
		w.only(c.left)
		if c.left != drift.RetrainActivating {
			w.untouched()
			w.work(r.ID, "b")
			w.only(drift.RetrainQueued)
		}
		w.work(r.ID, "b")
		w.work(r.ID, "a") // nothing is left to do
		if r := w.only(drift.RetrainWatching); r.Attempt != c.attempt || w.serving().Version != r.CandidateVersion {
			t.Errorf("%+v", r)
		}
		if w.events()[drift.EventModelActivated] != 1 || len(w.services()) != 2 {
			t.Errorf("events %v", w.events())
		}
		w.recorded()
	}
}

func TestTwoServersOnOneRetrainActivateOnce(t *testing.T) {
	w, r := approved(t)
	together(
		func() error { return w.engine.Work(t.Context(), r.ID, "a") },
		func() error { return w.engine.Work(t.Context(), r.ID, "b") },
	)
	for range 3 { // whoever came second may have found the first one's work and begun anew
		w.work(r.ID, "c")
	}
	w.only(drift.RetrainWatching)
	if w.events()[drift.EventModelActivated] != 1 || len(w.services()) != 2 {
		t.Errorf("events %v", w.events())
	}
	w.recorded()
}

func TestAtMostSoManyTrainAtOnce(t *testing.T) {
	w, r := approved(t)
	for _, m := range []string{"other", "third"} {
		w.addModel(m)
	}
	w.set("MAX_CONCURRENT_RETRAIN_JOBS", "1")
	var group sync.WaitGroup
	release, begun := make(chan struct{}), make(chan int64, 3)
	w.train = func(_ context.Context, job retrain.Job) error {
		begun <- job.RetrainID
		<-release
		return drift.Invalid("trainer", "It was only to take its time.")
	}
	ids := []int64{r.ID}
	for _, m := range []string{"other", "third"} {
		made, err := w.engine.RequestRetrain(t.Context(), operator, engine.RetrainRequest{Model: drift.Model{Tenant: "acme", ModelType: m}, Reason: "x"})
		w.must(err)
		w.must(w.decide(*made, manager, retrain.MoveApprove))
		ids = append(ids, made.ID)
	}
	idle := make(chan struct{}, 3)
	for _, id := range ids {
		group.Go(func() {
			if err := w.engine.Work(t.Context(), id, "a"); err != nil {
				t.Error(err)
			}
			idle <- struct{}{}
		})
	}
	<-begun
	<-idle
	<-idle
	waiting := func(want ...int64) {
		t.Helper()
		list, err := w.engine.Waiting(t.Context())
		var got []int64
		for _, r := range list {
			got = append(got, r.ID)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("a server may take up %v, %v; want %v", got, err, want)
		}
	}
	for _, r := range w.retrains() {
		if r.State == drift.RetrainTraining { // its server may have died; the others have no place
			waiting(r.ID)
		}
	}
	w.set("MAX_CONCURRENT_RETRAIN_JOBS", "2")
	waiting(ids...)
	if len(begun) != 0 {
		t.Error("two train at once")
	}
	close(release)
	group.Wait()
	_, err := w.engine.StopRetraining(t.Context(), manager, "enough")
	w.must(err)
	waiting()
	w.must(w.engine.ResumeRetraining(t.Context(), manager, "go on"))
	if list, err := w.engine.Waiting(t.Context()); err != nil || len(list) != 2 {
		t.Errorf("two still wait: %v, %v", list, err)
	}
	w.recorded()
}

// addModel registers a model type and logs as much of it as the first one has.
func (w *world) addModel(name string) {
	w.t.Helper()
	_, err := w.db.Pool().Exec(w.t.Context(), `INSERT INTO model_type (name, behaves_like, created_at) VALUES ($1, 'fraud_detector', now())`, name)
	w.must(err)
	for ago := 10; ago > 0; ago-- {
		d := calm("1")
		d.model = name
		w.log(today.Add(-ago), d)
	}
	_, err = w.db.RebuildMarkedDays(w.t.Context(), today.Add(-60), today.Add(1), nil)
	w.must(err)
}

// The built-in trainer learns from what the log holds.
func TestTheBuiltInTrainer(t *testing.T) {
	w := newLoop(t)
	var b bytes.Buffer
	for i := range 1200 { // y follows x, but for one in ten; version 1 guesses
		x, y := i*7919%1000, false
		if y = x >= 500; i%10 == 0 {
			y = !y
		}
		at := today.Add(-20).Time().Add(time.Duration(i) * 20 * time.Minute)
		fmt.Fprintf(&b, `{"prediction_id":"p%d","tenant":"acme","model_type":"fraud_detector","model_version":"1","created_at":%q,"score":%g,"predicted":%t,"actual":%t,"x":%d,"colour":%q}`+"\n",
			i, at.Format(time.RFC3339), float64(i*31%100)/100, i*31%100 >= 50, y, x, []string{"red", "blue"}[i%2])
	}
	w.ingest(&b)
	w.train = func(ctx context.Context, job retrain.Job) error { return logistic.Run(ctx, job.Dir, io.Discard) }
	r := w.request(operator)
	w.must(w.decide(r, manager, retrain.MoveApprove))
	w.work(r.ID, "a")
	r = w.only(drift.RetrainWatching)
	w.tx(func(tx *store.Tx) error {
		key := drift.VersionKey{Model: w.model(), Version: r.CandidateVersion}
		data, digest, err := tx.Artifact(t.Context(), key)
		if err == nil && (!bytes.Contains(data, []byte(`"`+r.CandidateVersion+`"`)) || len(digest) != 64) {
			t.Errorf("artefact of %d bytes does not name version %s", len(data), r.CandidateVersion)
		}
		set, e := tx.ValidationSet(t.Context(), key)
		if len(set.Scores) != r.RowsHoldout || len(set.Labels) != r.RowsHoldout {
			t.Errorf("validation set of %d rows, hold-out of %d", len(set.Scores), r.RowsHoldout)
		}
		return errors.Join(err, e)
	})
	w.recorded()
}
