package page

import (
	"strconv"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/format"
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
	Line     []component.Piece
	Facts    []component.FactVM
	Strips   []CheckStripVM
	From, To time.Time // of the strips
	Accuracy chart.Accuracy
	Trend    chart.Trend
	// Metrics are the other daily metrics, one small chart each; their IDs are
	// unique on the page.
	Metrics  []chart.Metric
	Reports  []ReportRowVM
	Versions VersionsVM
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
func (r ReportRowVM) found() string {
	switch {
	case r.Insufficient:
		return "too little data"
	case r.DriftType == "performance":
		drop := format.Value(r.Drop)
		if drop < 0 {
			return "rose " + format.Points(-drop, 1)
		}
		return "fell " + format.Points(drop, 1)
	default:
		return "D " + format.Fixed(format.Value(r.D), 3) + ", p " + format.P(format.Value(r.P))
	}
}

func (r ReportRowVM) kind() string {
	if r.DriftType == "performance" {
		return "Accuracy"
	}
	return "Scores"
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

func (a ModelAlertVM) since() []component.Piece {
	return []component.Piece{{Text: "since "}, component.At(a.CreatedAt, component.DayClock)}
}

// heard says when the last row came and how many in the last hour.
func (f FeedVM) heard() []component.Piece {
	if f.Last.IsZero() {
		return component.Words("Nothing was ever received.")
	}
	return []component.Piece{
		{Text: "Last row "}, component.At(f.Last, component.DayClock), {Text: f.pace()},
	}
}

func (f FeedVM) pace() string {
	if f.LastHour < 0 {
		return ""
	}
	return ", " + format.Plural(f.LastHour, "row", "rows") + " in the last hour"
}

// judgedMark is the mark beside judgedWord: before the first check a model is
// as unseen as one that could not be judged.
func judgedMark(s component.Severity) component.Severity {
	if s == component.Absent {
		return component.Blind
	}
	return s
}

func judgedWord(s component.Severity) string {
	switch s {
	case component.Blind:
		return "not judged"
	case component.Absent:
		return "no check yet"
	case component.None:
		return "quiet"
	default:
		return strings.ToLower(s.Word())
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
