package store_test

import (
	"context"
	"encoding/json"
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

// reviewed is a database of invented history, kept in memory beside it, so that what a review says can
// be counted again in another way.
type reviewed struct {
	db      *store.DB
	tenants []drift.Tenant
	metrics []drift.DailyMetrics
	alerts  []drift.Alert
	ended   []drift.Retrain
}

var reviewModels = []string{drift.FraudDetector, drift.ConflictPredictor}

func newReviewed(t *testing.T) *reviewed {
	h := &reviewed{db: storetest.Fresh(t, at(now))}
	rnd := rand.New(rand.NewPCG(4, 2))
	for _, name := range []string{"acme", "zeta", "beta"} {
		h.tenants = append(h.tenants, tenantNamed(t, h.db, name))
	}
	inTx(t, h.db, system, func(ctx context.Context, tx *store.Tx) error {
		for _, tenant := range h.tenants {
			for _, model := range reviewModels {
				if err := h.invent(ctx, tx, rnd, drift.Model{TenantID: tenant.ID, Tenant: tenant.Name, ModelType: model}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return h
}

// invent makes 80 days of one model: one to three versions a day, some days without outcomes or without
// a baseline, alerts of every severity, retrains of every end.
func (h *reviewed) invent(ctx context.Context, tx *store.Tx, rnd *rand.Rand, m drift.Model) error {
	bad := 0.1 + 0.5*rnd.Float64()
	for ago := 80; ago >= 0; ago-- {
		d := drift.DateOf(now).Add(-ago)
		for v := range 1 + rnd.IntN(3) {
			if rnd.IntN(12) == 0 {
				continue
			}
			n := 20 + rnd.IntN(80)
			row := drift.DailyMetrics{
				Version: drift.VersionKey{Model: m, Version: fmt.Sprint("v", v)}, Date: d, TotalPredictions: n + 10*v,
				Accuracy: drift.Undefined(), DeltaFromBaseline: drift.Undefined(),
			}
			for _, u := range []*drift.Number{&row.Precision, &row.Recall, &row.F1, &row.ROCAUC, &row.PRAUC, &row.Brier, &row.LogLoss, &row.ECE, &row.MeanIntervalWidth, &row.MeanLatencyMS} {
				*u = drift.Undefined()
			}
			if rnd.IntN(6) > 0 {
				row.PredictionsWithOutcomes = n
				right := rnd.IntN(n + 1)
				row.Counts = drift.Counts{TP: right / 2, TN: right - right/2, FP: n - right}
				row.Accuracy = drift.Number(float64(right) / float64(n))
				if rnd.IntN(5) > 0 {
					row.IsDegraded = rnd.Float64() < bad
					row.DeltaFromBaseline = -0.05
				}
			}
			h.metrics = append(h.metrics, row)
			if err := tx.PutMetrics(ctx, row); err != nil {
				return err
			}
		}
		for range rnd.IntN(3) * rnd.IntN(2) {
			if err := h.inventAlert(ctx, tx, rnd, m, d); err != nil {
				return err
			}
		}
		if rnd.IntN(3) == 0 {
			r := drift.Retrain{
				TenantID: m.TenantID, Tenant: m.Tenant, ModelType: m.ModelType, Safeguards: []drift.Safeguard{}, RequestedBy: "x",
				CreatedAt: d.Time(), StateSince: d.Time().Add(time.Duration(rnd.IntN(3*24)) * time.Hour),
			}
			ends := drift.RetrainStates[slices.Index(drift.RetrainStates, drift.RetrainKept):]
			r.State = ends[rnd.IntN(len(ends))]
			if ok, err := tx.InsertRetrain(ctx, &r, drift.RetrainEntry{At: r.CreatedAt}); err != nil || !ok {
				return fmt.Errorf("retrain: %v %w", ok, err)
			}
			h.ended = append(h.ended, r)
		}
	}
	return nil
}

func (h *reviewed) inventAlert(ctx context.Context, tx *store.Tx, rnd *rand.Rand, m drift.Model, d drift.Date) error {
	kind := drift.Statistical
	a := drift.Alert{
		TenantID: m.TenantID, Tenant: m.Tenant, ModelType: m.ModelType, ModelVersion: "v0", CheckDate: d,
		AlertType: []drift.AlertType{drift.AlertDrift, drift.AlertDrift, drift.AlertBlind}[rnd.IntN(3)],
		Severity:  []drift.Severity{drift.SeverityMedium, drift.SeverityHigh, drift.SeverityCritical}[rnd.IntN(3)],
		Status:    drift.AlertStatuses[rnd.IntN(len(drift.AlertStatuses))], FromBackfill: rnd.IntN(2) == 0,
		CreatedAt: d.Time().Add(time.Duration(rnd.IntN(24*60)) * time.Minute), DedupKey: fmt.Sprint("key ", len(h.alerts)),
	}
	if d == drift.DateOf(now) {
		a.CreatedAt = d.Time().Add(time.Duration(rnd.IntN(11)) * time.Hour)
	}
	if rnd.IntN(3) == 0 {
		a.Assignee = "rita"
	}
	a.CurrentSeverity, a.LastSeen = a.Severity, a.CreatedAt
	if a.AlertType == drift.AlertDrift {
		one := int64(1)
		a.DriftType, a.ReportID = &kind, &one
	}
	err := tx.InsertAlert(ctx, &a, drift.TimelineEntry{At: a.CreatedAt, Move: drift.MoveRaise, From: a.Status, To: a.Status, Severity: a.Severity})
	h.alerts = append(h.alerts, a)
	return err
}

// readers are who may read a review, and which tenants they see.
func (h *reviewed) readers() map[string]drift.Actor {
	return map[string]drift.Actor{
		"everybody's": {Name: "rita", Role: drift.RoleViewer, AllTenants: true}, "acme's": only(drift.RoleViewer, h.tenants[0]),
		"two's": only(drift.RoleViewer, h.tenants[1], h.tenants[2]), "nobody's": only(drift.RoleViewer),
	}
}

func within(at time.Time, p drift.Period) bool {
	return !at.Before(p.From.Time()) && at.Before(p.To.Time())
}

func TestMorningReviewCountsWhatThereIs(t *testing.T) {
	h := newReviewed(t)
	for who, by := range h.readers() {
		for ago := range 20 {
			day := drift.DateOf(now).Add(-ago)
			d, err := h.db.MorningReview(t.Context(), by, drift.MorningQuery{Now: now, Day: day})
			if err != nil {
				t.Fatal(err)
			}
			until := day.Add(1).Time()
			since := day.Add(-1).Time().Add(9 * time.Hour)
			var overnight, raised, waiting, blind int
			for _, a := range h.alerts {
				if !by.MaySee(a.TenantID) || !a.CreatedAt.Before(until) {
					continue
				}
				if a.AlertType == drift.AlertDrift && !a.CreatedAt.Before(day.Time()) {
					overnight++
				}
				if !a.CreatedAt.Before(since) {
					raised++
				}
				switch open := a.Status != drift.AlertResolved && a.Status != drift.AlertSuppressed; {
				case a.AlertType == drift.AlertBlind && open:
					blind++
				case a.AlertType != drift.AlertBlind && (a.Status == drift.AlertNew || a.Status == drift.AlertEscalated && a.Assignee == ""):
					waiting++
				}
			}
			metrics, degraded := 0, 0
			for _, m := range h.metrics {
				if by.MaySee(m.Version.TenantID) && m.Date == day.Add(-1) {
					metrics++
					if m.IsDegraded {
						degraded++
					}
				}
			}
			got := []int{d.Overnight, d.Raised.Total, d.Waiting.Total, d.Blind.Total, d.Metrics.Total, d.Degraded}
			if want := []int{overnight, raised, waiting, blind, metrics, degraded}; !slices.Equal(got, want) {
				t.Errorf("%s, %s: %v, counted %v", who, day, got, want)
			}
			if !slices.IsSortedFunc(d.Metrics.Items, func(a, b drift.DailyMetrics) int {
				return map[bool]int{true: 0, false: 1}[a.IsDegraded] - map[bool]int{true: 0, false: 1}[b.IsDegraded]
			}) {
				t.Errorf("%s, %s: the degraded do not come first", who, day)
			}
			for _, l := range []drift.Listed[drift.Alert]{d.Raised, d.Waiting, d.Blind} {
				if len(l.Items) != min(l.Total, drift.ReviewRows) {
					t.Errorf("%s, %s: %d of %d listed", who, day, len(l.Items), l.Total)
				}
			}
		}
	}
}

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
