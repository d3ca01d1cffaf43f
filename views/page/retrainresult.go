package page

import (
	"time"

	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/lang"
)

// RetrainResultVM is the candidate's validation and its watch: a live fragment.
type RetrainResultVM struct {
	ID      int64
	Checks  []CheckVM
	Verdict string
	// Numbers are the candidate's beside the serving version's, on the same rows.
	Numbers  []ComparedVM
	Compared int64    // rows that both scored
	Claims   []string // where the trainer's own numbers are not ours, a sentence each
	Watch    *WatchVM
}

// CheckVM is one thing asked of the candidate.
type CheckVM struct {
	Name             string
	Value, Threshold string
	Passed, Deciding bool
	Sentence         string
}

// ComparedVM is one measure of both.
type ComparedVM struct{ Name, Candidate, Serving string }

// WatchVM is how a watched version does beside the one before it.
type WatchVM struct {
	New, Old Side
	Sentence string
	Missing  string
	Due      time.Time
	Hours    chart.Watch // the same as it came in
}

// Side is one version's accuracy in a watch.
type Side struct {
	Version         string
	Right, Outcomes int64
	Accuracy        string
	Interval        string
}

// title is the check with its value beside what is needed.
func (c CheckVM) title(l lang.Lang) string {
	if c.Value == "" {
		return c.Name
	}
	if c.Threshold == "" {
		return c.Name + " " + c.Value
	}
	return l.T("%s %s, needs %s", c.Name, c.Value, c.Threshold)
}
