package handlers

import (
	"context"
	"fmt"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/format"
	"github.com/driftwatch/driftwatch/views/page"
)

// alertRetrainVM says why an alert's model does or does not retrain, as things stand; nil for an alert
// about the watching itself.
func (p *Pages) alertRetrainVM(ctx context.Context, d drift.AlertData, by drift.Actor) (*page.RetrainPanelVM, error) {
	a := d.Alert
	if a.AlertType != drift.AlertDrift {
		return nil, nil
	}
	m := modelKey(a)
	m.TenantID = a.TenantID
	v, err := p.retrainPanelVM(ctx, m, d.Retraining, d.Halt, by)
	if err != nil {
		return nil, err
	}
	if a.FromBackfill && (d.Retrain == nil || d.Retrain.State.Ended()) {
		v.Guards.Answer = words("No: an alert of a backfill never leads to a retrain by itself.")
	}
	v.ID, v.Guards.ID, v.Action = fmt.Sprintf("alert-retrain-%d", a.ID), "alert-safeguards", alertHref(a.ID)+"/retrain"
	return v, nil
}

// retrainPanelVM says why a model does or does not retrain, as things stand.
func (p *Pages) retrainPanelVM(ctx context.Context, m drift.Model, s drift.Retraining, h *drift.Halt, by drift.Actor) (*page.RetrainPanelVM, error) {
	would := &drift.Retrain{TenantID: m.TenantID, Tenant: m.Tenant, ModelType: m.ModelType, Severity: s.Worst}
	live := s.Retrain != nil && !s.Retrain.State.Ended()
	if live { // its own training is no reason for a cooldown
		would.ID, would.SkipCooldown, would.Manual = s.Retrain.ID, s.Retrain.SkipCooldown, s.Retrain.Manual
	}
	guards, err := p.o.Engine.SafeguardsNow(ctx, by, would)
	if err != nil {
		return nil, err
	}
	v := &page.RetrainPanelVM{
		ID: "model-retrain", Action: modelHref(m) + "/retrain", MayAsk: mayMove(class(by.Role)), MaySkip: class(by.Role) >= classManager,
		Guards: page.GuardsVM{
			ID: "model-safeguards", Title: "Would it retrain by itself?", Answer: wouldRetrain(s, h, guards),
			Of: words("The five safeguards, as things stand now."), Items: guardItems(guards),
		},
	}
	if r := s.Retrain; r != nil {
		v.RetrainID, v.RetrainState = r.ID, string(r.State)
	}
	switch {
	case live:
		v.MayAsk, v.AskNot = false, "A model has one retrain at a time."
	case h != nil && v.MayAsk:
		v.MayAsk, v.AskNot = false, "Retraining is stopped, so none can be asked for."
	case !v.MayAsk:
		v.AskNot = "An operator can ask for a retrain; a manager decides."
	}
	return v, nil
}

// wouldRetrain answers in one sentence whether a model would retrain by itself, by the first reason that the
// engine would meet.
func wouldRetrain(s drift.Retraining, h *drift.Halt, guards []drift.Safeguard) []component.Piece {
	switch r := s.Retrain; {
	case r != nil && !r.State.Ended():
		return []component.Piece{
			{Text: fmt.Sprintf("Retrain %d", r.ID), Href: retrainHref(r.ID)},
			{Text: " is under way: " + strings.ToLower(page.StateWord(string(r.State))) + "."},
		}
	case h != nil:
		return words("No: " + h.By + " stopped all retraining on " + component.FormatMoment(h.Since, component.DayClock) + ".")
	case s.Pause != nil:
		return words("No: it is paused by " + s.Pause.By + " since " + component.FormatMoment(s.Pause.Since, component.DayClock) + ". " + s.Pause.Reason)
	}
	d := retrain.Decide(guards, retrain.DecideInput{Severity: s.Worst, RequireApproval: s.Settings.Bool("REQUIRE_MANUAL_APPROVAL_CRITICAL_DRIFT")})
	switch {
	case d.Action == retrain.Refuse && d.Safeguard == drift.SafeguardFlags:
		return words("No: it is switched off. " + d.Sentence)
	case s.Worst == drift.SeverityNone:
		return words("No: no drift that a check found is still there.")
	case s.Declined:
		return words("No: a person said no to it, which holds until a check finds something new.")
	case d.Action == retrain.Refuse:
		return words("No. " + d.Sentence)
	case d.Action == retrain.WaitApproval:
		return words("No: a manager decides, because the drift is CRITICAL.")
	}
	minutes := format.Plural(int64(s.Settings.Int("RETRAIN_COUNTDOWN_MINUTES")), "minute", "minutes")
	return words("Yes: the next check that finds the drift starts a countdown of " + minutes + ", and then it trains unless somebody cancels it.")
}
