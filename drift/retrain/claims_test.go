package retrain

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift"
)

func TestReadClaims(t *testing.T) {
	for text, want := range map[string]map[string]float64{
		`{}`: {}, `{"rows": 900, "accuracy_of_mine": 1, "seed": "x", "fit": {"accuracy": 1}}`: {},
		`{"accuracy": 0.99, "roc_auc": 1, "brier": null, "log_loss": 2e-3}`: {"accuracy": 0.99, "roc_auc": 1, "log_loss": 0.002},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, FileMetrics), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadClaims(dir); err != nil || !maps.Equal(got, want) {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for text, says := range map[string]string{
		``: "is not a JSON object", `null`: "is not a JSON object", `[1]`: "is not a JSON object", `{"accuracy":`: "is not a JSON object", `{"accuracy": NaN}`: "is not a JSON object",
		`{"accuracy": "0.99"}`: "has a wrong accuracy", `{"accuracy": 1e999}`: "has a wrong accuracy", `{"pr_auc": [1]}`: "has a wrong pr_auc",
		`{} {}`: "is not a JSON object", `"` + strings.Repeat("x", LimitMetrics) + `"`: "is larger than 1 MiB",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, FileMetrics), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := ReadClaims(dir); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.30s: %v, %v", text, got, err)
		}
	}
}

func TestFalseClaims(t *testing.T) {
	v := Verdict{Candidate: &Metrics{Accuracy: 0.71, ROCAUC: 0.8, Precision: drift.Undefined()}}
	if list := v.FalseClaims(); len(list) != 0 {
		t.Errorf("nothing was claimed: %q", list)
	}
	v.Claimed = map[string]float64{"accuracy": 0.99, "roc_auc": 0.80004, "precision": 1}
	want := []string{
		"The trainer claims the accuracy 0.9900; on the hold-out, whose outcomes it was not given, it is 0.7100.",
		"The trainer claims the precision 1.0000; on the hold-out it has no value.",
	}
	if list := v.FalseClaims(); !slices.Equal(list, want) {
		t.Errorf("got %q", list)
	}
	if v.Candidate = nil; len(v.FalseClaims()) != 0 {
		t.Error("claims without anything measured")
	}
}
