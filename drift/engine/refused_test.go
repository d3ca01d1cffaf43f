package engine_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/store"
)

// TestRefusedCandidatesAreKept: with all that a version is kept with, to be looked at, and never served.
func TestRefusedCandidatesAreKept(t *testing.T) {
	w, r := approved(t)
	w.set("RETRAIN_COOLDOWN_DAYS", "0")
	candidate := func(train trainerFunc, end drift.RetrainState) drift.VersionRecord {
		t.Helper()
		if w.train = train; len(w.retrains()) > 1 || r.State != drift.RetrainQueued {
			r = w.request(operator)
			w.must(w.decide(r, manager, retrain.MoveApprove))
		}
		w.work(r.ID, "a")
		r = w.newest(end)
		return w.record(r.CandidateVersion)
	}
	worse := candidate(w.trainer(5), drift.RetrainRefused)
	if !worse.Refused || worse.Active || worse.Trainer != "test" || worse.RetrainID == nil || worse.RowsTrain == 0 || worse.WindowFrom == nil ||
		!strings.Contains(string(worse.Holdout), `"accuracy"`) {
		t.Errorf("kept of the refused one: %+v", worse)
	}
	strange := candidate(func(ctx context.Context, job retrain.Job) error { // its predictions are of no use
		if err := w.trainer(20)(ctx, job); err != nil {
			return err
		}
		path := filepath.Join(job.Dir, retrain.FilePredictions)
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(path, []byte(strings.Replace(string(b), drift.FraudDetector, "nobody", 1)), 0o600)
	}, drift.RetrainRefused)
	for _, v := range []drift.VersionRecord{worse, strange} {
		key := drift.VersionKey{Model: w.model(), Version: v.Version.Version}
		w.tx(func(tx *store.Tx) error {
			if data, digest, err := tx.Artifact(t.Context(), key); err != nil || len(data) == 0 || digest != v.Digest {
				t.Errorf("artefact of %s: %q, %v", key.Version, data, err)
			}
			set, err := tx.ValidationSet(t.Context(), key)
			if measured := v.Version == worse.Version; (len(set.Scores) > 0) != measured || len(set.Labels) != len(set.Scores) {
				t.Errorf("%s has %d scores of the hold-out", key.Version, len(set.Scores))
			}
			return err
		})
		if w.serving().Version != "1" {
			t.Errorf("%s serves", w.serving().Version)
		}
	}
	good := candidate(w.trainer(20), drift.RetrainWatching)
	if good.Refused || !good.Active || w.serving().Version != good.Version.Version {
		t.Errorf("the good one: %+v", good)
	}
	for _, v := range []drift.VersionRecord{worse, strange} {
		_, err := w.engine.RollBack(t.Context(), manager, engine.RollbackRequest{Model: fraud, To: v.Version.Version, Reason: "by accident"})
		if drift.CodeOf(err) != drift.CodeInvalid || !strings.Contains(err.Error(), "has never served") {
			t.Errorf("back to %s: %v", v.Version.Version, err)
		}
	}
	back, err := w.engine.RollBack(t.Context(), manager, engine.RollbackRequest{Model: fraud, Reason: "the one before"})
	if err != nil || back.To != "1" {
		t.Errorf("back to %+v, %v", back, err)
	}
	w.services()
	w.recorded()
}

// record is what is kept of a version.
func (w *world) record(version string) (v drift.VersionRecord) {
	w.t.Helper()
	m := w.model()
	w.tx(func(tx *store.Tx) error {
		list, err := tx.VersionRecords(w.t.Context(), m)
		for _, r := range list {
			if r.Version.Version == version {
				v = r
			}
		}
		return err
	})
	if v.Version.Version != version || version == "" {
		w.t.Fatalf("nothing is kept of version %q", version)
	}
	return v
}
