package handlers_test

import (
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/lang"
)

// refusalNote is the sentence of a refused form above it or at its field.
var refusalNote = regexp.MustCompile(`(?s)role="alert">.*?<span>(.*?)</span>`)

// TestRefusalsInTheReadersLanguage sends what is refused by every form of silences, rotas, feedback, notes and
// moves, in both languages: the sentence is the domain's own, and its German where the reader reads German.
func TestRefusalsInTheReadersLanguage(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	h.set(time.Now())
	who := h.as(drift.RoleManager)
	id := h.alert("acme", drift.Statistical)
	alert, pick := fmt.Sprintf("/alerts/%d", id), fmt.Sprintf("%d:%s", id, h.version(id))
	for _, c := range []struct{ path, form, says string }{
		{"/silences", fields("max_severity", "HIGH", "for", "1h"), ""},
		{"/silences", fields("max_severity", "HIGH", "for", "x", "reason", "a test"), "a silence always ends"},
		{"/silences", fields("tenant", "nobody", "max_severity", "HIGH", "for", "1h", "reason", "a test"), "There is no such tenant."},
		{"/teams/NOC/rota", fields("people", "nobody", "starts_on", "2026-01-05", "time", "25:00", "zone", "UTC"), "is no time of a day"},
		{"/teams/NOC/rota", fields("people", "nobody", "starts_on", "2026-01-05", "time", "09:00", "zone", "UTC"), `Nobody called "nobody" can be on call`},
		{"/teams/NOC/rota/swaps", fields("person", "nobody", "from", "2026-01-05T09:00", "to", "2026-01-04T09:00"), ""},
		{"/models/acme/fraud_detector/notes", fields("text", "", "from", "2026-01-05", "to", "2026-01-05"), ""},
		{"/models/acme/fraud_detector/runbooks", fields("severity", "HIGH", "url", "http://wiki.example.com"), "begins with https://"},
		{alert + "/feedback", fields("verdict", "nonsense"), ""},
		{"/handover", fields("from", "yesterday"), "Write the time as"},
	} {
		english := h.post(c.path, c.form, asBrowser, who, "Accept-Language: en")
		english.isPage(t, 422, c.path)
		said := refusalNote.FindStringSubmatch(english.body)
		if said == nil || !strings.Contains(html.UnescapeString(said[1]), c.says) {
			t.Errorf("%s %s: refused with %q, want %q", c.path, c.form, said, c.says)
			continue
		}
		sentence := html.UnescapeString(said[1])
		german := lang.German.Said(sentence)
		if german == sentence {
			t.Errorf("%s: no German of %q", c.path, sentence)
		}
		h.post(c.path, c.form, asBrowser, who, "Accept-Language: de").says(t, c.path, german)
	}
	for _, form := range []string{
		fields("move", "escalate", "to", "Nowhere", "pick", pick),
		fields("move", "undo", "pick", pick),
		fields("move", "acknowledge", "pick", "999999:1"),
	} {
		var why [2]string
		for i, l := range []string{"en", "de"} {
			a := h.post("/alerts/bulk", form, asScript, who, "Accept-Language: "+l)
			var got struct{ Refused []struct{ Why string } }
			if err := json.Unmarshal([]byte(a.body), &got); err != nil || len(got.Refused) != 1 {
				t.Fatalf("%s: %d %s", form, a.status, a.body)
			}
			why[i] = got.Refused[0].Why
		}
		if why[0] == why[1] || why[1] != lang.German.Said(why[0]) {
			t.Errorf("%s: %q in German is %q", form, why[0], why[1])
		}
	}
}
