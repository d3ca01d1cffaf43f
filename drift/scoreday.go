package drift

import (
	"encoding/json"
	"time"
)

// ScoreDay is what the log says of one model version on one UTC day, without its scores.
type ScoreDay struct {
	Version        VersionKey
	Day            Date
	N              int    // predictions
	Counts         Counts // of the outcomes known
	IntervalWidthN int
	IntervalWidth  float64 // sum over IntervalWidthN rows
	LatencyN       int
	LatencyMS      float64 // sum over LatencyN rows
	FirstCreatedAt time.Time
	LastCreatedAt  time.Time
	LastIngestedAt time.Time
	LastOutcomeAt  time.Time // zero where no outcome is known
	Digest         []byte    // changes with any row or outcome of the day; see ScoresDigest
}

// DigestHalf is the length of each half of a ScoreDay's digest.
const DigestHalf = 16

// ScoresDigest is the half of the digest that changes with the scores alone, not with outcomes.
func (d ScoreDay) ScoresDigest() []byte { return d.Digest[:min(DigestHalf, len(d.Digest))] }

// Labels of a day's scores, one byte a score in the order of the scores.
const (
	LabelUnknown  byte = 0
	LabelNegative byte = 1
	LabelPositive byte = 2
	LabelMask     byte = 3
	// PredictedPositive is added where the model said yes.
	PredictedPositive byte = 4
)

// LabelledScores are a day's scores in ascending order with what is known of each.
type LabelledScores struct {
	Scores []float64
	Labels []byte
}

// DriftWindow is a half-open stretch of days.
type DriftWindow struct {
	From Date `json:"from"`
	To   Date `json:"to"`
}

// JobName names a job of the day.
type JobName string

// The daily jobs in the order they run, and the watch that runs each minute.
const (
	JobOutcomes    JobName = "outcomes"
	JobMetrics     JobName = "metrics"
	JobStatistical JobName = "statistical"
	JobPerformance JobName = "performance"
	JobWatch       JobName = "watch"
)

// DailyJobs lists the four daily jobs in order.
var DailyJobs = []JobName{JobOutcomes, JobMetrics, JobStatistical, JobPerformance}

// OutcomeCoverage says how far one model's outcomes have come in.
type OutcomeCoverage struct {
	Model          Model
	Predictions    int       // in the days looked at
	WithoutOutcome int       // of those
	OldestWithout  time.Time // the day that holds the oldest of them; zero where none
	LastOutcomeFor time.Time // the newest day with an outcome; zero where none ever
	Silent         bool      // enough predictions in the recent window and no outcome for any, though there once were
}

// MarshalJSON writes the model by name, days as dates, and what there is none of as null.
func (c OutcomeCoverage) MarshalJSON() ([]byte, error) {
	day := func(t time.Time) *Date {
		if t.IsZero() {
			return nil
		}
		d := DateOf(t)
		return &d
	}
	return json.Marshal(struct {
		Tenant         string `json:"tenant"`
		ModelType      string `json:"model_type"`
		Predictions    int    `json:"predictions"`
		WithoutOutcome int    `json:"without_outcome"`
		Since          *Date  `json:"since"`
		LastOutcomeFor *Date  `json:"last_outcome_for"`
		Silent         bool   `json:"silent"`
	}{
		c.Model.Tenant, c.Model.ModelType, c.Predictions, c.WithoutOutcome, day(c.OldestWithout),
		day(c.LastOutcomeFor), c.Silent,
	})
}

// ImportResult is what an import or an ingestion request did.
type ImportResult struct {
	Read       int64      `json:"read"`
	Inserted   int64      `json:"inserted"`
	Duplicates int64      `json:"duplicates"`
	Rejected   int64      `json:"rejected"`
	Errors     []RowError `json:"errors"` // the first of them, at most MaxRowErrors
}

// Add sums up, and keeps the first row errors.
func (r *ImportResult) Add(more ImportResult) {
	r.Read += more.Read
	r.Inserted += more.Inserted
	r.Duplicates += more.Duplicates
	r.Rejected += more.Rejected
	room := MaxRowErrors - len(r.Errors)
	r.Errors = append(r.Errors, more.Errors[:min(room, len(more.Errors))]...)
}

// MaxRowErrors bounds the row errors that an ImportResult carries.
const MaxRowErrors = 1000

// RowError says why one row was refused.
type RowError struct {
	Line  int    `json:"line"`
	Field string `json:"field"`
	Error string `json:"error"`
}

// ScheduleRun is one slot of a daily job.
type ScheduleRun struct {
	Name       JobName
	Slot       time.Time
	State      string // queued, running, done, failed
	Attempt    int
	Server     string
	QueuedAt   time.Time
	StartedAt  time.Time
	FinishedAt time.Time
	Covered    JobCovered
	Error      string
}

// JobCovered says what a run of a job looked at.
type JobCovered struct {
	Models       int    `json:"models"`       // versions looked at
	Judged       int    `json:"judged"`       // of those, with enough data
	Insufficient int    `json:"insufficient"` // of those, with too little
	Failed       int    `json:"failed"`       // models whose check failed; the job goes on for the others
	Matched      int    `json:"matched"`      // outcomes that found their prediction
	Waiting      int    `json:"waiting"`      // outcomes still without one
	Days         int    `json:"days"`         // days of metrics written
	Note         string `json:"note,omitempty"`
}
