package handlers_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
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

// hang opens a wall by its link and returns the header that shows it.
func (h *pageHouse) hang(link string) (wall string) {
	h.t.Helper()
	a := h.get(link, asBrowser)
	cookie, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	if a.status != http.StatusSeeOther || a.header.Get("Location") != "/wall" || cookie == "" {
		h.t.Fatalf("the link: %d to %q", a.status, a.header.Get("Location"))
	}
	return "Cookie: " + cookie
}

// TestWallByItsPage makes two walls by the page of walls, hangs them up and revokes one: what it had open ends at
// once, the other goes on.
func TestWallByItsPage(t *testing.T) {
	h := newPages(t)
	admin, _ := h.user("root", drift.RoleAdmin)
	links := map[string]string{}
	for _, name := range []string{"north", "south"} {
		made := h.post("/access/walls", fields("name", name, "scope", "some", "tenant", "globex"), asBrowser, admin)
		made.isPage(t, 200, "a wall's link")
		m := regexp.MustCompile(`>` + h.site + `(/wall\?key=[\w-]{20,})<`).FindStringSubmatch(made.body)
		if m == nil || !strings.Contains(made.header.Get("Cache-Control"), "no-store") {
			t.Fatalf("no link of this server, or one that is kept: %v %.2000s", made.header, made.body)
		}
		links[name] = m[1]
	}
	list := h.get("/access/walls", asBrowser, admin).body
	if strings.Contains(list, "key=") {
		t.Error("a link is shown again")
	}
	revoke := h.count(`SELECT id FROM api_token WHERE name = 'north'`)
	at := fmt.Sprintf("/access/walls/%d/revoke", revoke)
	if !strings.Contains(list, `action="`+at+`"`) {
		t.Fatalf("no form revokes it: %.3000s", list)
	}
	north, south := h.hang(links["north"]), h.hang(links["south"])
	ends, stays := h.connect("", north), h.connect("", south)
	for _, wall := range []string{north, south} {
		h.get("/wall", asBrowser, wall).isPage(t, 200, "the wall")
	}
	h.post(at, "", asBrowser, admin).isPage(t, 422, "without the box")
	h.post(at, fields("sure", "yes"), asBrowser, h.as(drift.RoleManager)).isPage(t, 403, "a manager")
	if a := h.get("/wall?part=wall", asBrowser, north); a.status != 200 {
		t.Fatalf("refused revocations revoke: %d", a.status)
	}
	if a := h.post(at, fields("sure", "yes"), asBrowser, admin); a.status != 303 || a.header.Get("Location") != "/access/walls" {
		t.Fatalf("revoke: %d %.600s", a.status, a.body)
	}
	for _, path := range []string{"/wall", "/wall?part=wall&page=1"} {
		if a := h.get(path, asBrowser, north); a.status != http.StatusSeeOther || !strings.HasPrefix(a.header.Get("Location"), "/login") {
			t.Errorf("%s of a revoked wall: %d", path, a.status)
		}
		if a := h.get(path, asBrowser, south); a.status != 200 {
			t.Errorf("%s of the other wall: %d", path, a.status)
		}
	}
	if code := ends.closed(); code != 4401 {
		t.Errorf("the socket of the revoked wall ends with %d", code)
	}
	if _, res, err := h.dial("", north); err == nil || res.StatusCode != http.StatusUnauthorized {
		t.Errorf("a socket for a revoked wall: %v", err)
	}
	h.get(links["north"], asBrowser).isPage(t, 404, "a revoked link")
	h.get("/access/walls", asBrowser, admin).says(t, "the page", "It is revoked. Whatever it had open has ended.")
	h.breakModel("globex")
	if m, text := stays.next(); m.Seq != 1 {
		t.Errorf("the other wall's socket gets %s", text)
	}
}

// TestWallsSocketSaysThatAlone: of what happens at its tenants a wall's socket says that it did, live and replayed.
// What people wrote, and the pieces of pages that it does not show, go to those who are signed in.
func TestWallsSocketSaysThatAlone(t *testing.T) {
	h := newPages(t)
	key, _ := h.wallLink("NOC west", h.globex)
	wall := h.hang("/wall?key=" + key)
	live, signedIn := h.connect("", wall), h.connect("", h.as(drift.RoleViewer, h.globex))
	h.breakModel("acme")
	h.comment(h.breakModel("globex"), "for colleagues alone")
	var told, replayed []string
	for {
		m, text := signedIn.next()
		_, bare := live.next()
		var members map[string]any
		if err := json.Unmarshal([]byte(bare), &members); err != nil || len(members) != 5 || len(members["html"].(map[string]any)) != 0 ||
			members["seq"] != float64(m.Seq) || members["type"] != m.Type || members["at"] == nil {
			t.Errorf("a wall is told %s where others are told %s", bare, text)
		}
		if told = append(told, bare); strings.Contains(text, "for colleagues alone") {
			break
		}
	}
	again := h.connect("?since=0", wall)
	for range told {
		_, bare := again.next()
		replayed = append(replayed, bare)
	}
	if len(told) < 3 || !slices.Equal(told, replayed) {
		t.Errorf("live %q, replayed %q", told, replayed)
	}
}

// TestWall opens the wall by its link, which then opens nothing else, and ends when it is revoked.
func TestWall(t *testing.T) {
	h := newPages(t)
	h.seed("acme", "globex")
	key, id := h.wallLink("NOC west", h.globex)
	if a := h.get("/wall?key="+key, asBrowser); !strings.Contains(a.header.Get("Cache-Control"), "no-store") || a.header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("the link is kept or told on: %v", a.header)
	}
	wall := h.hang("/wall?key=" + key)
	a := h.get("/wall", asBrowser, wall)
	a.isPage(t, 200, "the wall")
	for want, is := range map[string]bool{
		"globex": true, "acme": false, "NOC west": true, `name="pick"`: false, "<form": false, "<button": false, `href="/alerts`: false,
		"accuracy, was ": true, "to acknowledge": true, `class="wm few"`: true, "Demonstration": false,
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
