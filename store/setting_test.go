package store_test

import (
	"context"
	"sync"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

func TestSettingsLayers(t *testing.T) {
	const name = "MIN_SCORES"
	db := storetest.Fresh(t, store.Options{FileSettings: map[string]string{name: "31", "MIN_OUTCOMES": "11"}})
	acme, zeta := tenantNamed(t, db, "acme"), tenantNamed(t, db, "zeta")
	put := func(by drift.Actor, scope int64, value string) error {
		return db.InTx(t.Context(), by, func(tx *store.Tx) error {
			v := &value
			if value == "" {
				v = nil
			}
			return tx.PutSetting(t.Context(), scope, name, v, by.Name, "because", now)
		})
	}
	inForce := func(tenant int64, value string, origin drift.SettingOrigin) {
		t.Helper()
		s, err := db.Settings(t.Context(), drift.Actor{Role: drift.RoleViewer, Tenants: []int64{tenant}}, tenant)
		if err != nil {
			t.Fatal(err)
		}
		if s.Text(name) != value || s.Origin(name) != origin {
			t.Errorf("tenant %d has %s from %s, want %s from %s", tenant, s.Text(name), s.Origin(name), value, origin)
		}
		if s.Text("MIN_OUTCOMES") != "11" || s.Text("RECENT_WINDOW_DAYS") != "7" {
			t.Error("the other layers are not there")
		}
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	inForce(acme.ID, "31", drift.FromFile)
	must(put(system, 0, "32"))
	inForce(acme.ID, "32", drift.FromGlobal)
	must(put(only(drift.RoleAdmin, acme), acme.ID, "33"))
	inForce(acme.ID, "33", drift.FromTenant)
	inForce(zeta.ID, "32", drift.FromGlobal)
	must(put(system, acme.ID, ""))
	inForce(acme.ID, "32", drift.FromGlobal)
	must(put(system, 0, ""))
	inForce(acme.ID, "31", drift.FromFile)
	if err := put(only(drift.RoleAdmin, acme), 0, "34"); !denied(err) {
		t.Errorf("one tenant's administrator sets for everybody: %v", err)
	}
	if err := put(only(drift.RoleAdmin, acme), zeta.ID, "34"); !denied(err) {
		t.Errorf("one tenant's administrator sets for another: %v", err)
	}
	history, err := db.SettingHistory(t.Context(), system, name, 10)
	if err != nil || len(history) != 4 {
		t.Fatalf("history: %+v, %v", history, err)
	}
	if h := history[1]; h.Tenant != "acme" || *h.Old != "33" || h.New != nil || h.Reason != "because" || h.By != "driftwatch" {
		t.Errorf("taken back: %+v", h)
	}
	if h := history[3]; h.Scope != 0 || h.Old != nil || *h.New != "32" {
		t.Errorf("first set: %+v", h)
	}
	own, err := db.SettingHistory(t.Context(), only(drift.RoleViewer, zeta), "", 10)
	if err != nil || len(own) != 2 {
		t.Errorf("zeta sees %d changes, want the 2 for everybody; %v", len(own), err)
	}
}

// TestATenantDoesNotDecideForAll: a value that a tenant had before the setting became everybody's.
func TestATenantDoesNotDecideForAll(t *testing.T) {
	db := storetest.Fresh(t)
	acme := tenantNamed(t, db, "acme")
	err := db.InTx(t.Context(), system, func(tx *store.Tx) error {
		value := "64"
		return tx.PutSetting(t.Context(), acme.ID, "MAX_CONCURRENT_RETRAIN_JOBS", &value, "ada", "because", now)
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := db.Settings(t.Context(), system, acme.ID)
	if err != nil || s.Int("MAX_CONCURRENT_RETRAIN_JOBS") != 2 {
		t.Errorf("%s at once, %v", s.Text("MAX_CONCURRENT_RETRAIN_JOBS"), err)
	}
}

// Two people who each change one of two cut-offs that must not cross.
func TestSettingsNeverContradict(t *testing.T) {
	db := storetest.Fresh(t)
	acme := tenantNamed(t, db, "acme")
	put := func(scope int64, name, value string) error {
		return db.InTx(t.Context(), system, func(tx *store.Tx) error {
			if err := tx.PutSetting(t.Context(), scope, name, &value, "x", "", now); err != nil {
				return err
			}
			return tx.CheckSettings(t.Context(), scope)
		})
	}
	for range 5 {
		var wg sync.WaitGroup
		errs := make([]error, 2)
		// Each is right beside the defaults 0.20 and 0.10; together they cross.
		wg.Go(func() { errs[0] = put(0, "PERFORMANCE_DRIFT_CRITICAL", "0.12") })
		wg.Go(func() { errs[1] = put(0, "PERFORMANCE_DRIFT_HIGH", "0.15") })
		wg.Wait()
		refused := 0
		for _, err := range errs {
			if drift.CodeOf(err) == drift.CodeInvalid && err != nil {
				refused++
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if refused != 1 {
			t.Fatalf("%d of two contradicting changes were refused: %v", refused, errs)
		}
		inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `DELETE FROM setting`)
			return err
		})
	}
	if err := put(acme.ID, "PERFORMANCE_DRIFT_HIGH", "0.15"); err != nil {
		t.Fatal(err)
	}
	if err := put(0, "PERFORMANCE_DRIFT_CRITICAL", "0.12"); drift.CodeOf(err) != drift.CodeInvalid {
		t.Errorf("a change for everybody crosses a tenant's own value: %v", err)
	}
}

// A secret is read by the system alone: no person's transaction, dashboard or history holds it.
func TestASecretIsNotReadBack(t *testing.T) {
	const name, secret = "TRAINER_SECRET_FRAUD_DETECTOR", "the secret of this test"
	db := storetest.Fresh(t)
	put := func(value *string) {
		t.Helper()
		err := db.InTx(t.Context(), system, func(tx *store.Tx) error {
			return tx.PutSetting(t.Context(), 0, name, value, "shell", "because", now)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	read := func(by drift.Actor) drift.Settings {
		t.Helper()
		s, err := db.Settings(t.Context(), by, 0)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	person := drift.Actor{Role: drift.RoleAdmin, AllTenants: true}
	first, second := secret, secret+" 2"
	put(&first)
	put(&second)
	if s := read(system); s.Secret(name) != second || s.Text(name) != drift.SecretSet {
		t.Errorf("the system reads %q, shows %q", s.Secret(name), s.Text(name))
	}
	if s := read(person); s.Secret(name) != "" || s.Text(name) != drift.SecretSet || s.Origin(name) != drift.FromGlobal {
		t.Errorf("an administrator reads %q, sees %q", s.Secret(name), s.Text(name))
	}
	want(t, db, "0", `SELECT count(*) FROM (SELECT value FROM setting UNION ALL SELECT old_value FROM setting_change
		UNION ALL SELECT new_value FROM setting_change) s WHERE value LIKE '%secret of%'`)
	for _, role := range []string{"driftwatch_app", "driftwatch_reader", "driftwatch_ingest"} {
		want(t, db, "false", `SELECT has_table_privilege('`+role+`', 'setting_secret', 'SELECT')`)
	}
	put(nil)
	if s := read(system); s.Secret(name) != "" || s.Text(name) != "" {
		t.Errorf("taken back, it is %q", s.Secret(name))
	}
	want(t, db, "0", `SELECT count(*) FROM setting_secret`)
}
