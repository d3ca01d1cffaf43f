package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

func TestAlertLists(t *testing.T) {
	db := storetest.Fresh(t)
	acme, zeta := tenantNamed(t, db, "acme"), tenantNamed(t, db, "ze%ta_")
	one := raised(t, db, acme, drift.SeverityHigh, now)
	inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
		one.Status, one.Assignee = drift.AlertResolved, "rita"
		_, err := tx.SaveAlert(ctx, one, 1, moveOf(one, drift.MoveResolve, "rita"))
		return err
	})
	two := raised(t, db, acme, drift.SeverityCritical, now.Add(time.Minute))
	three := raised(t, db, zeta, drift.SeverityMedium, now.Add(2*time.Minute))
	nobody := ""
	all := []int64{three.ID, two.ID, one.ID}
	for name, c := range map[string]struct {
		f    drift.AlertFilter
		want []int64
	}{
		"everything":      {drift.AlertFilter{}, all},
		"urgent first":    {drift.AlertFilter{Order: drift.UrgentFirst}, []int64{two.ID, one.ID, three.ID}},
		"open":            {drift.AlertFilter{Open: true}, []int64{three.ID, two.ID}},
		"status":          {drift.AlertFilter{Statuses: []drift.AlertStatus{drift.AlertResolved}}, []int64{one.ID}},
		"severities":      {drift.AlertFilter{Severities: []drift.Severity{drift.SeverityHigh, drift.SeverityMedium}}, []int64{three.ID, one.ID}},
		"tenant":          {drift.AlertFilter{Tenants: []string{"ze%ta_"}}, []int64{three.ID}},
		"no such tenant":  {drift.AlertFilter{Tenants: []string{"'; DROP TABLE tenant; --"}}, nil},
		"model type":      {drift.AlertFilter{ModelTypes: []string{drift.ConflictPredictor}}, nil},
		"drift type":      {drift.AlertFilter{DriftTypes: []drift.DriftType{drift.Statistical}}, all},
		"alert type":      {drift.AlertFilter{AlertTypes: []drift.AlertType{drift.AlertBlind}}, nil},
		"version":         {drift.AlertFilter{ModelVersions: []string{"v1"}}, all},
		"since":           {drift.AlertFilter{Since: two.CreatedAt}, []int64{three.ID, two.ID}},
		"text":            {drift.AlertFilter{Text: "MOVED"}, all},
		"text of tenant":  {drift.AlertFilter{Text: "%ta_"}, []int64{three.ID}},
		"not a wildcard":  {drift.AlertFilter{Text: "%"}, []int64{three.ID}},
		"not a character": {drift.AlertFilter{Text: "a_m"}, nil},
		"assignee":        {drift.AlertFilter{Assignee: &one.Assignee}, []int64{one.ID}},
		"nobody's":        {drift.AlertFilter{Assignee: &nobody}, []int64{three.ID, two.ID}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, size := range []int{0, 1} { // at once, and page by page
				if got := listed(t, db, c.f, size); !slices.Equal(got, c.want) {
					t.Errorf("in pages of %d: %v, want %v", size, got, c.want)
				}
			}
		})
	}
	counts, err := db.AlertCounts(t.Context(), system, drift.AlertFilter{Open: true})
	if err != nil || len(counts) != 2 || counts[0].Severity != drift.SeverityCritical || counts[0].N != 1 ||
		counts[0].Owned || !counts[0].Oldest.Equal(two.CreatedAt) {
		t.Errorf("counts: %+v, %v", counts, err)
	}
	if _, err := db.Alerts(t.Context(), system, drift.AlertFilter{Cursor: "WzEsMl0"}); drift.CodeOf(err) != drift.CodeInvalid {
		t.Errorf("a cursor from nowhere: %v", err)
	}
}

// listed walks all pages of a list.
func listed(t *testing.T, db *store.DB, f drift.AlertFilter, size int) (ids []int64) {
	t.Helper()
	f.Limit = size
	for {
		page, err := db.Alerts(t.Context(), system, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page.Items {
			ids = append(ids, a.ID)
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			return ids
		}
	}
}
