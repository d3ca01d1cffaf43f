package drift_test

import (
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

func TestEveryDefaultIsValid(t *testing.T) {
	for _, spec := range drift.SettingSpecs {
		v, err := spec.Normalise(spec.Default)
		if err != nil || v != spec.Default {
			t.Errorf("%s: default %q is stored as %q, %v", spec.Name, spec.Default, v, err)
		}
		if spec.Help == "" || spec.Group == "" {
			t.Errorf("%s is not explained", spec.Name)
		}
	}
	var s drift.Settings
	if err := s.CheckTogether(); err != nil {
		t.Errorf("the defaults contradict each other: %v", err)
	}
}

func TestNormalise(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{ // "" is refused
		{"STATISTICAL_DRIFT_PVALUE_HIGH", "0.01", "0.01"},
		{"STATISTICAL_DRIFT_PVALUE_HIGH", " 0.0100 ", "0.0100"},
		{"STATISTICAL_DRIFT_PVALUE_HIGH", "0", ""},
		{"STATISTICAL_DRIFT_PVALUE_HIGH", "1", ""},
		{"STATISTICAL_DRIFT_PVALUE_HIGH", "1e-3", ""},
		{"STATISTICAL_DRIFT_PVALUE_HIGH", "1/100", ""},
		{"STATISTICAL_DRIFT_PVALUE_HIGH", "-0.01", ""},
		{"STATISTICAL_DRIFT_PVALUE_HIGH", "NaN", ""},
		{"STATISTICAL_DRIFT_PVALUE_HIGH", ".", ""},
		{"PERFORMANCE_DRIFT_HIGH", "10%", ""},
		{"PERFORMANCE_DRIFT_HIGH", "10", ""},
		{"PERFORMANCE_DRIFT_HIGH", "0", "0"},
		{"PERFORMANCE_DRIFT_HIGH", "1", "1"},
		{"RECENT_WINDOW_DAYS", "7", "7"},
		{"RECENT_WINDOW_DAYS", "0", ""},
		{"RECENT_WINDOW_DAYS", "366", ""},
		{"RECENT_WINDOW_DAYS", "7.5", ""},
		{"GUARD_SIGNIFICANT", "TRUE", "true"},
		{"GUARD_SIGNIFICANT", "maybe", ""},
		{"GUARD_K_OF_M", "2/3", "2/3"},
		{"GUARD_K_OF_M", "3/2", ""},
		{"GUARD_K_OF_M", "0/1", ""},
		{"GUARD_K_OF_M", "2", ""},
		{"ALERT_MIN_SEVERITY", "medium", "MEDIUM"},
		{"ALERT_MIN_SEVERITY", "NONE", ""},
		{"AUTO_RETRAIN_ENABLED_TENANTS", `[ "acme" ]`, `["acme"]`},
		{"AUTO_RETRAIN_ENABLED_TENANTS", "acme", ""},
	} {
		spec, ok := drift.SettingNamed(c.name)
		if !ok {
			t.Fatalf("no setting %s", c.name)
		}
		got, err := spec.Normalise(c.value)
		if (err != nil) != (c.want == "") || got != c.want && err == nil {
			t.Errorf("%s %q: %q, %v; want %q", c.name, c.value, got, err, c.want)
		}
		if err != nil && drift.CodeOf(err) != drift.CodeInvalid {
			t.Errorf("%s %q: refused with code %s", c.name, c.value, drift.CodeOf(err))
		}
	}
}

func TestCutOffsMayBeEqualNeverReversed(t *testing.T) {
	for _, c := range []struct {
		name, value string
		ok          bool
	}{
		{"STATISTICAL_DRIFT_PVALUE_CRITICAL", "0.01", true},
		{"STATISTICAL_DRIFT_PVALUE_CRITICAL", "0.010000001", false},
		{"STATISTICAL_DRIFT_PVALUE_MEDIUM", "0.0099", false},
		{"PERFORMANCE_DRIFT_MEDIUM", "0.10", true},
		{"PERFORMANCE_DRIFT_HIGH", "0.2000001", false},
		{"BASELINE_TO_DAYS", "60", false},
		{"BASELINE_TO_DAYS", "7", true},
		{"BASELINE_TO_DAYS", "6", false},
	} {
		err := drift.Settings{}.With(c.name, c.value).CheckTogether()
		if (err == nil) != c.ok {
			t.Errorf("%s = %s: %v", c.name, c.value, err)
		}
	}
}

func TestLayers(t *testing.T) {
	s := drift.NewSettings(
		drift.SettingLayer{Origin: drift.FromFile, Values: map[string]string{"MIN_SCORES": "40", "MIN_OUTCOMES": "20"}},
		drift.SettingLayer{Origin: drift.FromGlobal, Values: map[string]string{"MIN_SCORES": "50"}},
		drift.SettingLayer{Origin: drift.FromTenant, Values: map[string]string{"RECENT_WINDOW_DAYS": "14"}},
	)
	for _, c := range []struct {
		name   string
		want   int
		origin drift.SettingOrigin
	}{
		{"MIN_SCORES", 50, drift.FromGlobal},
		{"MIN_OUTCOMES", 20, drift.FromFile},
		{"RECENT_WINDOW_DAYS", 14, drift.FromTenant},
		{"BASELINE_FROM_DAYS", 60, drift.FromDefault},
	} {
		if got := s.Int(c.name); got != c.want || s.Origin(c.name) != c.origin {
			t.Errorf("%s = %d from %s; want %d from %s", c.name, got, s.Origin(c.name), c.want, c.origin)
		}
	}
}

// The list of settings ends with those of model types that somebody has set.
func TestSettingsOfModelTypesAreListed(t *testing.T) {
	n := len(drift.SettingSpecs)
	if got := (drift.Settings{}).Specs(); len(got) != n {
		t.Fatalf("%d settings are listed, want %d", len(got), n)
	}
	s := drift.Settings{}.With("TRAINER_COMMAND_CHURN", `["train"]`).With("ENABLE_AUTO_RETRAIN_CHURN", "true").With("RETRAIN_COOLDOWN_DAYS", "3")
	got := s.Specs()
	if len(got) != n+2 || got[n].Name != "ENABLE_AUTO_RETRAIN_CHURN" || got[n+1].Name != "TRAINER_COMMAND_CHURN" {
		t.Errorf("behind the %d settings of everybody stand %+v", n, got[n:])
	}
	for name, want := range map[string]bool{
		"ENABLE_AUTO_RETRAIN_CHURN": true, "ENABLE_AUTO_RETRAIN_FRAUD": false, "ENABLE_AUTO_RETRAIN": false,
		"ENABLE_AUTO_RETRAIN_": false, "ENABLE_AUTO_RETRAIN_a": false, "NONSENSE": false,
	} {
		if got := drift.SettingOfFamily(name); got != want {
			t.Errorf("%s is of a family: %t", name, got)
		}
	}
}
