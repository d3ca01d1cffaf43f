package main_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// loopRetrain is a retrain as a program reads it.
type loopRetrain struct {
	ID               int64
	Version          int
	State            string
	AlertID          int64  `json:"alert_id"`
	ApprovedBy       string `json:"approved_by"`
	ParentVersion    string `json:"parent_version"`
	CandidateVersion string `json:"candidate_version"`
	Timeline         []struct{ Actor, Move, Note string }
}

func (w *world) retrain(t *testing.T, path string) (r loopRetrain) {
	t.Helper()
	if err := json.Unmarshal(w.api(t, path), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// waiting is the demo's retrain that waits for a manager, because its drift is CRITICAL.
func (w *world) waiting(t *testing.T) loopRetrain {
	t.Helper()
	var list struct{ Items []loopRetrain }
	if err := json.Unmarshal(w.api(t, "/api/v1/retrains?state=waiting_approval&tenant=harbour-freight&model_type=fraud_detector"), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Items) != 1 || list.Items[0].AlertID == 0 {
		t.Fatalf("%d retrains wait for approval, want one of an alert: %+v", len(list.Items), list.Items)
	}
	return list.Items[0]
}

func (w *world) active(t *testing.T) string {
	t.Helper()
	var a struct{ Version string }
	if err := json.Unmarshal(w.api(t, "/api/v1/models/fraud_detector/active?tenant=harbour-freight"), &a); err != nil {
		t.Fatal(err)
	}
	return a.Version
}

// closes carries a CRITICAL alert to its end in browsers: an operator acknowledges it and may not approve
// its retrain, a manager approves, a viewer watches it train and go live, the manager rolls it back.
func (w *world) closes(t *testing.T) {
	r := w.waiting(t)
	page := fmt.Sprintf("/retrains/%d", r.ID)
	operator, manager, viewer := w.person(t, "operator"), w.person(t, "manager"), w.person(t, "viewer")
	viewer.visit(page)
	viewer.live()
	viewer.mark()
	w.noteStates(viewer, r.ID)

	w.acknowledgeCritical(t, operator, r.AlertID)
	w.mayNotApprove(t, operator, r)

	manager.visit(page)
	manager.live()
	manager.fill(fmt.Sprintf("#retrain-reason-%d", r.ID), "The new terminals are here to stay.")
	manager.click(fmt.Sprintf("#retrain-approve-%d", r.ID))
	manager.wait("what the manager did", `document.querySelector("main [role=status]")?.textContent.includes("You approved it") === true`)
	viewer.waitFor("the new version serves, seen live", time.Minute, fmt.Sprintf(`document.querySelector("#retrain-state-%d")?.innerText.includes("serves a new version") === true`, r.ID))
	viewer.unreloaded()
	if seen := eval[[]string](viewer, `window.seen`); !slices.ContainsFunc(seen, func(s string) bool { return strings.Contains(s, "is being trained") }) {
		t.Errorf("the viewer did not see it train: %q", seen)
	} else {
		t.Logf("the viewer saw: %q", seen)
	}
	live := w.retrain(t, "/api/v1"+page)
	if live.State != "watching" || live.ApprovedBy != "manager" || live.CandidateVersion == "" || w.active(t) != live.CandidateVersion {
		t.Fatalf("after its activation %q serves: %+v", w.active(t), live)
	}

	w.rollBackInBrowser(t, manager, live)
	viewer.wait("the rollback, seen live", fmt.Sprintf(`document.querySelector("#retrain-state-%d")?.innerText.includes("was rolled back") === true`, r.ID))
	viewer.unreloaded()
	if got := w.active(t); got != r.ParentVersion {
		t.Errorf("after the rollback %q serves, want %q", got, r.ParentVersion)
	}
	w.loopWasRecorded(t, viewer, r)
}

// noteStates writes down each state of a retrain that the page shows.
func (w *world) noteStates(tb *tab, id int64) {
	tb.t.Helper()
	eval[bool](tb, fmt.Sprintf(`(() => {
		window.seen = [];
		const look = () => {
			const now = document.querySelector("#retrain-state-%d h1")?.textContent;
			if (now && now !== window.seen.at(-1)) window.seen.push(now);
		};
		look();
		new MutationObserver(look).observe(document.body, {childList: true, subtree: true, characterData: true});
		return true;
	})()`, id))
}

func (w *world) acknowledgeCritical(t *testing.T, operator *tab, id int64) {
	t.Helper()
	if a := w.alert(t, id); a.Severity != "CRITICAL" {
		t.Fatalf("alert %d is %s, want CRITICAL", id, a.Severity)
	}
	operator.visit(fmt.Sprintf("/alerts/%d", id))
	operator.live()
	form := fmt.Sprintf("#alert-fold-acknowledge-%d", id)
	operator.click(form + " summary")
	operator.fill(form+" textarea", "A manager has to decide about the retrain.")
	operator.click(form + " form button[type=submit]")
	operator.wait("the acknowledgement", `document.querySelector("main [role=status]")?.textContent.toLowerCase().includes("acknowledged") === true`)
}

// mayNotApprove: the page says so instead of offering a button, and the server refuses with the reason.
func (w *world) mayNotApprove(t *testing.T, operator *tab, r loopRetrain) {
	t.Helper()
	operator.visit(fmt.Sprintf("/retrains/%d", r.ID))
	operator.live()
	actions := eval[string](operator, fmt.Sprintf(`document.querySelector("#retrain-actions-%d").innerText`, r.ID))
	if !strings.Contains(actions, "A manager can.") {
		t.Errorf("the operator is told %q", actions)
	}
	operator.patiently(true)
	refused := eval[string](operator, fmt.Sprintf(`(() => {
		const ask = new XMLHttpRequest();
		ask.open("POST", "/retrains/%d/approve", false);
		ask.setRequestHeader("Content-Type", "application/x-www-form-urlencoded");
		ask.setRequestHeader("Accept", "text/html");
		ask.send("version=%d&reason=me");
		return ask.status + " " + ask.responseText;
	})()`, r.ID, r.Version))
	operator.patiently(false)
	_, alert, _ := strings.Cut(refused, `role="alert"`)
	alert, _, _ = strings.Cut(alert, "</div>")
	if !strings.HasPrefix(refused, "403 ") || !strings.Contains(alert, "Your role may not approve a retrain. A manager can.") {
		t.Errorf("the operator's approval: %.4s, %q", refused, alert)
	}
	if now := w.retrain(t, fmt.Sprintf("/api/v1/retrains/%d", r.ID)); now.State != "waiting_approval" || now.Version != r.Version {
		t.Fatalf("an approval that was refused left %+v", now)
	}
}

func (w *world) rollBackInBrowser(t *testing.T, manager *tab, r loopRetrain) {
	t.Helper()
	manager.wait("the way to roll back", fmt.Sprintf(`!!document.querySelector("a#retrain-rollback-%d")`, r.ID))
	manager.click(fmt.Sprintf("a#retrain-rollback-%d", r.ID))
	manager.wait("what would change", `location.pathname.startsWith("/models/") && document.querySelector("main").innerText.includes("Versions that served")`)
	manager.fill("#reason", "More chargebacks since noon.")
	manager.fill("#confirm", "fraud_detector")
	manager.click("main form button.d")
	manager.wait("what the manager did", `document.querySelector("main [role=status]")?.textContent.includes("You rolled back from version") === true`)
}

// loopWasRecorded: the retrain's timeline, the alert's and the audit tell the whole story.
func (w *world) loopWasRecorded(t *testing.T, viewer *tab, r loopRetrain) {
	t.Helper()
	var moves []string
	for _, e := range w.retrain(t, fmt.Sprintf("/api/v1/retrains/%d", r.ID)).Timeline {
		moves = append(moves, e.Actor+" "+e.Move)
	}
	for _, want := range []string{"manager approve", "manager roll_back"} {
		if !slices.Contains(moves, want) {
			t.Errorf("the timeline %q lacks %q", moves, want)
		}
	}
	viewer.wait("both reasons in the timeline", fmt.Sprintf(`["here to stay", "More chargebacks"].every(s => document.querySelector("#retrain-timeline-%d").innerText.includes(s))`, r.ID))
	admin := signedIn(t, w.url, "admin", "watching-drift-admin")
	_, body := request(t, admin, http.MethodGet, w.url+"/audit", "", nil)
	for _, want := range []string{"here to stay", "More chargebacks", "A manager has to decide"} {
		if !strings.Contains(string(body), want) {
			t.Errorf("the audit page does not hold %q", want)
		}
	}
	t.Logf("audit verify: %s", strings.TrimSpace(must(t, w.dir, "", "audit", "verify")))
}
