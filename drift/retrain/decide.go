package retrain

import (
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// Input is what all five safeguards look at.
type Input struct {
	Flags        FlagsInput // its Manual is that of this Input
	Last         time.Time  // last activation, or last attempt that reached training; zero where none
	CooldownDays int
	SkipCooldown bool
	Now          time.Time
	Rows         int // with an outcome
	Positives    int
	Negatives    int
	MinRows      int
	Severity     drift.Severity
	Manual       bool
	Verdict      *Verdict // nil before validation
}

// All asks the five safeguards, in the guide's order.
func All(in Input) []drift.Safeguard {
	in.Flags.Manual = in.Manual
	return []drift.Safeguard{
		Flags(in.Flags),
		Cooldown(in.Last, in.CooldownDays, in.Now, in.SkipCooldown),
		Data(in.Rows, in.Positives, in.Negatives, in.MinRows),
		Severity(in.Severity, in.Manual),
		Validation(in.Verdict),
	}
}

// Action is what becomes of a proposed retrain.
type Action string

// A proposal is refused, counts down to its start, or waits for a person.
const (
	Refuse       Action = "refuse"
	Countdown    Action = "countdown"
	WaitApproval Action = "wait_approval"
)

// DecideInput is what decides beside the safeguards.
type DecideInput struct {
	Severity        drift.Severity
	RequireApproval bool // REQUIRE_MANUAL_APPROVAL_CRITICAL_DRIFT
	Manual          bool
}

// Decision says what becomes of a proposal and why.
type Decision struct {
	Action    Action
	Safeguard string // the one that refused, "" otherwise
	Sentence  string
}

// beforeTraining are the safeguards that must have passed before anything is trained.
var beforeTraining = []string{drift.SafeguardFlags, drift.SafeguardCooldown, drift.SafeguardData, drift.SafeguardSeverity}

// Decide says what follows from the safeguards. It refuses by the first that did not pass, and
// where one of the first four was not asked at all.
func Decide(safeguards []drift.Safeguard, in DecideInput) Decision {
	asked := map[string]bool{}
	for _, s := range safeguards {
		if s.Passed != nil && !*s.Passed {
			return Decision{Refuse, s.Name, s.Detail}
		}
		asked[s.Name] = asked[s.Name] || s.Passed != nil
	}
	for _, name := range beforeTraining {
		if !asked[name] {
			return Decision{Refuse, name, "The safeguard " + name + " has not been asked."}
		}
	}
	switch {
	case in.Manual:
		return Decision{WaitApproval, "", "A person asked for this retrain, and a manager decides."}
	case in.Severity == drift.SeverityCritical && in.RequireApproval:
		return Decision{WaitApproval, "", "The drift is CRITICAL, and a manager decides."}
	case in.Severity == drift.SeverityCritical || in.Severity == drift.SeverityHigh:
		return Decision{Countdown, "", "The drift is " + in.Severity.String() + ": the retrain begins after a countdown."}
	}
	s := Severity(in.Severity, false)
	return Decision{Refuse, s.Name, s.Detail}
}
