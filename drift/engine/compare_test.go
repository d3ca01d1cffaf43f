package engine_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
	"github.com/driftwatch/driftwatch/drift/engine"
)

// regions writes n rows a day of one version with a feature "where": "north" is right so many of a hundred,
// "south" is always 90. No outcome is known from unknownFrom on.
func (w *world) regions(version string, from, to, n int, north func(ago int) int, unknownFrom int) {
	w.t.Helper()
	var b bytes.Buffer
	for ago := from; ago > to; ago-- {
		d := today.Add(-ago)
		for i := range n {
			score := float64(i*61%100) / 100
			predicted := score >= 0.5
			where, right := "south", 90
			if i%2 == 0 {
				where, right = "north", north(ago)
			}
			actual := fmt.Sprint(predicted == (i*37%100 < right))
			if ago <= unknownFrom {
				actual = "null"
			}
			at := d.Time().Add(time.Duration(i) * 24 * time.Hour / time.Duration(n))
			fmt.Fprintf(&b, `{"prediction_id":"%s-%s-%d","tenant":"acme","model_type":"fraud_detector","model_version":%q,"created_at":%q,"score":%g,"predicted":%t,"actual":%s,"where":%q,"steady":%d}`+"\n",
				version, d, i, version, at.Format(time.RFC3339Nano), score, predicted, actual, where, i%3)
		}
	}
	w.ingest(&b)
	if _, err := w.db.RebuildMarkedDays(w.t.Context(), today.Add(-400), today.Add(1), nil); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) compare(c engine.Comparison) drift.Evidence {
	w.t.Helper()
	c.Tenant, c.ModelType = "acme", drift.FraudDetector
	e, err := w.engine.Compare(w.t.Context(), drift.SystemActor(), c)
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

// On the windows of today's check, a comparison says what the check says, and where accuracy fell.
func TestCompareSaysWhatTheCheckSays(t *testing.T) {
	w := newWorld(t)
	w.regions("v1", 120, 0, 100, func(ago int) int {
		if ago <= 7 {
			return 40
		}
		return 90
	}, 0)
	s, p := w.check(today)
	e := w.compare(engine.Comparison{})
	if got, want := asJSON(t, e.Statistical.Metrics), asJSON(t, s.Statistical); got != want || e.Statistical.Severity != s.Severity || e.Statistical.Message != s.Message {
		t.Errorf("scores: %s, the check says %s", got, want)
	}
	if got, want := asJSON(t, e.Performance.Metrics), asJSON(t, p.Performance); got != want || e.Performance.Severity != p.Severity || e.Performance.Message != p.Message {
		t.Errorf("accuracy: %s, the check says %s", got, want)
	}
	if e.Recent.Version != "v1" || e.Baseline.Version != "v1" || e.Recent.Predictions != 700 || e.Recent.Curves.Rows != 700 || e.Recent.Curves.Counts != p.Performance.Recent || len(e.Recent.Curves.ROC) < 3 || len(e.Recent.Curves.Reliability) != 10 {
		t.Errorf("recent: %+v", e.Recent)
	}
	sl := e.Slices
	if sl.RowsRecent != 700 || sl.OutcomesRecent != 700 || sl.Sampled || sl.Tested != 5 {
		t.Errorf("%+v", sl)
	}
	first := sl.Slices[0]
	if first.Feature != "where" || first.Value != "north" || !detect.SliceFell(first) || first.NRecent != 350 || float64(first.Drop) < 0.45 || first.DropLow <= 0.3 {
		t.Errorf("it fell most at %+v", first)
	}
	for _, s := range sl.Slices {
		if s.Value == "south" && (detect.SliceFell(s) || s.Drop != 0) {
			t.Errorf("south fell: %+v", s)
		}
	}
	if len(e.Features.Features) != 2 || detect.FeatureMoved(e.Features.Features[0]) || e.Features.RowsRecent != 700 {
		t.Errorf("features: %+v", e.Features)
	}
	// 60 days of baseline, 8 windows of 7 days back: all within 120 days, all as right as calibrated.
	if r := e.Record; r.N != 8 || r.InsideRate != 1 || r.MeanError > 0.001 || len(r.Past) != 8 || r.Past[0].Window.To != today-7 || r.Past[0].Calibrated != (drift.DriftWindow{From: today - 67, To: today - 37}) {
		t.Errorf("record: %+v", r)
	}
	if est := e.Estimate; math.Abs(float64(est.Accuracy)-0.9) > 0.01 || est.Inside() || !(est.Found < 0.7) || est.Predictions != 700 {
		t.Errorf("concept drift is nothing that scores can tell: %+v", est)
	}
	// Nothing was written: the same reports, no alert more.
	if again := w.compare(engine.Comparison{}); asJSON(t, again) != asJSON(t, e) {
		t.Error("the same comparison again is another")
	}
}

// Without outcomes there is an estimate, and no slice.
func TestCompareWithoutOutcomes(t *testing.T) {
	w := newWorld(t)
	w.regions("v1", 70, 0, 60, func(int) int { return 90 }, 7)
	e := w.compare(engine.Comparison{})
	if e.Performance.Status != drift.StatusInsufficientData || e.Performance.Severity != drift.SeverityUnknown {
		t.Errorf("%+v", e.Performance)
	}
	if est := e.Estimate; !(est.Low < est.Accuracy && est.Accuracy < est.High) || math.Abs(float64(est.Accuracy)-0.9) > 0.02 || est.Found.Defined() || est.FoundOutcomes != 0 || est.Inside() {
		t.Errorf("%+v", est)
	}
	if e.Slices.Tested != 0 || e.Slices.Slices == nil || e.Slices.RowsRecent != 0 || e.Slices.RowsBaseline == 0 {
		t.Errorf("%+v", e.Slices)
	}
	if c := e.Recent.Curves; c.Rows != 0 || c.ROCAUC.Defined() || c.ROC == nil {
		t.Errorf("%+v", c)
	}
	text := asJSON(t, e)
	for _, want := range []string{`"found":null`, `"roc_auc":null`, `"roc":[]`, `"severity":null`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
}

// Any two versions and windows, each from its own columns, with windows that overlap.
func TestCompareVersions(t *testing.T) {
	w := newWorld(t)
	w.regions("v1", 60, 0, 700, func(int) int { return 90 }, 0)
	w.regions("v2", 30, 0, 60, func(int) int { return 50 }, 0)
	window := drift.DriftWindow{From: today - 30, To: today}
	e := w.compare(engine.Comparison{Recent: engine.CompareSide{"v2", &window}, Baseline: engine.CompareSide{"v1", &window}})
	m := e.Statistical.Metrics
	if m.NRecent != 1800 || m.NBaseline != 21_000 || e.Performance.Metrics.NRecent != 1800 || e.Performance.Severity != drift.SeverityCritical && e.Performance.Severity != drift.SeverityHigh {
		t.Errorf("%+v %+v", m, e.Performance)
	}
	back := w.compare(engine.Comparison{Recent: engine.CompareSide{"v1", &window}, Baseline: engine.CompareSide{"v2", &window}})
	if b := back.Statistical.Metrics; b.KSStatistic != m.KSStatistic || b.PValue != m.PValue || b.MeanRecent != m.MeanBaseline {
		t.Errorf("the other way round %+v, want %+v", b, m)
	}
	same := w.compare(engine.Comparison{Recent: engine.CompareSide{"v1", &window}, Baseline: engine.CompareSide{Window: &window}})
	if same.Baseline.Version != "v1" || same.Statistical.Metrics.KSStatistic != 0 || same.Performance.Metrics.AccuracyDrop != 0 {
		t.Errorf("a window against itself: %+v", same.Statistical.Metrics)
	}
}

func TestCompareRefusals(t *testing.T) {
	w := newWorld(t)
	w.regions("v1", 40, 0, 40, func(int) int { return 90 }, 0)
	empty, long := drift.DriftWindow{From: today, To: today}, drift.DriftWindow{From: today - 401, To: today}
	nobody := drift.Actor{Name: "eve", Role: drift.RoleViewer}
	for name, c := range map[string]struct {
		by    drift.Actor
		ask   engine.Comparison
		code  drift.Code
		field string
	}{
		"another's":         {nobody, engine.Comparison{Tenant: "acme", ModelType: drift.FraudDetector}, drift.CodeNotFound, ""},
		"no such tenant":    {drift.SystemActor(), engine.Comparison{Tenant: "nobody", ModelType: drift.FraudDetector}, drift.CodeNotFound, ""},
		"no such type":      {drift.SystemActor(), engine.Comparison{Tenant: "acme", ModelType: "oracle"}, drift.CodeNotFound, ""},
		"never seen":        {drift.SystemActor(), engine.Comparison{Tenant: "acme", ModelType: drift.ConflictPredictor}, drift.CodeNotFound, ""},
		"no such version":   {drift.SystemActor(), engine.Comparison{Tenant: "acme", ModelType: drift.FraudDetector, Baseline: engine.CompareSide{Version: "v9"}}, drift.CodeNotFound, ""},
		"an empty window":   {drift.SystemActor(), engine.Comparison{Tenant: "acme", ModelType: drift.FraudDetector, Recent: engine.CompareSide{Window: &empty}}, drift.CodeInvalid, "recent_to"},
		"too long a window": {drift.SystemActor(), engine.Comparison{Tenant: "acme", ModelType: drift.FraudDetector, Baseline: engine.CompareSide{Window: &long}}, drift.CodeInvalid, "baseline_from"},
	} {
		_, err := w.engine.Compare(t.Context(), c.by, c.ask)
		var e *drift.Error
		if drift.CodeOf(err) != c.code || c.field != "" && (!errors.As(err, &e) || e.Field != c.field) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Days without anything are no error: there is nothing to judge.
	e := w.compare(engine.Comparison{Recent: engine.CompareSide{Window: &drift.DriftWindow{From: today + 10, To: today + 20}}})
	if e.Statistical.Status != drift.StatusInsufficientData || e.Recent.Predictions != 0 || e.Estimate.Accuracy.Defined() {
		t.Errorf("%+v", e)
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// What a score of one version means is learned from that version's outcomes, whatever version it is compared
// with: v2 is right half as often above its threshold as v1, and its estimate says so.
func TestEstimatesAreCalibratedOnTheirOwnVersion(t *testing.T) {
	w := newWorld(t)
	w.regions("v1", 60, 0, 60, func(int) int { return 90 }, 0)
	w.regions("v2", 60, 0, 60, func(int) int { return 40 }, 0)
	recent, base := drift.DriftWindow{From: today - 7, To: today}, drift.DriftWindow{From: today - 37, To: today - 7}
	own := w.compare(engine.Comparison{Recent: engine.CompareSide{"v2", &recent}, Baseline: engine.CompareSide{"v2", &base}}).Estimate
	other := w.compare(engine.Comparison{Recent: engine.CompareSide{"v2", &recent}, Baseline: engine.CompareSide{"v1", &base}}).Estimate
	if asJSON(t, own) != asJSON(t, other) || !other.Inside() || math.Abs(float64(other.Accuracy)-0.65) > 0.03 {
		t.Errorf("beside v1 it is %+v, beside itself %+v", other, own)
	}
	// Days that are in both windows are no days to learn from.
	apart, both := drift.DriftWindow{From: today - 37, To: today - 7}, drift.DriftWindow{From: today - 37, To: today}
	if a, b := w.compare(engine.Comparison{Recent: engine.CompareSide{"v2", &recent}, Baseline: engine.CompareSide{Window: &apart}}).Estimate,
		w.compare(engine.Comparison{Recent: engine.CompareSide{"v2", &recent}, Baseline: engine.CompareSide{Window: &both}}).Estimate; a.Accuracy != b.Accuracy || a.Low != b.Low || a.CalibrationOutcomes != b.CalibrationOutcomes {
		t.Errorf("calibrated on overlapping windows %+v, on what lies before %+v", b, a)
	}
	// A version that had no outcomes then cannot be estimated.
	w.regions("v3", 7, 0, 60, func(int) int { return 90 }, 0)
	young := w.compare(engine.Comparison{Recent: engine.CompareSide{"v3", &recent}, Baseline: engine.CompareSide{"v1", &base}})
	if e := young.Estimate; e.Accuracy.Defined() || e.CalibrationOutcomes != 0 || !e.Raw.Defined() || !e.Found.Defined() || young.Record.N != 0 {
		t.Errorf("a version without a past: %+v", e)
	}
}
