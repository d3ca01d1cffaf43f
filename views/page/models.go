package page

import (
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// ModelsVM is the list of all models that the reader may see.
type ModelsVM struct {
	Now time.Time
	// From and To are the days of the strips.
	From, To time.Time
	Tenants  []TenantModelsVM
}

// TenantModelsVM are the models of one tenant, worst first.
type TenantModelsVM struct {
	Name   string
	Models []ModelRowVM
}

// ModelRowVM is one model.
type ModelRowVM struct {
	ModelType string
	Href      string
	Version   string // serving; "" where nothing serves
	Uncounted bool   // rows have come in, and no day of them is counted yet
	External  bool   // the version comes from a log, not from a trainer here
	// Statistical and Performance are the last checks' severities: Blind where
	// they could not judge, Absent where none has run.
	Statistical, Performance component.Severity
	Right, N                 int64    // of the last 7 days' outcomes
	Coverage                 *float64 // of the last 7 days' predictions with an outcome
	LastPrediction           time.Time
	OpenAlerts               int
	Strip                    component.StripVM
	Why                      string // why it cannot be judged, "" where it can
}

func (m ModelRowVM) accuracy(l lang.Lang) string { return l.Percent(share(m.Right, m.N), 1) }

// worst is the severity that the list and its verdict go by.
func (m ModelRowVM) worst() component.Severity {
	if m.Statistical.Rank() < m.Performance.Rank() {
		return m.Statistical
	}
	return m.Performance
}

// count is how many models there are, how many of them are drifting (HIGH or
// worse) and how many cannot be judged.
func (v ModelsVM) count() (all, drifting, blind int) {
	for _, t := range v.Tenants {
		for _, m := range t.Models {
			if m.Uncounted {
				continue // the board does not count it either
			}
			all++
			if drifts(m.Statistical) || drifts(m.Performance) {
				drifting++
			}
			if unjudged(m.Statistical) || unjudged(m.Performance) {
				blind++
			}
		}
	}
	return all, drifting, blind
}

func drifts(s component.Severity) bool { return s == component.High || s == component.Critical }

// unjudged holds for a model that no check has seen yet too: what is not known
// is not quiet.
func unjudged(s component.Severity) bool { return s == component.Blind || s == component.Absent }

func (v ModelsVM) verdict(l lang.Lang) string {
	all, drifting, blind := v.count()
	switch {
	case all == 0:
		return l.T("No model yet")
	case drifting > 0:
		return l.N(int64(all), "%[2]d of %[1]d\u00a0model drifting", "%[2]d of %[1]d\u00a0models drifting", drifting)
	case blind > 0:
		return l.N(int64(all), "No drift seen, but %[2]d of %[1]d\u00a0model cannot be judged", "No drift seen, but %[2]d of %[1]d\u00a0models cannot be judged", blind)
	case all == 1:
		return l.T("One model, judged and quiet")
	default:
		return l.T("All %d models judged, none drifting", all)
	}
}

func (v ModelsVM) severity() component.Severity {
	worst := component.None
	for _, t := range v.Tenants {
		for _, m := range t.Models {
			if !m.Uncounted && m.worst().Rank() < worst.Rank() {
				worst = m.worst()
			}
		}
	}
	return worst
}

func (v ModelsVM) line(l lang.Lang) string {
	all, drifting, blind := v.count()
	switch {
	case all == 0:
		return l.T("A model appears here with its first prediction.")
	case blind > 0 && drifting > 0:
		return l.T("%d cannot be judged by one of the two checks. Each tenant’s worst first.", blind)
	case blind > 0:
		return l.T("What cannot be judged is not quiet: the reason stands beside it.")
	default:
		return l.T("Each tenant’s worst first; accuracy and outcomes over the last 7 days.")
	}
}
