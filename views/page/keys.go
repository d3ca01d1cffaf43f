package page

import (
	"strings"

	"github.com/driftwatch/driftwatch/views/lang"
)

// Keys lists the keys of the console, those that the script behind ? lists (static/js/help.js; a test compares them).
func Keys(l lang.Lang) []KeyVM {
	return []KeyVM{
		{Keys: "j k", What: l.T("Next row, previous row")},
		{Keys: "Enter", What: l.T("Open it")},
		{Keys: "o", What: l.T("Show the alerts of an incident, or hide them")},
		{Keys: "x", What: l.T("Select it")},
		{Keys: "X", What: l.T("Select all in view")},
		{Keys: "a", What: l.T("Acknowledge")},
		{Keys: "e", What: l.T("Escalate")},
		{Keys: "r", What: l.T("Resolve")},
		{Keys: "m", What: l.T("Assign to me")},
		{Keys: "c", What: l.T("Comment")},
		{Keys: "t", What: l.T("Retrain")},
		{Keys: "z", What: l.T("Undo, for ten seconds")},
		{Keys: "n", What: l.T("Show new alerts")},
		{Keys: "/", What: l.T("Search")},
		{Keys: l.T("Ctrl K"), What: l.T("Find a model, an alert, a page, an action"), Chord: true},
		{Keys: "?", What: l.T("This list")},
		{Keys: "Esc", What: l.T("Close, or clear the selection")},
	}
}

// single are the keys, one by one.
func (k KeyVM) single() []string {
	if k.Chord {
		return []string{k.Keys}
	}
	return strings.Fields(k.Keys)
}
