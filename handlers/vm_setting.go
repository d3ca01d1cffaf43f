package handlers

import (
	"cmp"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// maxReason is how long a reason may be.
const maxReason = 4000

func checkReason(text string) *drift.Error {
	switch {
	case strings.TrimSpace(text) == "":
		return drift.Invalid("reason", "Say why: the reason stays in the record.")
	case utf8.RuneCountInString(text) > maxReason:
		return drift.Invalid("reason", fmt.Sprintf("A reason has at most %d characters.", maxReason))
	}
	return nil
}

// settingOff says why this reader cannot change a setting here, "" where it is possible.
func settingOff(l lang.Lang, a settingAsked, by drift.Actor) string {
	switch {
	case a.spec.Shell:
		return shellOff(l, a.spec)
	case !by.Role.AtLeast(drift.RoleAdmin):
		return l.T("An administrator can change it.")
	case a.scope == 0 && !by.AllTenants:
		return l.T("You see some tenants only, so you can change it for one of those, not for every tenant.")
	}
	return ""
}

func settingEditVM(l lang.Lang, d drift.SettingsData, by drift.Actor, a settingAsked, preview *engine.SettingPreview) page.SettingEditVM {
	spec, value := a.spec, d.Settings.Text(a.spec.Name)
	v := page.SettingEditVM{
		Name: spec.Name, Help: l.Said(spec.Help), Tenant: a.tenant, Global: spec.Global, Back: "/settings",
		Action: "/settings/" + spec.Name, Facts: settingFacts(l, d, by, a), Off: settingOff(l, a, by),
	}
	if a.tenant != "" {
		v.Back = tenantSettingsHref(a.tenant)
	}
	chosen := value
	if a.tries && !a.below {
		chosen = a.value
	}
	problem := map[bool]string{true: a.wrong}[a.field == "value"]
	if options := settingChoices(spec, chosen); options != nil {
		v.Choices = &component.SelectVM{ID: "value", Name: "value", Label: l.T("New value"), Options: options, Problem: problem}
	}
	v.Value = component.FieldVM{ID: "value", Name: "value", Label: l.T("New value"), Value: chosen, Hint: rangeWords(l, spec), Problem: problem, Must: true, Plain: true, Max: 1000}
	own := drift.FromGlobal
	if a.tenant != "" {
		own = drift.FromTenant
	}
	switch {
	case d.Settings.Origin(spec.Name) != own:
	case a.tenant != "":
		v.Below = l.T("Remove this value: the one for every tenant holds")
	default:
		v.Below = l.T("Remove this value: the file's or the default holds")
	}
	if preview != nil {
		v.Preview = &page.SettingPreviewVM{
			Before: preview.Before, BeforeWords: unitWords(l, spec, preview.Before), After: preview.After, AfterWords: unitWords(l, spec, preview.After),
			Back: a.below, Lines: previewLines(l, preview), TryHref: tryHref(spec.Name, a.tenant, preview.After),
			Reason: component.FieldVM{ID: "reason", Name: "reason", Label: l.T("Reason"), Value: a.reason, Problem: map[bool]string{true: a.wrong}[a.field == "reason"], Lines: 2, Must: true, Max: maxReason},
		}
	}
	undo := v.Off == "" && d.Settings.Origin(spec.Name) == own // of the newest change for whom the page is
	for _, c := range d.History {
		x := settingChangeVM(l, c, a, by, d.Tenants, v.Off == "")
		if c.Scope == a.scope {
			switch {
			case undo && c.Old != nil:
				x.Take, x.TakeText = settingHref(c.Name, a.tenant, url.Values{"value": {*c.Old}}), l.T("Undo this change (back to %s)", x.Old)
			case undo:
				x.Take, x.TakeText = settingHref(c.Name, a.tenant, url.Values{"below": {"1"}}), l.T("Undo this change")
			case c.New != nil && *c.New == value:
				x.Take = "" // it is in force
			}
			undo = false
		}
		v.History = append(v.History, x)
	}
	return v
}

// tryHref leads to where a threshold is tried on more days than a preview looks at, "" where it is none of those.
func tryHref(name, tenant, value string) string {
	if _, ok := sliderLabels[name]; !ok {
		return ""
	}
	return "/settings/thresholds?" + url.Values{"tenant": {tenant}, name: {value}}.Encode()
}

func settingChangeVM(l lang.Lang, c drift.SettingChange, a settingAsked, by drift.Actor, seen []drift.Tenant, may bool) page.SettingChangeVM {
	v := page.SettingChangeVM{Old: l.T("not set"), New: l.T("not set"), Scope: l.T("every tenant"), By: c.By, Why: c.Reason, At: c.At}
	if c.Old != nil {
		v.Old = shownValue(l, c.Name, *c.Old, by, seen)
	}
	if c.New != nil {
		v.New = shownValue(l, c.Name, *c.New, by, seen)
		if may && c.Scope == a.scope {
			v.Take, v.TakeText = settingHref(c.Name, a.tenant, url.Values{"value": {*c.New}}), l.T("Take back to %s", v.New)
		}
	}
	if c.Scope != 0 {
		v.Scope = c.Tenant
	}
	return v
}

func settingFacts(l lang.Lang, d drift.SettingsData, by drift.Actor, a settingAsked) []component.FactVM {
	spec, value := a.spec, d.Settings.Text(a.spec.Name)
	return []component.FactVM{
		{Label: l.T("In force"), Value: cmp.Or(shownValue(l, spec.Name, value, by, d.Tenants), l.T("none")), Note: unitWords(l, spec, value)},
		{Label: l.T("Comes from"), Value: originWords(l, d.Settings.Origin(spec.Name), a.tenant)},
		{Label: l.T("Default"), Value: cmp.Or(spec.Default, l.T("none")), Note: unitWords(l, spec, spec.Default)},
		{Label: l.T("Allowed"), Value: allowed(l, spec)},
	}
}

func settingChoices(spec drift.SettingSpec, chosen string) (out []component.OptionVM) {
	choices := spec.Choices
	if spec.Kind == drift.KindBool {
		choices = []string{"true", "false"}
	}
	for _, c := range choices {
		out = append(out, component.OptionVM{Value: c, Label: c, Selected: c == chosen})
	}
	return out
}

// unitWords is a value in the unit that people think in, "" where there is none.
func unitWords(l lang.Lang, spec drift.SettingSpec, value string) string {
	v, err := strconv.ParseFloat(value, 64)
	switch {
	case err != nil:
	case spec.Unit == "fraction" && !area(spec):
		return l.T("%s, or %s %%", pointWords(l, spec, v), l.Short(v*100, 4))
	case spec.Kind == drift.KindInt && spec.Unit != "":
		return inUnit(l, int64(v), spec.Unit)
	}
	return ""
}

// previewLines says what a change would have changed.
func previewLines(l lang.Lang, p *engine.SettingPreview) []string {
	if p.Before == p.After {
		return []string{l.T("It has this value already: nothing would change but who is named for it.")}
	}
	switch {
	case p.Decides:
		return loopLines(l, p.Loop)
	case p.Recomputes:
		return []string{l.T("What this would have changed in the last 30 days cannot be told from the reports: the checks would have compared other rows. It holds from the next check on.")}
	case !p.Judges:
		return []string{l.T("It decides about no alert and no retrain by itself, so nothing of the last 30 days would have ended otherwise.")}
	}
	a, out := p.Alerts, []string{}
	of := int64(a.Before)
	say := func(n int, line string) {
		if n > 0 {
			out = append(out, line)
		}
	}
	say(a.Gone, l.N(of, "%[2]d of %[1]d alert would not have been raised.", "%[2]d of %[1]d alerts would not have been raised.", a.Gone))
	say(a.New, l.N(int64(a.New), "%d more alert would have been raised.", "%d more alerts would have been raised."))
	say(a.Lower, l.N(of, "%[2]d of %[1]d alert would have had a lower severity.", "%[2]d of %[1]d alerts would have had a lower severity.", a.Lower))
	say(a.Higher, l.N(of, "%[2]d of %[1]d alert would have had a higher severity.", "%[2]d of %[1]d alerts would have had a higher severity.", a.Higher))
	say(a.Quieter, l.N(of, "%[2]d of %[1]d alert would not have interrupted anybody.", "%[2]d of %[1]d alerts would not have interrupted anybody.", a.Quieter))
	say(a.Louder, l.N(of, "%[2]d of %[1]d alert would have interrupted people.", "%[2]d of %[1]d alerts would have interrupted people.", a.Louder))
	if len(out) == 0 {
		out = append(out, l.N(of, "Nothing: all %d alert would have been the same.", "Nothing: all %d alerts would have been the same."))
	}
	out = append(out, l.T("Tried on the numbers of the reports of the last 30 days, each stretch of drift as one alert."))
	if p.Unsaid > 0 {
		out = append(out, l.N(int64(p.Unsaid), "%d report is left out: GUARD_FDR weighs their p against the other checks of the day.",
			"%d reports are left out: GUARD_FDR weighs their p against the other checks of the day."))
	}
	return out
}

// loopLines says what a change would have made of the retrains of the last days.
func loopLines(l lang.Lang, c engine.LoopChange) (out []string) {
	asked, retrains := int64(c.Asked), int64(c.Retrains)
	if c.Gained > 0 {
		out = append(out, l.N(asked, "%[2]d of %[1]d stretch of HIGH or CRITICAL drift would have asked for a retrain, and did not.",
			"%[2]d of %[1]d stretches of HIGH or CRITICAL drift would have asked for a retrain, and did not.", c.Gained))
	}
	if c.Lost > 0 {
		out = append(out, l.N(asked, "%[2]d of %[1]d stretch of HIGH or CRITICAL drift would have asked for no retrain.",
			"%[2]d of %[1]d stretches of HIGH or CRITICAL drift would have asked for no retrain.", c.Lost))
	}
	for _, f := range c.Changed {
		out = append(out, l.N(retrains, "%[2]d of %[1]d retrain: %[3]s; before: %[4]s.", "%[2]d of %[1]d retrains: %[3]s; before: %[4]s.", f.N, l.Said(f.Then), l.Said(f.Was)))
	}
	switch {
	case len(out) > 0:
	case c.Retrains == 0 && c.Asked == 0:
		out = append(out, l.T("Nothing: no model was retrained in the last 30 days, and none asked for it."))
	default:
		out = append(out, l.N(retrains, "Nothing: all %d retrain of the last 30 days would have ended the same.",
			"Nothing: all %d retrains of the last 30 days would have ended the same."))
	}
	return append(out, l.T("Decided anew by what is kept of each retrain and by the outcomes known now. A person's answer stays what it was, and no training is invented."))
}
