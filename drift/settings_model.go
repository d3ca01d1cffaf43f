package drift

import (
	"fmt"
	"slices"
	"strings"
)

// TypeFlag names the setting that lets a model type retrain by itself.
func TypeFlag(modelType string) string {
	switch modelType {
	case FraudDetector:
		return retrainSwitch + "FRAUD"
	case ConflictPredictor:
		return retrainSwitch + "CONFLICT"
	}
	return retrainSwitch + capitals(modelType)
}

// CommandSetting names the setting that holds the program which trains a model type.
func CommandSetting(modelType string) string { return trainerCommand + capitals(modelType) }

// WebhookSetting names the setting that holds the address of the service which trains a model type.
func WebhookSetting(modelType string) string { return trainerURL + capitals(modelType) }

// SecretSetting names the setting that holds the secret shared with that service.
func SecretSetting(modelType string) string { return trainerSecret + capitals(modelType) }

// TypeSettings names every setting that a model type has of its own.
func TypeSettings(modelType string) []string {
	return []string{TypeFlag(modelType), CommandSetting(modelType), WebhookSetting(modelType), SecretSetting(modelType)}
}

// capitals writes a model type's name as the names of settings are written.
func capitals(modelType string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z':
			return c - 'a' + 'A'
		case c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
			return c
		}
		return '_'
	}, modelType)
}

// OwnSettings refuses to register a model type that would share a setting, and with it a switch, a program
// or a secret, with one of the others.
func OwnSettings(modelType string, others []ModelType) error {
	for _, o := range others {
		if o.Name == modelType {
			continue
		}
		theirs := TypeSettings(o.Name)
		for _, name := range TypeSettings(modelType) {
			if slices.Contains(theirs, name) {
				return Invalid("name", fmt.Sprintf("%q would share the setting %s with the model type %q. Choose a name that differs from it in letters or digits.",
					modelType, name, o.Name))
			}
		}
	}
	return nil
}
