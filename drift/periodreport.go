package drift

import (
	"fmt"
	"time"
)

// Reports over any period: what NOC and models did, as numbers.
const (
	// MaxReportDays bounds the period of one report.
	MaxReportDays = 5 * 366
	// ReportRows bounds each table of a report as a file; its page shows ReviewRows.
	ReportRows = 10000
	// GainDays is how many days before and after an activation are compared; the day itself is left out.
	GainDays = 7
	// MonthDays and QuarterDays turn a count over a period into one a month and one a quarter.
	MonthDays, QuarterDays = 30.4375, 91.3125
	// WholeMonth and WholeQuarter are the least days of which a target of a month or a quarter is called met.
	WholeMonth, WholeQuarter = 28, 90
)

// ReportQuery asks for a report: over whole UTC days, To excluded, of one tenant and one model type where
// those are named.
type ReportQuery struct {
	Now time.Time
	Period
	Tenant, ModelType string // "" is all
	Rows              int    // bounds each table
}

// PeriodReport is what happened over a period.
type PeriodReport struct {
	Watch     `json:"-"`
	Period    Period              `json:"period"`
	Tenant    string              `json:"tenant"`     // "" for all of the reader's
	ModelType string              `json:"model_type"` // "" for all
	Alerts    Listed[ModelAlerts] `json:"alerts"`     // by model, those with most of the worst first
	Acks      []AckTimes          `json:"acknowledgement"`
	Verdicts  Listed[FalseShare]  `json:"false_alerts"` // by model
	Judged    FalseShare          `json:"false_alerts_in_all"`
	Gains     Listed[RetrainGain] `json:"retrains"` // that came into service, newest first
	Tally     RetrainTally        `json:"retrains_ended"`
	Rollbacks Listed[RolledBack]  `json:"rollbacks"` // newest first
	// Elapsed are the days of the period that have begun: what is counted is counted over these.
	Elapsed int `json:"days_begun"`
	// Known are the models there were by the end of the period.
	Known int `json:"models"`
	// Above is how many models had more drift alerts than the guide's target allows.
	Above        int         `json:"models_above_target"`
	RollbackGoal TargetState `json:"rollbacks_target"`
	Tenants      []string    `json:"-"` // that the reader sees
	Models       []string    `json:"-"` // types that can be asked for
}

// TargetState says how a number stands to the guide's target.
type TargetState string

// Met, missed, or not to be said yet, because the period is shorter than that of the target.
const (
	TargetMet    TargetState = "met"
	TargetMissed TargetState = "missed"
	TargetOpen   TargetState = "too_short"
)

// TargetOf says how a count over days stands to a target of fewer than most every so many days. A period
// that is shorter than whole days can miss it, but not meet it.
func TargetOf(count, most, days int, each float64, whole int) TargetState {
	per := float64(count)
	if float64(days) > each {
		per *= each / float64(days)
	}
	switch {
	case per >= float64(most):
		return TargetMissed
	case days < whole:
		return TargetOpen
	}
	return TargetMet
}

// ModelAlerts are the alerts raised about one model, by the highest severity that each reached.
type ModelAlerts struct {
	Tenant    string `json:"tenant"`
	ModelType string `json:"model_type"`
	Critical  int    `json:"critical"` // drift
	High      int    `json:"high"`
	Medium    int    `json:"medium"`
	Blind     int    `json:"blind"`
	Rollback  int    `json:"rollback"`
	// Counted are the drift alerts that interrupt, as [AlertFrequency] has it.
	Counted  int         `json:"counted"`
	PerMonth Number      `json:"counted_per_month"`
	Target   TargetState `json:"target"`
	Parts    []int64     `json:"-"` // alerts by stretch of the period
}

// All are all of them.
func (m ModelAlerts) All() int { return m.Critical + m.High + m.Medium + m.Blind + m.Rollback }

// AckTimes says how soon alerts of one kind were taken. What a backfill found is left out, since it never
// called anybody.
type AckTimes struct {
	Kind   string `json:"kind"` // CRITICAL, HIGH, MEDIUM, BLIND, ROLLBACK, or ALL
	Raised int    `json:"raised"`
	Taken  int    `json:"acknowledged"`
	// Ended are those that ended by themselves before anybody took them, Waiting those that still wait.
	Ended   int    `json:"ended_unacknowledged"`
	Waiting int    `json:"waiting"`
	Median  Number `json:"median_seconds"` // of those taken; null where none was
	P95     Number `json:"p95_seconds"`
	// Within of Due were taken within the target of their tenant. Due are those taken, and those not taken
	// although the target's time passed. Where escalation is off there is no target.
	Within int `json:"within_target"`
	Due    int `json:"target_due"`
	// Backfilled were left out.
	Backfilled int `json:"backfilled"`
}

// Share is the share taken within the target, undefined where none was due.
func (a AckTimes) Share() Number { return shareOf(a.Within, a.Due) }

// FalseShare is how many of a model's alerts people called false, of those they said anything of.
type FalseShare struct {
	Tenant    string `json:"tenant"`
	ModelType string `json:"model_type"`
	Raised    int    `json:"raised"`
	Judged    int    `json:"judged"`
	Real      int    `json:"real"`
	Expected  int    `json:"expected"`
	False     int    `json:"false"`
	Low, High Number `json:"-"` // 95 % Wilson
}

// Share is the share of the judged that was false, undefined where none was judged.
func (f FalseShare) Share() Number { return shareOf(f.False, f.Judged) }

// RetrainGain is a retrain that came into service, with the accuracy of its version after against that of
// the version before it.
type RetrainGain struct {
	ID          int64        `json:"id"`
	Tenant      string       `json:"tenant"`
	ModelType   string       `json:"model_type"`
	State       RetrainState `json:"state"`
	From        string       `json:"from_version"`
	To          string       `json:"to_version"`
	ActivatedAt time.Time    `json:"activated_at"`
	Before      int          `json:"before_correct"` // of BeforeN outcomes of the GainDays before
	BeforeN     int          `json:"before_outcomes"`
	After       int          `json:"after_correct"`
	AfterN      int          `json:"after_outcomes"`
	Low, High   Number       `json:"-"` // 95 % interval of the gain, Newcombe's method 10
}

// AccuracyBefore is the parent's accuracy, undefined without outcomes.
func (g RetrainGain) AccuracyBefore() Number { return shareOf(g.Before, g.BeforeN) }

// AccuracyAfter is the new version's accuracy, undefined without outcomes.
func (g RetrainGain) AccuracyAfter() Number { return shareOf(g.After, g.AfterN) }

// Gain is after minus before.
func (g RetrainGain) Gain() Number { return g.AccuracyAfter() - g.AccuracyBefore() }

// Elapsed is how many days of a period have begun by a day: what happens in the rest of one that is not over
// is not known, and does not make a month quieter.
func (p Period) Elapsed(today Date) int { return max(0, int(min(p.To, today+1)-p.From)) }

// CheckReport refuses a period that no report covers.
func CheckReport(p Period, today Date) error {
	switch {
	case p.From >= p.To:
		return Invalid("from", "A period begins before it ends: the end is the day after its last.")
	case p.From > today:
		return Invalid("from", fmt.Sprintf("It has not begun yet: today is %s, UTC.", today))
	case p.Days() > MaxReportDays:
		return Invalid("from", "A report covers at most five years.")
	}
	return nil
}
