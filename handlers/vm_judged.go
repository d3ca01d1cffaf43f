package handlers

import (
	"slices"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/schedule"
	"github.com/driftwatch/driftwatch/views/chart"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// unjudgedWords say that another version serves than the numbers of a model's page are of, and when it is
// judged; nil where the numbers are of what serves.
func unjudgedWords(d drift.ModelData, l lang.Lang, now time.Time) []component.Piece {
	if !d.Unjudged() {
		return nil
	}
	since, again := servingSince(d)
	text := l.T("Version {0} serves since {1}; it has not been judged yet.")
	if again {
		text = l.T("Version {0} serves again since {1}; it has not been judged since.")
	}
	version := component.Bold(d.Serving.Version)
	out := component.Words(l.T("Another version serves by now; it has not been judged yet."))
	if !since.IsZero() {
		out = component.Sentence(text, version, component.At(since, component.DayClock))
	}
	return component.Join(out,
		component.Sentence(l.T("What stands here is of version {0}."), component.Bold(d.Judged().Version)),
		component.Sentence(l.T("The next check runs on {0}."), component.At(schedule.Next(drift.JobStatistical, now).At, component.DayClock)))
}

// servingSince is when the version in service came into it, and whether it had served before.
func servingSince(d drift.ModelData) (since time.Time, again bool) {
	for _, r := range d.Records {
		if r.Version.Version != d.Serving.Version {
			continue
		}
		for _, s := range r.Services {
			if s.To == nil {
				since = s.From
			}
		}
		again = len(r.Services) > 1
	}
	if s, ok := servingSummary(d); ok && since.IsZero() {
		since = s.First
	}
	return since, again
}

// uncounted tells that predictions of today came in which no day column holds yet: days are counted after
// their end.
func uncounted(d drift.ModelData, now time.Time) bool {
	today := drift.DateOf(now)
	last := lastPredictionOf(d.Feeds, d.Model, time.Time{})
	if last.IsZero() || drift.DateOf(last) < today {
		return false
	}
	return !slices.ContainsFunc(d.Days, func(s drift.ScoreDay) bool { return s.Day == today && s.Version.Version == d.Serving.Version })
}

// countedWords say when the predictions of today are counted.
func countedWords(l lang.Lang, now time.Time) []component.Piece {
	return component.Sentence(l.T("Today’s predictions are counted tonight, at {0}."), component.At(schedule.Next(drift.JobOutcomes, now).At, component.Clock))
}

// changes mark on the axis where the days of a chart go over from one version to another, but for changes that
// stand there already.
func changes(days []drift.ScoreDay, seen *past, l lang.Lang) (out []chart.Event) {
	for i := 1; i < len(days); i++ {
		d := days[i]
		if d.Version.Version == days[i-1].Version.Version {
			continue
		}
		known := seen != nil && slices.ContainsFunc(seen.Events, func(e drift.ModelEvent) bool {
			return e.Version == d.Version.Version && (e.Kind == drift.ModelActivated || e.Kind == drift.ModelRollback)
		})
		if !known {
			out = append(out, chart.Event{At: d.Day.Time(), Label: l.T("version %s", d.Version.Version)})
		}
	}
	return out
}
