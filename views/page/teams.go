package page

import (
	"slices"
	"strconv"
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/format"
)

// TeamsVM is the page of who is told: teams with their queues, and webhooks.
type TeamsVM struct {
	Now     time.Time
	Verdict string
	Blind   bool // what waits reaches nobody
	Line    []component.Piece
	// Note is the answer to the form that was sent; Secret is a new webhook's,
	// shown this once.
	Note   component.FormNoteVM
	Secret string
	Teams  []TeamVM
	// Tenants are the tenants' webhooks, one a tenant, set or not. Empty for
	// readers who see names only.
	Tenants []WebhookVM
	// People can be made members.
	People []string
	// MayTeams lets the reader change members and teams' webhooks.
	MayTeams bool
}

// TeamVM is one team. ID is unique on the page and safe in an id.
type TeamVM struct {
	ID, Name string
	Mine     bool
	Members  []MemberVM
	Waiting  int
	Nobody   string // what it means that nobody is in it, "" where somebody is or nothing waits
	Queue    []QueuedVM
	// Hook is nil for readers who see names only.
	Hook *WebhookVM
}

// MemberVM is one person of a team.
type MemberVM struct {
	Name   string
	Closed bool // the account is disabled
}

// QueuedVM is an open alert that waits for a team.
type QueuedVM struct {
	Href, Title string
	Severity    component.Severity
	Status      string // in its wire form
	Owner       string
	CreatedAt   time.Time
}

// WebhookVM is the webhook of a team or tenant. URL is "" where none was ever
// set.
type WebhookVM struct {
	ID, Name string
	// Field is "team" or "tenant": the form's name for the owner.
	Field     string
	URL       string
	Disabled  string // why it is not in use; "" where it is
	CreatedBy string
	Pending   int
	Dead      int
	Last      []DeliveryVM
	Letters   []DeliveryVM
	MayChange bool
}

// DeliveryVM is one event on its way.
type DeliveryVM struct {
	ID       int64
	Type     string
	Tenant   string
	State    string // pending, delivered, dead
	Attempts int
	At       time.Time // of its end; while it is pending, of the next attempt
	Why      string    // what the last attempt failed at
}

func (t TeamVM) note() string {
	s := format.Plural(int64(t.Waiting), "alert waits", "alerts wait")
	if t.Waiting == 0 {
		s = "nothing waits"
	}
	if t.Mine {
		return "your team, " + s
	}
	return s
}

func (t TeamVM) more() string {
	return format.Plural(int64(t.Waiting-len(t.Queue)), "more waits", "more wait") + ", less urgent or newer."
}

// others are the people who are no members yet.
func (t TeamVM) others(people []string) []string {
	var list []string
	for _, p := range people {
		if !slices.ContainsFunc(t.Members, func(m MemberVM) bool { return m.Name == p }) {
			list = append(list, p)
		}
	}
	return list
}

// used tells whether there is an address that events are sent to.
func (w WebhookVM) used() bool { return w.URL != "" && w.Disabled == "" }

func (w WebhookVM) state() string {
	switch {
	case w.URL == "":
		return "none set"
	case w.Disabled != "":
		return "disabled: " + w.Disabled
	}
	return "set by " + w.CreatedBy + ", " + format.Count(int64(w.Pending)) + " to be sent, " +
		format.Plural(int64(w.Dead), "dead letter", "dead letters")
}

func (d DeliveryVM) number() string { return strconv.FormatInt(d.ID, 10) }
