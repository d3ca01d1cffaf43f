package engine

import (
	"context"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/stats"
)

// Store begins transactions and does the work that needs more than one of them.
type Store interface {
	// InTx runs fn in one transaction under the actor's rights: the owner's for a system actor,
	// the application role limited to the actor's tenants for everybody else. It commits where fn
	// returns nil. Events and audit rows given to the transaction are written last, events first,
	// so that their order is the order of commits.
	InTx(ctx context.Context, by drift.Actor, fn func(Tx) error) error
	Work
}

// Work is what needs many transactions, or none.
type Work interface {
	// RebuildMarkedDays builds the day columns that late rows or outcomes have marked in [from, to),
	// each in a transaction of its own, and returns how many it built. progress may be nil.
	RebuildMarkedDays(ctx context.Context, from, to drift.Date, progress func(done, total int)) (int, error)
	// RebuildMeasuredDays does the same for every day before the given one whose metrics have been
	// written, however old.
	RebuildMeasuredDays(ctx context.Context, before drift.Date) (int, error)
	// DrainInbox matches the outcomes that arrived before now and waited for their prediction.
	DrainInbox(ctx context.Context, now time.Time) (matched, waiting int, err error)
	// TrainingRows reads the labelled rows of a model made in [from, to), in time order, in one state of
	// the database: first their times for plan, then each row for fn, in constant memory.
	TrainingRows(ctx context.Context, m drift.Model, from, to time.Time, plan func([]time.Time) error, fn func(int, drift.TrainingRow) error) error
	// RetrainProgress notes the newest line of a running trainer; it is no move. False, and nothing noted,
	// where the retrain does not train this attempt on this server any more.
	RetrainProgress(ctx context.Context, r *drift.Retrain, line string) (bool, error)
	// SaveTrainerLog keeps what a trainer printed.
	SaveTrainerLog(ctx context.Context, r *drift.Retrain, log string) error
	// SaveTrainerState keeps what a training elsewhere needs to go on after a restart: a JSON object
	// with its attempt and the job's name there. It lasts until the retrain is queued again.
	SaveTrainerState(ctx context.Context, r *drift.Retrain, state []byte) error
}

// Tx is what the use cases read and write inside one transaction.
type Tx interface {
	Days
	Results
	Alerts
	Silences
	OnCalls
	SettingsStore
	Retrains
	Serving
	Replays
	Rehearsals
	Shifts
	Journal
}

// Days reads the log's day columns.
type Days interface {
	// VersionsIn lists the model versions with a prediction in [from, to), by tenant, type, version.
	VersionsIn(ctx context.Context, from, to drift.Date) ([]drift.VersionKey, error)
	// ServingVersions lists the models with any prediction before the day, with their serving version:
	// the one active at its midnight or, before the first activation, that of the newest prediction.
	ServingVersions(ctx context.Context, day drift.Date) ([]drift.VersionKey, error)
	// ScoreDays returns the version's days in [from, to), in order, without scores.
	ScoreDays(ctx context.Context, v drift.VersionKey, from, to drift.Date) ([]drift.ScoreDay, error)
	// Runs returns the version's score columns of both windows, histograms only, and what fetches the
	// values of the few bins that a comparison opens, in one round trip.
	Runs(ctx context.Context, v drift.VersionKey, recent, baseline drift.DriftWindow) (r, b []stats.Run, fetch stats.Fetch, err error)
	// LabelledScores returns one day's scores with their outcomes.
	LabelledScores(ctx context.Context, v drift.VersionKey, day drift.Date) (drift.LabelledScores, error)
	// FeatureSample reads the features of the version's rows of a window, or of about so many of them.
	FeatureSample(ctx context.Context, v drift.VersionKey, w drift.DriftWindow, most int) (drift.FeatureSample, error)
	// LabelledDays returns the version's days in [from, to), in order, with scores and outcomes: all of them,
	// or about most of them where there are more.
	LabelledDays(ctx context.Context, v drift.VersionKey, from, to drift.Date, most int) ([]drift.LabelledDay, error)
	// OutcomeSample reads which of the version's predictions of a window were right, with their features.
	OutcomeSample(ctx context.Context, v drift.VersionKey, w drift.DriftWindow, most int) (drift.OutcomeSample, error)
	// FirstPrediction returns when the version's first prediction was made; zero where none.
	FirstPrediction(ctx context.Context, v drift.VersionKey) (time.Time, error)
	// FreshModels lists the models with a prediction both made and received since the given time.
	FreshModels(ctx context.Context, since time.Time) ([]drift.Model, error)
	// Coverage says for each model how many predictions in [from, to) still lack an outcome, and
	// whether none of those in [recent, to) has one.
	Coverage(ctx context.Context, from, recent, to drift.Date) ([]drift.OutcomeCoverage, error)
}

// Results reads and writes reports and daily metrics.
type Results interface {
	// CurrentReport returns the report in force, nil where the check has not run.
	CurrentReport(ctx context.Context, v drift.VersionKey, date drift.Date, t drift.DriftType) (*drift.Report, error)
	// PutReport writes a report as the next revision and the one in force; it sets ID and Revision.
	PutReport(ctx context.Context, r *drift.Report) error
	// SetServing notes on a report whether its version counts as the serving one.
	SetServing(ctx context.Context, r *drift.Report, serving bool) error
	// SeveritiesBefore returns the model's last n severities of serving reports before the date, newest first.
	SeveritiesBefore(ctx context.Context, m drift.Model, t drift.DriftType, date drift.Date, n int) ([]drift.Severity, error)
	// Reports lists reports, newest date first.
	Reports(ctx context.Context, f drift.ReportFilter) (drift.Page[drift.Report], error)
	// LatestCheck returns the newest date checked of the model and drift type; false where none.
	LatestCheck(ctx context.Context, m drift.Model, t drift.DriftType) (drift.Date, bool, error)
	// PutMetrics writes or rewrites one day's metrics.
	PutMetrics(ctx context.Context, m drift.DailyMetrics) error
	// StaleMetrics lists the days before to whose metrics were written from other input than the day
	// has now and, from from on, those whose metrics were never written.
	StaleMetrics(ctx context.Context, from, to drift.Date) ([]drift.ScoreDay, error)
	// DaysOf lists all versions' days of one date.
	DaysOf(ctx context.Context, day drift.Date) ([]drift.ScoreDay, error)
}

// Alerts reads and writes alerts. Every write is a compare-and-swap on the version.
type Alerts interface {
	// LockModel makes the raising and clearing of one model's alerts one at a time, and holds its open
	// alerts, so that nobody moves one between reading and saving it.
	LockModel(ctx context.Context, m drift.Model) error
	// OpenAlert returns the open alert of this key, nil where there is none.
	OpenAlert(ctx context.Context, tenant int64, dedupKey string) (*drift.Alert, error)
	// LastAlert returns the newest alert of this key, open or not, nil where there never was one.
	LastAlert(ctx context.Context, tenant int64, dedupKey string) (*drift.Alert, error)
	// OpenAlertsOf lists a model's open alerts.
	OpenAlertsOf(ctx context.Context, m drift.Model) ([]*drift.Alert, error)
	// IncidentOf returns the incident of the oldest open alert of a model, "" where none is open.
	IncidentOf(ctx context.Context, m drift.Model) (string, error)
	// OpenBlindAlerts lists the open ML_MONITORING_BLIND alerts of all models.
	OpenBlindAlerts(ctx context.Context) ([]*drift.Alert, error)
	// Alert returns one alert; CodeNotFound where it is not there for this actor.
	Alert(ctx context.Context, id int64) (*drift.Alert, error)
	// InsertAlert writes a new alert with its first timeline entry; it sets ID.
	InsertAlert(ctx context.Context, a *drift.Alert, e drift.TimelineEntry) error
	// SaveAlert writes the alert and a timeline entry if its stored version is still the given one,
	// and reports false where somebody was faster.
	SaveAlert(ctx context.Context, a *drift.Alert, was int, e drift.TimelineEntry) (bool, error)
	// LastMove returns the newest timeline entry of an alert, to name the winner of a race.
	LastMove(ctx context.Context, a *drift.Alert) (drift.TimelineEntry, error)
	// SetTimer sets when something falls due by itself; the zero time removes it.
	SetTimer(ctx context.Context, a *drift.Alert, k drift.TimerKind, due time.Time) error
	// TimersOf lists what falls due by itself on an alert.
	TimersOf(ctx context.Context, a *drift.Alert) ([]drift.DueTimer, error)
	// ClearTimers removes every timer of an alert.
	ClearTimers(ctx context.Context, a *drift.Alert) error
	// DueTimers lists alerts whose timer fell due at or before now, oldest first.
	DueTimers(ctx context.Context, now time.Time, limit int) ([]DueTimer, error)
	// PersonExists reports whether a person of this name who may see the tenant can be assigned.
	PersonExists(ctx context.Context, name string, tenant int64) (bool, error)
	// TeamExists reports whether this team exists.
	TeamExists(ctx context.Context, name string) (bool, error)
	// JudgedAlerts lists the alerts raised in [from, to) with what people said of them, oldest first: of one
	// model, of one type where its tenant is 0, or of all where the type is "" too. It stops at most, with
	// more set.
	JudgedAlerts(ctx context.Context, m drift.Model, from, to time.Time, most int) (list []drift.JudgedAlert, more bool, err error)
	// PutFeedback keeps what somebody says an alert turned out to be, and writes it in the audit log.
	PutFeedback(ctx context.Context, a *drift.Alert, f drift.Feedback) error
}

// DueTimer is a timer that fell due.
type DueTimer = drift.DueTimer

// SettingsStore reads and writes settings.
type SettingsStore interface {
	// Tenants lists the tenants that the actor may see, by name.
	Tenants(ctx context.Context) ([]drift.Tenant, error)
	// Settings returns the values in force for a tenant; tenant 0 is "no tenant in particular".
	Settings(ctx context.Context, tenant int64) (drift.Settings, error)
	// SettingBelow returns what would be in force where the scope had no value of its own.
	SettingBelow(ctx context.Context, scope int64, name string) (string, error)
	// LockSettings keeps everybody else from changing a setting until the transaction ends.
	LockSettings(ctx context.Context) error
	// PutSetting writes one value (nil takes it back to what lies below) and its history row.
	PutSetting(ctx context.Context, scope int64, name string, value *string, by, reason string, at time.Time) error
	// CheckSettings refuses values in force that contradict each other, by CodeInvalid: in the scope, and
	// where that is everybody's in every tenant's.
	CheckSettings(ctx context.Context, scope int64) error
	Proposals
}

// Proposals keeps the changes of settings that wait for an administrator.
type Proposals interface {
	// PutProposal writes a new proposal and sets its ID. CodeInvalid where too many wait already.
	PutProposal(ctx context.Context, p *drift.SettingProposal) error
	// Proposal returns one proposal, held until the transaction ends; CodeNotFound where there is none.
	Proposal(ctx context.Context, id int64) (*drift.SettingProposal, error)
	// DecideProposal keeps who decided a proposal, when and why.
	DecideProposal(ctx context.Context, p *drift.SettingProposal) error
}

// Rehearsals makes the shadow that a rollback is rehearsed on, and keeps what came of it.
type Rehearsals interface {
	// MakeShadow makes a tenant in a transaction that must not be committed, and bounds its waits.
	MakeShadow(ctx context.Context, name string) (drift.Tenant, error)
	// RefusesSecondActive reports whether the database refuses one more active version.
	RefusesSecondActive(ctx context.Context, v drift.VersionKey) (bool, error)
	// ActiveCount counts the active versions of a model.
	ActiveCount(ctx context.Context, m drift.Model) (int, error)
	// ShadowRows counts what is left of a shadow's tenant.
	ShadowRows(ctx context.Context, id int64, name string) (int, error)
	// PutRehearsal keeps a rehearsal and sets its ID.
	PutRehearsal(ctx context.Context, r *drift.Rehearsal) error
}

// Journal collects what is written last in a transaction.
type Journal interface {
	Emit(drift.Event)
	Audit(drift.AuditEntry)
}

// Retrains reads and writes retrains and what may forbid them. Every write is a compare-and-swap.
type Retrains interface {
	// Retrain returns one retrain; CodeNotFound where it is not there for this actor.
	Retrain(ctx context.Context, id int64) (*drift.Retrain, error)
	// LiveRetrain returns the model's retrain that has not ended, nil where there is none.
	LiveRetrain(ctx context.Context, m drift.Model) (*drift.Retrain, error)
	// RetrainOf returns the newest retrain proposed for an alert, nil where none was.
	RetrainOf(ctx context.Context, a *drift.Alert) (*drift.Retrain, error)
	// RetrainsIn lists the retrains in any of the states, oldest first.
	RetrainsIn(ctx context.Context, states ...drift.RetrainState) ([]*drift.Retrain, error)
	// TellWatches lists the watched ones whose pages were told an hour ago, as told now.
	TellWatches(ctx context.Context, now time.Time) ([]*drift.Retrain, error)
	// DueRetrains lists those whose countdown, time for approval or watch ended at or before now.
	DueRetrains(ctx context.Context, now time.Time, limit int) ([]*drift.Retrain, error)
	// InsertRetrain writes a new one and sets ID; false where the model has a live one.
	InsertRetrain(ctx context.Context, r *drift.Retrain, e drift.RetrainEntry) (bool, error)
	// SaveRetrain writes one if its stored version is still the given one; false where not.
	SaveRetrain(ctx context.Context, r *drift.Retrain, was int, e drift.RetrainEntry) (bool, error)
	// Declined reports whether a person rejected or cancelled the last retrain that drift asked for of the
	// alert's model, when the alert was there already.
	Declined(ctx context.Context, a *drift.Alert) (bool, error)
	// LockStarts makes starts of trainings one at a time, so that no two count the same free place.
	LockStarts(ctx context.Context) error
	// TrainerState returns what SaveTrainerState kept last, nil where nothing.
	TrainerState(ctx context.Context, r *drift.Retrain) ([]byte, error)
	// TrainerCalled finds the newest retrain of a model type whose training has this name elsewhere,
	// nil where there is none, and notes the call: heard is false where the retrain does not train this
	// attempt any more, or has had a call signed as late.
	TrainerCalled(ctx context.Context, modelType, job string, at time.Time) (r *drift.Retrain, current, heard bool, err error)
	// RetrainTimeline lists every move of a retrain, oldest first.
	RetrainTimeline(ctx context.Context, r *drift.Retrain) ([]drift.RetrainEntry, error)
	// CooldownFrom returns when the model's last retrain but this one was activated or reached training.
	CooldownFrom(ctx context.Context, m drift.Model, but int64) (time.Time, error)
	// Labelled counts the model's rows with an outcome in [from, to).
	Labelled(ctx context.Context, m drift.Model, from, to drift.Date) (drift.LabelledCount, error)
	// ModelTypes lists the registered model types.
	ModelTypes(ctx context.Context) ([]drift.ModelType, error)
	// Halt returns the emergency stop, nil while it is off; HoldHalt keeps it so until the end.
	Halt(ctx context.Context) (*drift.Halt, error)
	HoldHalt(ctx context.Context) (*drift.Halt, error)
	// PutHalt sets it, or lifts it where nil, and reports whether that changed anything.
	PutHalt(ctx context.Context, h *drift.Halt) (bool, error)
	// ShiftApprovals gives those who wait for approval the time back that a stop took.
	ShiftApprovals(ctx context.Context, since, now time.Time) error
	// Paused returns a model's pause, nil where it has none.
	Paused(ctx context.Context, m drift.Model) (*drift.Pause, error)
	PutPause(ctx context.Context, p drift.Pause) error
	LiftPause(ctx context.Context, m drift.Model) (bool, error)
}

// Serving reads and changes which version of a model serves.
type Serving interface {
	// LockServing makes activations and rollbacks of one model one at a time.
	LockServing(ctx context.Context, m drift.Model) error
	// Serving returns the version in service; CodeNotFound where there is none.
	Serving(ctx context.Context, m drift.Model) (drift.Version, error)
	// VersionOf returns one version; CodeNotFound where it is not there.
	VersionOf(ctx context.Context, v drift.VersionKey) (drift.Version, error)
	// Activate puts next into service in place of old, and reads it back.
	Activate(ctx context.Context, old drift.Version, next drift.VersionKey, at time.Time) error
	// Services lists when each version was in service, newest first.
	Services(ctx context.Context, m drift.Model) ([]drift.Service, error)
	// OutcomesBetween counts right predictions and outcomes of predictions made in [from, to).
	OutcomesBetween(ctx context.Context, v drift.VersionKey, from, to time.Time) (correct, outcomes int, err error)
	// OutcomesByHour counts the same by hour since from; hours without an outcome are left out.
	OutcomesByHour(ctx context.Context, v drift.VersionKey, from, to time.Time) ([]drift.HourTally, error)
	// ValidationSet returns the hold-out of a version trained here, empty where none is kept.
	ValidationSet(ctx context.Context, v drift.VersionKey) (drift.LabelledScores, error)
	// PutVersion keeps a trained version with its artefact and validation set; CodeConflict where its name
	// is another version's.
	PutVersion(ctx context.Context, v drift.NewVersion, at time.Time) error
}

// Replays rewrites a stretch of the log as the loop would have had it.
type Replays interface {
	// CheckedAfter returns the newest date after d that was checked of these tenants; zero where none.
	CheckedAfter(ctx context.Context, tenants []int64, d drift.Date) (drift.Date, error)
	// ResetReplay restores the originals of the days from to to and takes back what was found in them.
	ResetReplay(ctx context.Context, tenants []int64, from, to drift.Date) error
	// ActiveVersions lists the active versions that were trained here.
	ActiveVersions(ctx context.Context, tenants []int64) ([]drift.VersionKey, error)
	// Artifact returns a version's artefact with its digest in hex; CodeNotFound where it has none.
	Artifact(ctx context.Context, v drift.VersionKey) (data []byte, digest string, err error)
	// RowsToRescore lists the model's rows made in [from, to) that another version scored, and holds their days.
	RowsToRescore(ctx context.Context, v drift.VersionKey, from, to time.Time) ([]drift.TrainingRow, error)
	// Rescore logs what v says of them; the originals are kept.
	Rescore(ctx context.Context, v drift.VersionKey, rows []drift.Rescored) error
	// ReplayMonths counts right predictions as logged now and as originally logged.
	ReplayMonths(ctx context.Context, tenants []int64, from, to drift.Date) ([]drift.ReplayMonth, error)
}
