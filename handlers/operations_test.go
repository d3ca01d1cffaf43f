package handlers_test

import (
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// TestOperations holds the four jobs against the schedule's rows, and runs a failed one again.
func TestOperations(t *testing.T) {
	h := newPages(t)
	h.logSteady()
	today := drift.DateOf(time.Now())
	midday := today.Time().Add(12 * time.Hour)
	h.set(midday)
	h.exec(`INSERT INTO installation (first_start) VALUES ($1)`, midday.AddDate(0, 0, -5))
	slot := func(job drift.JobName) time.Time {
		for i, j := range drift.DailyJobs {
			if j == job {
				return today.Time().Add(time.Duration(i+1) * time.Hour)
			}
		}
		return time.Time{}
	}
	write := func(job drift.JobName, state, covered, reason string) {
		at := slot(job)
		h.exec(`INSERT INTO schedule_run (name, slot, state, attempt, server, queued_at, started_at, finished_at, covered, error)
			VALUES ($1, $2, $3, 3, 'one', $2, $2, $4, $5, $6)`, string(job), at, state, at.Add(21*time.Second), covered, reason)
	}
	write(drift.JobOutcomes, "done", `{"matched": 31204, "waiting": 612}`, "")
	write(drift.JobMetrics, "done", `{"days": 5, "judged": 4}`, "")
	write(drift.JobStatistical, "failed", `{"models": 38, "judged": 11}`, "The database has no room left on its disk.")
	write(drift.JobPerformance, "done", `{"models": 38, "judged": 33, "insufficient": 5}`, "")
	h.exec(`INSERT INTO server (name, started_at, seen_at, browsers, clock_offset_ms) VALUES ('one', now(), now(), 41, 95000)`)
	page := func(role drift.Role) string {
		a := h.get("/operations", asBrowser, h.as(role))
		a.isPage(t, 200, "operations")
		return strings.ReplaceAll(a.body, "\u00a0", " ")
	}
	body := page(drift.RoleManager)
	for _, want := range []string{
		"The job Statistical drift of " + today.String() + " failed", "The database has no room left on its disk. (after 3 tries)",
		"31,204 matched, 612 wait in the inbox", "5 days of metrics, 4 with outcomes", "33 of 38 versions judged; 5 with too little data",
		"21 s", "3 of 4 checks ran today", `action="/operations/jobs/statistical/run"`, `name="date" value="` + today.String() + `"`,
		"runs jobs", "+95.0 s", "41", "a test&#39;s", "predictions",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if operator := page(drift.RoleOperator); strings.Contains(operator, "/run") || !strings.Contains(operator, "A manager can.") {
		t.Error("an operator is offered to run a job, or is not told who can")
	}
	// An open page asks for what moves: without the shell, every part by an id that the page has.
	if !strings.Contains(body, `data-url="/operations?part=summary"`) {
		t.Error("an open page never asks how things stand now")
	}
	part := h.get("/operations?part=summary", asBrowser, h.as(drift.RoleManager))
	if part.status != 200 || strings.Contains(part.body, "<html") {
		t.Errorf("the moving part: %d, or with the shell", part.status)
	}
	for _, id := range []string{"state", "jobs", "feeds", "backlog", "servers"} {
		if want := `id="operations-` + id + `" data-part`; !strings.Contains(part.body, want) || !strings.Contains(body, want) {
			t.Errorf("%s is not kept up to date", want)
		}
	}
	manager, form := h.as(drift.RoleManager), "date="+today.String()
	a := h.post("/operations/jobs/statistical/run", form, asBrowser, manager)
	if a.status != 303 || a.header.Get("Location") != "/operations" {
		t.Fatalf("run again: %d to %q", a.status, a.header.Get("Location"))
	}
	if want := "statistical " + slot(drift.JobStatistical).Format(time.RFC3339); len(h.runs.asked) != 1 || h.runs.asked[0] != want {
		t.Errorf("the queue was asked for %v, want %s", h.runs.asked, want)
	}
	if body := h.get(a.header.Get("Location"), asBrowser, manager).body; !strings.Contains(body, "Statistical drift is queued") {
		t.Error("the page does not say that it is queued")
	}
	if body := h.get("/operations?queued=statistical", asBrowser, manager).body; strings.Contains(body, "Statistical drift is queued") {
		t.Error("a link makes the page say what nobody did")
	}
	h.runs.err = &drift.Error{Code: drift.CodeConflict, Message: "That run did not fail, or somebody has started it again already."}
	h.post("/operations/jobs/statistical/run", form, asBrowser, manager).isPage(t, 409, "started again already")
	h.post("/operations/jobs/statistical/run", form, asScript, manager).problem(t, 409, drift.CodeConflict, "")
	h.post("/operations/jobs/watch/run", form, asBrowser, manager).isPage(t, 404, "no daily job")
	h.post("/operations/jobs/metrics/run", "date=x", asBrowser, manager).isPage(t, 422, "no date")
	h.post("/operations/jobs/metrics/run", form, asBrowser, h.as(drift.RoleOperator)).isPage(t, 403, "an operator")
}

// TestBrokenAudit shows a changed audit log as such.
func TestBrokenAudit(t *testing.T) {
	h := newPages(t)
	h.user("ann", drift.RoleAdmin)
	who := h.as(drift.RoleViewer)
	a := h.get("/audit", asBrowser, who)
	a.isPage(t, 200, "audit")
	if !strings.Contains(a.body, "The audit log is whole") || !strings.Contains(a.body, "added user ann") {
		t.Errorf("a whole log is not shown as such: %.900s", a.body)
	}
	h.exec(`UPDATE audit_log SET actor = 'eve' WHERE seq = 2`)
	h.set(h.clock.Load().Add(2 * time.Minute))
	a = h.get("/audit", asBrowser, who)
	a.isPage(t, 200, "audit")
	if !strings.Contains(a.body, "The audit log has been changed") {
		t.Error("a changed log is not shown as such")
	}
}

// TestAway answers plainly while the database is away.
func TestAway(t *testing.T) {
	h := newPages(t)
	who := h.as(drift.RoleViewer)
	h.get("/", asBrowser, who).isPage(t, 200, "before")
	h.exec(`ALTER TABLE ml_drift_report RENAME TO gone`)
	a := h.get("/models", asBrowser, who)
	a.isPage(t, 500, "a broken database")
	for _, never := range []string{"SQLSTATE", "relation", "ml_drift_report", "goroutine"} {
		if strings.Contains(a.body, never) {
			t.Errorf("the page tells %q", never)
		}
	}
	if !strings.Contains(a.body, "The server made a mistake") || !strings.Contains(a.body, "request <code>") {
		t.Error("the page does not say what happened, or what to give on")
	}
	h.get("/models", asScript, who).problem(t, 500, drift.CodeInternal, "")
}
