package handlers_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// upload sends a file as a form does.
func (h *pageHouse) upload(path, field, text, who string) answer {
	h.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile(field, "oncall.ics")
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := part.Write([]byte(text)); err != nil {
		h.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		h.t.Fatal(err)
	}
	return h.ask("POST", path, b.String(), asBrowser, who, "Content-Type: "+form.FormDataContentType())
}

func calendarOf(person string, from time.Time) string {
	return fmt.Sprintf("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:%s\r\nDTSTART:%s\r\nDTEND:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
		person, from.UTC().Format("20060102T150405Z"), from.Add(12*time.Hour).UTC().Format("20060102T150405Z"))
}

// TestARotaByItsPages: set the turns, swap, import, read who is on call, and who that is for an alert.
func TestARotaByItsPages(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	manager, _ := h.user("mara", drift.RoleManager)
	operator, _ := h.user("olga", drift.RoleOperator)
	h.post("/teams/members/add", fields("team", "NOC", "user", "olga"), asBrowser, h.as(drift.RoleAdmin))
	today := drift.DateOf(time.Now())
	turns := fields("people", "olga\r\nmara\r\n", "starts_on", today.Add(-1).String(), "time", "00:00", "zone", "Europe/Berlin")
	h.get("/teams/NOC/rota", asBrowser, operator).says(t, "an empty rota", "Nobody is on call for NOC", "None are set.", "A manager of the team, or one of all tenants, sets them.", "Nobody has a turn.")
	if strings.Contains(h.get("/teams/NOC/rota", asBrowser, manager).body, "one of all tenants, sets them") {
		t.Error("whoever may set turns is told that others do")
	}
	if a := h.post("/teams/NOC/rota", turns, asBrowser, manager); a.status != 303 {
		t.Fatalf("set: %d %.400s", a.status, a.body)
	}
	a := h.get("/teams/NOC/rota", asBrowser, manager)
	a.isPage(t, 200, "the rota")
	a.says(t, "the rota", "The weekly turns are set.", "olga is on call for NOC", "Next is mara", "at 00:00 on the clock of Europe/Berlin", "The coming 8 weeks")
	h.get("/teams", asBrowser, operator).says(t, "the teams", `href="/teams/NOC/rota"`)

	path := fmt.Sprintf("/alerts/%d", h.alert("acme", drift.Statistical))
	h.get(path, asBrowser, manager).says(t, "an alert", "Assign to on-call (olga)")
	at := func(d time.Duration) string { return time.Now().UTC().Add(d).Format("2006-01-02T15:04") }
	if a := h.post("/teams/NOC/rota/swaps", fields("person", "mara", "from", at(-time.Hour), "to", at(5*time.Hour)), asBrowser, operator); a.status != 303 {
		t.Fatalf("swap: %d %.400s", a.status, a.body)
	}
	h.get("/teams/NOC/rota", asBrowser, operator).says(t, "the swapped rota", "mara is on call for NOC", "swapped by olga", "Next is olga")
	id := h.alert("acme", drift.Performance)
	if a := h.post(fmt.Sprintf("/alerts/%d/escalate", id), fields("version", h.version(id), "to", "NOC", "note", "please look"), asBrowser, operator); a.status != 303 {
		t.Fatalf("escalate: %d", a.status)
	}
	a = h.get(fmt.Sprintf("/alerts/%d", id), asBrowser, operator)
	a.says(t, "the escalated alert", "was on call", "mara")
	if n := h.count(`SELECT count(*) FROM event WHERE payload::text LIKE '%"on_call"%mara%'`); n != 1 {
		t.Errorf("%d events name who is on call", n)
	}
	if n := h.count(`SELECT count(*) FROM noc_alert_event WHERE id = $1 AND assignee <> ''`, id); n != 0 {
		t.Error("an escalation gave the alert to a person")
	}

	const gone = "they have turns to come: olga. Change the turns."
	if body := h.get("/teams/NOC/rota", asBrowser, manager).body; strings.Contains(body, gone) {
		t.Error("an open account is said to be closed")
	}
	h.exec(`UPDATE app_user SET disabled = true WHERE name = 'olga'`)
	h.get("/teams/NOC/rota", asBrowser, manager).says(t, "the rota of somebody who left", gone)
	h.exec(`UPDATE app_user SET disabled = false WHERE name = 'olga'`)

	swap := h.count(`SELECT id FROM oncall_turn WHERE kind = 'swap'`)
	if a := h.post(fmt.Sprintf("/teams/NOC/rota/swaps/%d/remove", swap), "", asBrowser, operator); a.status != 303 {
		t.Errorf("take back: %d", a.status)
	}
	if a := h.upload("/teams/NOC/rota/calendar", "calendar", calendarOf("MARA", time.Now().Add(-time.Hour)), manager); a.status != 303 {
		t.Fatalf("import: %d %.600s", a.status, a.body)
	}
	h.get("/teams/NOC/rota", asBrowser, operator).says(t, "the imported rota", "mara is on call for NOC", "1 turn counts before the weekly ones",
		"Import it again: after its last turn the weekly turns count alone")
	h.set(time.Now().AddDate(0, 0, 30)) // its turn is over: the page says so, and the weekly turns are back
	h.get("/teams/NOC/rota", asBrowser, operator).says(t, "the rota after the calendar", "is on call for NOC", "Its last turn ended", "Import it again")
	h.set(time.Now())
	ics := h.get("/teams/NOC/rota/oncall.ics", operator)
	if !strings.HasPrefix(ics.body, "BEGIN:VCALENDAR") || !strings.Contains(ics.body, "SUMMARY:olga") || !strings.Contains(ics.body, "SUMMARY:mara") {
		t.Errorf("exported %.300s", ics.body)
	}
	if a := h.post("/teams/NOC/rota/calendar/remove", "", asBrowser, manager); a.status != 303 {
		t.Errorf("remove the calendar: %d", a.status)
	}
	if a := h.post("/teams/NOC/rota", fields("none", "1"), asBrowser, manager); a.status != 303 {
		t.Errorf("remove the turns: %d", a.status)
	}
	h.get("/teams/NOC/rota", asBrowser, operator).says(t, "the rota after all", "Nobody is on call for NOC")
}

func TestRotasThatAreRefused(t *testing.T) {
	h := newPages(t)
	manager, _ := h.user("mara", drift.RoleManager)
	operator, _ := h.user("olga", drift.RoleOperator)
	good := []string{"people", "mara", "starts_on", "2026-01-05", "time", "09:00", "zone", "UTC"}
	with := func(pairs ...string) string { return fields(append(append([]string{}, good...), pairs...)...) }
	for _, c := range []struct {
		path, form, who string
		status          int
		says            string
	}{
		{"/teams/NOC/rota", with(), operator, 403, ""},
		{"/teams/NOC/rota/swaps", fields("person", "mara", "from", "2030-01-01T00:00", "to", "2030-01-01T10:00"), operator, 403, ""},
		{"/teams/NOC/rota", with("people", "eve"), manager, 422, `Nobody called "eve"`},
		{"/teams/NOC/rota", with("people", ""), manager, 422, "at least one person"},
		{"/teams/NOC/rota", with("zone", "Berlin"), manager, 422, "is no time zone"},
		{"/teams/NOC/rota", with("time", "9"), manager, 422, "is no time of a day"},
		{"/teams/NOC/rota", with("starts_on", "Monday"), manager, 422, "is not a date"},
		{"/teams/NOC/rota/swaps", fields("person", "mara", "from", "x", "to", "2030-01-01T10:00"), manager, 422, "Write the time as"},
		{"/teams/NOC/rota/swaps/77/remove", "", manager, 404, ""},
		{"/teams/Moon/rota", with(), manager, 422, "no team"},
	} {
		a := h.post(c.path, c.form, asBrowser, c.who)
		if c.path == "/teams/Moon/rota" { // the page to show it on is not there either
			c.status, c.says = 404, ""
		}
		if a.status != c.status {
			t.Errorf("%s %s: %d, want %d: %.300s", c.path, c.form, a.status, c.status, a.body)
			continue
		}
		a.says(t, c.path+" "+c.form, c.says)
	}
	h.get("/teams/Moon/rota", asBrowser, manager).isPage(t, 404, "no such team")
	for text, says := range map[string]string{
		calendarOf("eve", time.Now()): "nobody who can be on call",
		"hello":                       "cannot be read as iCalendar",
		strings.Repeat("x", drift.MaxCalendarSize+1): "at most 512 KiB",
		strings.Repeat("x", 2*drift.MaxCalendarSize): "at most 512 KiB",
	} {
		a := h.upload("/teams/NOC/rota/calendar", "calendar", text, manager)
		if a.status != 422 && a.status != 413 {
			t.Errorf("import of %.20s: %d", text, a.status)
		}
		a.says(t, "a refused import", says)
	}
	if n := h.count(`SELECT (SELECT count(*) FROM oncall_rota) + (SELECT count(*) FROM oncall_turn)`); n != 0 {
		t.Errorf("%d rows were kept", n)
	}
}

// TestOnCallByPrograms: the same by the API.
func TestOnCallByPrograms(t *testing.T) {
	h := newHouse(t)
	h.user("mara", drift.RoleManager)
	manager, viewer := h.as(drift.RoleManager), h.as(drift.RoleViewer)
	const asCalendar = "Content-Type: text/calendar"
	text := calendarOf("mara", time.Now().Add(-time.Hour))
	h.do("PUT", "/api/v1/oncall/calendar?team=NOC", text, h.as(drift.RoleOperator), asCalendar).problem(t, 403, drift.CodeForbidden, "")
	h.do("PUT", "/api/v1/oncall/calendar", text, manager, asCalendar).problem(t, 422, drift.CodeInvalid, "team")
	h.do("PUT", "/api/v1/oncall/calendar?team=Moon", text, manager, asCalendar).problem(t, 404, drift.CodeNotFound, "")
	h.do("PUT", "/api/v1/oncall/calendar?team=NOC&zone=Mars", text, manager, asCalendar).problem(t, 422, drift.CodeInvalid, "zone")
	h.do("PUT", "/api/v1/oncall/calendar?team=NOC", "x", manager, asCalendar).problem(t, 422, drift.CodeInvalid, "calendar")
	var kept struct{ Turns int }
	h.do("PUT", "/api/v1/oncall/calendar?team=NOC", text, manager, asCalendar).into(t, 200, &kept)
	var list struct {
		Items []struct {
			Team string
			Now  *drift.Turn
		}
	}
	h.do("GET", "/api/v1/oncall?team=NOC", "", viewer).into(t, 200, &list)
	if kept.Turns != 1 || len(list.Items) != 1 || list.Items[0].Now == nil || list.Items[0].Now.Person != "mara" {
		t.Errorf("%d turns, on call %+v", kept.Turns, list.Items)
	}
	later := time.Now().Add(48 * time.Hour).UTC().Format(time.RFC3339)
	list.Items = nil
	h.do("GET", "/api/v1/oncall?at="+later, "", viewer).into(t, 200, &list)
	if len(list.Items) < 4 || list.Items[0].Now != nil {
		t.Errorf("in two days %+v", list.Items)
	}
	if a := h.do("GET", "/api/v1/oncall/calendar?team=NOC", "", viewer); !strings.Contains(a.body, "SUMMARY:mara") {
		t.Errorf("%d %.200s", a.status, a.body)
	}
}
