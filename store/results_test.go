package store_test

import (
	"context"
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

var system = drift.SystemActor()

// tenantNamed makes a tenant.
func tenantNamed(t *testing.T, db *store.DB, name string) drift.Tenant {
	t.Helper()
	made, _, err := db.AddTenant(t.Context(), system, name)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// only is an actor who sees these tenants.
func only(role drift.Role, tenants ...drift.Tenant) drift.Actor {
	a := drift.Actor{Name: "rita", Role: role}
	for _, t := range tenants {
		a.Tenants = append(a.Tenants, t.ID)
	}
	return a
}

func inTx(t *testing.T, db *store.DB, by drift.Actor, fn func(context.Context, *store.Tx) error) {
	t.Helper()
	if err := db.InTx(t.Context(), by, func(tx *store.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

var checkDay = drift.DateOf(now)

// newReport is a report that calls for an alert.
func newReport(tenant drift.Tenant, date drift.Date, severity drift.Severity) *drift.Report {
	return &drift.Report{
		Version: drift.VersionKey{
			Model:   drift.Model{TenantID: tenant.ID, Tenant: tenant.Name, ModelType: drift.FraudDetector},
			Version: "v1",
		},
		Date: date, DriftType: drift.Statistical, Status: drift.StatusOK, Severity: severity,
		BaselineSource: drift.BaselineWindow, Message: "Scores moved.", Recommendation: "Retrain.",
		Statistical: &drift.StatisticalMetrics{
			NRecent: 210, NBaseline: 49, KSStatistic: 0.359, PValue: 1e-300, Method: "exact",
			MinDetectableD: drift.Undefined(), PSI: 0.1 + 0.2, JSDistance: 5e-324, KSNumerator: "12345678901234567890123",
		},
		Serving: true, InputDigest: []byte{1}, SettingsDigest: []byte{2}, Settings: json.RawMessage(`{"MIN_SCORES": "30"}`),
		CreatedAt: now,
	}
}

func putReport(t *testing.T, db *store.DB, r *drift.Report) *drift.Report {
	t.Helper()
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error { return tx.PutReport(ctx, r) })
	return r
}

// raised writes a report and its alert.
func raised(t *testing.T, db *store.DB, tenant drift.Tenant, severity drift.Severity, at time.Time) *drift.Alert {
	t.Helper()
	return raisedFor(t, db, tenant, severity, at, "")
}

// raisedFor raises an alert beside the open ones of the same model: part tells their keys apart.
func raisedFor(t *testing.T, db *store.DB, tenant drift.Tenant, severity drift.Severity, at time.Time, part string) *drift.Alert {
	t.Helper()
	r := putReport(t, db, newReport(tenant, drift.DateOf(at), severity))
	kind := r.DriftType
	a := &drift.Alert{
		TenantID: tenant.ID, Tenant: tenant.Name, AlertType: drift.AlertDrift, Severity: severity, CurrentSeverity: severity,
		Status: drift.AlertNew, DriftType: &kind, ModelType: r.Version.ModelType, ModelVersion: r.Version.Version,
		Message: r.Message, Recommendation: r.Recommendation, CheckDate: r.Date, ReportID: &r.ID, LastSeen: at, CreatedAt: at,
		DedupKey: drift.DriftKey(r.Version, kind) + part, Report: r,
	}
	a.Incident = drift.IncidentKey(a, "")
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		tx.Emit(drift.Event{Type: drift.EventDriftDetected, TenantID: tenant.ID})
		tx.Audit(drift.AuditEntry{TenantID: tenant.ID, Action: "alert.raise", Object: "alert"})
		return tx.InsertAlert(ctx, a, moveOf(a, drift.MoveRaise, "driftwatch"))
	})
	return a
}

func moveOf(a *drift.Alert, m drift.Move, actor string) drift.TimelineEntry {
	return drift.TimelineEntry{At: now, Actor: actor, Move: m, From: a.Status, To: a.Status, Severity: a.CurrentSeverity}
}

func TestReportsComeBackAsTheyWere(t *testing.T) {
	db := storetest.Fresh(t)
	acme := tenantNamed(t, db, "acme")
	first := putReport(t, db, newReport(acme, checkDay, drift.SeverityHigh))
	second := putReport(t, db, newReport(acme, checkDay, drift.SeverityCritical))
	if first.Revision != 1 || second.Revision != 2 || first.ID == second.ID {
		t.Fatalf("revisions %d and %d, ids %d and %d", first.Revision, second.Revision, first.ID, second.ID)
	}
	inTx(t, db, only(drift.RoleViewer, acme), func(ctx context.Context, tx *store.Tx) error {
		got, err := tx.CurrentReport(ctx, first.Version, checkDay, drift.Statistical)
		if err != nil {
			return err
		}
		if got.ID != second.ID || !got.Current || got.Version != second.Version || got.Severity != drift.SeverityCritical ||
			!got.Serving || string(got.InputDigest) != "\x01" || !got.CreatedAt.Equal(now) {
			t.Errorf("current report is %+v", got)
		}
		m, want := got.Statistical, second.Statistical
		if m.PValue != want.PValue || m.PSI != want.PSI || m.JSDistance != want.JSDistance || m.KSNumerator != want.KSNumerator {
			t.Errorf("metrics %+v, want %+v", m, want)
		}
		if m.MinDetectableD.Defined() || !math.IsNaN(float64(m.MinDetectableD)) {
			t.Errorf("undefined came back as %v", m.MinDetectableD)
		}
		if none, err := tx.CurrentReport(ctx, first.Version, checkDay.Add(1), drift.Statistical); none != nil || err != nil {
			t.Errorf("a report of a day without one: %v, %v", none, err)
		}
		page, err := tx.Reports(ctx, drift.ReportFilter{AllRevisions: true})
		if err != nil || len(page.Items) != 2 || page.Items[1].Current {
			t.Errorf("all revisions: %d, %v", len(page.Items), err)
		}
		return nil
	})
}

func TestChecksBefore(t *testing.T) {
	db := storetest.Fresh(t)
	acme := tenantNamed(t, db, "acme")
	severities := []drift.Severity{drift.SeverityHigh, drift.SeverityUnknown, drift.SeverityNone}
	for i, s := range severities {
		r := newReport(acme, checkDay.Add(i), s)
		if s == drift.SeverityUnknown {
			r.Status = drift.StatusInsufficientData
		}
		putReport(t, db, r)
	}
	other := newReport(acme, checkDay.Add(9), drift.SeverityCritical)
	other.Version.Version, other.Serving = "shadow", false
	putReport(t, db, other)
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		got, err := tx.SeveritiesBefore(ctx, other.Version.Model, drift.Statistical, checkDay.Add(3), 2)
		if err != nil || len(got) != 2 || got[0] != drift.SeverityNone || got[1] != drift.SeverityUnknown {
			t.Errorf("severities before: %v, %v", got, err)
		}
		latest, ok, err := tx.LatestCheck(ctx, other.Version.Model, drift.Statistical)
		if err != nil || !ok || latest != checkDay.Add(9) {
			t.Errorf("latest check: %v, %v, %v", latest, ok, err)
		}
		if _, ok, err := tx.LatestCheck(ctx, other.Version.Model, drift.Performance); ok || err != nil {
			t.Errorf("a check that never ran: %v, %v", ok, err)
		}
		marks, err := tx.ReportMarks(ctx, checkDay, checkDay.Add(10))
		if err != nil || len(marks) != 3 || marks[1].Severity != drift.SeverityUnknown {
			t.Errorf("marks: %+v, %v", marks, err)
		}
		var pages []drift.Date
		f := drift.ReportFilter{ModelType: drift.FraudDetector, Limit: 3}
		for {
			page, err := tx.Reports(ctx, f)
			if err != nil {
				return err
			}
			for _, r := range page.Items {
				pages = append(pages, r.Date)
			}
			if f.Cursor = page.Next; f.Cursor == "" {
				break
			}
		}
		if len(pages) != 4 || pages[0] != checkDay.Add(9) || pages[3] != checkDay {
			t.Errorf("paged dates: %v", pages)
		}
		return nil
	})
}

func TestMetricsAreStaleWhenTheirDayChanges(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	day := checkDay.Add(-1)
	ingestOne := func(id string) {
		t.Helper()
		ingestAs(t, db, system, pred{id: id, at: day.Time().Add(time.Hour), score: 0.5})
		if _, err := db.RebuildMarkedDays(t.Context(), day, checkDay, nil); err != nil {
			t.Fatal(err)
		}
	}
	stale := func() (list []drift.ScoreDay) {
		t.Helper()
		inTx(t, db, system, func(ctx context.Context, tx *store.Tx) (err error) {
			list, err = tx.StaleMetrics(ctx, day, checkDay)
			return err
		})
		return list
	}
	write := func(d drift.ScoreDay) {
		t.Helper()
		inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
			return tx.PutMetrics(ctx, drift.DailyMetrics{
				Version: d.Version, Date: d.Day, TotalPredictions: d.N, Accuracy: drift.Undefined(), Precision: 0.25,
				SourceDigest: d.Digest, ComputedAt: now,
			})
		})
	}
	ingestOne("a")
	first := stale()
	if len(first) != 1 || first[0].N != 1 {
		t.Fatalf("days without metrics: %+v", first)
	}
	write(first[0])
	if again := stale(); len(again) != 0 {
		t.Fatalf("metrics just written are stale: %+v", again)
	}
	ingestOne("b")
	second := stale()
	if len(second) != 1 || second[0].N != 2 {
		t.Fatalf("a late prediction leaves the metrics: %+v", second)
	}
	write(second[0])
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		rows, err := tx.Metrics(ctx, drift.MetricsFilter{Tenant: "acme", From: day, To: checkDay})
		if err != nil || len(rows) != 1 || rows[0].TotalPredictions != 2 || rows[0].Accuracy.Defined() || rows[0].Precision != 0.25 {
			t.Errorf("metrics: %+v, %v", rows, err)
		}
		days, err := tx.DaysOf(ctx, day)
		if err != nil || len(days) != 1 || days[0].N != 2 {
			t.Errorf("days of %s: %+v, %v", day, days, err)
		}
		return nil
	})
}
