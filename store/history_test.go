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

func TestVersionHistory(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	day := drift.DateOf(now).Add(-9)
	v, acme, zeta := labelledLog(t, db, day)
	for _, of := range []drift.Tenant{acme, zeta} {
		putReport(t, db, newReport(of, day+8, drift.SeverityNone))
		raised(t, db, of, drift.SeverityCritical, day.Add(9).Time().Add(3*time.Hour))
	}
	v2 := v
	v2.Version = "v2"
	set := func(scope int64, name, value string, at time.Time) {
		t.Helper()
		inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
			return tx.PutSetting(ctx, scope, name, &value, "ada", "why", at)
		})
	}
	set(0, "MIN_SCORES", "40", day.Add(5).Time())
	set(acme.ID, "MIN_SCORES", "50", day.Add(6).Time())
	set(zeta.ID, "MIN_SCORES", "60", day.Add(6).Time())
	set(0, "RETRAIN_COOLDOWN_DAYS", "9", day.Add(6).Time())
	set(0, "MIN_SCORES", "45", day.Add(11).Time())
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		for _, date := range []drift.Date{day + 1, day} {
			if err := tx.PutMetrics(ctx, drift.DailyMetrics{Version: v, Date: date, TotalPredictions: int(date - day)}); err != nil {
				return err
			}
		}
		// v1 from outside gives way to v2, and comes back.
		old := drift.Version{VersionKey: v}
		if err := tx.Activate(ctx, old, v2, day.Add(7).Time()); err != nil {
			return err
		}
		old.VersionKey, old.Active = v2, true
		return tx.Activate(ctx, old, v, day.Add(8).Time())
	})
	q := drift.HistoryQuery{
		Tenant: "acme", ModelType: drift.FraudDetector, Version: "v1", Settings: []string{"MIN_SCORES"},
		Window: drift.DriftWindow{From: day, To: day + 10},
	}
	h, err := db.VersionHistory(t.Context(), only(drift.RoleViewer, acme), q)
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Scores) != 3 || h.Scores[0].Day != day || h.Scores[0].N != 1000 || h.Scores[0].Outcomes != 1000 || h.Scores[1].Outcomes != 0 || h.Scores[2].Day != day+3 {
		t.Fatalf("%+v", h.Scores)
	}
	for i, n := range h.Scores[0].Counts { // 0, 0.001 … 0.999 in 32 bins
		if n < 31 || n > 32 {
			t.Errorf("bin %d has %d scores", i, n)
		}
	}
	if sum := h.Sum(drift.DriftWindow{From: day, To: day + 2}); sum.N != 1500 || sum.Outcomes != 1000 || sum.Counts[0] != 64 || float64(sum.Mean) < 0.41 || float64(sum.Mean) > 0.42 {
		t.Errorf("two days: %+v", sum)
	}
	if none := h.Sum(drift.DriftWindow{From: day + 4, To: day + 5}); none.N != 0 || none.Mean.Defined() || len(none.Counts) != drift.HistoryBins {
		t.Errorf("no day: %+v", none)
	}
	if len(h.Statistical) != 2 || h.Statistical[0].Date != day+8 || h.Statistical[1].Date != day+9 || len(h.Performance) != 0 {
		t.Errorf("reports: %+v", h.Statistical)
	}
	if len(h.Metrics) != 2 || h.Metrics[0].Date != day || h.Metrics[1].TotalPredictions != 1 {
		t.Errorf("metrics: %+v", h.Metrics)
	}
	var told string
	for _, e := range h.Events {
		old, value := "", ""
		if e.Old != nil {
			old = *e.Old
		}
		if e.New != nil {
			value = *e.New
		}
		told += fmt.Sprintf("%d %s %s %s%s %s→%s %t %s\n", drift.DateOf(e.At)-day, e.Kind, e.Version, e.Severity, e.Setting, old, value, e.Everyone, e.By)
	}
	if want := "5 setting  MIN_SCORES →40 true ada\n6 setting  MIN_SCORES →50 false ada\n7 activated v2  → false \n8 rollback v1  → false \n9 alert v1 CRITICAL → false \n"; told != want {
		t.Errorf("%s\nwant\n%s", told, want)
	}
	if all, err := db.VersionHistory(t.Context(), system, q); err != nil || len(all.Events) != len(h.Events) {
		t.Errorf("who sees all tenants sees %d events, %v", len(all.Events), err)
	}
	q.Version = ""
	if h, err := db.VersionHistory(t.Context(), only(drift.RoleViewer, acme), q); err != nil || h.Version != v {
		t.Errorf("in service: %+v, %v", h.Version, err)
	}
	q.Version = "v2"
	if h, err := db.VersionHistory(t.Context(), only(drift.RoleViewer, acme), q); err != nil || len(h.Scores) != 1 || h.Scores[0].N != 50 || len(h.Statistical) != 0 {
		t.Errorf("v2: %+v, %v", h, err)
	}
	q.Version = "v3"
	if _, err := db.VersionHistory(t.Context(), only(drift.RoleViewer, acme), q); drift.CodeOf(err) != drift.CodeNotFound {
		t.Errorf("a version that is not there: %v", err)
	}
	q.Version = "v1"
	if _, err := db.VersionHistory(t.Context(), only(drift.RoleViewer, zeta), q); drift.CodeOf(err) != drift.CodeNotFound {
		t.Errorf("another tenant's reader: %v", err)
	}
	for _, w := range []drift.DriftWindow{{From: day, To: day}, {From: day, To: day + drift.HistoryDays + 1}} {
		q.Window = w
		if _, err := db.VersionHistory(t.Context(), only(drift.RoleViewer, acme), q); drift.CodeOf(err) != drift.CodeInvalid {
			t.Errorf("%v: %v", w, err)
		}
	}
}
