package handlers

import (
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/lang"
)

// settingGroups are the titles of the groups of settings.
var settingGroups = map[string]string{
	"Cut-offs": lang.Key("Cut-offs"), "Windows": lang.Key("Windows"), "Guards": lang.Key("Guards"), "Alerts": lang.Key("Alerts"),
	"Retraining": lang.Key("Retraining"), "Validation": lang.Key("Validation"), "Rollback": lang.Key("Rollback"), "Keeping": lang.Key("Keeping"),
}

func settingGroup(l lang.Lang, group string) string {
	if title, ok := settingGroups[group]; ok {
		return l.T(title)
	}
	return group
}

// inUnit is a whole number with the unit of its setting.
func inUnit(l lang.Lang, n int64, unit string) string {
	switch unit {
	case "days":
		return l.N(n, "%d day", "%d days")
	case "hours":
		return l.N(n, "%d hour", "%d hours")
	case "minutes":
		return l.N(n, "%d minute", "%d minutes")
	case "rows":
		return l.N(n, "%d row", "%d rows")
	case "scores":
		return l.N(n, "%d score", "%d scores")
	case "outcomes":
		return l.N(n, "%d outcome", "%d outcomes")
	case "jobs":
		return l.N(n, "%d job", "%d jobs")
	}
	return l.Count(n) + " " + unit
}

// unitNames are the units of whole numbers by themselves.
var unitNames = map[string]string{
	"days": lang.Key("days"), "hours": lang.Key("hours"), "minutes": lang.Key("minutes"), "rows": lang.Key("rows"),
	"scores": lang.Key("scores"), "outcomes": lang.Key("outcomes"), "jobs": lang.Key("jobs"), "MiB": "MiB",
}

// area tells whether a fraction is the area under a curve, which nobody counts in points.
func area(spec drift.SettingSpec) bool { return strings.HasSuffix(spec.Name, "_AUC") }

// pointWords is a fraction in points, "" where it is not counted in points.
func pointWords(l lang.Lang, spec drift.SettingSpec, v float64) string {
	switch n := l.Short(v*100, 4); {
	case area(spec):
		return ""
	case n == "1":
		return l.T("1 point")
	default:
		return l.T("%s points", n)
	}
}

// shellOff says why a setting is changed from a shell alone.
func shellOff(l lang.Lang, spec drift.SettingSpec) string {
	switch spec.Kind {
	case drift.KindURL:
		return l.T("It says where a model's rows are sent, so it is set from a shell (driftwatch config set) or the settings file alone: whoever takes over an account here must not get to decide that.")
	case drift.KindSecret:
		return l.T("It is a secret, so it is set from a shell (driftwatch config set) or the settings file alone: whoever takes over an account here must not get to decide that.")
	case drift.KindInt:
		return l.T("It says how much of this machine a trainer may take, so it is set from a shell (driftwatch config set) or the settings file alone: whoever takes over an account here must not get to decide that.")
	}
	return l.T("It names a program that this machine runs, so it is set from a shell (driftwatch config set) or the settings file alone: whoever takes over an account here must not get to decide that.")
}

// allowed says which values a setting may have.
func allowed(l lang.Lang, spec drift.SettingSpec) string {
	switch spec.Kind {
	case drift.KindBool:
		return l.T("true or false")
	case drift.KindChoice:
		return strings.Join(spec.Choices, ", ")
	case drift.KindKOfM:
		return l.T("k/m, 1/1 to 30/30")
	case drift.KindList:
		return l.T("a JSON list")
	case drift.KindURL:
		return l.T("an https:// address, or http:// on this machine")
	case drift.KindSecret:
		return l.T("16 to 256 characters")
	}
	if spec.Open {
		return l.T("between %s and %s", spec.Min, spec.Max)
	}
	return l.T("%s to %s", spec.Min, spec.Max)
}

// rangeWords says under a field what may be written in it, in the notation of the field.
func rangeWords(l lang.Lang, spec drift.SettingSpec) string {
	switch {
	case spec.Unit == "fraction" && area(spec):
		return l.T("A number from %s.", allowed(l, spec))
	case spec.Unit == "fraction":
		return l.T("A fraction from %s: 0.10 = 10 points = 10 %%.", allowed(l, spec))
	case spec.Kind == drift.KindInt:
		return l.T("A whole number of %s, %s.", l.T(unitNames[spec.Unit]), allowed(l, spec))
	case spec.Kind == drift.KindList:
		return l.T(`A JSON list such as ["acme"]; [] is nobody, ["*"] everybody.`)
	}
	return l.T("Allowed: %s.", allowed(l, spec))
}
