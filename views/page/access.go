package page

import (
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// AccessVM is what the pages of access share: who may sign in, which programs and walls may look, which
// tenants and model types there are.
type AccessVM struct {
	// Tab is the current page: "people", "tokens", "walls", "tenants", "models".
	Tab string
	// All shows the way to the other pages: administrators of all tenants have one.
	All     bool
	Verdict string
	Line    []component.Piece
	Note    component.FormNoteVM
	// Changes are the newest entries of the audit log about what is listed.
	Changes []AccessChangeVM
	Pager   component.PagerVM
}

// AccessChangeVM is one change of an account, token, tenant or model type.
type AccessChangeVM struct {
	At           time.Time
	Who          string
	What, Detail string
}

// accessTab is one of the pages of access.
type accessTab struct{ key, href, label string }

var accessTabs = []accessTab{
	{"people", "/access", lang.Key("People")},
	{"tokens", "/access/tokens", lang.Key("Tokens")},
	{"walls", "/access/walls", lang.Key("Walls")},
	{"tenants", "/access/tenants", lang.Key("Tenants")},
	{"models", "/access/models", lang.Key("Model types")},
}

// PeopleVM lists who may sign in.
type PeopleVM struct {
	AccessVM
	People []PersonVM
}

// PersonVM is one account in the list. Href is "" where its page is not the reader's to see.
type PersonVM struct {
	Name, Href, Role, Tenants string
	Own, Disabled             bool
	SeenAt                    time.Time // zero for never
	Sessions                  int
}

// RightsVM are the fields of a role and of tenants.
type RightsVM struct {
	Role component.SelectVM
	// All is chosen where it is for all tenants, present and future.
	All bool
	// Tenants can be ticked; More is set where there are too many to list, for further names.
	Tenants []TickVM
	More    *component.FieldVM
	Problem string // what is wrong with the tenants
}

// TickVM is a name that can be chosen.
type TickVM struct {
	Name string
	On   bool
}

// PersonNewVM makes an account.
type PersonNewVM struct {
	Note     component.FormNoteVM
	Name     component.FieldVM
	Rights   RightsVM
	Password component.FieldVM
	Again    component.FieldVM
}

// PersonPageVM is one account.
type PersonPageVM struct {
	ID, Name string
	Line     []component.Piece
	Note     component.FormNoteVM
	Facts    []component.FactVM
	// Own says that it is the reader's.
	Own, Disabled bool
	Rights        RightsVM
	Password      component.FieldVM
	Again         component.FieldVM
	SignedIn      []SignedInVM
	SignIns       []SignInVM
	Changes       []AccessChangeVM
}

// SignedInVM is one browser in which somebody is signed in.
type SignedInVM struct {
	ID                     string
	Browser, Agent, From   string
	Here                   bool // it is the one that shows the page
	Since, Seen, ExpiresAt time.Time
}

// SignInVM is one try to sign in.
type SignInVM struct {
	At                   time.Time
	Good                 bool
	Browser, Agent, From string
}

// TokensVM lists tokens, or the links of walls.
type TokensVM struct {
	AccessVM
	Wall   bool
	Tokens []TokenVM
	Name   component.FieldVM
	Rights RightsVM // of a wall the tenants alone
	// Made is the one just made, shown this once.
	Made *MadeVM
}

// TokenVM is one token or link.
type TokenVM struct {
	ID, Name, Role, Tenants string
	MadeAt, UsedAt, EndedAt time.Time
}

// MadeVM is a secret that is shown once, with the lines that use it.
type MadeVM struct {
	Title, Hint string
	Secret      string
	Uses        []UseVM
}

// UseVM is a line to paste.
type UseVM struct{ Title, Text string }

// RegistryVM lists tenants or model types.
type RegistryVM struct {
	AccessVM
	Models bool
	Rows   []RegisteredVM
	Name   component.FieldVM
	Like   component.SelectVM // of a model type
	Fixed  string             // what cannot be changed afterwards
	Sure   string             // what whoever adds one says
}

// RegisteredVM is one tenant or model type, with what belongs to it.
type RegisteredVM struct {
	Name, Href, Like       string
	Models, People, Tokens int64
	Tenants, Versions      int64
	Received               int64
	MadeAt                 time.Time
}

// AccountVM is a person's own account on their preferences.
type AccountVM struct {
	Note     component.FormNoteVM
	Present  component.FieldVM
	Password component.FieldVM
	Again    component.FieldVM
	SignedIn []SignedInVM
	SignIns  []SignInVM
}

func (v AccountVM) others() bool { return len(v.SignedIn) > 1 }

func (t TokenVM) end() string { return "/access/tokens/" + t.ID + "/revoke" }

func (t TokenVM) endWall() string { return "/access/walls/" + t.ID + "/revoke" }

func (v TokensVM) action() string {
	if v.Wall {
		return "/access/walls"
	}
	return "/access/tokens"
}

func (v RegistryVM) action() string {
	if v.Models {
		return "/access/models"
	}
	return "/access/tenants"
}
