package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/store"
)

// candidate is what the first attempt of a retrain would call its version, were the name free.
func candidate(r drift.Retrain) string { return fmt.Sprintf("%s-r%d", today, r.ID) }

// A name that has been logged already is not taken: what serves is what was trained, with its artefact.
func TestACandidateHasANameOfItsOwn(t *testing.T) {
	w, r := approved(t)
	w.rows(candidate(r), today.Add(-20).Time(), 5, 0)
	w.rows(candidate(r)+"-2", today.Add(-20).Time(), 5, 0)
	w.work(r.ID, "a")
	r = w.only(drift.RetrainWatching)
	if r.CandidateVersion != candidate(r)+"-3" {
		t.Errorf("it is called %q", r.CandidateVersion)
	}
	w.tx(func(tx *store.Tx) error {
		key := drift.VersionKey{Model: w.model(), Version: r.CandidateVersion}
		data, digest, err := tx.Artifact(t.Context(), key)
		if v := w.serving(); len(data) == 0 || v.Source != "trained" || v.Digest != digest || v.Version != r.CandidateVersion {
			t.Errorf("%d bytes are kept of %+v", len(data), v)
		}
		return err
	})
	w.recorded()
}

// A name that is logged while it trains ends the retrain: its artefact would be nobody's.
func TestACandidateWhoseNameIsTakenMeanwhile(t *testing.T) {
	w, r := approved(t)
	good := w.train
	w.train = func(ctx context.Context, job retrain.Job) error {
		w.rows(job.Version, today.Add(-20).Time(), 5, 0)
		return good(ctx, job)
	}
	w.work(r.ID, "a")
	r = w.only(drift.RetrainFailed)
	if !strings.Contains(r.Note, "is called "+candidate(r)+" already") || !strings.HasSuffix(r.Note, "The serving version is untouched.") {
		t.Errorf("it says %q", r.Note)
	}
	w.nothingActivated()
	w.recorded()
}

// A candidate whose artefact is not kept here, as by an earlier release, does not come into service.
func TestACandidateWithoutAnArtefactIsNotActivated(t *testing.T) {
	for name, sql := range map[string]string{
		"logged":   `UPDATE ml_model_version SET source = 'external', digest = NULL, first_seen = '2020-01-01' WHERE source = 'trained'`,
		"no bytes": `UPDATE ml_model_version SET digest = NULL WHERE source = 'trained'`,
		"gone":     `DELETE FROM ml_model_version WHERE source = 'trained'`,
	} {
		t.Run(name, func(t *testing.T) {
			w, r := approved(t)
			if err := w.dying(drift.RetrainWatching).Work(t.Context(), r.ID, "a"); err == nil {
				t.Fatal("it was activated")
			}
			w.only(drift.RetrainActivating)
			_, err := w.db.Pool().Exec(t.Context(), sql)
			w.must(err)
			w.work(r.ID, "b")
			if r := w.only(drift.RetrainFailed); !strings.Contains(r.Note, "No artefact is kept of a candidate called "+r.CandidateVersion) {
				t.Errorf("it says %q", r.Note)
			}
			w.nothingActivated()
			w.recorded()
		})
	}
}

// nothingActivated makes sure that no version was ever put into service.
func (w *world) nothingActivated() {
	w.t.Helper()
	if s := w.services(); len(s) != 0 || w.events()[drift.EventModelActivated] != 0 {
		w.t.Errorf("services %+v", s)
	}
}
