package page

import (
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// StartVM is the way from nothing to a first judged model. Each step ticks itself off from what is there.
type StartVM struct {
	Note    component.FormNoteVM
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

// StartStateVM is how far a step is: a live part of the page.
type StartStateVM struct {
	ID   string
	Done bool
	Text []component.Piece
}

func (s StartStateVM) word(l lang.Lang) string {
	if s.Done {
		return l.T("Done.")
	}
	return l.T("To do.")
}
