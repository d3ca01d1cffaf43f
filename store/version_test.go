package store_test

import (
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// A name belongs to whoever had it first: what was trained is kept under a free one or not at all, and
// nothing of it is left where it is not.
func TestAVersionIsKeptUnderItsOwnName(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	ingestAs(t, db, shell, pred{id: "p", version: "logged"})
	var m drift.Model
	keep := func(name, digest string, retrain int64) error {
		return db.InTx(t.Context(), shell, func(tx *store.Tx) error {
			tenants, err := tx.Tenants(t.Context())
			if err != nil {
				return err
			}
			m = drift.Model{TenantID: tenants[0].ID, Tenant: tenants[0].Name, ModelType: drift.FraudDetector}
			return tx.PutVersion(t.Context(), drift.NewVersion{
				Key: drift.VersionKey{Model: m, Version: name}, Artifact: []byte("model " + digest), Digest: []byte(digest), RetrainID: retrain,
				Holdout: []byte(`{}`), WindowFrom: now, WindowTo: now, Scores: drift.LabelledScores{Scores: []float64{0.5}, Labels: []byte{1}},
			}, now)
		})
	}
	for _, c := range []struct {
		what, name, digest string
		retrain            int64
		want               drift.Code
	}{
		{"a logged one's", "logged", "one", 1, drift.CodeConflict},
		{"free", "free", "one", 1, ""},
		{"the same again", "free", "one", 1, ""},
		{"another artefact", "free", "two", 1, drift.CodeConflict},
		{"another retrain", "free", "one", 2, drift.CodeConflict},
	} {
		err := keep(c.name, c.digest, c.retrain)
		if (err == nil) != (c.want == "") || err != nil && (drift.CodeOf(err) != c.want || !strings.HasSuffix(err.Error(), ".")) {
			t.Errorf("%s: %v, want %q", c.what, err, c.want)
		}
	}
	want(t, db, "1", `SELECT count(*) FROM ml_artifact`)
	want(t, db, "free", `SELECT string_agg(model_version, ' ') FROM ml_validation_set`)
	want(t, db, "external", `SELECT source FROM ml_model_version WHERE version = 'logged'`)

	// What was trained and has lost its artefact does not serve.
	activate := func(name string) error {
		return db.InTx(t.Context(), shell, func(tx *store.Tx) error {
			return tx.Activate(t.Context(), drift.Version{}, drift.VersionKey{Model: m, Version: name}, now)
		})
	}
	mustExec(t, db, `UPDATE ml_model_version SET digest = NULL WHERE version = 'free'`)
	if err := activate("free"); err == nil || !strings.Contains(err.Error(), "no artefact") {
		t.Errorf("activated without an artefact: %v", err)
	}
	if err := activate("logged"); err != nil { // one may go back to it
		t.Error(err)
	}
}
