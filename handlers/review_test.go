package handlers_test

import (
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// reviewPaths are the three reviews, each with the name of its field.
var reviewPaths = map[string]string{"/reviews": "day", "/reviews/weekly": "week", "/reviews/monthly": "month"}

// TestReviewsOfNothing: where nothing has happened, the pages say so in words.
func TestReviewsOfNothing(t *testing.T) {
	h := newPages(t)
	for path, says := range map[string][]string{
		"/reviews": {"Nothing was raised.", "Nothing waits to be acknowledged.", "There are no metrics of", "There is no model yet."},
		"/reviews/weekly": {
			"No model has metrics of this week.", "No retrain was proposed, decided or ended this week.", "No model was rolled back this week",
			"Nobody has ever tried it here", "No model of yours was ever rolled back.", "so there is no rate of success", "switched off",
		},
		"/reviews/monthly": {"No model has metrics of this month.", "No drift alert was raised this month.", "No model was rolled back in quarter", "Nothing to judge: there was no model yet", "No retrain was decided."},
	} {
		for _, role := range []drift.Role{drift.RoleViewer, drift.RoleOperator, drift.RoleManager, drift.RoleAdmin} {
			a := h.get(path, asBrowser, h.as(role))
			a.isPage(t, 200, path)
			for _, want := range append(says, `href="/reviews" data-go="v" aria-current="page"`) {
				if !strings.Contains(html.UnescapeString(a.body), want) {
					t.Errorf("%s as %s does not say %q", path, role, want)
				}
			}
		}
	}
}

// TestReviewsOfWhatHappened: what the checks found stands in the reviews, with links to it, and the API
// has the same numbers.
func TestReviewsOfWhatHappened(t *testing.T) {
	h := newPages(t)
	h.seed("acme", "globex")
	h.set(time.Now())
	who := h.as(drift.RoleOperator)
	a := h.get("/reviews", asBrowser, who)
	a.isPage(t, 200, "morning")
	for _, tenant := range []string{"acme", "globex"} {
		for _, kind := range []drift.DriftType{drift.Statistical, drift.Performance} {
			if want := fmt.Sprintf(`href="/alerts/%d"`, h.alert(tenant, kind)); strings.Count(a.body, want) < 4 {
				t.Errorf("the alert %s does not stand under what was raised and what waits, each with its link to acknowledge", want)
			}
		}
		if !strings.Contains(a.body, `href="/models/`+tenant+`/fraud_detector"`) {
			t.Errorf("no link to the model of %s", tenant)
		}
	}
	for _, want := range []string{"degraded</span>", "2 of 2\u00a0rows of metrics of yesterday degraded", "Acknowledge<span", "by a run outside the schedule", "Both checks of the day judged 2"} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the morning does not say %q", want)
		}
	}
	if b := h.get("/reviews", asBrowser, h.as(drift.RoleViewer)).body; strings.Contains(b, "Acknowledge<span") {
		t.Error("a viewer is offered to acknowledge")
	}
	one := h.as(drift.RoleOperator, h.globex)
	for path := range reviewPaths {
		if b := h.get(path, asBrowser, one).body; strings.Contains(b, "acme") {
			t.Errorf("%s shows acme to somebody of globex", path)
		}
	}
	week := h.get("/reviews/weekly?week="+drift.WeekOf(drift.DateOf(time.Now())-1).Week(), asBrowser, who)
	week.isPage(t, 200, "weekly")
	for _, want := range []string{"Accuracy by day of acme fraud_detector: between", "2 of 2\u00a0models consistently degraded", "of 7\u00a0judged days"} {
		if !strings.Contains(week.body, want) {
			t.Errorf("the week does not say %q", want)
		}
	}
	month := h.get("/reviews/monthly?month="+drift.MonthOf(drift.DateOf(time.Now())).Month(), asBrowser, who)
	month.isPage(t, 200, "monthly")
	for _, want := range []string{"Target not met", "1\u00a0of 2 targets is not met", "HIGH and CRITICAL", "0 of 2\u00a0models met the target", "Target met"} {
		if !strings.Contains(month.body, want) {
			t.Errorf("the month does not say %q", want)
		}
	}
	h.sameByAPI()
}

// sameByAPI holds the API's reviews against the store's.
func (h *pageHouse) sameByAPI() {
	h.t.Helper()
	var morning struct {
		Overnight int
		Raised    struct{ Total int }
		Metrics   struct {
			Total int
			Items []struct {
				IsDegraded bool `json:"is_degraded"`
			}
		}
		Jobs []struct{ Job, State string }
	}
	a := h.do("GET", "/api/v1/reviews/morning", "", h.as(drift.RoleViewer))
	if err := json.Unmarshal([]byte(a.body), &morning); err != nil || a.status != 200 {
		h.t.Fatalf("%d %v %.300s", a.status, err, a.body)
	}
	if morning.Overnight != 4 || morning.Raised.Total != 4 || morning.Metrics.Total != 2 || !morning.Metrics.Items[0].IsDegraded || len(morning.Jobs) != 4 {
		h.t.Errorf("%+v", morning)
	}
	for kind, want := range map[string]string{"weekly": `"success"`, "monthly": `"alerts_target_met":true`} {
		if a := h.do("GET", "/api/v1/reviews/"+kind, "", h.as(drift.RoleViewer)); a.status != 200 || kind == "monthly" && !strings.Contains(a.body, `"alerts_target_met"`) {
			h.t.Errorf("%s: %d, want %s: %.200s", kind, a.status, want, a.body)
		}
	}
	for path, status := range map[string]int{
		"morning?day=2026-13-01": 422, "weekly?week=1": 422, "monthly?month=x": 422, "morning?week=2026-W01": 422, "daily": 404,
	} {
		if a := h.do("GET", "/api/v1/reviews/"+path, "", h.as(drift.RoleViewer)); a.status != status {
			h.t.Errorf("%s: %d, want %d", path, a.status, status)
		}
	}
	if a := h.do("GET", "/api/v1/reviews/morning", "", h.as(drift.RoleIngest)); a.status != 403 {
		h.t.Errorf("ingest reads a review: %d", a.status)
	}
}

// TestReviewsOfOtherTimes: every day, week and month has its address; what is none is refused in words.
func TestReviewsOfOtherTimes(t *testing.T) {
	h := newPages(t)
	who := h.as(drift.RoleViewer)
	today := drift.DateOf(time.Now())
	for query, says := range map[string]string{
		"/reviews?day=2024-02-29": "29 Feb 2024", "/reviews?day=1970-01-01": "1 Jan 1970", "/reviews?day=" + today.String(): `value="` + today.String() + `"`,
		"/reviews/weekly?week=2020-W53": "2020-W53, 28 Dec 2020\u00a0– 3 Jan 2021", "/reviews/weekly?week=" + drift.WeekOf(today).Week(): "It is not over",
		"/reviews/monthly?month=2025-02": "February 2025", "/reviews/monthly?month=" + drift.MonthOf(today).Month(): "It is not over",
	} {
		a := h.get(query, asBrowser, who)
		a.isPage(t, 200, query)
		if !strings.Contains(a.body, says) {
			t.Errorf("%s does not say %q", query, says)
		}
	}
	bad := []string{"x", "2026", "9999-12-31", "9999-W10", "9999-12", "0001-01-01", "0001-W01", "0001-01", strings.Repeat("9", 300), "%00", "%ff", script}
	for path, field := range reviewPaths {
		for _, v := range bad {
			a := h.get(path+"?"+field+"="+strings.NewReplacer("<", "%3C", ">", "%3E", `"`, "%22").Replace(v), asBrowser, who)
			a.isPage(t, 422, path+" "+v)
		}
	}
}

// TestRehearsalByForm: a manager's button exercises the rollback and shows what came of it; everybody
// else is told who may.
func TestRehearsalByForm(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	for _, role := range []drift.Role{drift.RoleViewer, drift.RoleOperator} {
		body := h.get("/reviews/weekly", asBrowser, h.as(role)).body
		if strings.Contains(body, `action="/reviews/rehearse"`) || !strings.Contains(body, "Your role may not rehearse a rollback. A manager can.") {
			t.Errorf("%s is offered the rehearsal, or not told who may", role)
		}
		h.post("/reviews/rehearse", "", asBrowser, h.as(role)).isPage(t, 403, role.String())
		if a := h.do("POST", "/api/v1/rollback-rehearsals", "", h.as(role)); a.status != 403 {
			t.Errorf("API as %s: %d", role, a.status)
		}
	}
	manager := h.as(drift.RoleManager, h.globex)
	if a := h.post("/reviews/rehearse", "", asBrowser, manager, "Origin: https://evil.example"); a.status != 403 {
		t.Errorf("a form of another site: %d", a.status)
	}
	if n := h.count(`SELECT count(*) FROM rollback_rehearsal`); n != 0 {
		t.Fatalf("%d rehearsals before one was held", n)
	}
	a := h.post("/reviews/rehearse", "", asBrowser, manager)
	if a.status != 303 || a.header.Get("Location") != "/reviews/weekly#proof" {
		t.Fatalf("%d to %q", a.status, a.header.Get("Location"))
	}
	page := h.get("/reviews/weekly", asBrowser, manager)
	page.isPage(t, 200, "after")
	for _, want := range []string{"It works: every step of the last rehearsal passed", "The rehearsal passed: 10 steps", "Only one may be active", "Taking it all back"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if _, err := h.db.Pool().Exec(t.Context(), `DROP INDEX ml_model_version_one_active`); err != nil {
		t.Fatal(err)
	}
	var said struct {
		Passed bool
		Steps  []struct{ Name, State string }
	}
	answer := h.do("POST", "/api/v1/rollback-rehearsals", "", h.as(drift.RoleManager))
	if err := json.Unmarshal([]byte(answer.body), &said); err != nil || answer.status != 200 || said.Passed || said.Steps[2].State != "failed" {
		t.Fatalf("%d %v %.400s", answer.status, err, answer.body)
	}
	other := h.as(drift.RoleManager)
	h.post("/reviews/rehearse", "", asBrowser, other)
	page = h.get("/reviews/weekly", asBrowser, other)
	page.isPage(t, 200, "broken")
	for _, want := range []string{"The last rehearsal of a rollback failed", `role="alert"`, "its unique index is gone", "Not run, because a step before it failed.", `action="/reviews/rehearse"`} {
		if !strings.Contains(page.body, want) {
			t.Errorf("of what is broken the page does not say %q", want)
		}
	}
	if n := h.count(`SELECT count(*) FROM tenant WHERE name LIKE 'rollback rehearsal%'`); n != 0 {
		t.Errorf("%d shadows are left", n)
	}
}
