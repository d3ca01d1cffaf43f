package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// All rows of a window where there are few, about so many and always the same where there are more, and
// nobody else's.
func TestFeatureSample(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	day := drift.DateOf(now).Add(-2)
	with := func(i int, p *pred) { p.features = fmt.Sprintf(`{"x":%d}`, i) }
	ingestAs(t, db, shell, some("a", 6000, day.Time(), with)...)
	ingestAs(t, db, shell, some("other", 50, day.Time(), func(i int, p *pred) { with(i, p); p.version = "v2" })...)
	ingestAs(t, db, shell, some("theirs", 50, day.Time(), func(i int, p *pred) { with(i, p); p.tenant = "zeta" })...)
	ingestAs(t, db, shell, some("bare", 20, day.Add(-1).Time(), nil)...)
	rebuild(t, db)
	acme := drift.Tenant{ID: tenantID(t, db, "acme"), Name: "acme"}
	zeta := drift.Tenant{ID: tenantID(t, db, "zeta"), Name: "zeta"}
	v := drift.VersionKey{Model: drift.Model{TenantID: acme.ID, Tenant: "acme", ModelType: drift.FraudDetector}, Version: "v1"}
	read := func(by drift.Actor, from, to drift.Date, most int) (s drift.FeatureSample) {
		inTx(t, db, by, func(ctx context.Context, tx *store.Tx) (err error) {
			s, err = tx.FeatureSample(ctx, v, drift.DriftWindow{From: from, To: to}, most)
			return err
		})
		return s
	}
	viewer := only(drift.RoleViewer, acme)
	if s := read(viewer, day, day+1, 6000); len(s.Rows) != 6000 || s.Of != 6000 {
		t.Errorf("%d of %d rows, want all 6,000", len(s.Rows), s.Of)
	}
	first, again := read(viewer, day, day+1, 3000), read(viewer, day, day+1, 3000)
	if n := len(first.Rows); n < 2000 || n > 4000 || first.Of != 6000 {
		t.Errorf("%d of %d rows, want about 3,000", n, first.Of)
	}
	if fmt.Sprint(first) != fmt.Sprint(again) {
		t.Error("the same sample again is another")
	}
	if s := read(viewer, day-1, day, 100); len(s.Rows) != 0 || s.Of != 20 {
		t.Errorf("rows without features: %d of %d", len(s.Rows), s.Of)
	}
	if s := read(only(drift.RoleViewer, zeta), day, day+1, 100); len(s.Rows) != 0 || s.Of != 0 {
		t.Errorf("another tenant's reader sees %d of %d rows", len(s.Rows), s.Of)
	}
}

func TestOutcomesByHour(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	since := now.Add(-5*time.Hour - 30*time.Minute)
	row := func(id string, after time.Duration, predicted bool, actual string) pred {
		return pred{id: id, at: since.Add(after), score: 0.5, predicted: predicted, actual: actual}
	}
	ingestAs(t, db, shell,
		row("before", -time.Microsecond, true, "1"), row("a", 0, true, "1"), row("b", time.Hour-time.Microsecond, true, "0"),
		row("c", time.Hour, false, "0"), row("unknown", 90*time.Minute, true, ""), row("d", 4*time.Hour, true, "1"), row("late", 5*time.Hour, true, "1"))
	v := drift.VersionKey{Model: drift.Model{TenantID: tenantID(t, db, "acme"), Tenant: "acme", ModelType: drift.FraudDetector}, Version: "v1"}
	inTx(t, db, shell, func(ctx context.Context, tx *store.Tx) error {
		got, err := tx.OutcomesByHour(ctx, v, since, since.Add(5*time.Hour))
		if want := "[{0 1 2} {1 1 1} {4 1 1}]"; fmt.Sprint(got) != want {
			t.Errorf("%v, want %s", got, want)
		}
		return err
	})
}
