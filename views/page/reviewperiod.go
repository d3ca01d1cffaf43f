package page

import (
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// WeeklyVM is the guide's weekly review.
type WeeklyVM struct {
	Now       time.Time
	Verdict   string
	Severity  component.Severity
	Icon      string // instead of the mark
	Line      []component.Piece
	Note      component.FormNoteVM
	Choose    ChooserVM
	Days      []time.Time // of the period
	Trends    TrendsVM
	Retrains  []RetrainRowVM
	Listed    ListedVM // of the retrains
	Tally     EndsVM
	Proof     ProofVM
	Rollbacks RollbacksVM
	RuleWords string // when a model is consistently degraded
}

// TrendsVM are the models' trends.
type TrendsVM struct {
	ListedVM
	Rows   []TrendVM
	Before string // what the numbers are compared with: "week before"
}

// TrendVM is one model's accuracy over a period.
type TrendVM struct {
	Tenant, ModelType, Href string
	Days                    []*float64 // one for each day of the period, nil where it is not known
	Accuracy, Low, High     *float64   // of all outcomes, with the bounds of its 95 % interval
	Outcomes                int64
	Before                  *float64
	Change                  *float64
	Judged, Degraded        int // of the last days that could be judged
	Consistently            bool
	Lowest                  *float64
	LowestDay               time.Time
	DaysDegraded, DaysKnown int // within the period
}

func (t TrendVM) interval(l lang.Lang) string {
	return l.PercentRange(lang.Value(t.Low), lang.Value(t.High), 1)
}

func (t TrendVM) change(l lang.Lang) string {
	if t.Change == nil {
		return lang.Missing
	}
	return signedPoints(l, *t.Change)
}

// EndsVM is how the retrains of a period ended.
type EndsVM struct {
	Success string // "67 %, 2 of 3", or why there is no rate
	Ended   []component.FactVM
	Off     string // that retraining is off, "" where it is on
}

// ProofVM is the last proof that rolling back works.
type ProofVM struct {
	Held     bool // there ever was a rehearsal
	Passed   bool
	Text     string
	By       string
	At       time.Time
	Took     string
	Steps    []ProofStepVM
	May      bool // the reader may rehearse
	LastReal []component.Piece
}

// ProofStepVM is one step of a rehearsal.
type ProofStepVM struct {
	Title, Detail, Took string
	State               string // passed, failed, not_run
}

func (s ProofStepVM) icon() string {
	switch s.State {
	case "passed":
		return "check"
	case "failed":
		return "cross"
	}
	return "minus"
}

func (s ProofStepVM) class() string {
	if s.State == "passed" || s.State == "failed" {
		return s.State
	}
	return ""
}

func (s ProofStepVM) word(l lang.Lang) string {
	switch s.State {
	case "passed":
		return l.T("passed")
	case "failed":
		return l.T("failed")
	}
	return ""
}

// RollbacksVM are the rollbacks of a period.
type RollbacksVM struct {
	ListedVM
	Rows []RolledBackVM
	None string
}

// RolledBackVM is one rollback.
type RolledBackVM struct {
	At                          time.Time
	Tenant, ModelType, Href     string
	From, To, By, Reason, Words string // Words: by hand, or by the watch
}

// MonthlyVM is the guide's monthly review.
type MonthlyVM struct {
	Now       time.Time
	Verdict   string
	Severity  component.Severity
	Icon      string
	Line      []component.Piece
	Choose    ChooserVM
	Days      []time.Time
	Targets   []TargetVM
	Trends    TrendsVM
	RuleWords string
	Alerts    []FrequencyVM
	Listed    ListedVM // of the models with alerts
	AlertLine string
	Tally     EndsVM
	Rollbacks RollbacksVM
	Quarter   string // the heading of the rollbacks: "4. Rollbacks of quarter 3 of 1998"
}

// TargetVM is one of the guide's targets: met or not, in words.
type TargetVM struct {
	Label, Value, Note string
	State              TargetState
}

// TargetState is how a target stands.
type TargetState uint8

// What a target can be. TargetNone is a number without a target, or nothing to measure.
const (
	TargetNone TargetState = iota
	TargetMet
	TargetMissed
)

// FrequencyVM is how often a model raised a drift alert.
type FrequencyVM struct {
	Tenant, ModelType, Href string
	AlertsHref              string
	Counted, Quiet          int64
	Backfilled              int64
	Met                     bool
	Least                   string // what counts: "HIGH and above"
}

// weekday is the head of a day's column: "Wed 1".
func weekday(l lang.Lang, day time.Time) string {
	if l == lang.German {
		name, _, _ := strings.Cut(l.Weekday(day), " ")
		return name + " " + day.Format("2.")
	}
	return day.Format("Mon 2")
}
