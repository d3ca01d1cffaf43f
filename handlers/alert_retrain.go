package handlers

import (
	"context"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/page"
)

// alertRetrainVM says why an alert's model does or does not retrain, as things stand; nil for an alert
// about the watching itself.
func (p *Pages) alertRetrainVM(ctx context.Context, d drift.AlertData, by drift.Actor) (*page.AlertRetrainVM, error) {
	a := d.Alert
	if a.AlertType != drift.AlertDrift {
		return nil, nil
	}
	would := &drift.Retrain{TenantID: a.TenantID, Tenant: a.Tenant, ModelType: a.ModelType, Severity: a.CurrentSeverity}
	if r := d.Retrain; r != nil && !r.State.Ended() { // its own training is no reason for a cooldown
		would.ID, would.SkipCooldown, would.Manual = r.ID, r.SkipCooldown, r.Manual
	}
	guards, err := p.o.Engine.SafeguardsNow(ctx, by, would)
	if err != nil {
		return nil, err
	}
	v := &page.AlertRetrainVM{
		AlertID: a.ID, MayAsk: mayMove(class(by.Role)), MaySkip: class(by.Role) >= classManager,
		Guards: page.GuardsVM{
			ID: "alert-safeguards", Title: "Would it retrain by itself?", Of: words("The five safeguards, as things stand now."),
			Items: guardItems(guards),
		},
	}
	if p := d.Pause; p != nil {
		v.Paused = "It does not retrain by itself: paused by " + p.By + " since " + component.FormatMoment(p.Since, component.DayClock) + ". " + p.Reason
	}
	if r := d.Retrain; r != nil {
		v.RetrainID, v.RetrainState = r.ID, string(r.State)
		if !r.State.Ended() {
			v.MayAsk, v.AskNot = false, "A model has one retrain at a time."
		}
	}
	switch {
	case d.Halt != nil && v.MayAsk:
		v.MayAsk, v.AskNot = false, "Retraining is stopped, so none can be asked for."
	case v.AskNot == "" && !v.MayAsk:
		v.AskNot = "An operator can ask for a retrain; a manager decides."
	}
	return v, nil
}
