package store_test

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/query"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// mixed is a storm of alerts of many models in every state.
func mixed(t *testing.T) *store.DB {
	t.Helper()
	db := storetest.Fresh(t)
	storm(t, db, 3, 12, 120)
	for _, sql := range []string{
		`UPDATE noc_alert_event SET model_type = 'model_' || id % 12`,
		`UPDATE noc_alert_event SET status = 'ESCALATED', team = 'ML Engineering' WHERE id % 5 = 0`, // some of them are rita's
		`UPDATE noc_alert_event SET cleared = true WHERE id % 7 = 0`,
		`UPDATE noc_alert_event SET status = 'SUPPRESSED' WHERE id % 11 = 0`,
		`UPDATE noc_alert_event SET status = 'NEW' WHERE id % 13 = 0`, // returned to new, and still rita's
	} {
		if _, err := db.Pool().Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func boardOf(t *testing.T, db *store.DB, by drift.Actor) drift.BoardData {
	t.Helper()
	open := []drift.AlertStatus{drift.AlertNew, drift.AlertAcknowledged, drift.AlertAssigned, drift.AlertEscalated}
	d, err := db.BoardPage(t.Context(), by, drift.BoardQuery{Now: now, Filter: drift.AlertFilter{Statuses: open, Limit: 200}})
	if err != nil || len(d.Incidents) == 0 || d.Next != "" {
		t.Fatalf("%d incidents, more %q: %v", len(d.Incidents), d.Next, err)
	}
	return d
}

func shiftOf(t *testing.T, db *store.DB) (s drift.Shift) {
	t.Helper()
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) (err error) {
		s, err = tx.Shift(ctx, now.Add(-time.Hour), now)
		return err
	})
	return s
}

// TestWhatNobodyHasIsOneNumber: the board's tile, its groups, the saved filter, the bell and the hand-over
// count the same alerts, and only a team of such an alert is waited for.
func TestWhatNobodyHasIsOneNumber(t *testing.T) {
	db := mixed(t)
	list, err := db.Alerts(t.Context(), system, drift.AlertFilter{Limit: drift.MaxPage})
	if err != nil || len(list.Items) != 120 {
		t.Fatalf("%d alerts: %v", len(list.Items), err)
	}
	want, escalated, critical := 0, 0, 0
	for i := range list.Items {
		if a := &list.Items[i]; a.Untaken() {
			want++
			if a.Status == drift.AlertEscalated {
				escalated++
			}
			if a.Rank() == 0 {
				critical++
			}
		}
	}
	if want == 0 || escalated == 0 || critical == 0 {
		t.Fatalf("%d nobody's, %d escalated, %d critical: the mix is too poor", want, escalated, critical)
	}
	got := map[string]int{}
	d := boardOf(t, db, system)
	for _, c := range d.Tally {
		got["the tile"] += c.Nobody
		got["escalated"] += c.Escalated
	}
	for _, i := range d.Incidents {
		got["groups"] += i.Untaken
		got["critical"] += i.Hot
		if i.Untaken == 0 && len(i.Teams) > 0 || slices.Contains(i.Owners, "ML Engineering") {
			t.Errorf("%s: %d nobody has, owners %v, teams %v", i.Key, i.Untaken, i.Owners, i.Teams)
		}
	}
	q, err := query.Parse("owner:nobody -is:cleared")
	if err != nil {
		t.Fatal(err)
	}
	open := []drift.AlertStatus{drift.AlertNew, drift.AlertAcknowledged, drift.AlertAssigned, drift.AlertEscalated}
	counts, err := db.CountAlerts(t.Context(), system, []drift.AlertFilter{{Terms: q, Statuses: open, Now: now}})
	if err != nil {
		t.Fatal(err)
	}
	got["the filter"] = counts[0]
	alarm, err := db.Alarm(t.Context(), system)
	if err != nil {
		t.Fatal(err)
	}
	got["the bell"] = alarm.Unacknowledged
	for _, tenant := range shiftOf(t, db).Tenants {
		for _, i := range tenant.Open.Items {
			got["the hand-over"] += i.Unowned
		}
	}
	for what, n := range got {
		expect := map[string]int{"escalated": escalated, "critical": critical}[what]
		if n != cmp.Or(expect, want) {
			t.Errorf("%s: %d, want %d", what, n, cmp.Or(expect, want))
		}
	}
}

// TestOneOrder: models, the first sentence and the hand-over follow the board's list.
func TestOneOrder(t *testing.T) {
	db := mixed(t)
	d := boardOf(t, db, system)
	place := map[string]int{}
	for n, i := range d.Incidents {
		place[i.Key] = n
	}
	list, err := db.Alerts(t.Context(), system, drift.AlertFilter{Limit: drift.MaxPage})
	if err != nil {
		t.Fatal(err)
	}
	first := map[drift.Model]int{} // the best place of a model's alerts
	for _, a := range list.Items {
		n, shown := place[a.Incident]
		if a.Status == drift.AlertSuppressed || !shown {
			continue
		}
		m := drift.Model{TenantID: a.TenantID, Tenant: a.Tenant, ModelType: a.ModelType}
		if had, ok := first[m]; !ok || n < had {
			first[m] = n
		}
	}
	if len(d.Listed) != len(first) {
		t.Errorf("%d models listed, %d have an open alert", len(d.Listed), len(first))
	}
	if !slices.IsSortedFunc(d.Listed, func(a, b drift.Model) int { return first[a] - first[b] }) {
		t.Errorf("the models do not follow the list: %v", d.Listed)
	}
	var urgent *drift.Alert
	for _, i := range d.Incidents {
		for n := range i.Alerts {
			if a := &i.Alerts[n].Alert; a.Untaken() && (urgent == nil || a.Rank() < urgent.Rank()) {
				urgent = a
			}
		}
	}
	if d.Urgent == nil || d.Urgent.ID != urgent.ID {
		t.Fatalf("the sentence is about %+v, the list's first is %d", d.Urgent, urgent.ID)
	}
	for _, x := range d.Urgent.Also {
		if n := slices.IndexFunc(list.Items, func(a drift.Alert) bool { return a.ID == x.ID }); !list.Items[n].Untaken() || list.Items[n].ModelType != urgent.ModelType {
			t.Errorf("the button would change %+v too", list.Items[n])
		}
	}
	var items []drift.ShiftIncident
	for _, tenant := range shiftOf(t, db).Tenants {
		if !slices.IsSortedFunc(tenant.Open.Items, func(a, b drift.ShiftIncident) int { return cmp.Or(a.Rank-b.Rank, a.Place-b.Place) }) {
			t.Errorf("the hand-over of %s is not in the board's order", tenant.Tenant)
		}
		items = append(items, tenant.Open.Items...)
	}
	slices.SortFunc(items, func(a, b drift.ShiftIncident) int { return a.Place - b.Place })
	if !slices.IsSortedFunc(items, func(a, b drift.ShiftIncident) int {
		n, one := place[a.Key]
		m, other := place[b.Key]
		if !one || !other {
			return 0
		}
		return n - m
	}) {
		t.Error("the hand-over does not follow the list")
	}
}

// TestTypesOfAReader: the board offers the types of the reader's own models and alerts.
func TestTypesOfAReader(t *testing.T) {
	db := mixed(t)
	if _, err := db.AddModelType(t.Context(), system, drift.ModelType{Name: "loan_model", BehavesLike: drift.FraudDetector}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Pool().Exec(t.Context(), `UPDATE noc_alert_event SET model_type = 'loan_model' WHERE tenant_id = (SELECT id FROM tenant WHERE name = 'tenant-0')`); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"tenant-0": true, "tenant-1": false} {
		of := drift.Tenant{Name: name}
		if err := db.Pool().QueryRow(t.Context(), `SELECT id FROM tenant WHERE name = $1`, name).Scan(&of.ID); err != nil {
			t.Fatal(err)
		}
		types := boardOf(t, db, only(drift.RoleOperator, of)).Types
		if got := slices.ContainsFunc(types, func(m drift.ModelType) bool { return m.Name == "loan_model" }); got != want {
			t.Errorf("%s is offered another tenant's type: %v", name, types)
		}
	}
}
