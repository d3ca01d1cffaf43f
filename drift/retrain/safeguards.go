package retrain

import (
	"fmt"
	"slices"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// The settings that a sentence names.
const (
	settingMaster   = "ENABLE_AUTO_RETRAIN"
	settingCooldown = "RETRAIN_COOLDOWN_DAYS"
	settingRows     = "RETRAIN_MIN_TRAINING_SAMPLES"
)

// SettingTenants names the setting that lists the tenants whose models may retrain by themselves.
const SettingTenants = "AUTO_RETRAIN_ENABLED_TENANTS"

// FlagsInput is what the switches say.
type FlagsInput struct {
	Master   bool     // ENABLE_AUTO_RETRAIN
	Type     bool     // the setting that TypeFlag names
	TypeFlag string   // its name
	Tenant   string   // the name of the model's tenant
	Tenants  []string // AUTO_RETRAIN_ENABLED_TENANTS: nobody where empty, everybody where ["*"]
	Manual   bool
}

// Flags asks whether this model may retrain by itself. A person's request is not asked.
func Flags(in FlagsInput) drift.Safeguard {
	compared := fmt.Sprintf("ENABLE_AUTO_RETRAIN %s, %s %s, AUTO_RETRAIN_ENABLED_TENANTS %s",
		onOff(in.Master), in.TypeFlag, onOff(in.Type), listed(in.Tenants, in.Tenant))
	passed := func(ok bool, detail string) drift.Safeguard {
		return safeguard(drift.SafeguardFlags, ok, compared, detail)
	}
	switch {
	case in.Manual:
		return passed(true, "The switches for automatic retraining are not asked of a manual request.")
	case !in.Master:
		return passed(false, settingMaster+" is off: no model retrains by itself.")
	case !in.Type:
		return passed(false, in.TypeFlag+" is off: this type of model does not retrain by itself.")
	case len(in.Tenants) == 0:
		return passed(false, SettingTenants+" is empty: no tenant's models retrain by themselves.")
	case !slices.Contains(in.Tenants, in.Tenant) && !slices.Equal(in.Tenants, []string{"*"}):
		return passed(false, SettingTenants+" does not name "+in.Tenant+".")
	}
	return passed(true, fmt.Sprintf("%s and %s are on, and %s allows %s.", settingMaster, in.TypeFlag, SettingTenants, in.Tenant))
}

// Cooldown asks whether days have passed since last, the model's last activation or last attempt
// that reached training; zero where there is none. It passes at exactly last + days.
func Cooldown(last time.Time, days int, now time.Time, skip bool) drift.Safeguard {
	if last.IsZero() {
		return safeguard(drift.SafeguardCooldown, true, "no earlier retrain", "This model has not been retrained before.")
	}
	until := last.Add(time.Duration(days) * 24 * time.Hour)
	sign := "≥"
	if now.Before(until) {
		sign = "<"
	}
	compared := fmt.Sprintf("%s since the last %s %s", ago(now.Sub(last)), sign, plural(days, "day"))
	switch {
	case !now.Before(until):
		return safeguard(drift.SafeguardCooldown, true, compared, "The cooldown ended at "+stamp(until)+".")
	case skip:
		return safeguard(drift.SafeguardCooldown, true, compared,
			"The cooldown lasts until "+stamp(until)+", and a manager chose to skip it.")
	}
	return safeguard(drift.SafeguardCooldown, false, compared,
		fmt.Sprintf("The last retrain was at %s: %s keeps the model as it is until %s.", stamp(last), settingCooldown, stamp(until)))
}

// Data asks for enough labelled rows, of both classes.
func Data(rows, positives, negatives, least int) drift.Safeguard {
	compared := rowsAgainst(rows, least)
	passed := func(ok bool, detail string) drift.Safeguard {
		return safeguard(drift.SafeguardData, ok, compared, detail)
	}
	switch {
	case rows < least:
		return passed(false, fmt.Sprintf("%s with an outcome; %s asks for %s.", plural(rows, "row"), settingRows, drift.Thousands(least)))
	case positives <= 0:
		return passed(false, fmt.Sprintf("None of the %s is positive: there is nothing to learn from one class.", plural(rows, "row")))
	case negatives <= 0:
		return passed(false, fmt.Sprintf("None of the %s is negative: there is nothing to learn from one class.", plural(rows, "row")))
	}
	return passed(true, fmt.Sprintf("%s with an outcome, %s positive and %s negative.",
		plural(rows, "row"), drift.Thousands(positives), drift.Thousands(negatives)))
}

// Severity asks whether the drift is bad enough. A person's request is not asked.
func Severity(severity drift.Severity, manual bool) drift.Safeguard {
	name := severity.String()
	if severity == drift.SeverityUnknown {
		name = "not judged"
	}
	compared := name + " against HIGH or CRITICAL"
	passed := func(ok bool, detail string) drift.Safeguard {
		return safeguard(drift.SafeguardSeverity, ok, compared, detail)
	}
	switch {
	case manual:
		return passed(true, "The severity is not asked of a manual request.")
	case severity == drift.SeverityHigh || severity == drift.SeverityCritical:
		return passed(true, "The drift is "+name+".")
	}
	return passed(false, "The drift is "+name+"; only HIGH and CRITICAL lead to a retrain.")
}

// Validation says how the candidate did on the hold-out; nil where it has not been tried yet.
func Validation(v *Verdict) drift.Safeguard {
	if v == nil {
		return drift.Safeguard{
			Name: drift.SafeguardValidation, Compared: "not yet",
			Detail: "Not yet: a candidate is validated after it has been trained.",
		}
	}
	failed := v.Failed()
	compared := fmt.Sprintf("%d of %s passed", len(v.Checks)-len(failed), plural(len(v.Checks), "check"))
	if !v.Passed {
		return safeguard(drift.SafeguardValidation, false, compared, v.Sentence())
	}
	return safeguard(drift.SafeguardValidation, true, compared, v.Sentence())
}

func safeguard(name string, passed bool, compared, detail string) drift.Safeguard {
	return drift.Safeguard{Name: name, Passed: &passed, Compared: compared, Detail: detail}
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

// listed is what a list of tenants says of one of them. What is recorded of a tenant's model is read by
// people of that tenant alone, so it names no other.
func listed(names []string, own string) string {
	switch there := slices.Contains(names, own); {
	case slices.Equal(names, []string{"*"}):
		return "[*]"
	case len(names) == 0:
		return "[]"
	case there && len(names) == 1:
		return "[" + own + "]"
	case there:
		return "[" + own + " and others]"
	}
	return "[others]"
}

// rowsAgainst compares rows with the least number of them.
func rowsAgainst(rows, least int) string {
	n, floor := drift.Thousands(rows), drift.Thousands(least)
	switch {
	case rows == 1 && rows < least:
		return fmt.Sprintf("1 row < %s", floor)
	case rows == 1:
		return fmt.Sprintf("1 row ≥ %s", floor)
	case rows < least:
		return fmt.Sprintf("%s rows < %s", n, floor)
	}
	return fmt.Sprintf("%s rows ≥ %s", n, floor)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return drift.Thousands(n) + " " + noun + "s"
}

// stamp writes a time to the second, which is how exact a cooldown is.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// ago writes how long something took in its largest whole unit.
func ago(d time.Duration) string {
	switch {
	case d >= 24*time.Hour:
		return plural(int(d/(24*time.Hour)), "day")
	case d >= time.Hour:
		return plural(int(d/time.Hour), "hour")
	}
	return plural(int(max(d, 0)/time.Minute), "minute")
}
