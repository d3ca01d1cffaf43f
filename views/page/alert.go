package page

import (
	"time"

	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
)

// AlertVM is the page of one alert. What is nil is not shown.
type AlertVM struct {
	Now     time.Time
	State   AlertStateVM
	Actions AlertActionsVM
	// Conflict says that somebody was faster, after a lost race.
	Conflict *ConflictVM
	// Note is the answer to a form that was refused for another reason.
	Note component.FormNoteVM
	// Undo takes the reader's own acknowledgement back, while that can be done.
	Undo *UndoVM
	// Presence says who else has the alert open.
	Presence PresenceVM
	// ModelHref leads to the model's page.
	ModelHref string
	// Reports are the alert's own report first, then the newest of the other
	// drift type. Empty for an alert without a report.
	Reports []ReportVM
	// Sibling is the open alert of the other drift type, if there is one.
	Sibling *SiblingVM
	// Blind are the facts of an alert about the watching itself, in place of
	// evidence.
	Blind *BlindVM
	// Fell says where accuracy fell most; "" for nothing to say.
	Fell string

	Histogram *chart.Distribution
	ECDF      *chart.ECDFs
	Trend     *chart.Trend
	Accuracy  *chart.Accuracy
	// Files says where the charts are served as files.
	Files chart.Files
	// Fold leads to further evidence, nil where there is none.
	Fold *FoldVM
	// ReportHref leads to the two pages that a manager files.
	ReportHref string
	// Features says which of them moved.
	Features *FeaturesVM

	// Work is what people keep of the alert and its model.
	Work     AlertWorkVM
	Timeline AlertTimelineVM
	// Retrain says why the model does or does not retrain; nil for what no retrain helps.
	Retrain *RetrainPanelVM
}

// RetrainPanelVM is the five safeguards as things stand, and a way to ask for a retrain, of an alert's model or
// on the model's own page.
type RetrainPanelVM struct {
	ID     string // in the document
	Action string // where the request is posted
	Guards GuardsVM
	// RetrainID is the retrain under way, or the newest; 0 where there is none.
	RetrainID    int64
	RetrainState string
	// MayAsk shows the form; AskNot says why it is not shown.
	MayAsk, MaySkip bool
	AskNot          string
	Typed           TypedVM
}

// AlertStateVM is where an alert stands. It is a live fragment, the same for
// everybody who may see the alert.
type AlertStateVM struct {
	ID           int64
	Now          time.Time
	AlertType    string // ML_DRIFT_DETECTED, ML_MONITORING_BLIND, ML_ROLLBACK
	DriftType    string // "statistical" or "performance"; "" for the others
	Reason       string // of ML_MONITORING_BLIND: job_failed, feed_silent, …
	Tenant       string
	ModelType    string
	ModelVersion string
	Message      string // the alert's own sentence
	// Severity is the highest since it opened, Current the last check's; Blind
	// for ML_MONITORING_BLIND.
	Severity, Current   component.Severity
	Status              string // wire form
	CreatedAt, LastSeen time.Time
	// Since is when it reached Severity: CreatedAt, or later where it was raised lower. Zero is CreatedAt.
	Since          time.Time
	Repeats        int    // later checks that saw it again
	Assignee, Team string // "" is nobody
	// EndedBy is who resolved it, "" where it resolved by itself; EndedAt is zero where that is not known.
	EndedBy string
	EndedAt time.Time
	// BothOpen tells that the sibling of the other drift type is open too.
	BothOpen      bool
	Cleared       bool
	ClearedReason string // "" after a clean check
	// What falls due by itself; zero where nothing does.
	EscalatesAt     time.Time
	EscalatesTo     string
	RemindAt        time.Time
	SuppressedUntil time.Time
}

// ConflictVM tells who won a race that the reader lost.
type ConflictVM struct {
	Winner string
	Did    string // past tense: "acknowledged", "resolved"
	WonAt  time.Time
}

// AlertActionsVM is the panel of what may be done now. Its bytes depend on the
// reader's role and name.
type AlertActionsVM struct {
	ID      int64
	Version int
	// Advice is the report's recommendation in words.
	Advice string
	// Successor says that another version serves by now, in place of the advice; nil where none does.
	Successor []component.Piece
	// ReadOnly leaves the forms out and says why, for a reader who may only
	// look. "" shows them.
	ReadOnly string
	// Ended says that the alert is resolved: only a comment can be made. "" for an open one.
	Ended string
	// Off holds, by move ("acknowledge", "assign", "comment", "escalate",
	// "suppress", "resolve"), why it cannot be made now. No entry: it can.
	Off map[string]string
	// Also are alerts of the same cause that "Acknowledge" changes too, sent
	// as "id:version" in fields named also.
	Also []AlsoVM
	// Me is the reader's user name; People are all who can have the alert.
	Me     string
	People []OptionVM
	// OnCall are the people on call who can have the alert, each with their team in Label.
	OnCall []OptionVM
	// Teams are offered for escalation; the first is chosen at first.
	Teams []OptionVM
}

// AlsoVM names another alert at the version that the page shows.
type AlsoVM struct {
	ID      int64
	Version int
}

// AlertTimelineVM is what happened to an alert, newest first: a live fragment.
type AlertTimelineVM struct {
	ID    int64
	Now   time.Time
	Items []component.TimelineVM
}

// SiblingVM is the open alert of the other drift type.
type SiblingVM struct {
	ID        int64
	DriftType string
	Severity  component.Severity
	Status    string
	Owner     string
	Message   string
	CreatedAt time.Time
}

// BlindVM are the facts of an alert about the watching itself.
type BlindVM struct {
	Facts []component.FactVM
	// What says what is not seen meanwhile, and what ends the alert.
	What []component.Piece
	// Affected lists the models that cannot be judged.
	Affected []BlindModelVM
	// OperationsHref leads to where it is mended, "" for nowhere.
	OperationsHref string
}

// BlindModelVM is one model that cannot be judged.
type BlindModelVM struct {
	Tenant, ModelType, Href string
	// Newest is the time of its newest prediction or, with OfDay, the day of the newest predictions
	// that have an outcome; zero: there is none.
	Newest time.Time
	OfDay  bool
	Why    string
}

// Charts are the page's own charts, for their files.
func (v AlertVM) Charts() (out []chart.Chart) {
	if v.Histogram != nil {
		out = append(out, v.Histogram)
	}
	if v.ECDF != nil {
		out = append(out, v.ECDF)
	}
	if v.Trend != nil {
		out = append(out, v.Trend)
	}
	if v.Accuracy != nil {
		out = append(out, v.Accuracy)
	}
	return out
}
