package engine_test

import (
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
	"github.com/driftwatch/driftwatch/drift/engine"
)

// What moved is found on the rows of both windows of a report, a sample of them where there are many; rows
// without features say nothing.
func TestFeatureMoves(t *testing.T) {
	w := newWorld(t)
	worse(w, rightHigh)
	s, _ := w.check(today)
	windows := detect.WindowsOf(s.Date, drift.NewSettings())
	moves := func() drift.FeatureMoves {
		t.Helper()
		m, err := w.engine.FeatureMoves(t.Context(), drift.SystemActor(), &s, windows)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	if m := moves(); m.RowsRecent != 0 || m.Features == nil || len(m.Features) != 0 || m.Recent != windows.Recent || m.Baseline != windows.Baseline {
		t.Errorf("without features: %+v", m)
	}
	_, err := w.db.Pool().Exec(t.Context(), `UPDATE ml_prediction_log SET features = jsonb_build_object('demand',
		score + CASE WHEN created_at >= $1 THEN 1 ELSE 0 END, 'steady', score)`, windows.Recent.From.Time())
	if err != nil {
		t.Fatal(err)
	}
	m := moves()
	if m.RowsRecent != 280 || m.RowsBaseline < 280 || m.Sampled || len(m.Features) != 2 {
		t.Fatalf("%+v", m)
	}
	if f := m.Features[0]; f.Name != "demand" || !detect.FeatureMoved(f) || float64(f.MeanRecent-f.MeanBaseline) < 0.9 {
		t.Errorf("the first is %+v", f)
	}
	if f := m.Features[1]; f.Name != "steady" || f.Kind != drift.NumericFeature {
		t.Errorf("the second is %+v", f)
	}
	if _, err := w.db.Pool().Exec(t.Context(), `UPDATE ml_prediction_log SET features = '[1]'`); err != nil {
		t.Fatal(err)
	}
	if _, err := w.engine.FeatureMoves(t.Context(), drift.SystemActor(), &s, windows); err == nil {
		t.Error("features that are no object are compared")
	}
}

// Switches, cooldown and a tenant's own value in the preview of what decides about retrains.
func TestPreviewOfSwitches(t *testing.T) {
	w := newLoop(t)
	worse(w, rightCritical)
	w.check(today)
	r := w.only(drift.RetrainWaitingApproval)
	admin := drift.Actor{Name: "ada", Role: drift.RoleAdmin, AllTenants: true}
	preview := func(c engine.SettingChange) engine.SettingPreview {
		t.Helper()
		p, err := w.engine.PreviewSetting(t.Context(), admin, c)
		if err != nil {
			t.Fatalf("%+v: %v", c, err)
		}
		return p
	}
	no, yes := "false", "true"
	l := preview(engine.SettingChange{Name: "REQUIRE_MANUAL_APPROVAL_CRITICAL_DRIFT", Value: &no}).Loop
	if len(l.Changed) != 1 || l.Changed[0].Was != "waits for a manager" || l.Changed[0].Then != "begins after a countdown" {
		t.Errorf("without approval: %+v", l)
	}
	if l := preview(engine.SettingChange{Name: "ENABLE_AUTO_RETRAIN", Tenant: "acme", Value: &no}).Loop; l.Lost != l.Asked || l.Asked == 0 || len(l.Changed) != 1 {
		t.Errorf("off for acme: %+v", l)
	}
	if _, err := w.engine.SetSetting(t.Context(), admin, engine.SettingChange{Name: "ENABLE_AUTO_RETRAIN", Tenant: "acme", Value: &yes, Reason: "its own"}); err != nil {
		t.Fatal(err)
	}
	if l := preview(engine.SettingChange{Name: "ENABLE_AUTO_RETRAIN", Value: &no}).Loop; l.Retrains != 0 || l.Asked != 0 {
		t.Errorf("a tenant with a value of its own is counted: %+v", l)
	}
	if p := preview(engine.SettingChange{Name: "RECENT_WINDOW_DAYS", Value: ptr("9")}); !p.Recomputes || p.Judges || p.Decides {
		t.Errorf("%+v", p)
	}
	if r.Severity != drift.SeverityCritical {
		t.Errorf("%+v", r)
	}
}

func ptr[T any](v T) *T { return &v }
