package main_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// singleKeys: j, a, g and a letter, Ctrl-K, and none of them while somebody types.
func (w *world) singleKeys(t *testing.T) {
	a := w.raise(t, "e2e-single")
	operator := w.person(t, "operator")
	operator.live()
	operator.unfold(a)
	operator.do(chromedp.KeyEvent("/"))
	eval[int](operator, `(document.activeElement.value = "", 1)`) // a browser that is driven types a key that was taken, too
	operator.do(chromedp.KeyEvent("jag?"))
	if typed := eval[string](operator, `document.activeElement.value`); typed != "jag?" {
		t.Errorf("a field holds %q, want what was typed", typed)
	}
	eval[int](operator, `(document.activeElement.blur(), 1)`)
	operator.mark()
	for step := 0; eval[string](operator, `document.activeElement.closest(".al")?.id ?? ""`) != fmt.Sprintf("alert-%d", a.ID); step++ {
		if step == 60 {
			t.Fatal("60 times j do not lead to the alert")
		}
		operator.do(chromedp.KeyEvent("j"))
	}
	operator.do(chromedp.KeyEvent("a"))
	operator.wait("who has it", fmt.Sprintf(`document.querySelector("%s .own")?.textContent.includes("operator") === true`, a.row()))
	operator.unreloaded()
	if on := eval[string](operator, `document.activeElement.closest(".al")?.id ?? ""`); on != fmt.Sprintf("alert-%d", a.ID) {
		t.Errorf("the focus went to %q", on)
	}
	operator.do(chromedp.KeyEvent("g"), chromedp.KeyEvent("m"))
	operator.wait("the models", `location.pathname === "/models"`)
	operator.live()
	operator.do(chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	operator.fill("dialog[open] input", "operations")
	operator.wait("the page, found", `document.querySelector("dialog[open] [aria-selected=true]")?.textContent.startsWith("Operations") === true`)
	operator.do(chromedp.KeyEvent(kb.Enter))
	operator.wait("operations", `location.pathname === "/operations"`)
	operator.visit(fmt.Sprintf("/alerts/%d", a.ID))
	operator.live()
	operator.do(chromedp.KeyEvent("c"))
	operator.wait("the comment's field", `document.activeElement.matches("details[open] textarea[name=note]")`)
	operator.click(".who summary")
	eval[int](operator, `(document.querySelector(".who a").focus(), 1)`)
	operator.do(chromedp.KeyEvent(kb.Escape))
	operator.wait("the closed menu", `!document.querySelector(".who").open && document.activeElement.matches(".who summary")`)
	operator.do(chromedp.KeyEvent("?"))
	operator.wait("the keys from their beginning", `(() => { const d = document.querySelector("dialog[open]");
		return !!d && d.scrollTop === 0 && d.contains(document.activeElement); })()`)
	operator.do(chromedp.KeyEvent(kb.Escape))
	operator.wait("the closed list", `!document.querySelector("dialog")`)
	eval[int](operator, `(document.documentElement.dataset.keys = "off", 1)`)
	operator.do(chromedp.KeyEvent("?"))
	if eval[bool](operator, `!!document.querySelector("dialog")`) {
		t.Error("a key acts for somebody who switched keys off")
	}
}

// soundsOnce: sound is allowed by a click, and of two tabs of one browser one sounds. The title and the icon count.
func (w *world) soundsOnce(t *testing.T) {
	first := w.person(t, "operator")
	first.live()
	first.click("#alarm summary")
	first.click("[data-alarm=sound]")
	first.wait("sound that is on", `document.getElementById("alarm").dataset.state === "on" && document.getElementById("alarm-sound").textContent === "Sound is on."`)
	second := first.another()
	second.patiently(true) // a browser warns of sound that is wished before somebody clicked
	second.visit("/models")
	second.live()
	before := eval[string](second, `document.title`)
	w.raise(t, "e2e-sound")
	first.wait("the sound", `document.documentElement.dataset.sounded === "1"`)
	second.wait("the count in title and icon", fmt.Sprintf(`document.title !== %q && /^\(\d+\) Models/.test(document.title) && document.querySelector("link[rel=icon]").href.endsWith("/icon/" + document.title.match(/\d+/)[0] + ".svg")`, before))
	if n := eval[string](second, `document.documentElement.dataset.sounded ?? "0"`); n != "0" {
		t.Errorf("the second tab sounded %s times too", n)
	}
	first.click("[data-alarm=sound]")
	first.wait("sound that is off", `document.getElementById("alarm").dataset.state === "off"`)
}

// groups: alerts of one cause that come by the link stand in their group, and a group of one is a row again.
func (w *world) groups(t *testing.T) {
	viewer := w.person(t, "viewer")
	viewer.live()
	eval[int](viewer, incident)
	viewer.wait("what became of the incident", `window.shapes?.length === 5`)
	want := []string{"1", "[2,1]", "[2,3,1]", "[3,1]", "3"}
	if got := eval[[]string](viewer, `window.shapes`); !slices.Equal(got, want) {
		t.Errorf("the incident looked like %q, want %q", got, want)
	}
}

// incident hands the alerts of an incident to the page, and notes how they stand in the list.
const incident = `((async () => {
	const {link} = await import(document.querySelector('link[rel=modulepreload][href*="live.js"]').href);
	const first = document.querySelector("#alerts .al").cloneNode(true);
	const row = (n, order, status = "NEW") => {
		first.id = "alert-90000" + n;
		Object.assign(first.dataset, {o: order, i: "e2e", s: status});
		return first.outerHTML;
	};
	const group = (order, ...rows) => '<li class="inc" id="incident-e2e" data-o="' + order + '" data-i="e2e"><details><summary>e2e</summary><ol class="rows">' + rows.join("") + '</ol></details></li>';
	const shapes = [];
	const tell = async (html) => {
		link.dispatchEvent(new CustomEvent("message", {detail: {seq: 1, type: "ALERT_UPDATED", html}}));
		const shape = () => [...document.querySelectorAll("#alerts > [data-i=e2e]")].map((e) => e.matches(".inc")
			? "[" + [...e.querySelectorAll(".al")].map((a) => a.id.slice(-1)) + "]" : e.id.slice(-1)).join();
		for (let frame = 0; frame < 300 && shape() === (shapes.at(-1) ?? ""); frame++) await new Promise((r) => requestAnimationFrame(r));
		shapes.push(shape());
	};
	await tell({"alert-900001": row(1, "02")});
	await tell({"alert-900002": row(2, "01"), "incident-e2e": group("01", row(2, "01"), row(1, "02"))});
	await tell({"alert-900003": row(3, "015")});
	await tell({"alert-900002": row(2, "01", "RESOLVED")});
	await tell({"alert-900001": row(1, "02", "RESOLVED")});
	window.shapes = shapes;
})(), 1)`

// pressed: what is replaced while a button on it is held down still takes the click. An event that comes
// between the two waits.
func (w *world) pressed(t *testing.T) {
	operator := w.person(t, "operator")
	operator.live()
	at := eval[[]float64](operator, pressing)
	operator.do(chromedp.MouseEvent("mouseMoved", at[0], at[1]), chromedp.MouseEvent("mousePressed", at[0], at[1], chromedp.ButtonLeft, chromedp.ClickCount(1)))
	eval[int](operator, `(pressAndTell(), 1)`)
	operator.wait("what came while the button was down", `window.told === 10`)
	if !eval[bool](operator, `link_.isConnected`) {
		t.Error("the link was replaced under the hand")
	}
	operator.do(chromedp.MouseEvent("mouseReleased", at[0], at[1], chromedp.ButtonLeft, chromedp.ClickCount(1)))
	operator.wait("the click", `window.clicked === link_`)
	operator.wait("what waited", `document.getElementById("board-verdict")?.dataset.told === "new"`)
}

// pressing returns where a link of the verdict is.
const pressing = `(() => {
	window.link_ = document.querySelector("#board-verdict a");
	window.addEventListener("click", (e) => { e.preventDefault(); window.clicked = e.target.closest("a"); }, true);
	window.told = 0;
	window.pressAndTell = async () => {
		const {link} = await import(document.querySelector('link[rel=modulepreload][href*="live.js"]').href);
		const now = document.getElementById("board-verdict").cloneNode(true);
		now.dataset.told = "new";
		link.dispatchEvent(new CustomEvent("message", {detail: {seq: 1, type: "ALERT_UPDATED", html: {"board-verdict": now.outerHTML}}}));
		while (told < 10) { await new Promise((r) => requestAnimationFrame(r)); told++; }
	};
	const r = link_.getBoundingClientRect();
	return [r.x + r.width / 2, r.y + r.height / 2];
})()`

// hundredAtOnce: a hundred alerts in one second, in no order, as the link would bring them. How long a
// frame may take is measured by make bench.
func (w *world) hundredAtOnce(t *testing.T) {
	viewer := w.person(t, "viewer")
	viewer.live()
	viewer.mark()
	eval[int](viewer, storm)
	viewer.wait("the end of the storm", `window.stormOver && document.querySelectorAll('#alerts .al[id^="alert-9000"]').length === 100`)
	if !eval[bool](viewer, `(() => { const o = [...document.querySelectorAll("#alerts > [data-o]")].map((e) => e.dataset.o); return o.every((x, i) => !i || o[i - 1] <= x); })()`) {
		t.Fatal("the rows are out of order")
	}
	viewer.unreloaded()
	for _, moved := range eval[[]string](viewer, `window.shifts`) {
		t.Errorf("the page shifted: %s", moved)
	}
}

// storm hands a hundred rows to the page in a second, and notes what shifts.
const storm = `((async () => {
	const {link} = await import(document.querySelector('link[rel=modulepreload][href*="live.js"]').href);
	const first = document.querySelector("#alerts .al"), id = first.id, row = first.outerHTML;
	window.shifts = [];
	new PerformanceObserver((l) => { for (const e of l.getEntries()) if (!e.hadRecentInput) shifts.push(e.value.toFixed(4) + " at " + Math.round(e.startTime) + ": " + e.sources.map((s) => [s.node?.id || s.node?.parentElement?.id + " " + s.node?.nodeName + "." + s.node?.className, [s.previousRect, s.currentRect].map((r) => [r.x, r.y, r.width, r.height].map(Math.round)).join(" → ")].join(" ")).join("; ")); }).observe({type: "layout-shift", buffered: true});
	for (let i = 0; i < 100; i++) {
		const n = (i * 37) % 100, name = "alert-" + (900000 + n);
		const html = row.replaceAll(id + '"', name + '"').replace(/data-o="\d+"/, 'data-o="0' + String(n).padStart(22, "0") + '"').replace(/data-s="\w+"/, 'data-s="NEW"');
		link.dispatchEvent(new CustomEvent("message", {detail: {seq: 1, type: "ML_DRIFT_DETECTED", html: {[name]: html}}}));
		await new Promise((r) => setTimeout(r, 10));
	}
	await new Promise((r) => setTimeout(r, 1000));
	window.stormOver = true;
})(), 1)`

// keepsNothing opens another tab that the service worker looks after, and looks at what it keeps.
func keepsNothing(tb *tab) *tab {
	tb.t.Helper()
	second := tb.another()
	second.visit("/models")
	second.live()
	second.wait("the service worker", `!!navigator.serviceWorker.controller`)
	eval[int](second, `((async () => {
		window.kept = [];
		for (const c of await caches.keys()) for (const r of await (await caches.open(c)).keys()) kept.push(new URL(r.url).pathname);
		window.looked = true;
	})(), 1)`)
	second.wait("what is kept", `window.looked`)
	if kept := eval[[]string](second, `window.kept`); len(kept) != 4 || kept[0] != "/offline" {
		tb.t.Errorf("the browser keeps %v", kept)
	}
	second.patiently(true)
	return second
}

// offline: what cannot be had says so, and shows nothing old.
func offline(tb *tab) {
	tb.t.Helper()
	tb.visit("/")
	tb.wait("a page that says it is offline", `document.querySelector("h1")?.textContent === "Offline" && !document.getElementById("alerts") && location.pathname === "/"`)
}
