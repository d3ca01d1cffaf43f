package drift

import "fmt"

// Severity orders what a check found. The zero value means that nothing could be judged: it is
// null in JSON and never the same as SeverityNone.
type Severity uint8

// From nothing judged to the worst.
const (
	SeverityUnknown Severity = iota
	SeverityNone
	SeverityMedium
	SeverityHigh
	SeverityCritical
)

var severityNames = [...]string{"", "NONE", "MEDIUM", "HIGH", "CRITICAL"}

// String returns the name, "" for unknown.
func (s Severity) String() string { return severityNames[s] }

// ParseSeverity reads a name; "" is unknown.
func ParseSeverity(name string) (Severity, error) {
	for i, n := range severityNames {
		if n == name {
			return Severity(i), nil
		}
	}
	return 0, Invalid("severity", fmt.Sprintf("%q is not a severity; use MEDIUM, HIGH or CRITICAL", name))
}

// MarshalJSON writes the name, or null for unknown.
func (s Severity) MarshalJSON() ([]byte, error) {
	if s == SeverityUnknown {
		return []byte("null"), nil
	}
	return []byte(`"` + s.String() + `"`), nil
}

// UnmarshalJSON reads a name or null.
func (s *Severity) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*s = SeverityUnknown
		return nil
	}
	if len(b) < 2 {
		return fmt.Errorf("severity %q is not a string", b)
	}
	v, err := ParseSeverity(string(b[1 : len(b)-1]))
	if err == nil {
		*s = v
	}
	return err
}
