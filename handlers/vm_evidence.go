package handlers

import (
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// lateBelow is the share of outcomes of the recent window below which the estimated accuracy comes first.
const lateBelow = 0.9

// evidenceVM draws a comparison.
func evidenceVM(l lang.Lang, e drift.Evidence) page.EvidenceVM {
	v := page.EvidenceVM{
		Features: featureCharts(l, e.Features), Slices: sliceChart(l, e), Confusion: confusionChart(e),
		Reliability: chart.Reliability{
			Baseline: calibrations(e.Baseline.Curves), Recent: calibrations(e.Recent.Curves),
			BaselineECE: e.Baseline.Curves.ECE.Ptr(), ECE: e.Recent.Curves.ECE.Ptr(),
		},
		Curves: chart.Rankings{Baseline: ranking(e.Baseline.Curves), Recent: ranking(e.Recent.Curves)}, Estimate: estimateChart(l, e),
	}
	v.Late = float64(e.Recent.Curves.Outcomes) < lateBelow*float64(e.Recent.Predictions)
	return v
}

// featureCharts are the two histograms of each feature.
func featureCharts(l lang.Lang, m drift.FeatureMoves) chart.Features {
	c := chart.Features{ID: "histograms", Note: sampledNote(l, m.Sampled, m.RowsRecent, m.RowsBaseline)}
	for _, s := range m.Features {
		f := chart.Feature{
			Name: s.Name, Categorical: s.Kind == drift.CategoricalFeature, PSI: s.PSI.Ptr(), Statistic: s.KSStatistic.Ptr(),
			P: s.PValue.Ptr(), Adjusted: s.QValue.Ptr(), Moved: detect.FeatureMoved(s),
		}
		for _, b := range s.Bins {
			label := b.Category
			if b.Others > 0 {
				label = l.N(int64(b.Others), "%d other", "%d others")
			}
			f.Bins = append(f.Bins, chart.FeatureBin{
				Label: label, Low: float64(b.Low), High: float64(b.High), Baseline: int64(b.Baseline), Recent: int64(b.Recent),
			})
		}
		c.Features = append(c.Features, f)
	}
	return c
}

func sampledNote(l lang.Lang, sampled bool, recent, baseline int) string {
	if !sampled {
		return ""
	}
	return l.T("A sample: %d recent rows, %d of the baseline.", recent, baseline)
}

// slicesShown bounds the chart of slices, whose rows are read one by one.
const slicesShown = 16

func sliceChart(l lang.Lang, e drift.Evidence) chart.Slices {
	s := e.Slices
	c := chart.Slices{Note: sampledNote(l, s.Sampled, s.RowsRecent, s.RowsBaseline)}
	if m := e.Performance.Metrics; m != nil {
		c.Overall = m.AccuracyDrop.Ptr()
	}
	for _, x := range s.Slices[:min(len(s.Slices), slicesShown)] {
		c.Slices = append(c.Slices, chart.Slice{
			Name: sliceName(l, x), N: int64(x.NRecent), NBaseline: int64(x.NBaseline), Accuracy: x.AccuracyRecent.Ptr(),
			AccuracyBaseline: x.AccuracyBaseline.Ptr(), Drop: x.Drop.Ptr(), Low: x.DropLow.Ptr(), High: x.DropHigh.Ptr(), Certain: detect.SliceFell(x),
		})
	}
	return c
}

// sliceName says which part of the predictions a slice is.
func sliceName(l lang.Lang, s drift.Slice) string {
	low, high := l.Short(float64(s.Low), 4), l.Short(float64(s.High), 4)
	switch {
	case s.Missing:
		return l.T("%s without a value", s.Feature)
	case s.Low.Defined() && s.High.Defined():
		return l.T("%s from %s to %s", s.Feature, low, high)
	case s.Low.Defined():
		return l.T("%s from %s", s.Feature, low)
	case s.High.Defined():
		return l.T("%s below %s", s.Feature, high)
	case s.Kind == drift.NumericFeature && s.Value == "":
		return l.T("%s, any value", s.Feature)
	}
	return s.Feature + " = " + s.Value
}

func confusionChart(e drift.Evidence) chart.Confusion {
	of := func(c drift.Counts) chart.Outcomes {
		return chart.Outcomes{TruePositive: int64(c.TP), FalsePositive: int64(c.FP), FalseNegative: int64(c.FN), TrueNegative: int64(c.TN)}
	}
	c := chart.Confusion{Baseline: of(e.Baseline.Curves.Counts), Recent: of(e.Recent.Curves.Counts)}
	for _, what := range []string{"conflict", "fraud"} { // what the built-in model types predict
		if strings.HasPrefix(e.ModelType, what) {
			c.Positive = what
		}
	}
	return c
}

func calibrations(c drift.Curves) (out []chart.Calibration) {
	for _, b := range c.Reliability {
		if b.N > 0 {
			out = append(out, chart.Calibration{Predicted: float64(b.MeanScore), Observed: float64(b.Share), Low: float64(b.ShareLow), High: float64(b.ShareHigh), N: int64(b.N)})
		}
	}
	return out
}

func ranking(c drift.Curves) chart.Ranking {
	points := func(in []drift.CurvePoint) (out []chart.CurvePoint) {
		for _, p := range in {
			if p.X.Defined() && p.Y.Defined() {
				out = append(out, chart.CurvePoint{X: float64(p.X), Y: float64(p.Y)})
			}
		}
		return out
	}
	return chart.Ranking{
		N: int64(c.Outcomes), Positives: int64(c.Counts.TP + c.Counts.FN), ROC: points(c.ROC), PR: points(c.PR),
		ROCAUC: c.ROCAUC.Ptr(), PRAUC: c.PRAUC.Ptr(),
	}
}

// estimateChart is the estimated accuracy of the recent window and of those before it, by which it says how
// right such estimates have been.
func estimateChart(l lang.Lang, e drift.Evidence) chart.Estimate {
	c := chart.Estimate{EveryDays: int(e.Recent.Window.To - e.Recent.Window.From)}
	for _, x := range append([]drift.AccuracyEstimate{e.Estimate}, e.Record.Past...) {
		c.Days = append(c.Days, chart.EstimateDay{
			Date: x.Window.To.Add(-1).Time(), N: int64(x.Predictions), NOutcomes: int64(x.FoundOutcomes),
			Estimated: x.Accuracy.Ptr(), Low: x.Low.Ptr(), High: x.High.Ptr(), Realised: x.Found.Ptr(),
		})
	}
	if m := e.Performance.Metrics; m != nil {
		c.Reference = m.AccuracyBaseline.Ptr()
	}
	if r := e.Record; r.N > 0 && r.MeanError.Defined() && r.InsideRate.Defined() {
		c.Lead = l.N(int64(r.N), "So far it was off by %[2]s on average in %[1]d window, and %[3]s of what was found lay within its interval.",
			"So far it was off by %[2]s on average in %[1]d windows, and %[3]s of what was found lay within its interval.",
			l.Points(float64(r.MeanError), 1), l.Percent(float64(r.InsideRate), 0))
	} else {
		c.Lead = l.T("How right it has been is not known yet: no earlier window has nearly all of its outcomes.")
	}
	return c
}

// draws tells whether one of the charts makes this file.
func draws(charts []chart.Chart, l lang.Lang, file string) bool {
	name, _, _ := strings.Cut(file, ".")
	_, ok := drawingNamed(name, l, charts)
	return ok
}
