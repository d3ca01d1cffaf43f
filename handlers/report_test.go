package handlers_test

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

var everyRole = []drift.Role{drift.RoleViewer, drift.RoleOperator, drift.RoleManager, drift.RoleAdmin}

// TestHandOver: a shift is kept with what was open and what was given, for those who see its tenants, and
// stays as it was.
func TestHandOver(t *testing.T) {
	h := newPages(t)
	h.seed("acme", "globex")
	h.set(time.Now())
	id := h.alert("acme", drift.Statistical)
	for _, role := range everyRole {
		a := h.get("/handover", asBrowser, h.as(role))
		a.isPage(t, 200, "/handover")
		if offered := strings.Contains(a.body, `name="notes"`); offered != role.AtLeast(drift.RoleOperator) {
			t.Errorf("%s is offered to hand over: %v", role, offered)
		}
	}
	now := time.Now().UTC()
	form := url.Values{"from": {now.Add(-8 * time.Hour).Format("2006-01-02T15:04")}, "notes": {"Watch <acme>."}}
	if a := h.post("/handover", form.Encode(), asBrowser, h.as(drift.RoleViewer)); a.status != 403 {
		t.Errorf("a viewer hands over: %d", a.status)
	}
	a := h.post("/handover", form.Encode(), asBrowser, h.as(drift.RoleOperator))
	kept := a.header.Get("Location")
	if a.status != 303 || !strings.HasPrefix(kept, "/handover/") {
		t.Fatalf("hand over: %d %q %.400s", a.status, kept, a.body)
	}
	for n, want := range map[int]int{drift.MaxHandOverNotes: 303, drift.MaxHandOverNotes + 1: 422} {
		long := fields("from", form.Get("from"), "notes", strings.Repeat("漢", n)) // nine bytes of a form each
		if a := h.post("/handover", long, asBrowser, h.as(drift.RoleOperator)); a.status != want {
			t.Errorf("notes of %d letters: %d, want %d: %.200s", n, a.status, want, a.body)
		}
	}
	move := url.Values{"version": {h.version(id)}, "note": {"gone"}}.Encode()
	if a := h.post(fmt.Sprintf("/alerts/%d/resolve", id), move, asBrowser, h.as(drift.RoleOperator)); a.status != 303 {
		t.Fatalf("resolve: %d", a.status)
	}
	for _, role := range everyRole {
		a := h.get(kept, asBrowser, h.as(role))
		a.isPage(t, 200, kept)
		for _, want := range []string{"Watch &lt;acme&gt;.", "acme fraud_detector", "globex fraud_detector"} {
			if !strings.Contains(a.body, want) {
				t.Errorf("%s does not read %q", role, want)
			}
		}
		one := h.get(kept, asBrowser, h.as(role, h.globex))
		one.isPage(t, 200, kept)
		if strings.Contains(one.body, "acme") || !strings.Contains(one.body, "Their parts and the notes are left out") {
			t.Errorf("%s of globex reads of acme", role)
		}
		h.get(kept, asBrowser, h.as(role, h.tenant("other"+role.String()))).isPage(t, 404, kept)
	}
	for _, field := range []url.Values{
		{"from": {"yesterday"}}, {"from": {now.Add(-9 * 24 * time.Hour).Format("2006-01-02T15:04")}}, {"from": {now.Add(2 * time.Hour).Format("2006-01-02T15:04")}}, {},
	} {
		if a := h.post("/handover", field.Encode(), asBrowser, h.as(drift.RoleOperator)); a.status != 422 {
			t.Errorf("%v: %d, want 422", field, a.status)
		}
	}
}

// TestIncidentReview: everybody of the tenant reads it, operators write, who comes second is told, and its
// Markdown holds what people wrote as words.
func TestIncidentReview(t *testing.T) {
	h := newPages(t)
	h.seed("acme", "globex")
	h.set(time.Now())
	id := h.alert("acme", drift.Statistical)
	path := fmt.Sprintf("/alerts/%d/review", id)
	write := url.Values{"version": {"0"}, "causes": {"A *feed* changed its <unit>.\n## Timeline\r\n![x](https://evil.example/x.png)"}}.Encode()
	for _, role := range everyRole {
		h.get(path, asBrowser, h.as(role)).isPage(t, 200, path)
		h.get(path, asBrowser, h.as(role, h.globex)).isPage(t, 404, path)
		want := 404
		if role == drift.RoleViewer {
			want = 403
			if a := h.post(path+"/causes", write, asBrowser, h.as(role)); a.status != 403 {
				t.Errorf("a viewer writes: %d", a.status)
			}
		}
		for _, what := range []string{"/causes", "/follow-ups", "/follow-ups/1"} {
			if a := h.post(path+what, write+"&task=x", asBrowser, h.as(role, h.globex)); a.status != want {
				t.Errorf("%s of globex posts %s: %d, want %d", role, what, a.status, want)
			}
		}
	}
	who := h.as(drift.RoleOperator)
	if a := h.post(path+"/causes", write, asBrowser, who); a.status != 303 {
		t.Fatalf("write: %d %.300s", a.status, a.body)
	}
	second := h.post(path+"/causes", write, asBrowser, h.as(drift.RoleManager))
	if second.status != 409 || !strings.Contains(second.body, "changed the causes meanwhile") || !strings.Contains(second.body, "This was not saved.") {
		t.Errorf("the second: %d", second.status)
	}
	if a := h.post(path+"/follow-ups", url.Values{"task": {"Ask the [feed](javascript:x) &lt;"}}.Encode(), asBrowser, who); a.status != 303 {
		t.Fatalf("follow-up: %d", a.status)
	}
	task := h.count(`SELECT max(id) FROM incident_follow_up`)
	done := url.Values{"version": {"1"}, "do": {"done"}}.Encode()
	for i, want := range []int{303, 409} {
		if a := h.post(fmt.Sprintf("%s/follow-ups/%d", path, task), done, asBrowser, who); a.status != want {
			t.Errorf("done, time %d: %d, want %d", i, a.status, want)
		}
	}
	for n, want := range map[int]int{drift.MaxCause: 303, drift.MaxCause + 1: 422} {
		long := fields("version", "1", "causes", strings.Repeat("漢", n)) // nine bytes of a form each
		if a := h.post(path+"/causes", long, asBrowser, h.as(drift.RoleOperator)); a.status != want {
			t.Errorf("causes of %d letters: %d, want %d: %.200s", n, a.status, want, a.body)
		}
	}
	h.exec(`DELETE FROM incident_cause WHERE version > 1`)
	md := h.get(path+".md", asBrowser, who)
	for _, want := range []string{"> A *feed* changed its &lt;unit>.\n> ## Timeline\n> !\\[x](https://evil.example/x.png)\n", `- [x] Ask the \[feed\](javascript:x) &amp;lt;`, "# Review of the incident at acme"} {
		if md.status != 200 || !strings.Contains(md.body, want) {
			t.Errorf("the Markdown lacks %q: %d %s", want, md.status, md.body)
		}
	}
	var key string
	if err := h.db.Pool().QueryRow(t.Context(), `SELECT incident_key FROM noc_alert_event WHERE id = $1`, id).Scan(&key); err != nil {
		t.Fatal(err)
	}
	by := "/incidents/" + url.PathEscape(key) + "/review"
	if a := h.get(by, asBrowser, who); a.status != 200 || !strings.Contains(a.body, "?tenant=globex") {
		t.Errorf("of two tenants: %d", a.status)
	}
	for _, tenant := range []string{"acme", "globex"} {
		body := html.UnescapeString(h.get(by+"?tenant="+tenant, asBrowser, who).body)
		forms := regexp.MustCompile(`action="(/incidents/[^"]+)"`).FindAllStringSubmatch(body, -1)
		add := by + "/follow-ups?tenant=" + tenant
		for _, f := range forms {
			if !strings.HasSuffix(f[1], "?tenant="+tenant) {
				t.Errorf("a form does not say whose review it is: %s", f[1])
			}
		}
		if !slices.ContainsFunc(forms, func(f []string) bool { return f[1] == add }) {
			t.Errorf("no form for a follow-up at %s: %v", tenant, forms)
		}
		if a := h.post(add, fields("task", "of "+tenant), asBrowser, who); a.status != 303 {
			t.Errorf("a follow-up at %s: %d", tenant, a.status)
		}
		if n := h.count(`SELECT count(*) FROM incident_follow_up f JOIN tenant t ON t.id = f.tenant_id WHERE t.name = $1 AND f.task = $2`, tenant, "of "+tenant); n != 1 {
			t.Errorf("%d follow-ups at %s", n, tenant)
		}
	}
	if a := h.post(fmt.Sprintf("%s/follow-ups/%d", path, task), fields("version", "2", "do", "explode"), asBrowser, who); a.status != 422 {
		t.Errorf("something else is done to a follow-up: %d", a.status)
	}
	if a := h.get(by, asBrowser, h.as(drift.RoleViewer, h.globex)); a.status != 200 || strings.Contains(a.body, "acme") {
		t.Errorf("of globex alone: %d", a.status)
	}
	h.get(by+"?tenant=acme", asBrowser, h.as(drift.RoleViewer, h.globex)).isPage(t, 404, by)
	for _, path := range []string{"/incidents/%00", "/incidents/%00/review", "/teams/%00/rota"} { // no name that anything has
		h.get(path, asBrowser, who).says(t, path, "There is nothing of this name.")
	}
}

// TestReports: every role reads them, of their own tenants alone; the files and the API hold the same.
func TestReports(t *testing.T) {
	h := newPages(t)
	h.seed("acme", "globex")
	h.set(time.Now())
	today := drift.DateOf(time.Now()).String()
	for _, role := range everyRole {
		who, one := h.as(role), h.as(role, h.globex)
		a := h.get("/reports?to="+today, asBrowser, who)
		a.isPage(t, 200, "/reports")
		if !strings.Contains(a.body, "acme fraud_detector") {
			t.Errorf("%s does not read of acme", role)
		}
		for _, path := range []string{"/reports?to=" + today, "/reports/alerts.csv?to=" + today, "/reports/false.csv?to=" + today} {
			if a := h.get(path, asBrowser, one); a.status != 200 || strings.Contains(a.body, "acme") || !strings.Contains(a.body, "globex") {
				t.Errorf("%s of globex: %s %d", role, path, a.status)
			}
		}
		h.get("/reports?tenant=acme", asBrowser, one).isPage(t, 404, "of acme")
		for _, table := range []string{"alerts", "acknowledgement", "false", "retrains", "rollbacks"} {
			if a := h.get("/reports/"+table+".csv", asBrowser, who); a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Type"), "text/csv") {
				t.Errorf("%s.csv: %d", table, a.status)
			}
		}
	}
	var d struct {
		Alerts struct {
			Items []struct {
				Tenant         string
				Critical, High int
				Counted        int
			}
		}
		Acks []struct{ Kind string } `json:"acknowledgement"`
	}
	a := h.do("GET", "/api/v1/reports?to="+today, "", h.as(drift.RoleViewer, h.globex))
	if err := json.Unmarshal([]byte(a.body), &d); err != nil || a.status != 200 || len(d.Alerts.Items) != 1 || d.Alerts.Items[0].Tenant != "globex" || len(d.Acks) != 6 {
		t.Errorf("API: %d %v %.400s", a.status, err, a.body)
	}
	for path, status := range map[string]int{
		"/reports?from=2026-13-01": 422, "/reports?from=2026-02-02&to=2026-02-01": 422, "/reports?from=1970-01-01": 422, "/reports/x.csv": 404, "/reports?tenant=nobody": 404, "/reports?model=nothing": 404,
	} {
		h.get(path, asBrowser, h.as(drift.RoleViewer)).isPage(t, status, path)
	}
	h.exec(`UPDATE tenant SET name = '=1+cmd|x' WHERE name = 'acme'`)
	if a := h.get("/reports/alerts.csv?to="+today, asBrowser, h.as(drift.RoleViewer)); !strings.Contains(a.body, "\n'=1+cmd|x,") {
		t.Errorf("a spreadsheet takes a name for a formula: %s", a.body)
	}
}

// TestAHandOverSaysWhatComes: the retrain that waits with its deadline, and who is on call now and next, in
// the shift that is looked over and in the one that is kept.
func TestAHandOverSaysWhatComes(t *testing.T) {
	h := newPages(t)
	h.seed("acme", "globex")
	manager, _ := h.user("mara", drift.RoleManager)
	operator, _ := h.user("olga", drift.RoleOperator)
	h.get("/handover", asBrowser, operator).says(t, "a shift with nothing to decide", "No retrain waits for anybody.", "No team has a rota.")
	id := h.request(h.alert("acme", drift.Statistical), operator)
	turns := fields("people", "olga\r\nmara\r\n", "starts_on", drift.DateOf(time.Now()).Add(-1).String(), "time", "00:00", "zone", "UTC")
	if a := h.post("/teams/NOC/rota", turns, asBrowser, manager); a.status != 303 {
		t.Fatalf("set turns: %d %.300s", a.status, a.body)
	}
	from := time.Now().UTC().Add(-8 * time.Hour).Format("2006-01-02T15:04")
	kept := h.post("/handover", fields("from", from), asBrowser, operator).header.Get("Location")
	for _, path := range []string{"/handover", kept} {
		a := h.get(path, asBrowser, operator)
		a.says(t, path, "Decisions that wait", fmt.Sprintf("retrain %d (acme fraud_detector)", id), "It has waited for a manager since", "It lapses", "if nobody decides.",
			"olga</b> is on call until", "Next is <b>mara</b>, from", "data-print")
	}
	h.act(id, "reject", manager)
	h.get("/handover", asBrowser, operator).says(t, "after the decision", "No retrain waits for anybody.")
	h.get(kept, asBrowser, operator).says(t, "the kept one", "It lapses")
	one := h.get(kept, asBrowser, h.as(drift.RoleOperator, h.globex))
	if one.says(t, "what globex reads", "No retrain waits for anybody."); strings.Contains(one.body, "is on call until") {
		t.Error("who is on call stands in a hand-over of tenants that the reader does not see")
	}
}

// TestTheBoardSaysWhatWaitsForItsReader: a shift that was handed to somebody stands on their board, not on
// another's, until they hand over themselves or half a day is over; so does a proposal, on the boards of those
// who can decide it.
func TestTheBoardSaysWhatWaitsForItsReader(t *testing.T) {
	h := newPages(t)
	h.seed("acme", "globex")
	now := time.Now()
	h.set(now)
	operator, _ := h.user("olga", drift.RoleOperator)
	manager, _ := h.user("mara", drift.RoleManager)
	handOver := func(who, to string) {
		t.Helper()
		form := fields("from", now.Add(-8*time.Hour).UTC().Format("2006-01-02T15:04"), "name", to)
		if a := h.post("/handover", form, asBrowser, who); a.status != 303 {
			t.Fatalf("hand over: %d %.300s", a.status, a.body)
		}
	}
	board := func(who, text string, want bool) {
		t.Helper()
		a := h.get("/", asBrowser, who)
		a.isPage(t, 200, "the board")
		if got := strings.Contains(strings.ReplaceAll(a.body, "\u00a0", " "), text); got != want {
			t.Errorf("the board says %q: %v, want %v", text, got, want)
		}
	}
	handOver(operator, "mara")
	board(manager, "<b>olga</b> handed over to you", true)
	board(operator, "handed over to you", false)
	h.set(now.Add(drift.HandedFor + time.Minute))
	board(manager, "handed over to you", false)
	h.set(time.Now())
	board(manager, "handed over to you", true)
	handOver(manager, "")
	board(manager, "handed over to you", false)

	admin, ofGlobex := h.as(drift.RoleAdmin), h.as(drift.RoleAdmin, h.globex)
	if a := h.post("/settings/thresholds", "tenant=acme&PERFORMANCE_DRIFT_HIGH=0.15&reason=quieter", asBrowser, operator); a.status != 303 {
		t.Fatalf("propose: %d %.300s", a.status, a.body)
	}
	board(admin, "1 proposal waits for you.", true)
	board(manager, "waits for you.", false)
	board(ofGlobex, "waits for you.", false)
	settings := h.get("/settings?tenant=acme", asBrowser, admin)
	settings.says(t, "the settings", "Accuracy: drop from which drift is high", `<a href="#proposals">1`, `id="proposals"`)
	id := h.count(`SELECT max(id) FROM setting_proposal`)
	if a := h.post(fmt.Sprintf("/settings/proposals/%d/accept", id), "reason=", asBrowser, admin); a.status != 303 {
		t.Fatalf("accept: %d", a.status)
	}
	done := h.get("/settings?tenant=acme", asBrowser, admin)
	done.says(t, "the settings", "Its values are in force.")
	// The browser goes to the proposals: what was done is said there, outside of what events replace.
	if at, part := strings.Index(done.body, `id="proposals"`), strings.Index(done.body, `id="proposal-list"`); at < 0 ||
		!strings.Contains(done.body[at:part], "Its values are in force.") {
		t.Error("what was done is not said at the proposals")
	}
	board(admin, "waits for you.", false)
}
