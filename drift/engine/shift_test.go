package engine_test

import (
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
)

// TestHandOver: of the author's alerts each changes hands by itself, and what did not says why, in what is
// kept too.
func TestHandOver(t *testing.T) {
	w := newWorld(t)
	for _, name := range []string{"olga", "mira"} {
		if _, err := w.db.AddUser(t.Context(), drift.SystemActor(), drift.User{Name: name, Role: drift.RoleOperator, AllTenants: true}, "x"); err != nil {
			t.Fatal(err)
		}
	}
	w.history("v1", 60, 8)
	for ago := 7; ago > 0; ago-- {
		w.log(today.Add(-ago), day{model: drift.FraudDetector, version: "v1", n: 40, low: 0.5, high: 1, right: 20})
	}
	w.run(drift.JobStatistical, today)
	w.run(drift.JobPerformance, today)
	list := w.alerts(drift.AlertDrift)
	if len(list) != 2 {
		t.Fatalf("%d alerts", len(list))
	}
	var give []drift.AlertVersion
	for _, a := range list {
		a = w.move(a, engine.MoveRequest{Move: drift.MoveAcknowledge})
		give = append(give, drift.AlertVersion{ID: a.ID, Version: a.Version})
	}
	w.move(w.alertNow(give[1].ID), engine.MoveRequest{Move: drift.MoveComment, Note: "meanwhile"})
	w.wait(time.Minute)
	now := w.clock()
	req := engine.HandOverRequest{From: now.Add(-8 * time.Hour), To: now, Name: "mira", Notes: " Look at the feed. ", Give: give}
	h, err := w.engine.HandOver(t.Context(), operator, req)
	if err != nil {
		t.Fatal(err)
	}
	_, kept, err := w.db.HandOver(t.Context(), operator, h.ID, now)
	if err != nil {
		t.Fatal(err)
	}
	given := kept.Shift.Tenants[0].Given
	if len(given) != 2 || given[0].Refused != "" || !strings.Contains(given[1].Refused, "olga was faster") || kept.Notes != "Look at the feed." || kept.To != "mira" {
		t.Errorf("kept: %+v", kept)
	}
	if a, b := w.alertNow(give[0].ID), w.alertNow(give[1].ID); a.Assignee != "mira" || b.Assignee != "olga" {
		t.Errorf("%s has the one, %s the other", a.Assignee, b.Assignee)
	}
	if c := kept.Shift.Tenants[0].Counts; c.Raised != 2 || c.Acknowledged != 2 || kept.Shift.Tenants[0].Open.Total != 1 {
		t.Errorf("counted %+v, %d open incidents", c, kept.Shift.Tenants[0].Open.Total)
	}
	again, err := w.engine.HandOver(t.Context(), operator, req)
	if err != nil || again.Shift.Tenants[0].Given[0].Refused != "mira has it by now." {
		t.Errorf("again: %v %+v", err, again)
	}
	for what, r := range map[string]engine.HandOverRequest{
		"to oneself": {From: req.From, To: now, Name: "olga"}, "nobody named": {From: req.From, To: now, Give: give},
		"ahead": {From: now, To: now.Add(time.Hour)}, "too long": {From: now.Add(-8 * 24 * time.Hour), To: now}, "backwards": {From: now, To: now.Add(-time.Hour)},
	} {
		if _, err := w.engine.HandOver(t.Context(), operator, r); drift.CodeOf(err) != drift.CodeInvalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	viewer := operator
	viewer.Role = drift.RoleViewer
	if _, err := w.engine.HandOver(t.Context(), viewer, req); drift.CodeOf(err) != drift.CodeForbidden {
		t.Errorf("a viewer: %v", err)
	}
}
