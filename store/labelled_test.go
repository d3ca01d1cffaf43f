package store_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// labelledLog is three days of v1 at acme: 1,000 rows with outcomes, 500 without, none, and 50 rows.
func labelledLog(t *testing.T, db *store.DB, day drift.Date) (v drift.VersionKey, acme, zeta drift.Tenant) {
	t.Helper()
	with := func(i int, p *pred) {
		p.score, p.predicted, p.actual = float64(i)/1000, i >= 500, fmt.Sprint(i%2)
		p.features = fmt.Sprintf(`{"x":%d}`, i)
	}
	ingestAs(t, db, shell, some("a", 1000, day.Time(), with)...)
	ingestAs(t, db, shell, some("b", 500, day.Add(1).Time(), func(i int, p *pred) { with(i, p); p.actual = "" })...)
	ingestAs(t, db, shell, some("c", 50, day.Add(3).Time(), func(i int, p *pred) { with(i, p); p.features = "" })...)
	ingestAs(t, db, shell, some("other", 50, day.Time(), func(i int, p *pred) { with(i, p); p.version = "v2" })...)
	ingestAs(t, db, shell, some("theirs", 50, day.Time(), func(i int, p *pred) { with(i, p); p.tenant = "zeta" })...)
	rebuild(t, db)
	acme, zeta = drift.Tenant{ID: tenantID(t, db, "acme"), Name: "acme"}, drift.Tenant{ID: tenantID(t, db, "zeta"), Name: "zeta"}
	return drift.VersionKey{Model: drift.Model{TenantID: acme.ID, Tenant: "acme", ModelType: drift.FraudDetector}, Version: "v1"}, acme, zeta
}

func TestLabelledDays(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	day := drift.DateOf(now).Add(-9)
	v, acme, zeta := labelledLog(t, db, day)
	read := func(by drift.Actor, from, to drift.Date, most int) (days []drift.LabelledDay) {
		inTx(t, db, by, func(ctx context.Context, tx *store.Tx) (err error) {
			days, err = tx.LabelledDays(ctx, v, from, to, most)
			return err
		})
		return days
	}
	all := read(only(drift.RoleViewer, acme), day, day+4, 10_000)
	if len(all) != 3 || all[0].Day != day || all[1].Day != day+1 || all[2].Day != day+3 {
		t.Fatalf("%d days", len(all))
	}
	for i, n := range []int{1000, 500, 50} {
		if d := all[i]; d.Of != n || len(d.Scores) != n || len(d.Labels) != n || !slices.IsSorted(d.Scores) {
			t.Errorf("%s: %d of %d scores", d.Day, len(d.Scores), d.Of)
		}
	}
	for i, s := range all[0].Scores {
		want := drift.LabelNegative
		if int(s*1000+0.5)%2 == 1 {
			want = drift.LabelPositive
		}
		if s >= 0.5 {
			want |= drift.PredictedPositive
		}
		if all[0].Labels[i] != want {
			t.Fatalf("the score %v has the label %d, want %d", s, all[0].Labels[i], want)
		}
	}
	if all[1].Labels[0] != drift.LabelUnknown {
		t.Errorf("no outcome has the label %d", all[1].Labels[0])
	}
	few := read(only(drift.RoleViewer, acme), day, day+4, 155)
	if len(few) != 3 || len(few[0].Scores) != 100 || len(few[1].Scores) != 50 || len(few[2].Scores) != 5 || few[0].Of != 1000 {
		t.Fatalf("a tenth: %d, %d and %d scores", len(few[0].Scores), len(few[1].Scores), len(few[2].Scores))
	}
	if few[0].Scores[0] != 0.005 || few[0].Scores[99] != 0.995 {
		t.Errorf("a tenth is from %v to %v", few[0].Scores[0], few[0].Scores[99])
	}
	if least := read(only(drift.RoleViewer, acme), day, day+4, 1); len(least[2].Scores) != 1 {
		t.Errorf("the least: %d scores of a day", len(least[2].Scores))
	}
	if days := read(only(drift.RoleViewer, zeta), day, day+4, 100); len(days) != 0 {
		t.Errorf("another tenant's reader sees %d days", len(days))
	}
}

func TestOutcomeSample(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	day := drift.DateOf(now).Add(-9)
	v, acme, zeta := labelledLog(t, db, day)
	read := func(by drift.Actor, from, to drift.Date, most int) (s drift.OutcomeSample) {
		inTx(t, db, by, func(ctx context.Context, tx *store.Tx) (err error) {
			s, err = tx.OutcomeSample(ctx, v, drift.DriftWindow{From: from, To: to}, most)
			return err
		})
		return s
	}
	viewer := only(drift.RoleViewer, acme)
	s := read(viewer, day, day+4, 5000)
	right := 0
	for _, r := range s.Rows {
		if r.Right {
			right++
		}
	}
	if len(s.Rows) != 1000 || s.Of != 1050 || s.Sampled || right != 500 || len(s.Rows[0].Features) == 0 {
		t.Errorf("%d of %d rows, %d right", len(s.Rows), s.Of, right)
	}
	first, again := read(viewer, day, day+1, 400), read(viewer, day, day+1, 400)
	if n := len(first.Rows); n == 0 || n > 800 || first.Of != 1000 || !first.Sampled || fmt.Sprint(first) != fmt.Sprint(again) {
		t.Errorf("%d of %d rows, want about 400 and each time the same", len(first.Rows), first.Of)
	}
	if s := read(only(drift.RoleViewer, zeta), day, day+4, 100); len(s.Rows) != 0 || s.Of != 0 {
		t.Errorf("another tenant's reader sees %d of %d rows", len(s.Rows), s.Of)
	}
}
