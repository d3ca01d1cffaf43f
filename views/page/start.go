package page

import (
	"strings"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// StartVM is the way from nothing to a first judged model. Each step ticks itself off from what is there.
type StartVM struct {
	Note component.FormNoteVM
	// Href is the page's own address, which names the model that the steps are about.
	Href    string
	Verdict string
	Line    []component.Piece
	// Made is the token just made here, shown this once, with the lines that use it.
	Made *MadeVM
	// Token, Predictions, Outcomes, Backfill and Report are how far each step is, in their order.
	Token, Predictions, Outcomes, Backfill, Report StartStateVM

	// MakeOff says why the reader cannot make a token; no form is shown then.
	MakeOff string
	Name    component.FieldVM
	Tenant  component.FieldVM
	Model   component.SelectVM
	Known   []string // tenants that there are, offered while one types
	// Lines send a prediction and an outcome, with a placeholder where the token is not known any more.
	Lines, OutcomeLines []UseVM

	// BackfillOff says why the reader cannot start one.
	BackfillOff string
	From, To    component.FieldVM
}

// partHref asks for the parts of StartSummary.
func (v StartVM) partHref() string {
	if strings.Contains(v.Href, "?") {
		return v.Href + "&part=summary"
	}
	return v.Href + "?part=summary"
}

// StartStateVM is how far a step is: a live part of the page.
type StartStateVM struct {
	ID   string
	Done bool
	// Others says that the text is about all models, of which none is chosen yet.
	Others bool
	Text   []component.Piece
}

func (s StartStateVM) word(l lang.Lang) string {
	if s.Done {
		return l.T("Done.")
	}
	if s.Others {
		return l.T("Of all models:")
	}
	return l.T("To do.")
}
