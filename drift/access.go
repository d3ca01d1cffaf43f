package drift

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Visitor is from where somebody signs in: plain text of bounded length, as their browser says it.
type Visitor struct {
	Address string // an IP address, of IPv6 the network; "" where it is not known
	Agent   string // the browser's own words
}

// The bounds of a Visitor, in characters.
const (
	MaxAddress = 100
	MaxAgent   = 200
)

// Plain leaves out of a visitor what is no plain text, and what is beyond the bounds: a browser may
// write anything there.
func (v Visitor) Plain() Visitor {
	return Visitor{Address: plainText(v.Address, MaxAddress), Agent: plainText(v.Agent, MaxAgent)}
}

// shortAgent is how much of an agent's words a row shows.
const shortAgent = 40

// Short is the beginning of the agent's words.
func (v Visitor) Short() string { return plainText(v.Agent, shortAgent) }

func plainText(s string, most int) string {
	s = strings.Map(func(c rune) rune {
		if c < 0x20 || c == 0x7f || (c >= 0x80 && c < 0xa0) || c == utf8.RuneError {
			return -1
		}
		return c
	}, s)
	for i := range s {
		if most--; most < 0 {
			return s[:i]
		}
	}
	return s
}

// SignInTry is one attempt to sign in, before it is known whether it is right.
type SignInTry struct {
	UserID  int64  // 0 where nobody has this name
	Account string // what failures are counted under, the same for any writing of the name
	Visitor Visitor
	At      time.Time
	Since   time.Time // failures before it count no more
}

// SignIn is an attempt as it is kept: right or wrong, from where.
type SignIn struct {
	At      time.Time
	Good    bool
	Visitor Visitor
}

// MaxSignIns is how many attempts of a person are kept, right ones and wrong ones each.
const MaxSignIns = 100

// SignedIn is one browser in which a person is signed in.
type SignedIn struct {
	ID        int64
	Hash      []byte // of its cookie
	Visitor   Visitor
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
}

// Person is an account in a list.
type Person struct {
	User
	SeenAt   time.Time // last request or sign-in, to about a minute; zero for never
	Sessions int       // browsers in which they are signed in
}

// PersonData is one account with all that its page tells.
type PersonData struct {
	Person   Person
	SignedIn []SignedIn   // newest first, at most MaxSignIns
	SignIns  []SignIn     // newest first, right and wrong ones
	Changes  []AuditEntry // of the account, newest first
}

// AccessList is a stretch of a list of people, tokens, tenants or model types, with the newest entries
// of the audit log about what it shows. Next is "" at its end.
type AccessList[T any] struct {
	Items   []T
	Next    string
	Changes []AuditEntry
}

// TenantCount is a tenant with what belongs to it.
type TenantCount struct {
	Tenant
	CreatedAt time.Time
	Models    int // model types with a version of its own
	People    int // who see it by name; who see all tenants are not counted
	Tokens    int // good ones by name, walls included
	Received  int64
}

// ModelTypeCount is a registered model type with what uses it.
type ModelTypeCount struct {
	ModelType
	CreatedAt time.Time
	Tenants   int // that have a version of it
	Versions  int
	Received  int64
}

// MaxBackfillDays bounds a backfill that is started from a page.
const MaxBackfillDays = 400

// StartData says how far an installation is on its way to a first judged model, as the reader may see it.
type StartData struct {
	Watch       Watch
	Types       []ModelType
	Predictions int64 // rows received, to a few seconds
	Outcomes    int64
	LastRow     time.Time
	First, Last *Date // the days of predictions; nil where there are none
	Reports     int64 // reports of any status
	Report      *Report
	Tokens      int       // good ones that may log; 0 for readers who may not know
	Backfill    *Progress // the newest one, nil where none was ever started
}
