package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// phone makes the tab a phone of 390 by 844 points.
func (tb *tab) phone() {
	tb.t.Helper()
	_, err := chromedp.Call(tb.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 390, Height: 844, DeviceScaleFactor: 2, Mobile: true})
	if err == nil {
		_, err = chromedp.Call(tb.ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true})
	}
	if err != nil {
		tb.t.Fatal(err)
	}
}

// smallTargets are what a thumb would miss: controls of less than 44 points that are not words in a sentence.
const smallTargets = `[...document.querySelectorAll("main :is(button, summary, .btn, select, input:not([type=hidden]), textarea)")].filter((e) => e.checkVisibility())
	.map((e) => [e.closest("label")?.getBoundingClientRect() ?? e.getBoundingClientRect(), e]).filter(([r]) => r.width && (r.height < 43.5 || r.width < 43.5))
	.map(([r, e]) => Math.round(r.width) + " × " + Math.round(r.height) + " " + e.outerHTML.slice(0, 120))`

// approvalByThumb: a manager approves a retrain on a phone: what decides stays in reach wherever the page
// is scrolled to, is as large as a thumb, and nothing scrolls sideways.
func (n *night) approvalByThumb(t *testing.T) {
	var r loopRetrain
	if code := send(t, n.url+"/api/v1/models/churn/retrain", n.token, `{"tenant":"echo","reason":"It drifted at night."}`, &r); code != http.StatusCreated {
		t.Fatalf("a retrain was asked for: %d", code)
	}
	manager := n.person(t, "manager")
	manager.phone()
	manager.visit(fmt.Sprintf("/retrains/%d", r.ID))
	manager.live()
	for _, to := range []string{"0", "document.body.scrollHeight / 2", "document.body.scrollHeight"} {
		eval[int](manager, fmt.Sprintf(`(scrollTo(0, %s), 1)`, to))
		for _, move := range []string{"approve", "reject"} {
			seen := fmt.Sprintf(`(() => { const e = document.getElementById("retrain-%s-%d"), r = e.getBoundingClientRect();
				return r.top >= 0 && r.bottom <= innerHeight && r.left >= 0 && r.right <= innerWidth && r.height >= 44 && document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2)?.closest("button") === e; })()`, move, r.ID)
			if !eval[bool](manager, seen) {
				t.Errorf("scrolled to %s, %s is out of a thumb's reach", to, move)
			}
		}
	}
	if wide := eval[int](manager, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
		t.Errorf("the page scrolls sideways by %d", wide)
	}
	for _, small := range eval[[]string](manager, smallTargets) {
		t.Errorf("too small for a thumb: %s", small)
	}
	covered := fmt.Sprintf(`(() => { scrollTo(0, document.body.scrollHeight); const main = document.getElementById("main"), last = [...main.querySelectorAll("li, p, h3")].filter((e) => e.checkVisibility()).pop();
		return last.getBoundingClientRect().bottom > document.getElementById("retrain-approve-%d").getBoundingClientRect().top; })()`, r.ID)
	if eval[bool](manager, covered) {
		t.Error("the bar covers the end of the page")
	}
	approve := fmt.Sprintf("#retrain-approve-%d", r.ID)
	manager.click(approve) // without a reason: the browser leads to the field
	manager.wait("the field for the reason", fmt.Sprintf(`document.activeElement.id === "retrain-reason-%d"`, r.ID))
	manager.fill(fmt.Sprintf("#retrain-reason-%d", r.ID), "By thumb.")
	manager.click(approve)
	manager.wait("what the manager did", `document.querySelector("main [role=status]")?.textContent.includes("You approved it") === true`)
	code, body := get(t, fmt.Sprintf("%s/api/v1/retrains/%d", n.url, r.ID), n.token)
	if err := json.Unmarshal(body, &r); err != nil || code != http.StatusOK || r.ApprovedBy != "manager" {
		t.Errorf("approved by %q (%d, %v)", r.ApprovedBy, code, err)
	}
}
