package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

const (
	safeguardsName   = "the five safeguards of 1,000 models"
	safeguardsModels = 1000
	safeguardsLimit  = 100 * time.Millisecond
)

func safeguardsBenches() []bench { return []bench{{safeguardsName, measureSafeguards}} }

// measureSafeguards evaluates what is known of each model, in words too, and decides; every verdict
// and every reason occurs.
func measureSafeguards(_ context.Context, g *ground) ([]Row, error) {
	now := time.Now().UTC()
	var all []time.Duration
	for range g.size(31, 5) {
		decided := map[retrain.Action]int{}
		took, _ := timed(func() error {
			for i := range safeguardsModels {
				in := safeguardsInput(i, now)
				guards := retrain.All(in)
				decided[retrain.Decide(guards, retrain.DecideInput{Severity: in.Severity, RequireApproval: true}).Action]++
			}
			return nil
		})
		if len(decided) < 3 {
			return nil, errors.New("the models are all alike")
		}
		all = append(all, took)
	}
	row := Row{Name: safeguardsName, Ours: millis(median(all)), Note: "on what is known of each, sentences and decision included"}
	return []Row{row.within(millis(safeguardsLimit))}, nil
}

func safeguardsInput(i int, now time.Time) retrain.Input {
	severities := []drift.Severity{drift.SeverityMedium, drift.SeverityHigh, drift.SeverityCritical}
	in := retrain.Input{
		Flags: retrain.FlagsInput{
			Master: true, Type: i%13 != 0, TypeFlag: drift.TypeFlag(drift.FraudDetector), Tenant: fmt.Sprintf("tenant-%d", i%50), Tenants: []string{"*"},
		},
		CooldownDays: 7, Now: now, Rows: 40 + 20*(i%17), MinRows: 100, Severity: severities[i%len(severities)],
	}
	in.Positives = in.Rows / (2 + i%5)
	in.Negatives = in.Rows - in.Positives
	if i%4 > 0 {
		in.Last = now.AddDate(0, 0, -i%20)
	}
	return in
}
