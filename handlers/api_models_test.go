package handlers_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
)

const apiModel = "/api/v1/models/fraud_detector"

// TestPerformance gives daily metrics under the names of their columns, undefined ones as null.
func TestPerformance(t *testing.T) {
	h := newHouse(t)
	h.breakModel("acme")
	viewer := h.as(drift.RoleViewer, h.acme)
	var list apiList[map[string]any]
	h.do("GET", apiModel+"/performance", "", viewer).into(t, 200, &list)
	if len(list.Items) == 0 {
		t.Fatal("no metrics")
	}
	first := list.Items[0]
	rows, err := h.db.Pool().Query(t.Context(), `SELECT column_name::text FROM information_schema.columns
		WHERE table_name = 'ml_model_performance_metrics' AND column_name NOT IN ('tenant_id', 'source_digest')`)
	columns, err := collectTexts(rows, err)
	if err != nil {
		t.Fatal(err)
	}
	columns = append(columns, "tenant")
	slices.Sort(columns)
	if got := slices.Sorted(maps.Keys(first)); !slices.Equal(got, columns) {
		t.Errorf("members %v\nwant    %v", got, columns)
	}
	yesterday := drift.DateOf(time.Now()).Add(-1).String()
	if first["tenant"] != "acme" || first["metric_date"] != yesterday || first["accuracy"] != nil || first["total_predictions"].(float64) < 1 {
		t.Errorf("newest: %v", first)
	}
	// A page at a time gives the same, each day once.
	var days []any
	for cursor := ""; ; {
		var page apiList[map[string]any]
		h.do("GET", apiModel+"/performance?tenant=acme&version=v1&days=60&limit=3&cursor="+cursor, "", viewer).into(t, 200, &page)
		for _, m := range page.Items {
			days = append(days, m["metric_date"])
		}
		if page.Next == nil {
			break
		}
		cursor = *page.Next
	}
	var all apiList[map[string]any]
	h.do("GET", apiModel+"/performance?days=60", "", viewer).into(t, 200, &all)
	if len(days) != len(all.Items) || len(all.Items) <= len(list.Items) {
		t.Errorf("%d days by pages, %d at once, %d of 30 days", len(days), len(all.Items), len(list.Items))
	}
	for i, m := range all.Items {
		if days[i] != m["metric_date"] {
			t.Errorf("day %d is %v by pages and %v at once", i, days[i], m["metric_date"])
		}
	}
}

func collectTexts(rows pgx.Rows, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// TestDriftReports gives the reports of a date.
func TestDriftReports(t *testing.T) {
	h := newHouse(t)
	h.breakModel("acme")
	viewer := h.as(drift.RoleViewer, h.acme)
	today := drift.DateOf(time.Now())
	for query, n := range map[string]int{
		"": 1, "?date=" + today.String(): 1, "?date=" + today.Add(-1).String(): 0, "?tenant=acme&version=v1": 1,
		"?version=v2": 0, "?drift_type=performance": 0,
	} {
		var list apiList[drift.Report]
		h.do("GET", apiModel+"/drift"+query, "", viewer).into(t, 200, &list)
		if len(list.Items) != n {
			t.Errorf("%q: %d reports, want %d", query, len(list.Items), n)
		}
		for _, r := range list.Items {
			if r.Severity != drift.SeverityCritical || r.Version.Tenant != "acme" || r.Date != today || r.Statistical.KSStatistic != 1 {
				t.Errorf("report: %+v", r)
			}
		}
	}
}

// TestActive says which version serves, keeps quiet while that is so, and speaks when it is not.
func TestActive(t *testing.T) {
	h := newHouse(t)
	feeder := h.as(drift.RoleIngest, h.acme)
	h.do("POST", "/api/v1/predictions", logRow("acme", "one", logged, 0.5), feeder).took(t, 200, 1, 1, 0, 0)
	get := func(query string, headers ...string) answer {
		return h.do("GET", apiModel+"/active"+query, "", append(headers, feeder)...)
	}
	var v map[string]any
	a := get("") // the token is for one tenant: there is no choice
	a.into(t, 200, &v)
	digest, there := v["digest"]
	tag := a.header.Get("ETag")
	if v["version"] != "v1" || v["tenant"] != "acme" || digest != nil || !there || v["active"] != false || tag == "" {
		t.Fatalf("active: %v %s", a.header, a.body)
	}
	if b := get("?tenant=acme&wait=60"); b.status != 200 {
		t.Errorf("who knows nothing waits: %d", b.status)
	}
	for _, known := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
		if b := get("", "If-None-Match: "+known); b.status != http.StatusNotModified || b.body != "" || b.header.Get("ETag") != tag {
			t.Errorf("If-None-Match %s: %d %s", known, b.status, b.body)
		}
	}
	if b := get("?wait=1", "If-None-Match: "+tag); b.status != http.StatusNotModified {
		t.Errorf("after the wait: %d %s", b.status, b.body)
	}
	answered := make(chan answer)
	go func() { answered <- get("?wait=60", "If-None-Match: "+tag) }()
	newer := strings.Replace(logRow("acme", "two", logged.Add(time.Hour), 0.5), `"v1"`, `"v2"`, 1)
	h.do("POST", "/api/v1/predictions", newer, feeder).took(t, 200, 1, 1, 0, 0)
	b := <-answered
	b.into(t, 200, &v)
	if v["version"] != "v2" || b.header.Get("ETag") == tag {
		t.Errorf("after another version began: %s", b.body)
	}
	if _, err := h.db.Pool().Exec(t.Context(), `UPDATE ml_model_version SET is_active = true, activated_at = now() WHERE version = 'v1'`); err != nil {
		t.Fatal(err)
	}
	get("").into(t, 200, &v)
	if v["version"] != "v1" || v["active"] != true {
		t.Errorf("the active one goes before the newest: %v", v)
	}
}

func TestVersions(t *testing.T) {
	h := newHouse(t)
	var rows []string
	for i := range 5 {
		row := logRow("acme", fmt.Sprint("p", i), logged.Add(time.Duration(i)*time.Hour), 0.5)
		rows = append(rows, strings.Replace(row, `"v1"`, fmt.Sprintf(`"v%d"`, i), 1))
	}
	rows = append(rows, logRow("globex", "g", logged, 0.5))
	h.do("POST", "/api/v1/predictions", strings.Join(rows, "\n"), h.as(drift.RoleIngest)).took(t, 200, 6, 6, 0, 0)
	viewer := h.as(drift.RoleViewer, h.acme)
	var got []string
	for cursor := ""; ; {
		var page apiList[map[string]any]
		h.do("GET", apiModel+"/versions?limit=2&cursor="+cursor, "", viewer).into(t, 200, &page)
		for _, v := range page.Items {
			got = append(got, v["version"].(string))
			if v["tenant"] != "acme" || v["source"] != "external" || v["activated_at"] != nil {
				t.Errorf("version: %v", v)
			}
		}
		if page.Next == nil {
			break
		}
		cursor = *page.Next
	}
	if want := []string{"v4", "v3", "v2", "v1", "v0"}; !slices.Equal(got, want) {
		t.Errorf("versions %v, want %v", got, want)
	}
	if a := h.do("GET", "/api/v1/retrains?state=queued,failed&tenant=acme", "", viewer); a.body != `{"items":[],"next":null}`+"\n" {
		t.Errorf("retrains: %s", a.body)
	}
}

// TestHealth tells whether the program runs, whether it can work, and its numbers.
func TestHealth(t *testing.T) {
	h := newHouse(t)
	if a := h.do("GET", "/healthz", ""); a.status != 200 || a.body != "ok\n" {
		t.Errorf("healthz: %d %q", a.status, a.body)
	}
	if a := h.do("HEAD", "/api/v1/alerts", "", h.as(drift.RoleViewer)); a.status != 200 || a.body != "" {
		t.Errorf("HEAD: %d %q", a.status, a.body)
	}
	if a := h.do("GET", "/readyz", ""); a.status != 200 {
		t.Errorf("readyz: %d %q", a.status, a.body)
	}
	h.ready = &drift.Error{Code: drift.CodeUnavailable, Message: "The demo is being loaded."}
	if a := h.do("GET", "/readyz", ""); a.status != 503 || a.body != "The demo is being loaded.\n" {
		t.Errorf("readyz: %d %q", a.status, a.body)
	}
	h.ready = errors.New("pq: secret words of a driver")
	if a := h.do("GET", "/readyz", ""); a.status != 503 || strings.Contains(a.body, "secret") {
		t.Errorf("readyz: %d %q", a.status, a.body)
	}
	h.do("POST", "/api/v1/predictions", logRow("acme", "p", logged, 0.5), h.as(drift.RoleIngest)).took(t, 200, 1, 1, 0, 0)
	if _, err := h.db.Pool().Exec(context.Background(), `INSERT INTO schedule_run (name, slot, state, queued_at, started_at, finished_at)
		VALUES ('metrics', now(), 'failed', now(), now(), now())`); err != nil {
		t.Fatal(err)
	}
	a := h.do("GET", "/metrics", "", h.as(drift.RoleViewer))
	for _, line := range []string{
		`driftwatch_ingest_rows_total{kind="predictions",result="inserted"} 1`,
		`driftwatch_http_request_duration_seconds_count{method="POST",route="/api/v1/predictions",status="200"} 1`,
		`driftwatch_http_requests_running 1`, `driftwatch_live_connections 0`, `driftwatch_job_last_failed{job="metrics"} 1`,
		`driftwatch_db_connections{state="most"} 8`, `driftwatch_feed_failures_total{step="read"} 0`,
	} {
		if !strings.Contains(a.body, line+"\n") {
			t.Errorf("no line %s", line)
		}
	}
	if strings.Contains(a.body, "acme") {
		t.Error("the server's numbers name a tenant")
	}
}

// TestCompareAPI answers today's windows unasked, any others on demand, and leaves everything as it was.
func TestCompareAPI(t *testing.T) {
	h := newHouse(t)
	h.breakModel("acme")
	viewer := h.as(drift.RoleViewer, h.acme)
	_, before, err := h.db.EventBounds(t.Context(), drift.SystemActor())
	if err != nil {
		t.Fatal(err)
	}
	today := drift.DateOf(time.Now())
	var e drift.Evidence
	h.do("GET", apiModel+"/compare", "", viewer).into(t, 200, &e)
	if e.Tenant != "acme" || e.Recent.Window.To != today || e.Recent.Version != "v1" || e.Recent.Predictions == 0 || e.Statistical.Severity != drift.SeverityCritical || e.Statistical.Metrics.NRecent != e.Recent.Predictions {
		t.Errorf("%+v", e)
	}
	address := fmt.Sprintf("%s/compare?tenant=acme&recent_from=%s&recent_to=%s&recent_version=v1&baseline_from=%[2]s&baseline_to=%[3]s&baseline_version=v1", apiModel, today.Add(-7), today)
	var same drift.Evidence
	h.do("GET", address, "", viewer).into(t, 200, &same)
	if same.Recent.Window != (drift.DriftWindow{From: today - 7, To: today}) || same.Baseline.Window != same.Recent.Window || same.Statistical.Metrics.KSStatistic != 0 || same.Statistical.Severity != drift.SeverityNone {
		t.Errorf("%+v", same)
	}
	if _, after, err := h.db.EventBounds(t.Context(), drift.SystemActor()); err != nil || after != before {
		t.Errorf("%d events more, %v", after-before, err)
	}
}

// TestWhatIfAPI tries a guard that waits for a second day on what raised an alert.
func TestWhatIfAPI(t *testing.T) {
	h := newHouse(t)
	id := h.breakModel("acme")
	h.breakModel("globex")
	var r engine.WhatIfResult
	h.do("GET", "/api/v1/what-if?set=GUARD_K_OF_M=2/2&set=STATISTICAL_DRIFT_PVALUE_MEDIUM=0.02", "", h.as(drift.RoleViewer, h.acme)).into(t, 200, &r)
	if r.Total.Raised != 1 || r.Total.Before != 1 || r.Total.After != 0 || r.Total.Fewer != 1 || len(r.Models) != 1 || r.Models[0].Tenant != "acme" ||
		len(r.Alerts) != 1 || *r.Alerts[0].Alert != id || r.Alerts[0].Then != drift.SeverityUnknown || r.Changes["GUARD_K_OF_M"] != "2/2" {
		t.Errorf("%+v", r)
	}
}
