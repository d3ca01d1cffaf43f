package main_test

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
)

// wallWorld is a server of its own with one drifted tenant, and a browser that shows its wall by its link.
func wallWorld(t *testing.T) (w *world, tb *tab) {
	t.Helper()
	w = &world{t: t, server: startServer(t, freshDir(t), anyPort)}
	t.Cleanup(func() {
		if err := w.stop(); err != nil { // the last one, where it was started again
			t.Error(err)
		}
	})
	if err := w.ready(); err != nil {
		t.Fatal(err)
	}
	w.token = strings.TrimSpace(must(t, w.dir, "", "token", "add", "e2e", "--role", "operator"))
	w.raise(t, "wall-one")
	return w, w.stranger(t)
}

// wallLink is a new link to the wall.
func (w *world) wallLink(t *testing.T) string {
	t.Helper()
	return strings.TrimSpace(must(t, w.dir, "", "wall", "add", "e2e wall", "--public-url", w.url))
}

// shows waits until the wall shows a tenant, live.
func (tb *tab) shows(what, tenant string, within time.Duration) {
	tb.t.Helper()
	tb.waitFor(what, within, fmt.Sprintf(`document.querySelector("#wall")?.innerText.includes(%q) === true && document.querySelector("#link b").textContent === "Live"`, tenant))
}

// notLive waits until the wall says loudly that it is old.
func (tb *tab) notLive(within time.Duration) {
	tb.t.Helper()
	tb.waitFor("a wall that says it is not live", within, `document.documentElement.hasAttribute("data-stale") && !document.getElementById("link-banner").hidden`)
}

// TestWallJourney hangs a wall up and then takes from it, one after the other, its server, its database,
// its time and its link.
func TestWallJourney(t *testing.T) {
	t.Parallel()
	w, tb := wallWorld(t)
	tb.do(chromedp.Navigate(w.wallLink(t)))
	tb.shows("the wall", "wall-one", stepWithin)
	if at := eval[string](tb, `location.href`); at != w.url+"/wall" {
		t.Errorf("the key stays in the address: %s", at)
	}
	if scrolls := eval[bool](tb, `document.documentElement.scrollHeight > innerHeight || document.documentElement.scrollWidth > innerWidth`); scrolls {
		t.Error("the wall scrolls")
	}
	w.raise(t, "wall-two")
	tb.shows("a new alert, by itself", "wall-two", stepWithin)
	tb.patiently(true) // from here on requests fail

	dir, addr := w.dir, w.addr()
	if err := w.stop(); err != nil {
		t.Fatal(err)
	}
	tb.notLive(stepWithin)
	w.server = startServer(t, dir, addr)
	if err := w.ready(); err != nil {
		t.Fatal(err)
	}
	tb.shows("the wall after a restart of the server", "wall-two", stepWithin+10*time.Second)

	frozen(t, w.server, func() { tb.notLive(40 * time.Second) })
	tb.shows("the wall after the database was away", "wall-two", stepWithin+10*time.Second)

	asleep(t, tb, 11*time.Second, func() { w.raise(t, "wall-three") })
	tb.shows("what happened while the machine slept", "wall-three", stepWithin)

	must(t, w.dir, "", "token", "revoke", "e2e wall")
	tb.waitFor("a wall whose link was revoked", stepWithin, `location.pathname === "/login" && !document.querySelector("#wall")`)
}

// frozen stops the server's PostgreSQL while f runs: connections stay open and nothing answers.
func frozen(t *testing.T, s *server, f func()) {
	t.Helper()
	pids := postgresOf(t, s)
	for _, pid := range pids {
		if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
	}
	defer func() {
		for _, pid := range pids {
			if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
				t.Error(err)
			}
		}
	}()
	f()
}

// postgresOf are the processes of a server's private PostgreSQL.
func postgresOf(t *testing.T, s *server) []int {
	t.Helper()
	head, err := s.postmaster()
	if err != nil {
		t.Fatal(err)
	}
	pids := []int{head}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", head, head))
	if err != nil {
		t.Fatal(err)
	}
	for field := range strings.FieldsSeq(string(b)) {
		var pid int
		if _, err := fmt.Sscan(field, &pid); err != nil {
			t.Fatal(err)
		}
		pids = append(pids, pid)
	}
	return pids
}

// asleep freezes a tab, as a closed lid does, for some time.
func asleep(t *testing.T, tb *tab, d time.Duration, meanwhile func()) {
	t.Helper()
	state := func(s page.SetWebLifecycleStateState) {
		if _, err := chromedp.Call(tb.ctx, page.SetWebLifecycleState, page.SetWebLifecycleStateParams{State: s}); err != nil {
			t.Fatal(err)
		}
	}
	state(page.SetWebLifecycleStateStateFrozen)
	wakes := time.Now().Add(d)
	meanwhile()
	until(t, d+time.Second, "the lid opens", func() bool { return time.Now().After(wakes) })
	state(page.SetWebLifecycleStateStateActive)
}

// steppedClock replaces a page's clock and timers by ones that go when turn is called, which turns so many
// pages of the wall: each step is as long as a page stands, and waits for the page that comes. A socket that
// is being opened meanwhile is given real time.
const steppedClock = `(() => {
	const real = Date.now(), began = performance.now.bind(performance);
	let now = 0, id = 0;
	const timers = new Map(), rest = window.setTimeout.bind(window);
	Date.now = () => real + now;
	performance.now = () => began() + now;
	const add = (f, ms, every) => { timers.set(++id, {f, at: now + (ms || 0), every}); return id; };
	window.setTimeout = (f, ms, ...a) => add(() => f(...a), ms, 0);
	window.setInterval = (f, ms, ...a) => add(() => f(...a), ms, Math.max(ms, 1));
	window.clearTimeout = window.clearInterval = (i) => void timers.delete(i);
	const fetched = window.fetch.bind(window);
	window.looks = 0;
	window.fetch = (what, how) => fetched(what, how).finally(() => String(what).startsWith("/wall") && window.looks++);
	const opening = new Set();
	window.WebSocket = class extends WebSocket {
		constructor(...a) {
			super(...a);
			opening.add(this);
			for (const e of ["open", "close"]) this.addEventListener(e, () => opening.delete(this));
		}
	};
	window.turned = 0;
	const step = (ms) => {
		now += ms;
		for (const [i, t] of [...timers]) {
			if (t.at > now || !timers.has(i)) continue;
			if (t.every) t.at = now + t.every; else timers.delete(i);
			t.f();
		}
	};
	window.turn = async (pages) => {
		for (let i = 0; i < pages; i++) {
			while (opening.size) await new Promise((r) => rest(r, 4));
			const was = window.looks;
			step(12000);
			for (let n = 1; window.looks === was; n++) {
				await new Promise((r) => rest(r, 4));
				if (n % 50 === 0) step(1000);
			}
			window.turned++;
		}
	};
})()`

// wallHour is how many pages a wall turns in an hour.
const wallHour = 300

// footprint is what a page holds.
type footprint struct{ heap, nodes, listeners float64 }

// wallMemory turns pages of a wall, in stepped time, and says what it held after the first and after more.
func wallMemory(t *testing.T, first, more int) (early, late footprint) {
	t.Helper()
	w, tb := wallWorld(t)
	if _, err := chromedp.Call(tb.ctx, performance.Enable, performance.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	_, err := chromedp.Call(tb.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: steppedClock})
	if err != nil {
		t.Fatal(err)
	}
	tb.do(chromedp.Navigate(w.wallLink(t)))
	tb.wait("the wall", `!!document.querySelector("#wall") && !!window.turn`)
	turn := func(pages, whole int) {
		eval[bool](tb, fmt.Sprintf(`(turn(%d), true)`, pages))
		tb.waitFor("the next pages", 5*time.Minute, fmt.Sprintf(`turned === %d`, whole))
	}
	turn(first, first)
	early = tb.footprint(t)
	for done := first; more > 0; more -= wallHour {
		n := min(more, wallHour)
		done += n
		turn(n, done)
	}
	return early, tb.footprint(t)
}

func (tb *tab) footprint(t *testing.T) (f footprint) {
	t.Helper()
	for range 2 { // what the first collection freed may hold more
		if _, err := chromedp.Call(tb.ctx, heapprofiler.CollectGarbage, cdp.Empty{}); err != nil {
			t.Fatal(err)
		}
	}
	got, err := chromedp.Call(tb.ctx, performance.GetMetrics, cdp.Empty{})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range got.Metrics {
		switch m.Name {
		case "JSHeapUsedSize":
			f.heap = m.Value
		case "Nodes":
			f.nodes = m.Value
		case "JSEventListeners":
			f.listeners = m.Value
		}
	}
	return f
}

// keepsItsSize compares what a wall held: nothing may grow with the pages that it turned.
func keepsItsSize(t *testing.T, early, late footprint) {
	t.Helper()
	t.Logf("early: %.0f KB, %.0f nodes, %.0f listeners; late: %.0f KB, %.0f nodes, %.0f listeners",
		early.heap/1e3, early.nodes, early.listeners, late.heap/1e3, late.nodes, late.listeners)
	if late.heap > early.heap+512e3 || late.nodes > early.nodes+200 || late.listeners > early.listeners {
		t.Error("the wall grows")
	}
}

// TestWallKeepsItsSize turns the pages of twenty minutes; the long form is a day.
func TestWallKeepsItsSize(t *testing.T) {
	t.Parallel()
	early, late := wallMemory(t, 30, 70)
	keepsItsSize(t, early, late)
}
