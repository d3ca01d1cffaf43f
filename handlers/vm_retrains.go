package handlers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/format"
)

// retrainsVerdict is the page's first sentence, whatever is filtered: that retraining is stopped, else what
// waits for a hand, else what goes on.
func retrainsVerdict(d drift.RetrainsData, by drift.Actor) (string, []component.Piece) {
	line := words(autoWords(d, by))
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
	decisions := fmt.Sprintf("%d retrain waits for a decision", waiting)
	if waiting > 1 {
		decisions = fmt.Sprintf("%d retrains wait for a decision", waiting)
	}
	switch {
	case d.Halt != nil && waiting > 0:
		return "Retraining is stopped", append(line, component.Piece{Text: " " + decisions + " meanwhile."})
	case d.Halt != nil:
		return "Retraining is stopped", line
	case waiting > 0:
		return decisions, line
	case running > 0:
		return format.Plural(int64(running), "retrain is at work", "retrains are at work"), line
	case watched > 0:
		return format.Plural(int64(watched), "new version is watched", "new versions are watched"), line
	}
	return "Nothing waits for a decision", line
}

// autoWords says whether models retrain by themselves, and which stop or switch says so.
func autoWords(d drift.RetrainsData, by drift.Actor) string {
	if h := d.Halt; h != nil {
		return fmt.Sprintf("No model retrains: %s stopped all retraining on %s.", h.By, component.FormatMoment(h.Since, component.DayClock))
	}
	s := d.Settings
	if !s.Bool("ENABLE_AUTO_RETRAIN") && len(d.SwitchedOn) > 0 {
		return "Models may retrain by themselves for " + strings.Join(d.SwitchedOn, ", ") + " alone, within the five safeguards."
	}
	if !s.Bool("ENABLE_AUTO_RETRAIN") {
		return "No model retrains by itself: ENABLE_AUTO_RETRAIN is off. A person may ask for a retrain on an alert's page."
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
		return "No model retrains by itself: ENABLE_AUTO_RETRAIN is on, and no model type's own switch is."
	case len(tenants) == 0:
		return "No model retrains by itself: AUTO_RETRAIN_ENABLED_TENANTS names nobody."
	}
	who := "every tenant"
	if !slices.Equal(tenants, []string{"*"}) {
		who = tenantList(tenants, by, d.Tenants)
	}
	return strings.Join(on, ", ") + " may retrain by itself for " + who + ", within the five safeguards."
}

// retrainsEmpty says why there is nothing, and where that is decided.
func retrainsEmpty(d drift.RetrainsData, by drift.Actor, clear string) *component.EmptyVM {
	if clear != "" && d.Ever {
		return &component.EmptyVM{
			Icon: "search", Title: "No retrain fits this filter", Line: words("There are others."),
			Action: &component.ButtonVM{Label: "All retrains", Href: clear},
		}
	}
	line := words(autoWords(d, by) + " ")
	if d.Recommended > 0 {
		line = append(line, component.Piece{
			Text: format.Plural(int64(d.Recommended), "open alert recommends", "open alerts recommend") + " looking at one.", Href: "/",
		})
	}
	return &component.EmptyVM{
		Icon: "loop", Title: "No model has been retrained yet", Line: line,
		Action: &component.ButtonVM{Label: "The switches, in settings", Href: "/settings"},
	}
}
