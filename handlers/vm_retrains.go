package handlers

import (
	"slices"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// retrainsVerdict is the page's first sentence, whatever is filtered: that retraining is stopped, else what
// waits for a hand, else what goes on.
func retrainsVerdict(l lang.Lang, d drift.RetrainsData, by drift.Actor) (string, []component.Piece) {
	line := autoWords(l, d, by)
	waiting, running, watched := 0, 0, 0
	for state, n := range d.Standing {
		switch state {
		case drift.RetrainWaitingApproval, drift.RetrainCountdown:
			waiting += n
		case drift.RetrainWatching:
			watched += n
		default:
			running += n
		}
	}
	switch {
	case d.Halt != nil && waiting > 0:
		meanwhile := l.N(int64(waiting), "%d retrain waits for a decision meanwhile.", "%d retrains wait for a decision meanwhile.")
		return l.T("Retraining is stopped"), component.Join(line, component.Words(meanwhile))
	case d.Halt != nil:
		return l.T("Retraining is stopped"), line
	case waiting > 0:
		return l.N(int64(waiting), "%d retrain waits for a decision", "%d retrains wait for a decision"), line
	case running > 0:
		return l.N(int64(running), "%d retrain is at work", "%d retrains are at work"), line
	case watched > 0:
		return l.N(int64(watched), "%d new version is watched", "%d new versions are watched"), line
	}
	return l.T("Nothing waits for a decision"), line
}

// autoWords says whether models retrain by themselves, and which stop or switch says so.
func autoWords(l lang.Lang, d drift.RetrainsData, by drift.Actor) []component.Piece {
	if h := d.Halt; h != nil {
		return component.Sentence(l.T("No model retrains: {0} stopped all retraining on {1}."), component.Plain(h.By), component.At(h.Since, component.DayClock))
	}
	s := d.Settings
	if !s.Bool("ENABLE_AUTO_RETRAIN") && len(d.SwitchedOn) > 0 {
		return words(l.T("Models may retrain by themselves, within the five safeguards, for these tenants and no others: %s.", strings.Join(d.SwitchedOn, ", ")))
	}
	if !s.Bool("ENABLE_AUTO_RETRAIN") {
		return words(l.T("No model retrains by itself: ENABLE_AUTO_RETRAIN is off. A person may ask for a retrain on an alert's page."))
	}
	var on []string
	for _, t := range d.Types {
		if s.Bool(drift.TypeFlag(t.Name)) {
			on = append(on, t.Name)
		}
	}
	tenants := s.List("AUTO_RETRAIN_ENABLED_TENANTS")
	switch {
	case len(on) == 0:
		return words(l.T("No model retrains by itself: ENABLE_AUTO_RETRAIN is on, and no model type's own switch is."))
	case len(tenants) == 0:
		return words(l.T("No model retrains by itself: AUTO_RETRAIN_ENABLED_TENANTS names nobody."))
	}
	models := strings.Join(on, ", ")
	if slices.Equal(tenants, []string{"*"}) {
		return words(l.T("%s may retrain by itself for every tenant, within the five safeguards.", models))
	}
	return words(l.T("%s may retrain by itself for %s, within the five safeguards.", models, tenantList(l, tenants, by, d.Tenants)))
}

// retrainsEmpty says why there is nothing, and where that is decided.
func retrainsEmpty(l lang.Lang, d drift.RetrainsData, by drift.Actor, clear string) *component.EmptyVM {
	if clear != "" && d.Ever {
		return &component.EmptyVM{
			Icon: "search", Title: l.T("No retrain fits this filter"), Line: words(l.T("There are others.")),
			Action: &component.ButtonVM{Label: l.T("All retrains"), Href: clear},
		}
	}
	line := autoWords(l, d, by)
	if d.Recommended > 0 {
		line = component.Join(line, []component.Piece{component.Link(
			l.N(int64(d.Recommended), "%d open alert recommends looking at one.", "%d open alerts recommend looking at one."), "/")})
	}
	return &component.EmptyVM{
		Icon: "loop", Title: l.T("No model has been retrained yet"), Line: line,
		Action: &component.ButtonVM{Label: l.T("The switches, in settings"), Href: "/settings"},
	}
}
