package detect

import (
	"fmt"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// StatisticalInput is what a statistical check reads.
type StatisticalInput struct {
	Version        drift.VersionKey
	Date           drift.Date
	Recent         []stats.Run
	Baseline       []stats.Run
	Fetch          stats.Fetch // of values that the runs do not hold; may be nil
	BaselineSource string      // drift.BaselineWindow or drift.BaselineValidation
	Settings       drift.Settings
	// AdjustP turns the test's p into the one that is judged, where a guard corrects for the many
	// tests of a day; nil judges the p itself.
	AdjustP func(p float64) float64
}

// Statistical judges whether the scores moved: two-sample Kolmogorov-Smirnov on the scores of
// both windows, severity by strict p (CRITICAL < 0.001, HIGH < 0.01, MEDIUM < 0.05 under the
// default settings). An error means that the stored columns could not be read.
func Statistical(in StatisticalInput) (drift.Report, error) {
	r := drift.Report{Version: in.Version, Date: in.Date, DriftType: drift.Statistical}
	recent, baseline := size(in.Recent), size(in.Baseline)
	min := in.Settings.Int("MIN_SCORES")
	if baseline >= min { // with fewer there is no baseline
		r.BaselineSource = in.BaselineSource
	}
	if recent < min || baseline < min {
		r.Status = drift.StatusInsufficientData
		r.Statistical = unjudged(recent, baseline)
		r.Message, r.Recommendation = statisticalBlindWords(in, recent, baseline, min)
		return r, nil
	}
	cutOffs := pCutOffs(in.Settings)
	c, err := stats.CompareRuns(in.Recent, in.Baseline, stats.PRule{CutOffs: cutOffs[:]}, in.Fetch)
	if err != nil {
		return drift.Report{}, fmt.Errorf("compare the windows of %s: %w", name(in.Version), err)
	}
	r.Status = drift.StatusOK
	r.Statistical = statisticalMetrics(c, cutOffs[1])
	r.Severity = statisticalSeverity(c.KS, cutOffs, in)
	r.Message, r.Recommendation = statisticalWords(r)
	return r, nil
}

// pCutOffs returns the cut-offs of CRITICAL, HIGH and MEDIUM.
func pCutOffs(s drift.Settings) [3]float64 {
	return [3]float64{
		decimal(s, "STATISTICAL_DRIFT_PVALUE_CRITICAL").Float64(),
		decimal(s, "STATISTICAL_DRIFT_PVALUE_HIGH").Float64(),
		decimal(s, "STATISTICAL_DRIFT_PVALUE_MEDIUM").Float64(),
	}
}

func statisticalSeverity(ks stats.KSResult, cutOffs [3]float64, in StatisticalInput) drift.Severity {
	if ks.CmpD(decimal(in.Settings, "GUARD_MIN_D")) < 0 {
		return drift.SeverityNone
	}
	p := ks.P
	if in.AdjustP != nil {
		p = in.AdjustP(p)
	}
	return SeverityOfP(p, cutOffs)
}

// pRounding is how far, relatively, an exact p may lie from its true value by rounding alone: about
// three times the worst that was measured.
const pRounding = 1e-14

// SeverityOfP applies the cut-offs of CRITICAL, HIGH and MEDIUM, each strict: a p that is a cut-off
// but for rounding (1 against 1,999 numbers apart has p = 0.001) is not below it.
func SeverityOfP(p float64, cutOffs [3]float64) drift.Severity {
	below := func(cutOff float64) bool { return p < cutOff*(1-pRounding) }
	switch {
	case below(cutOffs[0]):
		return drift.SeverityCritical
	case below(cutOffs[1]):
		return drift.SeverityHigh
	case below(cutOffs[2]):
		return drift.SeverityMedium
	}
	return drift.SeverityNone
}

func size(runs []stats.Run) int {
	n := 0
	for _, r := range runs {
		n += r.N()
	}
	return n
}

func statisticalMetrics(c stats.Comparison, highCutOff float64) *drift.StatisticalMetrics {
	return &drift.StatisticalMetrics{
		NRecent: c.KS.N1, NBaseline: c.KS.N2,
		KSStatistic: drift.Number(c.KS.D), PValue: drift.Number(c.KS.P), Method: string(c.KS.Method),
		MinDetectableD: drift.Number(stats.MinDetectableD(c.KS.N1, c.KS.N2, highCutOff)),
		PSI:            drift.Number(c.PSI), JSDistance: drift.Number(c.JS), Wasserstein: drift.Number(c.Wasserstein),
		MeanRecent: drift.Number(c.MeanRecent), MeanBaseline: drift.Number(c.MeanBaseline),
		Material: c.KS.Material(), KSNumerator: c.KS.Num.String(), KSLocation: drift.Number(c.KS.At),
	}
}

// unjudged holds the counts alone: what was not computed is undefined, never 0.
func unjudged(recent, baseline int) *drift.StatisticalMetrics {
	u := drift.Undefined()
	return &drift.StatisticalMetrics{
		NRecent: recent, NBaseline: baseline, KSStatistic: u, PValue: u, MinDetectableD: u, PSI: u,
		JSDistance: u, Wasserstein: u, MeanRecent: u, MeanBaseline: u, KSLocation: u,
	}
}

func statisticalBlindWords(in StatisticalInput, recent, baseline, min int) (message, recommendation string) {
	message = fmt.Sprintf("%s %s version %s cannot be judged on its scores: %s in the recent window and %s in the baseline; %d are needed on each side.",
		in.Version.Tenant, in.Version.ModelType, in.Version.Version, plural(recent, "score"), drift.Thousands(baseline), min)
	if recent < min {
		return message, "Check the prediction feed, or wait for more predictions."
	}
	return message, "Wait until the baseline window holds enough scores, or import older ones."
}
