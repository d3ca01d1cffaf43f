package page

import (
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// ViewsPlace stands where the views bar belongs in a board that is rendered without its reader.
const ViewsPlace = "<!--views-->"

// ViewsVM is the bar over the list of alerts, for one reader.
type ViewsVM struct {
	// Views are those offered to everybody, then the reader's own.
	Views []ViewVM
	// Default names the reader's default filter where the board shows it unasked; "" where it does not.
	Default string
	// MaySave offers to keep Query under a name; Saved is the reader's own filter that is shown, else nil.
	MaySave bool
	Query   string
	Saved   *ViewVM
}

// ViewVM is one filter by name, with how many alerts it lets through.
type ViewVM struct {
	Name, Href       string
	Count            int
	Current, Default bool
}

// UndoVM takes an acknowledgement back: of one alert by its version, or of many by Picks.
type UndoVM struct {
	Action  string
	Version int
	Picks   string // as "id:version", a space between; "" for one
}

// SelectVMs is the bar of what can be done with what is chosen.
type SelectVMs struct {
	Query                string // the reader's filter, for the answer to count under
	People, Teams, Spans []component.OptionVM
}

// BulkVM says what became of many alerts.
type BulkVM struct {
	Title, Verdict string
	Back           string
	Undo           *UndoVM
	Refused        []RefusedVM
}

// RefusedVM is an alert that did not change.
type RefusedVM struct{ About, Href, Why string }

// IncidentPageVM is one incident's page.
type IncidentPageVM struct {
	Head component.IncidentVM
	// Retrains are those under way of its models, a sentence each.
	Retrains           [][]component.Piece
	ReviewHref         string
	Note               component.FormNoteVM
	Undo               *UndoVM
	Select             *SelectVMs // nil for a reader who may only look
	Count              string
	Rows               []component.AlertRowVM
	NextHref, NextText string
}

// PresenceVM says who else has an alert open.
type PresenceVM struct{ URL, Text string }

// waits are what a person can choose to wait: sent as a Go duration in the field "for", so that a page left
// open does not send a time that has passed.
var waits = []time.Duration{time.Hour, 4 * time.Hour, 8 * time.Hour, 24 * time.Hour, 72 * time.Hour, 168 * time.Hour}

// dayTimes are the times of day at which shifts begin: sent as "at 09:00", which is the next one in the
// reader's zone.
var dayTimes = []string{"06:00", "09:00", "14:00", "22:00"}

// Spans are the choices of how long to wait. With a word for "not at all" they are reminders, and it is the
// first of them.
func Spans(l lang.Lang, none string) []component.OptionVM {
	var out []component.OptionVM
	if none != "" {
		out = append(out, component.OptionVM{Label: none})
	}
	label := func(d time.Duration) string {
		hours, days := int64(d/time.Hour), int64(d/(24*time.Hour))
		switch {
		case none == "" && days == 0:
			return l.N(hours, "%d hour", "%d hours")
		case none == "":
			return l.N(days, "%d day", "%d days")
		case days == 0:
			return l.N(hours, "in %d hour", "in %d hours")
		}
		return l.N(days, "in %d day", "in %d days")
	}
	for _, d := range waits {
		out = append(out, component.OptionVM{Value: d.String(), Label: label(d)})
	}
	for _, at := range dayTimes {
		text := l.T("until %s", at)
		if none != "" {
			text = l.T("at %s", at)
		}
		out = append(out, component.OptionVM{Value: "at " + at, Label: text})
	}
	return out
}
