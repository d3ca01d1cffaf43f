package handlers_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/handlers"
)

// TestNoteIsOnesOwn shows what a form did once, on the page that it leads to, to who sent it, and to
// nobody else: no address makes a page say what was never done.
func TestNoteIsOnesOwn(t *testing.T) {
	wall := time.Now()
	h := newPages(t, func(o *handlers.Options) { o.Wall = func() time.Time { return wall } })
	h.seed("acme")
	ann, _ := h.user("ann", drift.RoleOperator)
	bob, _ := h.user("bob", drift.RoleOperator)
	id := h.alert("acme", drift.Statistical)
	path := fmt.Sprintf("/alerts/%d", id)
	const note = "Your comment is in the timeline."
	comment := func() (a answer, kept *http.Cookie) {
		t.Helper()
		a = h.post(path+"/comment", url.Values{"version": {h.version(id)}, "note": {"x"}}.Encode(), asBrowser, ann)
		kept = h.note(strings.TrimPrefix(ann, "Cookie: "))
		if a.status != 303 || kept == nil || !kept.HttpOnly || kept.SameSite != http.SameSiteLaxMode {
			t.Fatalf("%d, cookie %v", a.status, kept)
		}
		return a, kept
	}
	shows := func(what, at, who string, want bool) {
		t.Helper()
		a := h.get(at, asBrowser, who)
		a.isPage(t, 200, what)
		if got := strings.Contains(a.body, note); got != want {
			t.Errorf("%s: the note is there: %t, want %t", what, got, want)
		}
	}
	shows("an address alone", path+"?done=comment", ann, false)
	_, kept := comment()
	shows("another page", "/models", ann, false)
	shows("another address", path+"?x=1", ann, false)
	shows("another reader", path, bob, false)
	shows("another reader with the cookie", path, bob+"; "+kept.Name+"="+kept.Value, false)
	shows("one's own", path, ann, true)
	shows("a second time", path, ann, false)
	_, kept = comment()
	kept.Value = "x" + kept.Value
	shows("a changed one", path, ann, false)
	comment()
	wall = wall.Add(2 * time.Minute)
	shows("later", path, ann, false)
	for _, forged := range []string{
		"/models/acme/fraud_detector?done=rollback&from=gibberish&to=evil", "/settings/rollout?done=1", "/retrains?done=stop", highDrop + "?done=1", "/teams?done=added",
		"/reviews/weekly?done=rehearsal", path + "?done=acknowledge&partly=1",
	} {
		if a := h.get(forged, asBrowser, h.as(drift.RoleAdmin)); a.status != 200 || strings.Contains(a.body, `class="note"`) || strings.Contains(a.body, "gibberish") {
			t.Errorf("%s: %d, with a note", forged, a.status)
		}
	}
}
