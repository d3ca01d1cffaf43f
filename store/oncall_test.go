package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

func colleague(t *testing.T, db *store.DB, name string, role drift.Role, tenants ...drift.Tenant) drift.Actor {
	t.Helper()
	u := drift.User{Name: name, Role: role, AllTenants: len(tenants) == 0}
	for _, x := range tenants {
		u.Tenants = append(u.Tenants, x.ID)
	}
	u, err := db.AddUser(t.Context(), system, u, "x")
	if err != nil {
		t.Fatal(err)
	}
	return u.Actor()
}

func TestRotasSwapsAndCalendars(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	acme, zeta := tenantNamed(t, db, "acme"), tenantNamed(t, db, "zeta")
	boss := colleague(t, db, "boss", drift.RoleManager)
	mine := colleague(t, db, "olga", drift.RoleOperator, acme)
	other := colleague(t, db, "zoe", drift.RoleOperator, zeta)
	looker := colleague(t, db, "vic", drift.RoleViewer)
	local := colleague(t, db, "lena", drift.RoleManager, acme)
	admin := drift.Actor{Name: "root", Role: drift.RoleAdmin, AllTenants: true}
	for _, name := range []string{"olga", "zoe"} {
		if _, err := db.AddMember(t.Context(), admin, "NOC", name); err != nil {
			t.Fatal(err)
		}
	}
	monday := drift.DateOf(now).Add(-7)
	rota := func(people ...string) *drift.Rota {
		return &drift.Rota{Zone: "Europe/Berlin", StartsOn: monday, Minute: 540, People: people}
	}
	swap := drift.Turn{Person: "olga", From: now.Add(time.Hour), To: now.Add(3 * time.Hour), Swap: true}
	for _, c := range []struct {
		name string
		err  error
		code drift.Code
	}{
		{"a manager of all", db.SetRota(t.Context(), boss, "NOC", rota("olga", "zoe")), ""},
		{"a member who operates", db.SetRota(t.Context(), mine, "NOC", rota("olga")), drift.CodeForbidden},
		{"a manager of one tenant, no member", db.SetRota(t.Context(), local, "NOC", rota("olga")), drift.CodeForbidden},
		{"no such team", db.SetRota(t.Context(), boss, "Nobody", rota("olga")), drift.CodeInvalid},
		{"a stranger", db.SetRota(t.Context(), boss, "NOC", rota("eve")), drift.CodeInvalid},
		{"a viewer on call", db.SetRota(t.Context(), boss, "NOC", rota("vic")), drift.CodeInvalid},
		{"nobody", db.SetRota(t.Context(), boss, "NOC", rota()), drift.CodeInvalid},
		{"an odd zone", db.SetRota(t.Context(), boss, "NOC", &drift.Rota{Zone: "Mars/Base", People: []string{"olga"}}), drift.CodeInvalid},
		{"a member swaps", db.AddSwap(t.Context(), mine, "NOC", swap), ""},
		{"a manager of one tenant swaps", db.AddSwap(t.Context(), local, "NOC", swap), drift.CodeForbidden},
		{"a viewer swaps", db.AddSwap(t.Context(), looker, "NOC", swap), drift.CodeForbidden},
		{"a swap that is over", db.AddSwap(t.Context(), mine, "NOC", drift.Turn{Person: "olga", From: now.Add(-2 * time.Hour), To: now.Add(-time.Hour)}), drift.CodeInvalid},
		{"a member imports", db.SetCalendar(t.Context(), mine, "NOC", nil), drift.CodeForbidden},
	} {
		if (c.code == "" && c.err != nil) || (c.code != "" && drift.CodeOf(c.err) != c.code) {
			t.Errorf("%s: %v, want %q", c.name, c.err, c.code)
		}
	}

	plan := func(by drift.Actor) drift.Plan {
		t.Helper()
		d, err := db.RotaPage(t.Context(), by, "NOC", now)
		if err != nil {
			t.Fatal(err)
		}
		return d.Plan
	}
	p := plan(boss)
	if p.Rota == nil || fmt.Sprint(p.Rota.People) != "[olga zoe]" || p.Rota.Zone != "Europe/Berlin" || p.Rota.Minute != 540 || p.Rota.StartsOn != monday || len(p.Swaps) != 1 {
		t.Fatalf("kept %+v, %+v", p.Rota, p.Swaps)
	}
	if s := p.Swaps[0]; s.Person != "olga" || !s.Swap || s.By != "olga" || !s.From.Equal(swap.From) || !s.To.Equal(swap.To) {
		t.Errorf("the swap is %+v", s)
	}
	// Whoever shares no tenant with a person keeps the place, and not the name.
	if p := plan(mine); fmt.Sprint(p.Rota.People) != "[olga ]" {
		t.Errorf("seen by another tenant's: %q", p.Rota.People)
	}
	if err := db.RemoveSwap(t.Context(), mine, "NOC", p.Swaps[0].ID); err != nil {
		t.Error(err)
	}
	if err := db.RemoveSwap(t.Context(), mine, "NOC", p.Swaps[0].ID); drift.CodeOf(err) != drift.CodeNotFound {
		t.Errorf("removed twice: %v", err)
	}
	turns := []drift.Turn{{Person: "zoe", From: now, To: now.Add(time.Hour)}, {Person: "olga", From: now.Add(time.Hour), To: now.Add(2 * time.Hour)}}
	if err := db.SetCalendar(t.Context(), boss, "NOC", turns); err != nil {
		t.Fatal(err)
	}
	if err := db.SetCalendar(t.Context(), boss, "NOC", []drift.Turn{{Person: "eve", From: now, To: now.Add(time.Hour)}}); drift.CodeOf(err) != drift.CodeInvalid {
		t.Errorf("a stranger in a calendar: %v", err)
	}
	if p := plan(boss); len(p.Calendar) != 2 || p.Calendar[0].Person != "zoe" { // the refused one changed nothing
		t.Errorf("imported %+v", p.Calendar)
	}
	if err := db.SetRota(t.Context(), boss, "NOC", nil); err != nil || plan(boss).Rota != nil {
		t.Errorf("removed: %v", err)
	}
	if _, err := db.RotaPage(t.Context(), other, "Nobody", now); drift.CodeOf(err) != drift.CodeNotFound {
		t.Errorf("no such team: %v", err)
	}
	plans, err := db.OnCallPlans(t.Context(), boss, "", now)
	if err != nil || len(plans) < 4 {
		t.Errorf("%d teams, %v", len(plans), err)
	}
}
