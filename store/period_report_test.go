package store_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// invented is an alert with what became of it, as the test counts it again.
type invented struct {
	tenant   drift.Tenant
	model    string
	kind     string
	raised   time.Time
	taken    time.Duration // below 0: nobody took it
	ended    time.Duration // below 0: it burns
	resolved bool
	backfill bool
	verdict  string
	incident string
}

// ackMinutes are the tenants' targets; 0 is none.
var ackMinutes = []string{"60", "15", "0"}

// inventLives makes alerts with random lives: acknowledged, taken back, assigned, found clean and found again,
// resolved by people and by themselves.
func inventLives(t *testing.T, db *store.DB, tenants []drift.Tenant, n int) []invented {
	rnd := rand.New(rand.NewPCG(7, 9))
	var out []invented
	for i := range n {
		x := invented{
			tenant: tenants[rnd.IntN(len(tenants))], model: reviewModels[rnd.IntN(2)], raised: now.Add(-time.Duration(rnd.IntN(60*24*60)) * time.Minute),
			kind:  []string{"CRITICAL", "HIGH", "MEDIUM", "BLIND", "ROLLBACK"}[rnd.IntN(5)],
			taken: -1, ended: -1, backfill: rnd.IntN(8) == 0, verdict: []string{"", "", "real", "expected", "false"}[rnd.IntN(5)],
		}
		kind, severity := "ML_DRIFT_DETECTED", x.kind
		switch x.kind {
		case "BLIND":
			kind, severity = "ML_MONITORING_BLIND", "HIGH"
		case "ROLLBACK":
			kind, severity = "ML_ROLLBACK", "HIGH"
		}
		x.incident = fmt.Sprintf("%s:%d", x.model, i/6)
		status, cleared := "NEW", false
		type step struct{ actor, move, to string }
		steps, after := []step{{"driftwatch", "raise", "NEW"}}, []time.Duration{0}
		at := time.Duration(0)
		do := func(actor, move, to string) {
			at += time.Duration(1+rnd.IntN(5400)) * time.Second
			steps, after = append(steps, step{actor, move, to}), append(after, at)
			status = to
		}
		take := func() {
			if x.taken < 0 {
				x.taken = at
			}
		}
		for range rnd.IntN(5) {
			switch rnd.IntN(6) {
			case 0:
				do("rita", "acknowledge", "ACKNOWLEDGED")
				take()
			case 1:
				was := status
				do("rita", "acknowledge", "ACKNOWLEDGED")
				do("rita", "undo", was)
			case 2:
				do("omar", "assign", "ASSIGNED")
				take()
			case 3:
				do("driftwatch", "clear", status)
				if cleared = true; x.ended < 0 {
					x.ended = at
				}
			case 4:
				do("driftwatch", "refresh", status)
				cleared, x.ended = false, -1
			default:
				do("rita", "comment", status)
			}
		}
		switch rnd.IntN(4) {
		case 0:
			do("rita", "resolve", "RESOLVED")
			take()
			x.resolved = true
		case 1:
			do("driftwatch", "recover", "RESOLVED")
			x.resolved = true
		}
		if x.resolved && x.ended < 0 {
			x.ended = at
		}
		var id int64
		err := db.Pool().QueryRow(t.Context(), `INSERT INTO noc_alert_event (tenant_id, version, created_at, alert_type, severity, current_severity,
				status, message, recommendation, drift_type, model_type, model_version, dedup_key, check_date, report_id, last_seen, cleared,
				from_backfill, metadata, incident_key)
			VALUES ($1, $2, $3::timestamptz, $4, $5, $5, $6, 'm', 'r', 'statistical', $7, 'v1', $8, $3::timestamptz::date, 1, $3::timestamptz, $9, $10, '{}', $11) RETURNING id`,
			x.tenant.ID, len(steps), x.raised, kind, severity, status, x.model, fmt.Sprint("life ", i), cleared, x.backfill,
			x.incident).Scan(&id)
		if err != nil {
			t.Fatal(err)
		}
		for v, s := range steps {
			if _, err := db.Pool().Exec(t.Context(), `INSERT INTO noc_alert_timeline (tenant_id, alert_id, version, at, actor, move, from_status, to_status, severity)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, x.tenant.ID, id, v+1, x.raised.Add(after[v]), s.actor, s.move,
				steps[max(v-1, 0)].to, s.to, severity); err != nil {
				t.Fatal(err)
			}
		}
		if x.verdict != "" {
			if _, err := db.Pool().Exec(t.Context(), `INSERT INTO alert_feedback (tenant_id, alert_id, verdict, said_by, said_at) VALUES ($1, $2, $3, 'rita', $4)`,
				x.tenant.ID, id, x.verdict, x.raised); err != nil {
				t.Fatal(err)
			}
		}
		out = append(out, x)
	}
	return out
}

// quantile is type 7 of Hyndman and Fan, written from its definition.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return math.NaN()
	}
	h := q * float64(len(sorted)-1)
	i := int(h)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (h-float64(i))*(sorted[i+1]-sorted[i])
}

// acksOf counts one line of the report again.
func acksOf(list []invented, kind string, minutes map[int64]int) drift.AckTimes {
	a := drift.AckTimes{Kind: kind}
	var took []float64
	for _, x := range list {
		if kind != "ALL" && x.kind != kind {
			continue
		}
		if x.backfill {
			a.Backfilled++
			continue
		}
		a.Raised++
		target := time.Duration(minutes[x.tenant.ID]) * time.Minute
		stood := now.Sub(x.raised)
		if x.ended >= 0 {
			stood = min(stood, x.ended)
		}
		switch {
		case x.taken >= 0:
			a.Taken++
			took = append(took, x.taken.Seconds())
		case x.resolved:
			a.Ended++
		default:
			a.Waiting++
		}
		if target > 0 && (x.taken >= 0 || stood > target) {
			a.Due++
			if x.taken >= 0 && x.taken <= target {
				a.Within++
			}
		}
	}
	slices.Sort(took)
	a.Median, a.P95 = drift.Number(quantile(took, 0.5)), drift.Number(quantile(took, 0.95))
	return a
}

func near(a, b drift.Number) bool {
	return a.Defined() == b.Defined() && (!a.Defined() || math.Abs(float64(a-b)) < 1e-6)
}

// TestPeriodReport counts the report of invented lives again, for several periods, readers and filters.
func TestPeriodReport(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	var tenants []drift.Tenant
	minutes := map[int64]int{}
	for i, name := range []string{"acme", "zeta", "beta"} {
		tenants = append(tenants, tenantNamed(t, db, name))
		m := 0
		if _, err := fmt.Sscan(ackMinutes[i], &m); err != nil {
			t.Fatal(err)
		}
		minutes[tenants[i].ID] = m
		inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
			return tx.PutSetting(ctx, tenants[i].ID, "CRITICAL_DRIFT_AUTO_ESCALATE_MINUTES", &ackMinutes[i], "rita", "", now)
		})
	}
	lives := inventLives(t, db, tenants, 400)
	today := drift.DateOf(now)
	for _, by := range []drift.Actor{{Name: "rita", Role: drift.RoleViewer, AllTenants: true}, only(drift.RoleViewer, tenants[0]), only(drift.RoleViewer, tenants[1], tenants[2])} {
		for _, q := range []drift.ReportQuery{
			{Period: drift.Period{From: today.Add(-60), To: today.Add(1)}},
			{Period: drift.Period{From: today.Add(-20), To: today.Add(-3)}, ModelType: drift.FraudDetector},
			{Period: drift.Period{From: today.Add(-90), To: today.Add(-70)}},
			{Period: drift.Period{From: today.Add(-40), To: today.Add(325)}}, // a year of which 41 days have begun
		} {
			q.Now, q.Rows = now, 100
			var mine []invented
			for _, x := range lives {
				if by.MaySee(x.tenant.ID) && q.Holds(drift.DateOf(x.raised)) && (q.ModelType == "" || q.ModelType == x.model) {
					mine = append(mine, x)
				}
			}
			d, err := db.PeriodReport(t.Context(), by, q)
			if err != nil {
				t.Fatal(err)
			}
			checkReport(t, fmt.Sprintf("%v %v", by.Tenants, q.Period), d, mine, minutes)
		}
	}
	checkIncidents(t, db, lives[:120])
	if _, err := db.PeriodReport(t.Context(), only(drift.RoleAdmin, tenants[0]), drift.ReportQuery{
		Now: now, Tenant: "zeta", Rows: 100, Period: drift.Period{From: today.Add(-9), To: today},
	}); drift.CodeOf(err) != drift.CodeNotFound {
		t.Errorf("a tenant that is not the reader's: %v", err)
	}
}

func checkReport(t *testing.T, what string, d drift.PeriodReport, mine []invented, minutes map[int64]int) {
	t.Helper()
	for _, a := range d.Acks {
		want := acksOf(mine, a.Kind, minutes)
		if !near(a.Median, want.Median) || !near(a.P95, want.P95) {
			t.Errorf("%s, %s: median %v and p95 %v, want %v and %v", what, a.Kind, a.Median, a.P95, want.Median, want.P95)
		}
		a.Median, a.P95, want.Median, want.P95 = 0, 0, 0, 0
		if a != want {
			t.Errorf("%s:\n got %+v\nwant %+v", what, a, want)
		}
	}
	alerts, parts := 0, int64(0)
	for _, m := range d.Alerts.Items {
		count := func(kind string) (n int) {
			for _, x := range mine {
				if x.tenant.Name == m.Tenant && x.model == m.ModelType && x.kind == kind {
					n++
				}
			}
			return n
		}
		if m.Critical != count("CRITICAL") || m.High != count("HIGH") || m.Medium != count("MEDIUM") || m.Blind != count("BLIND") ||
			m.Rollback != count("ROLLBACK") || m.Counted != m.Critical+m.High {
			t.Errorf("%s: %+v", what, m)
		}
		days := 0.0
		for day := d.Period.From; day < d.Period.To && !day.Time().After(now); day++ {
			days++
		}
		if !near(m.PerMonth, drift.Number(float64(m.Counted)*30.4375/days)) {
			t.Errorf("%s: %v a month over %v days, %+v", what, m.PerMonth, days, m)
		}
		if missed := float64(m.Counted)*min(1, 30.4375/days) >= 2; missed != (m.Target == drift.TargetMissed) {
			t.Errorf("%s: target of %+v", what, m)
		}
		alerts += m.All()
		for _, n := range m.Parts {
			parts += n
		}
	}
	if alerts != len(mine) || parts != int64(len(mine)) {
		t.Errorf("%s: %d alerts, %d through the period, want %d", what, alerts, parts, len(mine))
	}
	said := map[string]int{}
	for _, x := range mine {
		if x.kind == "CRITICAL" || x.kind == "HIGH" || x.kind == "MEDIUM" {
			said[x.verdict]++
		}
	}
	if j := d.Judged; j.False != said["false"] || j.Real != said["real"] || j.Expected != said["expected"] ||
		j.Judged != said["false"]+said["real"]+said["expected"] || j.Raised != j.Judged+said[""] {
		t.Errorf("%s: %+v, want %v", what, j, said)
	}
}

// checkIncidents finds the times of the incidents of invented lives again. The lives are whole incidents.
func checkIncidents(t *testing.T, db *store.DB, lives []invented) {
	t.Helper()
	of := map[[2]string][]invented{}
	for _, x := range lives {
		of[[2]string{x.tenant.Name, x.incident}] = append(of[[2]string{x.tenant.Name, x.incident}], x)
	}
	for name, list := range of {
		var want drift.IncidentTimes
		over := true
		for _, x := range list {
			if want.Raised.IsZero() || x.raised.Before(want.Raised) {
				want.Raised = x.raised
			}
			if at := x.raised.Add(x.taken); x.taken >= 0 && (want.Taken.IsZero() || at.Before(want.Taken)) {
				want.Taken = at
			}
			if at := x.raised.Add(x.ended); at.After(want.Recovered) {
				want.Recovered = at
			}
			over = over && x.ended >= 0
		}
		if !over {
			want.Recovered = time.Time{}
		}
		d, err := db.IncidentReview(t.Context(), only(drift.RoleViewer, list[0].tenant), drift.IncidentQuery{Tenant: name[0], Key: name[1], Now: now})
		if err != nil {
			t.Fatal(err)
		}
		got := d.Times
		if d.Alerts.Total != len(list) || !got.Raised.Equal(want.Raised) || !got.Taken.Equal(want.Taken) || !got.Recovered.Equal(want.Recovered) {
			t.Errorf("%v: %d alerts, %+v, want %d, %+v", name, d.Alerts.Total, got, len(list), want)
		}
	}
}
