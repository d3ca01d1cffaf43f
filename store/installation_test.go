package store_test

import (
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// A database is a time-lapse's from its first start, or never; how far it was played only grows.
func TestLapse(t *testing.T) {
	db := storetest.Fresh(t)
	from := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	if _, known, err := db.Installation(t.Context()); err != nil || known {
		t.Fatalf("before any start: %t, %v", known, err)
	}
	i, err := db.BeginLapse(t.Context(), from)
	if err != nil || !i.Demo || i.DemoReady || !i.FirstStart.Equal(from) || !i.LapseFrom.Equal(from) || !i.LapseReached.Equal(from) {
		t.Fatalf("begun: %+v, %v", i, err)
	}
	if _, err := db.BeginLapse(t.Context(), from.AddDate(0, 0, 1)); drift.CodeOf(err) != drift.CodeConflict {
		t.Errorf("begun twice: %v", err)
	}
	for _, hours := range []time.Duration{5, 3} {
		if err := db.LapseReached(t.Context(), from.Add(hours*time.Hour), hours == 5); err != nil {
			t.Fatal(err)
		}
	}
	if i, err = db.FirstServe(t.Context(), time.Now(), false); err != nil || !i.LapseReached.Equal(from.Add(5*time.Hour)) || !i.LapseFrom.Equal(from) {
		t.Errorf("started again: %+v, %v", i, err)
	}
	events, err := db.EventsAfter(t.Context(), system, 0, 10)
	if err != nil || len(events) != 1 || events[0].Type != drift.EventCheckCompleted || !events[0].At.Equal(from.Add(5*time.Hour)) {
		t.Errorf("told: %+v, %v", events, err)
	}
}

// Whatever is in a database before keeps a time-lapse out.
func TestLapseKeepsOut(t *testing.T) {
	served, filled := storetest.Fresh(t), storetest.Fresh(t)
	if _, err := served.FirstServe(t.Context(), time.Now(), true); err != nil {
		t.Fatal(err)
	}
	tenantNamed(t, filled, "acme")
	if _, err := served.BeginLapse(t.Context(), time.Now()); drift.CodeOf(err) != drift.CodeConflict {
		t.Errorf("where a server started before: %v", err)
	}
	if _, err := filled.BeginLapse(t.Context(), time.Now()); drift.CodeOf(err) != drift.CodeConflict {
		t.Errorf("where there is a tenant: %v", err)
	}
}
