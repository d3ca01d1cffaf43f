package handlers

import (
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

const (
	// oldLog is how long ago a log's newest row lies for it to be history, not a feed that broke.
	oldLog = 30 * 24 * time.Hour
	// silentAfter is after how long without a row a running feed of predictions counts as silent.
	silentAfter = 24 * time.Hour
	// lateTimes is after how many of its usual pauses a feed counts as late, from an hour on.
	lateTimes = 5
)

// feedVM is how one feed stands. c covers the model's outcomes.
func feedVM(l lang.Lang, f drift.Feed, c drift.OutcomeCoverage, now time.Time) page.FeedVM {
	pause := now.Sub(f.LastReceived)
	v := page.FeedVM{
		Tenant: f.Model.Tenant, ModelType: f.Model.ModelType, Href: modelHref(f.Model), Feed: f.Kind, Hours: f.Hours,
		LastHour: page.NotCounted, Last: f.LastReceived, Lag: now.Sub(f.LastAt), State: page.FeedOnTime,
		Detail: l.N(f.Received, "%d row in all", "%d rows in all"),
	}
	if n := len(f.Hours); n > 0 {
		v.LastHour = f.Hours[n-1]
	}
	switch {
	case now.Sub(f.LastAt) > oldLog:
		v.Detail = l.T("an old log: its newest row is of %s", l.DayYear(f.LastAt))
	case f.Kind == "outcomes" && c.Silent:
		v.State, v.Detail = page.FeedSilent, l.T("none for predictions after %s", l.WeekdayAs(c.LastOutcomeFor, now))
	case f.Kind == "outcomes":
	case pause > silentAfter:
		v.State = page.FeedSilent
	case isLate(f.Hours, pause):
		v.State = page.FeedLate
	}
	return v
}

// lastPredictionOf is when the newest prediction of a model was made. The feed knows of what no day
// column holds yet.
func lastPredictionOf(feeds []drift.Feed, m drift.Model, known time.Time) time.Time {
	for _, f := range feeds {
		if f.Model == m && f.Kind == "predictions" && f.LastAt.After(known) {
			known = f.LastAt
		}
	}
	return known
}

// isLate compares the pause with what is usual for the feed over a day.
func isLate(hours []int64, pause time.Duration) bool {
	total := int64(0)
	for _, n := range hours {
		total += n
	}
	if total == 0 || pause < time.Hour {
		return false
	}
	return pause > lateTimes*24*time.Hour/time.Duration(total)
}

// feedRank orders feeds worst first.
func feedRank(s page.FeedState) int {
	switch s {
	case page.FeedSilent:
		return 0
	case page.FeedLate:
		return 1
	}
	return 2
}
