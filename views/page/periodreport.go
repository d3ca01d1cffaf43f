package page

import (
	"time"

	"github.com/driftwatch/driftwatch/views/component"
)

// PeriodReportVM is a report over a period.
type PeriodReportVM struct {
	Now      time.Time
	Line     []component.Piece
	From, To string // as a date field takes them; To is the last day
	Last     string
	Tenant   component.SelectVM
	Model    component.SelectVM
	Presets  []LinkVM
	Targets  []TargetVM
	Alerts   []ReportAlertsVM
	Listed   ListedVM // of the models with alerts
	Acks     []TakenVM
	Backfill string // what was left out of the times, "" for nothing
	Verdicts []FalseVM
	Judged   ListedVM
	Gains    []GainVM
	Gained   ListedVM
	Tally    EndsVM
	Rolled   RollbacksVM
	Query    string // of the files: "from=…&to=…"
}

// file is the address of a table as a file.
func (v PeriodReportVM) file(table string) string { return "/reports/" + table + ".csv?" + v.Query }

// ReportAlertsVM is a line of alerts by model.
type ReportAlertsVM struct {
	Model, Href                             string
	Parts                                   []int64
	Critical, High, Medium, Blind, Rollback string
	Counted, PerMonth                       string
	State                                   TargetState
	Note                                    string // why nothing is said of the target yet
}

// TakenVM is a line of times to acknowledge.
type TakenVM struct {
	Kind                                                   string
	All                                                    bool
	Raised, Taken, Ended, Waiting, Median, P95, Share, Due string
}

// FalseVM is a line of what people said of a model's alerts.
type FalseVM struct {
	Model, Href                           string
	All                                   bool
	Raised, Judged, Real, Expected, False string
	Share, Range                          string
}

// GainVM is a retrain that came into service.
type GainVM struct {
	Model, Href, State, From, To string
	At                           time.Time
	Before, BeforeN              string
	After, AfterN                string
	Gain, Range                  string
	Worse                        bool // the interval of the gain lies below zero
}
