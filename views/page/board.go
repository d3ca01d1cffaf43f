package page

import (
	"time"

	"github.com/driftwatch/driftwatch/views/component"
)

// BoardState is which of four things the board says. The handler decides from
// what is true; nothing here turns silence into quiet.
type BoardState uint8

// The states of the board.
const (
	// BoardAlerts: something is open.
	BoardAlerts BoardState = iota
	// BoardQuiet: nothing is open, every check ran, every model was judged.
	BoardQuiet
	// BoardBlind: no check has run for longer than it should.
	BoardBlind
	// BoardEmpty: there is no model yet.
	BoardEmpty
)

// BoardVM is the board.
type BoardVM struct {
	State BoardState
	// Title is the document title with the count, "(6) Board"; the page keeps
	// it up to date from the verdict.
	Title string
	// Verdict is the h1: the most urgent true thing. Line says for whom,
	// since when, what happens next.
	Verdict  string
	Severity component.Severity
	Line     []component.Piece
	// LookHref leads to what the verdict is about, LookLabel says where ("" is
	// "Look at it"); Ack takes it, where the reader's role class may. Both are
	// optional.
	LookHref, LookLabel string
	Ack                 *AckVM
	// Silenced says that alerts are hidden; nil while no silence is in force.
	Silenced *component.BannerVM
	Tally    TallyVM
	// Facts stand in place of the tallies while everything is quiet.
	Facts  []component.FactVM
	Filter FilterVM
	// Views is the reader's own bar; nil leaves ViewsPlace in its place.
	Views *ViewsVM
	// Select is what can be done with what is chosen; nil for a reader who may only look.
	Select *SelectVMs
	Items  []ItemVM
	// Count says what the list holds: "40 open alerts, worst first".
	Count string
	// None is shown where Items is empty: by the filter, or nothing open.
	None component.EmptyVM
	// NextHref leads to the rest of the list, NextText says how many.
	NextHref, NextText string
	Health             HealthVM
	// Steps lead from nothing to a first judged model (BoardEmpty).
	Steps []StepVM
	// SummaryURL answers with BoardSummary for this reader and filter; the
	// page asks it after events. "" never asks.
	SummaryURL string
}

// ItemVM is one alert alone, or where Incident is set the alerts of one cause.
type ItemVM struct {
	Row      component.AlertRowVM
	Incident *component.IncidentVM
}

// AckVM is the acknowledge button of the verdict.
type AckVM struct {
	AlertID int64
	Version int
	// Also are the others of the model that it changes, each as "id:version".
	Also []string
	// Label says how many it changes where they are more than one; About what, read aloud and told of once
	// done: "acme fraud_detector, 2 alerts".
	Label, About string
}

// TallyVM is the row of counts. The notes say what else there is to know:
// "3 models", "oldest 1 h 12 m".
type TallyVM struct {
	Critical, High, Medium, Blind, Nobody                     int
	CriticalNote, HighNote, MediumNote, BlindNote, NobodyNote string
	// Watching is the state of the watching itself, as one sentence or two.
	Watching []component.Piece
}

// FilterVM is the filter bar: a plain GET form.
type FilterVM struct {
	Query string
	// Problem says why the query cannot be read; the list is then shown without it.
	Problem string
	Selects []SelectVM
	// Active marks a narrowed list: new rows are then left to the server.
	Active bool
	// ClearHref leads to the list without a filter.
	ClearHref string
}

// SelectVM is one choice of the filter bar. The first option is "no choice".
type SelectVM struct {
	Name, Label string
	Options     []OptionVM
}

// OptionVM is one option of a SelectVM.
type OptionVM = component.OptionVM

func (s SelectVM) class() string {
	for i, o := range s.Options {
		if i > 0 && o.Selected {
			return "on"
		}
	}
	return ""
}

// HealthVM is the panel of strips, worst first.
type HealthVM struct {
	From, To time.Time
	Models   []HealthRowVM
	// AllText is the link to all models: "38 models"; MoreText, if not empty,
	// counts those not shown: "18 more: 16 medium, 2 quiet".
	AllText, MoreText string
	// NextText says when the next check runs.
	NextText string
}

// HealthRowVM is one model's row.
type HealthRowVM struct {
	Tenant, Model string
	Href          string
	// Note says when it was last checked and how many outcomes are known.
	Note  string
	Strip component.StripVM
	Now   component.Severity
}

// StepVM is one step of the way to a first judged model.
type StepVM struct {
	Title, Text string
	// Command is what to type, "" for none.
	Command string
}
