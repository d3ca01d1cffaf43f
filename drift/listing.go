package drift

import "time"

// MaxPage is the most items a list gives at once; DefaultPage is what it gives unasked.
const (
	DefaultPage = 50
	MaxPage     = 500
)

// Page is a part of a list. Next is "" at its end.
type Page[T any] struct {
	Items []T
	Next  string // opaque; given back as Cursor it leads on
}

// AlertOrder is how a list of alerts is sorted.
type AlertOrder string

// Newest first is how programs page through; urgent first is how a board is read.
const (
	NewestFirst AlertOrder = ""
	UrgentFirst AlertOrder = "urgent" // by severity, then newest
)

// AlertFilter narrows a list of alerts. Empty fields do not narrow.
type AlertFilter struct {
	Open          bool // not resolved
	Statuses      []AlertStatus
	Severities    []Severity // the highest since the alert opened
	AlertTypes    []AlertType
	DriftTypes    []DriftType
	Tenants       []string
	ModelTypes    []string
	ModelVersions []string
	Since         time.Time // created at or after
	Text          string    // found in message, tenant, model type or version
	Assignee      *string   // "" is nobody
	Terms         []AlertTerm
	Me            string    // whom Terms call me
	Now           time.Time // the instant of the ages in Terms
	Order         AlertOrder
	Cursor        string
	Limit         int // 0 is DefaultPage
}

// AlertCount is one cell of a tally of alerts.
type AlertCount struct {
	AlertType AlertType
	Severity  Severity
	Status    AlertStatus
	Owned     bool // has an assignee
	Cleared   bool
	N         int
	Oldest    time.Time // creation of the oldest of them
}

// ReportFilter narrows a list of reports. Empty fields do not narrow.
type ReportFilter struct {
	Tenant       string
	ModelType    string
	Version      string
	DriftType    DriftType
	Date         *Date
	From, To     *Date // half-open
	ServingOnly  bool
	AllRevisions bool // also those that are no longer in force
	Cursor       string
	Limit        int
}

// ReportMark is one cell of a health strip: what a check found, without its numbers.
type ReportMark struct {
	ID        int64
	Version   VersionKey
	Date      Date
	DriftType DriftType
	Status    ReportStatus
	Severity  Severity
}

// MetricsFilter narrows a list of daily metrics. Empty fields do not narrow.
type MetricsFilter struct {
	Tenant    string
	ModelType string
	Version   string
	From, To  Date // half-open
}

// AuditFilter narrows the audit log. Empty fields do not narrow.
type AuditFilter struct {
	Actor  string
	Action string // a prefix such as "alert."
	Object string
	Since  time.Time
	Cursor string
	Limit  int
}

// AuditVerdict is what the verification of the audit log's chain found.
type AuditVerdict struct {
	Rows   int64
	Faults []AuditFault // empty where the chain holds; at most MaxAuditFaults
}

// MaxAuditFaults bounds the faults that are reported one by one.
const MaxAuditFaults = 100

// OK reports whether the chain holds.
func (v AuditVerdict) OK() bool { return len(v.Faults) == 0 }

// AuditFault is one place where the audit log is not what was written.
type AuditFault struct {
	Seq     int64  `json:"seq"`
	Kind    string `json:"kind"` // changed, removed, inserted, cut, head
	Message string `json:"message"`
}

// SettingChange is one line of a setting's history.
type SettingChange struct {
	ID     int64     `json:"id"`
	Scope  int64     `json:"-"`      // a tenant, or 0 for every tenant
	Tenant string    `json:"tenant"` // "" where Scope is 0
	Name   string    `json:"name"`
	Old    *string   `json:"old"` // nil where nothing was set at this scope
	New    *string   `json:"new"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// ProgressBackfill is the kind of work that goes through days of the past: backfills, and replays.
const ProgressBackfill = "backfill"

// ProgressDeadAfter is when work under way that was not touched counts as dead.
const ProgressDeadAfter = 2 * time.Minute

// Progress is one long piece of work that people may want to watch.
type Progress struct {
	ID         int64
	Kind       string // ProgressBackfill
	Title      string
	Done       int64
	Total      int64 // 0 where it is not known
	StartedAt  time.Time
	UpdatedAt  time.Time
	FinishedAt time.Time // zero while it goes on
	Error      string
}

// Server is one running server as the others see it.
type Server struct {
	Name        string
	StartedAt   time.Time
	SeenAt      time.Time
	Browsers    int
	ClockOffset time.Duration // its clock minus the database's
}
