package store_test

import (
	"context"
	"fmt"
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
