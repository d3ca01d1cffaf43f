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
	"github.com/driftwatch/driftwatch/views/format"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// rolloutPhases describe the guide's plan.
var rolloutPhases = []struct {
	phase             drift.RolloutPhase
	title, text, does string
}{
	{drift.RolloutFoundation, "Foundation", "Metrics, drift detection and alerts; nothing retrains by itself.", "nothing retrains by itself"},
	{drift.RolloutPilot, "Pilot", "The fraud detectors of one tenant retrain by themselves. Monitor for 2 weeks.", "the fraud detectors of the pilot retrain by themselves"},
	{drift.RolloutFraud, "Fraud rollout", "All fraud detectors do. Monitor for 1 month.", "all fraud detectors retrain by themselves"},
	{drift.RolloutFull, "Full rollout", "Conflict predictors too.", "fraud detectors and conflict predictors retrain by themselves"},
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
	v := p.rolloutVM(d, by, typed)
	if status == http.StatusOK {
		v.Note = p.noteFor(w, r)
	}
	return p.show(w, r, status, p.shell(by, d.Watch, "Rollout of retraining", "settings"), page.Rollout(v))
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
		return refuse("reason", err.Message)
	}
	if to == drift.RolloutPilot && !slices.ContainsFunc(d.Tenants, func(t drift.Tenant) bool { return t.Name == pilot }) {
		return refuse("pilot", "Choose the tenant that is the pilot.")
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
		return refuse("reason", e.Message)
	}
	if err != nil {
		return err
	}
	p.wroteOrLog(r)
	p.leadTo(w, r, "/settings/rollout", said("The step is taken and in force."))
	return nil
}

func (p *Pages) rolloutVM(d drift.RolloutData, by drift.Actor, typed rolloutTyped) page.RolloutVM {
	now := drift.RolloutOf(d.Settings)
	v := page.RolloutVM{Title: "The flags are in none of the plan's four phases"}
	for _, x := range rolloutPhases {
		if x.phase == now {
			v.Title = fmt.Sprintf("Phase %s: %s", now, x.does)
		}
		v.Phases = append(v.Phases, page.RolloutPhaseVM{Number: x.phase.String(), Title: x.title, Text: x.text, Current: x.phase == now})
	}
	ran := "since the installation"
	v.Line = words("No flag of it was ever changed. ")
	if !d.Since.IsZero() {
		ran = format.Age(p.now().Sub(d.Since))
	}
	if l := d.Last; !l.At.IsZero() {
		whose := map[bool]string{true: "", false: ", for " + l.Tenant + " alone"}[l.Tenant == ""]
		v.Line = []component.Piece{{Text: l.By + " changed its flags last, on "}, component.At(l.At, component.DayClock), {Text: whose + ". "}}
	}
	if now == drift.RolloutOther {
		v.Line = append(v.Line, words(rolloutNow(d, by))...)
	}
	if list := d.Settings.List(retrain.SettingTenants); now == drift.RolloutPilot {
		v.Line = append(v.Line, component.Piece{Text: "The pilot is " + tenantList(list, by, d.Tenants) + "."})
	}
	v.Facts = []component.FactVM{
		{Label: "Has run", Value: ran},
		{Label: "Drift alerts", Value: format.Count(int64(d.Alerts)), Note: "meanwhile"},
		{Label: "Retrains", Value: format.Count(int64(d.Retrains)), Note: "meanwhile"},
		{Label: "Rollbacks", Value: format.Count(int64(d.Rollbacks)), Note: "meanwhile"},
	}
	if len(d.Own) > 0 {
		v.Own = "The plan sets the flags for every tenant. These have values of their own, which it leaves alone: " + strings.Join(d.Own, ", ") + "."
	}
	switch {
	case !by.Role.AtLeast(drift.RoleAdmin):
		v.Off = "An administrator takes the steps."
	case !by.AllTenants:
		v.Off = "You see some tenants only; the plan is for all of them."
	default:
		v.Next, v.Back = rolloutStep(d, now.Next(), "Go on to", "p", typed), rolloutStep(d, now.Back(), "Go back to", "", typed)
		if now == drift.RolloutOther { // the plan begins again, which is no step forward
			v.Next.Label, v.Next.Kind = "Switch all off (phase "+now.Next().String()+")", ""
		}
	}
	return v
}

// rolloutNow says what retrains by itself under flags that are none of the plan's phases.
func rolloutNow(d drift.RolloutData, by drift.Actor) string {
	s := d.Settings
	var types []string
	for _, t := range []struct{ model, words string }{{"fraud_detector", "fraud detectors"}, {"conflict_predictor", "conflict predictors"}} {
		if s.Bool(drift.TypeFlag(t.model)) {
			types = append(types, t.words)
		}
	}
	list := s.List(retrain.SettingTenants)
	switch {
	case !s.Bool("ENABLE_AUTO_RETRAIN"):
		return "Nothing retrains by itself now: ENABLE_AUTO_RETRAIN is off."
	case len(types) == 0:
		return "Neither fraud detectors nor conflict predictors retrain by themselves now: their switches are off."
	case len(list) == 0:
		return "Nothing retrains by itself now: AUTO_RETRAIN_ENABLED_TENANTS names nobody."
	}
	who := "every tenant"
	if !slices.Equal(list, []string{"*"}) {
		who = tenantList(list, by, d.Tenants)
	}
	return "Now " + strings.Join(types, " and ") + " of " + who + " retrain by themselves."
}

// rolloutStep is the form of one step, nil where there is none.
func rolloutStep(d drift.RolloutData, to drift.RolloutPhase, verb, kind string, typed rolloutTyped) *page.RolloutStepVM {
	if to == drift.RolloutOther {
		return nil
	}
	id := "reason-" + strings.ReplaceAll(to.String(), ".", "-")
	s := &page.RolloutStepVM{
		To: to.String(), Label: verb + " phase " + to.String(), Kind: kind,
		Reason: component.FieldVM{ID: id, Name: "reason", Label: "Reason", Lines: 2, Must: true, Max: maxReason},
	}
	for name, v := range to.Values("the tenant chosen") {
		if was := d.Settings.Text(name); was != v {
			s.Switches = append(s.Switches, name+": "+was+" → "+v)
		}
	}
	slices.Sort(s.Switches)
	if to == drift.RolloutPilot {
		s.Pilot = &component.SelectVM{ID: "pilot", Name: "pilot", Label: "Pilot"}
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
