package handlers_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// TestNotesAndRunbooksByTheirForms: written on a model's page, read there and in its alerts.
func TestNotesAndRunbooksByTheirForms(t *testing.T) {
	h := newPages(t)
	h.seed("acme", "globex")
	olga, _ := h.user("olga", drift.RoleOperator)
	mara, _ := h.user("mara", drift.RoleManager)
	viewer, local := h.as(drift.RoleViewer), h.as(drift.RoleManager, h.globex)
	model, today := "/models/acme/fraud_detector", drift.DateOf(time.Now())
	id := h.alert("acme", drift.Statistical)
	alert := fmt.Sprintf("/alerts/%d", id)
	severity := "CRITICAL"
	h.get(alert, asBrowser, mara).says(t, "an alert without a runbook", "No runbook is set for CRITICAL of fraud_detector.")
	note := fields("text", "Holiday season, expected", "from", today.Add(-3).String(), "to", today.Add(9).String())
	for _, c := range []struct {
		path, form, who string
		status          int
		says            string
	}{
		{model + "/notes", note, viewer, 403, ""},
		{model + "/notes", note, local, 404, ""},
		{model + "/notes", note, olga, 303, ""},
		{model + "/notes", fields("text", "", "from", today.String(), "to", today.String()), olga, 422, "Say why"},
		{model + "/notes", fields("text", "x", "from", "soon", "to", today.String()), olga, 422, "is not a date"},
		{model + "/runbooks", fields("severity", severity, "url", "https://wiki.example.com/fraud"), olga, 403, ""},
		{model + "/runbooks", fields("severity", severity, "url", "javascript:alert(1)"), mara, 422, "An address is such as"},
		{model + "/runbooks", fields("severity", severity, "url", "http://wiki.example.com/fraud"), mara, 422, "begins with https://"},
		{model + "/runbooks", fields("severity", severity, "url", "https://wiki.example.com/fraud"), mara, 303, ""},
		{alert + "/feedback", fields("verdict", "expected", "note", "gift cards"), viewer, 403, ""},
		{alert + "/feedback", fields("verdict", "expected"), local, 404, ""},
		{alert + "/feedback", fields("verdict", ""), olga, 422, "is no verdict"},
		{alert + "/feedback", fields("verdict", "expected", "note", "gift cards"), olga, 303, ""},
	} {
		a := h.post(c.path, c.form, asBrowser, c.who)
		if a.status != c.status {
			t.Errorf("%s %s: %d, want %d: %.300s", c.path, c.form, a.status, c.status, a.body)
			continue
		}
		a.says(t, c.path+" "+c.form, c.says)
	}
	page := h.get(model, asBrowser, olga)
	page.isPage(t, 200, "the model")
	page.says(t, "the model", "Holiday season, expected", "olga", "https://wiki.example.com/fraud", `rel="noopener noreferrer"`, "none for High")
	page = h.get(alert, asBrowser, viewer)
	page.says(t, "the alert", "Runbook for CRITICAL of fraud_detector", `href="https://wiki.example.com/fraud" rel="noopener noreferrer"`,
		"Holiday season, expected", "olga says it was expected", "gift cards")
	if strings.Contains(page.body, alert+"/feedback") {
		t.Error("a viewer is shown the form of feedback")
	}
	if strings.Contains(h.get(model, asBrowser, h.as(drift.RoleManager)).body, "javascript:") {
		t.Error("a script stands in a link")
	}
	noteID := h.count(`SELECT id FROM model_note`)
	remove := fmt.Sprintf("%s/notes/%d/remove", model, noteID)
	h.post(remove, "", asBrowser, h.as(drift.RoleOperator)).isPage(t, 403, "another operator removes a note")
	if a := h.post(remove, "", asBrowser, mara); a.status != 303 {
		t.Errorf("a manager removes a note: %d", a.status)
	}
	if strings.Contains(h.get(alert, asBrowser, olga).body, "Holiday season") {
		t.Error("a removed note is shown still")
	}
}

// TestResolvingWithAVerdict: the form of resolving asks what it was; nothing chosen says nothing.
func TestResolvingWithAVerdict(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	olga, _ := h.user("olga", drift.RoleOperator)
	first, second := h.alert("acme", drift.Statistical), h.alert("acme", drift.Performance)
	for id, verdict := range map[int64]string{first: "false", second: ""} {
		h.get(fmt.Sprintf("/alerts/%d", id), asBrowser, olga).says(t, "the alert", `name="verdict"`)
		a := h.post(fmt.Sprintf("/alerts/%d/resolve", id), fields("version", h.version(id), "note", "normal variance", "verdict", verdict), asBrowser, olga)
		if a.status != 303 {
			t.Fatalf("resolve: %d %.300s", a.status, a.body)
		}
	}
	if n := h.count(`SELECT count(*) FROM alert_feedback WHERE alert_id = $1 AND verdict = 'false' AND said_by = 'olga'`, first); n != 1 {
		t.Error("the verdict was not kept")
	}
	if n := h.count(`SELECT count(*) FROM alert_feedback`); n != 1 {
		t.Errorf("%d verdicts are kept", n)
	}
}

// TestNotesAndFeedbackByPrograms: the same by the API.
func TestNotesAndFeedbackByPrograms(t *testing.T) {
	h := newHouse(t)
	id := h.breakModel("acme")
	operator, other := h.as(drift.RoleOperator), h.as(drift.RoleOperator, h.globex)
	const asJSON = "Content-Type: application/json"
	var n drift.ModelNote
	h.do("POST", "/api/v1/models/fraud_detector/notes", `{"tenant":"acme","text":"holiday season"}`, operator, asJSON).into(t, 201, &n)
	if n.From != n.To || n.Text != "holiday season" || n.ID == 0 {
		t.Errorf("kept %+v", n)
	}
	var list struct{ Items []drift.ModelNote }
	h.do("GET", "/api/v1/models/fraud_detector/notes?tenant=acme", "", operator).into(t, 200, &list)
	if len(list.Items) != 1 {
		t.Errorf("listed %+v", list.Items)
	}
	h.do("GET", "/api/v1/models/fraud_detector/notes?tenant=acme", "", other).problem(t, 404, drift.CodeNotFound, "")
	h.do("POST", "/api/v1/models/fraud_detector/notes", `{"tenant":"acme","text":"x","to":"2020-01-01"}`, operator, asJSON).problem(t, 422, drift.CodeInvalid, "to")
	address := fmt.Sprintf("/api/v1/alerts/%d/", id)
	var f drift.Feedback
	h.do("POST", address+"feedback", `{"verdict":"real","note":"it was"}`, operator, asJSON).into(t, 200, &f)
	if f.Verdict != drift.VerdictReal || f.Note != "it was" || f.By == "" {
		t.Errorf("said %+v", f)
	}
	h.do("POST", address+"feedback", `{"verdict":"maybe"}`, operator, asJSON).problem(t, 422, drift.CodeInvalid, "verdict")
	h.do("POST", address+"feedback", `{"verdict":"real"}`, other, asJSON).problem(t, 404, drift.CodeNotFound, "")
	h.do("POST", address+"acknowledge", `{"version":1,"verdict":"real"}`, operator, asJSON).problem(t, 422, drift.CodeInvalid, "verdict")
	h.do("POST", address+"resolve", `{"version":1,"verdict":"false"}`, operator, asJSON).into(t, 200, &struct{}{})
	if n := h.count(`SELECT count(*) FROM alert_feedback WHERE verdict = 'false'`); n != 1 {
		t.Error("resolving did not keep the verdict")
	}
}

// TestRunbooksOfTheAPI: a manager of the tenant sets and removes them, the audit log says who, and whoever
// sees the model reads them.
func TestRunbooksOfTheAPI(t *testing.T) {
	h := newPages(t)
	h.seed("acme", "globex")
	acme, globex := h.tenant("acme"), h.tenant("globex")
	mara, vera := h.as(drift.RoleManager, acme), h.as(drift.RoleViewer, acme)
	const books = "/api/v1/models/fraud_detector/runbooks"
	set := func(severity, body, who string) answer { return h.do("PUT", books+"/"+severity, body, who) }
	const good = `{"tenant":"acme","url":"https://wiki.example.com/fraud"}`
	for _, c := range []struct {
		name, severity, body, who string
		status                    int
		field                     string
	}{
		{"a viewer", "HIGH", good, vera, 403, ""},
		{"an operator", "HIGH", good, h.as(drift.RoleOperator, acme), 403, ""},
		{"another tenant's manager", "HIGH", good, h.as(drift.RoleManager, globex), 404, ""},
		{"no such severity", "LOUD", good, mara, 422, "severity"},
		{"NONE", "NONE", good, mara, 422, "severity"},
		{"a script", "HIGH", `{"tenant":"acme","url":"javascript:alert(1)"}`, mara, 422, "url"},
		{"no address", "HIGH", `{"tenant":"acme"}`, mara, 422, "url"},
		{"which tenant", "HIGH", `{"url":"https://wiki.example.com/fraud"}`, h.as(drift.RoleManager), 422, "tenant"},
	} {
		a := set(c.severity, c.body, c.who)
		if a.status != c.status || (c.field != "" && !strings.Contains(a.body, `"field":"`+c.field+`"`)) {
			t.Errorf("%s: %d %s", c.name, a.status, a.body)
		}
	}
	type list struct{ Items []drift.Runbook }
	var now list
	set("HIGH", good, mara).into(t, 200, &now)
	set("CRITICAL", `{"url":"https://wiki.example.com/worst"}`, mara).into(t, 200, &now) // the one tenant there is
	if len(now.Items) != 2 || now.Items[0].Severity != drift.SeverityCritical || now.Items[1].URL != "https://wiki.example.com/fraud" || now.Items[1].SetBy == "" {
		t.Errorf("after both: %+v", now)
	}
	set("CRITICAL", `{"tenant":"acme","url":""}`, mara).into(t, 200, &now)
	var seen list
	h.do("GET", books+"?tenant=acme", "", vera).into(t, 200, &seen)
	if len(now.Items) != 1 || len(seen.Items) != 1 || seen.Items[0] != now.Items[0] || seen.Items[0].Severity != drift.SeverityHigh {
		t.Errorf("after one is taken away: %+v, seen %+v", now, seen)
	}
	if a := h.do("GET", books+"?tenant=acme", "", h.as(drift.RoleViewer, globex)); a.status != 404 {
		t.Errorf("another tenant's viewer: %d %s", a.status, a.body)
	}
	if n := h.count(`SELECT count(*) FROM audit_log WHERE action = 'model.runbook' AND tenant_id = $1 AND object = 'model/acme/fraud_detector'`, acme.ID); n != 3 {
		t.Errorf("%d changes in the audit log, want 3", n)
	}
}
