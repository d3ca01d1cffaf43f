package detect

import (
	"fmt"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// significantBelow is the one-sided p below which a drop counts as more than chance.
const significantBelow = 0.05

// Side is one window's pooled counts: every outcome of every day, days with few included.
type Side struct {
	Predictions int
	Counts      drift.Counts
}

// PoolSide adds up the days of a window.
func PoolSide(days []drift.ScoreDay) Side {
	var s Side
	for _, d := range days {
		s.Predictions += d.N
		s.Counts = s.Counts.Plus(d.Counts)
	}
	return s
}

// PerformanceInput is what a performance check reads.
type PerformanceInput struct {
	Version        drift.VersionKey
	Date           drift.Date
	Recent         Side
	Baseline       Side
	BaselineSource string // drift.BaselineWindow or drift.BaselineValidation
	Settings       drift.Settings
}

// Performance judges how much accuracy fell: drop = baseline − recent, over pooled counts compared
// as integers, so that 0.95 − 0.90 is exactly 0.05. CRITICAL above 0.20, HIGH from 0.10, MEDIUM
// from 0.05 under the default settings.
func Performance(in PerformanceInput) drift.Report {
	r := drift.Report{
		Version: in.Version, Date: in.Date, DriftType: drift.Performance,
		Performance: performanceMetrics(in.Recent, in.Baseline),
	}
	min := in.Settings.Int("MIN_OUTCOMES")
	if in.Baseline.Counts.Outcomes() >= min { // with fewer there is no baseline
		r.BaselineSource = in.BaselineSource
	}
	if in.Recent.Counts.Outcomes() < min || in.Baseline.Counts.Outcomes() < min {
		r.Status = drift.StatusInsufficientData
		r.Message, r.Recommendation = performanceBlindWords(in, min)
		return r
	}
	r.Status = drift.StatusOK
	r.Severity = accuracySeverity(accuracy(in.Recent), accuracy(in.Baseline), in.Settings)
	if in.Settings.Bool("GUARD_SIGNIFICANT") && !r.Performance.Significant {
		r.Severity = drift.SeverityNone
	}
	r.SecondarySeverity = secondarySeverity(in)
	r.Message, r.Recommendation = performanceWords(r)
	return r
}

func accuracy(s Side) stats.Proportion {
	return stats.Proportion{K: s.Counts.Correct(), N: s.Counts.Outcomes()}
}

func precision(s Side) stats.Proportion {
	return stats.Proportion{K: s.Counts.TP, N: s.Counts.TP + s.Counts.FP}
}

func recall(s Side) stats.Proportion {
	return stats.Proportion{K: s.Counts.TP, N: s.Counts.TP + s.Counts.FN}
}

func accuracySeverity(recent, baseline stats.Proportion, s drift.Settings) drift.Severity {
	switch {
	case stats.DropAbove(recent, baseline, decimal(s, "PERFORMANCE_DRIFT_CRITICAL")):
		return drift.SeverityCritical
	case stats.DropAtLeast(recent, baseline, decimal(s, "PERFORMANCE_DRIFT_HIGH")):
		return drift.SeverityHigh
	case stats.DropAtLeast(recent, baseline, decimal(s, "PERFORMANCE_DRIFT_MEDIUM")):
		return drift.SeverityMedium
	}
	return drift.SeverityNone
}

// secondarySeverity is HIGH where precision or recall fell far, NONE where they did not, unknown
// where neither has a value on both sides.
func secondarySeverity(in PerformanceInput) drift.Severity {
	found := drift.SeverityUnknown
	for _, m := range []struct {
		recent, baseline stats.Proportion
		setting          string
	}{
		{precision(in.Recent), precision(in.Baseline), "PRECISION_DRIFT_HIGH"},
		{recall(in.Recent), recall(in.Baseline), "RECALL_DRIFT_HIGH"},
	} {
		if m.recent.N == 0 || m.baseline.N == 0 {
			continue
		}
		if stats.DropAtLeast(m.recent, m.baseline, decimal(in.Settings, m.setting)) {
			return drift.SeverityHigh
		}
		found = drift.SeverityNone
	}
	return found
}

// decimal reads a setting that was validated when it was set.
func decimal(s drift.Settings, name string) stats.Decimal {
	return stats.MustDecimal(s.Text(name))
}

func performanceMetrics(recent, baseline Side) *drift.PerformanceMetrics {
	a1, a2 := accuracy(recent), accuracy(baseline)
	m := &drift.PerformanceMetrics{
		NRecent: a1.N, NBaseline: a2.N, Recent: recent.Counts, Baseline: baseline.Counts,
		AccuracyRecent: share(a1), AccuracyBaseline: share(a2),
		AccuracyDrop: drop(a1, a2), DropLow: drift.Undefined(), DropHigh: drift.Undefined(), PValue: drift.Undefined(),
		PrecisionDrop:      drop(precision(recent), precision(baseline)),
		RecallDrop:         drop(recall(recent), recall(baseline)),
		CompletenessRecent: completeness(recent), CompletenessBase: completeness(baseline),
	}
	m.AccuracyRecentLow, m.AccuracyRecentHigh = wilson(a1)
	m.AccuracyBaseLow, m.AccuracyBaseHigh = wilson(a2)
	if a1.N > 0 && a2.N > 0 {
		i := stats.Newcombe(a1, a2)
		m.DropLow, m.DropHigh = drift.Number(i.Low), drift.Number(i.High)
		p := stats.DropP(a1, a2)
		m.PValue, m.Significant = drift.Number(p), p < significantBelow
	}
	return m
}

func share(p stats.Proportion) drift.Number {
	if p.N == 0 {
		return drift.Undefined()
	}
	return drift.Number(p.Value())
}

func drop(recent, baseline stats.Proportion) drift.Number {
	if recent.N == 0 || baseline.N == 0 {
		return drift.Undefined()
	}
	return drift.Number(stats.Drop(recent, baseline))
}

func wilson(p stats.Proportion) (low, high drift.Number) {
	if p.N == 0 {
		return drift.Undefined(), drift.Undefined()
	}
	i := p.Wilson()
	return drift.Number(i.Low), drift.Number(i.High)
}

func completeness(s Side) drift.Number {
	return share(stats.Proportion{K: s.Counts.Outcomes(), N: s.Predictions})
}

func performanceBlindWords(in PerformanceInput, min int) (message, recommendation string) {
	recent, base := in.Recent.Counts.Outcomes(), in.Baseline.Counts.Outcomes()
	message = fmt.Sprintf("%s %s version %s cannot be judged on accuracy: %s known in the recent window and %s in the baseline; %d are needed on each side.",
		in.Version.Tenant, in.Version.ModelType, in.Version.Version, plural(recent, "outcome"), plural(base, "outcome"), min)
	switch {
	case recent < min && in.Recent.Predictions >= min:
		recommendation = "Check the outcome feed: predictions come in but what then happened is not reported."
	case recent < min:
		recommendation = "Wait for more predictions, or widen RECENT_WINDOW_DAYS for this tenant."
	default:
		recommendation = "Wait until the baseline window holds enough outcomes, or import older ones."
	}
	return message, recommendation
}
