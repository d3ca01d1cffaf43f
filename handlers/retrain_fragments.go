package handlers

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/a-h/templ"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// retrainFragments are the row in the list, and state, buttons, safeguards, result and timeline of the
// retrain's page, as it stands now: a later event brings what is later. Where it moved, its steps, what
// changes, the later reports and what the model's alerts say of retraining are with them.
func (p *Pages) retrainFragments(ctx context.Context, id int64, class uint8, moved bool) (map[string]string, error) {
	by := drift.SystemActor()
	d, err := p.retrainLive(ctx, by, id, moved)
	if err != nil {
		return nil, fmt.Errorf("life of retrain %d: %w", id, err)
	}
	r, now := d.Retrain, stamp(p.now())
	l := lang.From(ctx)
	result := resultVM(l, r)
	guards, err := p.guardsNow(ctx, by, r)
	if err != nil {
		return nil, fmt.Errorf("safeguards of retrain %d: %w", id, err)
	}
	if r.State == drift.RetrainWatching {
		w, err := p.o.Engine.WatchNow(ctx, by, r)
		if err != nil {
			return nil, fmt.Errorf("watch of retrain %d: %w", id, err)
		}
		result.Watch = watchPanel(l, w)
	}
	pieces := map[string]templ.Component{
		"row": page.RetrainRow(retrainRowVM(l, r, now)), "state": page.RetrainState(retrainStateVM(l, d, now)),
		"actions": page.RetrainActions(retrainActionsVM(l, d, class, false)), "safeguards": page.Guards(guards),
		"result": page.RetrainResult(result), "timeline": page.RetrainTimeline(retrainTimelineVM(l, d, now)),
	}
	if moved {
		pieces["steps"], pieces["change"] = page.RetrainSteps(stepsVM(l, d)), page.RetrainChange(changeVM(l, d))
		pieces["later"] = page.RetrainLater(laterVM(l, d, p.now()))
	}
	html := map[string]string{}
	for name, c := range pieces {
		if err := add(ctx, html, fmt.Sprintf("retrain-%s-%d", name, id), c); err != nil {
			return nil, err
		}
	}
	if moved {
		if err := p.addAlertRetrains(ctx, html, r, class); err != nil {
			return nil, err
		}
	}
	if r.Manual { // whoever asked has a panel of their own on their page
		return html, add(ctx, html, fmt.Sprintf("retrain-actions-%d-own", id), page.RetrainActions(retrainActionsVM(l, d, class, true)))
	}
	return html, nil
}

// retrainLive reads what the fragments of a retrain need: a trainer's word of how far it is changes less.
func (p *Pages) retrainLive(ctx context.Context, by drift.Actor, id int64, moved bool) (drift.RetrainData, error) {
	if moved {
		return p.store.RetrainDetail(ctx, by, drift.RetrainQuery{ID: id, Now: p.now()})
	}
	return p.store.RetrainLife(ctx, by, id)
}

// addAlertRetrains renders the panel of retraining on the page of each alert of the retrain's model.
func (p *Pages) addAlertRetrains(ctx context.Context, html map[string]string, r *drift.Retrain, class uint8) error {
	alerts, err := p.store.AlertsOfRetrain(ctx, drift.SystemActor(), r)
	if err != nil {
		return fmt.Errorf("alerts of retrain %d: %w", r.ID, err)
	}
	by := drift.SystemActor()
	by.Role = classRole[class]
	for _, d := range alerts {
		v, err := p.alertRetrainVM(ctx, d, by)
		if err != nil {
			return fmt.Errorf("retraining of alert %d: %w", d.Alert.ID, err)
		}
		if v == nil {
			continue
		}
		if err := add(ctx, html, fmt.Sprintf("alert-retrain-%d", d.Alert.ID), page.RetrainPanel(*v)); err != nil {
			return err
		}
	}
	return nil
}

// haltFragments are the emergency stop's banner on every page, and its control.
func haltFragments(ctx context.Context, payload json.RawMessage, class uint8) (map[string]string, error) {
	var h *drift.Halt
	if err := json.Unmarshal(payload, &h); err != nil {
		return nil, fmt.Errorf("emergency stop of an event: %w", err)
	}
	html := map[string]string{}
	if err := add(ctx, html, "halt", component.Halt(haltVM(h))); err != nil {
		return nil, err
	}
	return html, add(ctx, html, "halt-control", page.StopControl(stopVM(h, class)))
}
