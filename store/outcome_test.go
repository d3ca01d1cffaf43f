package store_test

import (
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/store/storetest"
)

func TestOutcomes(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	ingestAs(t, db, shell, pred{id: "a"}, pred{id: "b", at: now.AddDate(0, 0, -200)}, pred{id: "c", at: now.AddDate(-9, 0, 0)})
	rebuild(t, db)
	seen := now.Add(-time.Minute)
	expect(t, outcomesAs(t, db, shell, out{id: "a", actual: 1, at: seen}, out{id: "b", actual: 0}, out{id: "c", actual: 1}), 3, 3, 0, 0)
	want(t, db, "2025-11-20 11:59:00+00", `SELECT outcome_at FROM ml_prediction_log WHERE prediction_id = 'a'`)
	want(t, db, "2025-11-20 12:00:00+00", `SELECT outcome_at FROM ml_prediction_log WHERE prediction_id = 'b'`)
	want(t, db, "3", `SELECT count(*) FROM score_day_mark`)
	rebuild(t, db)
	expect(t, outcomesAs(t, db, shell, out{id: "a", actual: 1}, out{id: "b", actual: 0}), 2, 0, 2, 0)
	want(t, db, "0", `SELECT count(*) FROM score_day_mark`)
	want(t, db, "0", `SELECT count(*) FROM outcome_replaced`)

	// A correction keeps what it replaced, also one within a batch.
	expect(t, outcomesAs(t, db, shell, out{id: "a", actual: 0}, out{id: "b", actual: 1}, out{id: "b", actual: 0}), 3, 2, 1, 0)
	want(t, db, "true 2025-11-20 11:59:00+00", `SELECT actual || ' ' || observed_at FROM outcome_replaced WHERE prediction_id = 'a'`)
	want(t, db, "false,true", `SELECT string_agg(actual::text, ',' ORDER BY id) FROM outcome_replaced WHERE prediction_id = 'b'`)
	want(t, db, "2", `SELECT count(*) FROM score_day_mark`)
}

func TestTheInbox(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	ingestAs(t, db, shell, pred{id: "other"})
	expect(t, outcomesAs(t, db, shell, out{id: "a", actual: 1}, out{id: "b", actual: 1}, out{id: "c", actual: 0}, out{id: "z", actual: 0}), 4, 4, 0, 0)
	expect(t, outcomesAs(t, db, shell, out{id: "a", actual: 1}, out{id: "b", actual: 0}), 2, 1, 1, 0)
	want(t, db, "b true", `SELECT prediction_id || ' ' || actual FROM outcome_replaced`)

	// Whoever comes after its outcome gets it at once; its own outcome is the later one.
	expect(t, ingestAs(t, db, shell, pred{id: "a"}, pred{id: "b", actual: "1"}), 2, 2, 0, 0)
	want(t, db, "true", `SELECT actual FROM ml_prediction_log WHERE prediction_id = 'a'`)
	want(t, db, "true", `SELECT actual FROM ml_prediction_log WHERE prediction_id = 'b'`)
	want(t, db, "c,z", `SELECT string_agg(prediction_id, ',' ORDER BY prediction_id) FROM outcome_inbox`)
	rebuild(t, db)

	// An outcome may get into the inbox beside the batch that brings its prediction; the drain
	// finds those.
	ingestAs(t, db, shell, pred{id: "c"}) // takes its outcome
	mustExec(t, db, `INSERT INTO outcome_inbox SELECT tenant_id, prediction_id,
		encode(substr(sha256(convert_to(prediction_id, 'UTF8')), 1, 16), 'hex')::uuid, false, $1, $1
		FROM ml_prediction_log WHERE prediction_id IN ('a', 'other')`, now)
	rebuild(t, db)
	matched, waiting, err := db.DrainInbox(t.Context(), now.Add(time.Hour))
	if err != nil || matched != 2 || waiting != 1 {
		t.Fatalf("drain: matched %d, waiting %d, %v; want 2, 1", matched, waiting, err)
	}
	want(t, db, "false", `SELECT actual FROM ml_prediction_log WHERE prediction_id = 'other'`)
	want(t, db, "false", `SELECT actual FROM ml_prediction_log WHERE prediction_id = 'a'`)
	want(t, db, "1", `SELECT count(*) FROM score_day_mark`)
	if matched, _, err = db.DrainInbox(t.Context(), now.Add(time.Hour)); err != nil || matched != 0 {
		t.Fatalf("second drain matched %d, %v", matched, err)
	}
}

func TestALaterOutcomeSupersedesAWaitingOne(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	ingestAs(t, db, shell, pred{id: "a"})
	mustExec(t, db, `INSERT INTO outcome_inbox SELECT id, 'a',
		encode(substr(sha256('a'), 1, 16), 'hex')::uuid, false, $1, $1 FROM tenant`, now)
	outcomesAs(t, db, shell, out{id: "a", actual: 1})
	if matched, _, err := db.DrainInbox(t.Context(), now.Add(time.Hour)); err != nil || matched != 0 {
		t.Fatalf("drain matched %d, %v", matched, err)
	}
	want(t, db, "true", `SELECT actual FROM ml_prediction_log`)
}
