package page

import "github.com/driftwatch/driftwatch/views/component"

// RolloutVM is the guide's plan to let models retrain by themselves.
type RolloutVM struct {
	Title  string
	Line   []component.Piece
	Note   component.FormNoteVM
	Phases []RolloutPhaseVM
	Facts  []component.FactVM
	Own    string // says which tenants have flags of their own, "" for none
	// Off says why the reader can take no step.
	Off        string
	Next, Back *RolloutStepVM
}

// RolloutPhaseVM is one phase of the plan.
type RolloutPhaseVM struct {
	Number, Title, Text string
	Current             bool
}

// RolloutStepVM is a step of the plan: a form of its own.
type RolloutStepVM struct {
	To, Label string
	Switches  []string // "ENABLE_AUTO_RETRAIN: false → true"
	Pilot     *component.SelectVM
	Reason    component.FieldVM
	Kind      string // of its button
}
