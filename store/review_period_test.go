package store_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// trendOf counts one model's trend again.
func (h *reviewed) trendOf(m drift.Model, q drift.PeriodQuery) (t drift.ModelTrend) {
	speaks := map[drift.Date]drift.DailyMetrics{}
	for _, x := range h.metrics {
		if x.Version.Model != m {
			continue
		}
		if was, ok := speaks[x.Date]; !ok || x.TotalPredictions > was.TotalPredictions ||
			x.TotalPredictions == was.TotalPredictions && x.Version.Version < was.Version.Version {
			speaks[x.Date] = x
		}
	}
	for d := q.To - 1; d >= q.To-28 && t.Judged < 7; d-- {
		if x, ok := speaks[d]; ok && x.Accuracy.Defined() && x.DeltaFromBaseline.Defined() {
			t.Judged++
			if x.IsDegraded {
				t.Degraded++
			}
		}
	}
	t.Consistently = t.Degraded >= 3
	for d := q.Before.From; d < q.To; d++ {
		x, ok := speaks[d]
		switch {
		case !ok:
		case q.Before.Holds(d):
			t.CorrectBefore += x.Counts.TP + x.Counts.TN
			t.OutcomesBefore += x.PredictionsWithOutcomes
		default:
			t.Correct += x.Counts.TP + x.Counts.TN
			t.Outcomes += x.PredictionsWithOutcomes
			t.Days = append(t.Days, drift.TrendDay{
				Date: d, Version: x.Version.Version, Accuracy: x.Accuracy, Correct: x.Counts.TP + x.Counts.TN,
				Outcomes: x.PredictionsWithOutcomes, IsDegraded: x.IsDegraded,
			})
		}
	}
	return t
}

func sameTrend(a, b drift.ModelTrend) bool {
	b.TenantID, b.Tenant, b.ModelType = a.TenantID, a.Tenant, a.ModelType
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && string(x) == string(y)
}

func (h *reviewed) checkTrends(t *testing.T, what string, by drift.Actor, q drift.PeriodQuery, l drift.Listed[drift.ModelTrend], degraded int) {
	t.Helper()
	models, consistently := 0, 0
	for _, tenant := range h.tenants {
		for _, model := range reviewModels {
			m := drift.Model{TenantID: tenant.ID, Tenant: tenant.Name, ModelType: model}
			at := slices.IndexFunc(l.Items, func(x drift.ModelTrend) bool { return x.Model() == m })
			if !by.MaySee(tenant.ID) {
				if at >= 0 {
					t.Errorf("%s shows %v", what, m)
				}
				continue
			}
			models++
			want := h.trendOf(m, q)
			if want.Consistently {
				consistently++
			}
			if at < 0 || !sameTrend(l.Items[at], want) {
				t.Errorf("%s, %v: %+v\ncounted %+v", what, m, l.Items[max(at, 0)], want)
			}
		}
	}
	if l.Total != models || degraded != consistently {
		t.Errorf("%s: %d models, %d degraded; counted %d, %d", what, l.Total, degraded, models, consistently)
	}
	last := math.Inf(-1)
	for i, x := range l.Items {
		if x.Consistently != (i < consistently) {
			t.Errorf("%s: row %d, consistently degraded: %v", what, i, x.Consistently)
		}
		if i == consistently {
			last = math.Inf(-1)
		}
		if c := float64(x.Change()); c < last {
			t.Errorf("%s: row %d fell more than the one before it", what, i)
		} else {
			last = c
		}
	}
}

func (h *reviewed) tally(by drift.Actor, p drift.Period) (t drift.RetrainTally) {
	for _, r := range h.ended {
		if !by.MaySee(r.TenantID) || !within(r.StateSince, p) {
			continue
		}
		*map[drift.RetrainState]*int{
			drift.RetrainKept: &t.Kept, drift.RetrainRolledBack: &t.RolledBack, drift.RetrainRefused: &t.Refused,
			drift.RetrainFailed: &t.Failed, drift.RetrainExpired: &t.Expired, drift.RetrainCancelled: &t.Cancelled,
		}[r.State]++
	}
	return t
}

func TestWeeklyReviewCountsWhatThereIs(t *testing.T) {
	h := newReviewed(t)
	for who, by := range h.readers() {
		for ago := range 8 {
			p := drift.WeekOf(drift.DateOf(now).Add(-7 * ago))
			q := drift.PeriodQuery{Now: now, Period: p, Before: drift.Period{From: p.From - 7, To: p.From}}
			d, err := h.db.WeeklyReview(t.Context(), by, q)
			if err != nil {
				t.Fatal(err)
			}
			what := who + ", " + p.Week()
			h.checkTrends(t, what, by, q, d.Trends, d.Degraded)
			if want := h.tally(by, p); d.Tally != want {
				t.Errorf("%s: %+v, counted %+v", what, d.Tally, want)
			}
			n := 0
			for _, r := range h.ended {
				if by.MaySee(r.TenantID) && (within(r.CreatedAt, p) || within(r.StateSince, p)) {
					n++
				}
			}
			if d.Retrains.Total != n || len(d.Retrains.Items) != min(n, drift.ReviewRows) {
				t.Errorf("%s: %d retrains, %d listed; counted %d", what, d.Retrains.Total, len(d.Retrains.Items), n)
			}
		}
	}
}

func TestMonthlyReviewCountsWhatThereIs(t *testing.T) {
	h := newReviewed(t)
	critical := "CRITICAL"
	medium := "MEDIUM"
	inTx(t, h.db, system, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.PutSetting(ctx, h.tenants[1].ID, "ALERT_MIN_SEVERITY", &critical, "rita", "", now); err != nil {
			return err
		}
		return tx.PutSetting(ctx, h.tenants[2].ID, "ALERT_MIN_SEVERITY", &medium, "rita", "", now)
	})
	for who, by := range h.readers() {
		for ago := range 3 {
			p := drift.MonthOf(drift.DateOf(now.AddDate(0, -ago, 0)))
			q := drift.PeriodQuery{Now: now, Period: p, Before: drift.MonthOf(p.From - 1)}
			d, err := h.db.MonthlyReview(t.Context(), by, q)
			if err != nil {
				t.Fatal(err)
			}
			what := who + ", " + p.Month()
			h.checkTrends(t, what, by, q, d.Trends, d.Degraded)
			if want := h.tally(by, p); d.Tally != want {
				t.Errorf("%s: %+v, counted %+v", what, d.Tally, want)
			}
			want := map[drift.Model]*drift.AlertFrequency{}
			for _, a := range h.alerts {
				if !by.MaySee(a.TenantID) || a.AlertType != drift.AlertDrift || !within(a.CreatedAt, p) {
					continue
				}
				m := drift.Model{TenantID: a.TenantID, Tenant: a.Tenant, ModelType: a.ModelType}
				f := want[m]
				if f == nil {
					f = &drift.AlertFrequency{TenantID: a.TenantID, Tenant: a.Tenant, ModelType: a.ModelType, Least: drift.SeverityHigh}
					want[m] = f
				}
				if a.TenantID == h.tenants[1].ID {
					f.Least = drift.SeverityCritical
				}
				switch {
				case a.Severity == drift.SeverityCritical || a.Severity == drift.SeverityHigh && f.Least == drift.SeverityHigh:
					f.Counted++
					if a.FromBackfill {
						f.Backfilled++
					}
				default:
					f.Quiet++
				}
				f.Met = f.Counted < 2
			}
			above := 0
			for _, f := range d.Alerts.Items {
				m := drift.Model{TenantID: f.TenantID, Tenant: f.Tenant, ModelType: f.ModelType}
				if want[m] == nil || *want[m] != f {
					t.Errorf("%s, %v: %+v, counted %+v", what, m, f, want[m])
				}
				if f.Counted >= 2 {
					above++
				}
			}
			if d.Alerts.Total != len(want) || d.Above != above {
				t.Errorf("%s: %d models with alerts, %d above; counted %d, %d", what, d.Alerts.Total, d.Above, len(want), above)
			}
		}
	}
}

// TestReviewedRollbacks: a rollback counts where the record of service has it, for its tenant's readers.
func TestReviewedRollbacks(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	acme, zeta := tenantNamed(t, db, "acme"), tenantNamed(t, db, "zeta")
	audit := func(tx *store.Tx, tenant drift.Tenant, at time.Time, by, from, to string) {
		detail := fmt.Sprintf(`{"tenant":%q,"model_type":"fraud_detector","previous":%q,"version":%q,"reason":"worse"}`, tenant.Name, from, to)
		tx.Audit(drift.AuditEntry{At: at, TenantID: tenant.ID, Actor: by, Action: "model.roll_back", Object: "model/x", Detail: []byte(detail)})
	}
	times := []time.Time{now.AddDate(0, -4, 0), now.AddDate(0, 0, -8), now.Add(-time.Hour)}
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		for _, tenant := range []drift.Tenant{acme, zeta} {
			for i, at := range times {
				if _, err := tx.Exec(ctx, `INSERT INTO ml_service VALUES ($1, 'fraud_detector', $2, $3, $4)`, tenant.ID, at, fmt.Sprint("v", i), at.Add(time.Minute)); err != nil {
					return err
				}
				audit(tx, tenant, at, []string{"driftwatch", "maria", "shell:root"}[i], "bad", fmt.Sprint("v", i))
			}
		}
		audit(tx, acme, now.Add(-2*time.Hour), "maria", "bad", "v2") // of a replay that was begun again
		return nil
	})
	for who, c := range map[string]struct {
		by         drift.Actor
		week, last int
	}{
		"everybody": {drift.Actor{Role: drift.RoleViewer, AllTenants: true}, 2, 4}, "acme": {only(drift.RoleViewer, acme), 1, 2}, "nobody": {only(drift.RoleViewer), 0, 0},
	} {
		p := drift.WeekOf(drift.DateOf(now))
		w, err := db.WeeklyReview(t.Context(), c.by, drift.PeriodQuery{Now: now, Period: p, Before: p})
		if err != nil {
			t.Fatal(err)
		}
		m, err := db.MonthlyReview(t.Context(), c.by, drift.PeriodQuery{Now: now, Period: drift.MonthOf(p.From), Before: p})
		if err != nil {
			t.Fatal(err)
		}
		if w.Rollbacks.Total != c.week || m.Rollbacks.Total != c.last || len(m.Rollbacks.Items) != c.last {
			t.Errorf("%s: %d this week, %d this quarter", who, w.Rollbacks.Total, m.Rollbacks.Total)
		}
		if c.week > 0 && (w.LastRollback == nil || !w.LastRollback.At.Equal(times[2]) || !w.LastRollback.ByHand || w.LastRollback.To != "v2" || w.LastRollback.Reason != "worse") {
			t.Errorf("%s: last %+v", who, w.LastRollback)
		}
		if c.week == 0 && w.LastRollback != nil {
			t.Errorf("%s sees %+v", who, w.LastRollback)
		}
	}
}

// TestReviewsLeaveTheLogAlone: a reader who may not see one prediction still gets every review.
func TestReviewsLeaveTheLogAlone(t *testing.T) {
	h := newReviewed(t)
	mustExec(t, h.db, `REVOKE ALL ON ml_prediction_log FROM driftwatch_app`)
	by, p := h.readers()["acme's"], drift.WeekOf(drift.DateOf(now))
	q := drift.PeriodQuery{Now: now, Period: p, Before: drift.WeekOf(p.From - 7)}
	if _, err := try(t, h.db, by, "", `SELECT FROM ml_prediction_log`); !denied(err) {
		t.Fatalf("the log can still be read: %v", err)
	}
	_, morning := h.db.MorningReview(t.Context(), by, drift.MorningQuery{Now: now, Day: p.From})
	_, weekly := h.db.WeeklyReview(t.Context(), by, q)
	_, monthly := h.db.MonthlyReview(t.Context(), by, q)
	if morning != nil || weekly != nil || monthly != nil {
		t.Errorf("morning %v, weekly %v, monthly %v", morning, weekly, monthly)
	}
}
