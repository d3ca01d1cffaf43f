package page

import (
	"time"

	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
)

// PaperVM is a report of two pages that a manager files: of an alert or of a model. On paper it has no
// chrome, and its head says what it is, who printed it when, and where it stands.
type PaperVM struct {
	Title, Line []component.Piece
	// Unjudged says that another version serves than the numbers are of; nil where it does not.
	Unjudged []component.Piece
	BackHref string // the page it is about
	URL      string // its full address, in its head
	By       string
	At       time.Time
	Facts    []component.FactVM
	Message  string
	Fell     string // where accuracy fell most; "" for nothing to say
	// First are the charts of the first page, Second those of the second, Pairs of each lie side by side.
	First, Second []PaperRow
	Reports       []ReportVM
	Timeline      []component.TimelineVM
	Versions      []VersionVM // of a model, the newest
	Now           time.Time
}

// PaperRow is one chart, or two side by side.
type PaperRow struct{ Left, Right chart.Chart }
