package drift

import (
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // a rota names zones, on whatever machine it is read
)

// Bounds of a team's plan.
const (
	MaxRotaPeople   = 50
	MaxTurn         = 62 * 24 * time.Hour // one turn that is not weekly, at most
	MaxCalendarSize = 512 << 10           // bytes of a calendar that is imported
	MaxTurns        = 2000                // turns that a calendar may hold, once repeated
	CalendarAhead   = 366 * 24 * time.Hour
	CalendarBehind  = 31 * 24 * time.Hour
	RotaWeeks       = 8 // that a page looks ahead
)

// Rota is a team's weekly turns: each person from one handover to the next, in their order, over and over.
type Rota struct {
	Zone     string    `json:"zone"`      // IANA: the handover stays at its clock time when clocks change
	StartsOn Date      `json:"starts_on"` // the first person's handover; its weekday is every handover's
	Minute   int       `json:"minute"`    // of the day, on the zone's clock
	People   []string  `json:"people"`
	SetBy    string    `json:"set_by"`
	SetAt    time.Time `json:"set_at"`
}

// Location is the zone of the rota.
func (r *Rota) Location() (*time.Location, error) { return ZoneNamed(r.Zone) }

// ZoneNamed finds an IANA time zone. The machine's own, which has no name, is refused.
func ZoneNamed(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, Invalid("zone", "Name a time zone such as Europe/Berlin or UTC.")
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, Invalid("zone", fmt.Sprintf("%q is no time zone. Name one such as Europe/Berlin or UTC.", name))
	}
	return loc, nil
}

// Check refuses a rota that cannot be followed.
func (r *Rota) Check() error {
	if _, err := r.Location(); err != nil {
		return err
	}
	switch {
	case len(r.People) == 0:
		return Invalid("people", "Name at least one person.")
	case len(r.People) > MaxRotaPeople:
		return Invalid("people", fmt.Sprintf("A rota has at most %d people.", MaxRotaPeople))
	case r.Minute < 0 || r.Minute >= 24*60:
		return Invalid("time", "The time of the handover lies between 00:00 and 23:59.")
	}
	for _, p := range r.People {
		if err := ValidName("people", p); err != nil {
			return err
		}
	}
	return nil
}

// Turn is a stretch of time that one person is on call: [From, To).
type Turn struct {
	ID     int64     `json:"id,omitempty"` // of a swap
	Person string    `json:"person"`       // "" where it is nobody that the reader may see
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	Swap   bool      `json:"swap,omitempty"` // taken over from whoever had the turn
	By     string    `json:"by,omitempty"`   // who made the swap
}

// Check refuses a turn that takes no time or too much.
func (t Turn) Check() error {
	switch {
	case t.Person == "":
		return Invalid("person", "Say who is on call.")
	case !t.To.After(t.From):
		return Invalid("to", "The end comes after the beginning.")
	case t.To.Sub(t.From) > MaxTurn:
		return Invalid("to", "One turn is two months long at most.")
	}
	return nil
}

// Plan is everything that says who is on call for a team. A swap counts before a calendar's turn, that
// before the weekly rota; of two swaps or two calendar turns the one that was made or begins later.
type Plan struct {
	Team     string
	Rota     *Rota  // nil where there is none
	Swaps    []Turn // in the order they were made
	Calendar []Turn // by their beginning
}

// Empty reports whether nothing says who is on call.
func (p *Plan) Empty() bool { return p.Rota == nil && len(p.Swaps) == 0 && len(p.Calendar) == 0 }

// RotaData is all that the page of a team's rota says.
type RotaData struct {
	Watch
	Plan    Plan
	Members []TeamMember
	People  []string // who can be on call: open accounts that may act
	Gone    []string // who has turns to come and can be on call no more: their account is closed, or may only look
	Mine    bool     // the reader is a member
}

// MayPlan reports whether somebody sets a team's rota: a manager of all tenants, or one who is a member.
func MayPlan(by Actor, member bool) bool {
	return by.Role.AtLeast(RoleManager) && (by.AllTenants || member)
}

// MaySwap reports whether somebody swaps turns of a team: its members who act, and who may plan.
func MaySwap(by Actor, member bool) bool {
	return (member && by.Role.AtLeast(RoleOperator)) || MayPlan(by, member)
}

// Strangers lists the names that are not among the known, each once, in their order.
func Strangers(names, known []string) []string {
	var out []string
	for _, n := range names {
		if !slices.Contains(known, n) && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}
