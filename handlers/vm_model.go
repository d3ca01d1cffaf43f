package handlers

import (
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// modelLine says what serves since when and what its newest checks found.
func modelLine(d drift.ModelData, l lang.Lang, h *history, now time.Time) []component.Piece {
	s, ok := servingSummary(d)
	line := component.Words(l.T("No version serves."))
	if ok {
		line = component.Sentence(l.T("Version {0} serves; its first prediction was made on {1}."),
			component.Plain(s.Version.Version), component.At(s.First, component.DayClock))
	}
	end := d.SpanEnd(drift.DateOf(now))
	if end < drift.DateOf(now) {
		line = component.Join(line, words(l.T("It is an old log: nothing is shown after %s, for there is nothing.", l.DayYear(end.Time()))))
	}
	var checked time.Time
	if last, any := d.LastCheck(); any {
		checked = last.Time()
	}
	if why := whyBlind(h, l, drift.DateOf(s.First), end, checked, d.Settings, coverageOf(d.Coverage, d.Model)); why != "" {
		why = strings.TrimSuffix(why, ".") // a German date may end it
		line = component.Join(line, words(l.T("Not judged by both checks: %s.", why)))
	}
	line = append(line, component.Plain(" "))
	if uncounted(d, now) {
		line = append(append(line, countedWords(l, now)...), component.Plain(" "))
	}
	for _, r := range d.Latest {
		if r.Status == drift.StatusOK {
			line = append(line, component.Piece{Text: found(r, l, now), Strong: r.Severity > drift.SeverityNone}, component.Plain(" "))
		}
	}
	return line
}

// found is what a check found, as a sentence.
func found(r drift.Report, l lang.Lang, now time.Time) string {
	day, version := l.WeekdayAs(r.Date.Time(), now), r.Version.Version
	severity := strings.ToLower(l.T(component.ParseSeverity(r.Severity.String()).Word()))
	switch none := r.Severity == drift.SeverityNone; {
	case none && r.DriftType == drift.Performance:
		return l.T("The check of %s found the accuracy of version %s unchanged.", day, version)
	case none:
		return l.T("The check of %s found the scores of version %s unchanged.", day, version)
	case r.DriftType == drift.Performance:
		return l.T("The check of %s found drift in the accuracy of version %s: %s.", day, version, severity)
	}
	return l.T("The check of %s found drift in the scores of version %s: %s.", day, version, severity)
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
func modelFacts(d drift.ModelData, l lang.Lang, scores, outcomes *drift.Report) []component.FactVM {
	var out []component.FactVM
	s, ok := servingSummary(d)
	if ok {
		note := l.T("seen first %s", l.DayYear(s.First))
		if s.External {
			note = l.T("seen first %s; known from a log", l.DayYear(s.First))
		}
		if d.Unjudged() {
			note = l.T("not judged yet")
		}
		out = append(out, component.FactVM{Label: l.T("Serves"), Value: l.T("Version %s", s.Version.Version), Note: note})
	}
	if outcomes != nil && outcomes.Status == drift.StatusOK {
		m := outcomes.Performance
		out = append(out, component.FactVM{
			Topic: "wilson", Label: l.T("Accuracy, recent"), Help: "accuracy", Value: l.Percent(float64(m.AccuracyRecent), 1), Tone: toneOf(outcomes.Severity),
			Note: ofVersion(l, outcomes, l.N(int64(m.NRecent), "was %[2]s, %[1]d\u00a0outcome", "was %[2]s, %[1]d\u00a0outcomes", l.Percent(float64(m.AccuracyBaseline), 1))),
		})
	}
	if scores != nil && scores.Status == drift.StatusOK {
		m := scores.Statistical
		out = append(out, component.FactVM{
			Topic: "ks-d", Label: l.T("Largest gap, D"), Help: "ks-d", Value: l.Fixed(float64(m.KSStatistic), 3), Tone: toneOf(scores.Severity),
			Note: ofVersion(l, scores, "p "+l.P(float64(m.PValue))),
		})
	}
	c := coverageOf(d.Coverage, d.Model)
	if c.Predictions > 0 {
		out = append(out, component.FactVM{
			Topic: "coverage", Label: l.T("With outcome"), Help: "coverage", Value: l.Percent(1-float64(c.WithoutOutcome)/float64(c.Predictions), 0),
			Note: l.N(int64(c.Predictions), "of %d prediction in 7 days", "of %d predictions in 7 days"),
		})
	}
	return append(out, component.FactVM{Label: l.T("Open alerts"), Value: l.Count(int64(len(d.Alerts)))})
}

// lastPrediction is how old the newest prediction is: a number of the screen, for on paper it grows old.
func lastPrediction(d drift.ModelData, l lang.Lang, now time.Time) []component.FactVM {
	s, _ := servingSummary(d)
	last := lastPredictionOf(d.Feeds, d.Model, s.Last)
	if last.IsZero() {
		return nil
	}
	return []component.FactVM{{Label: l.T("Last prediction"), Value: l.Age(now.Sub(last)), Note: l.T("ago")}}
}

// ofVersion names the version that a number is of, and the days, before what it is compared with.
func ofVersion(l lang.Lang, r *drift.Report, note string) string {
	recent, _ := windowsOf(*r)
	return l.T("version %s, %s: %s", r.Version.Version, l.DaysAs(recent.From.Time(), recent.To.Time(), r.Date.Time()), note)
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
