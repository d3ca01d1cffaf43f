package drift

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The families of settings that say whether a model type retrains by itself, and who trains it. The secret's name does not begin with
// the URL's: a model type called "secret_x" would then own the secret of "x".
const (
	retrainSwitch  = "ENABLE_AUTO_RETRAIN_"
	trainerCommand = "TRAINER_COMMAND_"
	trainerURL     = "TRAINER_WEBHOOK_"
	trainerSecret  = "TRAINER_SECRET_"
)

// SecretSet is what stands wherever a secret is: that there is one.
const SecretSet = "set"

// Bounds of a secret, in characters. Below 16 it could be guessed from one signature.
const (
	minSecret = 16
	maxSecret = 256
)

func secretSetting(name string) bool { return strings.HasPrefix(name, trainerSecret) }

// Secret returns a secret, "" where there is none or where it was read by somebody who may not know
// it. Whatever else is asked for a secret says only that it is set.
func (s Settings) Secret(name string) string {
	if v := s.values[name]; v != SecretSet {
		return v
	}
	return ""
}

// ShellWhy says what a setting decides that a browser must not, "" where pages may change it.
func (spec SettingSpec) ShellWhy() string {
	switch {
	case !spec.Shell:
		return ""
	case spec.Kind == KindURL:
		return "says where a model's rows are sent"
	case spec.Kind == KindSecret:
		return "is a secret"
	case spec.Kind == KindInt:
		return "says how much of this machine a trainer may take"
	}
	return "names a program that this machine runs"
}

// checkSecret says what is wrong with a secret without repeating it.
func (spec SettingSpec) checkSecret(v string) error {
	if len(v) < minSecret || len(v) > maxSecret {
		return Invalid("value", fmt.Sprintf("%s needs %d to %d characters.", spec.Name, minSecret, maxSecret))
	}
	if strings.ContainsFunc(v, func(c rune) bool { return c < ' ' || c > '~' }) {
		return Invalid("value", spec.Name+" may hold letters, digits and signs of ASCII alone.")
	}
	return nil
}

// serviceURL says what is wrong with the address of a training service, "" where nothing is. Rows of
// customers do not cross a network in the clear.
func serviceURL(v string) string {
	if v == "" {
		return ""
	}
	clear, err := CheckWebhookURL(v)
	switch {
	case err != nil:
		return strings.TrimSuffix(lower(err.Error()), ".")
	case clear != "":
		return "rows would cross the network in the clear; use https://, or http:// to this machine itself"
	}
	return ""
}

func lower(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// oneTrainer refuses a model type that both a program and a service would train.
func (s Settings) oneTrainer() error {
	for _, name := range slices.Sorted(maps.Keys(s.values)) {
		who, ok := strings.CutPrefix(name, trainerCommand)
		if ok && len(s.List(name)) > 0 && s.values[trainerURL+who] != "" {
			return Invalid("value", fmt.Sprintf("Both %s and %s%s are set: a model type has one trainer. Take one of them back first.", name, trainerURL, who))
		}
	}
	return nil
}
