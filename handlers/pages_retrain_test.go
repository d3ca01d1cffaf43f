package handlers_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// request asks for a retrain of an alert's model by the page's form, and returns its number.
func (h *pageHouse) request(alert int64, who string) int64 {
	h.t.Helper()
	a := h.post(fmt.Sprintf("/alerts/%d/retrain", alert), url.Values{"reason": {"why " + script}}.Encode(), asBrowser, who)
	if a.status != 303 || !strings.HasPrefix(a.header.Get("Location"), "/retrains/") {
		h.t.Fatalf("request: %d to %q: %.400s", a.status, a.header.Get("Location"), a.body)
	}
	return h.count(`SELECT max(id) FROM ml_retrain`)
}

// act sends a form of a retrain's page on the version that the database holds.
func (h *pageHouse) act(id int64, move, who string) answer {
	h.t.Helper()
	version := h.count(`SELECT version FROM ml_retrain WHERE id = $1`, id)
	return h.post(fmt.Sprintf("/retrains/%d/%s", id, move),
		url.Values{"version": {fmt.Sprint(version)}, "reason": {"because " + script}}.Encode(), asBrowser, who)
}

// TestRetrainPages goes from nothing to a decision, as everybody.
func TestRetrainPages(t *testing.T) {
	h := newPages(t)
	h.seed("acme", "globex")
	alert := h.alert("acme", drift.Performance)
	none := h.get("/retrains", asBrowser, h.as(drift.RoleViewer))
	none.isPage(t, 200, "no retrains")
	for _, want := range []string{"No model has been retrained yet", "ENABLE_AUTO_RETRAIN is off", `href="/settings"`} {
		if !strings.Contains(none.body, want) {
			t.Errorf("an empty list does not say %q", want)
		}
	}
	ann, _ := h.user("ann", drift.RoleManager)
	if a := h.post(fmt.Sprintf("/alerts/%d/retrain", alert), "reason=x", asBrowser, h.as(drift.RoleViewer)); a.status != 403 {
		t.Errorf("a viewer's request: %d", a.status)
	}
	if a := h.post(fmt.Sprintf("/alerts/%d/retrain", alert), "reason=x&skip_cooldown=yes", asBrowser, h.as(drift.RoleOperator)); a.status != 403 || !strings.Contains(a.body, "Only a manager may skip the cooldown") {
		t.Errorf("an operator who skips the cooldown: %d", a.status)
	}
	h.get(fmt.Sprintf("/alerts/%d", alert), asBrowser, ann).holds(t, "the alert", "Would it retrain by itself?", "No: it is switched off.", "Request a retrain", "skip_cooldown")
	id := h.request(alert, ann)
	path := fmt.Sprintf("/retrains/%d", id)
	for _, role := range []drift.Role{drift.RoleViewer, drift.RoleOperator, drift.RoleManager, drift.RoleAdmin} {
		who := h.as(role)
		h.get("/", asBrowser, who).holds(t, "the board", "1\u00a0retrain waits for a manager.", `href="/retrains?state=waiting_approval"`)
		h.get("/retrains", asBrowser, who).holds(t, "the list", "1\u00a0retrain waits for a decision", fmt.Sprintf("retrain-row-%d", id))
		for query, shown := range map[string]bool{"state=waiting_approval": true, "state=kept": false, "tenant=globex": false, "model=fraud_detector": true, "part=summary": true} {
			a := h.get("/retrains?"+query, asBrowser, who)
			if a.status != 200 || strings.Contains(a.body, fmt.Sprintf("retrain-row-%d", id)) != shown {
				t.Errorf("%s: %d, shown %t", query, a.status, !shown)
			}
		}
		h.get("/retrains?state=kept", asBrowser, who).holds(t, "a filter that hides it", "<h1>1\u00a0retrain waits for a decision</h1>")
		h.get("/retrains?state=asleep", asBrowser, who).isPage(t, 422, "an unknown state")
		h.get("/retrains?cursor=x", asBrowser, who).isPage(t, 422, "a bad cursor")
		a := h.get(path, asBrowser, who)
		a.isPage(t, 200, role.String())
		a.holds(t, role.String(), "Feature flags", "Cooldown", "Severity", "Validation", "why &lt;script&gt;", "Labelled rows", "All evidence, alert")
		if offered := strings.Contains(a.body, path+"/approve"); offered != role.AtLeast(drift.RoleManager) {
			t.Errorf("%s: offered to approve: %t", role, offered)
		}
		files := regexp.MustCompile(`href="(`+path+`/charts/[^"]+)"`).FindAllStringSubmatch(a.body, -1)
		if len(files) < 3 {
			t.Errorf("%s: %d files of charts are offered", role, len(files))
		}
		for _, f := range files {
			if a := h.get(f[1], asBrowser, who); a.status != 200 || a.body == "" {
				t.Errorf("%s: %s is %d", role, f[1], a.status)
			}
			h.get(f[1], asBrowser, h.as(role, h.globex)).isPage(t, 404, "a chart of another tenant's retrain")
		}
		h.get(path, asBrowser, h.as(role, h.globex)).isPage(t, 404, "another tenant's retrain")
		h.get("/retrains/999999", asBrowser, who).isPage(t, 404, "no such retrain")
	}
	own := h.get(path, asBrowser, ann)
	own.holds(t, "the asker's page", "You asked for this retrain, so another manager decides.", fmt.Sprintf(`id="retrain-actions-%d-own"`, id))
	if a := h.act(id, "approve", ann); a.status != 403 || !strings.Contains(a.body, "another manager decides") {
		t.Errorf("the asker approves: %d", a.status)
	}
	if a := h.act(id, "approve", h.as(drift.RoleOperator)); a.status != 403 {
		t.Errorf("an operator approves: %d", a.status)
	}
	bob, _ := h.user("bob", drift.RoleManager)
	if a := h.post(path+"/approve", "version=2&reason=", asBrowser, bob); a.status != 422 {
		t.Errorf("no reason: %d", a.status)
	}
	done := h.act(id, "approve", bob)
	if done.status != 303 || done.header.Get("Location") != path {
		t.Fatalf("approve: %d to %q %.300s", done.status, done.header.Get("Location"), done.body)
	}
	note, _, _ := strings.Cut(done.header.Get("Set-Cookie"), ";")
	h.get(path, asBrowser, bob+"; "+note).holds(t, "a note that goes when the state moves", fmt.Sprintf(`<div data-while="retrain-state-%d"><p class="note"`, id))
	late := h.post(path+"/reject", "version=2&reason=no", asBrowser, h.as(drift.RoleManager))
	late.isPage(t, 409, "a lost race")
	late.holds(t, "a lost race", "bob approved this", "your click changed nothing")
	h.get(path, asBrowser, bob).holds(t, "after it", "You approved it", "waits for its turn to train")
	h.get(fmt.Sprintf("/alerts/%d", alert), asBrowser, bob).holds(t, "the alert", path, "one retrain at a time")
	for _, bad := range []string{"roll_back", "start", "propose"} {
		if a := h.act(id, bad, bob); a.status != 404 {
			t.Errorf("%s by form: %d", bad, a.status)
		}
	}
	if a := h.act(id, "cancel", bob); a.status != 303 {
		t.Errorf("cancel: %d", a.status)
	}
	h.get("/retrains", asBrowser, bob).holds(t, "the list", "Nothing waits for a decision", "Ended", "Cancelled", "bob cancelled it: “because &lt;script")
	next := h.request(alert, ann)
	h.get(fmt.Sprintf("/retrains/%d", next), asBrowser, bob).holds(t, "the attempts before", `data-l="Decided by">bob<`, "bob cancelled it: “because &lt;script")
	if a := h.act(next, "reject", bob); a.status != 303 {
		t.Errorf("reject: %d", a.status)
	}
	h.get(path, asBrowser, bob).holds(t, "the attempts after", "bob rejected it: “because &lt;script")
}

// TestLaterReportsAreCounted says how many later reports there are where not all are shown.
func TestLaterReportsAreCounted(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	ann, _ := h.user("ann", drift.RoleManager)
	id := h.request(h.alert("acme", drift.Performance), ann)
	h.exec(`INSERT INTO ml_drift_report OVERRIDING SYSTEM VALUE
		SELECT (jsonb_populate_record(r, jsonb_build_object('id', r.id + 1000 + n, 'check_date', r.check_date + n))).*
		FROM ml_drift_report r, generate_series(1, 7) n WHERE r.id = (SELECT report_id FROM ml_retrain WHERE id = $1)`, id)
	h.get(fmt.Sprintf("/retrains/%d", id), asBrowser, ann).holds(t, "the evidence", fmt.Sprintf("Later reports, the 5 newest of %d", h.count(`SELECT count(*) FROM ml_drift_report d JOIN ml_retrain r USING (tenant_id, model_type) WHERE d.id > r.report_id`)))
}

// holds wants every text in the answer.
func (a answer) holds(t testing.TB, what string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			t.Errorf("%s (%d) does not hold %q", what, a.status, text)
		}
	}
}

// TestRetrainFragments compares what the live channel sends of a retrain with the bytes of its pages.
func TestRetrainFragments(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	ann, _ := h.user("ann", drift.RoleManager)
	bob, _ := h.user("bob", drift.RoleManager)
	alert := h.alert("acme", drift.Performance)
	id := h.request(alert, ann)
	path, alertPath := fmt.Sprintf("/retrains/%d", id), fmt.Sprintf("/alerts/%d", alert)
	h.exec(`UPDATE ml_retrain SET safeguards = jsonb_set(safeguards, '{0,passed}', 'false') WHERE id = $1`, id)
	for _, move := range []string{"", "approve", "cancel"} {
		if move != "" {
			if a := h.act(id, move, bob); a.status != 303 {
				t.Fatalf("%s: %d", move, a.status)
			}
		}
		e := h.lastEvent()
		if e.Type != drift.EventRetrainUpdated {
			t.Fatalf("the newest event is %s", e.Type)
		}
		for class, role := range []drift.Role{drift.RoleViewer, drift.RoleOperator, drift.RoleManager} {
			html, err := h.pages.Fragments(t.Context(), e, uint8(class))
			if err != nil || len(html) != 10+h.openDrifts() {
				t.Fatalf("%d fragments, %v", len(html), err)
			}
			if today := strings.Contains(html[fmt.Sprintf("retrain-safeguards-%d", id)], "As things stand now"); today != (move != "cancel") {
				t.Errorf("after %q the safeguards say how they are now: %t", move, today)
			}
			steps := map[string]string{"": "A manager approves", "approve": "bob approved it", "cancel": "Cancelled by bob"}[move]
			if s := html[fmt.Sprintf("retrain-steps-%d", id)]; !strings.Contains(s, steps) || strings.Contains(s, "It trains") != (move != "cancel") {
				t.Errorf("after %q the steps are %s", move, s)
			}
			who := h.as(role)
			bodies := h.get("/retrains", asBrowser, who).body + h.get(path, asBrowser, who).body + h.get(alertPath, asBrowser, who).body
			if role == drift.RoleManager {
				bodies += h.get(path, asBrowser, ann).body
			}
			for name, piece := range html {
				if strings.HasSuffix(name, "-own") && role != drift.RoleManager || strings.HasPrefix(name, "alert-retrain-") && name != fmt.Sprintf("alert-retrain-%d", alert) {
					continue
				}
				if !strings.Contains(bodies, piece) || !strings.Contains(piece, `id="`+name+`"`) {
					t.Errorf("after %q, %s: no page holds the bytes of %s: %s", move, role, name, piece)
				}
			}
		}
	}
}

// openDrifts counts the alerts that have a panel of retraining.
func (h *pageHouse) openDrifts() int {
	return int(h.count(`SELECT count(*) FROM noc_alert_event WHERE alert_type = 'ML_DRIFT_DETECTED' AND status <> 'RESOLVED'`))
}

// TestTheStopReachesOpenPages: who has a waiting retrain or its alert open sees at once that it cannot be
// approved, and that it can again; who may not see the tenant is told nothing of it.
func TestTheStopReachesOpenPages(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	boss, _ := h.user("boss", drift.RoleManager)
	alert := h.alert("acme", drift.Performance)
	id := h.request(alert, h.as(drift.RoleOperator))
	for _, c := range []struct {
		path, form string
		off        bool
	}{
		{"/retrains/stop", "reason=odd&confirm=yes", true},
		{"/retrains/resume", "reason=done", false},
	} {
		if a := h.post(c.path, c.form, asBrowser, boss); a.status != 303 {
			t.Fatalf("%s: %d %.300s", c.path, a.status, a.body)
		}
		everybody := h.lastEvent()
		list, err := h.db.EventsAfter(t.Context(), drift.SystemActor(), everybody.Seq-2, 1)
		if err != nil || len(list) != 1 {
			t.Fatalf("%v, %v", list, err)
		}
		e := list[0]
		if e.Tenant != "acme" || everybody.TenantID != 0 || strings.Contains(string(everybody.Payload), "retrain\"") {
			t.Fatalf("the tenant's readers are told %+v, everybody %s", e, everybody.Payload)
		}
		html, err := h.pages.Fragments(t.Context(), e, 2)
		if err != nil {
			t.Fatal(err)
		}
		for path, name := range map[string]string{
			fmt.Sprintf("/retrains/%d", id): fmt.Sprintf("retrain-actions-%d", id), fmt.Sprintf("/alerts/%d", alert): fmt.Sprintf("alert-retrain-%d", alert),
		} {
			if a := h.get(path, asBrowser, boss); html[name] == "" || !strings.Contains(a.body, html[name]) {
				t.Errorf("after %s: %s does not hold the bytes of %s: %s", c.path, path, name, html[name])
			}
		}
		if off := strings.Contains(html[fmt.Sprintf("retrain-actions-%d", id)], "approvals are frozen"); off != c.off {
			t.Errorf("after %s the approval is off: %t", c.path, off)
		}
	}
}

// TestEmergencyStop: managers stop and resume; everybody sees it on every page, and by the socket.
func TestEmergencyStop(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	boss, _ := h.user("boss", drift.RoleManager)
	form := url.Values{"reason": {"odd outcomes " + script}, "confirm": {"yes"}}.Encode()
	for _, role := range []drift.Role{drift.RoleViewer, drift.RoleOperator} {
		if a := h.post("/retrains/stop", form, asBrowser, h.as(role)); a.status != 403 {
			t.Errorf("%s stops retraining: %d", role, a.status)
		}
	}
	h.post("/retrains/stop", "reason=x", asBrowser, boss).isPage(t, 422, "not confirmed")
	h.post("/retrains/stop", "confirm=yes&reason=", asBrowser, boss).isPage(t, 422, "no reason")
	h.post("/retrains/resume", "reason=x", asBrowser, boss).isPage(t, 409, "nothing to resume")
	if a := h.post("/retrains/stop", form, asBrowser, boss); a.status != 303 || a.header.Get("Location") != "/retrains" {
		t.Fatalf("stop: %d %.300s", a.status, a.body)
	}
	sameAsPages := func(what string) {
		e := h.lastEvent()
		for class, role := range []drift.Role{drift.RoleViewer, drift.RoleOperator, drift.RoleManager} {
			html, err := h.pages.Fragments(t.Context(), e, uint8(class))
			if err != nil || len(html) != 2 {
				t.Fatalf("%s: %v, %v", what, html, err)
			}
			for _, path := range []string{"/", "/audit", "/retrains", fmt.Sprintf("/alerts/%d", h.alert("acme", drift.Performance))} {
				if a := h.get(path, asBrowser, h.as(role)); !strings.Contains(a.body, html["halt"]) {
					t.Errorf("%s: %s does not hold the banner %q", what, path, html["halt"])
				}
			}
			h.get("/retrains", asBrowser, h.as(role)).holds(t, what, html["halt-control"])
		}
	}
	sameAsPages("stopped")
	h.get("/models", asBrowser, h.as(drift.RoleViewer)).holds(t, "a page", "Retraining is stopped.", "boss", "odd outcomes &lt;script&gt;")
	list := h.get("/retrains", asBrowser, boss)
	list.holds(t, "the list while stopped", "<h1>Retraining is stopped</h1>", "boss stopped all retraining on")
	for _, never := range []string{"may retrain by", "Nothing waits for a decision"} {
		if strings.Contains(list.body, never) {
			t.Errorf("the list says %q while retraining is stopped", never)
		}
	}
	h.post("/retrains/stop", form, asBrowser, boss).isPage(t, 409, "stopped twice")
	if a := h.post("/retrains/resume", "reason=done", asBrowser, boss); a.status != 303 {
		t.Fatalf("resume: %d %.300s", a.status, a.body)
	}
	sameAsPages("resumed")
	if a := h.get("/models", asBrowser, boss); strings.Contains(a.body, "Retraining is stopped.") {
		t.Error("the banner stays after the stop was lifted")
	}
}

// watched leaves acme's fraud detector with a version r1 that was activated an hour ago.
func (h *pageHouse) watched() int64 {
	h.t.Helper()
	at := time.Now().UTC().Add(-time.Hour).Truncate(time.Second)
	h.exec(`INSERT INTO ml_model_version (tenant_id, model_type, version, source, first_seen, is_active, activated_at)
		VALUES ($1, 'fraud_detector', 'r1', 'trained', $2, true, $2)`, h.acme.ID, at)
	h.exec(`INSERT INTO ml_service (tenant_id, model_type, from_at, model_version, to_at)
		VALUES ($1, 'fraud_detector', $2::timestamptz - interval '9 days', $3, $2), ($1, 'fraud_detector', $2, 'r1', NULL)`, h.acme.ID, at, "v"+script)
	h.exec(`INSERT INTO ml_retrain (tenant_id, model_type, version, state, requested_by, manual, reason, skip_cooldown, safeguards,
			created_at, state_since, due_at, parent_version, candidate_version, activated_at, validation, trainer_log)
		VALUES ($1, 'fraud_detector', 7, 'watching', 'driftwatch', false, 'drift', false, '[]', $2, $2, $2::timestamptz + interval '1 day', $3, 'r1', $2, $4, $5)`,
		h.acme.ID, at, "v"+script, `{"passed":true,"checks":[{"name":"pr_auc","value":0.8,"threshold":"0.70","passed":true,"deciding":true,"sentence":"Good."}],
			"rows_holdout":40,"rows_compared":40,"candidate":{"accuracy":0.9},"beside":{"accuracy":0.9},"serving":{"accuracy":0.5}}`, "log "+script)
	return h.count(`SELECT max(id) FROM ml_retrain`)
}
