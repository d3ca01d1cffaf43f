package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

func TestReplayReport(t *testing.T) {
	at := time.Date(2026, 2, 3, 3, 0, 0, 0, time.UTC)
	from, _ := drift.ParseDate("2026-01-01")
	res := engine.ReplayResult{
		From: from, To: from.Add(58), Tenant: "acme", Days: 59,
		Months: []drift.ReplayMonth{
			{Month: "2026-01", ReplayCounts: drift.ReplayCounts{Rows: 1000, CorrectWith: 600, CorrectWithout: 600}},
			{Month: "2026-02", ReplayCounts: drift.ReplayCounts{Rows: 1000, CorrectWith: 750, CorrectWithout: 620}},
			{Month: "2026-03"},
		},
		Accuracy: engine.ReplayAccuracy{With: 0.675, Without: 0.61, ReplayCounts: drift.ReplayCounts{Rows: 2000, CorrectWith: 1350, CorrectWithout: 1220}},
		Refused:  map[string]int{"accuracy": 2, "cooldown": 1, "recall": 2},
		Retrains: []engine.ReplayedRetrain{
			{Tenant: "acme", ModelType: "churn", Proposed: at, Severity: drift.SeverityHigh, State: drift.RetrainRefused, Outcome: "refused", Refusals: []string{"cooldown"}},
			{
				Tenant: "acme", ModelType: "churn", Proposed: at, Severity: drift.SeverityCritical, State: drift.RetrainKept, Activated: &at,
				Outcome: "activated and kept", RowsTrain: 1500, RowsHoldout: 500, Holdout: &retrain.Metrics{Accuracy: 0.75, Precision: drift.Undefined(), Recall: 0.5, ROCAUC: 0.8, PRAUC: 0.7},
				Serving: &retrain.Metrics{Accuracy: 0.6},
			},
		},
	}
	file := filepath.Join(t.TempDir(), "report.md")
	if err := writeReplayReport(file, res); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(b), "\u00a0", " ")
	for _, want := range []string{
		"# Replay of acme, 2026-01-01 to 2026-02-28",
		"| with retraining | 0.6750 | 1,350 |", "+6.5 points more often; better in 1 of 3 months, worse in 0.", "](report.svg)",
		"| 2026-02 | 1,000 | 0.750 | 0.620 | +13.0 |", "| 2026-03 | 0 | – | – | – |",
		"| accuracy | 2 |\n| recall | 2 |\n| cooldown | 1 |", "| activated and kept | 1 |",
		"| 2026-02-03 03:00 | acme | churn | HIGH | – | – | – | – | – | – | – | refused: cooldown |",
		"| CRITICAL | 1,500 + 500 | 0.750 | – | 0.500 | 0.800 | 0.700 | 0.600 | activated and kept |",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	if svg, err := os.ReadFile(filepath.Join(filepath.Dir(file), "report.svg")); err != nil || !strings.HasPrefix(string(svg), "<svg ") {
		t.Errorf("the chart: %v, %.40s", err, svg)
	}
	empty, err := replayReport(engine.ReplayResult{From: from, To: from, Days: 1}, "x.svg")
	if err != nil || !strings.Contains(empty, "No row of these days has an outcome") || !strings.Contains(empty, "every tenant") {
		t.Errorf("%v: %s", err, empty)
	}
}
