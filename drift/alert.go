package drift

import (
	"encoding/json"
	"time"
)

// AlertType is the kind of an alert.
type AlertType string

// A drift, a hole in the watching itself, or a rollback.
const (
	AlertDrift    AlertType = "ML_DRIFT_DETECTED"
	AlertBlind    AlertType = "ML_MONITORING_BLIND"
	AlertRollback AlertType = "ML_ROLLBACK"
)

// BlindReason says why nothing can be seen.
type BlindReason string

// The reasons of ML_MONITORING_BLIND.
const (
	BlindJobFailed   BlindReason = "job_failed"
	BlindFeedSilent  BlindReason = "feed_silent"
	BlindCannotJudge BlindReason = "cannot_judge"
	BlindNotServed   BlindReason = "not_served"
	BlindClock       BlindReason = "clock"
)

// AlertStatus is where an alert stands.
type AlertStatus string

// The statuses of an alert. All but RESOLVED are open.
const (
	AlertNew          AlertStatus = "NEW"
	AlertAcknowledged AlertStatus = "ACKNOWLEDGED"
	AlertAssigned     AlertStatus = "ASSIGNED"
	AlertEscalated    AlertStatus = "ESCALATED"
	AlertResolved     AlertStatus = "RESOLVED"
	AlertSuppressed   AlertStatus = "SUPPRESSED"
)

// AlertStatuses lists every status.
var AlertStatuses = []AlertStatus{
	AlertNew, AlertAcknowledged, AlertAssigned, AlertEscalated, AlertResolved, AlertSuppressed,
}

// Alert is one open or ended alarm. There is one open alert per tenant and DedupKey.
type Alert struct {
	ID              int64           `json:"id"`
	Version         int             `json:"version"` // counts moves; every move names the version it was made on
	TenantID        int64           `json:"-"`
	Tenant          string          `json:"tenant"`
	AlertType       AlertType       `json:"alert_type"`
	Severity        Severity        `json:"severity"`         // the highest since it opened
	CurrentSeverity Severity        `json:"current_severity"` // the last check's
	Status          AlertStatus     `json:"status"`
	DriftType       *DriftType      `json:"drift_type"` // nil unless AlertDrift
	ModelType       string          `json:"model_type"`
	ModelVersion    string          `json:"model_version"`
	Message         string          `json:"message"`
	Recommendation  string          `json:"recommendation"`
	Metrics         json.RawMessage `json:"metrics"` // the report's metrics, {} where there is none
	CheckDate       Date            `json:"check_date"`
	ReportID        *int64          `json:"report_id"`
	SuppressedCount int             `json:"suppressed_count"` // repeats by later checks
	LastSeen        time.Time       `json:"last_seen"`
	Assignee        string          `json:"assignee"` // "" for nobody
	Team            string          `json:"team"`     // whom it was escalated to
	CreatedAt       time.Time       `json:"created_at"`
	Reason          BlindReason     `json:"reason,omitempty"`
	Cleared         bool            `json:"cleared"` // a later check was clean; a person decides
	ClearedReason   string          `json:"cleared_reason,omitempty"`
	FromBackfill    bool            `json:"from_backfill"` // never sounds, never retrains by itself
	DedupKey        string          `json:"dedup_key"`
	SilenceID       int64           `json:"silence_id,omitempty"` // that hides it now; 0 where none does
	Incident        string          `json:"incident"`             // what belongs together by its cause, see IncidentKey
	Report          *Report         `json:"-"`                    // kept in metadata as drift_report
}

// Open reports whether the alert still waits for its end.
func (a *Alert) Open() bool { return a.Status != AlertResolved }

// DriftKey is the dedup key of a drift alert.
func DriftKey(v VersionKey, t DriftType) string {
	return "drift:" + v.ModelType + ":" + v.Version + ":" + string(t)
}

// BlindKey is the dedup key of an ML_MONITORING_BLIND alert.
func BlindKey(modelType string, r BlindReason) string { return "blind:" + modelType + ":" + string(r) }

// TimelineEntry is one move of an alert.
type TimelineEntry struct {
	AlertID  int64           `json:"alert_id"`
	Version  int             `json:"version"` // the alert's version after the move
	At       time.Time       `json:"at"`
	Actor    string          `json:"actor"`
	Move     Move            `json:"move"`
	From     AlertStatus     `json:"from"`
	To       AlertStatus     `json:"to"`
	Severity Severity        `json:"severity"`
	Note     string          `json:"note"`
	Detail   json.RawMessage `json:"detail,omitempty"`
}

// MoveDetail is what a timeline entry holds beside its words.
type MoveDetail struct {
	Team    string `json:"team,omitempty"`    // whom it was escalated to
	OnCall  string `json:"on_call,omitempty"` // who was on call there then
	Silence int64  `json:"silence,omitempty"` // that hid it
}

// AlertKey names an alert.
type AlertKey struct {
	TenantID int64
	ID       int64
}

// TimerKind is what falls due by itself on an alert.
type TimerKind string

// The timers of an alert.
const (
	TimerEscalate   TimerKind = "escalate"
	TimerRemind     TimerKind = "remind"
	TimerUnsuppress TimerKind = "unsuppress"
)

// DueTimer is a timer that fell due.
type DueTimer struct {
	AlertID  int64
	TenantID int64
	Kind     TimerKind
	DueAt    time.Time
}
