package page

import (
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// SettingEditVM is the page of one setting.
type SettingEditVM struct {
	Name, Help string
	Tenant     string // "" for every tenant
	Global     bool   // it has one value, the same for every tenant
	Back       string // the list of settings
	Action     string // this page, without a query
	Facts      []component.FactVM
	Note       component.FormNoteVM

	// Off says why the reader cannot change it; no form is shown then.
	Off string
	// Choices is set where the value is one of a few; else Value is written.
	Choices *component.SelectVM
	Value   component.FieldVM
	// Below says what this value can be taken back to, "" where there is none of its own.
	Below string
	// Preview is set once a value was chosen: it is changed only after that.
	Preview *SettingPreviewVM
	History []SettingChangeVM
}

// SettingPreviewVM is a change before it is made.
type SettingPreviewVM struct {
	Before, After           string
	BeforeWords, AfterWords string
	Back                    bool // it takes the value back to what lies below
	Lines                   []string
	TryHref                 string // to where it is tried on 90 days, "" where that is not possible
	Reason                  component.FieldVM
}

// SettingChangeVM is one line of a setting's history. Take leads to the preview of undoing it, or of going back
// to its value, as TakeText says.
type SettingChangeVM struct {
	Old, New, Scope, By, Why string
	At                       time.Time
	Take, TakeText           string
}

// shown says for whom the value is that the page shows.
func (v SettingEditVM) shown(l lang.Lang) string {
	switch {
	case v.Tenant != "":
		return l.T("Shown is what holds for %s.", v.Tenant)
	case v.Global:
		return l.T("Shown is what holds for every tenant.")
	}
	return l.T("Shown is what holds for every tenant without a value of its own.")
}

// forWhom says whose value a change is.
func (v SettingEditVM) forWhom(l lang.Lang) string {
	switch {
	case v.Tenant != "":
		return v.Tenant
	case v.Global:
		return l.T("every tenant")
	}
	return l.T("every tenant without a value of its own")
}

// changes is the button that changes it.
func (p SettingPreviewVM) changes(l lang.Lang) string {
	if p.Back {
		return l.T("Remove this value")
	}
	return l.T("Change it")
}
