package handlers_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

// TestAPITries is the table of tries and answers: whoever has no right to something, and whatever is
// no request, gets the answer that stands beside it.
func TestAPITries(t *testing.T) {
	h := newHouse(t)
	id := h.breakModel("acme")
	h.breakModel("globex")
	viewer, operator := h.as(drift.RoleViewer, h.acme), h.as(drift.RoleOperator, h.acme)
	stranger, feeder := h.as(drift.RoleOperator, h.globex), h.as(drift.RoleIngest, h.acme)
	manager, admin := h.as(drift.RoleManager), h.as(drift.RoleAdmin)
	chief, boss := h.as(drift.RoleManager, h.globex), h.as(drift.RoleAdmin, h.globex)
	h.label("acme", 120)
	retrain := fmt.Sprintf("/api/v1/retrains/%d", h.ask(operator).ID)
	revoked, revokedID := h.token(drift.RoleAdmin)
	if err := h.db.RevokeToken(t.Context(), drift.SystemActor(), revokedID); err != nil {
		t.Fatal(err)
	}
	replayed, _ := h.user("olga", drift.RoleOperator, h.acme)
	if a := h.do("POST", "/logout", "", replayed); a.status != 200 {
		t.Fatalf("sign out: %d %s", a.status, a.body)
	}
	const nobody = ""
	alert := fmt.Sprintf("/api/v1/alerts/%d", id)
	ack, note := alert+"/acknowledge", `{"version":1,"note":"x"}`
	row := logRow("acme", "try", drift.Date(20400).Time(), 0.5)
	const model = "/api/v1/models/fraud_detector"
	const forAcme = `{"tenant":"acme","reason":"x"}`
	const foreign = "Origin: https://evil.example"

	for _, c := range []struct {
		name, who, method, path, body string
		status                        int
		code                          drift.Code
		field                         string
		headers                       []string
	}{
		// No login.
		{"no login, a list", nobody, "GET", "/api/v1/alerts", "", 401, "unauthorized", "", nil},
		{"no login, one alert", nobody, "GET", alert, "", 401, "unauthorized", "", nil},
		{"no login, a move", nobody, "POST", ack, note, 401, "unauthorized", "", nil},
		{"no login, a log", nobody, "POST", "/api/v1/predictions", row, 401, "unauthorized", "", nil},
		{"no login, outcomes", nobody, "POST", "/api/v1/outcomes", "{}", 401, "unauthorized", "", nil},
		{"no login, nowhere", nobody, "GET", "/api/v1/nowhere", "", 401, "unauthorized", "", nil},
		{"no login, the socket", nobody, "GET", "/ws?since=0", "", 401, "unauthorized", "", nil},
		{"no login, metrics", nobody, "GET", "/metrics", "", 401, "unauthorized", "", nil},
		{"a made-up token", "Authorization: Bearer dw_made_up_made_up_made_up", "GET", "/api/v1/alerts", "", 401, "unauthorized", "", nil},
		{"a password for a token", "Authorization: Basic YTpi", "GET", "/api/v1/alerts", "", 401, "unauthorized", "", nil},
		{"a revoked token", revoked, "GET", "/api/v1/alerts", "", 401, "unauthorized", "", nil},
		{"a replayed cookie", replayed, "GET", "/api/v1/alerts", "", 401, "unauthorized", "", nil},
		{"a replayed cookie, a move", replayed, "POST", ack, note, 401, "unauthorized", "", nil},
		{"a replayed cookie, the socket", replayed, "GET", "/ws", "", 401, "unauthorized", "", nil},
		{"no login, a retrain", nobody, "GET", retrain, "", 401, "unauthorized", "", nil},
		{"no login, an approval", nobody, "POST", retrain + "/approve", `{"version":2,"reason":"x"}`, 401, "unauthorized", "", nil},
		{"no login, a rollback", nobody, "POST", model + "/rollback", forAcme, 401, "unauthorized", "", nil},
		{"no login, an artefact", nobody, "GET", model + "/versions/v1/artifact?tenant=acme", "", 401, "unauthorized", "", nil},
		{"no login, the stop", nobody, "POST", "/api/v1/retraining/stop", `{"reason":"x"}`, 401, "unauthorized", "", nil},
		{"no login, a comparison", nobody, "GET", model + "/compare?tenant=acme", "", 401, "unauthorized", "", nil},
		{"no login, other cut-offs", nobody, "GET", "/api/v1/what-if?set=PERFORMANCE_DRIFT_HIGH=0.15", "", 401, "unauthorized", "", nil},
		{"no login, a setting", nobody, "PUT", "/api/v1/settings/MIN_SCORES", `{"value":"40"}`, 401, "unauthorized", "", nil},
		// A foreign page.
		{"a foreign origin, an approval", manager, "POST", retrain + "/approve", `{"version":2,"reason":"x"}`, 403, "forbidden", "", []string{foreign}},
		{"a foreign origin, a rollback", manager, "POST", model + "/rollback", forAcme, 403, "forbidden", "", []string{foreign}},
		{"a foreign origin, a move", operator, "POST", ack, note, 403, "forbidden", "", []string{foreign}},
		{"a foreign site, a move", operator, "POST", ack, note, 403, "forbidden", "", []string{"Sec-Fetch-Site: cross-site"}},
		{"a foreign origin, a log", feeder, "POST", "/api/v1/predictions", row, 403, "forbidden", "", []string{foreign}},
		// The wrong role.
		{"viewer acknowledges", viewer, "POST", ack, note, 403, "forbidden", "", nil},
		{"viewer comments", viewer, "POST", alert + "/comment", note, 403, "forbidden", "", nil},
		{"viewer logs", viewer, "POST", "/api/v1/predictions", row, 403, "forbidden", "", nil},
		{"operator logs", operator, "POST", "/api/v1/predictions", row, 403, "forbidden", "", nil},
		{"manager sends outcomes", manager, "POST", "/api/v1/outcomes", row, 403, "forbidden", "", nil},
		{"ingest lists alerts", feeder, "GET", "/api/v1/alerts", "", 403, "forbidden", "", nil},
		{"ingest reads an alert", feeder, "GET", alert, "", 403, "forbidden", "", nil},
		{"ingest acknowledges", feeder, "POST", ack, note, 403, "forbidden", "", nil},
		{"ingest reads metrics", feeder, "GET", model + "/performance", "", 403, "forbidden", "", nil},
		{"ingest reads reports", feeder, "GET", model + "/drift", "", 403, "forbidden", "", nil},
		{"ingest tries other cut-offs", feeder, "GET", "/api/v1/what-if?set=PERFORMANCE_DRIFT_HIGH=0.15", "", 403, "forbidden", "", nil},
		{"ingest compares", feeder, "GET", model + "/compare", "", 403, "forbidden", "", nil},
		{"ingest lists versions", feeder, "GET", model + "/versions", "", 403, "forbidden", "", nil},
		{"ingest lists retrains", feeder, "GET", "/api/v1/retrains", "", 403, "forbidden", "", nil},
		{"ingest opens a socket", feeder, "GET", "/ws", "", 403, "forbidden", "", nil},
		{"ingest reads the server's numbers", feeder, "GET", "/metrics", "", 403, "forbidden", "", nil},
		{"one tenant reads the server's numbers", viewer, "GET", "/metrics", "", 403, "forbidden", "", nil},
		{"viewer asks for a retrain", viewer, "POST", model + "/retrain", forAcme, 403, "forbidden", "", nil},
		{"viewer cancels a retrain", viewer, "POST", retrain + "/cancel", `{"version":2,"reason":"x"}`, 403, "forbidden", "", nil},
		{"operator approves", operator, "POST", retrain + "/approve", `{"version":2,"reason":"x"}`, 403, "forbidden", "", nil},
		{"operator approves what has changed", operator, "POST", retrain + "/approve", `{"version":1,"reason":"x"}`, 403, "forbidden", "", nil},
		{"operator rejects", operator, "POST", retrain + "/reject", `{"version":2,"reason":"x"}`, 403, "forbidden", "", nil},
		{"operator cancels what waits", operator, "POST", retrain + "/cancel", `{"version":2,"reason":"x"}`, 403, "forbidden", "", nil},
		{"operator rolls back", operator, "POST", model + "/rollback", forAcme, 403, "forbidden", "", nil},
		{"operator resumes a model", operator, "POST", model + "/resume", forAcme, 403, "forbidden", "", nil},
		{"operator stops retraining", operator, "POST", "/api/v1/retraining/stop", `{"reason":"x"}`, 403, "forbidden", "", nil},
		{"manager sets", manager, "PUT", "/api/v1/settings/MIN_SCORES", `{"value":"40"}`, 403, "forbidden", "", nil},
		{"one tenant's administrator sets for all", boss, "PUT", "/api/v1/settings/MIN_SCORES", `{"value":"40"}`, 403, "forbidden", "", nil},
		{"ingest reads a retrain", feeder, "GET", retrain, "", 403, "forbidden", "", nil},
		{"ingest asks for a retrain", feeder, "POST", model + "/retrain", forAcme, 403, "forbidden", "", nil},
		{"ingest approves", feeder, "POST", retrain + "/approve", `{"version":2,"reason":"x"}`, 403, "forbidden", "", nil},
		{"ingest rolls back", feeder, "POST", model + "/rollback", forAcme, 403, "forbidden", "", nil},
		{"ingest reads settings", feeder, "GET", "/api/v1/settings", "", 403, "forbidden", "", nil},
		// The wrong tenant.
		{"stranger reads the retrain", chief, "GET", retrain, "", 404, "not_found", "", nil},
		{"stranger approves", chief, "POST", retrain + "/approve", `{"version":2,"reason":"x"}`, 404, "not_found", "", nil},
		{"stranger cancels", chief, "POST", retrain + "/cancel", `{"version":2,"reason":"x"}`, 404, "not_found", "", nil},
		{"stranger asks for a retrain", chief, "POST", model + "/retrain", forAcme, 404, "not_found", "", nil},
		{"stranger rolls back", chief, "POST", model + "/rollback", forAcme, 404, "not_found", "", nil},
		{"stranger resumes a model", chief, "POST", model + "/resume", forAcme, 404, "not_found", "", nil},
		{"stranger reads an artefact", chief, "GET", model + "/versions/v1/artifact?tenant=acme", "", 404, "not_found", "", nil},
		{"stranger sets", boss, "PUT", "/api/v1/settings/MIN_SCORES", `{"value":"40","tenant":"acme"}`, 404, "not_found", "", nil},
		{"stranger reads the alert", stranger, "GET", alert, "", 404, "not_found", "", nil},
		{"stranger acknowledges", stranger, "POST", ack, note, 404, "not_found", "", nil},
		{"stranger comments", stranger, "POST", alert + "/comment", note, 404, "not_found", "", nil},
		{"stranger lists by tenant", stranger, "GET", "/api/v1/alerts?tenant=acme", "", 404, "not_found", "", nil},
		{"stranger reads metrics", stranger, "GET", model + "/performance?tenant=acme", "", 404, "not_found", "", nil},
		{"stranger reads reports", stranger, "GET", model + "/drift?tenant=acme", "", 404, "not_found", "", nil},
		{"stranger tries other cut-offs", stranger, "GET", "/api/v1/what-if?tenant=acme&set=PERFORMANCE_DRIFT_HIGH=0.15", "", 404, "not_found", "", nil},
		{"other cut-offs without one", viewer, "GET", "/api/v1/what-if", "", 422, "invalid", "set", nil},
		{"other cut-offs without a value", viewer, "GET", "/api/v1/what-if?set=PERFORMANCE_DRIFT_HIGH", "", 422, "invalid", "set", nil},
		{"other cut-offs twice", viewer, "GET", "/api/v1/what-if?set=GUARD_MIN_D=0.1&set=GUARD_MIN_D=0.2", "", 422, "invalid", "set", nil},
		{"other cut-offs of years", viewer, "GET", "/api/v1/what-if?days=91&set=GUARD_MIN_D=0.1", "", 422, "invalid", "days", nil},
		{"a setting that is not tried", viewer, "GET", "/api/v1/what-if?set=MIN_SCORES=40", "", 422, "invalid", "set", nil},
		{"stranger compares", stranger, "GET", model + "/compare?tenant=acme", "", 404, "not_found", "", nil},
		{"compare with another's version", stranger, "GET", model + "/compare?tenant=globex&baseline_version=v9", "", 404, "not_found", "", nil},
		{"compare of several tenants", admin, "GET", model + "/compare", "", 422, "invalid", "tenant", nil},
		{"compare with half a window", viewer, "GET", model + "/compare?recent_from=2025-01-01", "", 422, "invalid", "recent_to", nil},
		{"compare with a window of nothing", viewer, "GET", model + "/compare?baseline_from=2025-01-01&baseline_to=2025-01-01", "", 422, "invalid", "baseline_to", nil},
		{"compare with years", viewer, "GET", model + "/compare?baseline_from=2020-01-01&baseline_to=2025-01-01", "", 422, "invalid", "baseline_from", nil},
		{"compare with a misspelt name", viewer, "GET", model + "/compare?recent=2025-01-01", "", 422, "invalid", "recent", nil},
		{"stranger asks what is active", stranger, "GET", model + "/active?tenant=acme", "", 404, "not_found", "", nil},
		{"stranger lists versions", stranger, "GET", model + "/versions?tenant=acme", "", 404, "not_found", "", nil},
		{"stranger lists retrains", stranger, "GET", "/api/v1/retrains?tenant=acme", "", 404, "not_found", "", nil},
		{"a tenant that is not there", admin, "GET", model + "/drift?tenant=nobody", "", 404, "not_found", "", nil},
		{"ingest logs for another", feeder, "POST", "/api/v1/predictions", logRow("globex", "try", drift.Date(20400).Time(), 0.5), 422, "invalid", "tenant", nil},
		{"ingest makes a tenant", feeder, "POST", "/api/v1/predictions", logRow("new", "try", drift.Date(20400).Time(), 0.5), 422, "invalid", "tenant", nil},
		{"ingest sends another's outcome", feeder, "POST", "/api/v1/outcomes", `{"prediction_id":"globex-new-1","tenant":"globex","actual":1}`, 422, "invalid", "tenant", nil},
		{"assign to who cannot see it", operator, "POST", alert + "/assign", `{"version":1,"assignee":"nobody"}`, 422, "invalid", "assignee", nil},
		// Not there.
		{"nowhere", admin, "GET", "/api/v1/nowhere", "", 404, "not_found", "", nil},
		{"an alert that is not there", admin, "GET", "/api/v1/alerts/999999", "", 404, "not_found", "", nil},
		{"an alert that is no number", admin, "GET", "/api/v1/alerts/one", "", 404, "not_found", "", nil},
		{"an alert beyond numbers", admin, "GET", "/api/v1/alerts/99999999999999999999", "", 404, "not_found", "", nil},
		{"a model type that is not there", admin, "GET", "/api/v1/models/weather/performance", "", 404, "not_found", "", nil},
		{"a model without versions", admin, "GET", "/api/v1/models/conflict_predictor/active?tenant=acme", "", 404, "not_found", "", nil},
		{"a move that is none", operator, "POST", alert + "/explode", note, 404, "not_found", "", nil},
		{"a move of the system's", operator, "POST", alert + "/clear", note, 404, "not_found", "", nil},
		{"a retrain that is not there", manager, "GET", "/api/v1/retrains/999999", "", 404, "not_found", "", nil},
		{"approve a retrain that is not there", manager, "POST", "/api/v1/retrains/999999/approve", `{"version":1,"reason":"x"}`, 404, "not_found", "", nil},
		{"a move of a retrain that is none", manager, "POST", retrain + "/explode", `{"version":1,"reason":"x"}`, 404, "not_found", "", nil},
		{"a move of the system's on a retrain", manager, "POST", retrain + "/expire", `{"version":1,"reason":"x"}`, 404, "not_found", "", nil},
		{"retrain a model type that is not there", manager, "POST", "/api/v1/models/weather/retrain", forAcme, 404, "not_found", "", nil},
		{"retrain at a tenant that is not there", manager, "POST", model + "/retrain", `{"tenant":"nobody","reason":"x"}`, 404, "not_found", "", nil},
		{"retrain a model without versions", manager, "POST", "/api/v1/models/conflict_predictor/retrain", forAcme, 404, "not_found", "", nil},
		{"the stop of something else", manager, "POST", "/api/v1/retraining/pause", `{"reason":"x"}`, 404, "not_found", "", nil},
		{"an artefact", feeder, "GET", model + "/versions/v1/artifact?tenant=acme", "", 404, "not_found", "", nil},
		{"a method that is not taken", admin, "DELETE", alert, "", 405, "malformed", "", nil},
		// Bodies that are none.
		{"malformed JSON", operator, "POST", ack, `{"version":`, 400, "malformed", "", nil},
		{"no body", operator, "POST", ack, "", 400, "malformed", "", nil},
		{"an array", operator, "POST", ack, "[]", 400, "malformed", "", nil},
		{"a text", operator, "POST", ack, `"x"`, 400, "malformed", "", nil},
		{"two objects", operator, "POST", ack, note + note, 400, "malformed", "", nil},
		{"a form", operator, "POST", ack, "version=1", 400, "malformed", "", []string{"Content-Type: application/x-www-form-urlencoded"}},
		{"null", operator, "POST", ack, "null", 422, "invalid", "version", nil},
		{"without a version", operator, "POST", ack, `{"note":"x"}`, 422, "invalid", "version", nil},
		{"a version that is text", operator, "POST", ack, `{"version":"1"}`, 422, "invalid", "version", nil},
		{"a version beyond numbers", operator, "POST", ack, `{"version":99999999999999999999}`, 422, "invalid", "version", nil},
		{"a member that is not known", operator, "POST", ack, `{"version":1,"nota":"x"}`, 422, "invalid", "nota", nil},
		{"a member of another move", operator, "POST", ack, `{"version":1,"to":"NOC"}`, 422, "invalid", "to", nil},
		{"a note that is a number", operator, "POST", ack, `{"version":1,"note":7}`, 422, "invalid", "note", nil},
		{"a note with a zero", operator, "POST", ack, `{"version":1,"note":"a\u0000b"}`, 422, "invalid", "note", nil},
		{"a note without end", operator, "POST", ack, `{"version":1,"note":"` + strings.Repeat("x", 5000) + `"}`, 422, "invalid", "note", nil},
		{"a comment without words", operator, "POST", alert + "/comment", `{"version":1,"note":" "}`, 422, "invalid", "note", nil},
		{"a time that is none", operator, "POST", alert + "/suppress", `{"version":1,"until":"soon"}`, 422, "invalid", "until", nil},
		{"a time that is over", operator, "POST", alert + "/suppress", `{"version":1,"until":"2020-01-01T00:00:00Z"}`, 422, "invalid", "until", nil},
		{"no time", operator, "POST", alert + "/suppress", `{"version":1,"note":"x"}`, 422, "invalid", "until", nil},
		{"no assignee", operator, "POST", alert + "/assign", `{"version":1}`, 422, "invalid", "assignee", nil},
		{"an assignee with a zero", operator, "POST", alert + "/assign", `{"version":1,"assignee":"a\u0000"}`, 422, "invalid", "assignee", nil},
		{"a team that is not there", operator, "POST", alert + "/escalate", `{"version":1,"to":"Nobody"}`, 422, "invalid", "to", nil},
		{"an oversize body", operator, "POST", ack, `{"version":1,"note":"` + strings.Repeat("x", 70<<10) + `"}`, 413, "too_large", "", nil},
		{"an approval without a version", manager, "POST", retrain + "/approve", `{"reason":"x"}`, 422, "invalid", "version", nil},
		{"an approval without a reason", manager, "POST", retrain + "/approve", `{"version":2}`, 422, "invalid", "reason", nil},
		{"an approval with an empty reason", manager, "POST", retrain + "/approve", `{"version":2,"reason":"  "}`, 422, "invalid", "reason", nil},
		{"a reason with a zero", manager, "POST", retrain + "/approve", `{"version":2,"reason":"a\u0000"}`, 422, "invalid", "reason", nil},
		{"a reason without end", manager, "POST", retrain + "/approve", `{"version":2,"reason":"` + strings.Repeat("x", 5000) + `"}`, 422, "invalid", "reason", nil},
		{"a note for a reason", manager, "POST", retrain + "/approve", `{"version":2,"note":"x"}`, 422, "invalid", "note", nil},
		{"an approval that is an array", manager, "POST", retrain + "/approve", `[]`, 400, "malformed", "", nil},
		{"an approval of a version long gone", manager, "POST", retrain + "/approve", `{"version":1,"reason":"x"}`, 409, "conflict", "", nil},
		{"a retrain at no tenant", manager, "POST", model + "/retrain", `{"reason":"x"}`, 422, "invalid", "tenant", nil},
		{"a retrain without a reason", manager, "POST", model + "/retrain", `{"tenant":"acme"}`, 422, "invalid", "reason", nil},
		{"a retrain to a version", manager, "POST", model + "/retrain", `{"tenant":"acme","reason":"x","to":"v1"}`, 422, "invalid", "to", nil},
		{"a rollback without a reason", manager, "POST", model + "/rollback", `{"tenant":"acme"}`, 422, "invalid", "reason", nil},
		{"a rollback with a cooldown", manager, "POST", model + "/rollback", `{"tenant":"acme","reason":"x","skip_cooldown":true}`, 422, "invalid", "skip_cooldown", nil},
		{"a rollback of what never was replaced", manager, "POST", model + "/rollback", forAcme, 409, "conflict", "", nil},
		{"a model resumed that is not paused", manager, "POST", model + "/resume", forAcme, 409, "conflict", "", nil},
		{"a stop without a reason", manager, "POST", "/api/v1/retraining/stop", `{}`, 422, "invalid", "reason", nil},
		{"a stop of a tenant", manager, "POST", "/api/v1/retraining/stop", `{"reason":"x","tenant":"acme"}`, 422, "invalid", "tenant", nil},
		{"a resumption of what goes on", manager, "POST", "/api/v1/retraining/resume", `{"reason":"x"}`, 409, "conflict", "", nil},
		// Queries that are none.
		{"a model type of retrains that is none", viewer, "GET", "/api/v1/retrains?model_type=weather", "", 422, "invalid", "model_type", nil},
		{"a cursor of retrains that is none", viewer, "GET", "/api/v1/retrains?cursor=x", "", 422, "invalid", "cursor", nil},
		{"a status that is none", viewer, "GET", "/api/v1/alerts?status=OPEN", "", 422, "invalid", "status", nil},
		{"a severity that is none", viewer, "GET", "/api/v1/alerts?severity=bad", "", 422, "invalid", "severity", nil},
		{"a model type that is none", viewer, "GET", "/api/v1/alerts?model_type=weather", "", 422, "invalid", "model_type", nil},
		{"a time that is none", viewer, "GET", "/api/v1/alerts?since=yesterday", "", 422, "invalid", "since", nil},
		{"a cursor that is none", viewer, "GET", "/api/v1/alerts?cursor=x", "", 422, "invalid", "cursor", nil},
		{"a limit of none", viewer, "GET", "/api/v1/alerts?limit=0", "", 422, "invalid", "limit", nil},
		{"a limit beyond", viewer, "GET", "/api/v1/alerts?limit=501", "", 422, "invalid", "limit", nil},
		{"a filter that is none", viewer, "GET", "/api/v1/alerts?stauts=NEW", "", 422, "invalid", "stauts", nil},
		{"a tenant twice", viewer, "GET", model + "/drift?tenant=acme&tenant=acme", "", 422, "invalid", "tenant", nil},
		{"a query that cannot be read", viewer, "GET", "/api/v1/alerts?status=%zz", "", 400, "malformed", "", nil},
		{"a broken text", viewer, "GET", model + "/drift?version=%ff", "", 422, "invalid", "version", nil},
		{"a date that is none", viewer, "GET", model + "/drift?date=2026-02-30", "", 422, "invalid", "date", nil},
		{"days of none", viewer, "GET", model + "/performance?days=0", "", 422, "invalid", "days", nil},
		{"a wait without end", viewer, "GET", model + "/active?tenant=acme&wait=61", "", 422, "invalid", "wait", nil},
		{"a tenant left open", admin, "GET", model + "/active", "", 422, "invalid", "tenant", nil},
		{"a state that is none", viewer, "GET", "/api/v1/retrains?state=asleep", "", 422, "invalid", "state", nil},
		{"a number that is none", viewer, "GET", "/ws?since=x", "", 422, "invalid", "since", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var headers []string
			if c.who != nobody {
				headers = append(headers, c.who)
			}
			h.do(c.method, c.path, c.body, append(headers, c.headers...)...).problem(t, c.status, c.code, c.field)
		})
	}
	if n := h.count(`SELECT version::bigint FROM noc_alert_event WHERE id = $1`, id); n != 1 {
		t.Errorf("the alert was moved %d times", n-1)
	}
	if n := h.count(`SELECT count(*) FROM ml_retrain WHERE state <> 'waiting_approval' OR version <> 2`); n != 0 {
		t.Errorf("%d retrains were moved", n)
	}
	if n := h.count(`SELECT count(*) FROM retrain_halt`) + h.count(`SELECT count(*) FROM setting`); n != 0 {
		t.Errorf("%d switches were set", n)
	}
	if n := h.count(`SELECT count(*) FROM ml_prediction_log WHERE prediction_id = 'try'`); n != 0 {
		t.Errorf("%d rows went in", n)
	}
}
