package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// TestTimeToApprove finds again, from the raw lines, when an incident's retrain began to wait for a manager and
// when it was approved: of the retrain that was asked about first among those that were approved.
func TestTimeToApprove(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	acme, zeta := tenantNamed(t, db, "acme"), tenantNamed(t, db, "zeta")
	rnd := rand.New(rand.NewPCG(3, 5))
	id := int64(0)
	incidents := map[string]drift.Tenant{}
	for n := range 30 {
		tenant := []drift.Tenant{acme, zeta}[n%2]
		a := raisedFor(t, db, tenant, drift.SeverityCritical, now.AddDate(0, 0, -20), fmt.Sprint(n))
		key := fmt.Sprintf("cause-%d", n/4) // several alerts to one, of both tenants
		incidents[tenant.Name+" "+key] = tenant
		inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE noc_alert_event SET incident_key = $3 WHERE tenant_id = $1 AND id = $2`, tenant.ID, a.ID, key)
			return err
		})
		for range rnd.IntN(3) { // retrains on it, each ended: one may live at a time
			id++
			inventRetrain(t, db, rnd, tenant, id, a.ID)
		}
	}
	for name, tenant := range incidents {
		var key string
		if _, err := fmt.Sscanf(name, tenant.Name+" %s", &key); err != nil {
			t.Fatal(err)
		}
		d, err := db.IncidentReview(t.Context(), only(drift.RoleViewer, tenant), drift.IncidentQuery{Tenant: tenant.Name, Key: key, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		asked, approved := approvalOf(t, db, tenant.ID, key)
		if !d.Times.Asked.Equal(asked) || !d.Times.Approved.Equal(approved) {
			t.Errorf("%s: asked %v, approved %v, want %v and %v", name, d.Times.Asked, d.Times.Approved, asked, approved)
		}
	}
}

// inventRetrain writes a retrain with a life of its own: it may be asked about again, approved, or neither.
func inventRetrain(t *testing.T, db *store.DB, rnd *rand.Rand, tenant drift.Tenant, id, alert int64) {
	t.Helper()
	moment := now.Add(-time.Duration(1+rnd.IntN(15*24*60)) * time.Minute)
	type line struct{ move, from, to string }
	lines := []line{{"propose", "proposed", "proposed"}}
	for range rnd.IntN(3) {
		from := lines[len(lines)-1].to
		lines = append(lines, line{"ask_again", from, "waiting_approval"})
	}
	if state := lines[len(lines)-1].to; state == "waiting_approval" && rnd.IntN(3) > 0 {
		lines = append(lines, line{"approve", state, "queued"}, line{"start", "queued", "training"})
	}
	lines = append(lines, line{"fail", lines[len(lines)-1].to, "failed"})
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO ml_retrain (tenant_id, id, model_type, state, requested_by, manual, reason, skip_cooldown, safeguards,
			created_at, state_since, alert_id) VALUES ($1, $2, 'fraud_detector', 'failed', 'x', false, 'x', false, '[]', $3, $3, $4)`,
			tenant.ID, id, moment, alert)
		for i, l := range lines {
			if err == nil {
				_, err = tx.Exec(ctx, `INSERT INTO ml_retrain_timeline (tenant_id, retrain_id, version, at, actor, move, from_state, to_state)
					VALUES ($1, $2, $3, $4, 'mara', $5, $6, $7)`, tenant.ID, id, i+1, moment, l.move, l.from, l.to)
				moment = moment.Add(time.Duration(1+rnd.IntN(600)) * time.Minute)
			}
		}
		return err
	})
}

func approvalOf(t *testing.T, db *store.DB, tenant int64, key string) (asked, approved time.Time) {
	t.Helper()
	rows, err := db.Pool().Query(t.Context(), `SELECT l.retrain_id, l.at, l.move, l.to_state, a.incident_key, a.tenant_id
		FROM ml_retrain_timeline l JOIN ml_retrain r USING (tenant_id) JOIN noc_alert_event a USING (tenant_id)
		WHERE r.id = l.retrain_id AND a.id = r.alert_id`)
	if err != nil {
		t.Fatal(err)
	}
	type raw struct {
		Retrain   int64
		At        time.Time
		Move, To  string
		Key       string
		OfATenant int64
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[raw])
	if err != nil {
		t.Fatal(err)
	}
	type life struct{ asked, approved time.Time }
	lives := map[int64]*life{}
	earliest := func(at *time.Time, with time.Time) {
		if at.IsZero() || with.Before(*at) {
			*at = with
		}
	}
	for _, x := range list {
		if x.Key != key || x.OfATenant != tenant {
			continue
		}
		if lives[x.Retrain] == nil {
			lives[x.Retrain] = &life{}
		}
		if x.To == "waiting_approval" {
			earliest(&lives[x.Retrain].asked, x.At)
		}
		if x.Move == "approve" {
			earliest(&lives[x.Retrain].approved, x.At)
		}
	}
	for _, wantApproved := range []bool{true, false} {
		for _, l := range lives {
			if l.asked.IsZero() || l.approved.IsZero() == wantApproved || (!asked.IsZero() && !l.asked.Before(asked)) {
				continue
			}
			asked, approved = l.asked, l.approved
		}
		if !asked.IsZero() {
			return asked, approved
		}
	}
	return asked, approved
}
