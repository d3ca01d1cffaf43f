package handlers

import (
	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/lang"
)

// The resolution of the charts of scores: stats.Bins is divided by both.
const (
	histogramBins = 32
	ecdfSteps     = 512
)

// distribution is the histogram of both samples, nil where neither holds a score.
func distribution(s *drift.ScorePicture) *chart.Distribution {
	if s == nil || s.Recent.N+s.Baseline.N == 0 {
		return nil
	}
	return &chart.Distribution{High: 1, Baseline: sample(s.Baseline), Recent: sample(s.Recent)}
}

func sample(s drift.ScoreShape) chart.Sample {
	out := chart.Sample{Mean: s.Mean.Ptr(), Counts: make([]int64, histogramBins)}
	for i, n := range s.Counts {
		out.Counts[i*histogramBins/len(s.Counts)] += n
	}
	return out
}

// ecdfs are both cumulative distributions with the gap that the report found.
func ecdfs(s *drift.ScorePicture, r *drift.Report) *chart.ECDFs {
	if s == nil || r == nil || s.Recent.N+s.Baseline.N == 0 {
		return nil
	}
	out := &chart.ECDFs{
		High: 1, Baseline: cumulative(s.Baseline), Recent: cumulative(s.Recent), NBaseline: s.Baseline.N, NRecent: s.Recent.N,
	}
	m := r.Statistical
	if m.KSStatistic.Defined() && m.KSLocation.Defined() && s.Recent.N > 0 && s.Baseline.N > 0 {
		out.Gap = &chart.Gap{
			D: float64(m.KSStatistic), At: float64(m.KSLocation),
			Recent:   float64(s.Recent.AtOrBelow) / float64(s.Recent.N),
			Baseline: float64(s.Baseline.AtOrBelow) / float64(s.Baseline.N),
		}
	}
	return out
}

// cumulative is the share of a sample below each of ecdfSteps+1 equally spaced scores: at the
// resolution of the stored bins, whose edges these are. The last counts all.
func cumulative(s drift.ScoreShape) []float64 {
	if s.N == 0 {
		return nil
	}
	out := make([]float64, ecdfSteps+1)
	per := len(s.Counts) / ecdfSteps
	sum := int64(0)
	for i := range ecdfSteps {
		for _, n := range s.Counts[i*per : (i+1)*per] {
			sum += n
		}
		out[i+1] = float64(sum) / float64(s.N)
	}
	return out
}

// trend is D and p by day of the checks of one version or model.
func (p *Pages) trend(l lang.Lang, checks []drift.Report, own *drift.Report, span chart.Window) *chart.Trend {
	t := &chart.Trend{Span: span}
	for _, r := range checks {
		t.Days = append(t.Days, chart.TrendDay{
			Date: r.Date.Time(), D: r.Statistical.KSStatistic.Ptr(), P: r.Statistical.PValue.Ptr(), Severity: chart.Severity(r.Severity.String()),
		})
	}
	if own == nil || own.Status != drift.StatusOK || own.Statistical == nil {
		return t
	}
	m, cuts := own.Statistical, pCuts(settingsOf(*own))
	t.DCuts, t.PCuts = dCuts(p.cuts.of(m.NRecent, m.NBaseline, cuts)), chartPCuts(cuts)
	t.Note = l.T("Cut-offs of D drawn for n %d against %d.", m.NRecent, m.NBaseline)
	return t
}

// pooledDays is how many days the line of a chart of accuracy pools, as the check's recent window
// does where it was not set otherwise.
func pooledDays(r *drift.Report) int {
	if r == nil {
		return drift.Settings{}.Int("RECENT_WINDOW_DAYS")
	}
	return settingsOf(*r).Int("RECENT_WINDOW_DAYS")
}

// accuracy is the accuracy by day with its Wilson interval, from the day columns. The days before
// the span only fill the first pools; no pool reaches over a change of version, for no check's window does.
func accuracy(l lang.Lang, days []drift.ScoreDay, r *drift.Report, span chart.Window, events []chart.Event) *chart.Accuracy {
	pool := pooledDays(r)
	a := &chart.Accuracy{Span: span, PooledDays: pool, Events: events}
	type versionDay struct {
		version string
		day     drift.Date
	}
	byDay := map[versionDay]drift.Counts{}
	for _, d := range days {
		byDay[versionDay{d.Version.Version, d.Day}] = d.Counts
	}
	for _, d := range days {
		if d.Day.Time().Before(span.From) {
			continue
		}
		day := chart.AccuracyDay{Date: d.Day.Time(), Predictions: int64(d.N), N: int64(d.Counts.Outcomes()), Right: int64(d.Counts.Correct())}
		if day.N > 0 {
			w := stats.Proportion{K: d.Counts.Correct(), N: d.Counts.Outcomes()}.Wilson()
			day.Low, day.High = &w.Low, &w.High
		}
		var sum drift.Counts
		for back := range pool {
			sum = sum.Plus(byDay[versionDay{d.Version.Version, d.Day.Add(-back)}])
		}
		if n := sum.Outcomes(); n > 0 && day.N > 0 {
			v := float64(sum.Correct()) / float64(n)
			day.Pooled = &v
		}
		a.Days = append(a.Days, day)
	}
	if r == nil || r.Performance == nil {
		return a
	}
	recent, baseline := windowsOf(*r)
	a.Recent, a.Baseline = windowVM(recent), windowVM(baseline)
	if base := r.Performance.AccuracyBaseline; base.Defined() {
		a.Reference = base.Ptr()
		a.Cuts = accuracyCuts(l, float64(base), settingsOf(*r))
	}
	return a
}

// accuracyCuts are the accuracies at which severities begin under this baseline.
func accuracyCuts(l lang.Lang, base float64, s drift.Settings) (out []chart.Cut) {
	for i, name := range []string{"PERFORMANCE_DRIFT_CRITICAL", "PERFORMANCE_DRIFT_HIGH", "PERFORMANCE_DRIFT_MEDIUM"} {
		drop := decimal(s, name)
		if v := base - drop; v > 0 {
			letter := string(severities[i])[:1]
			out = append(out, chart.Cut{Severity: severities[i], Value: v, Label: letter + " −" + l.Short(drop*100, 3)})
		}
	}
	return out
}

func spanOf(from, to drift.Date) chart.Window {
	return chart.Window{From: from.Time(), To: to.Time()}
}
