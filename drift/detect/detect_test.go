package detect_test

import (
	"math"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
	"github.com/driftwatch/driftwatch/drift/stats"
)

var (
	version = drift.VersionKey{Model: drift.Model{TenantID: 1, Tenant: "acme", ModelType: drift.FraudDetector}, Version: "3"}
	date    = drift.Date(20000)
)

// side makes counts with so many right of n, split evenly over the classes where it can be.
func side(right, n int) detect.Side {
	return detect.Side{Predictions: n, Counts: drift.Counts{TP: right / 2, TN: right - right/2, FP: (n - right) / 2, FN: n - right - (n-right)/2}}
}

func performance(recent, baseline detect.Side, s drift.Settings) drift.Report {
	return detect.Performance(detect.PerformanceInput{
		Version: version, Date: date, Recent: recent, Baseline: baseline, BaselineSource: drift.BaselineWindow, Settings: s,
	})
}

// Boundaries of the accuracy drop, by integers: 0.95 − 0.90 is exactly 0.05, whatever floats say.
func TestAccuracySeverity(t *testing.T) {
	for _, c := range []struct {
		name                       string
		right, n, rightBase, nBase int
		want                       drift.Severity
	}{
		{"better", 95, 100, 90, 100, drift.SeverityNone},
		{"equal", 90, 100, 90, 100, drift.SeverityNone},
		{"one outcome short of 5 points", 9001, 10000, 9500, 10000, drift.SeverityNone},
		{"exactly 5 points", 90, 100, 95, 100, drift.SeverityMedium},
		{"one outcome short of 10 points", 8001, 10000, 9000, 10000, drift.SeverityMedium},
		{"exactly 10 points", 80, 100, 90, 100, drift.SeverityHigh},
		{"exactly 20 points is not above 20", 70, 100, 90, 100, drift.SeverityHigh},
		{"one outcome above 20 points", 6999, 10000, 9000, 10000, drift.SeverityCritical},
		{"thirds", 1, 3 * 4, 1 + 2*4, 3 * 4, drift.SeverityCritical},
		{"unequal sides, exactly 10 points", 16, 20, 27, 30, drift.SeverityHigh},
	} {
		r := performance(side(c.right, c.n), side(c.rightBase, c.nBase), drift.Settings{})
		if r.Severity != c.want || r.Status != drift.StatusOK || r.BaselineSource != drift.BaselineWindow {
			t.Errorf("%s: %s %s, want %s", c.name, r.Status, r.Severity, c.want)
		}
	}
}

func TestTooFewOutcomesAreNeverNoDrift(t *testing.T) {
	for _, c := range []struct{ n, nBase int }{{9, 100}, {100, 9}, {0, 100}, {100, 0}, {0, 0}} {
		r := performance(side(0, c.n), side(c.nBase, c.nBase), drift.Settings{})
		if r.Status != drift.StatusInsufficientData || r.Severity != drift.SeverityUnknown || r.SecondarySeverity != drift.SeverityUnknown {
			t.Errorf("%d against %d: %s %q", c.n, c.nBase, r.Status, r.Severity)
		}
		if (r.BaselineSource == "") != (c.nBase < 10) {
			t.Errorf("%d against %d: baseline source %q", c.n, c.nBase, r.BaselineSource)
		}
	}
	if r := performance(side(10, 10), side(10, 10), drift.Settings{}); r.Status != drift.StatusOK {
		t.Errorf("ten on each side: %s", r.Status)
	}
}

func TestSecondarySeverity(t *testing.T) {
	base := detect.Side{Counts: drift.Counts{TP: 80, FP: 20, FN: 20, TN: 80}} // precision and recall 0.8
	for _, c := range []struct {
		name   string
		counts drift.Counts
		want   drift.Severity
	}{
		{"same", drift.Counts{TP: 80, FP: 20, FN: 20, TN: 80}, drift.SeverityNone},
		{"precision exactly 15 points lower", drift.Counts{TP: 65, FP: 35, FN: 10, TN: 90}, drift.SeverityHigh},
		{"precision a little less", drift.Counts{TP: 651, FP: 349, FN: 100, TN: 900}, drift.SeverityNone},
		{"recall 15 points lower", drift.Counts{TP: 65, FP: 5, FN: 35, TN: 95}, drift.SeverityHigh},
		{"nothing predicted and nothing positive", drift.Counts{TN: 100}, drift.SeverityUnknown},
	} {
		r := performance(detect.Side{Counts: c.counts}, base, drift.Settings{})
		if r.SecondarySeverity != c.want {
			t.Errorf("%s: %q, want %q", c.name, r.SecondarySeverity, c.want)
		}
	}
	r := performance(detect.Side{Counts: drift.Counts{TN: 100}}, base, drift.Settings{})
	if r.Performance.PrecisionDrop.Defined() || r.Performance.RecallDrop.Defined() {
		t.Error("a drop of what has no value")
	}
}

func TestSignificanceGuard(t *testing.T) {
	s := drift.Settings{}.With("GUARD_SIGNIFICANT", "true")
	few := performance(side(8, 10), side(10, 10), s)
	if few.Severity != drift.SeverityNone || few.Performance.Significant {
		t.Errorf("chance was taken for drift: %s, p = %v", few.Severity, few.Performance.PValue)
	}
	if many := performance(side(800, 1000), side(1000, 1000), s); many.Severity != drift.SeverityHigh {
		t.Errorf("drift was taken for chance: %s", many.Severity)
	}
}

func run(t *testing.T, scores ...float64) []stats.Run {
	t.Helper()
	r, err := stats.NewRun(scores)
	if err != nil {
		t.Fatal(err)
	}
	return []stats.Run{r}
}

func even(n int, low, high float64) []float64 {
	xs := make([]float64, n)
	for i := range xs {
		xs[i] = low + (high-low)*float64(i)/float64(n)
	}
	return xs
}

func statistical(t *testing.T, recent, baseline []stats.Run, s drift.Settings) drift.Report {
	t.Helper()
	r, err := detect.Statistical(detect.StatisticalInput{
		Version: version, Date: date, Recent: recent, Baseline: baseline, BaselineSource: drift.BaselineWindow, Settings: s,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSeverityOfPIsStrict(t *testing.T) {
	for _, c := range []struct {
		p    float64
		want drift.Severity
	}{
		{0, drift.SeverityCritical},
		{0.000999, drift.SeverityCritical},
		{0.001, drift.SeverityHigh},
		{0.00999, drift.SeverityHigh},
		{0.01, drift.SeverityMedium},
		{0.0499, drift.SeverityMedium},
		{0.05, drift.SeverityNone},
		{1, drift.SeverityNone},
	} {
		if got := detect.SeverityOfP(c.p, stats.DefaultCutOffs); got != c.want {
			t.Errorf("p = %v is %s, want %s", c.p, got, c.want)
		}
	}
}

func TestStatistical(t *testing.T) {
	recent, baseline := run(t, even(300, 0.2, 1)...), run(t, even(900, 0, 1)...)
	r := statistical(t, recent, baseline, drift.Settings{})
	m := r.Statistical
	if r.Severity != drift.SeverityCritical || m.NRecent != 300 || m.NBaseline != 900 || !m.Material || m.Method != "exact" || m.KSNumerator == "" {
		t.Errorf("%+v %+v", r, m)
	}
	if s := r.Message; !strings.Contains(s, "0.499 → 0.599") || !strings.Contains(s, "scores moved") {
		t.Errorf("message %q", s)
	}
	if r := statistical(t, baseline, baseline, drift.Settings{}); r.Severity != drift.SeverityNone || r.Statistical.PValue != 1 {
		t.Errorf("the same data: %s, p = %v", r.Severity, r.Statistical.PValue)
	}
	// A floor on D switches the severity off, not the numbers.
	if r := statistical(t, recent, baseline, drift.Settings{}.With("GUARD_MIN_D", "0.3")); r.Severity != drift.SeverityNone || r.Statistical.PValue != m.PValue {
		t.Errorf("under the floor: %s", r.Severity)
	}
}

func TestTooFewScores(t *testing.T) {
	few, many := run(t, even(29, 0, 1)...), run(t, even(30, 0, 1)...)
	for _, c := range [][2][]stats.Run{{few, many}, {many, few}, {nil, many}, {many, nil}, {nil, nil}} {
		r := statistical(t, c[0], c[1], drift.Settings{})
		if r.Status != drift.StatusInsufficientData || r.Severity != drift.SeverityUnknown || r.Statistical.PValue.Defined() || r.Statistical.KSStatistic.Defined() {
			t.Errorf("%+v", r)
		}
	}
	if r := statistical(t, many, many, drift.Settings{}); r.Status != drift.StatusOK {
		t.Errorf("thirty on each side: %s", r.Status)
	}
}

// The worked example of Benjamini and Hochberg's paper: 15 tests, of which the first four are
// rejected at a rate of 0.05.
func TestBenjaminiHochberg(t *testing.T) {
	family := []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1}
	q := detect.BenjaminiHochberg(family)
	for i, p := range family {
		if rejected := q(p) <= 0.05; rejected != (i < 4) {
			t.Errorf("test %d, p = %v, has q = %v", i+1, p, q(p))
		}
	}
	if got := q(0.0001); math.Abs(got-0.0015) > 1e-12 {
		t.Errorf("the smallest has q = %v, want 15·0.0001", got)
	}
	if got := q(1); got != 1 {
		t.Errorf("the largest has q = %v", got)
	}
	if got := q(0.5); got != 0.5 {
		t.Errorf("a stranger to the family became %v", got)
	}
	tied := detect.BenjaminiHochberg([]float64{0.02, 0.02})
	if tied(0.02) != 0.02 {
		t.Errorf("two equal p of 0.02 have q = %v", tied(0.02))
	}
}

func TestWindows(t *testing.T) {
	w := detect.WindowsOf(date, drift.Settings{})
	if w.Recent != (drift.DriftWindow{From: date - 7, To: date}) || w.Baseline != (drift.DriftWindow{From: date - 60, To: date - 30}) {
		t.Errorf("%+v", w)
	}
	// The first day on which the baseline holds the first prediction.
	from := detect.JudgedFrom(date, drift.Settings{})
	if in := detect.WindowsOf(from, drift.Settings{}).Baseline; date < in.From || date >= in.To {
		t.Errorf("judged from %s, whose baseline is %+v", from, in)
	}
	if in := detect.WindowsOf(from-1, drift.Settings{}).Baseline; date >= in.From && date < in.To {
		t.Errorf("a day before it could be judged too: %+v", in)
	}
}

func TestMetrics(t *testing.T) {
	labelled := drift.LabelledScores{}
	add := func(score float64, label byte, yes bool) {
		if yes {
			label |= drift.PredictedPositive
		}
		labelled.Scores, labelled.Labels = append(labelled.Scores, score), append(labelled.Labels, label)
	}
	for i := range 10 {
		add(float64(i)/10, drift.LabelNegative+byte(i/5), i >= 5)
	}
	add(0.95, drift.LabelUnknown, true)
	day := drift.ScoreDay{
		Version: version, Day: date, N: 11, Counts: drift.Counts{TP: 5, TN: 5},
		IntervalWidthN: 2, IntervalWidth: 0.3, LatencyN: 4, LatencyMS: 10,
	}
	in := detect.MetricsInput{Day: day, Scores: labelled, Baseline: side(90, 100)}
	m, err := detect.Metrics(in)
	if err != nil {
		t.Fatal(err)
	}
	if m.TotalPredictions != 11 || m.PredictionsWithOutcomes != 10 || m.Accuracy != 1 || m.ROCAUC != 1 || m.PRAUC != 1 ||
		m.MeanIntervalWidth != 0.15 || m.MeanLatencyMS != 2.5 || math.Abs(float64(m.DeltaFromBaseline)-0.1) > 1e-12 || m.IsDegraded {
		t.Errorf("%+v", m)
	}
	// Exactly ten points worse is not degraded; one outcome more is.
	in.Baseline, in.Day.Counts = side(100, 100), drift.Counts{TP: 5, TN: 4, FP: 1}
	if m, err = detect.Metrics(in); err != nil || m.IsDegraded {
		t.Errorf("0.9 after 1: %+v, %v", m, err)
	}
	in.Day.Counts = drift.Counts{TP: 5, TN: 3, FP: 2}
	if m, err = detect.Metrics(in); err != nil || !m.IsDegraded || m.DeltaFromBaseline >= 0 {
		t.Errorf("0.8 after 1: %+v, %v", m, err)
	}
	// Under ten outcomes everything about outcomes is undefined, and the rest is not.
	in.Day.Counts = drift.Counts{TP: 5, TN: 4}
	if m, err = detect.Metrics(in); err != nil || m.Accuracy.Defined() || m.Brier.Defined() || m.DeltaFromBaseline.Defined() || m.IsDegraded || m.MeanLatencyMS != 2.5 {
		t.Errorf("nine outcomes: %+v, %v", m, err)
	}
	// Without a baseline there is nothing to be degraded from.
	in.Day.Counts, in.Baseline = drift.Counts{TP: 1, FP: 9}, side(9, 9)
	if m, err = detect.Metrics(in); err != nil || m.DeltaFromBaseline.Defined() || m.IsDegraded {
		t.Errorf("no baseline: %+v, %v", m, err)
	}
}

func TestWordsOfUnjudgedReports(t *testing.T) {
	silent := performance(detect.Side{Predictions: 500}, side(90, 100), drift.Settings{})
	if !strings.Contains(silent.Recommendation, "outcome feed") {
		t.Errorf("%q", silent.Recommendation)
	}
	young := performance(side(90, 100), detect.Side{}, drift.Settings{})
	if !strings.Contains(young.Recommendation, "baseline") {
		t.Errorf("%q", young.Recommendation)
	}
}

// 2 of n+1 arrangements part one number from n others: p is exactly 0.05, 0.01, 0.001.
func TestAnExactCutOffIsNotBelowIt(t *testing.T) {
	for n, want := range map[int]drift.Severity{
		39: drift.SeverityNone, 40: drift.SeverityMedium, 199: drift.SeverityMedium, 200: drift.SeverityHigh,
		1999: drift.SeverityHigh, 2000: drift.SeverityCritical,
	} {
		others := make([]float64, n)
		for i := range others {
			others[i] = float64(i) / float64(n)
		}
		c, err := stats.Compare([]float64{2}, others, stats.PRule{})
		if err != nil {
			t.Fatal(err)
		}
		if got := detect.SeverityOfP(c.KS.P, stats.DefaultCutOffs); got != want {
			t.Errorf("one against %d: p = %.17g is %s, want %s", n, c.KS.P, got, want)
		}
	}
}
