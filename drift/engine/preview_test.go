package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
)

// TestDrifts reads a row of severities, one a day: q none, m, h, c, b not judged.
func TestDrifts(t *testing.T) {
	s := drift.Settings{}
	for name, c := range map[string]struct {
		days     string
		settings drift.Settings
		want     string // "first-last severity", days counted from 0
	}{
		"quiet":                   {"qqqq", s, ""},
		"one":                     {"qmhcq", s, "1-3 CRITICAL"},
		"two, the last still on":  {"hqmm", s, "0-0 HIGH, 2-3 MEDIUM"},
		"not judged is not clean": {"hbh", s, "0-2 HIGH"},
		"other cut-offs":          {"qmhcq", s.With("PERFORMANCE_DRIFT_MEDIUM", "0.10"), "2-3 CRITICAL"},
		"two of three":            {"qhqhhq", s.With("GUARD_K_OF_M", "2/3"), "3-4 HIGH"},
		"two of two":              {"hqhqh", s.With("GUARD_K_OF_M", "2/2"), ""},
	} {
		var reports []drift.Report
		for i, letter := range c.days {
			reports = append(reports, reportOf(drift.Date(i), letter))
		}
		got, _ := engine.Drifts(reports, c.settings)
		var words []string
		for _, d := range got {
			words = append(words, fmt.Sprintf("%d-%d %s", d.From, d.To, d.Severity))
		}
		if w := strings.Join(words, ", "); w != c.want {
			t.Errorf("%s: %q, want %q", name, w, c.want)
		}
	}
}

// reportOf is a performance report whose counts come to the severity.
func reportOf(d drift.Date, letter rune) drift.Report {
	wrong := map[rune]int{'q': 0, 'm': 7, 'h': 15, 'c': 30}[letter]
	r := drift.Report{Date: d, DriftType: drift.Performance, Status: drift.StatusOK, Performance: &drift.PerformanceMetrics{
		Recent: drift.Counts{TN: 100 - wrong, FN: wrong}, Baseline: drift.Counts{TN: 100},
	}}
	if letter == 'b' {
		r.Status = drift.StatusInsufficientData
	}
	return r
}

// TestPreviewSetting tries changes on what the checks of two models found, and changes nothing.
func TestPreviewSetting(t *testing.T) {
	w := newWorld(t)
	for d := today.Add(-60); d < today; d++ {
		right := 90
		if d >= today.Add(-7) {
			right = 78
		}
		w.log(d, day{model: "fraud_detector", version: "1", n: 100, low: 0, high: 1, right: right})
	}
	w.run("performance", today)
	admin := drift.Actor{Name: "ada", Role: drift.RoleAdmin, AllTenants: true}
	preview := func(name, value string) engine.SettingPreview {
		t.Helper()
		p, err := w.engine.PreviewSetting(t.Context(), admin, engine.SettingChange{Name: name, Value: &value})
		if err != nil {
			t.Fatalf("%s = %s: %v", name, value, err)
		}
		return p
	}
	if a := preview("PERFORMANCE_DRIFT_HIGH", "0.13").Alerts; a != (engine.AlertsChange{Before: 1, After: 1, Lower: 1, Quieter: 1, BeforeInterrupts: 1}) {
		t.Errorf("a higher cut-off of HIGH: %+v", a)
	}
	if a := preview("PERFORMANCE_DRIFT_CRITICAL", "0.11").Alerts; a.Higher != 1 || a.Gone != 0 {
		t.Errorf("a lower cut-off of CRITICAL: %+v", a)
	}
	if a := preview("GUARD_K_OF_M", "2/2").Alerts; a.Gone != 1 || a.After != 0 {
		t.Errorf("two of two: %+v", a)
	}
	if p := preview("RETRAIN_COOLDOWN_DAYS", "9"); p.Judges || p.After != "9" || p.Before != "7" {
		t.Errorf("a setting that decides about no alert: %+v", p)
	}
	for name, value := range map[string]string{"PERFORMANCE_DRIFT_HIGH": "0.30", "PERFORMANCE_DRIFT_MEDIUM": "10 %", "TRAINER_COMMAND_FRAUD_DETECTOR": "[]", "NOTHING": "1"} {
		if _, err := w.engine.PreviewSetting(t.Context(), admin, engine.SettingChange{Name: name, Value: &value}); err == nil {
			t.Errorf("%s = %s is tried", name, value)
		}
	}
	if _, err := w.engine.PreviewSetting(t.Context(), drift.Actor{Name: "max", Role: drift.RoleManager, AllTenants: true}, engine.SettingChange{Name: "MIN_SCORES"}); drift.CodeOf(err) != drift.CodeForbidden {
		t.Errorf("a manager tries a setting: %v", err)
	}
}

// A change of what decides about retrains is tried on those of the last days: on their safeguards, their
// validation and their watch.
func TestPreviewOfTheLoop(t *testing.T) {
	w := newLoop(t) // HIGH drift asks, validation passes, the watch rolls back
	worse(w, rightHigh)
	w.check(today)
	w.wait(5 * time.Minute)
	w.fire()
	w.work(w.only(drift.RetrainQueued).ID, "a")
	r := w.only(drift.RetrainWatching)
	w.rows(r.CandidateVersion, today.Time().Add(14*time.Hour), rightHigh-6, 106-rightHigh)
	w.wait(24 * time.Hour)
	w.fire()
	r = w.only(drift.RetrainRolledBack)
	admin := drift.Actor{Name: "ada", Role: drift.RoleAdmin, AllTenants: true}
	preview := func(name, value string) engine.LoopChange {
		t.Helper()
		p, err := w.engine.PreviewSetting(t.Context(), admin, engine.SettingChange{Name: name, Value: &value})
		if err != nil {
			t.Fatalf("%s = %s: %v", name, value, err)
		}
		if !p.Decides || p.Judges || p.Loop.Retrains != 1 {
			t.Errorf("%s: %+v", name, p)
		}
		return p.Loop
	}
	one := func(name, value, then string) {
		t.Helper()
		l := preview(name, value)
		if len(l.Changed) != 1 || l.Changed[0].N != 1 || l.Changed[0].Was != "begins after a countdown, rolled back" || l.Changed[0].Then != then {
			t.Errorf("%s = %s: %+v, want %q", name, value, l.Changed, then)
		}
	}
	one("RETRAIN_MIN_TRAINING_SAMPLES", "100000", "refused by the safeguard data_threshold")
	one("ENABLE_AUTO_RETRAIN_FRAUD", "false", "refused by the safeguard feature_flags")
	one("VALIDATION_FRAUD_MIN_PR_AUC", "1", "begins after a countdown, refused by validation")
	one("ROLLBACK_ACCURACY_DROP_THRESHOLD", "0.30", "begins after a countdown, kept")
	one("ROLLBACK_MIN_OUTCOMES", "1000", "begins after a countdown, watched")
	for name, value := range map[string]string{"ROLLBACK_MIN_OUTCOMES": "31", "REQUIRE_MANUAL_APPROVAL_CRITICAL_DRIFT": "false", "RETRAIN_COOLDOWN_DAYS": "30"} {
		if l := preview(name, value); len(l.Changed) != 0 {
			t.Errorf("%s = %s: %+v", name, value, l.Changed)
		}
	}
	if l := preview("ENABLE_AUTO_RETRAIN", "false"); l.Asked == 0 || l.Lost != l.Asked || l.Gained != 0 {
		t.Errorf("the master switch off: %+v", l)
	}
	if l := preview("ENABLE_AUTO_RETRAIN", "true"); l.Gained != 0 || l.Lost != 0 { // it is on already
		t.Errorf("the master switch on: %+v", l)
	}
	w.set("AUTO_RETRAIN_ENABLED_TENANTS", "[]")
	if l := preview("AUTO_RETRAIN_ENABLED_TENANTS", `["*"]`); l.Gained != l.Asked || l.Lost != 0 {
		t.Errorf("everybody: %+v", l)
	}
	w.recorded()
}
