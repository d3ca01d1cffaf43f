package page

import (
	"time"

	"github.com/driftwatch/driftwatch/views/lang"
)

// StepsVM is a retrain's way: what follows while it is under way, what happened once it has ended. A live
// fragment.
type StepsVM struct {
	ID    int64
	Ended bool
	Steps []RetrainStepVM
}

// RetrainStepVM is one step; Now marks where the retrain is.
type RetrainStepVM struct {
	Title, Text string
	Now         bool
}

func (s StepsVM) title(l lang.Lang) string {
	if s.Ended {
		return l.T("What happened")
	}
	return l.T("What happens")
}

// ChangeVM is what serves beside what would be trained; after its activation, what served before it: a live
// fragment.
type ChangeVM struct {
	ID int64
	// Activated tells that the candidate has served: Serving then is what served before it.
	Activated           bool
	Serving, Candidate  TermVM
	Gone                string // how the candidate's service ended, "" where it has not
	Rows, Holdout       int64  // there are to train on; kept back, 0 where not known yet
	From                time.Time
	WindowFrom, Through time.Time
	// Paused says who paused the model's retraining and why.
	Paused string
}

// TermVM is a version with the record of one stretch of its service.
type TermVM struct {
	Version, Trainer string
	Service          ServiceVM // its From is zero where it has not served
	Right, Outcomes  int64     // of its last 7 days in service
}

// record is how many of a version's predictions were right.
func record(l lang.Lang, right, outcomes int64) string {
	if outcomes == 0 {
		return l.T("no outcomes")
	}
	return l.T("%s of %d", l.Percent(float64(right)/float64(outcomes), 1), outcomes)
}

func (c ChangeVM) candidateRecord(l lang.Lang) string {
	if !c.Activated {
		return l.T("unknown until validated")
	}
	return record(l, c.Candidate.Right, c.Candidate.Outcomes)
}

// span is from when to when the rows are that it learns from.
func (c ChangeVM) span(l lang.Lang, now time.Time) string {
	from, to := c.From, now
	if !c.WindowFrom.IsZero() {
		from, to = c.WindowFrom, c.Through
	}
	if from.IsZero() {
		return l.T("none")
	}
	return l.T("%s to %s", l.DayAs(from, now), l.DayAs(to, now))
}
