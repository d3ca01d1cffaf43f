package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

const logged = `SELECT count(*) FROM ml_prediction_log`

func TestABatchTwiceChangesNothing(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	rows := some("p", 3000, now.Add(-2*time.Hour), func(i int, p *pred) {
		p.actual = []string{"", "0", "1"}[i%3]
		p.features = `{"a":1.50,"b":{"c":[1,2]}}`
		p.latency = 1.25
	})
	expect(t, ingestAs(t, db, shell, rows...), 3000, 3000, 0, 0)
	want(t, db, "1", `SELECT count(*) FROM score_day_mark`)
	if n := rebuild(t, db); n != 1 {
		t.Fatalf("built %d days, want 1", n)
	}
	expect(t, ingestAs(t, db, shell, rows...), 3000, 0, 3000, 0)
	want(t, db, "3000", logged)
	want(t, db, "3000", `SELECT count(*) FROM prediction_key`)
	want(t, db, "0", `SELECT count(*) FROM score_day_mark`)
	want(t, db, "0", `SELECT count(*) FROM outcome_replaced`)
	want(t, db, "external", `SELECT source FROM ml_model_version`)
	// Half of it new, in one batch: what killed half-way and run again means.
	more := some("p", 4000, now.Add(-2*time.Hour), func(i int, p *pred) {
		p.actual = []string{"", "0", "1"}[i%3]
		p.features = `{"a":1.50,"b":{"c":[1,2]}}`
		p.latency = 1.25
	})
	expect(t, ingestAs(t, db, shell, more[2000:]...), 2000, 1000, 1000, 0)
	want(t, db, "4000", logged)
	want(t, db, "1", `SELECT count(*) FROM score_day_mark`)
}

func TestOtherContentIsAConflict(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	base := pred{id: "p", score: 0.5, features: `{"a":1}`, latency: 2}
	expect(t, ingestAs(t, db, shell, base), 1, 1, 0, 0)
	changes := map[string]func(p *pred){
		"score":      func(p *pred) { p.score = 0.25 },
		"predicted":  func(p *pred) { p.predicted = true },
		"version":    func(p *pred) { p.version = "v2" },
		"model type": func(p *pred) { p.modelType = drift.ConflictPredictor },
		"features":   func(p *pred) { p.features = `{"a":2}` },
		"no feature": func(p *pred) { p.features = "" },
		"latency":    func(p *pred) { p.latency = 3 },
		"minute":     func(p *pred) { p.at = now.Add(-2 * time.Hour) },
		"year":       func(p *pred) { p.at = now.AddDate(-3, 0, 0) },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			other := base
			change(&other)
			// Beside new rows, so that the batch as a whole goes the slow way.
			fresh := pred{id: "fresh " + name}
			res := ingestAs(t, db, shell, fresh, other)
			expect(t, res, 2, 1, 0, 1)
			e := res.Errors[0]
			if e.Line != 2 || e.Field != "prediction_id" || !strings.HasPrefix(e.Error, "conflict") {
				t.Fatalf("error %+v", e)
			}
		})
	}
	want(t, db, "0.5", `SELECT score FROM ml_prediction_log WHERE prediction_id = 'p'`)
	// Another tenant's p is another prediction.
	expect(t, ingestAs(t, db, shell, pred{id: "p", tenant: "other"}), 1, 1, 0, 0)
}

func TestRepeatsWithinABatch(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	res := ingestAs(t, db, shell,
		pred{id: "a", score: 0.1},
		pred{id: "a", score: 0.1, actual: "1"},
		pred{id: "a", score: 0.2},
		pred{id: "a", score: 0.1, actual: "0"},
		pred{id: "a", score: 0.1, at: now.Add(-3 * time.Hour)},
		pred{id: "b", score: 0.1, features: `{"x":1.0}`},
		pred{id: "b", score: 0.1, features: `{"x":1.00}`},
	)
	expect(t, res, 7, 2, 3, 2)
	want(t, db, "false", `SELECT actual FROM ml_prediction_log WHERE prediction_id = 'a'`)
	want(t, db, "true", `SELECT actual FROM outcome_replaced WHERE prediction_id = 'a'`)
	if res.Errors[0].Line != 3 || res.Errors[1].Line != 5 {
		t.Fatalf("errors %+v", res.Errors)
	}
}

func TestAHashThatIsTakenByAnotherID(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	ingestAs(t, db, shell, pred{id: "first"})
	// Nobody can make two ids of one hash, so the key is bent to it.
	mustExec(t, db, `UPDATE prediction_key SET id_hash = encode(substr(sha256('second'), 1, 16), 'hex')::uuid`)
	res := ingestAs(t, db, shell, pred{id: "second"})
	expect(t, res, 1, 0, 0, 1)
	if !strings.Contains(res.Errors[0].Error, "same hash") {
		t.Fatalf("error %+v", res.Errors[0])
	}
	want(t, db, "1", logged)
	outcomesAs(t, db, shell, out{id: "second", actual: 1})
	want(t, db, "", `SELECT actual FROM ml_prediction_log`)
	want(t, db, "second", `SELECT prediction_id FROM outcome_inbox`)
}

func TestActualsOnRepeatsAreOutcomes(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	ingestAs(t, db, shell, pred{id: "a"}, pred{id: "b", actual: "1"}, pred{id: "c", actual: "1"})
	rebuild(t, db)
	expect(t, ingestAs(t, db, shell, pred{id: "a", actual: "1"}, pred{id: "b", actual: "0"}, pred{id: "c"}), 3, 0, 3, 0)
	want(t, db, "true", `SELECT actual FROM ml_prediction_log WHERE prediction_id = 'a'`)
	want(t, db, "false", `SELECT actual FROM ml_prediction_log WHERE prediction_id = 'b'`)
	want(t, db, "true", `SELECT actual FROM ml_prediction_log WHERE prediction_id = 'c'`)
	want(t, db, "b", `SELECT string_agg(prediction_id, ',') FROM outcome_replaced`)
	want(t, db, "1", `SELECT count(*) FROM score_day_mark`)
	want(t, db, "true", `SELECT actual_fraud_detected FROM ml_prediction_log WHERE prediction_id = 'a'`)
	want(t, db, "", `SELECT actual_conflict_occurred FROM ml_prediction_log WHERE prediction_id = 'a'`)
}

func TestUnregisteredModelTypesAreRefused(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	res := ingestAs(t, db, shell, pred{id: "a", modelType: "nobody"}, pred{id: "b"}, pred{id: "c", modelType: "nobody", tenant: "new"})
	expect(t, res, 3, 1, 0, 2)
	if e := res.Errors[1]; e.Line != 3 || e.Field != "model_type" {
		t.Fatalf("errors %+v", res.Errors)
	}
	want(t, db, "acme", `SELECT string_agg(name, ',') FROM tenant`)
	mustExec(t, db, `INSERT INTO model_type (name, behaves_like) VALUES ('nobody', 'conflict_predictor')`)
	expect(t, ingestAs(t, db, shell, pred{id: "a", modelType: "nobody", actual: "1"}), 1, 1, 0, 0)
	want(t, db, "true", `SELECT actual_conflict_occurred FROM ml_prediction_log WHERE prediction_id = 'a'`)
}

func TestWhoCreatesTenants(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	ingestAs(t, db, shell, pred{id: "a", tenant: "one"}, pred{id: "b", tenant: "two"})
	one := tenantID(t, db, "one")
	token := drift.Actor{Name: "feed", Role: drift.RoleIngest, TokenID: 1, Tenants: []int64{one}}
	everywhere := drift.Actor{Name: "feed", Role: drift.RoleIngest, TokenID: 1, AllTenants: true}
	limited := drift.Actor{Name: "boss", Role: drift.RoleAdmin, TokenID: 1, Tenants: []int64{one}}
	admin := drift.Actor{Name: "boss", Role: drift.RoleAdmin, TokenID: 1, AllTenants: true}

	res := ingestAs(t, db, token, pred{id: "c", tenant: "one"}, pred{id: "d", tenant: "two"}, pred{id: "e", tenant: "none"})
	expect(t, res, 3, 1, 0, 2)
	if res.Errors[0].Field != "tenant" || strings.ReplaceAll(res.Errors[0].Error, "two", "none") != res.Errors[1].Error {
		t.Fatalf("a foreign tenant and a missing one must look alike: %+v", res.Errors)
	}
	expect(t, ingestAs(t, db, everywhere, pred{id: "d", tenant: "two"}, pred{id: "e", tenant: "none"}), 2, 1, 0, 1)
	expect(t, ingestAs(t, db, limited, pred{id: "e", tenant: "none"}), 1, 0, 0, 1)
	expect(t, outcomesAs(t, db, token, out{id: "b", tenant: "two", actual: 1}, out{id: "a", tenant: "one", actual: 1}), 2, 1, 0, 1)
	want(t, db, "", `SELECT actual FROM ml_prediction_log WHERE prediction_id = 'b'`)
	expect(t, ingestAs(t, db, admin, pred{id: "e", tenant: "none"}), 1, 1, 0, 0)
	expect(t, outcomesAs(t, db, admin, out{id: "x", tenant: "later", actual: 1}), 1, 1, 0, 0)
	want(t, db, "boss tenant.add", `SELECT actor || ' ' || action FROM audit_log WHERE object = 'tenant/none'`)
}

func TestStrictTakesNothingOfABadBatch(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	ingestAs(t, db, shell, pred{id: "a"})
	for _, bad := range []pred{{id: "x", modelType: "nobody"}, {id: "a", score: 0.5}} {
		res, err := db.IngestPredictions(t.Context(), shell, batch(pred{id: "new"}, bad), store.IngestOptions{Strict: true})
		if err != nil {
			t.Fatal(err)
		}
		expect(t, res, 2, 0, 0, 1)
	}
	want(t, db, "1", logged)
	want(t, db, "1", `SELECT count(*) FROM prediction_key`)
}

// A trial refuses what the real intake would, and leaves nothing behind.
func TestATrialTakesNothingIn(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	ingestAs(t, db, shell, pred{id: "a"})
	try := store.IngestOptions{Strict: true, DryRun: true}
	for _, c := range []struct {
		rows     []pred
		rejected int64
	}{
		{[]pred{{id: "new"}, {id: "other", tenant: "later", version: "9"}}, 0},
		{[]pred{{id: "new"}, {id: "x", modelType: "nobody"}}, 1},
		{[]pred{{id: "new"}, {id: "a", score: 0.5}, {id: "b", tenant: "later", modelType: "nobody"}}, 1},
		{[]pred{{id: "new", score: 0.1}, {id: "new", score: 0.2}}, 1},
		{[]pred{{id: "b", tenant: "later"}, {id: "b", tenant: "much later", score: 0.2}, {id: "b", tenant: "later", score: 0.3}}, 1},
	} {
		res, err := db.IngestPredictions(t.Context(), shell, batch(c.rows...), try)
		if err != nil || res.Rejected != c.rejected || res.Inserted+res.Duplicates != 0 {
			t.Errorf("%+v: %+v, %v", c.rows, res, err)
		}
	}
	for _, o := range []out{{id: "a", actual: 1}, {id: "waits", actual: 1}, {id: "waits", tenant: "later", actual: 1}} {
		res, err := db.IngestOutcomes(t.Context(), shell, outcomes(o), try)
		if err != nil || res.Rejected+res.Inserted+res.Duplicates != 0 {
			t.Errorf("%+v: %+v, %v", o, res, err)
		}
	}
	want(t, db, "1", logged)
	want(t, db, "", `SELECT actual FROM ml_prediction_log`)
	want(t, db, "0", `SELECT count(*) FROM outcome_inbox`)
	want(t, db, "acme", `SELECT string_agg(name, ',') FROM tenant`)
	want(t, db, "1", `SELECT count(*) FROM ml_model_version`)
	// What a trial has seen counts as known only where it was there before it.
	expect(t, ingestAs(t, db, shell, pred{id: "new"}, pred{id: "other", tenant: "later", version: "9"}), 2, 2, 0, 0)
	want(t, db, "2", `SELECT count(*) FROM ml_model_version`)
}
