package drift

import "time"

// TermField names what a term of a query looks at.
type TermField string

// The fields of a query. Text is what has no field: words in an alert.
const (
	TermText     TermField = ""
	TermSeverity TermField = "severity" // critical, high, medium; blind, whose severity nobody knows
	TermStatus   TermField = "status"
	TermTenant   TermField = "tenant"
	TermModel    TermField = "model"
	TermVersion  TermField = "version"
	TermDrift    TermField = "drift"
	TermOwner    TermField = "owner" // a person's name, a team's, OwnerMe or OwnerNobody
	TermAge      TermField = "age"
	TermIs       TermField = "is"
	TermIncident TermField = "incident"
)

// The owners that are no names.
const (
	OwnerMe     = "me"     // whoever asks
	OwnerNobody = "nobody" // no person has it
)

// What an alert can be asked to be.
const (
	IsOpen     = "open"     // waits for its end and does not rest until a time
	IsBlind    = "blind"    // about the watching itself
	IsRollback = "rollback" // a version was taken out of service
	IsCleared  = "cleared"  // the last check was clean; a person decides
	IsFlapping = "flapping" // went and came back: cleared FlapTimes times or more within FlapDays
)

// When an alert counts as flapping.
const (
	FlapTimes = 2
	FlapDays  = 14
)

// AlertTerm is one condition on an alert. It holds where one of its values does, with Not where none does.
type AlertTerm struct {
	Field  TermField
	Not    bool
	Values []string   // in small letters for fields of a fixed set; empty for TermAge
	Ages   []AgeBound // of TermAge
}

// AgeBound is how long ago an alert was raised: longer than Span, or with Younger a shorter time.
type AgeBound struct {
	Younger bool
	Span    time.Duration // whole minutes
}
