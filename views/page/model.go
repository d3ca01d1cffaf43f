package page

import (
	"strconv"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// ModelVM is the page of one model of one tenant.
type ModelVM struct {
	Now               time.Time
	Tenant, ModelType string
	Href              string // of this page, without a query
	Days              int    // shown: 30 or 90
	// Severity is the worse of the last two checks, Blind where one could not
	// judge and the other found less.
	Severity component.Severity
	// Line says what serves since when and what its checks found.
	Line []component.Piece
	// Unjudged says that another version serves than the numbers are of; nil where it does not.
	Unjudged []component.Piece
	Facts    []component.FactVM
	Strips   []CheckStripVM
	From, To time.Time // of the strips
	Accuracy chart.Accuracy
	Trend    chart.Trend
	// Metrics are the other daily metrics, one small chart each; their IDs are
	// unique on the page.
	Metrics []chart.Metric
	// Heat is the scores of the last 60 days; nil where no version has predicted.
	Heat *chart.Heat
	// Metric is the one that was chosen in place of the accuracy, nil for none; MetricChoice are all.
	Metric       *chart.Metric
	MetricChoice []OptionVM
	Files        chart.Files
	// Fold leads to further evidence and CompareHref to any two windows; nil and "" where nothing serves.
	Fold        *FoldVM
	CompareHref string
	Reports     []ReportRowVM
	Versions    VersionsVM
	// Pause is set while retraining is paused after a rollback.
	Pause *PauseVM
	// Retrain says why the model does or does not retrain, and takes a request.
	Retrain RetrainPanelVM
	Note    component.FormNoteVM
	// Work is what people keep of the model.
	Work   ModelWorkVM
	Alerts []ModelAlertVM
	Feeds  []FeedVM
	// MoreReports leads to older reports, "" for none.
	MoreReports string
}

// CheckStripVM is 30 days of one of the two checks.
type CheckStripVM struct {
	Name  string // "Scores", "Accuracy"
	Strip component.StripVM
	Now   component.Severity
}

// ReportRowVM is one report in the list of the model's page.
type ReportRowVM struct {
	Date         time.Time
	DriftType    string
	Version      string
	Severity     component.Severity
	Insufficient bool
	Secondary    component.Severity
	D, P, Drop   *float64 // D and P of a statistical report, Drop of the other
	NRecent      int64
	NBaseline    int64
	Revision     int
	AlertID      int64  // 0: it raised none
	NumbersHref  string // leads to every number of the report, "" for nowhere
}

// found is what the check found, in figures.
func (r ReportRowVM) found(l lang.Lang) string {
	switch {
	case r.Insufficient:
		return l.T("too little data")
	case r.DriftType == "performance":
		drop := lang.Value(r.Drop)
		if drop < 0 {
			return l.T("rose %s", l.Points(-drop, 1))
		}
		return l.T("fell %s", l.Points(drop, 1))
	default:
		return "D " + l.Fixed(lang.Value(r.D), 3) + ", p " + l.P(lang.Value(r.P))
	}
}

func (r ReportRowVM) kind(l lang.Lang) string {
	if r.DriftType == "performance" {
		return l.T("Accuracy")
	}
	return l.T("Scores")
}

// ModelAlertVM is one open alert of the model.
type ModelAlertVM struct {
	ID        int64
	Severity  component.Severity
	Status    string
	Message   string
	Owner     string
	CreatedAt time.Time
}

func (a ModelAlertVM) since(l lang.Lang) []component.Piece {
	return component.Sentence(l.T("since {0}"), component.At(a.CreatedAt, component.DayClock))
}

// heard says when the last row came and how many in the last hour.
func (f FeedVM) heard(l lang.Lang) []component.Piece {
	last := component.At(f.Last, component.DayClock)
	switch {
	case f.Last.IsZero():
		return component.Words(l.T("Nothing was ever received."))
	case f.LastHour < 0:
		return component.Sentence(l.T("Last row {0}"), last)
	}
	return component.Sentence(l.N(f.LastHour, "Last row {0}, %d row in the last hour", "Last row {0}, %d rows in the last hour"), last)
}

// name is what comes by the feed.
func (f FeedVM) name(l lang.Lang) string {
	switch f.Feed {
	case "predictions":
		return l.T("predictions")
	case "outcomes":
		return l.T("outcomes")
	}
	return f.Feed
}

// judgedMark is the mark beside judgedWord: before the first check a model is
// as unseen as one that could not be judged.
func judgedMark(s component.Severity) component.Severity {
	if s == component.Absent {
		return component.Blind
	}
	return s
}

func judgedWord(l lang.Lang, s component.Severity) string {
	switch s {
	case component.Blind:
		return l.T("not judged")
	case component.Absent:
		return l.T("no check yet")
	case component.None:
		return l.T("quiet")
	default:
		return strings.ToLower(l.T(s.Word()))
	}
}

func judgedTone(s component.Severity) string {
	switch s {
	case component.Critical:
		return "ct"
	case component.High:
		return "ht"
	case component.Medium:
		return "mt"
	case component.Blind, component.Absent:
		return "bt"
	default:
		return "mute"
	}
}

// summaryHref is where the parts that events change are asked for.
func (v ModelVM) summaryHref() string { return v.spanHref(v.Days) + "&part=summary" }

// spanHref is the page with another number of days.
func (v ModelVM) spanHref(days int) string { return v.Href + "?days=" + strconv.Itoa(days) }

func alertHref(id int64) string { return "/alerts/" + strconv.FormatInt(id, 10) }

// Charts are the page's charts, for their files.
func (v ModelVM) Charts() []chart.Chart {
	out := []chart.Chart{v.Accuracy, v.Trend}
	if v.Heat != nil {
		out = append(out, v.Heat)
	}
	if v.Metric != nil {
		out = append(out, v.Metric)
	}
	for _, m := range v.Metrics {
		out = append(out, m)
	}
	return out
}
