package page

import (
	"time"

	"github.com/driftwatch/driftwatch/views/component"
)

// ShiftVM is what a hand-over says: what happened, and what was open.
type ShiftVM struct {
	Now      time.Time // ages are counted to it
	Facts    []component.FactVM
	Open     []ShiftOpenVM
	OpenLeft int64 // incidents that are not listed
	OpenNone string
	Waiting  []ShiftWaitingVM
	// WaitingKept says that it is known what waits; WaitingLeft counts what is not listed.
	WaitingKept bool
	WaitingLeft int64
	OnCall      []OnCallVM
	OnCallKept  bool                   // it is known who is on call
	Events      []component.TimelineVM // oldest first
	Left        int64                  // events that are not listed
	Given       []GivenVM
	Definition  string
}

// ShiftOpenVM is one open incident.
type ShiftOpenVM struct {
	Severity component.Severity
	Href     string
	Title    string // "acme fraud_detector"
	Text     string // the worst alert's message
	Alerts   string // "3 alerts"
	Who      string // who has it
	Place    int    // in the order of the board
	Nobody   string // "2 of 3 are nobody's", "" where all are somebody's
	Since    time.Time
}

// ShiftWaitingVM is a retrain that somebody has to decide.
type ShiftWaitingVM struct {
	Link      component.Piece
	Text, Due []component.Piece // since when, and what happens when where nobody decides
}

// OnCallVM is who is on call for a team, and who comes next.
type OnCallVM struct {
	Team, Href string
	Text       []component.Piece
}

// GivenVM is an alert that was to change hands: it did where Why is "".
type GivenVM struct {
	Href, Title, Why string
}

// HandOverVM is the page where a shift is handed over.
type HandOverVM struct {
	Note     component.FormNoteVM
	Line     []component.Piece
	From, To string // as a datetime-local field takes them
	Zone     string
	Shift    ShiftVM
	May      bool
	Off      string // why the reader may not
	Name     component.SelectVM
	Notes    component.FieldVM
	Mine     []MineVM
	Give     bool
	Past     []PastVM
	MoreHref string
}

// MineVM is one of the reader's open alerts that goes with the shift.
type MineVM struct {
	Pick, Title string
	Severity    component.Severity
}

// PastVM is a kept hand-over in the list.
type PastVM struct {
	Href  string
	Text  []component.Piece
	Until time.Time
}

// KeptVM is a hand-over as it was kept.
type KeptVM struct {
	Note   component.FormNoteVM
	ID     int64
	Line   []component.Piece
	Notes  string
	Hidden bool
	Shift  ShiftVM
}
