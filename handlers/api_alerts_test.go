package handlers_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// apiAlert is an alert as a program reads it.
type apiAlert struct {
	ID       int64                 `json:"id"`
	Version  int                   `json:"version"`
	Tenant   string                `json:"tenant"`
	Status   string                `json:"status"`
	Severity string                `json:"severity"`
	Assignee string                `json:"assignee"`
	Team     string                `json:"team"`
	Message  string                `json:"message"`
	Metrics  map[string]any        `json:"metrics"`
	Timeline []drift.TimelineEntry `json:"timeline"`
	Report   *drift.Report         `json:"report"`
}

type apiList[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"`
}

// TestAlertLife takes one alert through every move by the API.
func TestAlertLife(t *testing.T) {
	h := newHouse(t)
	id := h.breakModel("acme")
	operator := h.as(drift.RoleOperator, h.acme)
	h.user("olga", drift.RoleOperator, h.acme)
	path := fmt.Sprintf("/api/v1/alerts/%d", id)
	var a apiAlert
	h.do("GET", path, "", operator).into(t, 200, &a)
	if a.ID != id || a.Version != 1 || a.Tenant != "acme" || a.Status != "NEW" || a.Severity != "CRITICAL" || a.Message == "" ||
		a.Metrics["ks_statistic"] != 1.0 || len(a.Timeline) != 1 || a.Report == nil || a.Report.Severity != drift.SeverityCritical {
		t.Fatalf("alert: %+v", a)
	}
	var moves drift.FeatureMoves
	h.do("GET", path+"/features", "", operator).into(t, 200, &moves)
	if moves.Features == nil || !moves.Recent.From.Time().Before(moves.Recent.To.Time()) {
		t.Errorf("features: %+v", moves)
	}
	until := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	version := 1
	for _, m := range []struct{ move, rest, status string }{
		{"acknowledge", `"note":"looking","until":"` + until + `"`, "ACKNOWLEDGED"},
		{"comment", `"note":"it is the new card reader"`, "ACKNOWLEDGED"},
		{"assign", `"assignee":"olga"`, "ASSIGNED"},
		{"escalate", `"to":"ML Engineering","note":"please"`, "ESCALATED"},
		{"suppress", `"until":"` + until + `","note":"known"`, "SUPPRESSED"},
		{"resolve", `"note":"fixed"`, "RESOLVED"},
	} {
		var moved apiAlert
		h.do("POST", path+"/"+m.move, fmt.Sprintf(`{"version":%d,%s}`, version, m.rest), operator).into(t, 200, &moved)
		version++
		if moved.Status != m.status || moved.Version != version || moved.ID != id {
			t.Fatalf("%s: %+v", m.move, moved)
		}
	}
	h.do("GET", path, "", operator).into(t, 200, &a)
	if len(a.Timeline) != 7 || a.Timeline[6].Note != "fixed" || a.Assignee != "olga" || a.Team != "ML Engineering" {
		t.Fatalf("at the end: %+v", a)
	}
	// A move that its state does not allow, and one that comes too late.
	h.do("POST", path+"/resolve", `{"version":7,"note":""}`, operator).problem(t, 409, drift.CodeIllegalMove, "")
	p := h.do("POST", path+"/acknowledge", `{"version":1,"note":""}`, operator).problem(t, 409, drift.CodeConflict, "")
	if p["version"] != 7.0 || p["winner"] != "operator of acme" || p["won_at"] == nil {
		t.Fatalf("conflict: %v", p)
	}
}

// TestFiftyAcknowledge has fifty programs acknowledge one alert in the same instant: one wins, all
// others are told who did, and it happened once wherever it is written down.
func TestFiftyAcknowledge(t *testing.T) {
	h := newHouse(t)
	id := h.breakModel("acme")
	events, audits := h.count(`SELECT count(*) FROM event`), h.count(`SELECT count(*) FROM audit_log`)
	const clients = 50
	tokens := make([]string, clients)
	for i := range tokens {
		tokens[i] = h.as(drift.RoleOperator, h.acme)
	}
	audits += clients
	answers := make([]answer, clients)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			<-start
			answers[i] = h.do("POST", fmt.Sprintf("/api/v1/alerts/%d/acknowledge", id), `{"version":1,"note":"mine"}`, tokens[i])
		})
	}
	close(start)
	wg.Wait()
	won := 0
	for _, a := range answers {
		if a.status == 200 {
			won++
			continue
		}
		p := a.problem(t, 409, drift.CodeConflict, "")
		if p["winner"] != "operator of acme" || p["version"] != 2.0 || p["won_at"] == nil {
			t.Fatalf("a loser is told %v", p)
		}
	}
	if won != 1 {
		t.Fatalf("%d clients won", won)
	}
	for what, n := range map[string][2]int64{
		"events":   {h.count(`SELECT count(*) FROM event`) - events, 1},
		"audit":    {h.count(`SELECT count(*) FROM audit_log`) - audits, 1},
		"timeline": {h.count(`SELECT count(*) FROM noc_alert_timeline WHERE alert_id = $1 AND move = 'acknowledge'`, id), 1},
		"version":  {h.count(`SELECT version::bigint FROM noc_alert_event WHERE id = $1`, id), 2},
	} {
		if n[0] != n[1] {
			t.Errorf("%s: %d, want %d", what, n[0], n[1])
		}
	}
}

// TestAlertList narrows and pages a list.
func TestAlertList(t *testing.T) {
	h := newHouse(t)
	h.breakModel("acme")
	h.breakModel("globex")
	admin, viewer := h.as(drift.RoleAdmin), h.as(drift.RoleViewer, h.acme)
	for _, c := range []struct {
		query, who string
		n          int
	}{
		{"", admin, 2},
		{"", viewer, 1},
		{"?tenant=globex", admin, 1},
		{"?tenant=globex&tenant=acme", admin, 2},
		{"?status=NEW,RESOLVED&severity=CRITICAL", admin, 2},
		{"?status=ACKNOWLEDGED", admin, 0},
		{"?severity=MEDIUM&severity=HIGH", admin, 0},
		{"?model_type=fraud_detector&status=&since=", admin, 2},
		{"?model_type=conflict_predictor", admin, 0},
		{"?since=" + time.Now().Add(time.Hour).UTC().Format(time.RFC3339), admin, 0},
		{"?since=2020-01-01T00:00:00Z&drift_type=statistical&alert_type=ML_DRIFT_DETECTED", admin, 2},
	} {
		var list apiList[apiAlert]
		h.do("GET", "/api/v1/alerts"+c.query, "", c.who).into(t, 200, &list)
		if len(list.Items) != c.n || list.Items == nil || list.Next != nil {
			t.Errorf("%s: %d alerts, want %d, next %v", c.query, len(list.Items), c.n, list.Next)
		}
	}
	var first, second apiList[apiAlert]
	h.do("GET", "/api/v1/alerts?limit=1", "", admin).into(t, 200, &first)
	if len(first.Items) != 1 || first.Next == nil {
		t.Fatalf("first page: %+v", first)
	}
	h.do("GET", "/api/v1/alerts?limit=1&cursor="+*first.Next, "", admin).into(t, 200, &second)
	if len(second.Items) != 1 || second.Next != nil || second.Items[0].ID == first.Items[0].ID {
		t.Fatalf("second page: %+v", second)
	}
	if got := h.do("GET", "/api/v1/alerts", "", viewer); strings.Contains(got.body, "globex") {
		t.Errorf("a reader of acme sees globex: %s", got.body)
	}
}
