package engine_test

import (
	"math"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// logged is a row of the log as it stands there.
type logged struct {
	Version   string
	At        time.Time
	Predicted bool
	Actual    *bool
}

func (w *world) logRows() []logged {
	w.t.Helper()
	rows, err := w.db.Pool().Query(w.t.Context(), `SELECT model_version, created_at, predicted, actual FROM ml_prediction_log`)
	if err != nil {
		w.t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[logged])
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// rightOf counts the outcomes of a version whose day lies so many days after another, and how many were right.
func rightOf(rows []logged, version string, day time.Time, from, to int) (k, n int) {
	for _, r := range rows {
		days := int(math.Floor(r.At.UTC().Truncate(24*time.Hour).Sub(day).Hours() / 24))
		if r.Version != version || r.Actual == nil || days < from || days > to {
			continue
		}
		n++
		if *r.Actual == r.Predicted {
			k++
		}
	}
	return k, n
}

// wilsonOf solves (p − k/n)² = z²·p(1 − p)/n for p, by halving.
func wilsonOf(k, n int) (low, high float64) {
	const z = 1.959963984540054
	share := float64(k) / float64(n)
	off := func(p float64) float64 { return (p-share)*(p-share) - z*z*p*(1-p)/float64(n) }
	root := func(inside, outside float64) float64 {
		for range 200 {
			if mid := (inside + outside) / 2; off(mid) <= 0 {
				inside = mid
			} else {
				outside = mid
			}
		}
		return inside
	}
	return root(share, 0), root(share, 1)
}

// TestRetrainGain counts the gain of retrains again, from the rows of the log: of the version before in the
// seven days before the one of the activation, and of the new one in the seven after it, whatever else of both
// was logged.
func TestRetrainGain(t *testing.T) {
	w := newWorld(t)
	log := func(ago int, version string, n, right int) {
		w.log(today.Add(-ago), day{model: drift.FraudDetector, version: version, n: n, low: 0, high: 1, right: right})
	}
	for ago := 30; ago >= 1; ago-- {
		log(ago, "v1", 40+ago%3, 70+ago%5) // goes on beside the new one, which counts for nothing
		if ago <= 14 {
			log(ago, "v2", 35+ago%4, 92-ago%3) // was tried before it came into service
		}
		if ago == 9 {
			w.log(today.Add(-ago), day{model: drift.FraudDetector, version: "v2", n: 30, low: 0, high: 1, right: -1, late: "late-"}) // no outcome
		}
	}
	for ago := 29; ago >= 0; ago-- {
		w.run(drift.JobMetrics, today.Add(-ago))
	}
	tenants, err := w.db.Tenants(t.Context(), drift.SystemActor())
	if err != nil {
		t.Fatal(err)
	}
	activated := map[int64]time.Time{ // late on a day: the day is what counts
		1: today.Add(-11).Time().Add(23*time.Hour + 59*time.Minute), 2: today.Add(-4).Time(), 3: today.Add(-1).Time().Add(time.Hour), 4: today.Add(-80).Time(),
	}
	for id, at := range activated {
		_, err := w.db.Pool().Exec(t.Context(), `INSERT INTO ml_retrain (tenant_id, id, model_type, state, requested_by, manual, reason, skip_cooldown,
			safeguards, created_at, state_since, parent_version, candidate_version, activated_at)
			VALUES ($1, $2, 'fraud_detector', 'kept', 'mara', true, 'x', false, '[]', $3, $3, 'v1', 'v2', $3)`, tenants[0].ID, id, at)
		if err != nil {
			t.Fatal(err)
		}
	}
	d, err := w.db.PeriodReport(t.Context(), drift.Actor{Name: "vera", Role: drift.RoleViewer, AllTenants: true},
		drift.ReportQuery{Now: w.clock(), Rows: 10, Period: drift.Period{From: today.Add(-60), To: today}})
	if err != nil {
		t.Fatal(err)
	}
	rows := w.logRows()
	if len(d.Gains.Items) != 3 || d.Gains.Total != 3 {
		t.Fatalf("%+v", d.Gains)
	}
	for i, g := range d.Gains.Items {
		if g.ID != []int64{3, 2, 1}[i] {
			t.Errorf("retrain %d stands in place %d", g.ID, i)
		}
		day := activated[g.ID].Truncate(24 * time.Hour)
		k1, n1 := rightOf(rows, "v1", day, -7, -1)
		k2, n2 := rightOf(rows, "v2", day, 1, 7)
		if g.Before != k1 || g.BeforeN != n1 || g.After != k2 || g.AfterN != n2 {
			t.Errorf("retrain %d: %d of %d and %d of %d, the log says %d of %d and %d of %d", g.ID, g.Before, g.BeforeN, g.After, g.AfterN, k1, n1, k2, n2)
		}
		if n2 == 0 {
			if g.Gain().Defined() || g.Low.Defined() || g.High.Defined() {
				t.Errorf("a gain without an outcome: %+v", g)
			}
			continue
		}
		p1, p2 := float64(k1)/float64(n1), float64(k2)/float64(n2)
		low1, high1 := wilsonOf(k1, n1)
		low2, high2 := wilsonOf(k2, n2)
		low, high := p2-p1-math.Hypot(p2-low2, high1-p1), p2-p1+math.Hypot(high2-p2, p1-low1)
		if math.Abs(float64(g.Gain())-(p2-p1)) > 1e-12 || math.Abs(float64(g.Low)-low) > 1e-9 || math.Abs(float64(g.High)-high) > 1e-9 {
			t.Errorf("retrain %d: gain %v in %v to %v, want %v in %v to %v", g.ID, g.Gain(), g.Low, g.High, p2-p1, low, high)
		}
	}
}
