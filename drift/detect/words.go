package detect

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
)

// name says whose numbers these are.
func name(v drift.VersionKey) string {
	return v.Tenant + " " + v.ModelType + " version " + v.Version
}

func performanceWords(r drift.Report) (message, recommendation string) {
	m := r.Performance
	change := fmt.Sprintf("Accuracy %s → %s: %s over %s, against %s in the baseline (95 %% interval of the drop %s to %s points, one-sided p = %s).",
		percent(m.AccuracyBaseline), percent(m.AccuracyRecent), dropWords(m.AccuracyDrop),
		plural(m.NRecent, "outcome"), drift.Thousands(m.NBaseline), points(m.DropLow), points(m.DropHigh), pvalue(m.PValue))
	message = fmt.Sprintf(headline(r.Severity, "%s %s version %s: accuracy fell. %s", "%s %s version %s: accuracy holds. %s"),
		r.Version.Tenant, r.Version.ModelType, r.Version.Version, change)
	if r.SecondarySeverity == drift.SeverityHigh {
		message += " Precision or recall fell far: " + secondaryWords(m) + "."
	}
	recommendation = advice(r.Severity)
	if r.Severity > drift.SeverityNone && !m.Significant {
		recommendation += " The drop may be chance (p ≥ 0.05): look at the outcomes before acting."
	}
	return message, recommendation
}

func secondaryWords(m *drift.PerformanceMetrics) string {
	var parts []string
	if m.PrecisionDrop > 0 { // an undefined one is not
		parts = append(parts, "precision by "+points(m.PrecisionDrop)+" points")
	}
	if m.RecallDrop > 0 {
		parts = append(parts, "recall by "+points(m.RecallDrop)+" points")
	}
	return strings.Join(parts, ", ")
}

func statisticalWords(r drift.Report) (message, recommendation string) {
	m := r.Statistical
	message = fmt.Sprintf(headline(r.Severity,
		"%s %s version %s: scores moved. Mean score %s → %s; KS p = %s, D = %s, %s against %s in the baseline.",
		"%s %s version %s: scores hold. Mean score %s → %s; KS p = %s, D = %s, %s against %s in the baseline."),
		r.Version.Tenant, r.Version.ModelType, r.Version.Version,
		score(m.MeanBaseline), score(m.MeanRecent), methodWords(pvalue(m.PValue), m.Method), score(m.KSStatistic),
		plural(m.NRecent, "score"), drift.Thousands(m.NBaseline))
	recommendation = advice(r.Severity)
	if r.Severity > drift.SeverityNone && !m.Material {
		recommendation += " The shift is real but small (D < 0.1): see first whether accuracy holds."
	}
	return message, recommendation
}

func methodWords(p, method string) string {
	if method == "limit" {
		return p + " (limit)"
	}
	return p + " (exact)"
}

// headline chooses the form of a message. Each form is whole, so that it can be told again in another language.
func headline(s drift.Severity, moved, holds string) string {
	if s > drift.SeverityNone {
		return moved
	}
	return holds
}

// advice is the guide's action for a severity.
func advice(s drift.Severity) string {
	switch s {
	case drift.SeverityCritical:
		return "Immediate retraining: the model no longer fits what it sees. Until then treat its output with care."
	case drift.SeverityHigh:
		return "Retraining recommended. Acknowledge, look for the cause, and plan a retrain."
	case drift.SeverityMedium:
		return "Monitor closely: no action needed unless it grows."
	}
	return "Normal variance: nothing to do."
}

func dropWords(n drift.Number) string {
	if n < 0 {
		return points(-n) + " points better"
	}
	return points(n) + " points lower"
}

func percent(n drift.Number) string {
	return minus(strconv.FormatFloat(float64(n)*100, 'f', 1, 64)) + " %"
}
func points(n drift.Number) string { return minus(strconv.FormatFloat(float64(n)*100, 'f', 1, 64)) }
func score(n drift.Number) string  { return minus(strconv.FormatFloat(float64(n), 'f', 3, 64)) }

// minus writes the real minus sign, and no sign before a zero.
func minus(s string) string {
	if !strings.HasPrefix(s, "-") {
		return s
	}
	if strings.Trim(s, "-0.") == "" {
		return s[1:]
	}
	return "−" + s[1:]
}

// pvalue writes 0.023 plainly and small ones as 9.1 × 10⁻³².
func pvalue(n drift.Number) string {
	p := float64(n)
	if p >= 0.0001 || p == 0 || math.IsNaN(p) {
		return strconv.FormatFloat(p, 'g', 2, 64)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(p, 'e', 1, 64), "e-")
	return mantissa + " × 10⁻" + superscript(strings.TrimLeft(exponent, "0"))
}

func superscript(digits string) string {
	var b strings.Builder
	for _, d := range digits {
		b.WriteRune([]rune("⁰¹²³⁴⁵⁶⁷⁸⁹")[d-'0'])
	}
	return b.String()
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return drift.Thousands(n) + " " + noun + "s"
}
