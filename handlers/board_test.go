package handlers_test

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// TestBoardIsRenderedOncePerChange counts how often the board is read from the database.
func TestBoardIsRenderedOncePerChange(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	h.set(time.Now().Truncate(time.Minute).Add(10 * time.Second))
	ann, _ := h.user("ann", drift.RoleOperator)
	bob, _ := h.user("bob", drift.RoleOperator)
	reads := func(what string, want int64, ask func()) {
		t.Helper()
		before := h.store.boards.Load()
		ask()
		if got := h.store.boards.Load() - before; got != want {
			t.Errorf("%s: the board was read %d times, want %d", what, got, want)
		}
	}
	board := func(path, who string) answer {
		t.Helper()
		a := h.get(path, asBrowser, who)
		a.isPage(t, 200, path)
		return a
	}
	var first answer
	reads("the first reader", 1, func() { first = board("/", ann) })
	reads("the same again", 0, func() { board("/", ann) })
	reads("another person of the same role", 0, func() {
		if a := board("/", bob); !strings.Contains(a.body, "<b>bob</b>") || strings.Contains(a.body, "<b>ann</b>") {
			t.Error("the page of bob is not bob's")
		}
	})
	reads("a manager", 1, func() { board("/", h.as(drift.RoleManager)) })
	reads("an administrator sees what a manager sees", 0, func() { board("/", h.as(drift.RoleAdmin)) })
	reads("another tenant", 1, func() { board("/", h.as(drift.RoleOperator, h.globex)) })
	reads("a filter", 1, func() { board("/?severity=critical&utm=1", ann) })
	reads("the same filter written otherwise", 0, func() { board("/?utm=2&severity=critical", ann) })
	reads("many at once", 1, func() {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() { h.get("/?status=new", asBrowser, ann) })
		}
		wg.Wait()
	})
	reads("nothing changed", 0, func() {
		a := h.get("/", asBrowser, ann, "If-None-Match: "+first.header.Get("ETag"))
		if a.status != 304 || a.body != "" {
			t.Errorf("with the tag: %d, %d bytes", a.status, len(a.body))
		}
		if a := h.get("/", asBrowser, bob, "If-None-Match: "+first.header.Get("ETag")); a.status != 200 {
			t.Errorf("with the tag of somebody else's page: %d", a.status)
		}
	})
	id := h.alert("acme", drift.Statistical)
	form := url.Values{"version": {h.version(id)}}.Encode()
	if a := h.post(fmt.Sprintf("/alerts/%d/acknowledge", id), form, asScript, ann); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	reads("an event", 1, func() {
		a := h.get("/", asBrowser, ann, "If-None-Match: "+first.header.Get("ETag"))
		if a.status != 200 || !strings.Contains(a.body, ">ann<") || first.body == a.body {
			t.Errorf("after the event: %d", a.status)
		}
		if want := fmt.Sprintf(`data-seq="%d"`, h.lastEvent().Seq); !strings.Contains(a.body, want) {
			t.Errorf("the page does not carry %s", want)
		}
	})
	h.set(h.clock.Load().Add(time.Minute))
	reads("a minute later the ages are others", 1, func() { board("/", ann) })
}

// TestBoardSummaryIsTheBoard: the part that is asked for after an event holds the page's own bytes.
func TestBoardSummaryIsTheBoard(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	who := h.as(drift.RoleOperator)
	page, part := h.get("/?tenant=acme", asBrowser, who), h.get("/?part=summary&tenant=acme", asBrowser, who)
	if !strings.Contains(page.body, `data-url="/?part=summary&amp;q=tenant%3Aacme"`) {
		t.Error("the board does not say where its summary is")
	}
	for _, id := range []string{"board-verdict", "board-tally", "alerts-head", "board-health"} {
		_, from, _ := strings.Cut(part.body, `id="`+id+`"`)
		piece, _, _ := strings.Cut(from, "data-part")
		rest, _, _ := strings.Cut(from[len(piece):], `</d`)
		if from == "" || !strings.Contains(page.body, `id="`+id+`"`+piece+rest) {
			t.Errorf("%s of the summary is not the page's", id)
		}
	}
	if part.header.Get("ETag") == "" || h.get("/?part=summary&tenant=acme", asBrowser, who, "If-None-Match: "+part.header.Get("ETag")).status != 304 {
		t.Error("an unchanged summary is sent again")
	}
}

// TestBoardPages goes through more alerts than one page holds: each once, worst first.
func TestBoardPages(t *testing.T) {
	h := newPages(t)
	const each = 110
	for i, severity := range []string{"CRITICAL", "HIGH", "MEDIUM"} {
		h.alerts(each, "ML_DRIFT_DETECTED", severity, i*each)
	}
	h.alerts(each, "ML_MONITORING_BLIND", "HIGH", 3*each)
	who := h.as(drift.RoleViewer)
	var orders []string
	for path := "/"; path != ""; {
		a := h.get(path, asBrowser, who)
		a.isPage(t, 200, path)
		rows := strings.Split(a.body, `<li class="al"`)[1:]
		if len(rows) > 200 {
			t.Fatalf("%d rows on a page", len(rows))
		}
		for _, row := range rows {
			_, o, _ := strings.Cut(row, `data-o="`)
			o, _, _ = strings.Cut(o, `"`)
			orders = append(orders, o)
		}
		_, next, more := strings.Cut(a.body, `<a class="more" rel="next" href="`)
		path = ""
		if more {
			path, _, _ = strings.Cut(strings.ReplaceAll(next, "&amp;", "&"), `"`)
		}
	}
	if len(orders) != 4*each {
		t.Fatalf("%d rows on all pages, want %d", len(orders), 4*each)
	}
	for i := 1; i < len(orders); i++ {
		if orders[i-1] >= orders[i] {
			t.Fatalf("row %d (%s) does not come after %s", i, orders[i], orders[i-1])
		}
	}
}

// alerts writes n open alerts as the owner, so many that checks would take long to raise them.
func (h *pageHouse) alerts(n int, kind, severity string, from int) {
	h.t.Helper()
	_, err := h.db.Pool().Exec(h.t.Context(), `INSERT INTO noc_alert_event (tenant_id, created_at, alert_type, severity, current_severity,
			status, message, recommendation, drift_type, model_type, model_version, dedup_key, reason, check_date, report_id, last_seen, metadata, incident_key)
		SELECT $1, now() - i % 17 * interval '1 hour' - i * interval '1 ms', $2, $3, $3, 'NEW', 'Message of ' || i, 'Look at it.',
			CASE WHEN $2 = 'ML_DRIFT_DETECTED' THEN 'statistical' END, 'fraud_detector', 'v1', 'key:' || ($5 + i),
			CASE WHEN $2 = 'ML_DRIFT_DETECTED' THEN '' ELSE 'feed_silent' END, current_date, 1, now(),
			'{"metrics": {"ks_statistic": 0.359, "p_value": 9.1e-32, "mean_recent": 0.6, "mean_baseline": 0.41}}', 'of its own:' || ($5 + i)
		FROM generate_series(1, $4) i`, h.acme.ID, kind, severity, n, from)
	if err != nil {
		h.t.Fatal(err)
	}
}

// TestBoardStates holds the first sentence against what is true.
func TestBoardStates(t *testing.T) {
	h := newPages(t)
	who := h.as(drift.RoleOperator)
	midday := drift.DateOf(time.Now()).Time().Add(12 * time.Hour)
	says := func(at time.Time, want ...string) {
		t.Helper()
		h.set(at)
		a := h.get("/", asBrowser, who)
		a.isPage(t, 200, "board")
		for _, w := range want {
			if !strings.Contains(strings.ReplaceAll(a.body, "\u00a0", " "), w) {
				_, h1, _ := strings.Cut(a.body, "<h1>")
				t.Fatalf("the board does not say %q: %.900s", w, h1)
			}
		}
	}
	says(midday, "There is no model yet", "driftwatch import predictions")
	h.logSteady()
	says(midday.Add(time.Minute), "No check has run yet", "1 model waits to be judged")
	today := drift.DateOf(midday)
	for _, d := range []drift.Date{today.Add(-1), today} {
		for _, job := range drift.DailyJobs {
			if _, err := h.engine.RunJob(t.Context(), job, d); err != nil {
				t.Fatal(err)
			}
		}
	}
	says(midday.Add(2*time.Minute), "Everything is quiet", "1 of 1 judged")

	// The server has been there for days, and today's slots have come and gone.
	h.exec(`INSERT INTO installation (first_start) VALUES ($1)`, midday.AddDate(0, 0, -5))
	says(midday.Add(3*time.Minute), "No alert is open, but only 2 of 4 checks of today ran")
	for i, job := range drift.DailyJobs {
		slot := today.Time().Add(time.Duration(i+1) * time.Hour)
		h.exec(`INSERT INTO schedule_run (name, slot, state, queued_at, started_at, finished_at, attempt) VALUES ($1, $2, 'done', $2, $2, $2, 1)`, string(job), slot)
	}
	says(midday.Add(4*time.Minute), "Everything is quiet", "4 of 4 ran")
	says(midday.AddDate(0, 0, 1), "No check has run since ", "isblind", "data-blind=")
	h.alerts(1, "ML_DRIFT_DETECTED", "CRITICAL", 0)
	h.bump()
	says(midday.Add(5*time.Minute), "A critical alert is waiting for an owner", "Acknowledge<span")
	// Escalated by itself, it is still before a lesser one that is new.
	h.exec(`UPDATE noc_alert_event SET status = 'ESCALATED', team = 'ml-platform'`)
	h.alerts(1, "ML_DRIFT_DETECTED", "HIGH", 1)
	h.bump()
	says(midday.Add(6*time.Minute), "A critical alert is escalated and nobody has taken it", "It was escalated to ml-platform.", `name="also" value="2:1"`, "Acknowledge 2<span")
	h.exec(`UPDATE noc_alert_event SET status = 'ACKNOWLEDGED', assignee = 'ann'`)
	h.bump()
	says(midday.Add(7*time.Minute), "A critical alert is open, and somebody has it", "ann has it.")
	h.exec(`UPDATE noc_alert_event SET status = 'SUPPRESSED'`)
	h.bump()
	says(midday.Add(8*time.Minute), "Everything is quiet", "2 suppressed")
}

func (h *pageHouse) exec(sql string, args ...any) {
	h.t.Helper()
	if _, err := h.db.Pool().Exec(h.t.Context(), sql, args...); err != nil {
		h.t.Fatalf("%s: %v", sql, err)
	}
}

// bump writes an event, as every change through the engine does.
func (h *pageHouse) bump() {
	h.exec(`SELECT append_event('SETTINGS_CHANGED', NULL, now(), '{}')`)
}

// logSteady logs two months that are all alike.
func (h *pageHouse) logSteady() {
	h.t.Helper()
	today := drift.DateOf(time.Now())
	var rows strings.Builder
	for ago := 61; ago >= 1; ago-- {
		for i := range 12 {
			yes := i >= 6
			fmt.Fprintf(&rows, `{"prediction_id":"s%d-%d","tenant":"acme","model_type":"fraud_detector","model_version":"v1","created_at":%q,"score":%g,"predicted":%t,"actual":%t}`+"\n",
				ago, i, today.Add(-ago).Time().Add(time.Duration(i)*time.Hour).Format(time.RFC3339), float64(i)/12, yes, yes)
		}
	}
	if a := h.do("POST", "/api/v1/predictions", rows.String(), h.as(drift.RoleIngest)); a.status != 200 {
		h.t.Fatalf("log: %d %s", a.status, a.body)
	}
	if _, err := h.db.(rebuilder).RebuildMarkedDays(h.t.Context(), 0, 40000, nil); err != nil {
		h.t.Fatal(err)
	}
}

// TestUnreadableAddress: a filter in capitals, as the API writes severities, is read; of one that means
// nothing the board says what and where, and shows all.
func TestUnreadableAddress(t *testing.T) {
	h := newPages(t)
	h.seed("acme")
	ann, _ := h.user("ann", drift.RoleOperator)
	h.get("/?severity=CRITICAL&drift=Statistical", asBrowser, ann).isPage(t, 200, "a filter in capitals")
	for path, says := range map[string]string{
		"/?severity=dire":         `&#34;dire&#34; is no severity. Known are critical, high, medium, blind. It begins at character 10.`,
		"/?q=tenant:acme+foo:bar": `Nothing is called &#34;foo&#34; here.`,
	} {
		a := h.get(path, asBrowser, ann)
		a.isPage(t, 422, path)
		if !strings.Contains(a.body, says) || !strings.Contains(a.body, `aria-invalid="true"`) || !strings.Contains(a.body, `id="alert-`) {
			t.Errorf("%s: the page does not say what cannot be read, beside the list without it", path)
		}
	}
}
