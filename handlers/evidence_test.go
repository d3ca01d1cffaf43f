package handlers_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// TestWhatCannotBeJudged shows alerts and models of which little is known.
func TestWhatCannotBeJudged(t *testing.T) {
	h := newPages(t)
	today := drift.DateOf(time.Now())
	var rows strings.Builder
	for ago := 3; ago >= 1; ago-- {
		for i := range 5 {
			fmt.Fprintln(&rows, logRow("acme", fmt.Sprint(ago, "-", i), today.Add(-ago).Time().Add(time.Duration(i)*time.Hour), float64(i)/5))
		}
	}
	if a := h.do("POST", "/api/v1/predictions", rows.String(), h.as(drift.RoleIngest)); a.status != 200 {
		t.Fatalf("log: %d %s", a.status, a.body)
	}
	who := h.as(drift.RoleOperator)
	says := func(path string, want ...string) {
		t.Helper()
		a := h.get(path, asBrowser, who)
		a.isPage(t, 200, path)
		text := strings.ReplaceAll(a.body, "\u00a0", " ")
		for _, w := range want {
			if !strings.Contains(text, w) {
				_, h1, _ := strings.Cut(text, "<h1>")
				t.Errorf("%s does not say %q: %.700s", path, w, h1)
			}
		}
	}
	says("/models", "No model yet")
	for _, job := range drift.DailyJobs {
		if _, err := h.engine.RunJob(t.Context(), job, today); err != nil {
			t.Fatal(err)
		}
	}
	says("/", "No alert is open, but 1 of 1 model cannot be judged")
	says("/models", "too young: judged from", "not judged")
	says("/models/acme/fraud_detector", "too young: judged from", "too little data", "No day in this span")
	says("/operations", "0 of 1 version judged; 1 with too little data, by a backfill", "predictions", "a test&#39;s")

	h.alerts(1, "ML_MONITORING_BLIND", "HIGH", 0)
	h.exec(`UPDATE noc_alert_event SET metadata = '{"metrics": {"parts": {"outcomes": "None came."}}}', team = 'NOC', status = 'ESCALATED'`)
	id := h.count(`SELECT max(id) FROM noc_alert_event`)
	says(fmt.Sprintf("/alerts/%d", id), "acme fraud_detector: its feed has gone silent", "None came.", "Predictions came in", "15 rows in all",
		"Nothing is inferred from the silence", "It was escalated to NOC and waits there for somebody to take it.", "Without outcome")
	says("/?severity=blind", "A feed is silent", `<li class="al"`)
	h.get(fmt.Sprintf("/alerts/%d/recent.csv", id), asBrowser, who).isPage(t, 404, "samples of a blind alert")

	h.alerts(1, "ML_ROLLBACK", "CRITICAL", 9)
	h.bump()
	says("/", "Rolled back", "v1")
	says(fmt.Sprintf("/alerts/%d", id+1), "version v1 was rolled back")
}

// TestOldLog: the page of a log of long ago ends where it does and shows what was measured there, and
// no page says that no check has run where one has.
func TestOldLog(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	last := drift.DateOf(*h.clock.Load())
	h.set(h.clock.Load().AddDate(2, 0, 0))
	ann, _ := h.user("ann", drift.RoleViewer)
	day := last.Time().Format("2 Jan 2006")
	page := h.get("/models/acme/fraud_detector", asBrowser, ann).body
	if !strings.Contains(page, "It is an old log: nothing is shown after "+day) {
		t.Error("the page does not say where it ends")
	}
	list := h.get("/models", asBrowser, ann).body
	if !strings.Contains(list, "not checked since "+day) {
		t.Error("the list does not say when it was last checked")
	}
	for where, body := range map[string]string{"page": page, "list": list} {
		for _, never := range []string{"o check has run yet", "no check yet", "No day in this span"} {
			if strings.Contains(body, never) {
				t.Errorf("the %s says %q beside a check", where, never)
			}
		}
	}
}
