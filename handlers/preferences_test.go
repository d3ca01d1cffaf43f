package handlers_test

import (
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

// TestPreferencesByForm chooses language, zone, theme and keys, and refuses what there is not.
func TestPreferencesByForm(t *testing.T) {
	h := newPages(t)
	h.user("ann", drift.RoleViewer)
	ann := h.signIn("ann")
	at := func(what string, want ...string) {
		t.Helper()
		a := h.get("/preferences", asBrowser, ann)
		a.isPage(t, 200, what)
		for _, w := range want {
			if !strings.Contains(a.body, w) {
				t.Errorf("%s: the page has no %s", what, w)
			}
		}
	}
	at("nothing chosen", `lang="en"`, "How the console looks to you")
	if a := h.get("/preferences", asBrowser, ann, "Accept-Language: de-AT,de;q=0.9"); !strings.Contains(a.body, `lang="de"`) || !strings.Contains(a.body, "Wie die Konsole") {
		t.Error("the language of the browser is not taken")
	}
	a := h.post("/preferences", settingForm("lang", "de", "zone", "Asia/Tokyo", "theme", "dark", "keys", "off"), asBrowser, ann)
	if a.status != 303 {
		t.Fatalf("saved: %d %.200s", a.status, a.body)
	}
	note, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	if a := h.get("/preferences", asBrowser, ann+"; "+note); !strings.Contains(a.body, "Ihre Einstellungen sind gespeichert.") {
		t.Error("nothing says, in the language chosen, that it is kept")
	}
	at("German", `lang="de"`, `data-theme="dark"`, `data-zone="Asia/Tokyo"`, `data-keys="off"`, "Wie die Konsole", `<meta name="words"`)
	for _, wrong := range []struct{ name, value string }{
		{"zone", "Europe/Atlantis"}, {"zone", "Local"}, {"zone", "../../etc/passwd"}, {"zone", script}, {"lang", "xx"}, {"theme", "pink"},
	} {
		a := h.post("/preferences", settingForm(wrong.name, wrong.value), asBrowser, ann)
		if a.status != 422 || strings.Contains(a.body, script) {
			t.Errorf("%s %q: %d", wrong.name, wrong.value, a.status)
		}
	}
	at("what was refused changed nothing", `data-zone="Asia/Tokyo"`)
	if a := h.post("/preferences", settingForm(), asBrowser, ann); a.status != 303 {
		t.Fatalf("all left to the browser: %d", a.status)
	}
	at("left to the browser again", `lang="en"`)
	h.post("/preferences", settingForm("lang", "de"), asBrowser, h.as(drift.RoleViewer)).isPage(t, 403, "a token")
}
