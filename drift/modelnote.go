package drift

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// MaxNoteDays bounds how long a note on a model holds.
const MaxNoteDays = 366

// NoteRows bounds the notes that a page lists.
const NoteRows = 50

// ModelNote is what people know of a model at a time, such as "holiday season, expected". It changes
// nothing but what readers know.
type ModelNote struct {
	ID        int64      `json:"id"`
	TenantID  int64      `json:"-"`
	ModelType string     `json:"model_type"`
	From      Date       `json:"from"`
	To        Date       `json:"to"` // included
	Text      string     `json:"text"`
	Author    string     `json:"author"`
	CreatedAt time.Time  `json:"created_at"`
	RemovedAt *time.Time `json:"removed_at"` // nil while it holds; a removed note is kept
	RemovedBy string     `json:"removed_by,omitempty"`
}

// Check refuses a note that says nothing or holds for no day.
func (n *ModelNote) Check() error {
	if err := ValidReason("text", n.Text); err != nil {
		return err
	}
	switch {
	case n.To < n.From:
		return Invalid("to", "The last day does not come before the first.")
	case n.To-n.From >= MaxNoteDays:
		return Invalid("to", "A note holds for a year at most.")
	case n.From < DateOf(time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)) || n.To > DateOf(time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)):
		return Invalid("from", "The days lie between 1970 and 2200.")
	}
	return nil
}

// Runbook is where to read what to do about a model's alerts of a severity.
type Runbook struct {
	Severity Severity  `json:"severity"`
	URL      string    `json:"url"`
	SetBy    string    `json:"set_by"`
	SetAt    time.Time `json:"set_at"`
}

// maxRunbookURL bounds an address.
const maxRunbookURL = 2000

// CheckRunbookURL refuses what is no address of a page over HTTPS.
func CheckRunbookURL(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil || len(raw) > maxRunbookURL || u.Hostname() == "" || strings.ContainsAny(raw, " \t\r\n\"<>`\\") || strings.ContainsFunc(raw, control):
		return Invalid("url", "An address is such as https://wiki.example.com/runbooks/fraud.")
	case u.Scheme != "https" || !strings.HasPrefix(raw, "https://"):
		return Invalid("url", "The address of a runbook begins with https://.")
	case u.User != nil:
		return Invalid("url", "Leave name and password out of the address: everybody who sees the alert sees it.")
	}
	return nil
}

func control(c rune) bool { return c < 0x20 || c == 0x7f }

// Verdict is what people found an alert to be.
type Verdict string

// An alert was right and called for something, right but no surprise, or wrong.
const (
	VerdictReal     Verdict = "real"
	VerdictExpected Verdict = "expected"
	VerdictFalse    Verdict = "false"
)

// Verdicts lists them as forms offer them.
var Verdicts = []Verdict{VerdictReal, VerdictExpected, VerdictFalse}

// Feedback is what somebody says an alert turned out to be. The latest counts; the audit log keeps the
// earlier ones.
type Feedback struct {
	AlertID int64     `json:"alert_id"`
	Verdict Verdict   `json:"verdict"`
	Note    string    `json:"note"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}

// ParseVerdict reads a verdict's name.
func ParseVerdict(name string) (Verdict, error) {
	for _, v := range Verdicts {
		if string(v) == name {
			return v, nil
		}
	}
	return "", Invalid("verdict", fmt.Sprintf("%q is no verdict; use real, expected or false.", name))
}

// JudgedAlert is an alert with what people said of it, for those who tune thresholds and count false alarms.
type JudgedAlert struct {
	TenantID  int64
	Tenant    string
	ModelType string
	// ModelVersion is the one that its last check judged.
	ModelVersion string
	AlertID      int64
	DriftType    *DriftType // nil unless it is a drift alert
	Severity     Severity
	CheckDate    Date
	RaisedAt     time.Time
	Verdict      Verdict // "" where nobody has said
}

// ModelWork is what people keep of a model beside what its checks found.
type ModelWork struct {
	Notes    []ModelNote // that hold or will, then past ones, newest first
	Runbooks []Runbook   // by severity, worst first
}

// AlertWork is what people keep of an alert's model and said of the alert.
type AlertWork struct {
	Notes    []ModelNote // that hold on the day the alert's check is of, or now
	Runbook  *Runbook    // of the alert's model and severity; nil where none is set
	Feedback *Feedback   // nil where nobody has said
}
