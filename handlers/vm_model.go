package handlers

import (
	"fmt"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/format"
)

// modelLine says what serves since when and what its newest checks found.
func modelLine(d drift.ModelData, h *history, now time.Time) []component.Piece {
	var ps []component.Piece
	say := func(s string) { ps = append(ps, component.Piece{Text: s}) }
	s, ok := servingSummary(d)
	if !ok {
		say("No version serves. ")
	} else {
		say("Version " + s.Version.Version + " serves; its first prediction was made on ")
		ps = append(ps, component.At(s.First, component.DayClock))
		say(". ")
	}
	end := d.SpanEnd(drift.DateOf(now))
	if end < drift.DateOf(now) {
		say("It is an old log: nothing is shown after " + format.DayYear(end.Time()) + ", for there is nothing. ")
	}
	var checked time.Time
	if last, any := d.LastCheck(); any {
		checked = last.Time()
	}
	if why := whyBlind(h, drift.DateOf(s.First), end, checked, d.Settings, coverageOf(d.Coverage, d.Model)); why != "" {
		say("Not judged by both checks: " + why + ". ")
	}
	for _, r := range d.Latest {
		if r.Status == drift.StatusOK {
			ps = append(ps, component.Piece{Text: found(r, now), Strong: r.Severity > drift.SeverityNone})
			say(" ")
		}
	}
	return ps
}

// found is what a check found, as a sentence.
func found(r drift.Report, now time.Time) string {
	subject := "the scores"
	if r.DriftType == drift.Performance {
		subject = "the accuracy"
	}
	day := format.WeekdayAs(r.Date.Time(), now)
	if r.Severity == drift.SeverityNone {
		return fmt.Sprintf("The check of %s found %s unchanged.", day, subject)
	}
	return fmt.Sprintf("The check of %s found drift in %s: %s.", day, subject, strings.ToLower(r.Severity.String()))
}

func servingSummary(d drift.ModelData) (drift.VersionSummary, bool) {
	for _, s := range d.Versions {
		if s.Version == d.Serving {
			return s, true
		}
	}
	return drift.VersionSummary{}, false
}

// modelFacts are the numbers at the top of a model's page.
func modelFacts(d drift.ModelData, scores, outcomes *drift.Report, now time.Time) []component.FactVM {
	var out []component.FactVM
	s, ok := servingSummary(d)
	if ok {
		note := "seen first " + format.DayYear(s.First)
		if s.External {
			note += "; known from a log"
		}
		out = append(out, component.FactVM{Label: "Serves", Value: "Version " + s.Version.Version, Note: note})
	}
	if outcomes != nil && outcomes.Status == drift.StatusOK {
		m := outcomes.Performance
		out = append(out, component.FactVM{
			Label: "Accuracy, recent", Value: format.Percent(float64(m.AccuracyRecent), 1), Tone: toneOf(outcomes.Severity),
			Note: "was " + format.Percent(float64(m.AccuracyBaseline), 1) + ", " + format.Plural(int64(m.NRecent), "outcome", "outcomes"),
		})
	}
	if scores != nil && scores.Status == drift.StatusOK {
		m := scores.Statistical
		out = append(out, component.FactVM{
			Label: "Largest gap, D", Value: format.Fixed(float64(m.KSStatistic), 3), Tone: toneOf(scores.Severity),
			Note: "p " + format.P(float64(m.PValue)),
		})
	}
	c := coverageOf(d.Coverage, d.Model)
	if c.Predictions > 0 {
		out = append(out, component.FactVM{
			Label: "With outcome", Value: format.Percent(1-float64(c.WithoutOutcome)/float64(c.Predictions), 0),
			Note: "of " + format.Plural(int64(c.Predictions), "prediction", "predictions") + " in 7 days",
		})
	}
	out = append(out, component.FactVM{Label: "Open alerts", Value: format.Count(int64(len(d.Alerts)))})
	if last := lastPredictionOf(d.Feeds, d.Model, s.Last); !last.IsZero() {
		out = append(out, component.FactVM{Label: "Last prediction", Value: format.Age(now.Sub(last)), Note: "ago"})
	}
	return out
}

// toneOf colours a number that crossed a cut-off.
func toneOf(s drift.Severity) string {
	switch s {
	case drift.SeverityCritical:
		return "ct"
	case drift.SeverityHigh:
		return "ht"
	case drift.SeverityMedium:
		return "mt"
	}
	return ""
}
