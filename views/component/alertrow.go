package component

import (
	"fmt"
	"strconv"
	"time"
)

// AlertRowVM is one alert in a list. The same bytes stand in the page and in
// the live fragment, so it holds nothing that differs between two readers of
// one role class.
type AlertRowVM struct {
	ID      int64
	Version int
	// Severity is what the mark shows; Blind for ML_MONITORING_BLIND.
	Severity Severity
	// Status is the wire form, "NEW".
	Status string
	Tenant string
	Model  string
	// Icon tells the kind: "stat" scores, "perf" accuracy, "cut" a feed or a
	// check, "back" a rollback.
	Icon string
	// What, Change and Tail read as "Scores" "0.41 → 0.60" "D 0.359".
	What, Change, Tail string
	// P and Reason are shown where the screen is wide: "p 9.1 × 10⁻³²" and
	// the alert's sentence.
	P, Reason string
	CreatedAt time.Time
	Now       time.Time
	// Owner is the person who has it, "" is nobody; Team the one that it then waits for, "" for none.
	Owner, Team string
	// SinceAt is when it was acknowledged or escalated; zero when NEW.
	SinceAt  time.Time
	Incident string // what belongs together by its cause
	// Cleared marks an alert whose last check was clean.
	Cleared bool
	// CanPick shows the box that chooses the row, for those who may do something with it.
	CanPick bool
	// CanAck shows the button: the reader's role class may, and the alert's
	// status allows it.
	CanAck bool
}

// DOMID is the id of the row, in the page and in a message's html map.
func (v AlertRowVM) DOMID() string { return AlertDOMID(v.ID) }

// AlertDOMID is the DOM id of the row of an alert.
func AlertDOMID(id int64) string { return "alert-" + strconv.FormatInt(id, 10) }

func (v AlertRowVM) href() string { return "/alerts/" + strconv.FormatInt(v.ID, 10) }

// waits tells whether somebody has to acknowledge it.
func (v AlertRowVM) waits() bool { return !v.Cleared && (v.Status == "NEW" || v.Status == "ESCALATED") }

// hot is the one state with a tinted ground: critical, and nobody has it.
func (v AlertRowVM) hot() bool { return v.Severity == Critical && v.Owner == "" && v.waits() }

// sinceForm is a time of day for what happened within a day, else a date.
func (v AlertRowVM) sinceForm() Moment {
	if v.Now.Sub(v.SinceAt) < 20*time.Hour {
		return Clock
	}
	return Date
}

// pick names the row and its version for what is done with many.
func (v AlertRowVM) pick() string {
	return strconv.FormatInt(v.ID, 10) + ":" + strconv.Itoa(v.Version)
}

// lastSecond is after every alert, in seconds since 1970: sort keys count down to it.
const lastSecond = 9_999_999_999

// lastID is after the number of every alert.
const lastID = int64(999_999_999_999)

// Order is the sort key of the row, ascending: the worst first, the newest
// first within a severity. A list from the database must come in this order
// (rank, created_at descending, id descending), because board.js puts a new
// row before the first one with a greater key.
func (v AlertRowVM) Order() string {
	return fmt.Sprintf("%d%010d%012d", v.Severity.Rank(), lastSecond-v.CreatedAt.Unix(), lastID-v.ID)
}
