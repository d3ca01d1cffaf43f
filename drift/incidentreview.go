package drift

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of an incident's review.
const (
	MaxCause      = 20000 // characters of the causes
	MaxFollowUp   = 500   // characters of a follow-up
	MaxFollowUps  = 100   // of one incident
	CauseVersions = 50    // of the causes that a page lists
	// IncidentRows bounds the alerts, the moves and the deliveries that a review lists; how many there are in
	// all is told.
	IncidentRows = 500
)

// IncidentReview is what is known afterwards of an incident at one tenant, and what people wrote of it.
type IncidentReview struct {
	Watch
	Key       string
	TenantID  int64
	Tenant    string
	Alerts    Listed[Alert]        // as they were raised
	Steps     Listed[IncidentStep] // of alerts and retrains, oldest first
	Told      Listed[Told]         // deliveries to other programs, oldest first
	Times     IncidentTimes
	Causes    []Cause // the newest first, the first in force; none where nobody wrote
	FollowUps []FollowUp
	People    []string
}

// IncidentStep is a move of one of its alerts, or of a retrain that was proposed on one.
type IncidentStep struct {
	At       time.Time
	Alert    int64 // 0 for a retrain's
	Retrain  int64 // 0 for an alert's
	Type     AlertType
	Drift    DriftType // of an alert about drift
	Severity Severity  // of an alert, at the time
	Move     string
	To       string // the status or state that it led to
	Actor    string
	Note     string
}

// Told is one delivery of what happened to another program.
type Told struct {
	At       time.Time // queued
	Done     time.Time // delivered or given up; zero while it is tried
	Team     string    // "" where it went to the tenant's webhook
	Event    EventType
	Alert    int64
	State    string // pending, delivered, dead
	Attempts int
}

// IncidentTimes are an incident's moments. A zero time is what has not happened.
//
// Raised is when its first alert was raised. Taken is the first time a person acknowledged, assigned,
// escalated, suppressed or resolved one of them, unless it was taken back. Asked and Approved are of the
// first retrain that waited for a manager and was approved. Recovered is when the last of its alerts was
// found clean by a check, was resolved, or ended as a blind spot, whichever came first for each; zero while
// one still burns.
type IncidentTimes struct {
	Raised, Taken, Asked, Approved, Recovered time.Time
}

// Cause is one version of what people wrote of an incident's causes.
type Cause struct {
	Version int
	Body    string
	By      string
	At      time.Time
}

// FollowUp is something to do after an incident.
type FollowUp struct {
	ID      int64
	Version int
	Task    string
	Owner   string // "" for nobody
	By      string
	At      time.Time
	DoneBy  string
	DoneAt  time.Time // zero while it is open
}

// IncidentQuery names an incident at a tenant: by one of its alerts, or by its key and the tenant's name.
type IncidentQuery struct {
	Alert       int64 // 0 where Key names it
	Key, Tenant string
	Now         time.Time
}

// CheckCause refuses causes that cannot be kept, and trims them.
func CheckCause(body string) (string, error) {
	body = strings.TrimSpace(strings.ReplaceAll(body, "\r\n", "\n"))
	if utf8.RuneCountInString(body) > MaxCause {
		return "", Invalid("causes", fmt.Sprintf("This has at most %d characters.", MaxCause))
	}
	return body, storable("causes", body)
}

// CheckFollowUp refuses a follow-up that cannot be kept, and trims it.
func CheckFollowUp(task string) (string, error) {
	task = strings.Join(strings.Fields(task), " ")
	switch {
	case task == "":
		return "", Invalid("task", "Say what is to be done.")
	case utf8.RuneCountInString(task) > MaxFollowUp:
		return "", Invalid("task", fmt.Sprintf("A follow-up has at most %d characters.", MaxFollowUp))
	}
	return task, storable("task", task)
}

func storable(field, text string) error {
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return Invalid(field, "This holds characters that cannot be stored.")
	}
	return nil
}

// FollowUpChange is what becomes of a follow-up: who has it, and whether it is done. Version is the one that
// was looked at.
type FollowUpChange struct {
	ID      int64
	Version int
	Owner   string
	Done    bool
}
