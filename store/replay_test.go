package store_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// TestResetReplayTakesAlertsWithAllOfThem: whatever refers to an alert goes with it, of this tenant alone.
func TestResetReplayTakesAlertsWithAllOfThem(t *testing.T) {
	db := storetest.Fresh(t)
	acme, zeta := tenantNamed(t, db, "acme"), tenantNamed(t, db, "zeta")
	fillTenant(t, db, acme)
	fillTenant(t, db, zeta)
	rows, err := db.Pool().Query(t.Context(), `SELECT DISTINCT conrelid::regclass::text FROM pg_constraint
		WHERE contype = 'f' AND confrelid = 'noc_alert_event'::regclass`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(tables) < 4 {
		t.Fatalf("%v refer to alerts, %v", tables, err)
	}
	tables = append(tables, "noc_alert_event", "alert_presence")
	count := func(table string, tenant drift.Tenant) string {
		return value(t, db, `SELECT count(*) FROM `+table+` WHERE tenant_id = $1`, tenant.ID)
	}
	before := map[string]string{}
	for _, table := range tables {
		if before[table] = count(table, zeta); before[table] == "0" || count(table, acme) == "0" {
			t.Fatalf("%s is empty: nothing is tried", table)
		}
	}
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		return tx.ResetReplay(ctx, []int64{acme.ID}, checkDay.Add(-5), checkDay.Add(5))
	})
	for _, table := range tables {
		if n := count(table, acme); n != "0" {
			t.Errorf("%s rows of %s are left", n, table)
		}
		if n := count(table, zeta); n != before[table] {
			t.Errorf("another tenant has %s rows of %s, had %s", n, table, before[table])
		}
	}
}
