package handlers_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// incident writes n open alerts of one incident, and returns the numbers of the first and the last.
func (h *pageHouse) incident(key string, n int) (first, last int64) {
	h.t.Helper()
	h.alerts(n, "ML_DRIFT_DETECTED", "HIGH", int(h.count(`SELECT count(*) FROM noc_alert_event`)))
	last = h.count(`SELECT max(id) FROM noc_alert_event`)
	first = last - int64(n) + 1
	h.exec(fmt.Sprintf(`UPDATE noc_alert_event SET incident_key = '%s' WHERE id >= %d`, key, first))
	h.exec(fmt.Sprintf(`INSERT INTO noc_alert_timeline (tenant_id, alert_id, version, at, actor, move, from_status, to_status, severity)
		SELECT tenant_id, id, 1, created_at, 'driftwatch', 'raise', 'NEW', 'NEW', severity FROM noc_alert_event WHERE id >= %d`, first))
	return first, last
}

var picksOf = regexp.MustCompile(`action="/alerts/bulk" data-enhance><input type="hidden" name="pick" value="([0-9: ]+)">`)

// TestIncidentOnTheBoard: an incident is one group whose button changes as many as it says, for a script and
// without one, and can be taken back.
func TestIncidentOnTheBoard(t *testing.T) {
	h := newPages(t)
	who, _ := h.user("ann", drift.RoleOperator)
	first, _ := h.incident("fraud_detector:2026-05-01", 14)
	h.incident("of its own", 1)
	h.exec(fmt.Sprintf(`UPDATE noc_alert_event SET status = 'ACKNOWLEDGED', assignee = 'bob' WHERE id = %d`, first))
	a := h.get("/?all=1", asBrowser, who)
	a.isPage(t, 200, "the board")
	for _, want := range []string{">Ack 13 left<", "acme fraud_detector: the scores moved", "4 more of this incident", "15 open alerts, 2\u00a0incidents", `data-i="fraud_detector:2026-05-01"`} {
		if !strings.Contains(strings.ReplaceAll(a.body, "15\u00a0open", "15 open"), want) && !strings.Contains(strings.ReplaceAll(a.body, "\u00a0", " "), strings.ReplaceAll(want, "\u00a0", " ")) {
			t.Errorf("the board does not say %q", want)
		}
	}
	if n := strings.Count(a.body, `<li class="inc"`); n != 1 {
		t.Errorf("%d groups", n)
	}
	found := picksOf.FindStringSubmatch(a.body)
	if found == nil || len(strings.Fields(found[1])) != 13 {
		t.Fatalf("the button's alerts: %v", found)
	}
	// Somebody takes one of them first.
	other, _ := h.user("bob", drift.RoleOperator)
	taken := strings.Fields(found[1])[0]
	id, version, _ := strings.Cut(taken, ":")
	if a := h.post("/alerts/"+id+"/acknowledge", url.Values{"version": {version}}.Encode(), asScript, other); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	form := url.Values{"move": {"acknowledge"}, "pick": {found[1]}}.Encode()
	if a := h.post("/alerts/bulk", form, asScript, h.as(drift.RoleViewer)); a.status != 403 {
		t.Errorf("a viewer: %d", a.status)
	}
	a = h.post("/alerts/bulk", form, asScript, who)
	var said struct {
		HTML    map[string]string `json:"html"`
		Changed int               `json:"changed"`
		Refused []struct {
			ID  int64  `json:"id"`
			Why string `json:"why"`
		} `json:"refused"`
		Undo struct {
			Action, Move, Pick string
			Until              time.Time
		} `json:"undo"`
	}
	if err := json.Unmarshal([]byte(a.body), &said); err != nil || a.status != 200 {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	if said.Changed != 12 || len(said.Refused) != 1 || fmt.Sprint(said.Refused[0].ID) != id || !strings.HasPrefix(said.Refused[0].Why, "bob took it") {
		t.Errorf("%d changed, refused %+v", said.Changed, said.Refused)
	}
	if len(said.HTML) != 13 || said.Undo.Action != "/alerts/bulk" || said.Undo.Move != "undo" || len(strings.Fields(said.Undo.Pick)) != 12 {
		t.Errorf("%d pieces of page, undo %+v", len(said.HTML), said.Undo)
	}
	page := h.get("/?all=1", asBrowser, who).body
	for id, html := range said.HTML {
		if strings.HasPrefix(id, "incident-head-") && !strings.Contains(page, html) {
			t.Errorf("the head of the answer is not the page's: %s", html)
		}
		if strings.Contains(page, `id="`+id+`"`) && !strings.Contains(page, html) {
			t.Errorf("%s of the answer is not the page's", id)
		}
	}
	// Without a script: back where it came from, with a note.
	back := url.Values{"move": {"undo"}, "pick": {said.Undo.Pick}}.Encode()
	a = h.post("/alerts/bulk", back, asBrowser, who, "Referer: "+h.site+"/?all=1")
	if a.status != 303 || a.header.Get("Location") != "/?all=1" {
		t.Fatalf("undo: %d %s %s", a.status, a.header.Get("Location"), a.body)
	}
	if a := h.get("/?all=1", asBrowser, who); !strings.Contains(strings.ReplaceAll(a.body, "\u00a0", " "), "You took back the acknowledgement of 12 alerts.") || !strings.Contains(a.body, ">Ack 12 left<") {
		t.Error("the board does not say what was taken back")
	}
	// The same again is refused by all, and listed.
	a = h.post("/alerts/bulk", back, asBrowser, who)
	a.isPage(t, 200, "what did not change")
	if n := strings.Count(a.body, "ann took the acknowledgement back"); n != 12 {
		t.Errorf("%d reasons on the page", n)
	}
}

// TestIncidentPage pages through a large incident, each alert once.
func TestIncidentPage(t *testing.T) {
	h := newPages(t)
	who := h.as(drift.RoleOperator)
	h.incident("a/b?:2026-05-01", 230)
	seen := 0
	for path := "/incidents/" + url.PathEscape("a/b?:2026-05-01"); path != ""; {
		a := h.get(path, asBrowser, who)
		a.isPage(t, 200, path)
		if !strings.Contains(a.body, "Ack 100 of 230 left") {
			t.Error("the page does not say how many its button changes")
		}
		seen += strings.Count(a.body, `<li class="al"`)
		_, next, more := strings.Cut(a.body, `<a class="more" rel="next" href="`)
		if path = ""; more {
			path, _, _ = strings.Cut(strings.ReplaceAll(next, "&amp;", "&"), `"`)
		}
	}
	if seen != 230 {
		t.Errorf("%d alerts on all pages", seen)
	}
	if a := h.get("/incidents/none", asBrowser, who); a.status != 404 {
		t.Errorf("no such incident: %d", a.status)
	}
	if a := h.get("/incidents/"+url.PathEscape("a/b?:2026-05-01"), asBrowser, h.as(drift.RoleAdmin, h.globex)); a.status != 404 {
		t.Errorf("another tenant's: %d", a.status)
	}
}

// TestFilterForm: the form's selects and its text are one query, and neither undoes the other.
func TestFilterForm(t *testing.T) {
	h := newPages(t)
	who := h.as(drift.RoleViewer)
	for form, want := range map[string]string{
		"was=&q=&severity=high":                                                              "severity:high",
		"was=severity:critical&q=severity:critical&severity=":                                "",
		"was=severity:critical&q=severity:high&severity=critical":                            "severity:high",
		"was=severity:critical&q=severity:critical+moved&severity=high":                      "moved severity:high",
		"was=severity:critical,high&q=severity:critical,high&severity=critical,high&age=>1d": "severity:critical,high age:>1d",
		"was=&q=&tenant=north+retail&assignee=nobody":                                        `tenant:"north retail" owner:nobody`,
	} {
		a := h.get("/?"+strings.ReplaceAll(form, ">", "%3E"), asBrowser, who)
		to, err := url.Parse(a.header.Get("Location"))
		if err != nil || a.status != 303 || to.Query().Get("q") != want {
			t.Errorf("%s: %d, leads to %s", form, a.status, to)
		}
	}
}

// TestSavedFilters: a filter is kept by name, counted, made the default, and is nobody else's.
func TestSavedFilters(t *testing.T) {
	h := newPages(t)
	h.incident("x", 3)
	ann, _ := h.user("ann", drift.RoleViewer)
	bob, _ := h.user("bob", drift.RoleAdmin)
	post := func(form url.Values) {
		t.Helper()
		if a := h.post("/filters", form.Encode(), asBrowser, ann); a.status != 303 {
			t.Fatalf("%v: %d %s", form, a.status, a.body)
		}
	}
	post(url.Values{"name": {"Night <b>"}, "q": {"severity:high  tenant:acme"}, "default": {"1"}})
	says := func(path, who string, want ...string) {
		t.Helper()
		a := h.get(path, asBrowser, who)
		a.isPage(t, 200, path)
		for _, w := range want {
			if absent := strings.HasPrefix(w, "!"); strings.Contains(strings.ReplaceAll(a.body, "\u00a0", " "), strings.TrimPrefix(w, "!")) == absent {
				t.Errorf("%s: %q", path, w)
			}
		}
	}
	says("/", ann, "Your default filter is on.", "Night &lt;b&gt; <b>3</b>", `value="severity:high tenant:acme"`, "3 alerts match")
	says("/?all=1", ann, "!Your default filter is on.", "3 open alerts")
	says("/", bob, "!Night", "!Your default filter")
	post(url.Values{"name": {"Night <b>"}, "do": {"no-default"}})
	says("/", ann, "!Your default filter is on.", "Night &lt;b&gt;")
	post(url.Values{"name": {"Night <b>"}, "do": {"delete"}})
	says("/?all=1", ann, "!Night &lt;b&gt; <b>")
	if a := h.post("/filters", url.Values{"name": {"Night <b>"}, "do": {"delete"}}.Encode(), asBrowser, bob); a.status != 404 {
		t.Errorf("another's filter: %d", a.status)
	}
	if a := h.post("/filters", url.Values{"name": {"x"}, "q": {"foo:"}}.Encode(), asBrowser, ann); a.status != 422 {
		t.Errorf("a query that cannot be read: %d", a.status)
	}
}

// TestUndoOnTheAlertsPage: without a script the note has a button, and the timeline says what was done.
func TestUndoOnTheAlertsPage(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	ann, _ := h.user("ann", drift.RoleOperator)
	id := h.alert("acme", drift.Statistical)
	path := fmt.Sprintf("/alerts/%d", id)
	a := h.post(path+"/acknowledge", url.Values{"version": {h.version(id)}, "for": {"at 09:00"}}.Encode(), asBrowser, ann)
	if a.status != 303 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	due := h.count(`SELECT extract(hour FROM due_at)::bigint FROM noc_alert_timer WHERE kind = 'remind'`)
	if due != 9 {
		t.Errorf("the reminder is at %d", due)
	}
	a = h.get(path, asBrowser, ann)
	want := fmt.Sprintf(`name="pick" value="%d:%s"`, id, h.version(id))
	if !strings.Contains(a.body, "You acknowledged it.") || !strings.Contains(a.body, want) {
		t.Error("the page offers no way back")
	}
	a = h.post(path+"/undo", url.Values{"version": {h.version(id)}}.Encode(), asScript, ann)
	if a.status != 200 || !strings.Contains(a.body, `"status":"NEW"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := h.get(path, asBrowser, ann); !strings.Contains(a.body, "took the acknowledgement back") || strings.Contains(a.body, "You acknowledged it.") {
		t.Error("the page does not say what was taken back")
	}
	if a := h.post(path+"/undo", url.Values{"version": {h.version(id)}}.Encode(), asBrowser, ann); a.status != 409 && a.status != 422 {
		t.Errorf("once more: %d", a.status)
	}
}

// TestPresenceOnTheAlertsPage names who else is there, to those who may see the alert.
func TestPresenceOnTheAlertsPage(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	ann, _ := h.user("ann <b>", drift.RoleOperator)
	bob, _ := h.user("bob", drift.RoleViewer)
	path := fmt.Sprintf("/alerts/%d", h.alert("acme", drift.Statistical))
	a := h.get(path, asBrowser, ann)
	if !strings.Contains(a.body, `<div id="presence" class="presence" data-url="`+path+`/presence" role="status"></div>`) {
		t.Error("alone, the page names somebody")
	}
	a = h.post(path+"/presence", "", asScript, bob)
	if a.status != 200 || !strings.Contains(a.body, "Also here: ann &lt;b&gt; (since") || !strings.HasPrefix(a.body, `<div id="presence"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := h.post(path+"/presence", "", asScript, h.as(drift.RoleAdmin, h.globex)); a.status != 404 {
		t.Errorf("another tenant's: %d", a.status)
	}
}

// TestBoardOf10000: the first page of 10,000 open alerts is no larger than that of 200.
func TestBoardOf10000(t *testing.T) {
	h := newPages(t)
	for i := range 10 {
		h.incident(fmt.Sprintf("model-%d:2026-05-01", i), 800)
	}
	h.alerts(2000, "ML_DRIFT_DETECTED", "CRITICAL", 9000)
	h.exec(`ANALYZE noc_alert_event`)
	who := h.as(drift.RoleOperator)
	for _, path := range []string{"/?all=1", "/?q=severity:high"} {
		began := time.Now()
		a := h.get(path, asBrowser, who)
		took := time.Since(began)
		a.isPage(t, 200, path)
		var wire bytes.Buffer
		w := gzip.NewWriter(&wire)
		_, _ = w.Write([]byte(a.body)) // a buffer does not fail
		_ = w.Close()
		t.Logf("%s of 10,000 open alerts: %v, %d bytes, %d compressed", path, took, len(a.body), wire.Len())
		if wire.Len() > 40<<10 { // styles and scripts are the rest of 60 KB
			t.Errorf("%s: %d bytes over the wire", path, wire.Len())
		}
		if rows := strings.Count(a.body, `<li class="al"`); rows > 200 || rows == 0 {
			t.Errorf("%s: %d rows on a page", path, rows)
		}
	}
}
