package store_test

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

func TestFiftyMovesOneWins(t *testing.T) {
	db := storetest.Fresh(t)
	acme := tenantNamed(t, db, "acme")
	a := raised(t, db, acme, drift.SeverityHigh, now)
	by := only(drift.RoleOperator, acme)
	start, wins := make(chan struct{}), make(chan bool, 50)
	var wg sync.WaitGroup
	for range cap(wins) {
		wg.Go(func() {
			mine := *a
			mine.Status = drift.AlertAcknowledged
			<-start
			err := db.InTx(t.Context(), by, func(tx *store.Tx) error {
				saved, err := tx.SaveAlert(t.Context(), &mine, 1, moveOf(a, drift.MoveAcknowledge, "rita"))
				wins <- saved
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	close(start)
	wg.Wait()
	close(wins)
	won := 0
	for w := range wins {
		if w {
			won++
		}
	}
	if won != 1 {
		t.Errorf("%d of 50 won, want 1", won)
	}
	inTx(t, db, by, func(ctx context.Context, tx *store.Tx) error {
		got, err := tx.Alert(ctx, a.ID)
		if err != nil {
			return err
		}
		moves, err := tx.Timeline(ctx, got)
		if got.Version != 2 || len(moves) != 2 || moves[1].Version != 2 || err != nil {
			t.Errorf("version %d, moves %+v, %v", got.Version, moves, err)
		}
		last, err := tx.LastMove(ctx, got)
		if last.Actor != "rita" || last.Move != drift.MoveAcknowledge {
			t.Errorf("last move %+v", last)
		}
		return err
	})
}

func TestAlertIsComplete(t *testing.T) {
	db := storetest.Fresh(t)
	acme := tenantNamed(t, db, "acme")
	a := raised(t, db, acme, drift.SeverityCritical, now)
	var got *drift.Alert
	inTx(t, db, only(drift.RoleViewer, acme), func(ctx context.Context, tx *store.Tx) (err error) {
		got, err = tx.Alert(ctx, a.ID)
		return err
	})
	if got.Report == nil || got.Report.Statistical.PValue != 1e-300 || got.Report.Version != a.Report.Version {
		t.Errorf("report of the alert: %+v", got.Report)
	}
	want, have := asJSON(t, a), asJSON(t, got)
	for name, v := range want {
		if name != "metrics" && name != "created_at" && name != "last_seen" && string(have[name]) != string(v) {
			t.Errorf("%s is %s, want %s", name, have[name], v)
		}
	}
	var metrics drift.StatisticalMetrics
	if err := json.Unmarshal(have["metrics"], &metrics); err != nil || metrics.KSStatistic != 0.359 {
		t.Errorf("metrics are %s", have["metrics"])
	}
	// No column is NULL, and the guide's first query finds what it looks for.
	var nulls int
	var severity, recommendation string
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM noc_alert_event a, jsonb_each(to_jsonb(a)) c
			WHERE c.value = 'null'`).Scan(&nulls); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT metadata->>'drift_report'->>'drift_severity', metadata->>'recommendation'
			FROM noc_alert_event WHERE alert_type = 'ML_DRIFT_DETECTED'`).Scan(&severity, &recommendation)
	})
	if nulls != 0 || severity != "CRITICAL" || recommendation != "Retrain." {
		t.Errorf("%d null columns, %q, %q", nulls, severity, recommendation)
	}
}

func asJSON(t *testing.T, v any) map[string]json.RawMessage {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAlertKeys(t *testing.T) {
	db := storetest.Fresh(t)
	acme, other := tenantNamed(t, db, "acme"), tenantNamed(t, db, "other")
	a := raised(t, db, acme, drift.SeverityHigh, now)
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		open, err := tx.OpenAlert(ctx, acme.ID, a.DedupKey)
		if err != nil || open == nil || open.ID != a.ID {
			t.Errorf("open alert: %v, %v", open, err)
		}
		if stranger, err := tx.OpenAlert(ctx, other.ID, a.DedupKey); stranger != nil || err != nil {
			t.Errorf("another tenant's: %v, %v", stranger, err)
		}
		open.Status = drift.AlertResolved
		if ok, err := tx.SaveAlert(ctx, open, open.Version, moveOf(open, drift.MoveResolve, "rita")); !ok || err != nil {
			t.Errorf("resolve: %v, %v", ok, err)
		}
		if open, err = tx.OpenAlert(ctx, acme.ID, a.DedupKey); open != nil || err != nil {
			t.Errorf("resolved and still open: %v, %v", open, err)
		}
		last, err := tx.LastAlert(ctx, acme.ID, a.DedupKey)
		if err != nil || last == nil || last.ID != a.ID || last.Version != 2 {
			t.Errorf("last alert: %v, %v", last, err)
		}
		return nil
	})
	again := raised(t, db, acme, drift.SeverityHigh, now.Add(time.Hour))
	blind := &drift.Alert{
		TenantID: acme.ID, AlertType: drift.AlertBlind, Severity: drift.SeverityHigh, CurrentSeverity: drift.SeverityHigh,
		Status: drift.AlertNew, ModelType: drift.FraudDetector, CheckDate: checkDay, Reason: drift.BlindFeedSilent,
		DedupKey: drift.BlindKey(drift.FraudDetector, drift.BlindFeedSilent),
	}
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.InsertAlert(ctx, blind, moveOf(blind, drift.MoveRaise, "driftwatch")); err != nil {
			return err
		}
		list, err := tx.OpenAlertsOf(ctx, again.Report.Version.Model)
		if err != nil || len(list) != 2 || list[0].ID != again.ID {
			t.Errorf("open alerts: %v, %v", list, err)
		}
		list, err = tx.OpenBlindAlerts(ctx)
		if err != nil || len(list) != 1 || list[0].Reason != drift.BlindFeedSilent || list[0].DriftType != nil {
			t.Errorf("blind alerts: %v, %v", list, err)
		}
		return nil
	})
	err := db.InTx(t.Context(), system, func(tx *store.Tx) error {
		twin := *again
		return tx.InsertAlert(t.Context(), &twin, moveOf(&twin, drift.MoveRaise, "driftwatch"))
	})
	if err == nil {
		t.Error("two open alerts of one key")
	}
}

func TestAlertReadFromAListKeepsItsReport(t *testing.T) {
	db := storetest.Fresh(t)
	acme := tenantNamed(t, db, "acme")
	raised(t, db, acme, drift.SeverityHigh, now)
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		page, err := tx.Alerts(ctx, drift.AlertFilter{})
		if err != nil {
			return err
		}
		a := page.Items[0]
		if a.Report != nil {
			t.Error("a list carries reports")
		}
		if ok, err := tx.SaveAlert(ctx, &a, a.Version, moveOf(&a, drift.MoveComment, "rita")); !ok || err != nil {
			t.Errorf("save: %v, %v", ok, err)
		}
		whole, err := tx.Alert(ctx, a.ID)
		if err != nil || whole.Report == nil {
			t.Errorf("the report is gone: %v", err)
		}
		return nil
	})
}

func TestTimers(t *testing.T) {
	db := storetest.Fresh(t)
	acme := tenantNamed(t, db, "acme")
	a := raised(t, db, acme, drift.SeverityCritical, now)
	inTx(t, db, only(drift.RoleOperator, acme), func(ctx context.Context, tx *store.Tx) error {
		for kind, due := range map[drift.TimerKind]time.Time{drift.TimerEscalate: now, drift.TimerRemind: now.Add(-time.Minute)} {
			if err := tx.SetTimer(ctx, a, kind, now.Add(time.Hour)); err != nil {
				return err
			}
			if err := tx.SetTimer(ctx, a, kind, due); err != nil {
				return err
			}
		}
		due, err := tx.DueTimers(ctx, now, 10)
		if err != nil || len(due) != 2 || due[0].Kind != drift.TimerRemind || due[1].AlertID != a.ID || !due[1].DueAt.Equal(now) {
			t.Errorf("due: %+v, %v", due, err)
		}
		if due, err = tx.DueTimers(ctx, now.Add(-time.Second), 10); err != nil || len(due) != 1 {
			t.Errorf("due a second before: %+v, %v", due, err)
		}
		if err := tx.SetTimer(ctx, a, drift.TimerRemind, time.Time{}); err != nil {
			return err
		}
		if left, err := tx.TimersOf(ctx, a); err != nil || len(left) != 1 {
			t.Errorf("after taking one away: %+v, %v", left, err)
		}
		if err := tx.ClearTimers(ctx, a); err != nil {
			return err
		}
		left, err := tx.TimersOf(ctx, a)
		if len(left) != 0 {
			t.Errorf("after clearing: %+v", left)
		}
		return err
	})
}
