package handlers

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// blindVM are the facts of an alert about the watching itself.
func blindVM(d drift.AlertData, l lang.Lang, now time.Time) *page.BlindVM {
	a := d.Alert
	if a.AlertType != drift.AlertBlind {
		return nil
	}
	v := &page.BlindVM{What: words(l.T(blindMeans[a.Reason])), OperationsHref: "/operations"}
	for _, f := range d.Feeds {
		v.Facts = append(v.Facts, cameInVM(f, l, now))
	}
	for _, c := range d.Coverage {
		if !c.LastOutcomeFor.IsZero() {
			v.Facts = append(v.Facts, component.FactVM{
				Label: l.T("Newest with outcome"), Value: l.DayYear(c.LastOutcomeFor),
				Note: l.N(int64(drift.DateOf(now)-drift.DateOf(c.LastOutcomeFor)), "%d day ago", "%d days ago"),
			})
		}
		v.Facts = append(v.Facts, component.FactVM{
			Label: l.T("Without outcome"), Value: l.Count(int64(c.WithoutOutcome)), Note: l.N(int64(c.Predictions), "of %d prediction", "of %d predictions"),
		})
	}
	var detail struct {
		Parts map[string]string `json:"parts"`
	}
	if json.Unmarshal(a.Metrics, &detail) != nil || a.ModelType == "" {
		return v
	}
	for _, part := range slices.Sorted(maps.Keys(detail.Parts)) {
		m := page.BlindModelVM{Tenant: a.Tenant, ModelType: a.ModelType, Href: modelHref(modelKey(a)), Why: l.Said(detail.Parts[part])}
		m.Newest, m.OfDay = newestData(d, part)
		v.Affected = append(v.Affected, m)
	}
	return v
}

// cameInVM is when rows of a feed last came in, which is not how new the rows are: a feed that sends
// outcomes of long ago is heard, and blind all the same.
func cameInVM(f drift.Feed, l lang.Lang, now time.Time) component.FactVM {
	label := l.T("Predictions came in")
	if f.Kind == "outcomes" {
		label = l.T("Outcomes came in")
	}
	if f.LastReceived.IsZero() {
		return component.FactVM{Label: label, Value: l.T("never")}
	}
	return component.FactVM{Label: label, Value: l.Age(now.Sub(f.LastReceived)), Note: l.N(f.Received, "ago; %d row in all", "ago; %d rows in all")}
}

// newestData is how new the data is that a part of a blind alert is about: the day of the newest
// predictions with an outcome (true), or the time of the newest prediction.
func newestData(d drift.AlertData, part string) (time.Time, bool) {
	if part == "outcomes" || part == string(drift.Performance) {
		return coverageOf(d.Coverage, modelKey(d.Alert)).LastOutcomeFor, true
	}
	for _, f := range d.Feeds {
		if f.Kind == "predictions" {
			return f.LastAt, false
		}
	}
	return time.Time{}, false
}
