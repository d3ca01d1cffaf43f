package handlers_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// TestARefusalKeepsWhatWasTyped: no form of retraining has to be filled in twice.
func TestARefusalKeepsWhatWasTyped(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	boss, _ := h.user("boss", drift.RoleManager)
	alert := h.alert("acme", drift.Performance)
	ask := fmt.Sprintf("/alerts/%d/retrain", alert)
	operator := h.as(drift.RoleOperator)
	refused := func(what, path, form, who string, status int, holds ...string) {
		t.Helper()
		a := h.post(path, form, asBrowser, who)
		a.isPage(t, status, what)
		a.holds(t, what, holds...)
	}
	long := strings.Repeat("x", 4001)
	refused("a cooldown skipped by an operator", ask, "reason=typed+words&skip_cooldown=yes", operator, 403, `class="fold" open`, ">typed words</textarea>", "Only a manager may skip")
	refused("a request at length", ask, "skip_cooldown=yes&reason="+long, boss, 422, long, `id="ask-reason-problem"`, `value="yes" checked`)
	id := h.request(alert, operator)
	path := fmt.Sprintf("/retrains/%d", id)
	refused("an approval of before", path+"/approve", "version=1&reason=typed+words", boss, 409, ">typed words</textarea>")
	refused("an approval at length", path+"/approve", "version=2&reason="+long, boss, 422, long, fmt.Sprintf(`id="retrain-reason-%d-problem"`, id))
	refused("a stop without the box", "/retrains/stop", "reason=typed+words", boss, 422, ">typed words</textarea>", "Confirm that what trains")
	refused("a stop without a reason", "/retrains/stop", "confirm=yes&reason=", boss, 422, `id="stop-reason-problem"`, `value="yes" required checked`)
	refused("nothing to resume", "/retrains/resume", "reason=typed+words", boss, 409, ">typed words</textarea>")
	if a := h.post("/retrains/stop", "reason=x&confirm=yes", asBrowser, boss); a.status != 303 {
		t.Fatalf("stop: %d", a.status)
	}
	refused("an approval while stopped", path+"/approve", "version=2&reason=typed+words", boss, 409, ">typed words</textarea>")
	refused("resumed at length", "/retrains/resume", "reason="+long, boss, 422, long, `id="resume-reason-problem"`)
}

// TestTheModelAsksForARetrain: from the model's own page, alert or none, and the parts of it that events change
// are asked for by themselves, with the bytes of the page.
func TestTheModelAsksForARetrain(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	h.exec(`DELETE FROM noc_alert_timer`)
	h.exec(`DELETE FROM noc_alert_timeline`)
	h.exec(`DELETE FROM noc_alert_event`)
	operator := h.as(drift.RoleOperator)
	before := h.get(frauds, asBrowser, operator)
	before.isPage(t, 200, "a model without an alert")
	before.holds(t, "a model without an alert", "Would it retrain by itself?", "No: it is switched off.", `action="`+frauds+`/retrain"`, `data-url="`+frauds+`?days=30&amp;part=summary"`)
	if strings.Contains(h.get(frauds, asBrowser, h.as(drift.RoleViewer)).body, frauds+"/retrain") {
		t.Error("a viewer is offered to ask")
	}
	for who, status := range map[string]int{h.as(drift.RoleViewer): 403, h.as(drift.RoleOperator, h.globex): 404} {
		if a := h.post(frauds+"/retrain", "reason=x", asBrowser, who); a.status != status {
			t.Errorf("somebody who may not: %d, want %d", a.status, status)
		}
	}
	h.post(frauds+"/retrain", "reason=", asBrowser, operator).holds(t, "no reason", `id="ask-reason-problem"`, `class="fold" open`)
	a := h.post(frauds+"/retrain", "reason=new+terminals", asBrowser, operator)
	id := h.count(`SELECT max(id) FROM ml_retrain`)
	if a.status != 303 || a.header.Get("Location") != fmt.Sprintf("/retrains/%d", id) {
		t.Fatalf("asked: %d to %q %.300s", a.status, a.header.Get("Location"), a.body)
	}
	after, part := h.get(frauds, asBrowser, operator), h.get(frauds+"?days=30&part=summary", asBrowser, operator)
	after.holds(t, "with a retrain", fmt.Sprintf(`href="/retrains/%d"`, id), "is under way: ", "one retrain at a time")
	rest := strings.TrimSuffix(part.body, "</div>")
	for _, starts := range []string{`<div id="model-retraining"`, `<div id="model-versions"`, `<div id="model-facts"`, `<section class="verdict" id="model-state"`} {
		i := strings.Index(rest, starts)
		if i < 0 || !strings.Contains(rest[i:], "data-part") || !strings.Contains(after.body, rest[i:]) {
			t.Fatalf("the page does not hold the bytes of the part %s", starts)
		}
		rest = rest[:i]
	}
	if part.status != 200 || rest != "<div>" {
		t.Errorf("the part is %d and holds also %q", part.status, rest)
	}
}

// TestTheRetrainLeadsToTheRollback: a watched retrain's page counts what its versions did in service, not on
// calendar days that are still to be built, and leads to the model's rollback, as does the address of old. A kept
// retrain whose version was rolled back says so, and nothing of it can be rolled back any more.
func TestTheRetrainLeadsToTheRollback(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	boss, _ := h.user("boss", drift.RoleManager)
	id := h.watched()
	path := fmt.Sprintf("/retrains/%d", id)
	row := fmt.Sprintf(`{"prediction_id":"w","tenant":"acme","model_type":"fraud_detector","model_version":"r1","created_at":%q,"score":0.5,"predicted":true,"actual":true}`,
		time.Now().Add(-time.Minute).Format(time.RFC3339))
	if a := h.do("POST", "/api/v1/predictions", row, h.as(drift.RoleIngest)); a.status != 200 {
		t.Fatalf("log: %d %s", a.status, a.body)
	}
	page := h.get(path, asBrowser, boss)
	page.isPage(t, 200, "a watched retrain")
	page.holds(t, "a watched retrain", "The watch", "95 % interval", "Still missing", `href="`+frauds+`/rollback"`, "The decision falls",
		"Validation of the candidate", "ROC AUC", "Was trained", "Right, last 7 days in service", " of 1</td>")
	for _, role := range []drift.Role{drift.RoleViewer, drift.RoleManager} {
		if a := h.get(path+"/rollback", asBrowser, h.as(role)); a.status != 303 || a.header.Get("Location") != frauds+"/rollback" {
			t.Errorf("%s is led to %d %q", role, a.status, a.header.Get("Location"))
		}
	}
	h.get(path+"/rollback", asBrowser, h.as(drift.RoleManager, h.globex)).isPage(t, 404, "another tenant's")
	form := url.Values{"from": {"r1"}, "to": {"v" + script}, "reason": {"worse"}, "confirm": {"fraud_detector"}}
	if a := h.post(path+"/rollback", form.Encode(), asBrowser, boss); a.status != 404 {
		t.Errorf("a rollback posted to a retrain: %d", a.status)
	}
	h.exec(`UPDATE ml_retrain SET state = 'kept', due_at = NULL WHERE id = $1`, id)
	h.get(path, asBrowser, boss).holds(t, "kept", "keeps its new version", `href="`+frauds+`/rollback"`)
	if a := h.post(frauds+"/rollback", form.Encode(), asBrowser, boss); a.status != 303 {
		t.Fatalf("roll back: %d %.400s", a.status, a.body)
	}
	page = h.get(path, asBrowser, boss)
	page.holds(t, "afterwards", "does not serve any more", "Version r1 was rolled back on", "is paused since", "Was trained", " of 1</td>")
	if strings.Contains(page.body, `href="`+frauds+`/rollback"`) {
		t.Error("a retrain whose version is out leads to a rollback")
	}
}
