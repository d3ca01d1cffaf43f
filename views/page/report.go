package page

import (
	"strconv"
	"time"

	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// ReportVM is one report with every number it holds. Undefined numbers are
// nil. Exactly one of Statistical and Performance is set.
type ReportVM struct {
	ID                int64
	DriftType         string
	Date              time.Time // the day the check ran on
	Revision          int
	ModelVersion      string
	Insufficient      bool // too little data on one side: no severity
	Severity          component.Severity
	SecondarySeverity component.Severity // None where there is none
	BaselineSource    string             // "window", "validation" or ""
	Message           string
	Recent, Baseline  chart.Window
	InputDigest       string // hexadecimal, as kept with the report
	SettingsDigest    string
	CreatedAt         time.Time
	// RecentHref and BaselineHref are the downloads of both samples; "" where
	// there are none.
	RecentHref, BaselineHref string
	// RecentName and BaselineName are the files' names as they are saved.
	RecentName, BaselineName string
	Statistical              *StatisticalVM
	Performance              *PerformanceVM
}

// StatisticalVM are the numbers of a statistical report.
type StatisticalVM struct {
	NRecent, NBaseline         int64
	D                          *float64
	Numerator                  string // D = Numerator / (NRecent · NBaseline)
	At                         *float64
	P                          *float64
	Method                     string // "exact" or "limit"
	MinDetectableD             *float64
	PSI, JS, Wasserstein       *float64
	MeanRecent, MeanBaseline   *float64
	SaysYesRecent, SaysYesBase *float64 // share decided positive, where known
	Material                   bool
	CriticalD, HighD, MediumD  *float64 // D at which each severity begins for these n
}

// PerformanceVM are the numbers of a performance report.
type PerformanceVM struct {
	NRecent, NBaseline                   int64 // outcomes
	Recent, Baseline                     CountsVM
	AccuracyRecent, AccuracyBaseline     *float64
	RecentLow, RecentHigh                *float64 // Wilson, 95 %
	BaselineLow, BaselineHigh            *float64
	Drop, DropLow, DropHigh              *float64 // Newcombe, 95 %
	P                                    *float64 // pooled z-test, one-sided
	Significant                          bool
	PrecisionDrop, RecallDrop            *float64
	CompletenessRecent, CompletenessBase *float64
	Newest                               *DayVM // the newest day of the recent window with an outcome; nil where not known
}

// DayVM is one day's outcomes.
type DayVM struct {
	Date     time.Time
	Right, N int64
}

// CountsVM is a confusion matrix.
type CountsVM struct{ TP, FP, FN, TN int64 }

func (c CountsVM) right() int64 { return c.TP + c.TN }

func (c CountsVM) precision() float64 { return share(c.TP, c.TP+c.FP) }

func (c CountsVM) recall() float64 { return share(c.TP, c.TP+c.FN) }

// share is part of whole, not a number where whole is nothing.
func share(part, whole int64) float64 {
	if whole <= 0 {
		return lang.Value(nil)
	}
	return float64(part) / float64(whole)
}

// numberRow is one line of the table of a report: its name, the recent value,
// the baseline's value or what to compare it with.
type numberRow struct {
	name, recent, baseline string
	aside                  bool   // the last cell is a remark, not a value
	help                   string // how it is computed, see Numbers
}

// rows are the numbers of the report in the order of the table.
func (r ReportVM) rows(l lang.Lang, now time.Time) []numberRow {
	rows := []numberRow{
		{name: l.T("Window"), recent: windowText(l, r.Recent, now), baseline: windowText(l, r.Baseline, now), help: "windows"},
		{name: l.T("Version"), recent: r.ModelVersion, baseline: baselineText(l, r.BaselineSource), aside: true},
	}
	switch {
	case r.Statistical != nil:
		rows = append(rows, r.Statistical.rows(l)...)
	case r.Performance != nil:
		rows = append(rows, r.Performance.rows(l)...)
	}
	return append(rows, numberRow{name: l.T("Severity"), recent: r.severityWord(l), baseline: r.secondaryWord(l), aside: true})
}

func (s *StatisticalVM) rows(l lang.Lang) []numberRow {
	v := lang.Value
	rows := []numberRow{
		{name: l.T("Scores"), recent: l.Count(s.NRecent), baseline: l.Count(s.NBaseline)},
		{name: l.T("Mean"), recent: l.Fixed(v(s.MeanRecent), 4), baseline: l.Fixed(v(s.MeanBaseline), 4)},
	}
	if s.SaysYesRecent != nil || s.SaysYesBase != nil {
		rows = append(rows, numberRow{name: l.T("Decides “yes”"), recent: l.Percent(v(s.SaysYesRecent), 1), baseline: l.Percent(v(s.SaysYesBase), 1)})
	}
	fraction := ""
	if s.Numerator != "" {
		fraction = s.Numerator + " / (" + l.Count(s.NRecent) + " · " + l.Count(s.NBaseline) + ")"
	}
	return append(rows, []numberRow{
		{"D", l.Fixed(v(s.D), 5), fraction, true, "ks-d"},
		{l.T("D lies at score"), l.Fixed(v(s.At), 4), "", true, "ks-d"},
		{l.T("p, two-sided"), l.PDigits(v(s.P), 3), methodText(l, s.Method), true, "p"},
		{l.T("Smallest D found HIGH"), l.Fixed(v(s.MinDetectableD), 4), l.T("with these n"), true, "min-d"},
		{l.T("Material"), yesNo(l, s.Material), l.T("D of %s or more", l.Fixed(0.1, 1)), true, "material"},
		{"PSI", l.Fixed(v(s.PSI), 4), l.T("%s is much", l.Fixed(0.2, 1)), true, "psi"},
		{l.T("Jensen-Shannon distance"), l.Fixed(v(s.JS), 4), l.T("0 to 1"), true, "js"},
		{"Wasserstein", l.Fixed(v(s.Wasserstein), 4), l.T("of the baseline’s sd"), true, "w1"},
	}...)
}

func (p *PerformanceVM) rows(l lang.Lang) []numberRow {
	v := lang.Value
	of := func(c CountsVM, n int64) string { return l.T("%d of %d", c.right(), n) }
	matrix := func(c CountsVM) string {
		return l.Count(c.TP) + " · " + l.Count(c.FP) + " · " + l.Count(c.FN) + " · " + l.Count(c.TN)
	}
	return []numberRow{
		{name: l.T("Right"), recent: of(p.Recent, p.NRecent), baseline: of(p.Baseline, p.NBaseline)},
		{name: l.T("Accuracy"), recent: l.Percent(v(p.AccuracyRecent), 1), baseline: l.Percent(v(p.AccuracyBaseline), 1), help: "accuracy"},
		{name: "95 % Wilson", recent: l.PercentRange(v(p.RecentLow), v(p.RecentHigh), 1), baseline: l.PercentRange(v(p.BaselineLow), v(p.BaselineHigh), 1), help: "wilson"},
		{l.T("Drop"), l.Points(v(p.Drop), 1), newcombeText(l, p), true, "newcombe"},
		{l.T("p, one-sided"), l.PDigits(v(p.P), 2), significantText(l, p), true, "z-test"},
		{name: l.T("Precision"), recent: l.Percent(p.Recent.precision(), 1), baseline: l.Percent(p.Baseline.precision(), 1), help: "precision"},
		{l.T("Precision drop"), l.Points(v(p.PrecisionDrop), 1), "", true, "precision"},
		{name: l.T("Recall"), recent: l.Percent(p.Recent.recall(), 1), baseline: l.Percent(p.Baseline.recall(), 1), help: "recall"},
		{l.T("Recall drop"), l.Points(v(p.RecallDrop), 1), "", true, "recall"},
		{name: "TP · FP · FN · TN", recent: matrix(p.Recent), baseline: matrix(p.Baseline)},
		{name: l.T("With outcome"), recent: l.Percent(v(p.CompletenessRecent), 1), baseline: l.Percent(v(p.CompletenessBase), 1), help: "coverage"},
	}
}

func newcombeText(l lang.Lang, p *PerformanceVM) string {
	if p.DropLow == nil || p.DropHigh == nil {
		return ""
	}
	return l.PointsRange(*p.DropLow, *p.DropHigh, 1) + ", 95 % Newcombe"
}

func significantText(l lang.Lang, p *PerformanceVM) string {
	switch {
	case p.P == nil:
		return ""
	case p.Significant:
		return l.T("significant, below %s", l.Fixed(0.05, 2))
	default:
		return l.T("not significant, %s or more", l.Fixed(0.05, 2))
	}
}

func methodText(l lang.Lang, method string) string {
	switch method {
	case "exact":
		return l.T("exact")
	case "limit":
		return l.T("Kolmogorov limit")
	default:
		return method
	}
}

func baselineText(l lang.Lang, source string) string {
	switch source {
	case "window":
		return l.T("baseline: its own window")
	case "validation":
		return l.T("baseline: its validation set")
	default:
		return l.T("no baseline found")
	}
}

func windowText(l lang.Lang, w chart.Window, now time.Time) string {
	if !w.To.After(w.From) {
		return lang.Missing
	}
	return l.DaysAs(w.From, w.To, now)
}

func yesNo(l lang.Lang, b bool) string {
	if b {
		return l.T("yes")
	}
	return l.T("no")
}

func (r ReportVM) severityWord(l lang.Lang) string {
	if r.Insufficient {
		return l.T("too little data to judge")
	}
	return l.T(r.Severity.Word())
}

func (r ReportVM) secondaryWord(l lang.Lang) string {
	if r.SecondarySeverity == component.None || r.SecondarySeverity == component.Blind {
		return ""
	}
	return l.T("secondary: %s", l.T(r.SecondarySeverity.Word()))
}

func (r ReportVM) title(l lang.Lang) string {
	if r.DriftType == "performance" {
		return l.T("Performance check")
	}
	return l.T("Statistical check")
}

// provenance says which report this is.
func (r ReportVM) provenance(l lang.Lang, now time.Time) []component.Piece {
	return append(component.Sentence(
		l.T("Report %s, check of %s, revision %s, written {0}.", strconv.FormatInt(r.ID, 10), l.WeekdayAs(r.Date, now), strconv.Itoa(r.Revision)),
		component.At(r.CreatedAt, component.DayClock)), component.Plain(" "))
}

// digest is the beginning of a digest, with all of it in the hover text.
func digest(s string) component.Piece {
	return component.Piece{Text: shortDigest(s), Mono: true, Title: s}
}

// shortDigest shows as much of a digest as tells two apart.
func shortDigest(s string) string {
	if len(s) <= 16 {
		return s
	}
	return s[:16] + "…"
}
