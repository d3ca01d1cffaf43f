package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// TestAlarm: what interrupts is severe enough for its tenant, nobody's, fresh and not cleared.
func TestAlarm(t *testing.T) {
	db := storetest.Fresh(t)
	acme, zeta := tenantNamed(t, db, "acme"), tenantNamed(t, db, "zeta")
	raise := func(tenant drift.Tenant, s drift.Severity, day int) *drift.Alert {
		return raisedFor(t, db, tenant, s, now.AddDate(0, 0, day), fmt.Sprint(day))
	}
	high := raise(acme, drift.SeverityHigh, 1)
	raise(acme, drift.SeverityMedium, 2)
	critical, taken := raise(zeta, drift.SeverityCritical, 3), raise(zeta, drift.SeverityCritical, 4)
	old, cleared := raise(acme, drift.SeverityHigh, 5), raise(acme, drift.SeverityHigh, 6)
	change := func(a *drift.Alert, move drift.Move, with func()) {
		t.Helper()
		inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
			with()
			ok, err := tx.SaveAlert(ctx, a, a.Version, moveOf(a, move, "rita"))
			if err == nil && !ok {
				t.Error("the alert was not saved")
			}
			return err
		})
	}
	change(taken, drift.MoveAcknowledge, func() { taken.Status, taken.Assignee = drift.AlertAcknowledged, "rita" })
	change(old, drift.MoveRefresh, func() { old.FromBackfill = true })
	change(cleared, drift.MoveClear, func() { cleared.Cleared = true })
	loud := func(by drift.Actor) (ids []int64, unacknowledged int) {
		t.Helper()
		alarm, err := db.Alarm(t.Context(), by)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range alarm.Loud {
			ids = append(ids, a.ID)
		}
		return ids, alarm.Unacknowledged
	}
	if ids, n := loud(system); !slices.Equal(ids, []int64{critical.ID, high.ID}) || n != 4 {
		t.Errorf("%v and %d unacknowledged, want %v and 4", ids, n, []int64{critical.ID, high.ID})
	}
	reader := drift.Actor{Name: "vera", Role: drift.RoleViewer, Tenants: []int64{acme.ID}}
	if ids, n := loud(reader); !slices.Equal(ids, []int64{high.ID}) || n != 3 {
		t.Errorf("a reader of acme: %v and %d", ids, n)
	}
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		critical := "CRITICAL"
		return tx.PutSetting(ctx, acme.ID, "ALERT_MIN_SEVERITY", &critical, "root", "quieter nights", now)
	})
	if ids, _ := loud(system); !slices.Equal(ids, []int64{critical.ID}) {
		t.Errorf("with ALERT_MIN_SEVERITY CRITICAL at acme: %v", ids)
	}
	change(critical, drift.MoveOverdue, func() { critical.Status, critical.Team = drift.AlertEscalated, "ML Engineering" })
	if ids, n := loud(system); !slices.Equal(ids, []int64{critical.ID}) || n != 4 {
		t.Errorf("escalated by itself, nobody took it: %v and %d", ids, n)
	}
}

// TestFind: every word, as it stands; a number finds what has it; nothing of another tenant.
func TestFind(t *testing.T) {
	db := storetest.Fresh(t)
	acme, zeta := tenantNamed(t, db, "acme"), tenantNamed(t, db, "ze%ta_")
	one, two := raised(t, db, acme, drift.SeverityHigh, now), raised(t, db, zeta, drift.SeverityCritical, now)
	all := drift.Actor{Name: "vera", Role: drift.RoleViewer, AllTenants: true}
	mine := drift.Actor{Name: "vera", Role: drift.RoleViewer, Tenants: []int64{acme.ID}}
	for _, c := range []struct {
		by   drift.Actor
		text string
		want []string
	}{
		{all, "", nil},
		{all, "  ", nil},
		{all, "ACME", []string{fmt.Sprint("alert ", one.ID)}},
		{all, "moved", []string{fmt.Sprint("alert ", two.ID), fmt.Sprint("alert ", one.ID)}},
		{all, "moved ac", []string{fmt.Sprint("alert ", one.ID)}},
		{all, "%", []string{fmt.Sprint("alert ", two.ID)}},
		{all, "'; --", nil},
		{all, fmt.Sprint(two.ID), []string{fmt.Sprint("alert ", two.ID)}},
		{all, fmt.Sprint("#", one.ID), []string{fmt.Sprint("alert ", one.ID)}},
		{all, "-1", nil},
		{all, "99999999999999999999", nil},
		{mine, "moved", []string{fmt.Sprint("alert ", one.ID)}},
		{mine, fmt.Sprint(two.ID), nil},
		{all, fmt.Sprint("alert ", two.ID), []string{fmt.Sprint("alert ", two.ID)}},
	} {
		found, err := db.Find(t.Context(), c.by, c.text)
		if err != nil {
			t.Fatalf("%q: %v", c.text, err)
		}
		var got []string
		for _, f := range found {
			if f.Kind != drift.FoundModel {
				got = append(got, fmt.Sprint(f.Kind, " ", f.ID))
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q: %v, want %v", c.text, got, c.want)
		}
	}
}

// TestFindOldNumbers: a number is found beyond the newest that a search looks through.
func TestFindOldNumbers(t *testing.T) {
	db := storetest.Fresh(t)
	acme := tenantNamed(t, db, "acme")
	old := raised(t, db, acme, drift.SeverityHigh, now)
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, `INSERT INTO noc_alert_event (tenant_id, id, version, created_at, alert_type, severity, current_severity, status,
				message, recommendation, drift_type, model_type, model_version, dedup_key, reason, check_date, report_id, suppressed_count, last_seen,
				assignee, team, cleared, cleared_reason, from_backfill, metadata, incident_key)
			SELECT tenant_id, id + n, version, created_at, alert_type, severity, current_severity, 'RESOLVED',
				message, recommendation, drift_type, model_type, model_version, dedup_key, reason, check_date, report_id, suppressed_count, last_seen,
				assignee, team, cleared, cleared_reason, from_backfill, '{}', incident_key
			FROM noc_alert_event, generate_series(1, 20000) n WHERE id = $1`, old.ID)
		return err
	})
	found, err := db.Find(t.Context(), system, fmt.Sprint("#", old.ID))
	if err != nil || !slices.ContainsFunc(found, func(f drift.Found) bool { return f.Kind == drift.FoundAlert && f.ID == old.ID }) {
		t.Errorf("found %+v, %v", found, err)
	}
}

// TestAlarmIsNotCrowdedOut: however many alerts of a tenant do not interrupt, those that do are among the first.
func TestAlarmIsNotCrowdedOut(t *testing.T) {
	db := storetest.Fresh(t)
	quiet, acme := tenantNamed(t, db, "quiet"), tenantNamed(t, db, "acme")
	loud := raised(t, db, acme, drift.SeverityHigh, now)
	one := raised(t, db, quiet, drift.SeverityHigh, now)
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		critical := "CRITICAL"
		if err := tx.PutSetting(ctx, quiet.ID, "ALERT_MIN_SEVERITY", &critical, "root", "quieter nights", now); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO noc_alert_event (tenant_id, id, version, created_at, alert_type, severity, current_severity, status,
				message, recommendation, drift_type, model_type, model_version, dedup_key, reason, check_date, report_id, suppressed_count, last_seen,
				assignee, team, cleared, cleared_reason, from_backfill, metadata, incident_key)
			SELECT tenant_id, id + n, version, created_at, alert_type, severity, current_severity, status,
				message, recommendation, drift_type, model_type, model_version, dedup_key || n, reason, check_date, report_id, suppressed_count, last_seen,
				assignee, team, cleared, cleared_reason, from_backfill, '{}', incident_key
			FROM noc_alert_event, generate_series(1, $2::int) n WHERE id = $1`, one.ID, drift.LoudMost)
		return err
	})
	alarm, err := db.Alarm(t.Context(), system)
	if err != nil || len(alarm.Loud) != 1 || alarm.Loud[0].ID != loud.ID || alarm.Unacknowledged != drift.LoudMost+2 {
		t.Errorf("%d of %d interrupt, %v; want alert %d", len(alarm.Loud), alarm.Unacknowledged, err, loud.ID)
	}
}
