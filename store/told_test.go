package store_test

import (
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

func TestFailuresCarryTheirCode(t *testing.T) {
	db := storetest.Fresh(t)
	viewer := drift.Actor{Name: "v", Role: drift.RoleViewer, AllTenants: true}
	for name, f := range map[string]drift.AlertFilter{
		"zero byte": {Text: "a\x00b"}, "not UTF-8": {Tenants: []string{"\xff\xfe"}},
	} {
		if _, err := db.Alerts(t.Context(), viewer, f); drift.CodeOf(err) != drift.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, fn := range map[string]func(*store.Tx) error{
		"connection broken": func(tx *store.Tx) error {
			_, err := tx.Exec(t.Context(), `SELECT pg_terminate_backend(pg_backend_pid())`)
			return err
		},
		"connection broken before": func(tx *store.Tx) error {
			if err := tx.Conn().Close(t.Context()); err != nil {
				return err
			}
			_, err := tx.Alert(t.Context(), 1)
			return err
		},
	} {
		if err := db.InTx(t.Context(), system, fn); drift.CodeOf(err) != drift.CodeUnavailable {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := db.InTx(t.Context(), system, func(tx *store.Tx) error {
		_, err := tx.Exec(t.Context(), `SELECT 1/0`)
		return err
	})
	if drift.CodeOf(err) != drift.CodeInternal {
		t.Errorf("our own mistake: %v", err)
	}
}
