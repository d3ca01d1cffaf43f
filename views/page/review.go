package page

import (
	"time"

	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// MorningVM is the guide's morning review.
type MorningVM struct {
	Now, Day, Since time.Time
	Today           bool // the day is today's: lists end now
	Verdict         string
	Severity        component.Severity // of the verdict, unless Icon is set
	Icon            string
	Line            []component.Piece
	Choose          ChooserVM
	Overnight       int // drift alerts raised since 00:00
	Raised          ReviewAlertsVM
	Waiting         ReviewAlertsVM
	Blind           ReviewAlertsVM
	Rows            []DayMetricsVM
	Metrics         ListedVM
	MetricsDay      time.Time
	Degraded        int
	Unknown         []UnknownVM
	Unjudged        ListedVM
	Models          int
	Jobs            []ReviewJobVM
}

// ListedVM says how much of a list is shown.
type ListedVM struct{ Shown, Total int }

// left is how many a list leaves out.
func (v ListedVM) left() int64 { return int64(v.Total - v.Shown) }

// ReviewAlertsVM is a list of alerts of a review.
type ReviewAlertsVM struct {
	ListedVM
	Items []ReviewAlertVM
}

// ReviewAlertVM is one alert of a review: what is recommended, and a link to take it.
type ReviewAlertVM struct {
	ID             int64
	Href           string
	Severity       component.Severity
	Tenant         string
	ModelType      string
	Message        string
	Recommendation string
	Status         string // wire form
	Owner          string // "" for nobody
	At             time.Time
	Before         bool // raised before the day began, since the last review
	After          bool // raised after the hour of the review
	Cleared        bool
	Acknowledge    bool // the reader may, and it waits for it
}

// DayMetricsVM is one row of yesterday's metrics.
type DayMetricsVM struct {
	Tenant, ModelType, Version string
	Href                       string
	Accuracy, Delta            *float64 // nil where they are not known
	Predictions, Outcomes      int64
	Degraded                   bool
}

// UnknownVM is a model that a check could not judge.
type UnknownVM struct {
	Tenant, ModelType string
	Href              string
	Text              string
	ReportHref        string // "" where there is no report
}

// ReviewJobVM is one of the four jobs of the night.
type ReviewJobVM struct {
	Name   string
	State  chart.JobState
	Word   string // "ran", "failed"
	Detail []component.Piece
}

func (j ReviewJobVM) icon() string {
	switch j.State {
	case chart.JobDone:
		return "check"
	case chart.JobFailed:
		return "cross"
	}
	return "clock"
}

func (j ReviewJobVM) class() string {
	switch j.State {
	case chart.JobDone:
		return "passed"
	case chart.JobFailed:
		return "failed"
	}
	return ""
}

// ChooserVM leads to the reviews of other days, weeks or months.
type ChooserVM struct {
	Path, Field          string
	Kind                 string // of the input: date, week, month
	Label, Value, Last   string
	Earlier, EarlierHref string
	Later, LaterHref     string // "" where there is none yet
}

// pattern is what the input takes where a browser has no calendar for it.
func (c ChooserVM) pattern() string {
	switch c.Kind {
	case "week":
		return `\d{4}-W\d{2}`
	case "month":
		return `\d{4}-\d{2}`
	}
	return `\d{4}-\d{2}-\d{2}`
}

// reviewTabs are the three reviews, and the report over any period.
var reviewTabs = []struct{ href, label, when string }{
	{"/reviews", lang.Key("Morning"), lang.Key("every day, 9:00")},
	{"/reviews/weekly", lang.Key("Weekly"), lang.Key("every Monday")},
	{"/reviews/monthly", lang.Key("Monthly"), lang.Key("first Monday of a month")},
	{"/reports", lang.Key("Report"), lang.Key("any period")},
}

// delta is the distance from the baseline in points, with its sign.
func (m DayMetricsVM) delta(l lang.Lang) string {
	if m.Delta == nil {
		return lang.Missing
	}
	return signedPoints(l, *m.Delta)
}

func signedPoints(l lang.Lang, v float64) string {
	if v > 0 {
		return "+" + l.Points(v, 1)
	}
	return l.Points(v, 1)
}

// raised says how many alerts were raised overnight and since the review before.
func (v MorningVM) raised(l lang.Lang) []component.Piece {
	overnight := component.Bold(l.N(int64(v.Overnight), "%d drift alert", "%d drift alerts"))
	return component.Sentence(l.N(int64(v.Raised.Total), "{0} since 00:00 UTC, %d alert of every kind since {1}.",
		"{0} since 00:00 UTC, %d alerts of every kind since {1}."), overnight, component.At(v.Since, component.DayClock))
}
