package page

import (
	"strconv"
	"time"

	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// ThresholdsVM is the page on which thresholds are tried on the last 90 days.
type ThresholdsVM struct {
	Tenant, ModelType string
	Tenants, Types    []OptionVM
	Sliders           []SliderVM
	Switches          []SwitchVM
	Changed           bool // some value is not the one in force
	Problem           string
	Result            *WhatIfVM // nil where there is a problem
	Note              component.FormNoteVM
	// Hidden are all values, Label being the setting's name, for the form that proposes them.
	Hidden []OptionVM
	Reason component.FieldVM
	Off    string // why the reader cannot propose them
}

// SliderVM is one threshold: a slider and a field of the same value.
type SliderVM struct {
	Name, Label, Words string
	Value, InForce     string
	Low, Top           string // of the slider
	Moved              bool
}

// SwitchVM is a threshold that is on or off.
type SwitchVM struct {
	Name, Words string
	Options     []OptionVM
	Moved       bool
}

// WhatIfVM is which alerts there would have been.
type WhatIfVM struct {
	From, To   time.Time
	Line, Note string
	Facts      []component.FactVM
	Chart      chart.WhatIf
	Files      chart.Files
	Models     []WhatIfModelVM
	MoreModels int64
	Alerts     []WhatIfAlertVM // that there would not have been, or would have been
	MoreAlerts int64           // that are not listed
}

// WhatIfModelVM is one model's part.
type WhatIfModelVM struct {
	Name, Href                                     string
	Raised, Before, After, Gone, New, Real, Missed int64
}

// WhatIfAlertVM is one alert that would be gone, or new.
type WhatIfAlertVM struct {
	ID              int64 // of one that was raised in these days, 0 where none was
	Name, DriftType string
	From, To        time.Time
	Severity        component.Severity
	Gone            bool
	Verdict         string // what people found it to be
}

func (a WhatIfAlertVM) what(l lang.Lang) string {
	switch {
	case a.Gone && a.Verdict == "real":
		return l.T("gone, though people called it real")
	case a.Gone && a.Verdict == "false":
		return l.T("gone, and people called it false")
	case a.Gone:
		return l.T("gone")
	}
	return l.T("new")
}

func (a WhatIfAlertVM) kind(l lang.Lang) string {
	if a.DriftType == "performance" {
		return l.T("Accuracy")
	}
	return l.T("Scores")
}

// ProposalVM is values that somebody asks an administrator to set.
type ProposalVM struct {
	ID                    int64
	Tenant                string // "" for every tenant
	Values                []ProposedVM
	Reason, By            string
	At                    time.Time
	State                 string // "open", "accepted", "declined"
	DecidedBy, DecidedWhy string
	DecidedAt             time.Time
	TryHref               string // the thresholds page with its values
	Off                   string // why the reader cannot decide it; "" for one who can
}

// ProposedVM is one of its values.
type ProposedVM struct{ Name, Label, Was, Value string }

func (p ProposalVM) open() bool { return p.State == "open" }

func (p ProposalVM) path(do string) string {
	return "/settings/proposals/" + strconv.FormatInt(p.ID, 10) + "/" + do
}

func (p ProposalVM) forWhom(l lang.Lang) string {
	if p.Tenant == "" {
		return l.T("for every tenant")
	}
	return l.T("for %s", p.Tenant)
}

// line says who proposed it and what became of it.
func (p ProposalVM) line(l lang.Lang) []component.Piece {
	line := component.Sentence(l.T("{0} proposed it {1}, {2}."), component.Bold(p.By), component.At(p.At, component.DayClock), component.Plain(p.forWhom(l)))
	switch p.State {
	case "accepted":
		line = component.Join(line, component.Sentence(l.T("{0} accepted it {1}."), component.Bold(p.DecidedBy), component.At(p.DecidedAt, component.DayClock)))
	case "declined":
		line = component.Join(line, component.Sentence(l.T("{0} declined it {1}."), component.Bold(p.DecidedBy), component.At(p.DecidedAt, component.DayClock)))
	}
	return line
}
