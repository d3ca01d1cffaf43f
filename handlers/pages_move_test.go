package handlers_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/handlers"
)

// TestMovesByForm goes through an alert's life by the forms of its page, scripts off.
func TestMovesByForm(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	ann, _ := h.user("ann", drift.RoleOperator)
	bob, _ := h.user("bob", drift.RoleOperator, h.acme)
	id := h.alert("acme", drift.Statistical)
	path := func(move string) string { return fmt.Sprintf("/alerts/%d/%s", id, move) }
	form := func(pairs ...string) string {
		v := url.Values{"version": {h.version(id)}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v.Encode()
	}
	refused := func(move, body string, status int, says string) {
		t.Helper()
		before := h.version(id)
		a := h.post(path(move), body, asBrowser, ann)
		a.isPage(t, status, move)
		if !strings.Contains(a.body, says) {
			t.Errorf("%s is refused without saying %q", move, says)
		}
		if after := h.version(id); after != before {
			t.Errorf("the refused %s moved the alert", move)
		}
	}
	done := func(move, body, says string) {
		t.Helper()
		a := h.post(path(move), body, asBrowser, ann)
		if a.status != 303 || a.header.Get("Location") != fmt.Sprintf("/alerts/%d", id) {
			t.Fatalf("%s: %d to %q: %.300s", move, a.status, a.header.Get("Location"), a.body)
		}
		if page := h.get(a.header.Get("Location"), asBrowser, ann); !strings.Contains(page.body, says) {
			t.Errorf("after %s the page does not say %q", move, says)
		}
	}
	stale := form("note", "first")
	refused("comment", form("note", " "), 422, "an empty comment helps nobody")
	refused("assign", form("assignee", "nobody here"), 422, "Nobody called")
	refused("escalate", form("to", "the moon"), 422, "There is no team")
	refused("suppress", form("note", "x", "for", "-1h"), 422, "Choose one of the lengths")
	refused("acknowledge", "note=x", 422, "Say the version")
	refused("explode", form(), 404, "no such move")

	a := h.post(path("acknowledge"), stale, asScript, ann)
	var moved struct {
		Alert struct {
			Status, Assignee string
		}
		HTML map[string]string
	}
	a.into(t, 200, &moved)
	row := moved.HTML[fmt.Sprintf("alert-%d", id)]
	if moved.Alert.Status != "ACKNOWLEDGED" || moved.Alert.Assignee != "ann" || !strings.Contains(row, ">ann<") {
		t.Fatalf("acknowledged: %s", a.body)
	}
	lost := h.post(path("acknowledge"), stale, asBrowser, bob)
	lost.isPage(t, 409, "a lost race")
	if !strings.Contains(lost.body, "<b>ann acknowledged this") {
		t.Error("the page of a lost race does not name the winner")
	}
	p := h.post(path("acknowledge"), stale, asScript, bob).problem(t, 409, drift.CodeConflict, "")
	if p["winner"] != "ann" || p["won_at"] == nil {
		t.Errorf("the problem of a lost race: %v", p)
	}
	refused("acknowledge", form(), 409, "acknowledged already")
	done("comment", form("note", "Looks like the new partner."), "Looks like the new partner.")
	done("assign", form("assignee", "bob"), "bob")
	done("assign", form("assignee", " me"), "ann has it.")
	done("escalate", form("to", "ML Engineering", "note", "theirs"), "escalated to ML Engineering")
	done("suppress", form("for", "4h", "note", "known"), "It comes back at")
	if got := h.count(`SELECT extract(epoch FROM due_at - now())::bigint / 60 FROM noc_alert_timer WHERE alert_id = $1`, id); got < 238 || got > 240 {
		t.Errorf("suppressed for %d minutes", got)
	}
	done("resolve", form("note", "Partner fixed it."), "ann resolved it on ")
	over := h.get(fmt.Sprintf("/alerts/%d", id), asBrowser, ann).body
	if n := strings.Count(over, "a new drift will open a new one"); n != 1 {
		t.Errorf("the page of a resolved alert says %d times why nothing can be done", n)
	}
	if strings.Contains(over, `class="advice"`) || !strings.Contains(over, ">Assign to…</button>") || !strings.Contains(over, `/comment"`) {
		t.Error("the page of a resolved alert still advises, or its moves left their places")
	}
	refused("resolve", form(), 409, "A new drift will open a new one")
}

// TestAlsoAcknowledged changes the alert of the other check with the same click, or says that it
// could not.
func TestAlsoAcknowledged(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	ann, _ := h.user("ann", drift.RoleOperator)
	one, other := h.alert("acme", drift.Statistical), h.alert("acme", drift.Performance)
	page := h.get(fmt.Sprintf("/alerts/%d", one), asBrowser, ann)
	also := fmt.Sprintf("%d:%s", other, h.version(other))
	if !strings.Contains(page.body, `name="also" value="`+also+`"`) || !strings.Contains(page.body, "Acknowledge 2") {
		t.Fatal("the page does not offer to acknowledge both")
	}
	stale := fmt.Sprintf("%d:%d", other, 99)
	a := h.post(fmt.Sprintf("/alerts/%d/acknowledge", one), url.Values{"version": {h.version(one)}, "also": {also}}.Encode(), asBrowser, ann)
	if a.status != 303 || strings.Contains(a.header.Get("Location"), "partly") {
		t.Fatalf("%d to %q", a.status, a.header.Get("Location"))
	}
	if n := h.count(`SELECT count(*) FROM noc_alert_event WHERE status = 'ACKNOWLEDGED' AND assignee = 'ann'`); n != 2 {
		t.Errorf("%d alerts are acknowledged, want 2", n)
	}
	a = h.post(fmt.Sprintf("/alerts/%d/comment", one), url.Values{"version": {h.version(one)}, "note": {"x"}, "also": {stale}}.Encode(), asBrowser, ann)
	if a.status != 303 || !strings.Contains(h.get(a.header.Get("Location"), asBrowser, ann).body, "changed by somebody else in the meantime") {
		t.Errorf("%d to %q, want it to say that one was left", a.status, a.header.Get("Location"))
	}
	for _, bad := range []string{"x", "1:x", "-1:1", strings.Repeat("1", 40) + ":1"} {
		form := url.Values{"version": {"1"}, "also": {bad}}.Encode()
		h.post(fmt.Sprintf("/alerts/%d/acknowledge", one), form, asScript, ann).problem(t, 422, drift.CodeInvalid, "also")
	}
}

// TestBackToTheBoard leads whoever acknowledged on the board back to it, and nobody to another site.
func TestBackToTheBoard(t *testing.T) {
	h := newPages(t, func(o *handlers.Options) { o.Public = &url.URL{Scheme: "https", Host: "drift.example.com"} })
	h.seed("acme")
	ann, _ := h.user("ann", drift.RoleOperator)
	id := h.alert("acme", drift.Statistical)
	for referer, want := range map[string]string{
		h.site + "/?tenant=acme": "/?tenant=acme",
		// A proxy may ask by another name than the browser's.
		"https://drift.example.com/":             "/",
		"https://drift.example.com/?tenant=acme": "/?tenant=acme",
		h.site + "/audit":                        fmt.Sprintf("/alerts/%d", id),
		"https://evil.example/":                  fmt.Sprintf("/alerts/%d", id),
	} {
		form := url.Values{"version": {h.version(id)}, "note": {"x"}}.Encode()
		a := h.post(fmt.Sprintf("/alerts/%d/comment", id), form, asBrowser, ann, "Referer: "+referer)
		if a.status != 303 || a.header.Get("Location") != want {
			t.Errorf("from %s: %d to %q, want %q", referer, a.status, a.header.Get("Location"), want)
		}
	}
	form := url.Values{"version": {h.version(id)}, "note": {"x"}}.Encode()
	if a := h.post(fmt.Sprintf("/alerts/%d/comment", id), form, asBrowser, ann, "Origin: https://evil.example"); a.status != 403 {
		t.Errorf("a form of another site: %d", a.status)
	} else if !strings.Contains(a.body, "This came from another site") || strings.Contains(a.body, "Your role does not allow this") {
		t.Error("a form of another site is said to be a matter of one's role")
	}
}

// TestFragmentsAreThePage compares what the live channel sends with the bytes of the pages.
func TestFragmentsAreThePage(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	ann, _ := h.user("ann", drift.RoleOperator)
	id := h.alert("acme", drift.Performance)
	for _, move := range []string{"comment", "acknowledge", "escalate"} {
		form := url.Values{"version": {h.version(id)}, "note": {"because " + script}, "to": {"NOC"}}.Encode()
		if a := h.post(fmt.Sprintf("/alerts/%d/%s", id, move), form, asScript, ann); a.status != 200 {
			t.Fatalf("%s: %d %s", move, a.status, a.body)
		}
		e := h.lastEvent()
		for class, role := range []drift.Role{drift.RoleViewer, drift.RoleOperator, drift.RoleManager} {
			html, err := h.pages.Fragments(t.Context(), e, uint8(class))
			if err != nil || len(html) != 4 {
				t.Fatalf("%s: %d fragments, %v", move, len(html), err)
			}
			board, alert := h.get("/", asBrowser, h.as(role)), h.get(fmt.Sprintf("/alerts/%d", id), asBrowser, h.as(role))
			for name, piece := range html {
				page := alert.body
				if name == fmt.Sprintf("alert-%d", id) {
					page = board.body
				}
				if !strings.Contains(page, piece) || !strings.Contains(piece, `id="`+name+`"`) {
					t.Errorf("%s, %s: the page does not hold the bytes of %s: %s", move, role, name, piece)
				}
			}
		}
	}
	done := drift.Event{Seq: 9, Type: drift.EventCheckCompleted, At: time.Now(), Payload: json.RawMessage(`{"check":{"kind":"backfill"}}`)}
	html, err := h.pages.Fragments(t.Context(), done, 0)
	if err != nil || len(html) != 1 {
		t.Fatalf("a backfill: %v, %v", html, err)
	}
	if page := h.get("/audit", asBrowser, ann); !strings.Contains(page.body, html["backfill-progress"]) {
		t.Errorf("the page does not hold %q", html["backfill-progress"])
	}
	for _, payload := range []string{`{"check":{"kind":"job"}}`, `{"setting":{}}`} {
		if html, err := h.pages.Fragments(t.Context(), drift.Event{Payload: json.RawMessage(payload)}, 1); err != nil || len(html) != 0 {
			t.Errorf("%s: %v, %v", payload, html, err)
		}
	}
}
