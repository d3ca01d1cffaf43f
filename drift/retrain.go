package drift

import (
	"encoding/json"
	"time"
)

// RetrainState is where a retrain stands.
type RetrainState string

// The states of a retrain. Those of RetrainEnded are its ends.
const (
	RetrainProposed        RetrainState = "proposed"
	RetrainWaitingApproval RetrainState = "waiting_approval"
	RetrainCountdown       RetrainState = "countdown"
	RetrainQueued          RetrainState = "queued"
	RetrainTraining        RetrainState = "training"
	RetrainValidating      RetrainState = "validating"
	RetrainActivating      RetrainState = "activating"
	RetrainWatching        RetrainState = "watching"
	RetrainKept            RetrainState = "kept"
	RetrainRolledBack      RetrainState = "rolled_back"
	RetrainRefused         RetrainState = "refused"
	RetrainExpired         RetrainState = "expired"
	RetrainCancelled       RetrainState = "cancelled"
	RetrainFailed          RetrainState = "failed"
)

// RetrainStates lists every state, in the order of a retrain's life.
var RetrainStates = []RetrainState{
	RetrainProposed, RetrainWaitingApproval, RetrainCountdown, RetrainQueued, RetrainTraining, RetrainValidating,
	RetrainActivating, RetrainWatching, RetrainKept, RetrainRolledBack, RetrainRefused, RetrainExpired,
	RetrainCancelled, RetrainFailed,
}

// Ended reports whether nothing follows: the model may have another retrain.
func (s RetrainState) Ended() bool {
	switch s {
	case RetrainKept, RetrainRolledBack, RetrainRefused, RetrainExpired, RetrainCancelled, RetrainFailed:
		return true
	}
	return false
}

// Running reports whether a trainer's work or its result is being dealt with.
func (s RetrainState) Running() bool {
	return s == RetrainTraining || s == RetrainValidating || s == RetrainActivating
}

// Safeguard is what one of the five safeguards says. Passed is nil where it cannot be said yet.
type Safeguard struct {
	Name     string `json:"name"`
	Passed   *bool  `json:"passed"`
	Compared string `json:"compared"` // what with what: "212 rows ≥ 100"
	Detail   string `json:"detail"`   // a sentence
}

// The five safeguards, in the guide's order.
const (
	SafeguardFlags      = "feature_flags"
	SafeguardCooldown   = "cooldown"
	SafeguardData       = "data_threshold"
	SafeguardSeverity   = "severity"
	SafeguardValidation = "validation"
)

// Retrain is one attempt to replace a model's serving version by a newly trained one.
type Retrain struct {
	ID               int64           `json:"id"`
	Version          int             `json:"version"` // counts moves; every move names the version it was made on
	TenantID         int64           `json:"-"`
	Tenant           string          `json:"tenant"`
	ModelType        string          `json:"model_type"`
	State            RetrainState    `json:"state"`
	RequestedBy      string          `json:"requested_by"` // SystemActor's name where drift asked for it
	Manual           bool            `json:"manual"`
	Reason           string          `json:"reason"`
	SkipCooldown     bool            `json:"skip_cooldown"`
	ApprovedBy       string          `json:"approved_by"` // "" until approved
	AlertID          *int64          `json:"alert_id"`
	ReportID         *int64          `json:"report_id"`
	ReportRevision   int             `json:"report_revision"`
	Severity         Severity        `json:"severity"` // null for a manual one without a report
	Safeguards       []Safeguard     `json:"safeguards"`
	CreatedAt        time.Time       `json:"created_at"`
	StateSince       time.Time       `json:"state_since"`
	DueAt            *time.Time      `json:"due_at"` // end of the countdown, of the approval's time, of the watch
	Attempt          int             `json:"attempt"`
	Server           string          `json:"server"` // that trains it
	Progress         string          `json:"progress"`
	Trainer          string          `json:"trainer"`
	ParentVersion    string          `json:"parent_version"`    // serving when it was proposed
	CandidateVersion string          `json:"candidate_version"` // "" until trained
	RowsTrain        int             `json:"rows_train"`
	RowsHoldout      int             `json:"rows_holdout"`
	WindowFrom       *time.Time      `json:"window_from"`
	WindowTo         *time.Time      `json:"window_to"`
	Validation       json.RawMessage `json:"validation"` // the candidate's and the serving version's numbers, null until there are
	ActivatedAt      *time.Time      `json:"activated_at"`
	Note             string          `json:"note"` // why it is where it is, a sentence

	// Decision is the last move that a person made on it, nil where none did. The store fills it in reading.
	Decision *RetrainDecision `json:"-"`
}

// RetrainDecision is a person's move on a retrain.
type RetrainDecision struct {
	By   string
	Move string
	Note string // why, in their own words
	Last bool   // nothing moved it since
}

// Model names the model that is retrained.
func (r *Retrain) Model() Model {
	return Model{TenantID: r.TenantID, Tenant: r.Tenant, ModelType: r.ModelType}
}

// HourTally counts the outcomes of predictions made in one hour since some moment.
type HourTally struct {
	Hour     int `json:"hour"` // 0 is the first
	Correct  int `json:"correct"`
	Outcomes int `json:"outcomes"`
}

// RetrainEntry is one line of a retrain's timeline.
type RetrainEntry struct {
	RetrainID int64           `json:"retrain_id"`
	Version   int             `json:"version"`
	At        time.Time       `json:"at"`
	Actor     string          `json:"actor"`
	Move      string          `json:"move"`
	From      RetrainState    `json:"from"`
	To        RetrainState    `json:"to"`
	Note      string          `json:"note"`
	Detail    json.RawMessage `json:"detail,omitempty"`
}

// RetrainFilter narrows a list of retrains. Empty fields do not narrow.
type RetrainFilter struct {
	Tenant    string
	ModelType string
	States    []RetrainState
	Live      bool // not ended
	AlertID   int64
	Cursor    string
	Limit     int
}

// Halt is the emergency stop while it is on.
type Halt struct {
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	Since  time.Time `json:"since"`
}

// Pause keeps one model from retraining by itself after a rollback, until a person lifts it.
type Pause struct {
	Model  Model     `json:"-"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	Since  time.Time `json:"since"`
}

// VersionRecord is a version with what is kept of its making and its service.
type VersionRecord struct {
	Version
	Trainer    string          `json:"trainer"`
	Parent     string          `json:"parent"`
	RetrainID  *int64          `json:"retrain_id"`
	ApprovedBy string          `json:"approved_by"`
	RowsTrain  int             `json:"rows_train"`
	WindowFrom *time.Time      `json:"window_from"`
	WindowTo   *time.Time      `json:"window_to"`
	Holdout    json.RawMessage `json:"holdout"` // its metrics on the hold-out, null where not trained here
	Services   []Service       `json:"services"`
	Refused    bool            `json:"refused"` // by its validation: it never serves
}

// Service is a stretch of time in which a version was active.
type Service struct {
	Version string     `json:"version"`
	From    time.Time  `json:"from"`
	To      *time.Time `json:"to"` // nil while it serves
}

// TrainingRow is one labelled prediction, as a trainer learns from it and a validation compares by it.
type TrainingRow struct {
	ID        string
	CreatedAt time.Time
	Version   string // that made the prediction
	Score     float64
	Predicted bool
	Actual    bool
	Features  json.RawMessage // an object, or nil
}

// LabelledCount counts the rows of a model that have an outcome.
type LabelledCount struct {
	Rows      int
	Positives int
	First     time.Time // of the first of them; zero where none
}

// NewVersion is what a retrain leaves behind, also where its candidate is refused.
type NewVersion struct {
	Key        VersionKey
	Artifact   []byte
	Digest     []byte // SHA-256 of Artifact
	Trainer    string
	Parent     string
	RetrainID  int64
	ApprovedBy string
	RowsTrain  int
	WindowFrom time.Time
	WindowTo   time.Time
	Holdout    json.RawMessage
	Scores     LabelledScores // of the hold-out, ascending
}
