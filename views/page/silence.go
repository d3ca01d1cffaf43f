package page

import (
	"strconv"
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// SilencesVM is the page of silences: those in force, those planned, and the past ones.
type SilencesVM struct {
	Note     component.FormNoteVM
	InForce  int
	May      bool // the reader may make one
	Items    []SilenceVM
	NextHref string
}

// SilenceVM is one silence. State is "planned", "in_force" or "over".
type SilenceVM struct {
	ID        int64
	State     string
	Match     MatchVM
	Reason    string
	From, To  time.Time // To is when it really ended, where it is over
	Planned   time.Time // its end as it was planned
	By        string
	EndedBy   string // "" unless a person ended it early
	EndNote   string
	Hidden    int
	CreatedAt time.Time
}

// MatchVM says which alerts are meant; "" is every one. Kind is one of MatchKinds.
type MatchVM struct {
	Tenant, ModelType, Kind, Most string
}

// SilencePageVM is the page of one silence.
type SilencePageVM struct {
	Silence SilenceVM
	Note    component.FormNoteVM
	EndOff  string // why the reader cannot end it; "" where they can, or it is over
	Hidden  AlertListVM
	Waiting int // of those, how many come back when it ends
}

// AlertListVM is a bounded list of alerts with how many there are.
type AlertListVM struct {
	Items []QueuedVM
	Total int
}

// NewSilenceVM is the form of a silence with what it would hide.
type NewSilenceVM struct {
	Note     component.FormNoteVM
	Off      string // why the reader cannot make one
	Tenant   component.SelectVM
	Model    component.SelectVM
	Kind     component.SelectVM
	Most     component.SelectVM
	For      component.SelectVM
	Starts   string // what was typed, on the clock of Zone
	Until    string
	Zone     string
	Reason   component.FieldVM
	MaxHours int
	Open     AlertListVM
	Stay     AlertListVM // that match and are not hidden
	Raised   AlertListVM
	Days     int // that Raised looks back
}

// MatchKinds are the kinds of alerts that a silence can be narrowed to, in the order of the form.
var MatchKinds = []string{"", "drift", "statistical", "performance", "blind", "rollback"}

var matchKindText = map[string]string{
	"":            lang.Key("Every kind of alert"),
	"drift":       lang.Key("Drift, of either kind"),
	"statistical": lang.Key("Statistical drift"),
	"performance": lang.Key("Performance drift"),
	"blind":       lang.Key("Blind spots of the watching"),
	"rollback":    lang.Key("Rollbacks of models"),
}

// KindText names a kind of alert.
func KindText(l lang.Lang, kind string) string { return l.T(matchKindText[kind]) }

// pills are the parts of a match, for a list of them.
func (m MatchVM) pills(l lang.Lang) []string {
	out := []string{l.T("every tenant"), l.T("every model")}
	if m.Tenant != "" {
		out[0] = m.Tenant
	}
	if m.ModelType != "" {
		out[1] = m.ModelType
	}
	if m.Kind != "" {
		out = append(out, KindText(l, m.Kind))
	}
	return append(out, l.T("up to %s", m.Most))
}

var silenceStates = map[string]string{
	"planned":  lang.Key("planned"),
	"in_force": lang.Key("in force"),
	"over":     lang.Key("over"),
}

func (s SilenceVM) href() string { return "/silences/" + strconv.FormatInt(s.ID, 10) }

func (v SilencesVM) verdict(l lang.Lang) string {
	if v.InForce == 0 {
		return l.T("Nothing is silenced")
	}
	return l.N(int64(v.InForce), "%d silence is in force", "%d silences are in force")
}

func (v SilencePageVM) verdict(l lang.Lang) string {
	switch v.Silence.State {
	case "planned":
		return l.T("Silence %s begins later", strconv.FormatInt(v.Silence.ID, 10))
	case "in_force":
		return l.T("Silence %s is in force", strconv.FormatInt(v.Silence.ID, 10))
	}
	return l.T("Silence %s is over", strconv.FormatInt(v.Silence.ID, 10))
}

func (v NewSilenceVM) verdict(l lang.Lang) string {
	if v.Open.Total == 0 {
		return l.T("It would hide nothing now")
	}
	return l.N(int64(v.Open.Total), "It would hide %d open alert", "It would hide %d open alerts")
}

// longest says how long the reader may silence.
func (v NewSilenceVM) longest(l lang.Lang) string {
	if v.MaxHours > 24 {
		return l.N(int64(v.MaxHours/24), "You may silence for %d day at most.", "You may silence for %d days at most.")
	}
	return l.N(int64(v.MaxHours), "You may silence for %d hour at most; a manager for longer.", "You may silence for %d hours at most; a manager for longer.")
}

func (a AlertListVM) more(l lang.Lang) string {
	return l.N(int64(a.Total-len(a.Items)), "%d more is not listed.", "%d more are not listed.")
}
