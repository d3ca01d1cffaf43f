package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

var administrator = drift.Actor{Name: "root", Role: drift.RoleAdmin, AllTenants: true}

func noc() drift.WebhookOwner { return drift.WebhookOwner{Team: drift.TeamNOC} }

func setHook(t *testing.T, db *store.DB, owner drift.WebhookOwner) string {
	t.Helper()
	secret, err := db.SetWebhook(t.Context(), administrator, owner, "https://hooks.example.com/x")
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func emitted(t *testing.T, db *store.DB, events ...drift.Event) {
	t.Helper()
	inTx(t, db, system, func(_ context.Context, tx *store.Tx) error {
		for _, e := range events {
			tx.Emit(e)
		}
		return nil
	})
}

func relay(t *testing.T, db *store.DB) {
	t.Helper()
	for {
		more, err := db.RelayEvents(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			return
		}
	}
}

// Eight servers make deliveries of the same events: each is made once, in the events' order.
func TestEventsAreRelayedOnce(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	acme, zeta := tenantNamed(t, db, "acme"), tenantNamed(t, db, "zeta")
	emitted(t, db, drift.Event{Type: drift.EventAlertRaised, TenantID: acme.ID})
	relay(t, db) // before there was a webhook: nobody is told
	setHook(t, db, drift.WebhookOwner{Tenant: "acme"})
	setHook(t, db, noc())
	for i := range 700 {
		tenant := []drift.Tenant{acme, zeta}[i%2]
		emitted(t, db, drift.Event{Type: drift.EventDriftDetected, TenantID: tenant.ID, Payload: json.RawMessage(`{"alert":{"id":1}}`)})
	}
	var servers sync.WaitGroup
	for range 8 {
		servers.Go(func() {
			for more := true; more; {
				var err error
				if more, err = db.RelayEvents(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	servers.Wait()
	relay(t, db)
	want(t, db, "350 700", `SELECT count(*) FILTER (WHERE w.tenant_id IS NOT NULL) || ' ' || count(*) FILTER (WHERE w.team = 'NOC')
		FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id`)
	want(t, db, "true", `SELECT bool_and(ordered) FROM (SELECT event_seq > lag(event_seq, 1, 0::bigint)
		OVER (PARTITION BY webhook_id ORDER BY id) AS ordered FROM webhook_delivery) x`)
	body := value(t, db, `SELECT payload FROM webhook_delivery ORDER BY id LIMIT 1`)
	if !strings.Contains(body, `"type":"ML_DRIFT_DETECTED","tenant":"acme","at":"2025-11-20T12:00:00Z","alert":`) || !json.Valid([]byte(body)) {
		t.Errorf("the body is %s", body)
	}
}

// One server at a time sends to a webhook; one that dies loses its lease and nothing else, and one
// that was only slow is told that it lost it.
func TestLeaseOfAWebhook(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	acme := tenantNamed(t, db, "acme")
	setHook(t, db, noc())
	for range 2 {
		emitted(t, db, drift.Event{Type: drift.EventDriftDetected, TenantID: acme.ID})
	}
	relay(t, db)
	claim := func(at time.Time) *drift.DeliveryTask {
		task, err := db.ClaimDelivery(t.Context(), at, 30*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		return task
	}
	first := claim(now)
	if first == nil || claim(now) != nil || claim(now.Add(29*time.Second)) != nil {
		t.Fatalf("claimed %v; the webhook must be nobody else's meanwhile", first)
	}
	again := claim(now.Add(30 * time.Second))
	if again == nil || again.ID != first.ID || again.Key != first.Key || string(again.Body) != string(first.Body) || again.Attempt != 2 {
		t.Fatalf("after the lease: %+v, was %+v", again, first)
	}
	done := drift.DeliveryResult{State: drift.DeliveryDelivered, At: now, Status: 200}
	if kept, err := db.FinishDelivery(t.Context(), first, done); kept || err != nil {
		t.Errorf("a lost lease is written: %v, %v", kept, err)
	}
	if kept, err := db.FinishDelivery(t.Context(), again, done); !kept || err != nil {
		t.Errorf("not written: %v, %v", kept, err)
	}
	if next := claim(now.Add(31 * time.Second)); next == nil || next.ID == first.ID {
		t.Errorf("next is %+v", next)
	}
}

func TestWebhookIsSetAndRemoved(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	acme, zeta := tenantNamed(t, db, "acme"), tenantNamed(t, db, "zeta")
	secret := setHook(t, db, noc())
	if len(secret) < 30 || setHook(t, db, noc()) != "" {
		t.Errorf("the secret is %q, and is told again", secret)
	}
	rotated, err := db.RotateWebhookSecret(t.Context(), administrator, noc())
	if err != nil || rotated == secret || rotated == "" {
		t.Errorf("rotated to %q, %v", rotated, err)
	}
	if err := db.TestWebhook(t.Context(), administrator, noc()); err != nil {
		t.Fatal(err)
	}
	if err := db.RemoveWebhook(t.Context(), administrator, noc()); err != nil {
		t.Fatal(err)
	}
	want(t, db, "dead", `SELECT state FROM webhook_delivery`)
	if err := db.ResendDelivery(t.Context(), administrator, 1); drift.CodeOf(err) != drift.CodeNotFound {
		t.Errorf("sent again to a webhook that is removed: %v", err)
	}
	if third := setHook(t, db, noc()); third == "" || third == rotated {
		t.Errorf("set again, the secret is %q", third)
	}
	if err := db.ResendDelivery(t.Context(), administrator, 1); err != nil {
		t.Error(err)
	}
	if err := db.ResendDelivery(t.Context(), administrator, 1); drift.CodeOf(err) != drift.CodeConflict {
		t.Errorf("sent again while it waits: %v", err)
	}
	want(t, db, "webhook.set webhook.set webhook.rotate_secret webhook.test webhook.remove webhook.set webhook.resend",
		`SELECT string_agg(action, ' ' ORDER BY seq) FROM audit_log WHERE action LIKE 'webhook.%'`)
	if n := value(t, db, `SELECT count(*) FROM audit_log WHERE detail::text LIKE '%whsec%'`); n != "0" {
		t.Error("the audit log holds a secret")
	}
	for name, try := range map[string]func() error{
		"a manager": func() error {
			return db.TestWebhook(t.Context(), drift.Actor{Role: drift.RoleManager, AllTenants: true}, noc())
		},
		"a tenant's administrator, a team": func() error { return db.TestWebhook(t.Context(), only(drift.RoleAdmin, acme), noc()) },
		"a tenant's administrator, another tenant": func() error {
			_, err := db.SetWebhook(t.Context(), only(drift.RoleAdmin, acme), drift.WebhookOwner{Tenant: zeta.Name}, "https://x.example")
			return err
		},
		"two owners": func() error {
			return db.TestWebhook(t.Context(), administrator, drift.WebhookOwner{Team: "NOC", Tenant: "acme"})
		},
		"no team": func() error { return db.TestWebhook(t.Context(), administrator, drift.WebhookOwner{Team: "nobody"}) },
	} {
		if err := try(); err == nil || drift.CodeOf(err) == drift.CodeInternal {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := db.SetWebhook(t.Context(), only(drift.RoleAdmin, acme), drift.WebhookOwner{Tenant: "acme"}, "http://127.0.0.1:1/"); err != nil {
		t.Errorf("a tenant's administrator sets their own: %v", err)
	}
}

// What is escalated to a team, or was a leaver's, is in its queue until it is resolved.
func TestQueueOutlivesItsMembers(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	acme := tenantNamed(t, db, "acme")
	ann, err := db.AddUser(t.Context(), system, drift.User{Name: "ann", Role: drift.RoleOperator, AllTenants: true}, "x")
	if err != nil {
		t.Fatal(err)
	}
	a := raised(t, db, acme, drift.SeverityHigh, now)
	set := func(team, assignee, status string) {
		if _, err := db.Pool().Exec(t.Context(), `UPDATE noc_alert_event SET team = $1, assignee = $2, status = $3 WHERE id = $4`, team, assignee, status, a.ID); err != nil {
			t.Fatal(err)
		}
	}
	queued := func(by drift.Actor) (names string) {
		t.Helper()
		d, err := db.TeamsPage(t.Context(), by, now)
		if err != nil {
			t.Fatal(err)
		}
		for _, team := range d.Teams {
			if team.Waiting != len(team.Queue) {
				t.Errorf("%s: %d wait, %d are listed", team.Name, team.Waiting, len(team.Queue))
			}
			names += fmt.Sprint(team.Name, ":", team.Waiting, " ")
		}
		return names
	}
	if made, err := db.AddMember(t.Context(), administrator, "DevOps", "ann"); !made || err != nil {
		t.Fatalf("%v, %v", made, err)
	}
	set("DevOps", "ann", "ASSIGNED")
	if got := queued(ann.Actor()); got != "DevOps:1 ML Engineering:0 ML Team Lead:0 NOC:0 " {
		t.Errorf("escalated: %s", got)
	}
	if got := queued(only(drift.RoleAdmin)); strings.Contains(got, "1") {
		t.Errorf("without a tenant: %s", got)
	}
	set("", "ann", "ASSIGNED")
	if got := queued(administrator); strings.Contains(got, "1") {
		t.Errorf("a member's own: %s", got)
	}
	if made, err := db.RemoveMember(t.Context(), administrator, "DevOps", "ann"); !made || err != nil {
		t.Fatalf("%v, %v", made, err)
	}
	if got := queued(administrator); !strings.Contains(got, "DevOps:1") {
		t.Errorf("after the member left: %s", got)
	}
	if made, err := db.AddMember(t.Context(), administrator, "DevOps", "ann"); !made || err != nil {
		t.Fatalf("%v, %v", made, err)
	}
	if err := db.SetDisabled(t.Context(), system, ann.ID, true); err != nil {
		t.Fatal(err)
	}
	if got := queued(administrator); !strings.Contains(got, "DevOps:1") {
		t.Errorf("after the account was closed: %s", got)
	}
	set("DevOps", "ann", "RESOLVED")
	if got := queued(administrator); strings.Contains(got, "1") {
		t.Errorf("resolved: %s", got)
	}
	for _, by := range []drift.Actor{only(drift.RoleAdmin, acme), {Role: drift.RoleManager, AllTenants: true}} {
		if _, err := db.AddMember(t.Context(), by, "NOC", "ann"); drift.CodeOf(err) != drift.CodeForbidden {
			t.Errorf("%v adds a member: %v", by, err)
		}
	}
	want(t, db, "3", `SELECT count(*) FROM audit_log WHERE object = 'team/DevOps'`)
}
