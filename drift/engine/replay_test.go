package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/ingest"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/drift/retrain/logistic"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// builtIn runs the built-in trainer in this process.
type builtIn struct{}

func (builtIn) Train(ctx context.Context, job retrain.Job) error {
	return logistic.Run(ctx, job.Dir, io.Discard)
}

// newReplayed is a world whose models retrain by themselves.
func newReplayed(t *testing.T) *world {
	w := &world{t: t, now: today.Time().Add(12 * time.Hour)}
	w.db = storetest.Fresh(t, store.Options{Now: w.clock})
	w.engine = engine.New(engine.Options{
		Store: wired{w.db}, Clock: w.clock, WorkDir: t.TempDir(),
		Trainers: func(string, drift.Settings) (string, retrain.Trainer, error) { return "logistic", builtIn{}, nil },
	})
	for name, value := range map[string]string{
		"ENABLE_AUTO_RETRAIN": "true", "ENABLE_AUTO_RETRAIN_CONFLICT": "true", "AUTO_RETRAIN_ENABLED_TENANTS": `["*"]`,
		"REQUIRE_MANUAL_APPROVAL_CRITICAL_DRIFT": "false", "TRAINING_DATA_DAYS": "8",
	} {
		if _, err := w.engine.SetSetting(t.Context(), drift.SystemActor(), engine.SettingChange{Name: name, Value: &value, Reason: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// worldTurns logs so many days of a model whose law turns round so many days before today: the logged
// program goes by the old law, and the features tell the new one.
func (w *world) worldTurns(tenant string, days, turned int) {
	w.t.Helper()
	r := rand.New(rand.NewPCG(5, 7))
	var b bytes.Buffer
	for ago := days; ago >= 1; ago-- {
		for i := range 60 {
			x, y := r.NormFloat64(), r.NormFloat64()
			margin := 2*x + y
			score := 1 / (1 + math.Exp(-margin))
			if ago <= turned {
				margin = -2*x + y
			}
			at := today.Add(-ago).Time().Add(time.Duration(i) * 24 * time.Minute)
			fmt.Fprintf(&b, `{"prediction_id":"%s-%d-%d","tenant":%q,"model_type":"conflict_predictor","model_version":"own","created_at":%q,"score":%.6f,"predicted":%t,"actual":%t,"x":%.4f,"y":%.4f}`+"\n",
				tenant, ago, i, tenant, at.Format(time.RFC3339), score, score >= 0.5, r.Float64() < 1/(1+math.Exp(-2*margin)), x, y)
		}
	}
	reader := ingest.NewPredictionReader(&b, ingest.Options{Now: w.clock})
	for {
		var batch ingest.PredictionBatch
		end := reader.Next(&batch, 10_000)
		if end != nil && end != io.EOF {
			w.t.Fatal(end)
		}
		if res, err := w.db.IngestPredictions(w.t.Context(), drift.SystemActor(), &batch, store.IngestOptions{}); err != nil || res.Rejected > 0 {
			w.t.Fatalf("log: %v, %+v", err, res)
		}
		if end == io.EOF {
			return
		}
	}
}

// logged reads a tenant's rows as they are logged now.
func (w *world) logged(tenant string) (rows []drift.TrainingRow) {
	w.t.Helper()
	err := w.db.InTx(w.t.Context(), drift.SystemActor(), func(tx *store.Tx) error {
		list, err := tx.Query(w.t.Context(), `SELECT prediction_id, l.created_at, model_version, score, predicted, actual
			FROM ml_prediction_log l JOIN tenant t ON t.id = l.tenant_id WHERE t.name = $1 ORDER BY l.created_at, prediction_id`, tenant)
		if err != nil {
			return err
		}
		defer list.Close()
		for list.Next() {
			var r drift.TrainingRow
			if err := list.Scan(&r.ID, &r.CreatedAt, &r.Version, &r.Score, &r.Predicted, &r.Actual); err != nil {
				return err
			}
			rows = append(rows, r)
		}
		return list.Err()
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return rows
}

// A replay goes from drift through a retrain to recovery, keeps the originals, touches nobody else's
// rows, and comes to the same again.
func TestReplay(t *testing.T) {
	w := newReplayed(t)
	w.worldTurns("acme", 70, 14)
	w.worldTurns("other", 70, 14)
	before, others := w.logged("acme"), w.logged("other")
	o := engine.ReplayOptions{From: today.Add(-30), To: today.Add(-1), Tenant: "acme"}
	first, err := w.engine.Replay(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	kept := kept(t, first)
	if a := first.Accuracy; a.Rows != 30*60 || float64(a.With) < float64(a.Without)+0.05 {
		t.Errorf("accuracy %v with, %v without on %d rows: retraining did not help", a.With, a.Without, a.Rows)
	}
	after := w.logged("acme")
	rescored, right, was := 0, 0, 0
	for i, r := range after {
		old := before[i]
		if r.ID != old.ID || r.Actual != old.Actual {
			t.Fatalf("row %d is %s with %t, was %s with %t", i, r.ID, r.Actual, old.ID, old.Actual)
		}
		later := !r.CreatedAt.Before(*kept.Activated)
		switch {
		case !later && !reflect.DeepEqual(r, old):
			t.Fatalf("%s was made before the activation and changed: %+v", r.ID, r)
		case later && r.Version == "own":
			t.Fatalf("%s was made after the activation by %s", r.ID, r.Version)
		}
		if later {
			rescored++
			if r.Predicted == r.Actual {
				right++
			}
			if old.Predicted == old.Actual {
				was++
			}
		}
	}
	if rescored == 0 || right-was != first.Accuracy.CorrectWith-first.Accuracy.CorrectWithout {
		t.Errorf("%d rows scored anew, %d right instead of %d; the result says %+v", rescored, right, was, first.Accuracy)
	}
	if !reflect.DeepEqual(w.logged("other"), others) {
		t.Error("rows of another tenant changed")
	}

	second, err := w.engine.Replay(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if second.Accuracy != first.Accuracy || !reflect.DeepEqual(second.Refused, first.Refused) || len(second.Retrains) != len(first.Retrains) {
		t.Errorf("the second replay came to %+v, the first to %+v", second.Accuracy, first.Accuracy)
	}
	again := w.logged("acme")
	for i := range again {
		if again[i].Score != after[i].Score || again[i].Predicted != after[i].Predicted {
			t.Fatalf("%s: %v at first, then %v", again[i].ID, after[i].Score, again[i].Score)
		}
	}
}

// kept finds the retrain that stayed in service.
func kept(t *testing.T, res engine.ReplayResult) engine.ReplayedRetrain {
	t.Helper()
	for _, r := range res.Retrains {
		if r.State == drift.RetrainKept {
			if r.RowsTrain == 0 || r.Holdout == nil || r.Activated == nil || r.Tenant != "acme" {
				t.Fatalf("a kept retrain without its numbers: %+v", r)
			}
			return r
		}
	}
	t.Fatalf("no retrain was kept: %+v", res.Retrains)
	return engine.ReplayedRetrain{}
}

// What waits for a manager expires unless somebody approves, and a range that later checks rest on is
// refused.
func TestReplayWithoutAnswer(t *testing.T) {
	w := newReplayed(t)
	yes := "true"
	_, err := w.engine.SetSetting(t.Context(), drift.SystemActor(), engine.SettingChange{Name: "REQUIRE_MANUAL_APPROVAL_CRITICAL_DRIFT", Value: &yes})
	if err != nil {
		t.Fatal(err)
	}
	w.worldTurns("acme", 70, 10)
	before := w.logged("acme")
	res, err := w.engine.Replay(t.Context(), engine.ReplayOptions{From: today.Add(-3), To: today.Add(-1)})
	if err != nil {
		t.Fatal(err)
	}
	expired := 0
	for _, r := range res.Retrains {
		if r.State == drift.RetrainExpired {
			expired++
		}
		if r.Activated != nil {
			t.Errorf("activated without an answer: %+v", r)
		}
	}
	if expired == 0 {
		t.Errorf("nothing expired: %+v", res.Retrains)
	}
	if !reflect.DeepEqual(w.logged("acme"), before) {
		t.Error("rows changed without an activation")
	}
	if _, err := w.engine.Replay(t.Context(), engine.ReplayOptions{From: today.Add(-3), To: today.Add(-2)}); drift.CodeOf(err) != drift.CodeConflict {
		t.Errorf("a range that later checks rest on: %v", err)
	}
}
