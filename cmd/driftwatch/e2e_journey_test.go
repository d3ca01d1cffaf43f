package main_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// raise makes an alert as a log does: a new tenant's scores jump between the windows of today's
// check, which is run from a shell beside the server.
func (w *world) raise(t *testing.T, tenant string) alert {
	t.Helper()
	w.importJump(t, tenant)
	must(t, w.dir, "", "run", "statistical")
	return w.raised(t, tenant)
}

// importJump imports the log of a tenant whose next statistical check finds drift.
func (w *world) importJump(t *testing.T, tenant string) {
	t.Helper()
	var rows strings.Builder
	rows.WriteString("prediction_id,tenant,model_type,model_version,created_at,score,predicted,actual\n")
	midnight := time.Now().UTC().Truncate(24 * time.Hour)
	for ago := 45; ago >= 1; ago-- {
		for i := range 12 {
			score := float64(i) / 24
			if ago <= 7 {
				score += 0.5
			}
			at := midnight.AddDate(0, 0, -ago).Add(time.Duration(i) * time.Hour)
			fmt.Fprintf(&rows, "%s-%d-%d,%s,fraud_detector,1,%s,%.4f,%d,\n", tenant, ago, i, tenant, at.Format(time.RFC3339), score, i%2)
		}
	}
	if got := mustJSON[imported](t, w.dir, rows.String(), "import", "predictions", "-"); got.Inserted != 45*12 {
		t.Fatalf("import: %+v", got)
	}
}

// raised is the drift alert of a tenant that has one.
func (w *world) raised(t *testing.T, tenant string) alert {
	t.Helper()
	found := w.alerts(t, "alert_type=ML_DRIFT_DETECTED&tenant="+tenant)
	if len(found) != 1 {
		t.Fatalf("%d drift alerts of %s, want one", len(found), tenant)
	}
	return found[0]
}

// row is the selector of an alert's row on the board.
func (a alert) row() string { return fmt.Sprintf("#alert-%d", a.ID) }

// unfold opens the incident that holds an alert's row, as one does with a click; a row that stands alone is
// open.
func (tb *tab) unfold(a alert) {
	tb.t.Helper()
	if eval[bool](tb, fmt.Sprintf(`document.querySelector("%s").closest("details")?.open === false`, a.row())) {
		tb.click(fmt.Sprintf("details:has(%s) > summary", a.row()))
	}
}

// acknowledgeWithNote is the main job: an operator acknowledges an alert of the demo with a note on its
// page, and somebody else sees who did it, on the board and on the page, without loading anything anew.
func (w *world) acknowledgeWithNote(t *testing.T) {
	operator, manager := w.person(t, "operator"), w.person(t, "manager")
	var a alert
	for _, found := range w.alerts(t, "severity=HIGH&severity=CRITICAL&status=NEW&status=ESCALATED") {
		a = found
	}
	if a.ID == 0 {
		t.Fatal("the demo has no alert that is HIGH or CRITICAL and waits for somebody")
	}
	t.Logf("alert %d: %s, %s, of %s %s", a.ID, a.Severity, a.Status, a.Tenant, a.ModelType)
	page := manager.another()
	page.visit(fmt.Sprintf("/alerts/%d", a.ID))
	for _, tb := range []*tab{manager, page} {
		tb.live()
		tb.mark()
	}

	operator.unfold(a)
	operator.click(a.row() + " a.t")
	form := fmt.Sprintf("#alert-fold-acknowledge-%d", a.ID)
	operator.click(form + " summary")
	operator.fill(form+" textarea", "Looking at the new terminals.")
	operator.click(form + " form button[type=submit]")
	operator.wait("what the operator did, on the page", `document.querySelector("main [role=status]")?.textContent.toLowerCase().includes("acknowledged") === true`)

	manager.wait("who has it, on the other's board", fmt.Sprintf(`document.querySelector("%s .own")?.textContent.includes("operator") === true`, a.row()))
	page.wait("the note, on the other's page", fmt.Sprintf(
		`document.querySelector("#alert-timeline-%d").innerText.includes("Looking at the new terminals.") && document.querySelector("#alert-timeline-%d").innerText.includes("operator")`, a.ID, a.ID))
	manager.unreloaded()
	page.unreloaded()

	got := w.alert(t, a.ID)
	if got.Status != "ACKNOWLEDGED" {
		t.Errorf("status %s, want ACKNOWLEDGED", got.Status)
	}
	found := false
	for _, e := range got.Timeline {
		found = found || e.Move == "acknowledge" && e.Actor == "operator" && e.Note == "Looking at the new terminals."
	}
	if !found {
		t.Errorf("the timeline does not hold the note: %+v", got.Timeline)
	}
}

// acknowledgeOnBoard is one click in a row.
func (w *world) acknowledgeOnBoard(t *testing.T) {
	a := w.raise(t, "e2e-board")
	operator, manager := w.person(t, "operator"), w.person(t, "manager")
	operator.live()
	manager.live()
	operator.mark()
	manager.mark()
	operator.unfold(a)
	operator.click(a.row() + " button[data-acts]")
	for _, tb := range []*tab{operator, manager} {
		tb.wait("who has it", fmt.Sprintf(`document.querySelector("%s .own")?.textContent.includes("operator") === true && !document.querySelector("%s button")`, a.row(), a.row()))
		tb.unreloaded()
	}
	if got := w.alert(t, a.ID); got.Status != "ACKNOWLEDGED" {
		t.Errorf("status %s, want ACKNOWLEDGED", got.Status)
	}
}

// newAlert: a new alert is on an open board within a second of its being raised.
func (w *world) newAlert(t *testing.T) {
	viewer := w.person(t, "viewer")
	viewer.live()
	viewer.mark()
	for _, tenant := range []string{"e2e-new-1", "e2e-new-2", "e2e-new-3"} {
		w.importJump(t, tenant)
		eval[bool](viewer, fmt.Sprintf(`(() => {
			window.shown = 0;
			const look = () => {
				for (const a of document.querySelectorAll("#alerts a.t")) if (a.textContent.includes(%q)) window.shown ||= Date.now();
			};
			new MutationObserver(look).observe(document.body, {childList: true, subtree: true});
			return true;
		})()`, tenant))
		must(t, w.dir, "", "run", "statistical")
		a := w.raised(t, tenant)
		viewer.wait("the new alert", `window.shown > 0`)
		viewer.unreloaded()
		created, err := time.Parse(time.RFC3339, a.CreatedAt)
		if err != nil {
			t.Fatal(err)
		}
		took := time.UnixMilli(eval[int64](viewer, `window.shown`)).Sub(created)
		t.Logf("alert %d was on the board %v after it was raised", a.ID, took.Round(time.Millisecond))
		if took > time.Second {
			t.Errorf("alert %d took %v, want a second at most", a.ID, took)
		}
	}
}

// heldList: while the pointer is in the list nothing moves under it; new alerts wait behind a button.
func (w *world) heldList(t *testing.T) {
	operator := w.person(t, "operator")
	operator.live()
	eval[int](operator, `[...document.querySelectorAll("#alerts details")].map(d => d.open = true).length`)
	at := eval[[]float64](operator, `(() => { const r = document.querySelector("#alerts li .chg").getBoundingClientRect(); return [r.x + 5, r.y + 5]; })()`)
	operator.do(chromedp.MouseEvent("mouseMoved", at[0], at[1]))
	order := `[...document.querySelectorAll("#alerts li")].map(e => e.id + " " + Math.round(e.getBoundingClientRect().top)).join()`
	before := eval[string](operator, order)
	eval[int](operator, `document.getElementById("board-tally").old = 1`)
	a := w.raise(t, "e2e-held")
	operator.wait("the button that lets new alerts in", `!document.getElementById("alerts-new").hidden`)
	operator.wait("the new tallies above the list", `document.getElementById("board-tally").old !== 1`)
	if after := eval[string](operator, order); after != before {
		t.Errorf("rows moved under the pointer:\n%s\n%s", before, after)
	}
	operator.do(chromedp.MouseEvent("mouseMoved", 2, 2))
	operator.wait("the new row once the pointer has left", fmt.Sprintf(`!!document.querySelector("#alerts %s")`, a.row()))
}

// linkCut: the server goes away and comes back. The page says so, acts on nothing meanwhile, and
// catches up without a reload on what happened while it was blind.
func (w *world) linkCut(t *testing.T) {
	a := w.raise(t, "e2e-cut")
	operator := w.person(t, "operator")
	operator.live()
	operator.unfold(a)
	operator.mark()
	second := keepsNothing(operator)
	operator.patiently(true)
	if err := w.stop(); err != nil {
		t.Fatal(err)
	}
	offline(second)
	operator.wait("a page that says it is not live", `document.documentElement.hasAttribute("data-stale") && !document.getElementById("link-banner").hidden && document.querySelector("#link b").textContent === "Not live"`)
	if on := eval[int](operator, `document.querySelectorAll("[data-acts]:not([aria-disabled=true])").length`); on != 0 {
		t.Errorf("%d buttons act on old news", on)
	}
	operator.click(a.row() + " button[data-acts]") // nothing comes of it

	w.importJump(t, "e2e-meanwhile") // the commands start the database for themselves
	must(t, w.dir, "", "run", "statistical")
	w.restart(t)
	missed := w.raised(t, "e2e-meanwhile")
	if got := w.alert(t, a.ID); got.Status != a.Status {
		t.Errorf("a button that was off changed the alert to %s", got.Status)
	}
	operator.live()
	second.wait("the board, by itself, where it was offline", `!!document.getElementById("alerts")`)
	operator.wait("a page that is live again", `!document.documentElement.hasAttribute("data-stale") && document.getElementById("link-banner").hidden`)
	operator.do(chromedp.MouseEvent("mouseMoved", 2, 2))
	operator.wait("what happened meanwhile", fmt.Sprintf(`!!document.querySelector("#alerts %s")`, missed.row()))
	operator.unreloaded()
	if off := eval[int](operator, `document.querySelectorAll("[data-acts][aria-disabled=true]").length`); off != 0 {
		t.Errorf("%d buttons are still off", off)
	}
	operator.click(a.row() + " button[data-acts]")
	operator.wait("the acknowledgement", fmt.Sprintf(`document.querySelector("%s .own")?.textContent.includes("operator") === true`, a.row()))
}

// signOut: signing out means out, in every tab of that sign-in, within a second.
func (w *world) signOut(t *testing.T) {
	first := w.person(t, "operator")
	second := first.another()
	second.visit("/")
	other := w.person(t, "operator")
	for _, tb := range []*tab{first, second, other} {
		tb.live()
	}
	begun := time.Now()
	second.patiently(true) // its requests are answered 401 from now on
	first.click("details.who summary")
	first.click("details.who form button")
	first.wait("the sign-in page", `location.pathname === "/login"`)
	until(t, stepWithin, "the other tab's socket closes", func() bool { return !second.open() })
	t.Logf("the other tab's socket was closed %v after the first click of signing out", time.Since(begun).Round(time.Millisecond))
	second.wait("the sign-in page in the other tab", `location.pathname === "/login"`)
	if !other.open() {
		t.Error("signing out closed the socket of another sign-in")
	}
	first.patiently(true)
	first.do(chromedp.NavigateBack())
	if eval[bool](first, `!!document.getElementById("alerts")`) {
		t.Error("the back button shows the alerts again")
	}
	first.wait("the sign-in page on the way back", `location.pathname === "/login"`)
}

// withoutScripts: a page works by plain posts.
func (w *world) withoutScripts(t *testing.T) {
	onBoard, onPage := w.raise(t, "e2e-plain-1"), w.raise(t, "e2e-plain-2")
	tb := w.stranger(t)
	if _, err := chromedp.Call(tb.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	tb.do(chromedp.Navigate(w.url+"/login"),
		chromedp.SendKeys(chromedp.CSS("#name"), "operator"),
		chromedp.SendKeys(chromedp.CSS("#password"), "watching-drift-operator"),
		chromedp.Click(chromedp.CSS("main form button[type=submit]")))
	tb.wait("the board", `!!document.getElementById("board-verdict")`)
	if as := eval[string](tb, `document.querySelector("#link b").textContent`); as != "As of" {
		t.Errorf("a page that nothing keeps up to date says %q", as)
	}
	tb.unfold(onBoard)
	tb.click(onBoard.row() + " button[data-acts]")
	tb.wait("the board again, with who has it", fmt.Sprintf(`location.pathname === "/" && document.querySelector("%s .own")?.textContent.includes("operator") === true`, onBoard.row()))

	tb.visit(fmt.Sprintf("/alerts/%d", onPage.ID))
	form := fmt.Sprintf("#alert-fold-acknowledge-%d", onPage.ID)
	tb.click(form + " summary")
	tb.fill(form+" textarea", "By a plain post.")
	tb.click(form + " form button[type=submit]")
	tb.wait("the page again, with what was done", fmt.Sprintf(`document.querySelector("#alert-timeline-%d")?.innerText.includes("By a plain post.") === true`, onPage.ID))
	for _, a := range []alert{onBoard, onPage} {
		if got := w.alert(t, a.ID); got.Status != "ACKNOWLEDGED" {
			t.Errorf("alert %d: status %s, want ACKNOWLEDGED", a.ID, got.Status)
		}
	}
}

// keyboardAlone: from the top of an alert's page to its acknowledgement by Tab and Enter.
func (w *world) keyboardAlone(t *testing.T) {
	a := w.raise(t, "e2e-keys")
	operator := w.person(t, "operator")
	operator.visit(fmt.Sprintf("/alerts/%d", a.ID))
	operator.live()
	steps := 0
	for ; ; steps++ {
		on := eval[string](operator, `(() => { const e = document.activeElement; return e.closest("form")?.getAttribute("action") ?? ""; })()`)
		if strings.HasSuffix(on, "/acknowledge") {
			break
		}
		if steps == 40 {
			t.Fatal("40 times Tab do not lead to the button that acknowledges")
		}
		operator.do(chromedp.KeyEvent(kb.Tab))
		if steps > 0 {
			seen := eval[bool](operator, `document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle !== "none"`)
			if !seen {
				t.Errorf("the focus cannot be seen: %s", eval[string](operator, `document.activeElement.outerHTML.slice(0, 200)`))
			}
		}
	}
	operator.do(chromedp.KeyEvent(kb.Enter))
	operator.wait("the acknowledgement", fmt.Sprintf(`document.querySelector("#alert-state-%d")?.innerText.includes("operator") === true`, a.ID))
	t.Logf("%d times Tab", steps)
	if got := w.alert(t, a.ID); got.Status != "ACKNOWLEDGED" {
		t.Errorf("status %s, want ACKNOWLEDGED", got.Status)
	}
}

// ownWrites: whoever is sent back to the board after a move sees it there, however soon they come.
func (w *world) ownWrites(t *testing.T) {
	var mine []alert
	for _, tenant := range []string{"e2e-own-1", "e2e-own-2", "e2e-own-3", "e2e-own-4"} {
		w.importJump(t, tenant)
	}
	must(t, w.dir, "", "run", "statistical")
	for _, tenant := range []string{"e2e-own-1", "e2e-own-2", "e2e-own-3", "e2e-own-4"} {
		mine = append(mine, w.raised(t, tenant))
	}
	operator := signedIn(t, w.url, "operator", "watching-drift-operator")
	for _, a := range mine {
		button := fmt.Sprintf(`action="/alerts/%d/acknowledge"`, a.ID)
		until(t, stepWithin, "the alert on the board", func() bool {
			_, body := request(t, operator, http.MethodGet, w.url+"/", "", nil)
			return strings.Contains(string(body), button)
		})
		form := url.Values{"version": {strconv.Itoa(a.Version)}}
		code, body := request(t, operator, http.MethodPost, fmt.Sprintf("%s/alerts/%d/acknowledge", w.url, a.ID), "", form, "Referer", w.url+"/")
		if code != http.StatusOK || !strings.Contains(string(body), `id="alerts"`) || strings.Contains(string(body), button) {
			t.Errorf("alert %d: the board after acknowledging (%d) does not show it", a.ID, code)
		}
	}
}
