package queue_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// lastBackfill waits until the newest backfill is as wanted.
func lastBackfill(t *testing.T, db *store.DB, what string, wanted func(p drift.Progress) bool) {
	t.Helper()
	limit := time.Now().Add(30 * time.Second)
	for {
		d, err := db.StartPage(t.Context(), drift.SystemActor(), drift.Model{}, midnight)
		if err != nil {
			t.Fatal(err)
		}
		if d.Backfill != nil && wanted(*d.Backfill) {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("%s: %+v", what, d.Backfill)
		}
	}
}

func TestBackfillFromAPage(t *testing.T) {
	c := &clock{now: midnight}
	r := newRecorder()
	begun, goOn := make(chan engine.BackfillOptions, 1), make(chan error)
	r.fill = func(ctx context.Context, o engine.BackfillOptions) error {
		begun <- o
		o.Progress(engine.BackfillProgress{Stage: "check", Done: 3, Total: 10})
		select {
		case err := <-goOn:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	dsn := storetest.FreshDSN(t)
	db, q, stop := serve(t, dsn, "a", c, r)
	from, to := drift.DateOf(midnight).Add(-10), drift.DateOf(midnight).Add(-1)
	manager := drift.Actor{Name: "mia", Role: drift.RoleManager, AllTenants: true}
	for name, by := range map[string]drift.Actor{
		"an operator":             {Name: "o", Role: drift.RoleOperator, AllTenants: true},
		"a manager of one tenant": {Name: "m", Role: drift.RoleManager, Tenants: []int64{1}},
		"an ingest token":         {Name: "i", Role: drift.RoleIngest, AllTenants: true},
	} {
		if err := q.StartBackfill(t.Context(), by, from, to); drift.CodeOf(err) != drift.CodeForbidden {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, days := range map[string][2]drift.Date{
		"backwards": {to, from}, "ahead": {from, drift.DateOf(time.Now()).Add(1)}, "too long": {to.Add(-drift.MaxBackfillDays), to},
	} {
		if err := q.StartBackfill(t.Context(), manager, days[0], days[1]); drift.CodeOf(err) != drift.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	start := func() {
		t.Helper()
		if err := q.StartBackfill(t.Context(), manager, from, to); err != nil {
			t.Fatal(err)
		}
		if o := <-begun; o.From != from || o.To != to || o.Alerts {
			t.Errorf("it began with %+v", o)
		}
	}
	start()
	if err := q.StartBackfill(t.Context(), manager, from, to); drift.CodeOf(err) != drift.CodeConflict {
		t.Errorf("a second one beside it: %v", err)
	}
	lastBackfill(t, db, "on its way", func(p drift.Progress) bool { return p.FinishedAt.IsZero() && p.Total == 10 })
	goOn <- nil
	lastBackfill(t, db, "over", func(p drift.Progress) bool { return !p.FinishedAt.IsZero() && p.Done == 10 && p.Error == "" })
	start()
	goOn <- errors.New("the disk is full")
	lastBackfill(t, db, "failed", func(p drift.Progress) bool { return strings.HasPrefix(p.Error, "It ended unexpectedly") })
	start()
	stop()
	db2, err := store.Open(t.Context(), dsn, store.Options{Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer db2.Close()
	lastBackfill(t, db2, "stopped with its server", func(p drift.Progress) bool { return strings.HasPrefix(p.Error, "The server stopped") })
}
