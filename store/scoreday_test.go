package store_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

// view runs fn as a viewer of everything.
func view(t testing.TB, db *store.DB, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := db.View(t.Context(), drift.Actor{Name: "viewer", Role: drift.RoleViewer, AllTenants: true}, fn); err != nil {
		t.Fatal(err)
	}
}

func version(t testing.TB, db *store.DB, modelType, version string) drift.VersionKey {
	return drift.VersionKey{
		Model:   drift.Model{TenantID: tenantID(t, db, "acme"), Tenant: "acme", ModelType: modelType},
		Version: version,
	}
}

func TestADayColumn(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	day := drift.DateOf(now)
	from := day.Time()
	ingestAs(t, db, shell,
		pred{id: "1", at: from, score: 0.9, predicted: true, actual: "1", latency: 2},
		pred{id: "2", at: from.Add(time.Hour), score: 0.1, actual: "0"},
		pred{id: "3", at: from.Add(2 * time.Hour), score: 0.9, predicted: true, actual: "0", latency: 3},
		pred{id: "4", at: from.Add(3 * time.Hour), score: 0, actual: "1"},
		pred{id: "5", at: from.Add(4 * time.Hour), score: 1, predicted: true},
		pred{id: "6", at: from.Add(-time.Microsecond), score: 0.5},
		pred{id: "7", at: from.Add(24 * time.Hour), score: 0.5},
		pred{id: "8", at: from.Add(24*time.Hour - time.Microsecond), score: 0.5, version: "v2"},
	)
	rebuild(t, db)
	v := version(t, db, drift.FraudDetector, "v1")
	var first []byte
	view(t, db, func(tx *store.Tx) error {
		days, err := tx.ScoreDays(t.Context(), v, day, day+1)
		if err != nil || len(days) != 1 {
			t.Fatalf("days %v, %v", days, err)
		}
		d := days[0]
		first = d.Digest
		d.Digest = nil
		expected := drift.ScoreDay{
			Version: v, Day: day, N: 5, Counts: drift.Counts{TP: 1, FP: 1, FN: 1, TN: 1}, LatencyN: 2, LatencyMS: 5,
			FirstCreatedAt: from, LastCreatedAt: from.Add(4 * time.Hour), LastIngestedAt: now, LastOutcomeAt: now,
		}
		if !reflect.DeepEqual(d, expected) {
			t.Fatalf("day %+v\nwant %+v", d, expected)
		}
		labelled, err := tx.LabelledScores(t.Context(), v, day)
		if err != nil || !slices.Equal(labelled.Scores, []float64{0, 0.1, 0.9, 0.9, 1}) ||
			!bytes.Equal(labelled.Labels, []byte{2, 1, 1 + 4, 2 + 4, 4}) {
			t.Fatalf("labelled %v, %v", labelled, err)
		}
		return nil
	})
	digest := func() (d []byte) {
		rebuild(t, db)
		view(t, db, func(tx *store.Tx) error {
			days, err := tx.ScoreDays(t.Context(), v, day, day+1)
			d = days[0].Digest
			return err
		})
		return d
	}
	mark := `INSERT INTO score_day_mark (tenant_id, model_type, day, marked_at) SELECT id, 'fraud_detector', $1, now() FROM tenant`
	mustExec(t, db, mark, from)
	if !bytes.Equal(digest(), first) {
		t.Fatal("the digest changed though the day did not")
	}
	outcomesAs(t, db, shell, out{id: "5", actual: 1})
	second := digest()
	if bytes.Equal(second, first) {
		t.Fatal("an outcome did not change the digest")
	}
	ingestAs(t, db, shell, pred{id: "9", at: from, score: 0.3})
	if bytes.Equal(digest(), second) {
		t.Fatal("a late row did not change the digest")
	}
}

// TestRunsGiveWhatTheScoresGive compares the columns with the scores themselves, with days small
// and large, so that both ways of reading are taken.
func TestRunsGiveWhatTheScoresGive(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	random := rand.New(rand.NewPCG(1, 2))
	recent := drift.DriftWindow{From: drift.DateOf(now).Add(-7), To: drift.DateOf(now)}
	baseline := drift.DriftWindow{From: recent.To.Add(-60), To: recent.To.Add(-30)}
	var x, y []float64
	fill := func(d drift.Date, n int, into *[]float64, shift float64) {
		rows := some(d.String(), n, d.Time(), func(i int, p *pred) {
			p.score = min(1, random.Float64()*(1-shift)+shift*random.Float64())
			*into = append(*into, p.score)
		})
		ingestAs(t, db, shell, rows...)
	}
	fill(recent.From, 2000, &x, 0.3)
	fill(recent.From+3, 40, &x, 0.3)
	fill(recent.To-1, 900, &x, 0.3)
	fill(baseline.From, 3000, &y, 0)
	fill(baseline.To-1, 700, &y, 0)
	fill(baseline.To, 100, &[]float64{}, 0) // in neither
	fill(recent.To, 100, &[]float64{}, 0)
	rebuild(t, db)
	v := version(t, db, drift.FraudDetector, "v1")
	rule := stats.PRule{}
	direct, err := stats.Compare(x, y, rule)
	if err != nil {
		t.Fatal(err)
	}
	var read [2]int
	for k := range read {
		view(t, db, func(tx *store.Tx) error {
			r, b, fetch, err := tx.Runs(t.Context(), v, recent, baseline)
			if err != nil || len(r) != 3 || len(b) != 2 {
				t.Fatalf("runs %d and %d, %v; want 3 and 2", len(r), len(b), err)
			}
			if r[0].Values != nil || len(r[1].Values) != 40 {
				t.Fatal("only small days should bring their scores along")
			}
			fetches := 0
			got, err := stats.CompareRuns(r, b, rule, func(needs []stats.Need) ([][]float64, error) {
				fetches++
				for _, n := range needs {
					read[k] += n.Hi - n.Lo
				}
				return fetch(needs)
			})
			if err != nil || fetches != 1 {
				t.Fatalf("compare: %d fetches, %v", fetches, err)
			}
			if got.KS != direct.KS {
				t.Fatalf("KS from runs %+v, from scores %+v", got.KS, direct.KS)
			}
			return nil
		})
		// The second time as it was stored before there were parts.
		mustExec(t, db, `UPDATE ml_score_day SET bin_counts = substring(bin_counts FOR 128 + length(bin_sums) / 2)`)
	}
	if read[0] >= read[1] {
		t.Errorf("%d scores were read with parts, %d without", read[0], read[1])
	}
	view(t, db, func(tx *store.Tx) error {
		var all []float64
		err := tx.Scores(t.Context(), v, recent.From, recent.To, func(chunk []float64) error {
			all = append(all, chunk...)
			return nil
		})
		slices.Sort(all)
		slices.Sort(x)
		if err != nil || !slices.Equal(all, x) {
			t.Fatalf("%d scores, %v; want %d", len(all), err, len(x))
		}
		return nil
	})
}

func TestWhichVersions(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	today := drift.DateOf(now)
	on := func(id string, back int, v string) pred {
		return pred{id: id, at: now.AddDate(0, 0, -back), version: v}
	}
	ingestAs(t, db, shell, on("a", 5, "v1"), on("b", 3, "v2"), on("c", 2, "v1"), on("d", 0, "v3"),
		pred{id: "e", tenant: "zeta", at: now.AddDate(0, 0, -50)})
	rebuild(t, db)
	serving := func(d drift.Date) (list []string) {
		view(t, db, func(tx *store.Tx) error {
			vs, err := tx.ServingVersions(t.Context(), d)
			for _, v := range vs {
				list = append(list, v.Tenant+" "+v.ModelType+" "+v.Version)
			}
			return err
		})
		return list
	}
	steps := []struct {
		day  drift.Date
		want []string
	}{
		{today - 50, nil},
		{today - 4, []string{"acme fraud_detector v1", "zeta fraud_detector v1"}},
		{today - 2, []string{"acme fraud_detector v2", "zeta fraud_detector v1"}},
		{today, []string{"acme fraud_detector v1", "zeta fraud_detector v1"}},
		{today + 1, []string{"acme fraud_detector v3", "zeta fraud_detector v1"}},
	}
	for _, s := range steps {
		if got := serving(s.day); !slices.Equal(got, s.want) {
			t.Errorf("serving on %s: %v, want %v", s.day, got, s.want)
		}
	}
	// An activation decides from its first midnight on.
	mustExec(t, db, `WITH v AS (UPDATE ml_model_version SET activated_at = $1, is_active = true WHERE version = 'v2'
			RETURNING tenant_id, model_type)
		INSERT INTO ml_service (tenant_id, model_type, from_at, model_version) SELECT tenant_id, model_type, $1, 'v2' FROM v`, now.AddDate(0, 0, -1))
	if got := serving(today); got[0] != "acme fraud_detector v2" {
		t.Errorf("serving after an activation: %v", got)
	}
	if got := serving(today - 1); got[0] != "acme fraud_detector v1" {
		t.Errorf("serving before it: %v", got)
	}
	view(t, db, func(tx *store.Tx) error {
		vs, err := tx.VersionsIn(t.Context(), today-3, today)
		if err != nil || len(vs) != 2 || vs[0].Version != "v1" || vs[1].Version != "v2" {
			t.Errorf("versions %v, %v", vs, err)
		}
		at, err := tx.FirstPrediction(t.Context(), version(t, db, drift.FraudDetector, "v1"))
		if err != nil || !at.Equal(now.AddDate(0, 0, -5)) {
			t.Errorf("first prediction %v, %v", at, err)
		}
		if at, err = tx.FirstPrediction(t.Context(), version(t, db, drift.FraudDetector, "none")); err != nil || !at.IsZero() {
			t.Errorf("first prediction of nothing %v, %v", at, err)
		}
		fresh, err := tx.FreshModels(t.Context(), now.AddDate(0, 0, -30))
		if err != nil || len(fresh) != 1 || fresh[0].Tenant != "acme" {
			t.Errorf("fresh models %v, %v", fresh, err)
		}
		return nil
	})
}

func TestCoverage(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	today := drift.DateOf(now)
	ingestAs(t, db, shell, some("known", 20, (today-9).Time(), func(_ int, p *pred) { p.actual = "1" })...)
	ingestAs(t, db, shell, some("open", 15, (today-2).Time(), nil)...)
	ingestAs(t, db, shell, some("never", 15, (today-2).Time(), func(_ int, p *pred) { p.tenant = "new" })...)
	rebuild(t, db)
	coverage := func(from drift.Date) (list []drift.OutcomeCoverage) {
		view(t, db, func(tx *store.Tx) (err error) {
			list, err = tx.Coverage(t.Context(), from, from, today)
			return err
		})
		return list
	}
	c := coverage(today - 7)
	if len(c) != 2 || c[0].Predictions != 15 || c[0].WithoutOutcome != 15 || !c[0].Silent ||
		c[0].OldestWithout != (today-2).Time() || c[0].LastOutcomeFor != (today-9).Time() {
		t.Fatalf("coverage %+v", c)
	}
	if c[1].Silent || !c[1].LastOutcomeFor.IsZero() {
		t.Fatalf("a feed that never was cannot fall silent: %+v", c[1])
	}
	if c := coverage(today - 30); c[0].Silent || c[0].Predictions != 35 || c[0].WithoutOutcome != 15 {
		t.Fatalf("coverage of more days %+v", c)
	}
}

// TestElec2 takes in a real log twice and compares every day's counts with what was counted apart.
func TestElec2(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	res := importFile(t, db, sharedFile(t, "elec2.csv"), 10_000)
	expect(t, res, 40992, 40992, 0, 0)
	if n := rebuild(t, db); n != 854 {
		t.Errorf("built %d days, want 854", n)
	}
	var expected struct {
		Series []struct {
			Daily map[string]struct{ N, TP, FP, FN, TN int }
		}
	}
	if err := json.NewDecoder(sharedFile(t, "expected_elec2.json")).Decode(&expected); err != nil {
		t.Fatal(err)
	}
	view(t, db, func(tx *store.Tx) error {
		versions, err := tx.VersionsIn(t.Context(), 0, 40000)
		if err != nil || len(versions) != 1 {
			t.Fatalf("versions %v, %v", versions, err)
		}
		days, err := tx.ScoreDays(t.Context(), versions[0], 0, 40000)
		if err != nil || len(days) != len(expected.Series[0].Daily) {
			t.Fatalf("%d days, %v; want %d", len(days), err, len(expected.Series[0].Daily))
		}
		for _, d := range days {
			e := expected.Series[0].Daily[d.Day.String()]
			if d.N != e.N || d.Counts != (drift.Counts{TP: e.TP, FP: e.FP, FN: e.FN, TN: e.TN}) {
				t.Errorf("%s: %d %+v, want %+v", d.Day, d.N, d.Counts, e)
			}
		}
		return nil
	})
	again := importFile(t, db, sharedFile(t, "elec2.csv"), 7_000)
	expect(t, again, 40992, 0, 40992, 0)
	want(t, db, "0", `SELECT count(*) FROM score_day_mark`)
	want(t, db, "y1996 y1997 y1998", partitionNames)
}

// TestTheOrderOfRowsDoesNotShow has the same day come in at two tenants in two orders.
func TestTheOrderOfRowsDoesNotShow(t *testing.T) {
	db := storetest.Fresh(t, at(now))
	latencies := []float64{0.1, 0.2, 0.3}
	for i := range latencies {
		for tenant, k := range map[string]int{"acme": i, "globex": len(latencies) - 1 - i} {
			ingestAs(t, db, shell, pred{
				id: fmt.Sprint(i), tenant: tenant, score: 0.5, latency: latencies[k],
				actual: []string{"0", "1"}[k%2], at: now,
			})
		}
	}
	rebuild(t, db)
	want(t, db, "1", `SELECT count(DISTINCT digest) FROM ml_score_day`)
}
