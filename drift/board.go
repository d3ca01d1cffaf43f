package drift

import "time"

// Watch is what every page says of the watching itself, read in the same state of the database as
// the rest of the page.
type Watch struct {
	Seq        int64     // the newest event: a page's socket goes on after it
	Demo       bool      // the data is invented
	FirstStart time.Time // of the first server here; zero where none has started yet
	Runs       []ScheduleRun
	Last       []ScheduleRun // per job the newest slot that is over or under way
	Checks     []LastCheck
	Progress   []Progress // long work that is under way, or was a short while ago
	Tenants    []Tenant   // that the reader may see
	Halt       *Halt      // the emergency stop, nil while it is off
	Silences   int        // that are in force and concern the reader
	// SilencesTurn is when the next of them begins or ends as planned; zero where none will.
	SilencesTurn time.Time
	Undecided    int // retrains that wait for a manager, of those tenants
}

// HandedFor is how long a board says that a shift was handed to its reader.
const HandedFor = 12 * time.Hour

// ForReader is what waits for one person alone.
type ForReader struct {
	// Handed is the newest hand-over to them, of the last HandedFor and not older than one of their own; nil
	// where there is none.
	Handed *HandOverHead
	// Proposals are those of settings that they can decide.
	Proposals int
}

// LastCheck is the newest check of a drift type that left a report for the reader.
type LastCheck struct {
	DriftType DriftType
	Date      Date
	At        time.Time
}

// BoardQuery asks for one board.
type BoardQuery struct {
	Now    time.Time
	Filter AlertFilter // of the list; its order is the board's own
}

// BoardData is all that the board says.
type BoardData struct {
	Watch
	Incidents []Incident // worst first: critical, blind, high, medium; then newest
	Next      string     // cursor of the rest, "" at the end
	// Matching is how many alerts the filter lets through on all pages, of MatchingIncidents incidents.
	Matching, MatchingIncidents int
	Tally                       []BoardTally // of all that wait for their end, whatever the filter
	Resting                     int          // suppressed alerts
	Urgent                      *UrgentAlert // what to look at first; nil where nothing is open
	Models                      []VersionKey // each model with its serving version
	Listed                      []Model      // those with an open alert, as the whole board orders them
	Marks                       []ReportMark // of the serving versions, StripDays back
	People                      []string     // who has an open alert
	Actors                      []string     // who can have one
	Teams                       []string     // to whom one can be escalated
	Types                       []ModelType
	Coverage                    []OutcomeCoverage // of the last 7 days
	Logged                      int64             // predictions that ever came in, of the tenants that the reader sees
	LastRow                     time.Time         // when the newest of them came in; zero where none did
}

// BoardAlert is one row of the board.
type BoardAlert struct {
	Alert
	Since time.Time // when it came to its status by a person's or a timer's move; zero where NEW
}

// UrgentAlert is the alert of a board's first sentence, with what falls due on it and the others of its
// model that nobody has.
type UrgentAlert struct {
	Alert
	Timers []DueTimer
	Also   []AlertVersion
}

// MaxAlso bounds how many other alerts of the same cause one button changes with its own.
const MaxAlso = 20

// BoardTally counts the alerts of one rank: 0 critical, 1 blind, 2 high, 3 medium.
type BoardTally struct {
	Rank      int
	N         int
	Models    int       // how many models they are about
	Nobody    int       // nobody has; see [Alert.Untaken]
	Oldest    time.Time // of those that nobody has, of all where somebody has each
	Escalated int       // of Nobody: they went to a team
	Cleared   int       // no person's, and the last check was clean
}

// StripDays is how many days of checks a health strip shows.
const StripDays = 30

// AlertQuery asks for one alert's page.
type AlertQuery struct {
	ID      int64
	Now     time.Time
	Days    int                                         // of checks shown in its charts
	Windows func(Report) (recent, baseline DriftWindow) // that a report's check compared
}

// AlertData is all that an alert's page says.
type AlertData struct {
	Watch
	Alert    *Alert
	Timeline []TimelineEntry // oldest first
	Timers   []DueTimer
	Plans    []Plan // of the teams that have one: who is on call, as of PlansAt
	PlansAt  time.Time
	Own      *Report // the report that the alert names; nil where it has none
	InForce  *Report // the revision in force of the same check; nil where it is Own
	Other    *Report // the newest of the other drift type, for the same version
	Sibling  *Alert  // the open alert of the other drift type, nil where there is none
	// Successor is the version that serves in place of the one that an alert about drift names; nil where that
	// one still does.
	Successor *Version
	Checks    []Report
	Days      []ScoreDay
	Scores    *ScorePicture // nil where no statistical report is shown
	Retraining
	People   []string
	Teams    []string
	Feeds    []Feed
	Coverage []OutcomeCoverage
}

// Statistical returns the statistical report whose samples the page offers, nil where there is none.
func (d AlertData) Statistical() *Report {
	for _, r := range []*Report{d.Own, d.Other} {
		if r != nil && r.DriftType == Statistical {
			return r
		}
	}
	return nil
}

// ScorePicture is both samples of a statistical check, as much as a chart shows.
type ScorePicture struct{ Recent, Baseline ScoreShape }

// ScoreShape is one sample: its values counted in equal bins over 0 to 1.
type ScoreShape struct {
	N         int64
	Counts    []int64
	Mean      Number
	AtOrBelow int64 // values at or below the score where D lies
}

// VersionSummary is what is known of one version of a model.
type VersionSummary struct {
	Version  VersionKey
	External bool // known from a log only
	First    time.Time
	Last     time.Time // zero where it never made a prediction
	N        int64     // predictions in the days asked for
	Counts   Counts    // of their outcomes
}

// ModelsData is the list of all models.
type ModelsData struct {
	Watch
	Settings Settings // in force where a tenant has none of its own
	Serving  []VersionKey
	Versions []VersionSummary // over the last 7 days
	Marks    []ReportMark
	Open     []OpenAlerts
	Listed   []Model // those with an open alert, as the board orders them
	Feeds    []Feed
	Coverage []OutcomeCoverage // over the last 7 days
}

// OpenAlerts counts a model's alerts that wait for their end.
type OpenAlerts struct {
	Model Model
	N     int
}

// ModelQuery asks for one model's page.
type ModelQuery struct {
	Tenant, ModelType string
	Now               time.Time
	Days              int    // of metrics
	Cursor            string // into the reports
}

// ModelData is all that a model's page says.
type ModelData struct {
	Watch
	Retraining
	Model    Model
	Serving  VersionKey // its Version is "" where nothing serves
	Versions []VersionSummary
	Records  []VersionRecord // of the same versions, and of those that never made a prediction
	Metrics  []DailyMetrics
	Days     []ScoreDay
	Checks   []Report // statistical, serving
	Latest   []Report // the newest report in force of each drift type
	Reports  Page[Report]
	Raised   map[int64]int64 // alert by the report that it names
	Marks    []ReportMark
	Alerts   []Alert
	Feeds    []Feed
	Coverage []OutcomeCoverage
}

// RollbackQuery names the model whose rollback is looked at.
type RollbackQuery struct {
	Tenant, ModelType string
	Now               time.Time
}

// RollbackData is what a manager sees before a rollback.
type RollbackData struct {
	Watch
	Model   Model
	Serving Version // its Version is "" where nothing serves
	Records []VersionRecord
	Lately  map[string]Tally // by version: of its last 7 days in service
}

// Tally is how many outcomes are known and how many predictions of them were right.
type Tally struct{ Correct, Outcomes int }

// Feed is one stream of rows of one model.
type Feed struct {
	Model        Model
	Kind         string    // predictions, outcomes
	LastReceived time.Time // when rows last came in
	LastAt       time.Time // the newest time that a row speaks of
	Received     int64     // rows ever
	Hours        []int64   // predictions in each of the last 24 hours, oldest first; nil where they are not counted
}

// Backlog is the work that waits.
type Backlog struct {
	MarkedDays  int64 // days to rebuild before they are next read
	Inbox       int64 // outcomes without a prediction
	InboxOldest time.Time
}

// OperationsData is all that the operations page says.
type OperationsData struct {
	Watch
	Feeds         []Feed
	Coverage      []OutcomeCoverage
	Models        []VersionKey
	Marks         []ReportMark // of today's and yesterday's checks
	Backlog       Backlog
	Servers       []Server
	DatabaseBytes int64
}

// SettingsData is the settings in force for one tenant, or for no tenant in particular.
type SettingsData struct {
	Watch
	Settings Settings
	History  []SettingChange // newest first
	Types    []ModelType
	// Own counts, by setting, the tenants that have a value of their own; nil where a tenant's values are shown.
	Own map[string]int
	// Proposals are those that wait for an administrator, and the newest that were decided.
	Proposals []SettingProposal
}

// FlagChange is a change of one of the plan's flags, zero where there was none.
type FlagChange struct {
	At     time.Time
	By     string
	Tenant string // whose own value changed; "" where that of every tenant did
}

// RolloutData is what the plan's page says of the phase that holds.
type RolloutData struct {
	Watch
	Settings  Settings
	Own       []string  // tenants that have a value of their own for one of the plan's flags
	Since     time.Time // the last change of one of the flags for every tenant; zero where none was ever changed
	Last      FlagChange
	Alerts    int // drift alerts raised since
	Retrains  int // begun since
	Rollbacks int
}

// AuditData is a page of the audit log.
type AuditData struct {
	Watch
	Entries Page[AuditEntry]
}
