package main_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
)

// nightModels and nightTenants are eight causes of five alerts each.
var (
	nightModels  = []string{"fraud_detector", "conflict_predictor", "churn", "dispute", "refund", "queue", "late", "spam"}
	nightTenants = []string{"aurora", "borealis", "cirrus", "delta", "echo"}
	retrained    = [2]string{"echo", "churn"} // its outcomes are known, so that it can be
)

// night is 03:10: an installation with forty alerts of eight causes, and those who are on duty.
type night struct {
	*world
	db *store.DB
}

func newNight(t *testing.T) *night {
	t.Helper()
	s := serve(t, freshDir(t), anyPort)
	n := &night{world: &world{server: s, t: t}}
	for _, m := range nightModels[2:] {
		must(t, s.dir, "", "model", "add", m)
	}
	for name, role := range map[string]string{"operator": "operator", "second": "operator", "third": "operator", "manager": "manager", "admin": "admin"} {
		must(t, s.dir, "watching-drift-"+name, "user", "add", name, "--role", role, "--password-stdin")
	}
	n.token = strings.TrimSpace(must(t, s.dir, "", "token", "add", "e2e", "--role", "operator"))
	var rows strings.Builder
	rows.WriteString("prediction_id,tenant,model_type,model_version,created_at,score,predicted,actual\n")
	midnight := time.Now().UTC().Truncate(24 * time.Hour)
	for _, tenant := range nightTenants {
		for _, model := range nightModels {
			known := tenant == retrained[0] && model == retrained[1]
			for ago := 45; ago >= 1; ago-- {
				for i := range 6 {
					actual := ""
					if known {
						actual = fmt.Sprint(i % 2)
					}
					score := float64(i) / 12
					if ago <= 7 {
						score += 0.5
					}
					at := midnight.AddDate(0, 0, -ago).Add(time.Duration(i) * time.Hour)
					fmt.Fprintf(&rows, "%s-%s-%d-%d,%s,%s,1,%s,%.4f,%d,%s\n", tenant, model, ago, i, tenant, model, at.Format(time.RFC3339), score, i%2, actual)
				}
			}
		}
	}
	must(t, s.dir, rows.String(), "import", "predictions", "--strict", "-")
	must(t, s.dir, "", "run", "statistical")
	db, err := store.Open(t.Context(), strings.TrimSpace(must(t, s.dir, "", "config", "database-url")), store.Options{MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	n.db = db
	return n
}

// drifts are the alerts of the night.
func (n *night) drifts(t *testing.T, filter string) []alert {
	t.Helper()
	return n.alerts(t, "alert_type=ML_DRIFT_DETECTED&limit=100"+filter)
}

// TestNight is one night on duty, each part of it a journey.
func TestNight(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	t.Run("two operators", n.twoOperators)
	t.Run("rights taken away", n.rightsTakenAway)
	t.Run("approval by thumb", n.approvalByThumb)
	t.Run("without a script", n.withoutAScript)
	t.Run("cookies", n.cookiesAreTight)
	t.Run("German", func(t *testing.T) { n.inGerman(t, fewKinds) })
	t.Run("audit", func(t *testing.T) { n.audited(t, fewKinds) })
	t.Run("storm", n.storm) // last: nothing waits for anybody afterwards
}

// keyboard presses keys and counts them.
type keyboard struct {
	*tab
	pressed int
}

func (k *keyboard) press(keys ...string) {
	k.t.Helper()
	for _, key := range keys {
		k.do(chromedp.KeyEvent(key))
		k.pressed++
	}
}

// storm: forty alerts over eight causes, everything triaged by keyboard alone in under 25 presses: five
// causes and then one more acknowledged, one escalated, one resolved.
func (n *night) storm(t *testing.T) {
	left := n.drifts(t, "&status=NEW")
	if len(left) < 30 {
		t.Fatalf("%d alerts wait, want the forty of the night but for those of the journeys before", len(left))
	}
	k := &keyboard{tab: n.person(t, "operator")}
	k.live()
	k.mark()
	const waits = `document.querySelectorAll('#alerts .al[data-s=NEW]').length`
	for cause := range nightModels {
		before := eval[int](k.tab, waits)
		k.press("j")
		switch cause {
		case 5:
			k.press("e")
			k.wait("the button that escalates", `document.activeElement.value === "escalate"`)
			k.press(kb.Enter)
		case 6:
			k.press("r")
			k.wait("the button that resolves", `document.activeElement.value === "resolve"`)
			k.press(kb.Enter)
		default:
			k.press("a")
		}
		k.wait("what was done, on the board", fmt.Sprintf(`%s < %d && document.activeElement !== document.body && document.getElementById("selection").hidden`, waits, before))
	}
	k.wait("that nothing waits", waits+` === 0`)
	k.unreloaded()
	t.Logf("%d alerts of eight causes were triaged with %d presses of a key", len(left), k.pressed)
	if k.pressed >= 25 {
		t.Errorf("%d presses, want under 25", k.pressed)
	}
	count := map[string]int{}
	for _, a := range n.drifts(t, "") {
		count[a.Status]++
	}
	if count["NEW"] > 0 || count["ESCALATED"] == 0 || count["RESOLVED"] == 0 || count["ACKNOWLEDGED"] < 20 {
		t.Errorf("the alerts ended as %v", count)
	}
}

// twoOperators: each sees that the other has the alert open; both acknowledge it in the same instant; one
// has it, and the other is told who.
func (n *night) twoOperators(t *testing.T) {
	a := n.drifts(t, "&status=NEW")[0]
	first, second := n.person(t, "operator"), n.person(t, "second")
	for _, tb := range []*tab{first, second} {
		tb.visit(fmt.Sprintf("/alerts/%d", a.ID))
		tb.live()
	}
	second.wait("who was here before", `document.getElementById("presence").textContent.includes("operator")`)
	eval[bool](first, `document.dispatchEvent(new Event("visibilitychange"))`) // who comes back to the tab; else every 15 s
	first.wait("who came", `document.getElementById("presence").textContent.includes("second")`)

	at := time.Now().Add(700 * time.Millisecond).UnixMilli()
	for _, tb := range []*tab{first, second} {
		tb.patiently(true) // one of them is answered 409
		eval[int](tb, fmt.Sprintf(`(setTimeout(() => document.getElementById("alert-quick-acknowledge-%d").click(), %d - Date.now()), 1)`, a.ID, at))
	}
	for _, tb := range []*tab{first, second} {
		tb.wait("an answer", `!!document.querySelector("main [role=status].note, main [role=status] b, main .conflict, main [role=alert]") || /acknowledged/i.test(document.querySelector("main").innerText)`)
	}
	got := n.alert(t, a.ID)
	if got.Status != "ACKNOWLEDGED" {
		t.Fatalf("status %s, want ACKNOWLEDGED", got.Status)
	}
	winner, moves := "", 0
	for _, e := range got.Timeline {
		if e.Move == "acknowledge" {
			winner, moves = e.Actor, moves+1
		}
	}
	if moves != 1 {
		t.Errorf("it was acknowledged %d times", moves)
	}
	loser := map[string]*tab{"operator": second, "second": first}[winner]
	if loser == nil {
		t.Fatalf("%q has it", winner)
	}
	loser.wait("who has it", fmt.Sprintf(`document.querySelector("main").innerText.includes(%q) && !!document.querySelector("main .conflict, main [role=alert]")`, winner))
	t.Logf("%s was told: %s", map[string]string{"operator": "second", "second": "operator"}[winner], eval[string](loser, `document.querySelector("main .conflict, main [role=alert]").innerText.replaceAll("\n", " ")`))
}

// rightsTakenAway: an operator becomes a viewer while the page is open. The socket closes, the page that
// comes says so, and nothing can be done from it, by a click, by a key or past the page.
func (n *night) rightsTakenAway(t *testing.T) {
	a := n.drifts(t, "&status=NEW")[0]
	tb := n.person(t, "third")
	tb.visit(fmt.Sprintf("/alerts/%d", a.ID))
	tb.live()
	if !eval[bool](tb, `!!document.querySelector("main [data-acts]")`) {
		t.Fatal("an operator can do nothing")
	}
	tb.patiently(true)
	tb.mark()
	people, err := n.db.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	for _, u := range people {
		if u.Name == "third" {
			if err := n.db.SetRights(t.Context(), drift.SystemActor(), u.ID, drift.RoleViewer, true, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	tb.wait("a page that is old", `document.documentElement.hasAttribute("data-stale") || window.unreloaded !== 1`)
	t.Logf("the page was old %v after the role was taken", time.Since(begun).Round(time.Millisecond))
	tb.wait("the page that came instead, which says why", `window.unreloaded !== 1 && document.getElementById("toasts")?.textContent.includes("Your rights have changed")`)
	tb.live()
	if eval[bool](tb, `!!document.querySelector("main [data-acts]:not([aria-disabled=true])")`) {
		t.Error("a viewer is offered acts")
	}
	tb.do(chromedp.KeyEvent("a"))
	status := eval[string](tb, fmt.Sprintf(`(() => { const r = new XMLHttpRequest(); r.open("POST", "/alerts/%d/acknowledge", false);
		r.setRequestHeader("Content-Type", "application/x-www-form-urlencoded"); r.send("version=%d"); return String(r.status); })()`, a.ID, a.Version))
	if got := n.alert(t, a.ID); status != "403" || got.Status != "NEW" {
		t.Errorf("an act of a viewer is answered %s, the alert is %s", status, got.Status)
	}
}
