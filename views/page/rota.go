package page

import (
	"net/url"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// RotaVM is the page of who is on call for a team.
type RotaVM struct {
	Team   string
	Note   component.FormNoteVM
	On     *TurnVM // nil where nobody is on call now
	Next   *TurnVM // nil where nobody else follows within the weeks shown
	Weeks  int     // that Turns looks ahead
	Turns  []TurnVM
	Swaps  []TurnVM // that are not over
	Zone   string   // of the rota, "" where there is none: the turns come from swaps and a calendar alone
	Clock  string   // of the handover, on the clock of Zone
	People []string // of the rota, in their order; "" is somebody unseen
	// Gone are those who have turns to come and can be on call no more.
	Gone []string
	// Calendar counts the turns to come of the calendar that was imported, whose last one ends or ended at
	// CalendarTo; CalendarEnds says that this is soon, or was. CalendarTo is zero where none was imported.
	Calendar     int
	CalendarTo   time.Time
	CalendarEnds bool
	// MaySwap and MayPlan show the forms.
	MaySwap, MayPlan bool
	Swap             SwapFormVM
	Plan             PlanFormVM
}

// TurnVM is one turn. Person is "" for somebody whom the reader may not see.
type TurnVM struct {
	ID       int64
	Person   string
	From, To time.Time
	Swap     bool
	By       string
	Current  bool
}

// SwapFormVM is the form of a swap; its times are on the clock of Zone.
type SwapFormVM struct {
	Person   component.SelectVM
	From, To string
	Zone     string
}

// PlanFormVM is the form of the weekly turns.
type PlanFormVM struct {
	People   component.FieldVM
	Starts   string // a day
	Clock    string // of the handover
	Zone     component.FieldVM
	Callable []string // whose names can be written
}

func (v RotaVM) href(sub string) string { return RotaHref(v.Team) + sub }

// RotaHref is where a team's rota is.
func RotaHref(team string) string { return "/teams/" + url.PathEscape(team) + "/rota" }

func (v RotaVM) verdict(l lang.Lang) string {
	switch {
	case v.On == nil:
		return l.T("Nobody is on call for %s", v.Team)
	case v.On.Person == "":
		return l.T("Somebody whom you do not see is on call for %s", v.Team)
	}
	return l.T("%s is on call for %s", v.On.Person, v.Team)
}

// gone says who has turns and cannot take them.
func (v RotaVM) gone(l lang.Lang) string {
	return l.T("Their account is closed or may only look, and they have turns to come: %s. Change the turns.", joinNames(v.Gone))
}

// calendarEnds says what happens when the imported turns are over.
func (v RotaVM) calendarEnds(l lang.Lang) string {
	if v.Zone == "" {
		return l.T("A calendar is followed a year ahead at most. Import it again: after its last turn nobody is on call.")
	}
	return l.T("A calendar is followed a year ahead at most. Import it again: after its last turn the weekly turns count alone.")
}

// who is the name of a turn.
func (t TurnVM) who(l lang.Lang) string {
	if t.Person == "" {
		return l.T("somebody whom you do not see")
	}
	return t.Person
}

func joinNames(names []string) string { return strings.Join(names, ", ") }
