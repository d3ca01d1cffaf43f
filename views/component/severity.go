package component

import "github.com/driftwatch/driftwatch/views/lang"

// Severity is what a mark or a day in a strip shows. The order of the
// constants is not an order of urgency; Rank is.
type Severity uint8

// The values of Severity. None is "judged and quiet", Blind is "could not be
// judged", Absent is "there was no model yet".
const (
	None Severity = iota
	Medium
	High
	Critical
	Blind
	Absent
)

// ParseSeverity reads the wire form ("CRITICAL", "HIGH", "MEDIUM", "NONE").
// Anything else, the empty string of a null included, is Blind: what is not
// known is never shown as quiet.
func ParseSeverity(s string) Severity {
	switch s {
	case "CRITICAL":
		return Critical
	case "HIGH":
		return High
	case "MEDIUM":
		return Medium
	case "NONE":
		return None
	}
	return Blind
}

// Word is the severity in words, capitalised: a key of package lang.
func (s Severity) Word() string {
	switch s {
	case Critical:
		return lang.Key("Critical")
	case High:
		return lang.Key("High")
	case Medium:
		return lang.Key("Medium")
	case Blind:
		return lang.Key("Blind: cannot be judged")
	case Absent:
		return lang.Key("No model yet")
	}
	return lang.Key("None")
}

// Rank orders by urgency: 0 is the worst. Blind stands behind Critical and
// before High, because nobody knows what it hides.
func (s Severity) Rank() int {
	switch s {
	case Critical:
		return 0
	case Blind:
		return 1
	case High:
		return 2
	case Medium:
		return 3
	}
	return 4
}

// Class is the one-letter class of the severity in the style sheet.
func (s Severity) Class() string {
	switch s {
	case Critical:
		return "c"
	case High:
		return "h"
	case Medium:
		return "m"
	case Blind:
		return "b"
	}
	return "n"
}
