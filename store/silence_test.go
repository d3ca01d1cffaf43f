package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// Every match on every alert: what the database finds is what AlertMatch.Matches says.
func TestMatchesInSQLAndGo(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	acme, zeta := tenantNamed(t, db, "acme"), tenantNamed(t, db, "zeta")
	var alerts []*drift.Alert
	stat, perf := drift.Statistical, drift.Performance
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		n := 0
		for _, tenant := range []drift.Tenant{acme, zeta} {
			for _, model := range []string{drift.FraudDetector, drift.ConflictPredictor} {
				for s := drift.SeverityMedium; s <= drift.SeverityCritical; s++ {
					for _, kind := range []struct {
						alert drift.AlertType
						drift *drift.DriftType
					}{{drift.AlertDrift, &stat}, {drift.AlertDrift, &perf}, {drift.AlertBlind, nil}, {drift.AlertRollback, nil}} {
						n++
						report := int64(n)
						a := &drift.Alert{
							TenantID: tenant.ID, AlertType: kind.alert, DriftType: kind.drift, ModelType: model, ModelVersion: "1", Severity: s,
							CurrentSeverity: s, Status: drift.AlertNew, DedupKey: fmt.Sprint("k", n), CheckDate: checkDay, CreatedAt: now, LastSeen: now,
						}
						if kind.drift != nil {
							a.ReportID = &report
						}
						if err := tx.InsertAlert(ctx, a, drift.TimelineEntry{At: now, Actor: "x", Move: drift.MoveRaise, To: drift.AlertNew, Severity: s}); err != nil {
							return err
						}
						alerts = append(alerts, a)
					}
				}
			}
		}
		return nil
	})
	tried := 0
	for _, tenant := range []int64{0, acme.ID, zeta.ID} {
		for _, model := range []string{"", drift.FraudDetector} {
			for _, driftType := range []drift.DriftType{"", stat, perf} {
				for _, alertType := range []drift.AlertType{"", drift.AlertDrift, drift.AlertBlind, drift.AlertRollback} {
					for most := drift.SeverityMedium; most <= drift.SeverityCritical; most++ {
						m := drift.AlertMatch{TenantID: tenant, ModelType: model, DriftType: driftType, AlertType: alertType, Most: most}
						want := 0
						for _, a := range alerts {
							if m.Matches(a) {
								want++
							}
						}
						p, err := db.PreviewSilence(t.Context(), system, m, now)
						if err != nil || p.Open.Total != want || p.Raised.Total != want || p.Taken != 0 {
							t.Errorf("%+v: %d open, %d raised, want %d (%v)", m, p.Open.Total, p.Raised.Total, want, err)
						}
						tried++
					}
				}
			}
		}
	}
	if tried != 3*2*3*4*3 {
		t.Errorf("%d matches were tried", tried)
	}
	m := drift.AlertMatch{Most: drift.SeverityCritical}
	p, err := db.PreviewSilence(t.Context(), only(drift.RoleOperator, acme), m, now)
	if err != nil || p.Open.Total != len(alerts)/2 {
		t.Errorf("who sees one tenant is shown %d of %d alerts, %v", p.Open.Total, len(alerts), err)
	}
	if p, err = db.PreviewSilence(t.Context(), system, m, now.Add(31*24*time.Hour)); err != nil || p.Raised.Total != 0 || p.Open.Total != len(alerts) {
		t.Errorf("a month later %d raised lately, %d open, %v", p.Raised.Total, p.Open.Total, err)
	}
}

// The list: what is in force or planned by its end, then the past ones, whatever page.
func TestSilencesAreListed(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	acme, zeta := tenantNamed(t, db, "acme"), tenantNamed(t, db, "zeta")
	put := func(scope int64, from, to time.Duration) int64 {
		s := drift.Silence{
			Match: drift.AlertMatch{TenantID: scope, Most: drift.SeverityHigh}, Reason: "r", StartsAt: now.Add(from), EndsAt: now.Add(to), CreatedBy: "x", CreatedAt: now,
		}
		inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error { return tx.PutSilence(ctx, &s) })
		return s.ID
	}
	past := put(acme.ID, -3*time.Hour, -time.Hour)
	later := put(acme.ID, time.Hour, 2*time.Hour)
	inForce := put(0, -time.Hour, time.Hour)
	others := put(zeta.ID, -time.Hour, time.Hour)
	older := put(acme.ID, -9*time.Hour, -8*time.Hour)
	by := only(drift.RoleViewer, acme)
	var got []int64
	cursor := ""
	for {
		p, err := db.Silences(t.Context(), by, now, cursor, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range p.Items {
			got = append(got, s.ID)
		}
		if cursor = p.Next; cursor == "" {
			break
		}
	}
	if want := []int64{inForce, later, past, older}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("listed %v, want %v", got, want)
	}
	if _, err := db.SilencePage(t.Context(), by, others, now); drift.CodeOf(err) != drift.CodeNotFound {
		t.Errorf("another tenant's silence: %v", err)
	}
	d, err := db.SilencesPage(t.Context(), by, now, "")
	if err != nil || len(d.Silences) == 0 || d.Watch.Silences != 1 || !d.SilencesTurn.Equal(now.Add(time.Hour)) {
		t.Errorf("%d in force until %v, %v", d.Watch.Silences, d.SilencesTurn, err)
	}
	if w, err := db.Watching(t.Context(), by, now.Add(time.Hour)); err != nil || w.Silences != 1 || !w.SilencesTurn.Equal(now.Add(2*time.Hour)) {
		t.Errorf("an hour later %d in force until %v, %v", w.Silences, w.SilencesTurn, err)
	}
	if w, err := db.Watching(t.Context(), by, now.Add(2*time.Hour)); err != nil || w.Silences != 0 || !w.SilencesTurn.IsZero() {
		t.Errorf("after all of them %d in force until %v, %v", w.Silences, w.SilencesTurn, err)
	}
}
