package handlers_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

const highDrop = "/settings/PERFORMANCE_DRIFT_HIGH"

func settingForm(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

// TestSettingByForm changes a setting by the forms of its page: a preview first, then the change.
func TestSettingByForm(t *testing.T) {
	h := newPages(t)
	h.seed("acme", "globex")
	admin := h.as(drift.RoleAdmin)
	says := func(path string, status int, wants ...string) string {
		t.Helper()
		a := h.get(path, asBrowser, admin)
		a.isPage(t, status, path)
		for _, want := range wants {
			if !strings.Contains(a.body, want) {
				t.Errorf("%s does not say %q", path, want)
			}
		}
		return a.body
	}
	says("/settings", 200, `href="`+highDrop+`"`, "ENABLE_AUTO_RETRAIN_", "TRAINER_COMMAND_FRAUD_DETECTOR")
	says(highDrop, 200, "0.10 = 10 points", "never changed", `name="value"`)
	says(highDrop+"?value=0.19", 200, "What it would change", "19 points", "all 4", `method="post"`, `href="/settings/thresholds?PERFORMANCE_DRIFT_HIGH=0.19&amp;tenant="`)
	says("/settings/PERFORMANCE_DRIFT_CRITICAL?value=0.99", 200, "2 of ", "lower severity")
	says(highDrop+"?value=10+%25", 422, "write a fraction: 0.10", `id="value-problem"`)
	says(highDrop+"?value=0.3", 422, "never reversed", `id="value-problem"`)
	says("/settings/RETRAIN_COOLDOWN_DAYS?value=9", 200, "no model was retrained in the last 30 days")
	says("/settings/RECENT_WINDOW_DAYS?value=9", 200, "cannot be told from the reports")
	says("/settings/CATCH_UP_DAYS?value=9", 200, "decides about no alert and no retrain")
	shell := says("/settings/TRAINER_COMMAND_FRAUD_DETECTOR?value=%5B%22sh%22%5D", 200, "from a shell")
	if strings.Contains(shell, `name="value"`) {
		t.Error("a program to run can be set by a page")
	}
	if n := h.count(`SELECT count(*) FROM setting_change`); n != 0 {
		t.Fatalf("previews wrote %d changes", n)
	}
	a := h.post(highDrop, settingForm("value", "0.12", "reason", " "), asBrowser, admin)
	a.isPage(t, 422, "no reason")
	if !strings.Contains(a.body, `id="reason-problem"`) || !strings.Contains(a.body, `name="value" value="0.12"`) {
		t.Error("a missing reason is not said at its field, or the value is lost")
	}
	for form, status := range map[string]int{
		settingForm("reason", "x"):                                      422,
		settingForm("value", "0.3", "reason", "x"):                      422,
		settingForm("value", "0.12", "reason", "x", "tenant", "nobody"): 404,
	} {
		h.post(highDrop, form, asBrowser, admin).isPage(t, status, form)
	}
	change := func(path, form, who string) {
		t.Helper()
		a := h.post(path, form, asBrowser, who)
		if a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), path) {
			t.Fatalf("%s: %d to %q", form, a.status, a.header.Get("Location"))
		}
	}
	change(highDrop, settingForm("value", "0.12", "reason", "nights "+script, "was", "0.10"), admin)
	late := h.post(highDrop, settingForm("value", "0.11", "reason", "mine", "was", "0.10"), asBrowser, h.as(drift.RoleAdmin))
	late.isPage(t, 409, "a change of what is in force no longer")
	if !strings.Contains(late.body, "it is 0.12 now, not 0.10") || !strings.Contains(late.body, `name="was" value="0.12"`) {
		t.Error("whoever came too late is not told, or not shown what holds now")
	}
	if n := h.count(`SELECT count(*) FROM setting_change`); n != 1 {
		t.Errorf("%d changes were written", n)
	}
	says(highDrop, 200, "You changed it", "nights &lt;script&gt;", "12 points", "not set", "Undo this change", highDrop+"?below=1", "Remove this value: the file")
	says(highDrop+"?below=1", 200, "10 points", `name="below"`)
	change(highDrop, settingForm("value", "0.13", "reason", "acme is noisy", "tenant", "acme"), h.as(drift.RoleAdmin, h.acme))
	says(highDrop+"?tenant=acme", 200, "0.13", "acme is noisy", "database, acme")
	says("/settings", 200, "1\u00a0tenant has a value of its own")
	if strings.Contains(h.get("/settings", asBrowser, h.as(drift.RoleAdmin, h.globex)).body, "value of its own</a>") {
		t.Error("a value of a tenant that the reader does not see is counted")
	}
	change(highDrop, settingForm("below", "1", "reason", "over"), admin)
	body := says(highDrop, 200, "not set", "default", "Take back to 0.12")
	if strings.Contains(body, "Undo this change") {
		t.Error("a value that was removed is offered to be removed again")
	}
	if n := h.count(`SELECT count(*) FROM setting WHERE scope = 0`); n != 0 {
		t.Errorf("%d values are left for every tenant", n)
	}
	// The newest change is undone to what was before; what is in force is not offered.
	change(highDrop, settingForm("value", "0.12", "reason", "again"), admin)
	change(highDrop, settingForm("value", "0.14", "reason", "more"), admin)
	body = says(highDrop, 200, "Undo this change (back to 0.12)", highDrop+"?value=0.12")
	if strings.Contains(body, "Take back to 0.14") {
		t.Error("going back to what is in force is offered")
	}
	says(highDrop+"?value=0.12", 200, "every tenant without a value of its own", `name="was" value="0.14"`)
}

// TestSettingRights tries to change a setting without the right.
func TestSettingRights(t *testing.T) {
	h := newPages(t)
	form := settingForm("value", "0.12", "reason", "x")
	for _, role := range []drift.Role{drift.RoleViewer, drift.RoleOperator, drift.RoleManager} {
		who := h.as(role)
		a := h.get(highDrop+"?value=0.12", asBrowser, who)
		a.isPage(t, 200, role.String())
		if strings.Contains(a.body, `name="value"`) || !strings.Contains(a.body, "An administrator can change it.") {
			t.Errorf("%s is offered to change a setting, or not told why not", role)
		}
		h.post(highDrop, form, asBrowser, who).isPage(t, 403, role.String())
	}
	of := h.as(drift.RoleAdmin, h.globex)
	if a := h.get(highDrop, asBrowser, of); strings.Contains(a.body, `name="value"`) || !strings.Contains(a.body, "You see some tenants only") {
		t.Error("an administrator of one tenant is offered everybody's setting")
	}
	h.post(highDrop, form, asBrowser, of).isPage(t, 403, "everybody's setting by an administrator of one tenant")
	h.post(highDrop, form+"&tenant=acme", asBrowser, of).isPage(t, 404, "another tenant's setting")
	h.get(highDrop+"?tenant=acme", asBrowser, of).isPage(t, 404, "another tenant's setting")
	h.get("/settings/NOTHING", asBrowser, of).isPage(t, 404, "no setting")
	h.post("/settings/TRAINER_COMMAND_FRAUD_DETECTOR", settingForm("value", `["sh"]`, "reason", "x"), asBrowser, h.as(drift.RoleAdmin)).isPage(t, 403, "a program to run")
	h.post("/settings/TRAINER_MEMORY_MIB", settingForm("value", "1048576", "reason", "x"), asBrowser, h.as(drift.RoleAdmin)).isPage(t, 403, "a whole machine's memory")
	h.post("/settings/TRAINER_TIMEOUT_MINUTES", settingForm("value", "1440", "reason", "x"), asBrowser, h.as(drift.RoleAdmin)).isPage(t, 403, "a machine for a day")
	if n := h.count(`SELECT count(*) FROM setting_change`); n != 0 {
		t.Errorf("%d changes were made", n)
	}
}
