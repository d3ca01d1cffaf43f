package handlers

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
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
		v.Guards.Answer = words(lang.From(ctx).T("No: an alert of a backfill never leads to a retrain by itself."))
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
	l := lang.From(ctx)
	v := &page.RetrainPanelVM{
		ID: "model-retrain", Action: modelHref(m) + "/retrain", MayAsk: mayMove(class(by.Role)), MaySkip: class(by.Role) >= classManager,
		Guards: page.GuardsVM{
			ID: "model-safeguards", Title: l.T("Would it retrain by itself?"), Answer: wouldRetrain(l, s, h, guards),
			Of: words(l.T("The five safeguards, as things stand now.")), Items: guardItems(l, guards),
		},
	}
	if live && !beforeTraining(s.Retrain.State) && len(s.Retrain.Safeguards) > 0 { // they were asked for the last time
		v.Guards.Of = words(l.T("The five safeguards, as Retrain %s was decided by them.", strconv.FormatInt(s.Retrain.ID, 10)))
		v.Guards.Items = guardItems(l, s.Retrain.Safeguards)
	}
	if r := s.Retrain; r != nil {
		v.RetrainID, v.RetrainState = r.ID, string(r.State)
	}
	switch {
	case live:
		v.MayAsk, v.AskNot = false, l.T("A model has one retrain at a time.")
	case h != nil && v.MayAsk:
		v.MayAsk, v.AskNot = false, l.T("Retraining is stopped, so none can be asked for.")
	case !v.MayAsk:
		v.AskNot = l.T("An operator can ask for a retrain; a manager decides.")
	}
	return v, nil
}

// wouldRetrain answers in one sentence whether a model would retrain by itself, by the first reason that the
// engine would meet.
func wouldRetrain(l lang.Lang, s drift.Retraining, h *drift.Halt, guards []drift.Safeguard) []component.Piece {
	switch r := s.Retrain; {
	case r != nil && !r.State.Ended():
		return component.Sentence(l.T("{0} is under way: {1}."),
			component.Link(l.T("Retrain %s", strconv.FormatInt(r.ID, 10)), retrainHref(r.ID)), component.Plain(underWayWord(l, r.State)))
	case h != nil:
		return component.Sentence(l.T("No: {0} stopped all retraining on {1}."), component.Plain(h.By), component.At(h.Since, component.DayClock))
	case s.Pause != nil:
		return component.Sentence(l.T("No: it is paused by {0} since {1}. {2}"),
			component.Plain(s.Pause.By), component.At(s.Pause.Since, component.DayClock), component.Plain(s.Pause.Reason))
	}
	d := retrain.Decide(guards, retrain.DecideInput{Severity: s.Worst, RequireApproval: s.Settings.Bool("REQUIRE_MANUAL_APPROVAL_CRITICAL_DRIFT")})
	switch {
	case d.Action == retrain.Refuse && d.Safeguard == drift.SafeguardFlags:
		return words(l.T("No: it is switched off. %s", l.Said(d.Sentence)))
	case s.Worst == drift.SeverityNone:
		return words(l.T("No: no drift that a check found is still there."))
	case s.Declined:
		return words(l.T("No: a person said no to it, which holds until a check finds something new."))
	case d.Action == retrain.Refuse:
		return words(l.T("No. %s", l.Said(d.Sentence)))
	case d.Action == retrain.WaitApproval:
		return words(l.T("No: a manager decides, because the drift is CRITICAL."))
	}
	return words(l.N(int64(s.Settings.Int("RETRAIN_COUNTDOWN_MINUTES")),
		"Yes: the next check that finds the drift starts a countdown of %d minute, and then it trains unless somebody cancels it.",
		"Yes: the next check that finds the drift starts a countdown of %d minutes, and then it trains unless somebody cancels it."))
}

// underWayWord is a state as it stands within a sentence.
func underWayWord(l lang.Lang, s drift.RetrainState) string {
	word := page.StateWord(l, string(s))
	if l == lang.English {
		return strings.ToLower(word)
	}
	return word
}
