package store_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// filled is a database in which two tenants have something in every table of the log.
func filled(t *testing.T) *store.DB {
	t.Helper()
	db := storetest.Fresh(t, at(now))
	tenants := []string{"acme", "globex"}
	for _, tenant := range tenants {
		ingestAs(t, db, shell, pred{id: "a", tenant: tenant, actual: "1"})
	}
	rebuild(t, db)
	for _, tenant := range tenants {
		outcomesAs(t, db, shell, out{id: "a", tenant: tenant, actual: 0}, out{id: "waiting", tenant: tenant, actual: 1})
	}
	return db
}

var logTables = []string{
	"ml_prediction_log", "outcome_inbox", "outcome_replaced", "ml_score_day", "score_day_mark", "ml_model_version", "feed_beat",
}

func TestTheLogShowsEachReaderTheirTenants(t *testing.T) {
	db := filled(t)
	acme, globex := tenantID(t, db, "acme"), tenantID(t, db, "globex")
	readers := []struct {
		name string
		by   drift.Actor
		sees string
	}{
		{"nobody", drift.Actor{Role: drift.RoleViewer}, ""},
		{"one tenant", drift.Actor{Role: drift.RoleViewer, Tenants: []int64{acme}}, fmt.Sprint(acme)},
		{"both", drift.Actor{Role: drift.RoleViewer, Tenants: []int64{globex, acme}}, fmt.Sprintf("%d,%d", acme, globex)},
		{"all", drift.Actor{Role: drift.RoleViewer, AllTenants: true}, fmt.Sprintf("%d,%d", acme, globex)},
		{"an administrator of another", drift.Actor{Role: drift.RoleAdmin, Tenants: []int64{acme + globex + 1}}, ""},
	}
	for _, r := range readers {
		for _, table := range logTables {
			if err := db.View(t.Context(), r.by, func(tx *store.Tx) error {
				var sees string
				err := tx.QueryRow(t.Context(), `SELECT coalesce(string_agg(DISTINCT tenant_id::text, ',' ORDER BY tenant_id::text), '') FROM `+table).Scan(&sees)
				if sees != r.sees {
					t.Errorf("%s sees tenants %q in %s, want %q", r.name, sees, table, r.sees)
				}
				return err
			}); err != nil {
				t.Errorf("%s reads %s: %v", r.name, table, err)
			}
		}
	}
}

func TestRequestsCannotReachAroundTheirRights(t *testing.T) {
	db := filled(t)
	viewer := drift.Actor{Role: drift.RoleAdmin, AllTenants: true}
	partition := value(t, db, `SELECT min(inhrelid::regclass::text) FROM pg_inherits WHERE inhparent = 'ml_prediction_log'::regclass`)
	for _, statement := range []string{
		`SELECT FROM ` + partition,
		`SELECT FROM prediction_key`,
		`SELECT FROM prediction_key_0`,
		`INSERT INTO ml_prediction_log (tenant_id, created_at) VALUES (1, now())`,
		`UPDATE ml_prediction_log SET score = 0`,
		`DELETE FROM ml_prediction_log`,
		`UPDATE ml_score_day SET n = 0`,
		`DELETE FROM outcome_inbox`,
		`INSERT INTO score_day_mark (tenant_id, model_type, day, marked_at) VALUES (1, 'x', now(), now())`,
		`UPDATE dropped_range SET to_at = now()`,
		`CREATE TABLE mine (x int)`,
	} {
		err := db.InTx(t.Context(), viewer, func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), statement)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "42501") && !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%s: %v, want a refusal", statement, err)
		}
	}
}

// TestWhatIngestionMayRead lists it: the key table and the rows that a batch meets, no more.
func TestWhatIngestionMayRead(t *testing.T) {
	db := filled(t)
	want(t, db, "dropped_range feed_beat ml_model_version ml_prediction_log_d20251120 model_type outcome_inbox"+
		" prediction_key prediction_key_0 prediction_key_1 prediction_key_2 prediction_key_3 prediction_key_4"+
		" prediction_key_5 prediction_key_6 prediction_key_7 score_day_mark tenant",
		`SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_class c
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
			AND has_table_privilege('driftwatch_ingest', c.oid, 'SELECT')`)
	want(t, db, "actual outcome_at", `SELECT string_agg(attname, ' ' ORDER BY attname) FROM pg_attribute
		WHERE attrelid = 'ml_prediction_log_d20251120'::regclass AND attnum > 0
			AND has_column_privilege('driftwatch_ingest', attrelid, attnum, 'UPDATE')`)
	want(t, db, "", `SELECT string_agg(c.relname, ' ' ORDER BY c.relname) FROM pg_class c
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
			AND (has_table_privilege('driftwatch_reader', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
				OR has_table_privilege('driftwatch_app', c.oid, 'TRUNCATE'))`)
}
