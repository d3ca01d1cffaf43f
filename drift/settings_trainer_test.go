package drift_test

import (
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

func TestAddressesAndSecretsOfTrainers(t *testing.T) {
	for _, c := range []struct {
		name, value string
		says        string // of the refusal; "" where it is taken
	}{
		{"TRAINER_WEBHOOK_CHURN", "https://trainer.example/train?team=a", ""},
		{"TRAINER_WEBHOOK_CHURN", "http://127.0.0.1:8090/train", ""},
		{"TRAINER_WEBHOOK_CHURN", "http://[::1]/", ""},
		{"TRAINER_WEBHOOK_CHURN", "http://localhost/", ""},
		{"TRAINER_WEBHOOK_CHURN", "", ""},
		{"TRAINER_WEBHOOK_CHURN", "http://trainer.example/", "in the clear"},
		{"TRAINER_WEBHOOK_CHURN", "http://10.0.0.1/", "in the clear"},
		{"TRAINER_WEBHOOK_CHURN", "http://localhost.example/", "in the clear"},
		{"TRAINER_WEBHOOK_CHURN", "file:///etc/passwd", "is such as"},
		{"TRAINER_WEBHOOK_CHURN", "ftp://trainer.example/", "begins with https://"},
		{"TRAINER_WEBHOOK_CHURN", "https://me:word@trainer.example/", "name and password"},
		{"TRAINER_WEBHOOK_CHURN", "https://trainer.example/#part", "what follows the #"},
		{"TRAINER_SECRET_CHURN", "0123456789abcdef", ""},
		{"TRAINER_SECRET_CHURN", "0123456789abcde", "16 to 256"},
		{"TRAINER_SECRET_CHURN", "", "16 to 256"},
		{"TRAINER_SECRET_CHURN", "0123456789abcde\x00", "of ASCII alone"},
		{"TRAINER_SECRET_CHURN", strings.Repeat("x", 257), "16 to 256"},
	} {
		spec, ok := drift.SettingNamed(c.name)
		if !ok || !spec.Shell || !spec.Global || spec.ShellWhy() == "" {
			t.Fatalf("%s: %+v", c.name, spec)
		}
		got, err := spec.Normalise(c.value)
		if c.says == "" {
			if err != nil || got != c.value {
				t.Errorf("%s %q: %q, %v", c.name, c.value, got, err)
			}
			continue
		}
		if drift.CodeOf(err) != drift.CodeInvalid || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s %q: %v, want %q", c.name, c.value, err, c.says)
		} else if spec.Kind == drift.KindSecret && c.value != "" && strings.Contains(err.Error(), c.value) {
			t.Errorf("the refusal repeats the secret: %v", err)
		}
	}
	if spec, _ := drift.SettingNamed("TRAINER_COMMAND_CHURN"); !strings.Contains(spec.ShellWhy(), "program") {
		t.Errorf("a program: %q", spec.ShellWhy())
	}
	for name, shell := range map[string]bool{"TRAINER_MEMORY_MIB": true, "TRAINER_TIMEOUT_MINUTES": true, "MAX_CONCURRENT_RETRAIN_JOBS": false} {
		spec, _ := drift.SettingNamed(name)
		if !spec.Global || spec.Shell != shell || strings.Contains(spec.ShellWhy(), "of this machine") != shell {
			t.Errorf("%s: %+v, %q", name, spec, spec.ShellWhy())
		}
	}
	if spec, _ := drift.SettingNamed("MIN_SCORES"); spec.ShellWhy() != "" {
		t.Errorf("a number: %q", spec.ShellWhy())
	}
}

func TestAModelTypeHasOneTrainer(t *testing.T) {
	with := func(pairs ...string) error {
		values := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			values[pairs[i]] = pairs[i+1]
		}
		return drift.NewSettings(drift.SettingLayer{Origin: drift.FromFile, Values: values}).CheckTogether()
	}
	if err := with("TRAINER_COMMAND_A", `["x"]`, "TRAINER_WEBHOOK_B", "https://b.example/"); err != nil {
		t.Errorf("of two types: %v", err)
	}
	if err := with("TRAINER_COMMAND_A", `[]`, "TRAINER_WEBHOOK_A", "https://a.example/"); err != nil {
		t.Errorf("no program: %v", err)
	}
	err := with("TRAINER_COMMAND_A", `["x"]`, "TRAINER_WEBHOOK_A", "https://a.example/")
	if drift.CodeOf(err) != drift.CodeInvalid || !strings.Contains(err.Error(), "one trainer") {
		t.Errorf("both: %v", err)
	}
}
