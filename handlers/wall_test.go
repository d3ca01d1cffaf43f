package handlers_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/web/auth"
)

// wallLink makes the key of a wall's link for these tenants, all where none is named.
func (h *pageHouse) wallLink(name string, tenants ...drift.Tenant) (key string, id int64) {
	h.t.Helper()
	key, hash := auth.NewWallKey()
	k := drift.Token{Name: name, Role: drift.RoleViewer, AllTenants: len(tenants) == 0, Wall: true}
	for _, t := range tenants {
		k.Tenants = append(k.Tenants, t.ID)
	}
	k, err := h.db.AddToken(h.t.Context(), drift.SystemActor(), k, hash)
	if err != nil {
		h.t.Fatal(err)
	}
	return key, k.ID
}

// TestWall opens the wall by its link, which then opens nothing else, and ends when it is revoked.
func TestWall(t *testing.T) {
	h := newPages(t)
	h.seed("acme", "globex")
	key, id := h.wallLink("NOC west", h.globex)
	a := h.get("/wall?key="+key, asBrowser)
	if a.status != http.StatusSeeOther || a.header.Get("Location") != "/wall" || !strings.Contains(a.header.Get("Cache-Control"), "no-store") {
		t.Fatalf("the link: %d to %q", a.status, a.header.Get("Location"))
	}
	cookie, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	wall := "Cookie: " + cookie
	a = h.get("/wall", asBrowser, wall)
	a.isPage(t, 200, "the wall")
	for want, is := range map[string]bool{
		"globex": true, "acme": false, "NOC west": true, `name="pick"`: false, "<form": false, "<button": false, `href="/alerts`: false,
		`<noscript><meta http-equiv="refresh"`: true, "js/wall.js": true, key: false,
	} {
		if strings.Contains(a.body, want) != is {
			t.Errorf("the wall holds %q: %v", want, !is)
		}
	}
	if part := h.get("/wall?part=wall&page=7", asBrowser, wall); part.status != 200 || !strings.HasPrefix(part.body, `<div class="wl" id="wall" data-page="1"`) || !strings.Contains(a.body, part.body) {
		t.Errorf("the fragment is not what the page holds: %d %.120s", part.status, part.body)
	}
	for _, path := range []string{"/", "/alerts/1", "/models", "/operations", "/settings", "/audit", "/preferences", "/search?q=a", "/incidents/x"} {
		if a := h.get(path, asBrowser, wall); a.status != http.StatusSeeOther || !strings.HasPrefix(a.header.Get("Location"), "/login") {
			t.Errorf("the wall's cookie on %s: %d", path, a.status)
		}
	}
	if a := h.do("GET", "/api/v1/alerts", "", wall); a.status != http.StatusUnauthorized {
		t.Errorf("the wall's cookie on the API: %d", a.status)
	}
	for _, path := range []string{"/palette?q=a", "/alarm"} {
		if a := h.get(path, "Accept: application/json", wall); a.status != http.StatusUnauthorized {
			t.Errorf("the wall's cookie on %s: %d", path, a.status)
		}
	}
	if a := h.post("/alerts/1/acknowledge", settingForm("version", "1"), asScript, wall); a.status != http.StatusUnauthorized {
		t.Errorf("the wall acknowledges: %d", a.status)
	}
	conn, _, err := h.dial("?since=0", wall)
	if err != nil {
		t.Fatalf("the wall's socket: %v", err)
	}
	defer func() { _ = conn.CloseNow() }()
	if err := h.db.RevokeToken(t.Context(), drift.SystemActor(), id); err != nil {
		t.Fatal(err)
	}
	for err = nil; err == nil; {
		_, _, err = conn.Read(t.Context())
	}
	if websocket.CloseStatus(err) != 4401 {
		t.Errorf("the socket of a revoked wall ends with %v", err)
	}
	if a := h.get("/wall", asBrowser, wall); a.status != http.StatusSeeOther {
		t.Errorf("a revoked wall: %d", a.status)
	}
	h.get("/wall?key="+key, asBrowser).isPage(t, 404, "a revoked link")
	h.get("/wall?key=", asBrowser).isPage(t, 404, "no key")
	if a := h.get("/wall", asBrowser, h.as(drift.RoleViewer)); a.status != 200 || !strings.Contains(a.body, "acme") || strings.Contains(a.body, "NOC west") {
		t.Errorf("a signed-in reader's wall: %d", a.status)
	}
}
