package drift

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// How long a silence may be, and how far ahead it may begin. None is without an end.
const (
	MaxSilenceOperator = 24 * time.Hour
	MaxSilence         = 30 * 24 * time.Hour
	MaxSilenceAhead    = 90 * 24 * time.Hour
)

// SilenceDays is how far back a preview looks for what a silence would have hidden.
const SilenceDays = 30

// SilenceRows bounds the alerts that are listed of a silence; their number is always told.
const SilenceRows = 20

// AlertMatch says which alerts are meant. An empty field matches every alert; Most always counts.
type AlertMatch struct {
	TenantID  int64     `json:"-"`
	Tenant    string    `json:"tenant,omitempty"`
	ModelType string    `json:"model_type,omitempty"`
	DriftType DriftType `json:"drift_type,omitempty"` // matches drift alerts only
	AlertType AlertType `json:"alert_type,omitempty"`
	Most      Severity  `json:"max_severity"` // the worst severity that still matches
}

// Matches reports whether an alert is meant, by its highest severity since it opened.
func (m AlertMatch) Matches(a *Alert) bool {
	return (m.TenantID == 0 || m.TenantID == a.TenantID) &&
		(m.ModelType == "" || m.ModelType == a.ModelType) &&
		(m.DriftType == "" || (a.DriftType != nil && m.DriftType == *a.DriftType)) &&
		(m.AlertType == "" || m.AlertType == a.AlertType) &&
		a.Severity <= m.Most
}

// Check refuses a match that no alert can meet.
func (m AlertMatch) Check() error {
	switch {
	case m.Most < SeverityMedium:
		return Invalid("max_severity", "Say up to which severity alerts are hidden: MEDIUM, HIGH or CRITICAL.")
	case m.DriftType != "" && m.DriftType != Statistical && m.DriftType != Performance:
		return Invalid("drift_type", "The drift type is statistical or performance.")
	case m.AlertType != "" && m.AlertType != AlertDrift && m.AlertType != AlertBlind && m.AlertType != AlertRollback:
		return Invalid("alert_type", fmt.Sprintf("%q is no type of alert.", m.AlertType))
	case m.DriftType != "" && m.AlertType != "" && m.AlertType != AlertDrift:
		return Invalid("drift_type", "Only drift alerts have a drift type; leave one of the two out.")
	}
	return nil
}

// Silence hides alerts that match for a time: a maintenance window. It stops no check, no retrain and
// no approval. What it hid comes back as NEW when it ends.
type Silence struct {
	ID        int64      `json:"id"`
	Match     AlertMatch `json:"match"`
	Reason    string     `json:"reason"`
	StartsAt  time.Time  `json:"starts_at"`
	EndsAt    time.Time  `json:"ends_at"` // as it was planned
	CreatedBy string     `json:"created_by"`
	CreatedAt time.Time  `json:"created_at"`
	EndedAt   *time.Time `json:"ended_at"` // nil unless a person ended it early
	EndedBy   string     `json:"ended_by,omitempty"`
	EndNote   string     `json:"end_note,omitempty"`
	Hidden    int        `json:"hidden"` // alerts that it hid so far, of those that the reader sees
}

// SilenceState is where a silence stands.
type SilenceState string

// A silence waits for its start, is in force, or is over.
const (
	SilencePlanned SilenceState = "planned"
	SilenceInForce SilenceState = "in_force"
	SilenceOver    SilenceState = "over"
)

// State is where the silence stands at a time. It is in force from its start, included, to its end.
func (s *Silence) State(at time.Time) SilenceState {
	switch {
	case !at.Before(s.Until()):
		return SilenceOver
	case at.Before(s.StartsAt):
		return SilencePlanned
	}
	return SilenceInForce
}

// Until is when it ends, or ended.
func (s *Silence) Until() time.Time {
	if s.EndedAt != nil && s.EndedAt.Before(s.EndsAt) {
		return *s.EndedAt
	}
	return s.EndsAt
}

// maxReason bounds a reason, in characters.
const maxReason = 1000

// ValidReason checks a sentence that a change must carry: 1 to 1,000 characters of plain text.
func ValidReason(field, text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return Invalid(field, "Say why, so that others understand it later.")
	case utf8.RuneCountInString(text) > maxReason:
		return Invalid(field, fmt.Sprintf("A reason has at most %d characters.", maxReason))
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return Invalid(field, "The text holds characters that cannot be stored.")
	}
	return nil
}

// Check refuses a silence that this person may not make now: operators make them up to 24 hours long,
// managers up to 30 days, each for tenants that they see.
func (s *Silence) Check(now time.Time, by Actor) error {
	if !by.Role.AtLeast(RoleOperator) {
		return Forbidden("Your role may look but not silence. An operator can.")
	}
	if err := s.Match.Check(); err != nil {
		return err
	}
	if s.Match.TenantID == 0 && !by.AllTenants {
		return Invalid("tenant", "Choose a tenant: only who sees all tenants silences all of them.")
	}
	if s.Match.TenantID != 0 && !by.MaySee(s.Match.TenantID) {
		return NotFound("There is no such tenant.")
	}
	if err := ValidReason("reason", s.Reason); err != nil {
		return err
	}
	long := s.EndsAt.Sub(s.StartsAt)
	switch {
	case s.StartsAt.Before(now):
		return Invalid("starts_at", "A silence begins now or later; what was raised stays as it was.")
	case s.StartsAt.Sub(now) > MaxSilenceAhead:
		return Invalid("starts_at", "A silence begins within 90 days.")
	case s.EndsAt.IsZero() || long <= 0:
		return Invalid("ends_at", "Say until when, after its start: a silence always ends.")
	case long > MaxSilence:
		return Invalid("ends_at", "A silence lasts at most 30 days.")
	case long > MaxSilenceOperator && !by.Role.AtLeast(RoleManager):
		return Invalid("ends_at", "An operator silences for at most 24 hours. A manager can for longer.")
	}
	return nil
}

// SilencePreview is what a match means: which alerts it would hide now and would have hidden lately.
type SilencePreview struct {
	Open  Listed[Alert] `json:"open"`  // NEW now: these are hidden as soon as it begins
	Taken int           `json:"taken"` // open and match, but somebody has them: these stay as they are
	// Stay are those of Taken, for a page to say why each stays.
	Stay   Listed[Alert] `json:"-"`
	Raised Listed[Alert] `json:"raised"` // raised in the last SilenceDays days, whatever became of them
}

// SilencesData is all that the page of silences says.
type SilencesData struct {
	Watch
	Silences []Silence // in force first, then planned, then what is over, newest first
	Next     string
	Models   []ModelType
}

// SilenceData is all that the page of one silence says.
type SilenceData struct {
	Watch
	Silence Silence
	Hidden  Listed[Alert] // what it hid, newest first
	Waiting int           // of those, how many wait for its end still
}
