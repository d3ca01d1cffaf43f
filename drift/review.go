package drift

import "time"

// The guide's reviews: what each list of its operational procedures says, as numbers.

const (
	// ReviewHour is when the guide holds its morning review, UTC.
	ReviewHour = 9
	// ReviewRows bounds each list of a review; how many there are in all is said beside it.
	ReviewRows = 100
	// JudgedDays and DegradedDays say when a model is consistently degraded: on at least DegradedDays of
	// its last JudgedDays days that could be judged, looked for no further back than JudgedWithin days.
	JudgedDays, DegradedDays, JudgedWithin = 7, 3, 28
	// AlertsTarget and RollbacksTarget are the guide's: fewer than two drift alerts a month and model, and
	// fewer than one rollback a quarter.
	AlertsTarget, RollbacksTarget = 2, 1
)

// MorningQuery asks for the review of one morning.
type MorningQuery struct {
	Now time.Time
	Day Date
}

// MorningReview is what is looked at every morning.
type MorningReview struct {
	Watch     `json:"-"`
	Day       Date            `json:"day"`
	Since     time.Time       `json:"since"`     // the review hour of the day before
	Until     time.Time       `json:"until"`     // the end of the day
	Overnight int             `json:"overnight"` // drift alerts raised since the day began: the guide's query
	Raised    Listed[Alert]   `json:"raised"`    // of every kind, from Since to Until; worst first
	Waiting   Listed[Alert]   `json:"not_acknowledged"`
	Blind     Listed[Alert]   `json:"blind_spots"` // ML_MONITORING_BLIND that waits for its end
	Unjudged  Listed[Unknown] `json:"not_judged"`  // serving versions that a check of the day could not judge
	Serving   int             `json:"models"`      // models with a serving version on that day
	Degraded  int             `json:"degraded"`    // of Metrics in all
	// Metrics are those of the day before, the degraded first; their total is that of the guide's query.
	Metrics Listed[DailyMetrics] `json:"-"`
	Runs    []ScheduleRun        `json:"-"` // of the day's slots
	Checks  []LastCheck          `json:"-"` // that left reports of the day, whoever ran them
}

// Listed is the head of a list, and how long all of it is.
type Listed[T any] struct {
	Items []T `json:"items"`
	Total int `json:"total"`
}

// Unknown is a serving version that a check of the day could not judge, or did not look at.
type Unknown struct {
	Tenant    string    `json:"tenant"`
	ModelType string    `json:"model_type"`
	Version   string    `json:"model_version"`
	DriftType DriftType `json:"drift_type"`
	Checked   bool      `json:"checked"` // it was looked at and had too little data; else there is no report
}

// PeriodQuery asks for the review of a week or a month.
type PeriodQuery struct {
	Now time.Time
	Period
	Before Period // compared with
}

// WeeklyReview is what is looked at every Monday.
type WeeklyReview struct {
	Watch    `json:"-"`
	Period   Period             `json:"period"`
	Trends   Listed[ModelTrend] `json:"trends"`   // the consistently degraded first, then who fell most
	Degraded int                `json:"degraded"` // models that are consistently degraded
	Retrains Listed[Retrain]    `json:"retrains"` // proposed, moved or live in the period; newest first
	Tally    RetrainTally       `json:"retrains_ended"`
	// Rehearsal is the last proof that rolling back works, nil where there never was one.
	Rehearsal *Rehearsal `json:"rehearsal"`
	// LastRollback is the last real one of the reader's models, nil where there never was one.
	LastRollback *RolledBack        `json:"last_rollback"`
	Rollbacks    Listed[RolledBack] `json:"rollbacks"` // of the period, newest first
	MayRetrain   bool               `json:"auto_retraining"`
}

// MonthlyReview is what is looked at every first Monday of a month.
type MonthlyReview struct {
	Watch     `json:"-"`
	Period    Period                 `json:"period"`
	Trends    Listed[ModelTrend]     `json:"trends"`
	Degraded  int                    `json:"degraded"`
	Alerts    Listed[AlertFrequency] `json:"alert_frequency"` // of models with a drift alert, most first
	Above     int                    `json:"models_above_target"`
	Models    int                    `json:"models"` // known at the end of the period
	Tally     RetrainTally           `json:"retrains_ended"`
	Quarter   Period                 `json:"quarter"`
	Rollbacks Listed[RolledBack]     `json:"rollbacks"` // of the quarter, newest first
	// MayRetrain says that ENABLE_AUTO_RETRAIN is on, for everybody or for a tenant of the reader's.
	MayRetrain bool `json:"auto_retraining"`
}

// ModelTrend is one model's accuracy over a period. Where several versions predicted on a day, the one
// with the most predictions speaks for the model.
type ModelTrend struct {
	TenantID  int64      `json:"-"`
	Tenant    string     `json:"tenant"`
	ModelType string     `json:"model_type"`
	Days      []TrendDay `json:"days"` // that have metrics, in order
	Correct   int        `json:"correct"`
	Outcomes  int        `json:"outcomes"`
	// Before are the pooled counts of the period before.
	CorrectBefore  int  `json:"correct_before"`
	OutcomesBefore int  `json:"outcomes_before"`
	Judged         int  `json:"judged_days"`   // of the last JudgedDays
	Degraded       int  `json:"degraded_days"` // of those
	Consistently   bool `json:"consistently_degraded"`
}

// Model names the model.
func (t ModelTrend) Model() Model {
	return Model{TenantID: t.TenantID, Tenant: t.Tenant, ModelType: t.ModelType}
}

// Accuracy is that of all outcomes of the period, undefined where there are none.
func (t ModelTrend) Accuracy() Number { return shareOf(t.Correct, t.Outcomes) }

// AccuracyBefore is that of the period before.
func (t ModelTrend) AccuracyBefore() Number { return shareOf(t.CorrectBefore, t.OutcomesBefore) }

// Change is the accuracy minus that of the period before, undefined where one is.
func (t ModelTrend) Change() Number { return t.Accuracy() - t.AccuracyBefore() }

func shareOf(part, whole int) Number {
	if whole == 0 {
		return Undefined()
	}
	return Number(float64(part) / float64(whole))
}

// TrendDay is a model's day.
type TrendDay struct {
	Date       Date   `json:"date"`
	Version    string `json:"model_version"`
	Accuracy   Number `json:"accuracy"` // null under MIN_OUTCOMES_PER_DAY outcomes
	Correct    int    `json:"correct"`
	Outcomes   int    `json:"outcomes"`
	IsDegraded bool   `json:"is_degraded"`
}

// AlertFrequency counts a model's drift alerts raised in a month.
type AlertFrequency struct {
	TenantID  int64  `json:"-"`
	Tenant    string `json:"tenant"`
	ModelType string `json:"model_type"`
	// Counted are those that interrupt: as severe as ALERT_MIN_SEVERITY asks, and never MEDIUM.
	Counted    int      `json:"counted"`
	Quiet      int      `json:"not_counted"`
	Backfilled int      `json:"of_backfills"` // of Counted: found by a backfill, so that they never sounded
	Least      Severity `json:"least"`        // what counts at this tenant
	Met        bool     `json:"target_met"`
}

// RetrainTally counts the retrains that ended in a period, by how.
type RetrainTally struct {
	Kept       int `json:"kept"`
	RolledBack int `json:"rolled_back"`
	Refused    int `json:"refused"`
	Failed     int `json:"failed"`
	Expired    int `json:"expired"`
	Cancelled  int `json:"cancelled"`
}

// Decided are those whose version was put into service and judged there.
func (t RetrainTally) Decided() int { return t.Kept + t.RolledBack }

// Success is the share of the decided that was kept, undefined where none was decided.
func (t RetrainTally) Success() Number { return shareOf(t.Kept, t.Decided()) }

// RolledBack is one rollback that took place.
type RolledBack struct {
	At        time.Time `json:"at"`
	Tenant    string    `json:"tenant"`
	ModelType string    `json:"model_type"`
	From      string    `json:"from"`
	To        string    `json:"to"`
	By        string    `json:"by"`
	ByHand    bool      `json:"by_hand"` // a person's, not the watch's
	Reason    string    `json:"reason"`
}
