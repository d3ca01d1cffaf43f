package drift

import (
	"strings"
	"time"
)

// IncidentKey decides which incident a new alert belongs to: that of an open alert of the same tenant
// and model type (open, "" where there is none), because statistical and performance drift, blindness
// and rollback of one model have one cause. Otherwise the alerts of one model type, or of one reason of
// blindness, that open on the same day (UTC) are one incident, over all tenants.
func IncidentKey(a *Alert, open string) string {
	if open != "" && a.ModelType != "" {
		return open
	}
	what := a.ModelType
	switch a.AlertType {
	case AlertBlind:
		what = "blind:" + string(a.Reason)
	case AlertRollback:
		what = "rollback:" + a.ModelType
	}
	return what + ":" + a.CreatedAt.UTC().Format(time.DateOnly)
}

// IncidentDay is the day that a key ends in, as it is written there; "" where it ends in none.
func IncidentDay(key string) string {
	day := key[strings.LastIndexByte(key, ':')+1:]
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return ""
	}
	return day
}

// NeedsAck tells whether an alert still waits to be acknowledged: nobody has, or it went to a team, and
// no later check was clean.
func (a *Alert) NeedsAck() bool {
	return !a.Cleared && (a.Status == AlertNew || a.Status == AlertEscalated)
}

// Untaken tells whether nobody has an alert: no person acknowledged it or was given it. One that went to a
// team is nobody's until somebody there takes it; one that a later check found clean needs nobody.
func (a *Alert) Untaken() bool { return a.NeedsAck() && a.Assignee == "" }

// Rank orders alerts as a board does: 0 critical, 1 blind, 2 high, 3 medium. Blind stands before high,
// because nobody knows what it hides.
func (a *Alert) Rank() int {
	switch {
	case a.AlertType == AlertBlind:
		return 1
	case a.Severity == SeverityCritical:
		return 0
	case a.Severity == SeverityHigh:
		return 2
	}
	return 3
}

// Incident is the alerts of one cause that a reader sees and a filter lets through.
type Incident struct {
	Key      string
	Rank     int // of the worst: 0 critical, 1 blind, 2 high, 3 medium
	Newest   time.Time
	Last     int64 // the greatest number of its alerts: it orders what is as bad and as new
	Oldest   time.Time
	N        int
	Ranks    [4]int // how many are of each rank
	Models   int
	Tenants  int
	Stat     int // statistical drift
	Perf     int // performance drift
	Blind    int
	Rollback int
	NeedAck  int
	Untaken  int            // nobody has
	Hot      int            // critical, and nobody has
	Cleared  int            // whose last check was clean
	Acks     []AlertVersion // the first MaxIncidentAcks that need acknowledgement, worst first
	Owners   []string       // the people who have some of it, by name; at most a few
	Teams    []string       // that what nobody has waits for, by name; at most a few
	Alerts   []BoardAlert   // the first of them, worst first, then newest; never empty
}

// MaxIncidentAcks bounds how many alerts one button of an incident acknowledges.
const MaxIncidentAcks = 100

// AlertVersion names an alert as somebody saw it.
type AlertVersion struct {
	ID      int64
	Version int
}

// IncidentData is all that an incident's page says.
type IncidentData struct {
	Watch
	Incident Incident
	Alerts   []BoardAlert // one page of them
	Next     string
	Actors   []string // who can have one
	Teams    []string // to whom one can be escalated
}
