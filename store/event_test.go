package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

func emit(ctx context.Context, db *store.DB, by drift.Actor, tenant int64, kind drift.EventType) error {
	return db.InTx(ctx, by, func(tx *store.Tx) error {
		tx.Emit(drift.Event{Type: kind, TenantID: tenant, Payload: json.RawMessage(`{"alert":{}}`)})
		tx.Audit(drift.AuditEntry{TenantID: tenant, Action: "test", Object: "x"})
		return nil
	})
}

// A reader that goes on from the last number it saw must meet every number in order, though
// writers commit in any order, fail, or dawdle between their last statement and COMMIT.
func TestEventsAreGaplessInCommitOrder(t *testing.T) {
	db := storetest.Fresh(t, store.Options{MaxConns: 12})
	acme := tenantNamed(t, db, "acme")
	const writers, each, slow = 8, 20, 4
	var wg sync.WaitGroup
	done := make(chan struct{})
	for range writers {
		wg.Go(func() {
			for i := range each {
				if err := emit(t.Context(), db, system, acme.ID, drift.EventAlertUpdated); err != nil {
					t.Error(err)
				}
				failed := db.InTx(t.Context(), system, func(tx *store.Tx) error {
					if _, err := tx.Exec(t.Context(), `SELECT append_event('ALERT_UPDATED', $1, now(), '{}')`, acme.ID); err != nil {
						return err
					}
					return fmt.Errorf("given up %d", i)
				})
				if failed == nil {
					t.Error("a failed transaction committed")
				}
			}
		})
	}
	wg.Go(func() {
		for range slow {
			err := db.InTx(t.Context(), system, func(tx *store.Tx) error {
				_, err := tx.Exec(t.Context(), `SELECT append_event('ALERT_UPDATED', $1, now(), '{}'), pg_sleep(0.05)`, acme.ID)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
	go func() { wg.Wait(); close(done) }()
	seen := int64(0)
	for over := false; ; {
		events, err := db.EventsAfter(t.Context(), system, seen, 7)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Seq != seen+1 {
				t.Fatalf("event %d follows %d", e.Seq, seen)
			}
			seen = e.Seq
		}
		if over && len(events) == 0 {
			break
		}
		select {
		case <-done:
			over = true
		default:
		}
	}
	if want := int64(writers*each + slow); seen != want {
		t.Errorf("%d events, want %d", seen, want)
	}
	verdict, err := db.VerifyAudit(t.Context())
	if err != nil || !verdict.OK() || verdict.Rows != writers*each+1 {
		t.Errorf("audit after concurrent writing: %+v, %v", verdict, err)
	}
}

func TestEventsAreForThoseWhoMaySee(t *testing.T) {
	db := storetest.Fresh(t)
	acme, zeta := tenantNamed(t, db, "acme"), tenantNamed(t, db, "zeta")
	for _, e := range []struct {
		tenant int64
		kind   drift.EventType
	}{{acme.ID, drift.EventAlertRaised}, {zeta.ID, drift.EventAlertRaised}, {0, drift.EventCheckCompleted}, {0, drift.EventModelActivated}} {
		if err := emit(t.Context(), db, system, e.tenant, e.kind); err != nil {
			t.Fatal(err)
		}
	}
	everybody := drift.Actor{Name: "a", Role: drift.RoleViewer, AllTenants: true}
	for name, c := range map[string]struct {
		by   drift.Actor
		want string
	}{
		"system": {system, "[1 2 3 4]"}, "all tenants": {everybody, "[1 2 3 4]"}, "acme": {only(drift.RoleAdmin, acme), "[1 3]"},
		"both": {only(drift.RoleViewer, acme, zeta), "[1 2 3]"}, "none": {only(drift.RoleViewer), "[3]"},
	} {
		events, err := db.EventsAfter(t.Context(), c.by, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		var seqs []int64
		for _, e := range events {
			seqs = append(seqs, e.Seq)
		}
		if got := fmt.Sprint(seqs); got != c.want {
			t.Errorf("%s sees %s, want %s", name, got, c.want)
		}
		if oldest, newest, err := db.EventBounds(t.Context(), c.by); oldest != 1 || newest != 4 || err != nil {
			t.Errorf("%s: bounds %d to %d, %v", name, oldest, newest, err)
		}
	}
	if err := emit(t.Context(), db, only(drift.RoleAdmin, acme), zeta.ID, drift.EventAlertRaised); err == nil {
		t.Error("an event for a tenant that its writer may not see")
	}
}

func TestEventsAreKeptByWhenTheyWereWritten(t *testing.T) {
	db := storetest.Fresh(t)
	if oldest, newest, err := db.EventBounds(t.Context(), system); oldest != 1 || newest != 0 || err != nil {
		t.Fatalf("bounds of nothing: %d to %d, %v", oldest, newest, err)
	}
	for range 3 {
		err := db.InTx(t.Context(), system, func(tx *store.Tx) error {
			tx.Emit(drift.Event{Type: drift.EventAlertRaised, At: time.Date(1998, 7, 2, 3, 0, 0, 0, time.UTC)})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Housekeep(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	if oldest, newest, _ := db.EventBounds(t.Context(), system); oldest != 1 || newest != 3 {
		t.Errorf("replayed history is kept as written today: bounds %d to %d", oldest, newest)
	}
	if _, err := db.Pool().Exec(t.Context(), `UPDATE event SET written_at = now() - interval '8 days' WHERE seq <= 2`); err != nil {
		t.Fatal(err)
	}
	if err := db.Housekeep(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	if oldest, newest, _ := db.EventBounds(t.Context(), system); oldest != 3 || newest != 3 {
		t.Errorf("after a week: bounds %d to %d, want 3 to 3", oldest, newest)
	}
	if err := db.Housekeep(t.Context(), time.Now().AddDate(0, 0, 8)); err != nil {
		t.Fatal(err)
	}
	if oldest, newest, _ := db.EventBounds(t.Context(), system); oldest != 4 || newest != 3 {
		t.Errorf("all gone: bounds %d to %d, want 4 to 3", oldest, newest)
	}
}

func TestBellRingsAgainAfterItsConnectionIsLost(t *testing.T) {
	db := storetest.Fresh(t)
	rung := make(chan string, 100)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		ended <- db.Listen(ctx, store.Bell{
			Event:     func(seq int64) { rung <- fmt.Sprint("event ", seq) },
			Auth:      func(key string) { rung <- "auth " + key },
			Connected: func(yes bool) { rung <- fmt.Sprint("connected ", yes) },
		})
	}()
	expectRings := func(want ...string) {
		t.Helper()
		for _, w := range want {
			select {
			case got := <-rung:
				if got != w {
					t.Fatalf("rang %q, want %q", got, w)
				}
			case <-time.After(10 * time.Second):
				t.Fatalf("%q was not rung", w)
			}
		}
	}
	expectRings("connected true", "auth ", "event 0")
	if err := emit(ctx, db, system, 0, drift.EventCheckCompleted); err != nil {
		t.Fatal(err)
	}
	expectRings("event 1")
	user, err := db.AddUser(ctx, system, drift.User{Name: "rita", Role: drift.RoleViewer}, "hash")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.SetRights(ctx, system, user.ID, drift.RoleOperator, false, nil); err != nil {
		t.Fatal(err)
	}
	expectRings("auth " + drift.UserKey(user.ID))
	cut := `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE datname = current_database() AND query LIKE 'LISTEN%'`
	want(t, db, "1", cut)
	expectRings("connected false", "connected true", "auth ", "event 0")
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("listening ended by %v", err)
	}
}
