package drift_test

import (
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

func TestTypeFlag(t *testing.T) {
	for model, want := range map[string]string{
		"fraud_detector": "ENABLE_AUTO_RETRAIN_FRAUD", "conflict_predictor": "ENABLE_AUTO_RETRAIN_CONFLICT",
		"churn-model.v2": "ENABLE_AUTO_RETRAIN_CHURN_MODEL_V2", "Größe9": "ENABLE_AUTO_RETRAIN_GR__E9",
		"az-AZ/09": "ENABLE_AUTO_RETRAIN_AZ_AZ_09", "`{@[/:": "ENABLE_AUTO_RETRAIN_______",
	} {
		if got := drift.TypeFlag(model); got != want {
			t.Errorf("%s: %s, want %s", model, got, want)
		}
	}
	if got := drift.CommandSetting("churn-model.v2"); got != "TRAINER_COMMAND_CHURN_MODEL_V2" {
		t.Errorf("its program is named by %s", got)
	}
}

func TestOwnSettings(t *testing.T) {
	others := []drift.ModelType{{Name: drift.FraudDetector}, {Name: drift.ConflictPredictor}, {Name: "churn-a"}, {Name: "Größe"}}
	for name, shares := range map[string]string{
		"churn-a": "", "churn-b": "", "churn": "", "frauds": "", "churna": "",
		"churn_a": "ENABLE_AUTO_RETRAIN_CHURN_A", "Churn A": "ENABLE_AUTO_RETRAIN_CHURN_A", "GrÖße": "ENABLE_AUTO_RETRAIN_GR__E",
		"fraud": "ENABLE_AUTO_RETRAIN_FRAUD", "Conflict": "ENABLE_AUTO_RETRAIN_CONFLICT", "fraud detector": "TRAINER_COMMAND_FRAUD_DETECTOR",
	} {
		err := drift.OwnSettings(name, others)
		if (err == nil) != (shares == "") || err != nil && !strings.Contains(err.Error(), "would share the setting "+shares+" with") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
