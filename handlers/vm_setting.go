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
	"github.com/driftwatch/driftwatch/views/format"
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
func settingOff(a settingAsked, by drift.Actor) string {
	switch {
	case a.spec.Shell:
		return "It " + a.spec.ShellWhy() + ", so it is set from a shell (driftwatch config set) or the settings file alone: whoever takes over an account here must not get to decide that."
	case !by.Role.AtLeast(drift.RoleAdmin):
		return "An administrator can change it."
	case a.scope == 0 && !by.AllTenants:
		return "You see some tenants only, so you can change it for one of those, not for every tenant."
	}
	return ""
}

func settingEditVM(d drift.SettingsData, by drift.Actor, a settingAsked, preview *engine.SettingPreview) page.SettingEditVM {
	spec, value := a.spec, d.Settings.Text(a.spec.Name)
	v := page.SettingEditVM{
		Name: spec.Name, Help: spec.Help, Whose: "every tenant without a value of its own", Tenant: a.tenant, Back: "/settings",
		Action: "/settings/" + spec.Name, Facts: settingFacts(d, by, a), Off: settingOff(a, by),
	}
	if spec.Global {
		v.Whose = "every tenant"
	}
	if a.tenant != "" {
		v.Whose, v.Back = a.tenant, tenantSettingsHref(a.tenant)
	}
	chosen := value
	if a.tries && !a.below {
		chosen = a.value
	}
	problem := map[bool]string{true: a.wrong}[a.field == "value"]
	if options := settingChoices(spec, chosen); options != nil {
		v.Choices = &component.SelectVM{ID: "value", Name: "value", Label: "New value", Options: options, Problem: problem}
	}
	v.Value = component.FieldVM{ID: "value", Name: "value", Label: "New value", Value: chosen, Hint: rangeWords(spec), Problem: problem, Must: true, Plain: true, Max: 1000}
	own := drift.FromGlobal
	if a.tenant != "" {
		own = drift.FromTenant
	}
	if d.Settings.Origin(spec.Name) == own {
		v.Below = map[bool]string{true: "the value for every tenant", false: "the file's or the default"}[a.tenant != ""]
	}
	if preview != nil {
		v.Preview = &page.SettingPreviewVM{
			Before: preview.Before, BeforeWords: unitWords(spec, preview.Before), After: preview.After, AfterWords: unitWords(spec, preview.After),
			Back: a.below, Lines: previewLines(preview),
			Reason: component.FieldVM{ID: "reason", Name: "reason", Label: "Reason", Value: a.reason, Problem: map[bool]string{true: a.wrong}[a.field == "reason"], Lines: 2, Must: true, Max: maxReason},
		}
	}
	for _, c := range d.History {
		v.History = append(v.History, settingChangeVM(c, a, by, d.Tenants, v.Off == ""))
	}
	return v
}

func settingChangeVM(c drift.SettingChange, a settingAsked, by drift.Actor, seen []drift.Tenant, may bool) page.SettingChangeVM {
	v := page.SettingChangeVM{Old: "nothing", New: "nothing", Scope: "every tenant", By: c.By, Why: c.Reason, At: c.At}
	if c.Old != nil {
		v.Old = shownValue(c.Name, *c.Old, by, seen)
	}
	if c.New != nil {
		v.New = shownValue(c.Name, *c.New, by, seen)
		if may && c.Scope == a.scope {
			v.Take = settingHref(c.Name, a.tenant, url.Values{"value": {*c.New}})
		}
	}
	if c.Scope != 0 {
		v.Scope = c.Tenant
	}
	return v
}

func settingFacts(d drift.SettingsData, by drift.Actor, a settingAsked) []component.FactVM {
	spec, value := a.spec, d.Settings.Text(a.spec.Name)
	return []component.FactVM{
		{Label: "In force", Value: cmp.Or(shownValue(spec.Name, value, by, d.Tenants), "none"), Note: unitWords(spec, value)},
		{Label: "Comes from", Value: originWords(d.Settings.Origin(spec.Name), a.tenant)},
		{Label: "Default", Value: cmp.Or(spec.Default, "none"), Note: unitWords(spec, spec.Default)},
		{Label: "Allowed", Value: allowed(spec)},
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
func unitWords(spec drift.SettingSpec, value string) string {
	v, err := strconv.ParseFloat(value, 64)
	switch {
	case err != nil:
	case spec.Unit == "fraction":
		return pointWords(spec, v, ", or "+format.Short(v*100, 4)+" %")
	case spec.Kind == drift.KindInt && spec.Unit != "":
		return format.Count(int64(v)) + " " + spec.Unit
	}
	return ""
}

// area tells whether a fraction is the area under a curve, which nobody counts in points.
func area(spec drift.SettingSpec) bool { return strings.HasSuffix(spec.Name, "_AUC") }

// pointWords is a fraction in points and more, "" where it is not counted in points.
func pointWords(spec drift.SettingSpec, v float64, more string) string {
	n := format.Short(v*100, 4)
	switch {
	case area(spec):
		return ""
	case n == "1":
		return "1 point" + more
	}
	return n + " points" + more
}

func allowed(spec drift.SettingSpec) string {
	switch spec.Kind {
	case drift.KindBool:
		return "true or false"
	case drift.KindChoice:
		return strings.Join(spec.Choices, ", ")
	case drift.KindKOfM:
		return "k/m, 1/1 to 30/30"
	case drift.KindList:
		return "a JSON list"
	case drift.KindURL:
		return "an https:// address, or http:// on this machine"
	case drift.KindSecret:
		return "16 to 256 characters"
	}
	if spec.Open {
		return "between " + spec.Min + " and " + spec.Max
	}
	return spec.Min + " to " + spec.Max
}

// rangeWords says under a field what may be written in it.
func rangeWords(spec drift.SettingSpec) string {
	switch {
	case spec.Unit == "fraction" && area(spec):
		return "A number from " + allowed(spec) + "."
	case spec.Unit == "fraction":
		return "A fraction from " + allowed(spec) + ": 0.10 = 10 points = 10 %."
	case spec.Kind == drift.KindInt:
		return "A whole number of " + spec.Unit + ", " + allowed(spec) + "."
	case spec.Kind == drift.KindList:
		return `A JSON list such as ["acme"]; [] is nobody, ["*"] everybody.`
	}
	return "Allowed: " + allowed(spec) + "."
}

// previewLines says what a change would have changed.
func previewLines(p *engine.SettingPreview) []string {
	if p.Before == p.After {
		return []string{"It has this value already: nothing would change but who is named for it."}
	}
	switch {
	case p.Decides:
		return loopLines(p.Loop)
	case p.Recomputes:
		return []string{"What this would have changed in the last 30 days cannot be told from the reports: the checks would have compared other rows. It holds from the next check on."}
	case !p.Judges:
		return []string{"It decides about no alert and no retrain by itself, so nothing of the last 30 days would have ended otherwise."}
	}
	a, out := p.Alerts, []string{}
	say := func(n int, of int, what string) {
		if n > 0 {
			out = append(out, fmt.Sprintf("%d of %s %s.", n, format.Plural(int64(of), "alert", "alerts"), what))
		}
	}
	say(a.Gone, a.Before, "would not have been raised")
	if a.New > 0 {
		out = append(out, format.Plural(int64(a.New), "more alert", "more alerts")+" would have been raised.")
	}
	say(a.Lower, a.Before, "would have had a lower severity")
	say(a.Higher, a.Before, "would have had a higher severity")
	say(a.Quieter, a.Before, "would not have interrupted anybody")
	say(a.Louder, a.Before, "would have interrupted people")
	if len(out) == 0 {
		out = append(out, fmt.Sprintf("Nothing: all %s would have been the same.", format.Plural(int64(a.Before), "alert", "alerts")))
	}
	out = append(out, "Tried on the numbers of the reports of the last 30 days, each stretch of drift as one alert.")
	if p.Unsaid > 0 {
		out = append(out, format.Plural(int64(p.Unsaid), "report is", "reports are")+" left out: GUARD_FDR weighs their p against the other checks of the day.")
	}
	return out
}

// loopLines says what a change would have made of the retrains of the last days.
func loopLines(l engine.LoopChange) (out []string) {
	if l.Gained > 0 {
		out = append(out, fmt.Sprintf("%d of %s of HIGH or CRITICAL drift would have asked for a retrain, and did not.", l.Gained, format.Plural(int64(l.Asked), "stretch", "stretches")))
	}
	if l.Lost > 0 {
		out = append(out, fmt.Sprintf("%d of %s of HIGH or CRITICAL drift would have asked for no retrain.", l.Lost, format.Plural(int64(l.Asked), "stretch", "stretches")))
	}
	for _, c := range l.Changed {
		out = append(out, fmt.Sprintf("%d of %s: %s; before: %s.", c.N, format.Plural(int64(l.Retrains), "retrain", "retrains"), c.Then, c.Was))
	}
	switch {
	case len(out) > 0:
	case l.Retrains == 0 && l.Asked == 0:
		out = append(out, "Nothing: no model was retrained in the last 30 days, and none asked for it.")
	default:
		out = append(out, fmt.Sprintf("Nothing: all %s of the last 30 days would have ended the same.", format.Plural(int64(l.Retrains), "retrain", "retrains")))
	}
	return append(out, "Decided anew by what is kept of each retrain and by the outcomes known now. A person's answer stays what it was, and no training is invented.")
}
