package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/query"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// storm writes n open alerts over a number of tenants and incidents.
func storm(t testing.TB, db *store.DB, tenants, incidents, n int) {
	t.Helper()
	sql := `INSERT INTO noc_alert_event (tenant_id, created_at, alert_type, severity, current_severity, status, message, recommendation,
			drift_type, model_type, model_version, dedup_key, reason, check_date, report_id, last_seen, metadata, incident_key, assignee)
		SELECT tn.id, $1::timestamptz - i % 97 * interval '1 minute', 'ML_DRIFT_DETECTED', s, s, (ARRAY['NEW', 'NEW', 'ACKNOWLEDGED'])[1 + i % 3],
			'Scores moved for number ' || i, 'Look at it.', (ARRAY['statistical', 'performance'])[1 + i % 2], 'fraud_detector', 'v1', 'key:' || i, '',
			current_date, 1, $1, '{"metrics": {"ks_statistic": 0.359, "p_value": 9.1e-32, "mean_recent": 0.6, "mean_baseline": 0.41}}',
			'model_' || i % $3 || ':2025-11-20', CASE WHEN i % 3 = 2 THEN 'rita' ELSE '' END
		FROM generate_series(1, $4::int) i, LATERAL (SELECT (ARRAY['CRITICAL', 'HIGH', 'MEDIUM'])[1 + (i / 7) % 3] AS s) x, tenant tn
		WHERE tn.name = 'tenant-' || i % $2`
	for i := range tenants {
		if _, err := db.Pool().Exec(t.Context(), `INSERT INTO tenant (name) VALUES ($1)`, fmt.Sprintf("tenant-%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Pool().Exec(t.Context(), sql, now, tenants, incidents, n); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Pool().Exec(t.Context(), `ANALYZE noc_alert_event`); err != nil {
		t.Fatal(err)
	}
}

// TestIncidentPages goes through all incidents: each once, worst first, with counts that add up.
func TestIncidentPages(t *testing.T) {
	db := storetest.Fresh(t)
	storm(t, db, 5, 70, 1000)
	open := drift.AlertFilter{Open: true, Limit: 200}
	var keys []string
	alerts, acks, pages := 0, 0, 0
	last := drift.Incident{Rank: -1}
	for {
		d, err := db.BoardPage(t.Context(), system, drift.BoardQuery{Now: now, Filter: open})
		if err != nil {
			t.Fatal(err)
		}
		rows := 0
		for _, i := range d.Incidents {
			if i.Rank < last.Rank || (i.Rank == last.Rank && i.Newest.After(last.Newest)) {
				t.Fatalf("%s comes after %s", i.Key, last.Key)
			}
			if i.N != i.Stat+i.Perf || i.N != i.Ranks[0]+i.Ranks[1]+i.Ranks[2]+i.Ranks[3] || len(i.Acks) != i.NeedAck {
				t.Fatalf("the counts of %s do not add up: %+v", i.Key, i)
			}
			if len(i.Alerts) != min(i.N, 10) || i.Alerts[0].Rank() != i.Rank {
				t.Fatalf("%s holds %d of %d alerts", i.Key, len(i.Alerts), i.N)
			}
			keys, last = append(keys, i.Key), i
			alerts, acks, rows = alerts+i.N, acks+i.NeedAck, rows+1+len(i.Alerts)
		}
		if rows > 200 || d.Matching != 1000 || d.MatchingIncidents != 70 {
			t.Fatalf("%d rows on a page, %d alerts of %d incidents", rows, d.Matching, d.MatchingIncidents)
		}
		if pages++; d.Next == "" {
			break
		}
		open.Cursor = d.Next
	}
	once := slices.Clone(keys)
	slices.Sort(once)
	if len(slices.Compact(once)) != 70 || len(keys) != 70 || alerts != 1000 || acks != 667 || pages != 4 {
		t.Errorf("%d incidents, %d alerts, %d to acknowledge, %d pages", len(keys), alerts, acks, pages)
	}
}

// TestIncidentsOfAReader: what a reader does not see is in no count, no name and no order.
func TestIncidentsOfAReader(t *testing.T) {
	db := storetest.Fresh(t)
	storm(t, db, 4, 2, 40)
	var of drift.Tenant
	if err := db.Pool().QueryRow(t.Context(), `SELECT id, name FROM tenant WHERE name = 'tenant-1'`).Scan(&of.ID, &of.Name); err != nil {
		t.Fatal(err)
	}
	d, err := db.BoardPage(t.Context(), only(drift.RoleViewer, of), drift.BoardQuery{Now: now, Filter: drift.AlertFilter{Open: true}})
	if err != nil || len(d.Incidents) != 1 || d.Incidents[0].N != 10 || d.Incidents[0].Tenants != 1 {
		t.Fatalf("%+v, %v", d.Incidents, err)
	}
	for _, a := range d.Incidents[0].Alerts {
		if a.Tenant != of.Name {
			t.Errorf("an alert of %s", a.Tenant)
		}
	}
	list, err := db.IncidentPage(t.Context(), only(drift.RoleViewer, of), "model_1:2025-11-20", drift.AlertFilter{Open: true, Limit: 7})
	if err != nil || len(list.Alerts) != 7 || list.Incident.N != 10 || list.Next == "" {
		t.Fatalf("%+v, %v", list, err)
	}
	if _, err := db.IncidentPage(t.Context(), only(drift.RoleViewer, of), "model_0:2025-11-20", drift.AlertFilter{Open: true}); drift.CodeOf(err) != drift.CodeNotFound {
		t.Errorf("another tenant's incident: %v", err)
	}
}

// TestTerms: each term of a query lets through what it says.
func TestTerms(t *testing.T) {
	db := storetest.Fresh(t)
	acme, zeta := tenantNamed(t, db, "acme"), tenantNamed(t, db, "zeta")
	one := raised(t, db, acme, drift.SeverityHigh, now.Add(-3*time.Hour))
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		one.Status, one.Assignee, one.Cleared = drift.AlertAcknowledged, "rita", true
		_, err := tx.SaveAlert(ctx, one, 1, moveOf(one, drift.MoveClear, "driftwatch"))
		return err
	})
	two := raised(t, db, zeta, drift.SeverityCritical, now)
	blind := *two
	blind.ID, blind.AlertType, blind.DriftType, blind.DedupKey = 0, drift.AlertBlind, nil, "blind:x"
	blind.Reason, blind.Report, blind.ReportID, blind.Team, blind.Status = drift.BlindFeedSilent, nil, nil, "NOC", drift.AlertEscalated
	blind.Incident = drift.IncidentKey(&blind, "")
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		return tx.InsertAlert(ctx, &blind, moveOf(&blind, drift.MoveRaise, "driftwatch"))
	})
	for text, want := range map[string][]int64{
		"":                             {one.ID, two.ID, blind.ID},
		"severity:critical":            {two.ID},
		"severity:critical,high":       {one.ID, two.ID},
		"severity:blind":               {blind.ID},
		"-severity:critical":           {one.ID, blind.ID},
		"status:new":                   {two.ID},
		"-status:new,escalated":        {one.ID},
		"tenant:acme":                  {one.ID},
		"-tenant:acme,zeta":            {},
		"model:fraud_detector":         {one.ID, two.ID, blind.ID},
		"-model:fraud_detector":        {},
		"version:v1 drift:statistical": {one.ID, two.ID},
		"-drift:statistical":           {blind.ID},
		"owner:me":                     {one.ID},
		"owner:nobody":                 {two.ID, blind.ID},
		"owner:NOC":                    {blind.ID},
		"-owner:rita":                  {two.ID, blind.ID},
		"age:>2h":                      {one.ID},
		"age:<2h":                      {two.ID, blind.ID},
		"age:>2h,<1h":                  {one.ID, two.ID, blind.ID},
		"is:open is:blind":             {blind.ID},
		"is:cleared":                   {one.ID},
		"is:rollback":                  {},
		"is:flapping":                  {},
		"MOVED -zeta":                  {one.ID},
		`"no such words"`:              {},
		"%":                            {},
		"incident:" + blind.Incident:   {blind.ID},
	} {
		q, err := query.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		page, err := db.Alerts(t.Context(), system, drift.AlertFilter{Terms: q, Me: "rita", Now: now})
		got := []int64{}
		for _, a := range page.Items {
			got = append(got, a.ID)
		}
		slices.Sort(got)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v: %v", text, got, want, err)
		}
	}
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.SaveAlert(ctx, one, 2, moveOf(one, drift.MoveClear, "driftwatch"))
		return err
	})
	page, err := db.Alerts(t.Context(), system, drift.AlertFilter{Terms: []drift.AlertTerm{{Field: drift.TermIs, Values: []string{drift.IsFlapping}}}, Now: now})
	if err != nil || len(page.Items) != 1 || page.Items[0].ID != one.ID {
		t.Errorf("cleared twice: %+v, %v", page.Items, err)
	}
}

// BenchmarkBoardOf10000 reads the first page of a board of 10,000 open alerts, as a reader of all tenants
// and as one of a single tenant.
func BenchmarkBoardOf10000(b *testing.B) {
	db := storetest.Fresh(b)
	storm(b, db, 40, 300, 10_000)
	var of drift.Tenant
	if err := db.Pool().QueryRow(b.Context(), `SELECT id, name FROM tenant WHERE name = 'tenant-1'`).Scan(&of.ID, &of.Name); err != nil {
		b.Fatal(err)
	}
	for name, by := range map[string]drift.Actor{
		"everybody's": {Name: "root", Role: drift.RoleOperator, AllTenants: true}, "one tenant's": only(drift.RoleOperator, of),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				d, err := db.BoardPage(b.Context(), by, drift.BoardQuery{Now: now, Filter: drift.AlertFilter{Open: true, Limit: 200}})
				if err != nil || len(d.Incidents) == 0 {
					b.Fatal(err)
				}
			}
		})
	}
}
