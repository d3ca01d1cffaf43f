package handlers_test

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// says makes sure that a page holds each text.
func (a answer) says(t testing.TB, what string, texts ...string) {
	t.Helper()
	plain := strings.ReplaceAll(html.UnescapeString(a.body), "\u00a0", " ")
	for _, want := range texts {
		if !strings.Contains(plain, want) {
			t.Errorf("%s does not say %q", what, want)
		}
	}
}

// TestASilenceByItsPages: preview, make, read on board and alert, end, read what it hid.
func TestASilenceByItsPages(t *testing.T) {
	h := newPages(t)
	h.seed("acme", "globex")
	who, _ := h.user("olga", drift.RoleOperator)
	id := h.alert("acme", drift.Statistical)
	path := fmt.Sprintf("/alerts/%d", id)
	h.get(path, asBrowser, who).says(t, "the alert's page", "Silence alerts like this one", "/silences/new?kind=statistical&max_severity=CRITICAL&model_type=fraud_detector&tenant=acme")
	form := fields("tenant", "acme", "model_type", "fraud_detector", "kind", "statistical", "max_severity", "CRITICAL", "for", "4h", "reason", "Load test")
	a := h.get("/silences/new?"+form, asBrowser, who)
	a.isPage(t, 200, "the preview")
	a.says(t, "the preview", "It would hide 1 open alert", "at most; a manager for longer", path, "Load test")
	h.get("/silences/new?max_severity=CRITICAL", asBrowser, who).says(t, "the wider preview", "It would hide 4 open alerts")

	a = h.post("/silences", form, asBrowser, who)
	where := a.header.Get("Location")
	if a.status != 303 || !strings.HasPrefix(where, "/silences/") {
		t.Fatalf("made: %d to %q: %.300s", a.status, where, a.body)
	}
	h.set(time.Now())
	a = h.get(where, asBrowser, who)
	a.isPage(t, 200, "the silence")
	a.says(t, "the silence", "The silence is made.", "is in force", path, "1 of them is hidden now", "End it now")
	if s := h.count(`SELECT count(*) FROM noc_alert_event WHERE status = 'SUPPRESSED' AND silence_id <> 0`); s != 1 {
		t.Errorf("%d alerts are hidden", s)
	}
	h.get(path, asBrowser, who).says(t, "the hidden alert", "Silenced by olga: Load test", `href="`+where+`"`, "hides it now")
	board := h.get("/", asBrowser, who)
	board.says(t, "the board", "1 silence is in force.", `href="/silences"`)
	part := h.get("/?part=summary", asBrowser, who).body
	at := strings.Index(part, `<div id="board-silences"`)
	if end := strings.Index(part[max(at, 0):], `</section></div>`); at < 0 || end < 0 || !strings.Contains(board.body, part[at:at+end]) {
		t.Errorf("what events change of the board does not hold its line: %.400s", part)
	}
	h.get("/silences", asBrowser, who).says(t, "the list", "1 silence is in force", "Load test", "up to CRITICAL")

	a = h.post(where+"/end", fields("note", "done early"), asBrowser, who)
	if a.status != 303 || a.header.Get("Location") != where {
		t.Fatalf("ended: %d: %.300s", a.status, a.body)
	}
	h.set(time.Now())
	h.get(where, asBrowser, who).says(t, "the ended silence", "is over", "What it hid is new again.", "done early", path)
	h.get(path, asBrowser, who).says(t, "the alert after it", "olga ended silence", "done early")
	a = h.post(where+"/end", "", asBrowser, who)
	a.isPage(t, 409, "ended twice")
	a.says(t, "ended twice", "olga ended silence")
	if body := h.get("/", asBrowser, who).body; strings.Contains(body, "silence is in force") {
		t.Error("the board says that a silence is in force after its end")
	}
}

func TestSilencesThatAreRefused(t *testing.T) {
	h := newPages(t)
	operator, viewer, local := h.as(drift.RoleOperator), h.as(drift.RoleViewer), h.as(drift.RoleOperator, h.globex)
	ok := []string{"max_severity", "HIGH", "for", "2h", "reason", "Load test"}
	with := func(pairs ...string) string { return fields(append(append([]string{}, ok...), pairs...)...) }
	for _, c := range []struct {
		form, who string
		status    int
		says      string
	}{
		{with(), viewer, 403, ""},
		{with("for", ""), operator, 422, "a silence always ends"},
		{with("for", "48h"), operator, 422, "at most 24 hours"},
		{with("for", "soon"), operator, 422, "a silence always ends"},
		{with("reason", ""), operator, 422, "Say why"},
		{with("kind", "other"), operator, 422, "kinds of alerts"},
		{with("max_severity", "NONE"), operator, 422, "MEDIUM, HIGH or CRITICAL"},
		{with("model_type", "nothing"), operator, 422, "No model type"},
		{with("starts", "tomorrow"), operator, 422, "Write the time as"},
		{with("starts", "2020-01-01T00:00"), operator, 422, "begins now or later"},
		{with("tenant", "acme"), local, 422, "no such tenant"},
		{with(), local, 422, "Choose a tenant"},
		{with("tenant", "globex"), local, 303, ""},
	} {
		a := h.post("/silences", c.form, asBrowser, c.who)
		if a.status != c.status {
			t.Errorf("%s: %d, want %d: %.200s", c.form, a.status, c.status, a.body)
			continue
		}
		a.says(t, c.form, c.says)
	}
	if n := h.count(`SELECT count(*) FROM silence`); n != 1 {
		t.Errorf("%d silences were made", n)
	}
	h.get("/silences/1", asBrowser, h.as(drift.RoleViewer, h.acme)).isPage(t, 404, "another tenant's silence")
	h.get("/silences/new?kind=odd", asBrowser, operator).isPage(t, 422, "an odd preview")
	viewed := h.get("/silences/new", asBrowser, viewer)
	viewed.says(t, "a viewer's form", "An operator can.")
	if strings.Contains(viewed.body, `action="/silences"`) {
		t.Error("a viewer is shown the form")
	}
}

// TestASilenceSaysWhatStays: what matches and is not new any more is listed, and stays; and a silence can end by
// the next morning.
func TestASilenceSaysWhatStays(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	who, _ := h.user("olga", drift.RoleOperator)
	id := h.alert("acme", drift.Statistical)
	const wide = "/silences/new?max_severity=CRITICAL"
	if body := h.get(wide, asBrowser, who).body; strings.Contains(body, "Not hidden, though they match") {
		t.Error("something stays where every alert is new")
	}
	if a := h.post(fmt.Sprintf("/alerts/%d/escalate", id), fields("version", h.version(id), "to", "NOC", "note", "look"), asBrowser, who); a.status != 303 {
		t.Fatalf("escalate: %d", a.status)
	}
	a := h.get(wide, asBrowser, who)
	a.says(t, "the preview", "It would hide 1 open alert", "Not hidden, though they match: no longer new")
	_, stay, _ := strings.Cut(a.body, `id="stay`)
	if stay, _, _ = strings.Cut(stay, "</section>"); !strings.Contains(stay, fmt.Sprintf(`href="/alerts/%d"`, id)) {
		t.Errorf("the escalated alert is not among those that stay: %.400s", stay)
	}
	form := fields("tenant", "acme", "max_severity", "CRITICAL", "for", "morning", "reason", "tonight")
	if a := h.post("/silences", form, asBrowser, who); a.status != 303 {
		t.Fatalf("silence: %d %.300s", a.status, a.body)
	}
	if n := h.count(`SELECT count(*) FROM silence WHERE ends_at AT TIME ZONE 'UTC' = date_trunc('day', ends_at AT TIME ZONE 'UTC') + interval '8 hours'
		AND ends_at > now() AND ends_at <= now() + interval '24 hours'`); n != 1 {
		t.Error("it does not end by the next morning")
	}
}

// TestSilencesByPrograms: the same by the API.
func TestSilencesByPrograms(t *testing.T) {
	h := newHouse(t)
	id := h.breakModel("acme")
	operator := h.as(drift.RoleOperator)
	const asJSON = "Content-Type: application/json"
	match := `"tenant":"acme","model_type":"fraud_detector","max_severity":"CRITICAL"`
	var preview struct {
		Open, Raised struct {
			Total int
			Items []drift.Alert
		}
		Taken int
	}
	h.do("POST", "/api/v1/silences/preview", `{`+match+`}`, operator, asJSON).into(t, 200, &preview)
	if preview.Open.Total != 1 || len(preview.Open.Items) != 1 || preview.Open.Items[0].ID != id {
		t.Fatalf("preview %+v", preview)
	}
	end := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	var s struct {
		ID     int64
		State  string
		Match  map[string]any
		Hidden int
		Alerts struct{ Total int }
	}
	h.do("POST", "/api/v1/silences", `{`+match+`,"reason":"deployment","ends_at":"`+end+`"}`, operator, asJSON).into(t, 201, &s)
	if s.State != "in_force" || s.Match["tenant"] != "acme" {
		t.Errorf("made %+v", s)
	}
	address := fmt.Sprintf("/api/v1/silences/%d", s.ID)
	h.do("GET", address, "", operator).into(t, 200, &s)
	if s.Hidden != 1 || s.Alerts.Total != 1 {
		t.Errorf("read %+v", s)
	}
	var a struct {
		Status    drift.AlertStatus
		SilenceID int64 `json:"silence_id"`
	}
	h.do("GET", fmt.Sprintf("/api/v1/alerts/%d", id), "", operator).into(t, 200, &a)
	if a.Status != drift.AlertSuppressed || a.SilenceID != s.ID {
		t.Errorf("the alert is %+v", a)
	}
	var list struct{ Items []json.RawMessage }
	h.do("GET", "/api/v1/silences", "", h.as(drift.RoleViewer)).into(t, 200, &list)
	h.do("GET", "/api/v1/silences", "", h.as(drift.RoleViewer, h.globex)).into(t, 200, &list)
	if len(list.Items) != 0 {
		t.Errorf("another tenant's reader lists %s", list.Items)
	}
	for body, field := range map[string]string{
		`{` + match + `,"reason":"x"}`:                                          "ends_at",
		`{` + match + `,"ends_at":"` + end + `"}`:                               "reason",
		`{"reason":"x","ends_at":"` + end + `"}`:                                "max_severity",
		`{"max_severity":"BAD","reason":"x","ends_at":"` + end + `"}`:           "max_severity",
		`{` + match + `,"reason":"x","ends_at":"later"}`:                        "ends_at",
		`{` + match + `,"reason":"x","ends_at":"` + end + `","odd":1}`:          "odd",
		`{` + match + `,"alert_type":"X","reason":"x","ends_at":"` + end + `"}`: "alert_type",
	} {
		h.do("POST", "/api/v1/silences", body, operator, asJSON).problem(t, 422, drift.CodeInvalid, field)
	}
	h.do("POST", "/api/v1/silences", `{`+match+`,"reason":"x","ends_at":"`+end+`"}`, h.as(drift.RoleOperator, h.globex), asJSON).problem(t, 404, drift.CodeNotFound, "")
	h.do("POST", "/api/v1/silences", `{}`, h.as(drift.RoleViewer), asJSON).problem(t, 403, drift.CodeForbidden, "")
	h.do("POST", address+"/end", `{"note":"done"}`, operator, asJSON).into(t, 200, &s)
	if s.State != "over" {
		t.Errorf("ended %+v", s)
	}
	h.do("POST", address+"/end", `{}`, operator, asJSON).problem(t, 409, drift.CodeConflict, "")
	h.do("GET", fmt.Sprintf("/api/v1/alerts/%d", id), "", operator).into(t, 200, &a)
	if a.Status != drift.AlertNew {
		t.Errorf("after it the alert is %+v", a)
	}
}

// TestTheBoardKnowsOfSilencesAtOnce: also of those that hide nothing, and of those whose planned time has come,
// though a board is kept for a minute.
func TestTheBoardKnowsOfSilencesAtOnce(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	h.set(time.Now().Add(time.Minute).Truncate(time.Minute).Add(time.Second))
	who := h.as(drift.RoleOperator)
	says := func(when, line string, want bool) {
		t.Helper()
		if got := strings.Contains(strings.ReplaceAll(h.get("/", asBrowser, who).body, "\u00a0", " "), line); got != want {
			t.Errorf("%s: the board says %q: %t", when, line, got)
		}
	}
	const one = "1 silence is in force."
	says("before", one, false)
	begins := h.clock.Load().Add(20 * time.Second)
	body := fmt.Sprintf(`{"model_type":"fraud_detector","alert_type":"ML_ROLLBACK","max_severity":"MEDIUM","reason":"x","starts_at":%q,"ends_at":%q}`,
		begins.Format(time.RFC3339Nano), begins.Add(10*time.Second).Format(time.RFC3339Nano))
	if a := h.do("POST", "/api/v1/silences", body, who); a.status != 201 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	says("planned", one, false)
	h.set(begins)
	says("as it begins", one, true)
	h.set(begins.Add(10 * time.Second))
	says("as it ends", one, false)
	body = fmt.Sprintf(`{"alert_type":"ML_ROLLBACK","max_severity":"MEDIUM","reason":"x","ends_at":%q}`, begins.Add(time.Hour).Format(time.RFC3339Nano))
	if a := h.do("POST", "/api/v1/silences", body, who); a.status != 201 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	says("one that hides nothing", one, true)
}
