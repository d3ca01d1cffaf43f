package page

import (
	"slices"
	"strconv"
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
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

func (t TeamVM) note(l lang.Lang) string {
	switch n := int64(t.Waiting); {
	case n == 0 && t.Mine:
		return l.T("your team, nothing waits")
	case n == 0:
		return l.T("nothing waits")
	case t.Mine:
		return l.N(n, "your team, %d alert waits", "your team, %d alerts wait")
	default:
		return l.N(n, "%d alert waits", "%d alerts wait")
	}
}

func (t TeamVM) more(l lang.Lang) string {
	return l.N(int64(t.Waiting-len(t.Queue)), "%d more waits, less urgent or newer.", "%d more wait, less urgent or newer.")
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

func (w WebhookVM) state(l lang.Lang) string {
	switch {
	case w.URL == "":
		return l.T("none set")
	case w.Disabled != "":
		return l.T("disabled: %s", w.Disabled)
	}
	return l.N(int64(w.Dead), "set by %[2]s, %[3]d to be sent, %[1]d dead letter", "set by %[2]s, %[3]d to be sent, %[1]d dead letters",
		w.CreatedBy, w.Pending)
}

func (d DeliveryVM) number() string { return strconv.FormatInt(d.ID, 10) }

// about names a delivery: its event, and whose it is.
func (d DeliveryVM) about() string {
	if d.Tenant == "" {
		return d.Type
	}
	return d.Type + ", " + d.Tenant
}

// words say which event it is and how it stands.
func (d DeliveryVM) words(l lang.Lang) []component.Piece {
	text := l.N(int64(d.Attempts), "{0} {1}: pending, next attempt {2}, %d attempt", "{0} {1}: pending, next attempt {2}, %d attempts")
	switch d.State {
	case "delivered":
		text = l.N(int64(d.Attempts), "{0} {1}: delivered {2}, %d attempt", "{0} {1}: delivered {2}, %d attempts")
	case "dead":
		text = l.N(int64(d.Attempts), "{0} {1}: dead {2}, %d attempt", "{0} {1}: dead {2}, %d attempts")
	}
	return component.Sentence(text, component.Bold(d.number()), component.Plain(d.about()), component.At(d.At, component.DayClock))
}
