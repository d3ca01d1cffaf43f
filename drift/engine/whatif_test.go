package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
)

// tried is a world where a fraud detector fell by 4 points once, unnoticed, and by 11 lately (HIGH), and a
// conflict predictor by 30 (CRITICAL).
func tried(t *testing.T) (w *world, fraud, conflict drift.Alert) {
	w = newWorld(t)
	for ago := 95; ago > 0; ago-- {
		f, c := 90, 90
		switch {
		case ago <= 7:
			f, c = 78, 60
		case ago > 33 && ago <= 40:
			f = 86
		}
		w.log(today.Add(-ago), day{model: drift.FraudDetector, version: "1", n: 100, low: 0, high: 1, right: f})
		w.log(today.Add(-ago), day{model: drift.ConflictPredictor, version: "1", n: 100, low: 0, high: 1, right: c})
	}
	w.run(drift.JobPerformance, today.Add(-33))
	w.run(drift.JobPerformance, today.Add(-20)) // nothing is wrong then
	w.run(drift.JobPerformance, today)
	list := w.alerts(drift.AlertDrift)
	if len(list) != 2 {
		t.Fatalf("%d alerts", len(list))
	}
	for _, a := range list {
		if a.ModelType == drift.FraudDetector {
			fraud = a
		} else {
			conflict = a
		}
	}
	return w, fraud, conflict
}

func TestWhatIf(t *testing.T) {
	w, fraud, conflict := tried(t)
	viewer := drift.Actor{Name: "vera", Role: drift.RoleViewer, Tenants: []int64{fraud.TenantID}}
	ask := func(changes map[string]string) engine.WhatIfResult {
		t.Helper()
		r, err := w.engine.WhatIf(t.Context(), viewer, engine.WhatIf{Days: 90, Changes: changes})
		if err != nil {
			t.Fatal(err)
		}
		if r.From != today-89 || r.To != today+1 || len(r.Models) != 2 || r.Total.Fewer != r.Total.Before-r.Total.After {
			t.Errorf("%+v", r)
		}
		adds(t, r)
		return r
	}
	higher := map[string]string{"PERFORMANCE_DRIFT_MEDIUM": "0.15", "PERFORMANCE_DRIFT_HIGH": "0.15"}
	say := func(a drift.Alert, v drift.Verdict) {
		t.Helper()
		if _, err := w.db.SayFeedback(t.Context(), operator, a.ID, v, ""); err != nil {
			t.Fatal(err)
		}
	}
	say(fraud, drift.VerdictReal)
	say(conflict, drift.VerdictFalse)
	r := ask(higher)
	want := engine.WhatIfCount{Raised: 2, Before: 2, After: 1, Fewer: 1, Gone: 1, BeforeInterrupts: 2, Real: 1, RealMissed: 1, False: 1}
	if r.Total != want || r.Models[0].ModelType != drift.FraudDetector || r.Models[0].Fewer != 1 || r.Models[0].RealMissed != 1 || r.Models[1].Fewer != 0 {
		t.Errorf("higher cut-offs: %+v, want %+v", r, want)
	}
	if got := lines(r); got != fmt.Sprintf("conflict_predictor %d CRITICAL→CRITICAL false, fraud_detector %d HIGH→ real", conflict.ID, fraud.ID) {
		t.Error(got)
	}
	// Below 4 points what went unnoticed is an alert.
	r = ask(map[string]string{"PERFORMANCE_DRIFT_MEDIUM": "0.03"})
	want = engine.WhatIfCount{Raised: 2, Before: 2, After: 3, Fewer: -1, New: 1, BeforeInterrupts: 2, Real: 1, False: 1}
	if r.Total != want || !strings.HasSuffix(lines(r), ", fraud_detector 0 →MEDIUM ") || r.Alerts[2].From != today-33 || r.Alerts[2].To != today-33 {
		t.Errorf("a lower cut-off: %+v, want %+v: %s", r.Total, want, lines(r))
	}
	// Both are still raised, but one does not interrupt. What was expected is neither real nor false.
	say(conflict, drift.VerdictExpected)
	r = ask(map[string]string{"ALERT_MIN_SEVERITY": "CRITICAL"})
	if r.Total != (engine.WhatIfCount{Raised: 2, Before: 2, After: 2, Quieter: 1, BeforeInterrupts: 2, Real: 1}) {
		t.Errorf("fewer interrupt: %+v", r.Total)
	}
	// A tenant with a value of its own keeps it, where not that tenant is asked about.
	if _, err := w.engine.SetSetting(t.Context(), drift.SystemActor(), engine.SettingChange{Name: "PERFORMANCE_DRIFT_HIGH", Tenant: "acme", Value: ptr("0.10"), Reason: "own"}); err != nil {
		t.Fatal(err)
	}
	r = ask(map[string]string{"PERFORMANCE_DRIFT_HIGH": "0.15"})
	if r.Total.Lower != 0 {
		t.Errorf("a value of its own is overruled: %+v", r.Total)
	}
	own, err := w.engine.WhatIf(t.Context(), viewer, engine.WhatIf{Tenant: "acme", ModelType: drift.FraudDetector, Days: 1, Changes: map[string]string{"PERFORMANCE_DRIFT_HIGH": "0.15"}})
	if err != nil || own.Total.Lower != 1 || own.Total.Raised != 1 || len(own.Models) != 1 || own.From != today {
		t.Errorf("asked about itself: %+v, %v", own, err)
	}
	if w.alertNow(fraud.ID).Version != fraud.Version {
		t.Error("something was changed")
	}
}

// adds holds the stretches against what is counted of them, and of each model.
func adds(t *testing.T, r engine.WhatIfResult) {
	t.Helper()
	var of, models engine.WhatIfCount
	for _, x := range r.Stretches {
		n, alone := &of.Before, &of.Gone
		if x.Tried {
			n, alone = &of.After, &of.New
		}
		*n++
		if x.Alone {
			*alone++
		}
	}
	for _, m := range r.Models {
		models.Before, models.After, models.Gone, models.New = models.Before+m.Before, models.After+m.After, models.Gone+m.Gone, models.New+m.New
	}
	want := engine.WhatIfCount{Before: r.Total.Before, After: r.Total.After, Gone: r.Total.Gone, New: r.Total.New}
	if of != want || models != want {
		t.Errorf("the stretches come to %+v, the models to %+v, the total says %+v", of, models, want)
	}
}

func (w *world) alertNow(id int64) drift.Alert {
	w.t.Helper()
	for _, a := range w.alerts(drift.AlertDrift) {
		if a.ID == id {
			return a
		}
	}
	w.t.Fatalf("alert %d is gone", id)
	return drift.Alert{}
}

// lines writes each alert as "model id was→then verdict".
func lines(r engine.WhatIfResult) string {
	var out []string
	for _, a := range r.Alerts {
		id := int64(0)
		if a.Alert != nil {
			id = *a.Alert
		}
		out = append(out, fmt.Sprintf("%s %d %s→%s %s", a.ModelType, id, a.Severity, a.Then, a.Verdict))
	}
	return strings.Join(out, ", ")
}

func TestWhatIfRefusals(t *testing.T) {
	w := newWorld(t)
	w.tenant("acme")
	nobody := drift.Actor{Name: "eve", Role: drift.RoleViewer}
	cut := map[string]string{"PERFORMANCE_DRIFT_HIGH": "0.15"}
	for name, c := range map[string]struct {
		by   drift.Actor
		ask  engine.WhatIf
		code drift.Code
	}{
		"no day":                    {drift.SystemActor(), engine.WhatIf{Changes: cut}, drift.CodeInvalid},
		"too many days":             {drift.SystemActor(), engine.WhatIf{Changes: cut, Days: 91}, drift.CodeInvalid},
		"nothing":                   {drift.SystemActor(), engine.WhatIf{Days: 90}, drift.CodeInvalid},
		"no setting":                {drift.SystemActor(), engine.WhatIf{Days: 90, Changes: map[string]string{"NOTHING": "1"}}, drift.CodeInvalid},
		"one that reports tell not": {drift.SystemActor(), engine.WhatIf{Days: 90, Changes: map[string]string{"RECENT_WINDOW_DAYS": "9"}}, drift.CodeInvalid},
		"no number":                 {drift.SystemActor(), engine.WhatIf{Days: 90, Changes: map[string]string{"PERFORMANCE_DRIFT_HIGH": "a lot"}}, drift.CodeInvalid},
		"another's tenant":          {nobody, engine.WhatIf{Days: 90, Changes: cut, Tenant: "acme"}, drift.CodeNotFound},
	} {
		if _, err := w.engine.WhatIf(t.Context(), c.by, c.ask); drift.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	tw, _, _ := tried(t)
	reversed := engine.WhatIf{Days: 90, Changes: map[string]string{"PERFORMANCE_DRIFT_HIGH": "0.15", "PERFORMANCE_DRIFT_MEDIUM": "0.16"}}
	if _, err := tw.engine.WhatIf(t.Context(), drift.SystemActor(), reversed); drift.CodeOf(err) != drift.CodeInvalid {
		t.Errorf("reversed cut-offs: %v", err)
	}
	r, err := tw.engine.WhatIf(t.Context(), nobody, engine.WhatIf{Days: 90, Changes: cut})
	if err != nil || r.Total != (engine.WhatIfCount{}) || len(r.Models) != 0 || len(r.Alerts) != 0 {
		t.Errorf("who sees no tenant: %+v, %v", r, err)
	}
}
