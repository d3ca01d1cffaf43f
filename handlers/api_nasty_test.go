package handlers_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

// nasty are texts that break whoever pastes them into something.
var nasty = []string{
	`'; DROP TABLE noc_alert_event; --`, `' OR '1'='1`, `1); DELETE FROM event; --`, `\`, `%`, `$1`, `{{.}}`,
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `../../etc/passwd`, "line\nbreak", strings.Repeat("x", 5000), "☃",
	"a\x00b",
}

// TestNastyTexts puts SQL and script into every text that a program may send: nothing breaks, what
// is kept is kept as it was sent, and no answer can be taken for a page.
func TestNastyTexts(t *testing.T) {
	h := newHouse(t)
	id := h.breakModel("acme")
	admin := h.as(drift.RoleAdmin)
	for _, text := range nasty {
		nastyQueries(t, h, admin, text)
		nastyMoves(t, h, admin, id, text)
		nastyRetrains(t, h, admin, text)
		nastyLogs(t, h, admin, text)
	}
	for _, table := range []string{"noc_alert_event", "event", "audit_log", "tenant"} {
		if h.count(`SELECT count(*) FROM `+table) == 0 {
			t.Errorf("%s is empty", table)
		}
	}
}

func nastyQueries(t *testing.T, h *apiHouse, who, text string) {
	t.Helper()
	q := url.QueryEscape(text)
	// What is checked against a list or a form is refused.
	for _, path := range []string{
		"alerts?status=", "alerts?severity=", "alerts?tenant=", "alerts?model_type=", "alerts?since=", "alerts?cursor=",
		"alerts?limit=", "alerts?drift_type=", "alerts?alert_type=", "alerts?", "alerts/",
		"models/fraud_detector/performance?tenant=", "models/fraud_detector/performance?days=",
		"models/fraud_detector/performance?cursor=", "models/fraud_detector/drift?tenant=",
		"models/fraud_detector/drift?date=", "models/fraud_detector/drift?cursor=", "models/fraud_detector/active?tenant=",
		"models/fraud_detector/active?wait=", "models/fraud_detector/versions?tenant=",
		"models/fraud_detector/versions?cursor=", "retrains?state=", "retrains?tenant=", "retrains?model_type=",
		"retrains?cursor=", "retrains?limit=", "retrains/", "settings?tenant=",
		"models/fraud_detector/versions/v1/artifact?tenant=",
	} {
		if a := h.do("GET", "/api/v1/"+path+q, "", who); a.status < 400 || a.status >= 500 {
			t.Errorf("GET %s%.40q: %d %s", path, text, a.status, a.body)
		} else {
			plainAnswer(t, a)
		}
	}
	if a := h.do("GET", "/api/v1/models/"+url.PathEscape(text)+"/drift", "", who); a.status != 404 {
		t.Errorf("model type %.40q: %d %s", text, a.status, a.body)
	}
	// What may be any text finds nothing.
	for _, path := range []string{
		"alerts?model_version=", "alerts?assignee=", "models/fraud_detector/performance?version=",
		"models/fraud_detector/drift?version=",
	} {
		want := `{"items":[],"next":null}` + "\n"
		if a := h.do("GET", "/api/v1/"+path+q, "", who); a.body != want && (!strings.Contains(text, "\x00") || a.status != 422) {
			t.Errorf("GET %s%.40q: %d %s", path, text, a.status, a.body)
		}
	}
}

func nastyMoves(t *testing.T, h *apiHouse, who string, id int64, text string) {
	t.Helper()
	for move, member := range map[string]string{
		"comment": "note", "assign": "assignee", "escalate": "to", "suppress": "until", "acknowledge": text,
	} {
		body, err := json.Marshal(map[string]any{
			"version": h.count(`SELECT version::bigint FROM noc_alert_event WHERE id = $1`, id), member: text,
		})
		if err != nil {
			t.Fatal(err)
		}
		a := h.do("POST", fmt.Sprintf("/api/v1/alerts/%d/%s", id, move), string(body), who)
		plainAnswer(t, a)
		kept := move == "comment" && len(text) <= 4000 && !strings.Contains(text, "\x00")
		if kept && a.status != 200 || !kept && a.status != 422 {
			t.Errorf("%s with %.40q: %d %s", move, text, a.status, a.body)
		}
		if kept && h.count(`SELECT count(*) FROM noc_alert_timeline WHERE alert_id = $1 AND note = $2`, id, text) != 1 {
			t.Errorf("the note %q was not kept as it is", text)
		}
	}
}

func nastyRetrains(t *testing.T, h *apiHouse, who, text string) {
	t.Helper()
	const model = "models/fraud_detector/"
	for _, c := range []struct {
		path string
		body map[string]any
	}{
		{model + "retrain", map[string]any{"tenant": text, "reason": "x"}},
		{model + "rollback", map[string]any{"tenant": text, "reason": "x"}},
		{model + "rollback", map[string]any{"tenant": "acme", "reason": "x", "to": text}},
		{model + "rollback", map[string]any{"tenant": "acme", "reason": "x", "from": text}},
		{model + "resume", map[string]any{"tenant": "acme", "reason": text}},
		{"models/" + url.PathEscape(text) + "/retrain", map[string]any{"tenant": "acme", "reason": "x"}},
		{"retrains/" + url.PathEscape(text) + "/approve", map[string]any{"version": 1, "reason": "x"}},
		{"retrains/1/" + url.PathEscape(text), map[string]any{"version": 1, "reason": "x"}},
		{"settings/" + url.PathEscape(text), map[string]any{"value": "1", "reason": "x"}},
		{"settings/MIN_SCORES", map[string]any{"value": text, "reason": "x"}},
		{"settings/MIN_SCORES", map[string]any{"value": "40", "reason": "x", "tenant": text}},
		{"retraining/" + url.PathEscape(text), map[string]any{"reason": "x"}},
	} {
		body, err := json.Marshal(c.body)
		if err != nil {
			t.Fatal(err)
		}
		a := h.do("POST", "/api/v1/"+c.path, string(body), who)
		plainAnswer(t, a)
		if a.status < 400 || a.status >= 500 {
			t.Errorf("POST %s with %.40q: %d %s", c.path, text, a.status, a.body)
		}
	}
	body, err := json.Marshal(map[string]string{"reason": text})
	if err != nil {
		t.Fatal(err)
	}
	if a := h.do("POST", "/api/v1/retraining/stop", string(body), who); a.status == 200 {
		if h.count(`SELECT count(*) FROM retrain_halt WHERE reason = $1`, strings.TrimSpace(text)) != 1 {
			t.Errorf("the reason %q was not kept as it is", text)
		}
		plainAnswer(t, h.do("POST", "/api/v1/retraining/resume", string(body), who))
	} else if len(text) <= 4000 && !strings.Contains(text, "\x00") || a.status != 422 {
		t.Errorf("stop with %.40q: %d %s", text, a.status, a.body)
	}
}

func nastyLogs(t *testing.T, h *apiHouse, who, text string) {
	t.Helper()
	for _, member := range []string{
		"prediction_id", "tenant", "model_type", "model_version", "created_at", "score", "predicted", "actual", "latency_ms",
		"note", text,
	} {
		row := map[string]any{}
		if err := json.Unmarshal([]byte(logRow("acme", "n", drift.Date(20400).Time(), 0.5)), &row); err != nil {
			t.Fatal(err)
		}
		row[member] = text
		body, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/api/v1/predictions", "/api/v1/outcomes"} {
			a := h.do("POST", path, string(body), who)
			plainAnswer(t, a)
			if a.status != 200 && a.status != 207 && a.status != 422 {
				t.Errorf("POST %s with %.40q for %.40s: %d %s", path, text, member, a.status, a.body)
			}
		}
	}
}

// plainAnswer checks that no browser would take an answer for a page.
func plainAnswer(t *testing.T, a answer) {
	t.Helper()
	if !strings.HasPrefix(a.header.Get("Content-Type"), "application/") || a.header.Get("X-Content-Type-Options") != "nosniff" ||
		strings.Contains(a.body, "<script") || strings.Contains(a.body, "<img") {
		t.Errorf("%d %v: %.200s", a.status, a.header, a.body)
	}
}

// TestFlood refuses a log that is too large before it is read.
func TestFlood(t *testing.T) {
	h := newHouse(t)
	req, err := http.NewRequest("POST", h.url+"/api/v1/predictions", strings.NewReader(strings.Repeat(" ", 64<<20+1)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Expect", "100-continue")
	h.send(req, h.as(drift.RoleIngest, h.acme)).problem(t, 413, drift.CodeTooLarge, "")
}
