package handlers

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// rolloutPhases describe the guide's plan.
var rolloutPhases = []struct {
	phase             drift.RolloutPhase
	title, text, does string
}{
	{drift.RolloutFoundation, lang.Key("Foundation"), lang.Key("Metrics, drift detection and alerts; nothing retrains by itself."), lang.Key("Phase %s: nothing retrains by itself")},
	{drift.RolloutPilot, lang.Key("Pilot"), lang.Key("The fraud detectors of one tenant retrain by themselves. Monitor for 2 weeks."), lang.Key("Phase %s: the fraud detectors of the pilot retrain by themselves")},
	{drift.RolloutFraud, lang.Key("Fraud rollout"), lang.Key("All fraud detectors do. Monitor for 1 month."), lang.Key("Phase %s: all fraud detectors retrain by themselves")},
	{drift.RolloutFull, lang.Key("Full rollout"), lang.Key("Conflict predictors too."), lang.Key("Phase %s: fraud detectors and conflict predictors retrain by themselves")},
}

// rolloutTyped is a refused step.
type rolloutTyped struct{ to, reason, field, problem string }

func (p *Pages) rolloutPage(w http.ResponseWriter, r *http.Request) error {
	return p.showRollout(w, r, http.StatusOK, rolloutTyped{})
}

func (p *Pages) showRollout(w http.ResponseWriter, r *http.Request, status int, typed rolloutTyped) error {
	by := auth.ActorFrom(r.Context())
	d, err := p.store.RolloutPage(r.Context(), by, p.now())
	if err != nil {
		return err
	}
	l := lang.From(r.Context())
	v := p.rolloutVM(l, d, by, typed)
	if status == http.StatusOK {
		v.Note = p.noteFor(w, r)
	}
	return p.show(w, r, status, p.shell(by, d.Watch, l.T("Rollout of retraining"), "settings"), page.Rollout(v))
}

// rollOut takes one step of the plan, forward or back: all of its switches or none.
func (p *Pages) rollOut(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(w, r); err != nil {
		return err
	}
	typed := rolloutTyped{to: r.PostForm.Get("to"), reason: r.PostForm.Get("reason")}
	pilot := r.PostForm.Get("pilot")
	for field, v := range map[string]string{"to": typed.to, "reason": typed.reason, "pilot": pilot} {
		if err := web.CheckText(field, v); err != nil {
			return err
		}
	}
	by := auth.ActorFrom(r.Context())
	d, err := p.store.RolloutPage(r.Context(), by, p.now())
	if err != nil {
		return err
	}
	now := drift.RolloutOf(d.Settings)
	to := now.Next()
	if typed.to == now.Back().String() && now.Back() != drift.RolloutOther {
		to = now.Back()
	}
	if to == drift.RolloutOther || typed.to != to.String() {
		return &drift.Error{Code: drift.CodeConflict, Message: fmt.Sprintf("The flags are in phase %s now: there is no step to %q from there. Look again.", now, typed.to)}
	}
	refuse := func(field, sentence string) error {
		typed.field, typed.problem = field, sentence
		return p.showRollout(w, r, http.StatusUnprocessableEntity, typed)
	}
	if err := checkReason(typed.reason); err != nil {
		return refuse("reason", lang.From(r.Context()).Said(err.Message))
	}
	if to == drift.RolloutPilot && !slices.ContainsFunc(d.Tenants, func(t drift.Tenant) bool { return t.Name == pilot }) {
		return refuse("pilot", lang.From(r.Context()).T("Choose the tenant that is the pilot."))
	}
	list, err := json.Marshal([]string{pilot})
	if err != nil {
		return fmt.Errorf("encode pilot: %w", err)
	}
	var changes []engine.SettingChange
	values := to.Values(string(list))
	for _, name := range drift.RolloutSettings {
		if v := values[name]; v != d.Settings.Text(name) {
			changes = append(changes, engine.SettingChange{Name: name, Value: &v, Reason: "Rollout phase " + to.String() + ": " + typed.reason})
		}
	}
	_, err = p.o.Engine.SetSettings(r.Context(), by, changes...)
	var e *drift.Error
	if errors.As(err, &e) && e.Code == drift.CodeInvalid {
		return refuse("reason", lang.From(r.Context()).Said(e.Message))
	}
	if err != nil {
		return err
	}
	p.wroteOrLog(r)
	p.leadTo(w, r, "/settings/rollout", said(lang.From(r.Context()).T("The step is taken and in force.")))
	return nil
}

func (p *Pages) rolloutVM(l lang.Lang, d drift.RolloutData, by drift.Actor, typed rolloutTyped) page.RolloutVM {
	now := drift.RolloutOf(d.Settings)
	v := page.RolloutVM{Title: l.T("The flags are in none of the plan's four phases")}
	for _, x := range rolloutPhases {
		if x.phase == now {
			v.Title = l.T(x.does, now)
		}
		v.Phases = append(v.Phases, page.RolloutPhaseVM{Number: x.phase.String(), Title: l.T(x.title), Text: l.T(x.text), Current: x.phase == now})
	}
	ran := l.T("since the installation")
	if !d.Since.IsZero() {
		ran = l.Age(p.now().Sub(d.Since))
	}
	v.Line = lastFlags(l, d.Last)
	if now == drift.RolloutOther {
		v.Line = component.Join(v.Line, words(rolloutNow(l, d, by)))
	}
	if list := d.Settings.List(retrain.SettingTenants); now == drift.RolloutPilot {
		v.Line = component.Join(v.Line, words(l.T("The pilot is %s.", tenantList(l, list, by, d.Tenants))))
	}
	v.Facts = []component.FactVM{
		{Label: l.T("Has run"), Value: ran},
		{Label: l.T("Drift alerts"), Value: l.Count(int64(d.Alerts)), Note: l.T("meanwhile")},
		{Label: l.T("Retrains"), Value: l.Count(int64(d.Retrains)), Note: l.T("meanwhile")},
		{Label: l.T("Rollbacks"), Value: l.Count(int64(d.Rollbacks)), Note: l.T("meanwhile")},
	}
	if len(d.Own) > 0 {
		v.Own = l.T("The plan sets the flags for every tenant. These have values of their own, which it leaves alone: %s.", strings.Join(d.Own, ", "))
	}
	switch {
	case !by.Role.AtLeast(drift.RoleAdmin):
		v.Off = l.T("An administrator takes the steps.")
	case !by.AllTenants:
		v.Off = l.T("You see some tenants only; the plan is for all of them.")
	default:
		v.Next, v.Back = rolloutStep(l, d, now.Next(), l.T("Go on to phase %s", now.Next()), "p", typed), rolloutStep(l, d, now.Back(), l.T("Go back to phase %s", now.Back()), "", typed)
		if now == drift.RolloutOther { // the plan begins again, which is no step forward
			v.Next.Label, v.Next.Kind = l.T("Switch all off (phase %s)", now.Next()), ""
		}
	}
	return v
}

// rolloutStep is the form of one step, nil where there is none.
func rolloutStep(l lang.Lang, d drift.RolloutData, to drift.RolloutPhase, label, kind string, typed rolloutTyped) *page.RolloutStepVM {
	if to == drift.RolloutOther {
		return nil
	}
	id := "reason-" + strings.ReplaceAll(to.String(), ".", "-")
	s := &page.RolloutStepVM{
		To: to.String(), Label: label, Kind: kind,
		Reason: component.FieldVM{ID: id, Name: "reason", Label: l.T("Reason"), Lines: 2, Must: true, Max: maxReason},
	}
	for name, v := range to.Values(l.T("the tenant chosen")) {
		if was := d.Settings.Text(name); was != v {
			s.Switches = append(s.Switches, name+": "+was+" → "+v)
		}
	}
	slices.Sort(s.Switches)
	if to == drift.RolloutPilot {
		s.Pilot = &component.SelectVM{ID: "pilot", Name: "pilot", Label: l.T("Pilot")}
		for _, t := range d.Tenants {
			s.Pilot.Options = append(s.Pilot.Options, component.OptionVM{Value: t.Name, Label: t.Name})
		}
	}
	if typed.to == s.To {
		s.Reason.Value = typed.reason
		if typed.field == "reason" {
			s.Reason.Problem = typed.problem
		} else if s.Pilot != nil {
			s.Pilot.Problem = typed.problem
		}
	}
	return s
}
