package engine_test

import (
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
)

var admin = drift.Actor{Name: "anna", Role: drift.RoleAdmin, AllTenants: true}

// Values that are right together are accepted together, though each of them alone would lie beyond what the
// others still are: in either direction, and in whatever order they are written.
func TestAProposalMovesBothCutOffs(t *testing.T) {
	w := newWorld(t)
	for _, values := range []map[string]string{
		{"STATISTICAL_DRIFT_PVALUE_CRITICAL": "0.02", "STATISTICAL_DRIFT_PVALUE_HIGH": "0.03"}, // above the old HIGH
		{"STATISTICAL_DRIFT_PVALUE_CRITICAL": "0.0005", "STATISTICAL_DRIFT_PVALUE_HIGH": "0.001"},
		{"PERFORMANCE_DRIFT_CRITICAL": "0.08", "PERFORMANCE_DRIFT_HIGH": "0.06"}, // below the old HIGH
		{"PERFORMANCE_DRIFT_CRITICAL": "0.40", "PERFORMANCE_DRIFT_HIGH": "0.30"},
	} {
		p, err := w.engine.ProposeSettings(t.Context(), operator, drift.SettingProposal{Values: values, Reason: "as tried"})
		if err != nil {
			t.Fatalf("propose %v: %v", values, err)
		}
		if _, err := w.engine.DecideProposal(t.Context(), admin, p.ID, true, ""); err != nil {
			t.Errorf("accept %v: %v", values, err)
		}
		s, err := w.db.Settings(t.Context(), drift.SystemActor(), p.TenantID)
		if err != nil {
			t.Fatal(err)
		}
		for name, v := range values {
			if s.Text(name) != v {
				t.Errorf("%s is %s, want %s", name, s.Text(name), v)
			}
		}
	}
}

// Several changes at once that contradict each other are refused, all of them.
func TestContradictingSettingsAreNotSet(t *testing.T) {
	w := newWorld(t)
	high, critical := "0.30", "0.25"
	_, err := w.engine.SetSettings(t.Context(), admin,
		engine.SettingChange{Name: "PERFORMANCE_DRIFT_CRITICAL", Value: &critical, Reason: "try"},
		engine.SettingChange{Name: "PERFORMANCE_DRIFT_HIGH", Value: &high, Reason: "try"})
	if drift.CodeOf(err) != drift.CodeInvalid {
		t.Errorf("they cross: %v", err)
	}
	s, err := w.db.Settings(t.Context(), drift.SystemActor(), 0)
	if err != nil || s.Text("PERFORMANCE_DRIFT_CRITICAL") != "0.20" {
		t.Errorf("one of them is set: %s, %v", s.Text("PERFORMANCE_DRIFT_CRITICAL"), err)
	}
}
