package page

import (
	"strconv"
	"time"

	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/format"
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
}

// CountsVM is a confusion matrix.
type CountsVM struct{ TP, FP, FN, TN int64 }

func (c CountsVM) right() int64 { return c.TP + c.TN }

func (c CountsVM) precision() float64 { return share(c.TP, c.TP+c.FP) }

func (c CountsVM) recall() float64 { return share(c.TP, c.TP+c.FN) }

// share is part of whole, not a number where whole is nothing.
func share(part, whole int64) float64 {
	if whole <= 0 {
		return format.Value(nil)
	}
	return float64(part) / float64(whole)
}

// numberRow is one line of the table of a report: its name, the recent value,
// the baseline's value or what to compare it with.
type numberRow struct {
	name, recent, baseline string
	aside                  bool // the last cell is a remark, not a value
}

// rows are the numbers of the report in the order of the table.
func (r ReportVM) rows(now time.Time) []numberRow {
	rows := []numberRow{
		{name: "Window", recent: windowText(r.Recent, now), baseline: windowText(r.Baseline, now)},
		{name: "Version", recent: r.ModelVersion, baseline: baselineText(r.BaselineSource), aside: true},
	}
	switch {
	case r.Statistical != nil:
		rows = append(rows, r.Statistical.rows()...)
	case r.Performance != nil:
		rows = append(rows, r.Performance.rows()...)
	}
	rows = append(rows, numberRow{name: "Severity", recent: r.severityWord(), baseline: r.secondaryWord(), aside: true})
	return rows
}

func (s *StatisticalVM) rows() []numberRow {
	v := format.Value
	rows := []numberRow{
		{name: "Scores", recent: format.Count(s.NRecent), baseline: format.Count(s.NBaseline)},
		{name: "Mean", recent: format.Fixed(v(s.MeanRecent), 4), baseline: format.Fixed(v(s.MeanBaseline), 4)},
	}
	if s.SaysYesRecent != nil || s.SaysYesBase != nil {
		rows = append(rows, numberRow{name: "Decides “yes”", recent: format.Percent(v(s.SaysYesRecent), 1), baseline: format.Percent(v(s.SaysYesBase), 1)})
	}
	fraction := ""
	if s.Numerator != "" {
		fraction = s.Numerator + " / (" + format.Count(s.NRecent) + " · " + format.Count(s.NBaseline) + ")"
	}
	return append(rows, []numberRow{
		{"D", format.Fixed(v(s.D), 5), fraction, true},
		{"D lies at score", format.Fixed(v(s.At), 4), "", true},
		{"p, two-sided", format.PDigits(v(s.P), 3), methodText(s.Method), true},
		{"Smallest D found HIGH", format.Fixed(v(s.MinDetectableD), 4), "with these n", true},
		{"Material", yesNo(s.Material), "D of 0.1 or more", true},
		{"PSI", format.Fixed(v(s.PSI), 4), "0.2 is much", true},
		{"Jensen-Shannon distance", format.Fixed(v(s.JS), 4), "0 to 1", true},
		{"Wasserstein", format.Fixed(v(s.Wasserstein), 4), "of the baseline’s sd", true},
	}...)
}

func (p *PerformanceVM) rows() []numberRow {
	v := format.Value
	of := func(c CountsVM, n int64) string { return format.Count(c.right()) + " of " + format.Count(n) }
	matrix := func(c CountsVM) string {
		return format.Count(c.TP) + " · " + format.Count(c.FP) + " · " + format.Count(c.FN) + " · " + format.Count(c.TN)
	}
	return []numberRow{
		{name: "Right", recent: of(p.Recent, p.NRecent), baseline: of(p.Baseline, p.NBaseline)},
		{name: "Accuracy", recent: format.Percent(v(p.AccuracyRecent), 1), baseline: format.Percent(v(p.AccuracyBaseline), 1)},
		{name: "95 % Wilson", recent: format.PercentRange(v(p.RecentLow), v(p.RecentHigh), 1), baseline: format.PercentRange(v(p.BaselineLow), v(p.BaselineHigh), 1)},
		{"Drop", format.Points(v(p.Drop), 1), newcombeText(p), true},
		{"p, one-sided", format.PDigits(v(p.P), 2), significantText(p), true},
		{name: "Precision", recent: format.Percent(p.Recent.precision(), 1), baseline: format.Percent(p.Baseline.precision(), 1)},
		{"Precision drop", format.Points(v(p.PrecisionDrop), 1), "", true},
		{name: "Recall", recent: format.Percent(p.Recent.recall(), 1), baseline: format.Percent(p.Baseline.recall(), 1)},
		{"Recall drop", format.Points(v(p.RecallDrop), 1), "", true},
		{name: "TP · FP · FN · TN", recent: matrix(p.Recent), baseline: matrix(p.Baseline)},
		{name: "With outcome", recent: format.Percent(v(p.CompletenessRecent), 1), baseline: format.Percent(v(p.CompletenessBase), 1)},
	}
}

func newcombeText(p *PerformanceVM) string {
	if p.DropLow == nil || p.DropHigh == nil {
		return ""
	}
	return format.PointsRange(*p.DropLow, *p.DropHigh, 1) + ", 95 % Newcombe"
}

func significantText(p *PerformanceVM) string {
	switch {
	case p.P == nil:
		return ""
	case p.Significant:
		return "significant, below 0.05"
	default:
		return "not significant, 0.05 or more"
	}
}

func methodText(method string) string {
	switch method {
	case "exact":
		return "exact"
	case "limit":
		return "Kolmogorov limit"
	default:
		return method
	}
}

func baselineText(source string) string {
	switch source {
	case "window":
		return "baseline: its own window"
	case "validation":
		return "baseline: its validation set"
	default:
		return "no baseline found"
	}
}

func windowText(w chart.Window, now time.Time) string {
	if !w.To.After(w.From) {
		return format.Missing
	}
	return format.DaysAs(w.From, w.To, now)
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func (r ReportVM) severityWord() string {
	if r.Insufficient {
		return "too little data to judge"
	}
	return r.Severity.Word()
}

func (r ReportVM) secondaryWord() string {
	if r.SecondarySeverity == component.None || r.SecondarySeverity == component.Blind {
		return ""
	}
	return "secondary: " + r.SecondarySeverity.Word()
}

func (r ReportVM) title() string {
	if r.DriftType == "performance" {
		return "Performance check"
	}
	return "Statistical check"
}

// provenance says which report this is.
func (r ReportVM) provenance(now time.Time) []component.Piece {
	return []component.Piece{
		{Text: "Report " + strconv.FormatInt(r.ID, 10) + ", check of " + format.WeekdayAs(r.Date, now) + ", revision " + strconv.Itoa(r.Revision) + ", written "},
		component.At(r.CreatedAt, component.DayClock),
		{Text: ". "},
	}
}

// shortDigest shows as much of a digest as tells two apart.
func shortDigest(s string) string {
	if len(s) <= 16 {
		return s
	}
	return s[:16] + "…"
}
