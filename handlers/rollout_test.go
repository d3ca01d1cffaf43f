package handlers_test

import (
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
)

// TestRolloutByForm goes through the plan and a step back, scripts off.
func TestRolloutByForm(t *testing.T) {
	h := newPages(t)
	admin := h.as(drift.RoleAdmin)
	at := func(phase string, wants ...string) {
		t.Helper()
		a := h.get("/settings/rollout", asBrowser, admin)
		a.isPage(t, 200, phase)
		for _, want := range append(wants, "Phase "+phase, "It cannot come last") {
			if !strings.Contains(a.body, want) {
				t.Errorf("phase %s does not say %q", phase, want)
			}
		}
	}
	step := func(status int, pairs ...string) string {
		t.Helper()
		a := h.post("/settings/rollout", settingForm(pairs...), asBrowser, admin)
		if a.status != status {
			t.Fatalf("%v: %d, want %d: %.300s", pairs, a.status, status, a.body)
		}
		return a.body
	}
	at("2.1", `name="pilot"`, "ENABLE_AUTO_RETRAIN: false → true")
	step(409, "to", "2.3", "reason", "x")
	if b := step(422, "to", "2.2", "pilot", "acme"); !strings.Contains(b, `id="reason-2-2-problem"`) {
		t.Error("a missing reason is not said at its field")
	}
	if b := step(422, "to", "2.2", "reason", "x", "pilot", "nobody"); !strings.Contains(b, `id="pilot-problem"`) {
		t.Error("a missing pilot is not said at its field")
	}
	step(303, "to", "2.2", "reason", "two weeks", "pilot", "acme")
	at("2.2", "The pilot is acme.", `value="2.1"`, `value="2.3"`)
	step(303, "to", "2.3", "reason", "went well")
	step(303, "to", "2.4", "reason", "went well")
	at("2.4", `value="2.3"`)
	step(303, "to", "2.3", "reason", "too early")
	at("2.3")
	if n := h.count(`SELECT count(*) FROM setting_change WHERE reason LIKE 'Rollout phase 2._: %'`); n != 6 {
		t.Errorf("%d changes are kept, want 3 + 1 + 1 + 1", n)
	}
	for _, role := range []drift.Role{drift.RoleViewer, drift.RoleManager} {
		if a := h.get("/settings/rollout", asBrowser, h.as(role)); a.status != 200 || strings.Contains(a.body, `method="post" action="/settings/rollout"`) {
			t.Errorf("%s: %d, or a step is offered", role, a.status)
		}
		h.post("/settings/rollout", settingForm("to", "2.4", "reason", "x"), asBrowser, h.as(role)).isPage(t, 403, role.String())
	}
	one := h.as(drift.RoleAdmin, h.globex)
	if a := h.get("/settings/rollout", asBrowser, one); strings.Contains(a.body, "acme") || !strings.Contains(a.body, "some tenants only") {
		t.Error("an administrator of globex sees acme or is offered a step")
	}
	h.post("/settings/rollout", settingForm("to", "2.4", "reason", "x"), asBrowser, one).isPage(t, 403, "an administrator of one tenant")
	off, on := "false", "true"
	for _, c := range []engine.SettingChange{
		{Name: "ENABLE_AUTO_RETRAIN_FRAUD", Value: &off, Reason: "no frauds"},
		{Name: "ENABLE_AUTO_RETRAIN_CONFLICT", Value: &on, Reason: "conflicts"},
		{Name: "ENABLE_AUTO_RETRAIN_CONFLICT", Tenant: "acme", Value: &off, Reason: "not theirs"},
	} {
		if _, err := h.engine.SetSetting(t.Context(), drift.SystemActor(), c); err != nil {
			t.Fatal(err)
		}
	}
	h.get("/settings/rollout", asBrowser, admin).holds(t, "none of the phases", "Now conflict predictors of every tenant retrain by themselves.",
		"Switch all off (phase 2.1)", "for acme alone")
}
