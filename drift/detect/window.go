package detect

import "github.com/driftwatch/driftwatch/drift"

// Windows are the two stretches of days that a check compares, whole UTC days before its date.
type Windows struct{ Recent, Baseline drift.DriftWindow }

// WindowsOf returns the windows of a check on date d: recent [d−7, d) and baseline [d−60, d−30)
// under the default settings.
func WindowsOf(d drift.Date, s drift.Settings) Windows {
	return Windows{
		Recent:   drift.DriftWindow{From: d.Add(-s.Int("RECENT_WINDOW_DAYS")), To: d},
		Baseline: drift.DriftWindow{From: d.Add(-s.Int("BASELINE_FROM_DAYS")), To: d.Add(-s.Int("BASELINE_TO_DAYS"))},
	}
}

// JudgedFrom returns the first date on which a version whose first prediction was made on the
// given day can have anything in both windows.
func JudgedFrom(first drift.Date, s drift.Settings) drift.Date {
	return first.Add(s.Int("BASELINE_TO_DAYS") + 1)
}

// StatisticalSettings and PerformanceSettings name what each check reads: a change of one of
// them makes a new revision of a report, a change of another setting does not.
var (
	StatisticalSettings = []string{
		"STATISTICAL_DRIFT_PVALUE_CRITICAL", "STATISTICAL_DRIFT_PVALUE_HIGH", "STATISTICAL_DRIFT_PVALUE_MEDIUM",
		"RECENT_WINDOW_DAYS", "BASELINE_FROM_DAYS", "BASELINE_TO_DAYS", "MIN_SCORES", "GUARD_MIN_D", "GUARD_FDR",
	}
	PerformanceSettings = []string{
		"PERFORMANCE_DRIFT_CRITICAL", "PERFORMANCE_DRIFT_HIGH", "PERFORMANCE_DRIFT_MEDIUM",
		"PRECISION_DRIFT_HIGH", "RECALL_DRIFT_HIGH",
		"RECENT_WINDOW_DAYS", "BASELINE_FROM_DAYS", "BASELINE_TO_DAYS", "MIN_OUTCOMES", "GUARD_SIGNIFICANT",
	}
)
