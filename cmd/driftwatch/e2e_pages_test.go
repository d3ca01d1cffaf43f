package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// loseLink takes the link away for as long as the page lives.
func loseLink(tb *tab) {
	eval[int](tb, `window.WebSocket = class extends EventTarget { close() {} }, dispatchEvent(new Event("offline")), 1`)
	tb.wait("a page that is not live", `document.documentElement.hasAttribute("data-stale")`)
}

// roles opens a browser for each role, and one for nobody.
func (w *world) roles(t *testing.T) map[string]*tab {
	t.Helper()
	tabs := map[string]*tab{"": w.stranger(t)}
	for _, role := range []string{"viewer", "operator", "admin"} {
		tabs[role] = w.person(t, role)
	}
	for _, tb := range tabs {
		tb.bypassPolicy()
	}
	return tabs
}

// show brings a tab to a state.
func (s state) show(tb *tab) {
	tb.t.Helper()
	tb.patiently(s.then != nil) // refusals are among the states
	tb.visit(s.path)
	if s.role != "" && s.path != "/no-such-page" && s.path != "/alerts/999999" {
		tb.live()
	}
	if s.then != nil {
		s.then(tb)
	}
}

// violation is what axe-core objects to.
type violation struct {
	ID, Impact, Help string
	Nodes            []struct {
		HTML           string
		FailureSummary string
	}
}

// axe reads the accessibility checker.
func axe(t *testing.T) string {
	t.Helper()
	file := os.Getenv("DRIFTWATCH_AXE")
	if file == "" {
		found, err := filepath.Glob(filepath.Join(repository(t), ".tools", "axe-core-*", "axe.min.js"))
		if err != nil || len(found) == 0 {
			t.Fatal("axe-core is not here. Run `make setup`, which fetches it, or set DRIFTWATCH_AXE to an axe.min.js.")
		}
		file = found[len(found)-1]
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// accessible: axe-core objects to nothing, on any page, in any state. The two looks take turns: make torture
// looks at each in both.
func (w *world) accessible(t *testing.T) {
	w.lookedAt(t, func(i int) []look { return looks[i%len(looks):][:1] })
}

// lookedAt has axe-core look at every state, each in the looks that are given for its number.
func (w *world) lookedAt(t *testing.T, how func(i int) []look) {
	t.Helper()
	checker := axe(t)
	tabs := w.roles(t)
	var found objections
	for i, s := range w.states(t) {
		tb := tabs[s.role]
		tb.look(looks[0])
		s.show(tb)
		found.look(tb, checker, s.name, how(i)...)
	}
	found.report(t)
}

// look is how a reader looks at a page.
type look struct {
	scheme string
	width  int64
}

// looks are the two ends: between them every colour and every layout is looked at once.
var looks = []look{{"light", 1280}, {"dark", 360}}

// look makes the tab as wide and as light as somebody's.
func (tb *tab) look(l look) {
	tb.t.Helper()
	tb.do(chromedp.EmulateViewport(l.width, 900))
	tb.theme(l.scheme)
}

// objections are what the checker finds, each once with the pages that have it.
type objections struct {
	looked int
	where  map[string][]string
}

// look has the checker look at the page that a tab shows.
func (o *objections) look(tb *tab, checker, name string, looks ...look) {
	tb.t.Helper()
	tb.do(chromedp.Evaluate[chromedp.Void](checker))
	for _, l := range looks {
		tb.look(l)
		o.looked++
		if wide := eval[int64](tb, `document.documentElement.scrollWidth`); wide > l.width {
			tb.t.Errorf("%s is %d px wide on a screen of %d", name, wide, l.width)
		}
		for _, v := range tb.violations() {
			for _, n := range v.Nodes {
				if o.where == nil {
					o.where = map[string][]string{}
				}
				what := fmt.Sprintf("%s (%s): %s\n%s\n%s", v.ID, v.Impact, v.Help, n.HTML, n.FailureSummary)
				o.where[what] = append(o.where[what], fmt.Sprint(name, " ", l.scheme, " ", l.width))
			}
		}
	}
}

func (o *objections) report(t *testing.T) {
	t.Helper()
	for what, pages := range o.where {
		t.Errorf("%s\non %d of them: %s", what, len(pages), strings.Join(pages, ", "))
	}
	t.Logf("%d pages and states looked at", o.looked)
}

// bypassPolicy lets the checker into pages that it is no part of.
func (tb *tab) bypassPolicy() {
	tb.t.Helper()
	if _, err := chromedp.Call(tb.ctx, page.SetBypassCSP, page.SetBypassCSPParams{Enabled: true}); err != nil {
		tb.t.Fatal(err)
	}
}

// violations runs the checker.
func (tb *tab) violations() (found []violation) {
	tb.t.Helper()
	ctx, cancel := context.WithTimeout(tb.ctx, stepWithin)
	defer cancel()
	raw, err := chromedp.Run(ctx, chromedp.Evaluate[string](
		`axe.run(document, {resultTypes: ["violations"]}).then((r) => JSON.stringify(r.violations))`, chromedp.EvalAwaitPromise))
	if err != nil {
		tb.t.Fatalf("axe-core: %v\n%s", err, tb.where())
	}
	if err := json.Unmarshal([]byte(raw), &found); err != nil {
		tb.t.Fatal(err)
	}
	return found
}

// TestEmptyPages: the pages of an installation in which nothing has happened yet are accessible too,
// and the one-time link works in a browser.
func TestEmptyPages(t *testing.T) {
	t.Parallel()
	checker := axe(t)
	s := serve(t, freshDir(t), anyPort)
	m, err := s.heard(`http://\S+(/setup\?key=\S+)`, stepWithin)
	if err != nil {
		t.Fatal(err)
	}
	tb := newTab(t, newBrowser(t), s.url)
	tb.bypassPolicy()
	tb.visit(m[1])
	var found objections
	found.look(tb, checker, "setup", looks...)
	tb.fill("#name", "ada")
	tb.fill("#password", "a long enough password")
	tb.fill("#again", "a long enough password")
	tb.click("main form button[type=submit]")
	tb.wait("the board", `location.pathname === "/" && !!document.getElementById("board-verdict")`)
	for _, path := range []string{"/", "/models", "/retrains", "/operations", "/reviews", "/reviews/weekly", "/reviews/monthly", "/reports", "/handover", "/teams", "/settings", "/audit", "/access", "/access/tokens", "/access/tenants", "/start", "/preferences"} {
		tb.look(looks[0])
		tb.visit(path)
		tb.live()
		found.look(tb, checker, path, looks...)
	}
	found.report(t)
}
