package handlers_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/handlers"
)

// TestEvidencePages asks for the evidence of an alert and a model in each of its forms, as those who may
// and those who may not see it.
func TestEvidencePages(t *testing.T) {
	h := newPages(t, func(o *handlers.Options) { o.Public = &url.URL{Scheme: "https", Host: "drift.example.com"} })
	h.seed("acme")
	acme := h.tenant("acme")
	who, _ := h.user("ann", drift.RoleOperator, acme)
	id := h.alert("acme", drift.Statistical)
	alert, model := fmt.Sprintf("/alerts/%d", id), "/models/acme/fraud_detector"
	today := drift.DateOf(*h.clock.Load())
	compare := model + "/compare?" + url.Values{
		"recent_from": {today.Add(-5).String()}, "recent_to": {today.String()}, "baseline_from": {today.Add(-20).String()}, "baseline_to": {today.Add(-10).String()},
	}.Encode()

	for path, want := range map[string][]string{
		alert:                               {`data-load="` + alert + `/evidence?part=evidence"`, alert + "/charts/trend.png", `href="/help/numbers#ks-d"`, alert + "/report"},
		alert + "/evidence":                 {`id="histograms"`, `id="slices"`, `id="confusion"`, `id="reliability"`, `id="curves"`, `id="estimate"`, alert + "/charts/confusion.csv"},
		alert + "/report":                   {`class="paper"`, "printed for <b>ann</b>", "https://drift.example.com" + alert + "/report", `id="distance"`, `id="estimate"`},
		model:                               {`id="score-days"`, "/compare", `name="metric"`, "/charts/accuracy.svg?days=30"},
		model + "?metric=precision&days=90": {`id="metric"`, "/charts/metric.csv?days=90&amp;metric=precision"},
		model + "/report":                   {`class="paper"`, `id="score-days"`, `id="confusion"`},
		model + "/compare":                  {"The newest check", "Last 7 days against the 30 before", `id="distance"`, "Drift between these windows"},
		compare:                             {`value="` + today.Add(-20).String() + `"`, "/charts/distance.svg?baseline_from=" + today.Add(-20).String()},
		"/help/numbers":                     {`id="ks-d"`, `id="newcombe"`, `id="cbpe"`, "Wilson 1927"},
	} {
		a := h.get(path, asBrowser, who)
		a.isPage(t, 200, path)
		for _, w := range want {
			if !strings.Contains(a.body, w) {
				t.Errorf("%s does not say %q", path, w)
			}
		}
	}

	for path, kind := range map[string]string{
		alert + "/charts/scores.csv": "text/csv", alert + "/charts/distance.svg": "image/svg", alert + "/charts/accuracy.png": "image/png",
		alert + "/charts/confusion.csv": "text/csv", alert + "/charts/estimate.svg": "image/svg",
		model + "/charts/score-days.csv": "text/csv", model + "/charts/metric.csv?metric=recall&days=60": "text/csv", model + "/charts/curves.svg": "image/svg",
		strings.Replace(compare, "/compare?", "/charts/distance.csv?", 1): "text/csv",
	} {
		a := h.get(path, asBrowser, who)
		if a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Type"), kind) || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: %d %s", path, a.status, a.header.Get("Content-Type"))
		}
	}
	part := h.get(alert+"/evidence?part=evidence", asBrowser, who)
	if part.status != 200 || !strings.HasPrefix(part.body, `<div class="stack evi" id="evidence">`) || strings.Contains(part.body, "<html") {
		t.Errorf("the fragment: %d %.80s", part.status, part.body)
	}
	if whole := h.get(alert+"/evidence", asBrowser, who); !strings.Contains(whole.body, strings.SplitN(part.body, "<figure", 2)[0]) {
		t.Error("page and fragment differ")
	}

	other, _ := h.user("zoe", drift.RoleAdmin, h.tenant("zeta"))
	for _, path := range []string{alert + "/evidence", alert + "/report", alert + "/charts/scores.csv", alert + "/charts/confusion.csv", model + "/compare", model + "/report", model + "/charts/trend.svg", model + "/charts/curves.svg"} {
		if a := h.get(path, asBrowser, other); a.status != 404 {
			t.Errorf("another tenant's reader gets %s: %d", path, a.status)
		}
	}
	for path, status := range map[string]int{
		alert + "/charts/nothing.csv": 404, alert + "/charts/scores.gif": 404, model + "/charts/..%2f.svg": 404, "/alerts/x/evidence": 404,
		model + "/compare?recent_from=yesterday&recent_to=today": 422, model + "/compare?recent_version=none": 404,
		model + "/compare?recent_from=2020-01-01&recent_to=2026-01-01": 422, model + "/compare?recent_from=2026-01-02&recent_to=2026-01-01": 422,
	} {
		a := h.get(path, asBrowser, who)
		a.isPage(t, status, path)
	}
	german := []string{"Accept-Language: de", asBrowser, who}
	for path, want := range map[string]string{alert + "/evidence": "Was sich geändert hat und wo es falsch liegt", model + "/compare": "Zwei beliebige Fenster", "/help/numbers": "Wie jede Zahl berechnet wird", "/settings/thresholds": "Dieselben Alarme in 90 Tagen"} {
		if a := h.get(path, german...); !strings.Contains(a.body, want) {
			t.Errorf("%s in German does not say %q", path, want)
		}
	}
}

// TestPaperNamesThePublicAddress: behind a proxy that ends HTTPS a printed page leads to where browsers find it.
func TestPaperNamesThePublicAddress(t *testing.T) {
	h := newPages(t, func(o *handlers.Options) { o.Public = &url.URL{Scheme: "https", Host: "drift.example.com"} })
	h.seed("acme")
	who := h.as(drift.RoleViewer)
	for _, path := range []string{fmt.Sprintf("/alerts/%d/report", h.alert("acme", drift.Statistical)), "/models/acme/fraud_detector/report"} {
		a := h.get(path, asBrowser, who)
		a.isPage(t, 200, path)
		if !strings.Contains(a.body, "https://drift.example.com"+path) || strings.Contains(a.body, h.site[len("http://"):]) {
			t.Errorf("%s does not name the public address", path)
		}
	}
}

// TestThresholds tries thresholds, proposes them and decides.
func TestThresholds(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	acme, zeta := h.tenant("acme"), h.tenant("zeta")
	ann, _ := h.user("ann", drift.RoleOperator, acme)
	view, _ := h.user("vic", drift.RoleViewer, acme)
	boss, _ := h.user("bea", drift.RoleAdmin, acme)
	stranger, _ := h.user("zoe", drift.RoleAdmin, zeta)
	h.exec(`INSERT INTO alert_feedback SELECT tenant_id, id, 'real', '', 'ann', now() FROM noc_alert_event WHERE tenant_id = $1 AND drift_type = 'performance'`, acme.ID)

	page := h.get("/settings/thresholds?tenant=acme", asBrowser, ann)
	page.isPage(t, 200, "thresholds")
	for _, w := range []string{"The same alerts in 90 days", `type="range"`, "acme fraud_detector", "Move a threshold first"} {
		if !strings.Contains(page.body, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
	// A slider that was moved counts where its field was not; a field that was written in counts always.
	moved := "PERFORMANCE_DRIFT_CRITICAL.was=0.20&PERFORMANCE_DRIFT_CRITICAL=0.20&PERFORMANCE_DRIFT_CRITICAL.slider=0.9512345&" +
		"PERFORMANCE_DRIFT_HIGH.was=0.10&PERFORMANCE_DRIFT_HIGH=0.95&PERFORMANCE_DRIFT_HIGH.slider=0.10&PERFORMANCE_DRIFT_MEDIUM=0.95"
	tried := h.get("/settings/thresholds?tenant=acme&"+moved, asBrowser, ann)
	tried.isPage(t, 200, "tried")
	for _, w := range []string{"1 alert fewer in 90 days", "gone, though people called it real", `value="0.95"`, "of 1 that people called real"} {
		if !strings.Contains(strings.ReplaceAll(tried.body, "\u00a0", " "), w) {
			t.Errorf("what was tried does not say %q", w)
		}
	}
	var said engine.WhatIfResult // a program is told the same
	h.do("GET", "/api/v1/what-if?tenant=acme&set=PERFORMANCE_DRIFT_CRITICAL=0.95&set=PERFORMANCE_DRIFT_HIGH=0.95&set=PERFORMANCE_DRIFT_MEDIUM=0.95",
		"", ann).into(t, 200, &said)
	if said.Total.Real != 1 || said.Total.RealMissed != 1 || said.Total.False != 0 {
		t.Errorf("the API counts %+v, want 1 that people called real and that is missed", said.Total)
	}
	if a := h.get("/settings/thresholds/charts/what-if.csv?tenant=acme&"+moved, asBrowser, ann); a.status != 200 || !strings.Contains(a.body, ",") {
		t.Errorf("its chart: %d", a.status)
	}
	h.get("/settings/thresholds?tenant=acme&PERFORMANCE_DRIFT_HIGH=0.9", asBrowser, ann).isPage(t, 422, "reversed")
	h.get("/settings/thresholds?tenant=acme&PERFORMANCE_DRIFT_HIGH=lots", asBrowser, ann).isPage(t, 422, "no number")
	h.get("/settings/thresholds?tenant=zeta", asBrowser, ann).isPage(t, 404, "another tenant")

	form := "tenant=acme&PERFORMANCE_DRIFT_CRITICAL=0.95&PERFORMANCE_DRIFT_HIGH=0.95&PERFORMANCE_DRIFT_MEDIUM=0.95&reason="
	h.post("/settings/thresholds", form, asBrowser, ann).isPage(t, 422, "no reason")
	for what, a := range map[string]answer{
		"a viewer": h.post("/settings/thresholds", form+"x", asBrowser, view), "for all": h.post("/settings/thresholds", "PERFORMANCE_DRIFT_CRITICAL=0.95&reason=x", asBrowser, ann),
	} {
		if a.status != 403 {
			t.Errorf("%s proposes: %d", what, a.status)
		}
	}
	if a := h.post("/settings/thresholds", strings.Replace(form, "acme", "zeta", 1)+"x", asBrowser, ann); a.status != 404 {
		t.Errorf("proposed for another tenant: %d", a.status)
	}
	for range 2 {
		if a := h.post("/settings/thresholds", form+"too+many"+url.QueryEscape(script), asBrowser, ann); a.status != 303 {
			t.Fatalf("propose: %d %.300s", a.status, a.body)
		}
	}
	id := h.count(`SELECT min(id) FROM setting_proposal`)
	decide := func(who string, id int64, do, reason string) answer {
		return h.post(fmt.Sprintf("/settings/proposals/%d/%s", id, do), "reason="+reason, asBrowser, who)
	}
	settings := h.get("/settings?tenant=acme", asBrowser, boss)
	settings.isPage(t, 200, "settings")
	if !strings.Contains(settings.body, fmt.Sprintf("/settings/proposals/%d/accept", id)) || !strings.Contains(settings.body, "too many") {
		t.Error("the administrator does not see the proposal")
	}
	// Who has the settings open is told, and asks for the proposals anew.
	if !strings.Contains(settings.body, `id="summary" data-url="/settings?part=summary&amp;tenant=acme"`) {
		t.Error("the settings do not say where what events change is")
	}
	part := h.get("/settings?part=summary&tenant=acme", asBrowser, boss).body
	if at := strings.Index(part, `<section`); at < 0 || !strings.Contains(settings.body, part[at:strings.LastIndex(part, `</div>`)]) {
		t.Errorf("the part is not the page's: %.300s", part)
	}
	if n := h.count(`SELECT count(*) FROM event WHERE type = 'SETTINGS_CHANGED' AND tenant_id = $1 AND payload -> 'proposal' ->> 'state' = 'open'
		AND payload -> 'proposal' ->> 'proposed_by' = 'ann'`, acme.ID); n != 2 {
		t.Errorf("%d events tell of 2 proposals", n)
	}
	if body := h.get("/settings", asBrowser, stranger).body; strings.Contains(body, "too many") {
		t.Error("another tenant's administrator sees the proposal")
	}
	if a := decide(ann, id, "accept", ""); a.status != 403 {
		t.Errorf("an operator accepts: %d", a.status)
	}
	if a := decide(stranger, id, "accept", ""); a.status != 404 {
		t.Errorf("another tenant's administrator accepts: %d", a.status)
	}
	decide(boss, id, "decline", "")
	if h.count(`SELECT count(*) FROM setting_proposal WHERE state = 'open'`) != 2 {
		t.Error("declined without a reason")
	}
	if a := decide(boss, id, "accept", "fine"); a.status != 303 {
		t.Fatalf("accept: %d %.300s", a.status, a.body)
	}
	if n := h.count(`SELECT count(*) FROM setting_change WHERE scope = $1 AND changed_by = 'bea' AND reason LIKE 'Proposed by ann: too many%fine'`, acme.ID); n != 3 {
		t.Errorf("%d settings changed, want 3", n)
	}
	// What the other proposal saw in force is no more: nothing of it is set.
	decide(boss, id+1, "accept", "")
	decide(boss, id, "decline", "late")
	if n := h.count(`SELECT count(*) FROM setting_proposal WHERE state = 'open' OR state = 'accepted' AND id = $1`, id); n != 2 {
		t.Errorf("%d proposals stand as they should, want 2", n)
	}
	decide(boss, id+1, "decline", "overtaken")
	if n := h.count(`SELECT count(*) FROM event WHERE payload -> 'proposal' ->> 'state' = 'declined' AND payload -> 'proposal' ->> 'decided_by' = 'bea'`); n != 1 {
		t.Errorf("%d events tell of 1 declined proposal", n)
	}
	for action, want := range map[string]int64{"setting.propose": 2, "setting.accept": 1, "setting.decline": 1, "setting.change": 3} {
		if n := h.count(`SELECT count(*) FROM audit_log WHERE action = $1 AND tenant_id = $2`, action, acme.ID); n != want {
			t.Errorf("%d rows of %s, want %d", n, action, want)
		}
	}
}
