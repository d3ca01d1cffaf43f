package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// TestScoresHoldNoConnection: whoever downloads scores may read as slowly as they like; the pool is
// for those who ask.
func TestScoresHoldNoConnection(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	day := drift.DateOf(now)
	ingestAs(t, db, shell,
		pred{id: "1", at: day.Time(), score: 0.9}, pred{id: "2", at: day.Time().Add(time.Hour), score: 0.1},
		pred{id: "3", at: day.Add(-2).Time(), score: 0.4}, pred{id: "4", at: day.Add(-3).Time(), score: 0.5},
		pred{id: "5", at: day.Add(-2).Time(), score: 0.7, version: "v2"})
	rebuild(t, db)
	by := drift.Actor{Name: "viewer", Role: drift.RoleViewer, AllTenants: true}
	var got [][]float64
	err := db.Scores(t.Context(), by, version(t, db, drift.FraudDetector, "v1"), day.Add(-2), day.Add(1), func(chunk []float64) error {
		if used, _, _, _ := db.PoolUse(); used != 0 {
			t.Errorf("%d connections are held while a day is handed out", used)
		}
		got = append(got, slices.Clone(chunk))
		return nil
	})
	if want := [][]float64{{0.4}, {0.1, 0.9}}; err != nil || !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%v, %v", got, err)
	}
}
