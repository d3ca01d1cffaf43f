package store_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

func TestMigrateIsRepeatableAndRaceFree(t *testing.T) {
	dsns := []string{storetest.Empty(t), storetest.Empty(t)}
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			db, err := store.Open(t.Context(), dsns[i%2], store.Options{MaxConns: 4})
			if err != nil {
				t.Errorf("open: %v", err)
				return
			}
			defer db.Close()
			if err := db.Migrate(t.Context()); err != nil {
				t.Errorf("migrate %d: %v", i, err)
			}
			if pending, err := db.PendingMigrations(t.Context()); err != nil || pending {
				t.Errorf("after migration: pending %v, %v", pending, err)
			}
		})
	}
	wg.Wait()
}

func TestMigrateSetsTheTimeZoneOfTheDatabase(t *testing.T) {
	db := openEmpty(t)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	var set []string
	err := db.Pool().QueryRow(t.Context(), `SELECT setconfig FROM pg_db_role_setting s
		JOIN pg_database d ON d.oid = s.setdatabase WHERE datname = current_database()`).Scan(&set)
	if err != nil || len(set) != 1 || set[0] != "TimeZone=UTC" {
		t.Fatalf("the database's settings are %v, %v; want TimeZone=UTC", set, err)
	}
}

func TestMigrateWithoutTheRightToMakeRoles(t *testing.T) {
	admin := openEmpty(t)
	ctx := t.Context()
	name := "plain_" + strings.ToLower(t.Name()[:8])
	mustExec(t, admin, `CREATE ROLE `+name+` LOGIN`)
	t.Cleanup(func() {
		_, err := admin.Pool().Exec(context.Background(), `DROP OWNED BY `+name)
		if err == nil {
			_, err = admin.Pool().Exec(context.Background(), `DROP ROLE `+name)
		}
		if err != nil {
			t.Errorf("drop role: %v", err)
		}
	})
	u, err := url.Parse(admin.Pool().Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.User(name)
	db, err := store.Open(ctx, u.String(), store.Options{MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Migrate(ctx)
	var de *drift.Error
	if !errors.As(err, &de) || de.Code != drift.CodeForbidden {
		t.Fatalf("migrate = %v, want CodeForbidden", err)
	}
	_, statements, ok := strings.Cut(de.Message, "\n\n")
	if !ok || !strings.Contains(statements, "GRANT driftwatch_ingest TO \""+name+"\"") {
		t.Fatalf("the message lacks the statements: %s", de.Message)
	}
	// What it prints is enough, with the ownership that such a user has of its database.
	mustExec(t, admin, statements)
	var database string
	if err := admin.Pool().QueryRow(ctx, `SELECT current_database()`).Scan(&database); err != nil {
		t.Fatal(err)
	}
	mustExec(t, admin, `ALTER DATABASE "`+database+`" OWNER TO `+name)
	if err := db.Migrate(ctx); err != nil {
		t.Fatalf("after the administrator: %v", err)
	}
	mustExec(t, admin, `ALTER DATABASE "`+database+`" OWNER TO CURRENT_USER`)
}

func openEmpty(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), storetest.Empty(t), store.Options{MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

func mustExec(t testing.TB, db *store.DB, sql string, args ...any) {
	t.Helper()
	if _, err := db.Pool().Exec(context.Background(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}
