package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/query"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// person makes an account and returns it as an actor.
func person(t *testing.T, db *store.DB, name string, role drift.Role, tenants ...drift.Tenant) drift.Actor {
	t.Helper()
	u := drift.User{Name: name, Role: role, AllTenants: len(tenants) == 0}
	by := drift.Actor{Name: name, Role: role, AllTenants: u.AllTenants}
	for _, tn := range tenants {
		u.Tenants, by.Tenants = append(u.Tenants, tn.ID), append(by.Tenants, tn.ID)
	}
	u, err := db.AddUser(t.Context(), system, u, "x")
	if err != nil {
		t.Fatal(err)
	}
	by.UserID = u.ID
	return by
}

func TestSavedFiltersAreAPersonsOwn(t *testing.T) {
	db := storetest.Fresh(t)
	rita, otto := person(t, db, "rita", drift.RoleViewer), person(t, db, "otto", drift.RoleAdmin)
	ctx := t.Context()
	names := func(by drift.Actor) string {
		t.Helper()
		list, err := db.SavedFilters(ctx, by.UserID)
		if err != nil {
			t.Fatal(err)
		}
		s := ""
		for _, f := range list {
			s += fmt.Sprint(f.Name, "=", f.Query, f.Default, " ")
		}
		return s
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(db.SaveFilter(ctx, rita, drift.SavedFilter{Name: " night ", Query: "severity:critical", Default: true}))
	must(db.SaveFilter(ctx, rita, drift.SavedFilter{Name: "mine", Query: "owner:me", Default: true}))
	must(db.SaveFilter(ctx, rita, drift.SavedFilter{Name: "mine", Query: "owner:me is:open"}))
	if got, want := names(rita), "night=severity:criticalfalse mine=owner:me is:opentrue "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if names(otto) != "" {
		t.Error("an administrator has another's filters")
	}
	for name, err := range map[string]error{
		"another's default": db.DefaultFilter(ctx, otto, "mine"), "another's deleted": db.DeleteFilter(ctx, otto, "mine"),
		"an unknown one": db.DefaultFilter(ctx, rita, "none"),
	} {
		if drift.CodeOf(err) != drift.CodeNotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(db.DefaultFilter(ctx, rita, "night"))
	must(db.DeleteFilter(ctx, rita, "mine"))
	if got, want := names(rita), "night=severity:criticaltrue "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	must(db.DefaultFilter(ctx, rita, ""))
	for i := range drift.MaxSavedFilters - 1 {
		must(db.SaveFilter(ctx, rita, drift.SavedFilter{Name: fmt.Sprint("no ", i)}))
	}
	must(db.SaveFilter(ctx, rita, drift.SavedFilter{Name: "night", Query: "is:blind"}))
	for name, f := range map[string]drift.SavedFilter{"one too many": {Name: "more"}, "no name": {Name: " "}} {
		if err := db.SaveFilter(ctx, rita, f); drift.CodeOf(err) != drift.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := db.SaveFilter(ctx, drift.Actor{TokenID: 1}, drift.SavedFilter{Name: "x"}); drift.CodeOf(err) != drift.CodeForbidden {
		t.Errorf("a program's: %v", err)
	}
}

// TestCountsByFilter: many filters at once count what each would alone.
func TestCountsByFilter(t *testing.T) {
	db := storetest.Fresh(t)
	storm(t, db, 3, 4, 60)
	var filters []drift.AlertFilter
	for _, text := range []string{"", "severity:critical", "owner:rita tenant:tenant-1", "-owner:rita text", "number age:>20m"} {
		q, err := query.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		filters = append(filters, drift.AlertFilter{Open: true, Terms: q, Now: now})
	}
	got, err := db.CountAlerts(t.Context(), system, filters)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range filters {
		f.Limit = drift.MaxPage
		page, err := db.Alerts(t.Context(), system, f)
		if err != nil || len(page.Items) != got[i] {
			t.Errorf("filter %d: %d counted, %d there: %v", i, got[i], len(page.Items), err)
		}
	}
}

func TestPresence(t *testing.T) {
	clock := now
	db := storetest.Fresh(t, store.Options{Now: func() time.Time { return now }, Wall: func() time.Time { return clock }})
	acme, zeta := tenantNamed(t, db, "acme"), tenantNamed(t, db, "zeta")
	a := raised(t, db, acme, drift.SeverityHigh, now)
	rita, nina := person(t, db, "rita", drift.RoleViewer, acme), person(t, db, "nina", drift.RoleOperator)
	other := person(t, db, "otto", drift.RoleOperator, zeta)
	there := func(by drift.Actor, beat bool) string {
		t.Helper()
		list, err := db.Present(t.Context(), by, a.ID, beat)
		if err != nil {
			t.Fatal(err)
		}
		s := ""
		for _, p := range list {
			s += fmt.Sprint(p.Name, " ", p.Since.Sub(now), " ")
		}
		return s
	}
	if got := there(rita, true); got != "" {
		t.Errorf("alone: %q", got)
	}
	clock = clock.Add(30 * time.Second)
	if got := there(nina, false); got != "rita 0s " {
		t.Errorf("a second one: %q", got)
	}
	if got := there(rita, true); got != "" {
		t.Errorf("who only looked once is there: %q", got)
	}
	there(nina, true)
	clock = clock.Add(30 * time.Second)
	if got := there(nina, true); got != "rita 0s " { // kept by the second beat
		t.Errorf("after a minute: %q", got)
	}
	clock = clock.Add(drift.PresenceFor - 20*time.Second)
	if got := there(nina, true); got != "" {
		t.Errorf("who left is there: %q", got)
	}
	if n := value(t, db, `SELECT count(*) FROM alert_presence`); n != "1" {
		t.Errorf("%s rows are kept", n)
	}
	if _, err := db.Present(t.Context(), other, a.ID, true); drift.CodeOf(err) != drift.CodeNotFound {
		t.Errorf("of another tenant: %v", err)
	}
}
