package page

import (
	"time"

	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// OperationsVM is the page of the watching itself.
type OperationsVM struct {
	Now time.Time
	// Verdict is the h1, Severity its mark (None shows the pulse), Line says
	// what does not work, since when and what follows from it.
	Verdict  string
	Severity component.Severity
	Line     []component.Piece
	// Note is the answer to "Run it again".
	Note  component.FormNoteVM
	Jobs  []JobVM
	Feeds []FeedVM
	// FeedsMore counts the feeds that are on time and not listed.
	FeedsMore     int
	Backlog       BacklogVM
	Servers       []ServerVM
	DatabaseBytes int64
	DatabaseNote  string // "private, under .driftwatch" or the server's name
	// MayRun lets the reader run a check again; else MayRunNot says why not.
	MayRun    bool
	MayRunNot string
}

// JobVM is one of the four daily checks.
type JobVM struct {
	Key  string // outcomes, metrics, statistical, performance
	Name string
	At   time.Duration // since midnight UTC
	// State is today's run; Date the day it ran for, LastRun when it ended.
	State   chart.JobState
	Date    time.Time
	LastRun time.Time
	Took    time.Duration // below zero where it is not known: run outside the schedule
	Covered string
	// Reason says why it failed, or what it could not judge.
	Reason string
	Next   time.Time
}

// FeedVM is one stream of rows of one model.
type FeedVM struct {
	Tenant, ModelType string
	Href              string // of the model
	Feed              string // "predictions", "outcomes"
	Hours             []int64
	LastHour          int64     // NotCounted where it is not known
	Last              time.Time // zero: never
	Lag               time.Duration
	State             FeedState
	Detail            string // "median 3 h 12 m, was 40 min"; "" for none
}

// NotCounted stands for a number of rows that nobody counted.
const NotCounted = -1

func (f FeedVM) lastHour(l lang.Lang) string {
	if f.LastHour < 0 {
		return lang.Missing
	}
	return l.Count(f.LastHour)
}

// FeedState is how a feed stands.
type FeedState string

// The states of a feed.
const (
	FeedOnTime FeedState = "on time"
	FeedLate   FeedState = "late"
	FeedSilent FeedState = "silent"
)

// BacklogVM is the work that waits.
type BacklogVM struct {
	DaysToRebuild int64
	Inbox         int64 // outcomes whose prediction is not known
	InboxOldest   time.Time
	Backfill      *BackfillVM
}

// BackfillVM is a backfill at work.
type BackfillVM struct {
	Title       string // "Backfill, nsw-market"
	Done, Total int64  // days
	Left        time.Duration
}

// ServerVM is one server process.
type ServerVM struct {
	Name     string
	RunsJobs bool
	Browsers int64
	Offset   *time.Duration // of its clock to the database's; nil: not measured
	OffBad   bool           // so far off that dates may be wrong
	Up       time.Time
}

// schedule is the bar of the day.
func (v OperationsVM) schedule() chart.Schedule {
	now := v.Now.UTC()
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	s := chart.Schedule{ID: "today", Now: now.Sub(midnight)}
	for _, j := range v.Jobs {
		s.Jobs = append(s.Jobs, chart.ScheduledJob{Name: j.Name, At: j.At, State: j.State})
	}
	return s
}

func (j JobVM) clock(l lang.Lang) string {
	return l.Clock(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(j.At))
}

func (b BacklogVM) inbox(l lang.Lang, now time.Time) string {
	if b.Inbox == 0 || b.InboxOldest.IsZero() {
		return l.Count(b.Inbox)
	}
	return l.T("%d, oldest %s", b.Inbox, l.Age(now.Sub(b.InboxOldest)))
}

func (b BackfillVM) progress(l lang.Lang) string {
	if b.Left > 0 {
		return l.N(b.Total, "%[2]d of %[1]d day, %[3]s left. Checks of the day go first; the board stays quick.",
			"%[2]d of %[1]d days, %[3]s left. Checks of the day go first; the board stays quick.", b.Done, l.Age(b.Left))
	}
	return l.N(b.Total, "%[2]d of %[1]d day. Checks of the day go first; the board stays quick.",
		"%[2]d of %[1]d days. Checks of the day go first; the board stays quick.", b.Done)
}

func (f FeedVM) lag(l lang.Lang) string {
	if f.Last.IsZero() {
		return lang.Missing
	}
	return l.Age(f.Lag)
}

// feedsNote counts what the table leaves out.
func (v OperationsVM) feedsNote(l lang.Lang) string {
	if v.FeedsMore == 0 {
		return l.T("worst first")
	}
	return l.N(int64(v.FeedsMore), "worst first; %d more is on time", "worst first; %d more are on time")
}

// kind is what comes in by the feed, in words.
func (f FeedVM) kind(l lang.Lang) string {
	switch f.Feed {
	case "predictions":
		return l.T("predictions")
	case "outcomes":
		return l.T("outcomes")
	}
	return f.Feed
}
