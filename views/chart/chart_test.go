package chart

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/views/lang"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func render(t *testing.T, c templ.Component) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(context.Background(), &b); err != nil {
		t.Fatalf("render: %v", err)
	}
	return scripts.ReplaceAllString(b.String(), "")
}

// scripts are the one module that a page's first chart loads; its address
// changes with every build.
var scripts = regexp.MustCompile(`<script type="module" src="/static/[^"]*/js/chart.js"></script>`)

// show is the figure on a page that serves files.
func show(c Chart) templ.Component {
	return Show(c, Files{Base: "/models/acme/m/charts/", Query: "?days=60"})
}

func inGerman(c templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return c.Render(lang.With(ctx, lang.German), w)
	})
}

func ptr(v float64) *float64 { return &v }

func day(i int) time.Time {
	return time.Date(1998, 5, 4, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i)
}

// golden compares a rendering with its file under testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".html")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run with -update to write it)", err)
	}
	if got != string(want) {
		t.Errorf("%s differs from its golden file; look at it and run with -update", name)
	}
}

// notANumber finds what a number must never become in markup.
var notANumber = regexp.MustCompile(`NaN|[+-]Inf|\de[+-]\d{2}|%!`)

// check looks at what holds for every chart: well-formed, nothing that is not
// a number, no inline style or script, ids once, every plot with its label.
func check(t *testing.T, out string) {
	t.Helper()
	if bad := notANumber.FindString(out); bad != "" {
		t.Errorf("not a number in the output: %q", bad)
	}
	for _, banned := range []string{" style=", "<script", "<style", " onclick", "javascript:"} {
		if strings.Contains(out, banned) {
			t.Errorf("%q in the output", banned)
		}
	}
	ids := map[string]bool{}
	d := xml.NewDecoder(strings.NewReader("<root>" + out + "</root>"))
	d.Entity = xml.HTMLEntity
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		el, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		labelled, img := false, false
		for _, a := range el.Attr {
			switch a.Name.Local {
			case "id":
				if ids[a.Value] {
					t.Errorf("id %q twice", a.Value)
				}
				ids[a.Value] = true
			case "aria-label":
				labelled = a.Value != ""
			case "role":
				img = a.Value == "img"
			}
		}
		if img && !labelled {
			t.Error("an image without a label")
		}
	}
}

// example is one input whose rendering is kept as a golden file.
type example struct {
	name  string
	chart templ.Component
	want  []string // must be in the output
	not   []string // must not
}

func examples() []example {
	return []example{
		{"histogram", show(sampleDistribution()), []string{"decides at 0.5", "means, 0.41 and 0.60"}, nil},
		{"histogram-empty", show(Distribution{High: 1}), []string{"nothing to compare"}, []string{"role=\"img\"", "<details"}},
		{"histogram-one", show(Distribution{High: 1, Recent: Sample{Counts: []int64{0, 1}, Mean: ptr(.7)}}), []string{"Baseline: no scores.", "100\u00a0%"}, nil},
		{"histogram-equal", show(Distribution{High: 1, Baseline: Sample{Counts: []int64{9, 0, 0}}, Recent: Sample{Counts: []int64{4, 0, 0}}}), nil, nil},
		{"ecdf", show(sampleECDFs()), []string{"D = 0.359", "at score 0.667", "82.0\u00a0% of the baseline"}, nil},
		{"ecdf-empty", show(ECDFs{High: 1}), []string{"no distance to show"}, []string{"role=\"img\""}},
		{"ecdf-right", show(edgeECDFs(.97)), []string{"at score 0.970"}, nil},
		{"trend", show(sampleTrend(60)), []string{"p &lt;\u00a00.001", "10⁻¹⁶", "not judged", "first CRITICAL"}, nil},
		{"trend-empty", show(Trend{}), []string{"No statistical check"}, nil},
		{"trend-one", show(Trend{Days: []TrendDay{{Date: day(0), D: ptr(.1), P: ptr(0), Severity: Critical}}}), []string{"&lt;\u00a010⁻³⁰⁰"}, nil},
		{"accuracy", show(sampleAccuracy(60)), []string{"no outcomes", "alert raised", "61.8\u00a0%"}, nil},
		{"accuracy-gaps", show(mostlyGaps()), []string{"no predictions", "no outcomes"}, nil},
		{"accuracy-empty", show(Accuracy{}), []string{"No predictions in these days."}, nil},
		{"metric", show(sampleMetric()), []string{"n 48", "lower"}, nil},
		{"metric-empty", show(Metric{Title: "ROC AUC", Days: []MetricDay{{Date: day(0), N: 3}}}), []string{"enough outcomes"}, []string{"role=\"img\""}},
		{"metric-wide", show(sampleWideMetric()), []string{"too few outcomes", "49.4\u00a0%", "alert acknowledged"}, nil},
		{"metric-one", show(Metric{Title: "Recall", Percent: true, Wide: true, Days: []MetricDay{{Date: day(0), N: 9, Value: ptr(.4), Low: ptr(.2), High: ptr(.7)}}}), []string{"1 of 1 days"}, nil},
		{"heat", show(sampleHeat(60)), []string{"no scores", "The mean was 0.40", "decides"}, nil},
		{"heat-empty", show(Heat{Days: []HeatDay{{Date: day(0)}, {Date: day(1), Counts: []int64{0, 0}}}}), []string{"No scores in these days."}, []string{"role=\"img\"", "<details"}},
		{"heat-one", show(Heat{High: 1, Days: []HeatDay{{Date: day(0), Counts: []int64{1, 3}, Mean: ptr(.7)}}}), []string{"mean 0.70"}, nil},
		{"reliability", show(sampleReliability()), []string{"The mean gap is 0.180.", "Furthest off"}, nil},
		{"reliability-empty", show(Reliability{Recent: []Calibration{{Predicted: .5, N: 0}}}), []string{"nothing has come true"}, []string{"role=\"img\""}},
		{"reliability-one", show(Reliability{Recent: []Calibration{{Predicted: .5, Observed: 1, Low: .2, High: 1, N: 1}}}), []string{"came true 100.0"}, nil},
		{"curves", show(sampleRankings()), []string{"Area 0.629, was 0.767", "recall →"}, nil},
		{"curves-empty", show(Rankings{}), []string{"nothing to order"}, []string{"role=\"img\""}},
		{"curves-one", show(Rankings{Recent: Ranking{N: 2, Positives: 1, ROC: []CurvePoint{{0, 0}, {0, 1}, {1, 1}}, PR: []CurvePoint{{1, 1}}}}), []string{"Area –"}, nil},
		{"confusion", show(sampleConfusion()), []string{"172, 51", "missed: 33", "said conflict"}, nil},
		{"confusion-empty", show(Confusion{}), []string{"nothing to be right or wrong"}, []string{"role=\"img\""}},
		{"confusion-side", show(Confusion{Recent: Outcomes{TrueNegative: 1}}), []string{"No outcomes.", "Right 1 of 1"}, nil},
		{"features", show(sampleFeatures()), []string{"moved: PSI", "χ²", "p corrected"}, nil},
		{"features-empty", show(Features{}), []string{"No feature was logged"}, []string{"role=\"img\""}},
		{"features-gaps", show(Features{Features: []Feature{{Name: "x"}, {Name: "y", Bins: []FeatureBin{{Low: 0, High: 1}}}}}), []string{"not counted by value", "not judged"}, nil},
		{"slices", show(sampleSlices()), []string{"transfer below 0.382", "In 4\u00a0it certainly fell"}, nil},
		{"slices-empty", show(Slices{}), []string{"No part has enough"}, []string{"role=\"img\""}},
		{"slices-gaps", show(Slices{Slices: []Slice{{Name: "a"}}}), []string{"too few outcomes"}, nil},
		{"estimate", show(sampleEstimate()), []string{"The last estimate is", "no outcomes"}, nil},
		{"estimate-empty", show(Estimate{Days: []EstimateDay{{Date: day(0), N: 4}}}), []string{"could be estimated"}, []string{"role=\"img\""}},
		{"estimate-one", show(Estimate{Days: []EstimateDay{{Date: day(0), N: 4, Estimated: ptr(.7), Low: ptr(.6), High: ptr(.8)}}}), []string{"estimated 70.0\u00a0%, no outcomes"}, nil},
		{"estimate-windows", show(Estimate{EveryDays: 7, Days: []EstimateDay{
			{day(6), 336, 336, ptr(.62), ptr(.57), ptr(.67), ptr(.6)}, {day(13), 336, 336, ptr(.61), ptr(.56), ptr(.66), ptr(.63)}, {day(20), 336, 0, ptr(.55), ptr(.5), ptr(.6), nil},
		}}), []string{"Window up to", "2\u00a0times, they were 2.0 points"}, nil},
		{"what-if", show(sampleWhatIf()), []string{"50\u00a0alerts", "23 with these values."}, nil},
		{"what-if-empty", show(WhatIf{}), []string{"No check has run"}, []string{"role=\"img\""}},
		{"what-if-blind", show(WhatIf{Days: []WhatIfDay{{Date: day(0), Blind: true}}}), []string{"not judged"}, nil},
		{"trend-de", inGerman(show(sampleTrend(60))), []string{"nicht beurteilt", "0,190"}, []string{"not judged"}},
		{"slices-de", inGerman(show(sampleSlices())), []string{"Wo es am meisten", "−36,7"}, nil},
		{"day", Day(sampleSchedule()), []string{"04:00 Performance: failed", "now 04:12"}, nil},
		{"spark", Spark("Rows by hour", []int64{4, 8, 0, 2}), []string{"last 2, most 8"}, nil},
	}
}

func TestGoldens(t *testing.T) {
	for _, e := range examples() {
		t.Run(e.name, func(t *testing.T) {
			out := render(t, e.chart)
			check(t, out)
			for _, w := range e.want {
				if !strings.Contains(strings.ToLower(out), strings.ToLower(w)) {
					t.Errorf("%q is missing", w)
				}
			}
			for _, n := range e.not {
				if strings.Contains(out, n) {
					t.Errorf("%q should not be there", n)
				}
			}
			golden(t, e.name, out)
		})
	}
}

func TestTextIsEscaped(t *testing.T) {
	evil := `"><script>alert(1)</script>&`
	in := sampleAccuracy(20)
	in.ID, in.Title, in.Lead, in.Note = "acc", evil, evil, evil
	in.Events = []Event{{At: day(3), Label: evil}}
	in.Cuts = []Cut{{High, .5, evil}}
	check(t, render(t, show(in)))
	check(t, render(t, Day(Schedule{Jobs: []ScheduledJob{{Name: evil}}})))
	check(t, render(t, Spark(evil, nil)))
}

func TestAGapIsNotDrawnAsZero(t *testing.T) {
	in := Metric{Title: "Accuracy", Percent: true}
	for i := range 9 {
		d := MetricDay{Date: day(i), N: 20, Value: ptr(.8)}
		if i == 4 {
			d.Value = nil
		}
		in.Days = append(in.Days, d)
	}
	nilDay := render(t, show(in))
	in.Days[4].Value = ptr(math.NaN())
	if nan := render(t, show(in)); nan != nilDay {
		t.Error("NaN is drawn otherwise than nothing")
	}
	if n := strings.Count(nilDay, `<circle class="dot"`); n != 8 {
		t.Errorf("%d points, want 8", n)
	}
	line := regexp.MustCompile(`class="sr2" d="([^"]*)"`).FindStringSubmatch(nilDay)[1]
	if strings.Count(line, "M") != 2 {
		t.Errorf("the line does not break at the gap: %s", line)
	}
	in.Days = append(in.Days[:4], in.Days[5:]...)
	missing := render(t, show(in))
	if line := regexp.MustCompile(`class="sr2" d="([^"]*)"`).FindStringSubmatch(missing)[1]; strings.Count(line, "M") != 2 {
		t.Errorf("the line runs over a day that is not there: %s", line)
	}
}

// TestNeverNotANumber feeds every chart with what must not come through:
// NaN, infinities, denormals, reversed ranges, empty and single samples.
func TestNeverNotANumber(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 7))
	wild := func() *float64 {
		switch r.IntN(9) {
		case 0:
			return nil
		case 1:
			return ptr(math.NaN())
		case 2:
			return ptr(math.Inf(1))
		case 3:
			return ptr(math.Inf(-1))
		case 4:
			return ptr(5e-324)
		case 5:
			return ptr(1e300 * (r.Float64() - .5))
		case 6:
			return ptr(0)
		default:
			return ptr(r.Float64())
		}
	}
	raw := func() float64 {
		if p := wild(); p != nil {
			return *p
		}
		return 0
	}
	shares := func() []float64 {
		out := make([]float64, r.IntN(5))
		for i := range out {
			out[i] = raw()
		}
		return out
	}
	counts := func() []int64 {
		out := make([]int64, r.IntN(5))
		for i := range out {
			out[i] = r.Int64N(5) - 1
		}
		return out
	}
	sevs := []Severity{Blind, None, Medium, High, Critical, "ODD"}
	cut := func() Cut { return Cut{sevs[r.IntN(len(sevs))], raw(), ""} }
	for range 60 {
		n := r.IntN(5)
		if r.IntN(10) == 0 {
			n = 90
		}
		td, ad, md := make([]TrendDay, n), make([]AccuracyDay, n), make([]MetricDay, n)
		for i := range n {
			at := day(i * r.IntN(3))
			td[i] = TrendDay{at, wild(), wild(), sevs[r.IntN(len(sevs))]}
			ad[i] = AccuracyDay{at, r.Int64N(9), r.Int64N(9) - 1, r.Int64N(9), wild(), wild(), wild()}
			md[i] = MetricDay{at, r.Int64N(3) - 1, wild(), wild(), wild(), wild()}
		}
		w := Window{day(r.IntN(9)), day(r.IntN(9))}
		ev := []Event{{day(r.IntN(9)), strings.Repeat("long label ", r.IntN(9))}, {}}
		for _, c := range []templ.Component{
			show(Distribution{Low: raw(), High: raw(), Baseline: Sample{counts(), wild()}, Recent: Sample{counts(), wild()}, Threshold: wild()}),
			show(ECDFs{Low: raw(), High: raw(), Baseline: shares(), Recent: shares(), Gap: &Gap{raw(), raw(), raw(), raw()}}),
			show(Trend{Span: w, Days: td, DCuts: []Cut{cut(), cut()}, PCuts: []Cut{cut()}}),
			show(Accuracy{Span: w, Days: ad, Baseline: w, Recent: w, Reference: wild(), Cuts: []Cut{cut()}, Events: ev}),
			show(Metric{Title: "m", Percent: r.IntN(2) == 0, LowerIsBetter: r.IntN(2) == 0, Span: w, Days: md, Events: ev}),
			Day(Schedule{Now: time.Duration(r.Int64() - 1<<62), Jobs: []ScheduledJob{{"j", time.Duration(r.Int64N(1 << 50)), JobState("odd")}}}),
			Spark("s", counts()),
			show(Metric{Wide: true, PooledDays: r.IntN(3), Span: w, Days: md, Baseline: w, Reference: wild(), Cuts: []Cut{cut()}, Events: ev}),
			show(Heat{Low: raw(), High: raw(), Span: w, Days: []HeatDay{{day(r.IntN(9)), counts(), wild()}, {day(r.IntN(9)), counts(), wild()}}, Threshold: wild(), Recent: w, Events: ev}),
			show(Reliability{Baseline: []Calibration{{raw(), raw(), raw(), raw(), r.Int64N(3)}}, Recent: []Calibration{{raw(), raw(), raw(), raw(), 3}, {raw(), raw(), raw(), raw(), 2}}, ECE: wild()}),
			show(Rankings{Baseline: Ranking{ROC: []CurvePoint{{raw(), raw()}, {raw(), raw()}}, PRAUC: wild()}, Recent: Ranking{N: r.Int64N(3), Positives: r.Int64N(3), PR: []CurvePoint{{raw(), raw()}}}}),
			show(Confusion{Baseline: Outcomes{r.Int64N(4) - 1, r.Int64N(4) - 1, r.Int64N(4), 0}, Recent: Outcomes{0, 0, r.Int64N(2), -1}}),
			show(Features{Features: []Feature{{Categorical: r.IntN(2) == 0, Bins: []FeatureBin{{Low: raw(), High: raw(), Baseline: r.Int64N(3) - 1, Recent: r.Int64N(3) - 1}}, PSI: wild(), Statistic: wild(), P: wild(), Adjusted: wild()}}}),
			show(Slices{Slices: []Slice{{Accuracy: wild(), Drop: wild(), Low: wild(), High: wild()}, {Drop: wild(), Low: wild()}}, Overall: wild()}),
			show(Estimate{Span: w, Days: []EstimateDay{{day(r.IntN(9)), 1, r.Int64N(3) - 1, wild(), wild(), wild(), wild()}, {day(r.IntN(9)), 1, 1, wild(), wild(), wild(), wild()}}, Reference: wild()}),
			show(WhatIf{Span: w, Days: []WhatIfDay{{day(r.IntN(9)), AlertCounts{r.Int64N(3) - 1, r.Int64N(1 << 60), 0}, AlertCounts{}, r.IntN(2) == 0}}}),
			show(Watch{Hours: []WatchHour{{r.IntN(99) - 9, 1, 1, r.Int64N(3) - 1, r.Int64N(3), raw(), raw()}}, Old: wild(), OldLow: wild(), OldHigh: wild(), Drop: raw(), CheckHours: r.IntN(9)}),
		} {
			check(t, render(t, c))
			if t.Failed() {
				t.Fatalf("days %+v %+v %+v, window %v", td, ad, md, w)
			}
		}
	}
}

func TestBinsAndCumulative(t *testing.T) {
	sorted := []float64{-1, 0, .1, .25, .5, .5, 1, 2}
	if got := Bins(sorted, 0, 1, 4); got[0] != 3 || got[1] != 1 || got[2] != 2 || got[3] != 2 {
		t.Errorf("bins %v", got)
	}
	if got := Bins(append([]float64{math.NaN()}, sorted...), 0, 1, 4); got[0] != 3 {
		t.Errorf("NaN counted: %v", got)
	}
	if Bins(sorted, 1, 1, 4) != nil || Bins(sorted, 0, 1, 0) != nil {
		t.Error("bins out of nothing")
	}
	got := Cumulative(sorted, 0, 1, 4)
	for i, want := range []float64{.25, .5, .75, .75, .875} {
		if got[i] != want {
			t.Errorf("cumulative %v", got)
			break
		}
	}
	if Cumulative(nil, 0, 1, 4) != nil {
		t.Error("an ECDF of nothing")
	}
}

func TestLabelsDoNotOverlap(t *testing.T) {
	ys := []float64{80, 82, 79, 20}
	spread(ys, 14, 104)
	for i, a := range ys {
		for j, b := range ys {
			if i != j && math.Abs(a-b) < 14 {
				t.Fatalf("labels %d and %d at %v", i, j, ys)
			}
		}
		if a > 104 {
			t.Fatalf("label below the plot: %v", ys)
		}
	}
	if !(ys[2] < ys[0] && ys[0] < ys[1]) {
		t.Errorf("order changed: %v", ys)
	}
}

// TestSparkShares: gaps stay gaps, noise stays small, and the extremes are said.
func TestSparkShares(t *testing.T) {
	v := func(x float64) *float64 { return &x }
	for name, c := range map[string]struct {
		in   []*float64
		path string
		says string
	}{
		"nothing":  {nil, "", "Right: no day with a value"},
		"unknown":  {[]*float64{nil, v(math.NaN())}, "", "Right: no day with a value"},
		"one":      {[]*float64{v(0.5)}, `d="M0 12H2"`, "between 50.0\u00a0% and 50.0\u00a0%"},
		"flat":     {[]*float64{v(0.5), v(0.5)}, `d="M0 12H96"`, "between 50.0\u00a0%"},
		"noise":    {[]*float64{v(0.50), v(0.51)}, `d="M0 13.1 96 10.9"`, "and 51.0\u00a0%"},
		"extremes": {[]*float64{v(0), v(1)}, `d="M0 23 96 1"`, "between 0.0\u00a0% and 100.0\u00a0%"},
		"gap":      {[]*float64{v(0), v(0), nil, v(1)}, `d="M0 23H32M96 1H98"`, "between"},
	} {
		var b bytes.Buffer
		if err := SparkShares("Right", c.in).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), c.path) || !strings.Contains(b.String(), c.says) || c.path == "" && strings.Contains(b.String(), "<path") {
			t.Errorf("%s: %s", name, b.String())
		}
	}
}
