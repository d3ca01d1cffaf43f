package main_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// pageAudit is what a lab would object to in a page, whatever the machine's speed; axe-core looks at contrast
// and labels beside it.
const pageAudit = `(async () => {
	const found = [], all = (s) => [...document.querySelectorAll(s)];
	const want = (ok, what) => ok || found.push(what);
	want(all("h1").length === 1, all("h1").length + " h1");
	want(all("main").length === 1 && all("body > header, .top").length >= 1 && (all("nav[aria-label]").length >= 1 || !!document.querySelector("body.wall")), "landmarks are missing"); // a wall leads nowhere
	want(document.title && document.documentElement.lang, "no title or language");
	want(all("link[rel=stylesheet]").length === 1, all("link[rel=stylesheet]").length + " style sheets");
	want(all("script:not([type=module])").length === 0, "a script that is no module");
	want(all("[style], style, script:not([src])").length === 0, "something inline");
	want(all("*").every((e) => [...e.attributes].every((a) => !a.name.startsWith("on"))), "an inline handler");
	const loaded = performance.getEntriesByType("resource");
	for (const r of loaded) if (!r.name.startsWith(location.origin + "/")) found.push("asks elsewhere: " + r.name);
	const blocking = loaded.filter((r) => r.renderBlockingStatus === "blocking").map((r) => r.name);
	want(blocking.length === 1 && blocking[0].endsWith(".css"), "blocking: " + blocking);
	const shifts = await new Promise((r) => {
		const seen = [];
		new PerformanceObserver((l) => l.getEntries().forEach((e) => e.hadRecentInput || seen.push(e))).observe({type: "layout-shift", buffered: true});
		setTimeout(() => r(seen), 50);
	});
	for (const e of shifts) found.push("shifted by " + e.value.toFixed(5) + ": " + e.sources.map((s) => (s.node?.id || s.node?.className || s.node?.nodeName) + " "
		+ [s.previousRect, s.currentRect].map((r) => [r.x, r.y, r.width, r.height].map(Math.round)).join(" → ")).join("; "));
	return found;
})()`

// pageLinks are the other pages that a page leads to.
const pageLinks = `[...document.querySelectorAll("a[href]")].map((a) => new URL(a.href)).filter((u) => u.origin === location.origin && !/\.(csv|svg|png|md|ics|json)$|^\/api\//.test(u.pathname)).map((u) => u.pathname + u.search)`

// number is what makes two addresses of one kind of page different.
var number = regexp.MustCompile(`\d+|(?:` + strings.Join(slices.Concat(nightTenants, nightModels), "|") + `)|[A-Z_]{4,}`)

// kind is an address without what it is about: a page of each kind is looked at.
func kind(address string) string {
	path, query, _ := strings.Cut(address, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return address
	}
	k := number.ReplaceAllString(path, "*")
	if strings.HasPrefix(path, "/incidents/") {
		k = "/incidents/*"
	}
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range values {
			if !yield(name) {
				return
			}
		}
	}) {
		k += " " + name
	}
	return k
}

// fewKinds are as many kinds of page as make test goes through; make torture goes through all.
const fewKinds = 8

// crawl opens a page of each kind that can be reached by links from the board, until it has seen as many as are
// wanted, and looks at it. What the browser complains of, such as a violated policy, fails the test besides.
func (n *night) crawl(tb *tab, most int, look func(address string)) (kinds int) {
	queue, seen := []string{"/"}, map[string]bool{kind("/"): true}
	for len(queue) > 0 && kinds < most {
		address := queue[0]
		queue = queue[1:]
		tb.visit(address)
		if eval[bool](tb, `!!document.getElementById("link")`) {
			tb.live()
		}
		look(address)
		kinds++
		for _, next := range eval[[]string](tb, pageLinks) {
			if k := kind(next); !seen[k] {
				seen[k] = true
				queue = append(queue, next)
			}
		}
	}
	return kinds
}

// audited: no page has what a lab objects to, asks anything of another site, or violates the policy.
func (n *night) audited(t *testing.T, most int) {
	tb := n.person(t, "admin")
	kinds := n.crawl(tb, most, func(address string) {
		found, err := chromedp.Run(tb.ctx, chromedp.Evaluate[[]string](pageAudit, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		for _, what := range found {
			t.Errorf("%s: %s", address, what)
		}
	})
	t.Logf("%d kinds of page", kinds)
	if kinds < min(most, 20) {
		t.Errorf("only %d kinds of page were reached: the crawl is broken", kinds)
	}
}

// english finds words that no German sentence has, in what a page shows, names and tells; not in what is
// data, or says that it is English.
const english = `(() => {
	const words = /(^|[\s(,"])(the|of|is|are|not|and|with|to|has|have|this|that|by|from|which|who|yet|your|you|been|will|its|it|only|where|when|after|before|there|than|each|every|open|nobody|ago|since|last|next|save|search)(?=[\s.,:;?)"]|$)/;
	const data = "[lang=en], code, pre, kbd, samp, .mono, script, noscript, select[name=zone], datalist, textarea";
	const found = new Set(), look = (s) => { if (s && words.test(s)) found.add(s.trim().replace(/\s+/g, " ").slice(0, 160)); };
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let n; (n = walk.nextNode());) if (!n.parentElement.closest(data)) look(n.data);
	for (const e of document.querySelectorAll("[aria-label], [title], [placeholder]")) if (!e.closest(data)) for (const a of ["aria-label", "title"]) look(e.getAttribute(a));
	look(document.title);
	return [...found];
})()`

// inGerman: an operator who chose German acknowledges an alert and looks at kinds of page; no English is
// left beside data, and axe-core objects to nothing. Its two looks take turns: colours know no language.
func (n *night) inGerman(t *testing.T, most int) {
	checker := axe(t)
	var found objections
	tb := n.person(t, "second")
	tb.bypassPolicy()
	tb.visit("/preferences")
	tb.live()
	tb.do(chromedp.SetValue(chromedp.CSS("main select[name=lang]"), "de"))
	tb.click(`form[action="/preferences"] button`)
	tb.wait("German", `document.documentElement.lang === "de"`)
	a := n.drifts(t, "&status=NEW")[0]
	tb.visit("/")
	tb.wait("a live link", `document.querySelector("#link b").textContent === "Live"`)
	tb.unfold(a)
	tb.click(a.row() + " a.t")
	form := fmt.Sprintf("#alert-fold-acknowledge-%d", a.ID)
	tb.click(form + " summary")
	tb.fill(form+" textarea", "Ich sehe nach.")
	tb.click(form + " form button[type=submit]")
	tb.wait("what was done, in German", `document.querySelector("main [role=status]")?.textContent.includes("quittiert") === true`)
	if got := n.alert(t, a.ID); got.Status != "ACKNOWLEDGED" {
		t.Errorf("status %s, want ACKNOWLEDGED", got.Status)
	}
	left := map[string][]string{}
	kinds := n.crawl(tb, most, func(address string) {
		for _, s := range eval[[]string](tb, english) {
			left[s] = append(left[s], address)
		}
		found.look(tb, checker, address, looks[found.looked%len(looks)])
	})
	found.report(t)
	for s, where := range left {
		t.Errorf("English is left: %q on %s", s, where[0])
	}
	t.Logf("%d kinds of page in German", kinds)
}

// withoutAScript: every move of the board and of an alert's page, by plain forms.
func (n *night) withoutAScript(t *testing.T) {
	must(t, n.dir, "", "team", "list")
	tb := n.stranger(t)
	if _, err := chromedp.Call(tb.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	tb.do(chromedp.Navigate(n.url+"/login"),
		chromedp.SendKeys(chromedp.CSS("#name"), "operator"),
		chromedp.SendKeys(chromedp.CSS("#password"), "watching-drift-operator"),
		chromedp.Click(chromedp.CSS("main form button[type=submit]")))
	tb.wait("the board", `!!document.getElementById("board-verdict")`)
	left := n.drifts(t, "&status=NEW")
	next := func() (a alert) { a, left = left[0], left[1:]; return a }
	for _, by := range []struct{ move, status, fields string }{
		{"assign-me", "ACKNOWLEDGED ASSIGNED", ""}, {"suppress", "SUPPRESSED", "note"}, {"escalate", "ESCALATED", "note"}, {"resolve", "RESOLVED", "note"}, {"acknowledge", "ACKNOWLEDGED", ""},
	} {
		a := next()
		tb.visit("/")
		tb.unfold(a)
		tb.click(a.row() + " .pick")
		if by.fields != "" {
			tb.click("#selection details summary")
			tb.fill("#bulk-note", "By a plain form.")
			eval[int](tb, `(document.querySelectorAll("#selection select").forEach((s) => { s.selectedIndex = Math.min(1, s.options.length - 1); }), 1)`)
		}
		tb.click(fmt.Sprintf(`#selection button[value="%s"]`, by.move))
		tb.wait("the board again, with what was done: "+by.move, `!!document.querySelector("main [role=status], main [role=alert]")`)
		if got := n.alert(t, a.ID); !strings.Contains(by.status, got.Status) {
			t.Errorf("%s on the board left alert %d %s\n%s", by.move, a.ID, got.Status, tb.where())
		}
	}
	a := next()
	for _, by := range []struct{ move, status string }{
		{"comment", "NEW"}, {"acknowledge", "ACKNOWLEDGED"}, {"assign", "ASSIGNED ACKNOWLEDGED"}, {"escalate", "ESCALATED"}, {"suppress", "SUPPRESSED"}, {"resolve", "RESOLVED"},
	} {
		tb.visit(fmt.Sprintf("/alerts/%d", a.ID))
		form := fmt.Sprintf("#alert-fold-%s-%d", by.move, a.ID)
		tb.click(form + " summary")
		tb.fill(form+" textarea", "By a plain form: "+by.move)
		tb.click(form + " form button[type=submit]")
		tb.wait("the page again, with the note of "+by.move, fmt.Sprintf(`document.querySelector("#alert-timeline-%d")?.innerText.includes("By a plain form: %s") === true`, a.ID, by.move))
		if got := n.alert(t, a.ID); !strings.Contains(by.status, got.Status) {
			t.Errorf("%s left alert %d %s", by.move, a.ID, got.Status)
		}
	}
}

// cookiesAreTight: nothing that the browser keeps can be read by a script or goes with another site's form.
func (n *night) cookiesAreTight(t *testing.T) {
	tb := n.person(t, "operator")
	kept, err := chromedp.Call(tb.ctx, network.GetCookies, network.GetCookiesParams{})
	if err != nil {
		t.Fatal(err)
	}
	if len(kept.Cookies) == 0 {
		t.Fatal("a signed-in browser keeps no cookie")
	}
	for _, c := range kept.Cookies {
		if !c.HTTPOnly || c.SameSite != network.CookieSameSiteLax && c.SameSite != network.CookieSameSiteStrict {
			t.Errorf("a loose cookie: %s, HttpOnly %v, SameSite %q", c.Name, c.HTTPOnly, c.SameSite)
		}
	}
	for _, path := range []string{"/login", "/setup?key=x"} {
		resp, err := http.Get(n.url + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.Header.Get("Content-Security-Policy") == "" || resp.Header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s is not guarded: %v", path, resp.Header)
		}
	}
}
