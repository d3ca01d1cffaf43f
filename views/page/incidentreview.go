package page

import (
	"strconv"
	"time"

	"github.com/driftwatch/driftwatch/views/component"
)

// IncidentReviewVM is what is known afterwards of an incident at one tenant.
type IncidentReviewVM struct {
	Note      component.FormNoteVM
	Now       time.Time
	Title     string
	Severity  component.Severity
	Line      []component.Piece
	AlertHref string // back to the alert or the incident
	Path      string // of this page; forms post under it
	Query     string // "?tenant=acme" where the path names the incident of several tenants
	Markdown  string // its export
	Facts     []component.FactVM
	Defined   string
	Events    []component.TimelineVM
	Left      int64
	Told      []ToldVM
	ToldLeft  int64
	Causes    CausesVM
	FollowUps []FollowUpVM
	Add       FollowUpFormVM
	May       bool
	Off       string
}

// ToldVM is one delivery to another program.
type ToldVM struct {
	At, Done time.Time // Done is zero while it is tried
	To, What string
	Href     string
	State    string
	Bad      bool
}

// CausesVM is what people wrote of the causes.
type CausesVM struct {
	Version int // 0 where nobody wrote
	Body    string
	Line    []component.Piece // who wrote it when
	Field   component.FieldVM
	Older   []OlderVM
}

// OlderVM is an earlier version of the causes.
type OlderVM struct {
	Line []component.Piece
	Body string
}

// FollowUpVM is something to do.
type FollowUpVM struct {
	ID, Version int64
	Task, Owner string
	Owners      component.SelectVM
	Added       []component.Piece
	Done        []component.Piece // nil while it is open
}

func (f FollowUpVM) id() string { return "follow-up-" + strconv.FormatInt(f.ID, 10) }

// FollowUpFormVM adds one.
type FollowUpFormVM struct {
	Task  component.FieldVM
	Owner component.SelectVM
}

// IncidentTenantsVM asks at which tenant an incident is reviewed.
type IncidentTenantsVM struct {
	Back  string
	Links []LinkVM
}

// LinkVM is a link of a list.
type LinkVM struct{ Href, Text string }
