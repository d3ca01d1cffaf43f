package detect

import (
	"math/big"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// RejudgedSettings name the cut-offs and guards that Rejudge applies anew.
var RejudgedSettings = []string{
	"STATISTICAL_DRIFT_PVALUE_CRITICAL", "STATISTICAL_DRIFT_PVALUE_HIGH", "STATISTICAL_DRIFT_PVALUE_MEDIUM",
	"PERFORMANCE_DRIFT_CRITICAL", "PERFORMANCE_DRIFT_HIGH", "PERFORMANCE_DRIFT_MEDIUM",
	"PRECISION_DRIFT_HIGH", "RECALL_DRIFT_HIGH", "GUARD_MIN_D", "GUARD_SIGNIFICANT",
}

// Rejudge applies other cut-offs to the numbers that a report holds, and returns the severities it
// would have had. ok is false where the numbers alone do not say: the check had too little data, or
// GUARD_FDR weighs it against the other checks of its day.
func Rejudge(r drift.Report, s drift.Settings) (severity, secondary drift.Severity, ok bool) {
	switch {
	case r.Status != drift.StatusOK:
	case r.Statistical != nil && !s.Bool("GUARD_FDR"):
		severity, ok = rejudgeScores(r.Statistical, s)
		return severity, drift.SeverityUnknown, ok
	case r.Performance != nil:
		in := PerformanceInput{Recent: Side{Counts: r.Performance.Recent}, Baseline: Side{Counts: r.Performance.Baseline}, Settings: s}
		severity = accuracySeverity(accuracy(in.Recent), accuracy(in.Baseline), s)
		if s.Bool("GUARD_SIGNIFICANT") && !r.Performance.Significant {
			severity = drift.SeverityNone
		}
		return severity, secondarySeverity(in), true
	}
	return drift.SeverityUnknown, drift.SeverityUnknown, false
}

func rejudgeScores(m *drift.StatisticalMetrics, s drift.Settings) (drift.Severity, bool) {
	gap, ok := new(big.Int).SetString(m.KSNumerator, 10)
	pairs := new(big.Int).Mul(big.NewInt(int64(m.NRecent)), big.NewInt(int64(m.NBaseline)))
	if !ok || pairs.Sign() == 0 || !m.PValue.Defined() {
		return drift.SeverityUnknown, false
	}
	if new(big.Rat).SetFrac(gap, pairs).Cmp(stats.MustDecimal(s.Text("GUARD_MIN_D")).Rat()) < 0 {
		return drift.SeverityNone, true
	}
	return SeverityOfP(float64(m.PValue), pCutOffs(s)), true
}
