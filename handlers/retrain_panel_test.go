package handlers

import (
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/views/lang"
)

// TestWouldRetrain: the panel of retraining answers its own question by the first reason that holds.
func TestWouldRetrain(t *testing.T) {
	at := time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC)
	halt := &drift.Halt{By: "mia", Since: at}
	type given struct {
		severity drift.Severity
		off      bool
		rows     int
		declined bool
		pause    *drift.Pause
		halt     *drift.Halt
		state    drift.RetrainState
	}
	high := given{severity: drift.SeverityHigh, rows: 200}
	with := func(change func(*given)) given { g := high; change(&g); return g }
	for name, c := range map[string]struct {
		given
		says string
	}{
		"high":         {high, "Yes: the next check that finds the drift starts a countdown of"},
		"critical":     {with(func(g *given) { g.severity = drift.SeverityCritical }), "No: a manager decides, because the drift is CRITICAL."},
		"medium":       {with(func(g *given) { g.severity = drift.SeverityMedium }), "No. The drift is MEDIUM; only HIGH and CRITICAL"},
		"nothing open": {with(func(g *given) { g.severity = drift.SeverityNone }), "No: no drift that a check found is still there."},
		"off":          {with(func(g *given) { g.off = true; g.severity = drift.SeverityNone }), "No: it is switched off. ENABLE_AUTO_RETRAIN is off"},
		"few rows":     {with(func(g *given) { g.rows = 3 }), "No. 3 rows with an outcome"},
		"declined":     {with(func(g *given) { g.declined = true }), "No: a person said no to it"},
		"paused":       {with(func(g *given) { g.pause = &drift.Pause{By: "bob", Reason: "Odd.", Since: at} }), "No: it is paused by bob since"},
		"stopped":      {with(func(g *given) { g.halt = halt; g.pause = &drift.Pause{} }), "No: mia stopped all retraining on"},
		"under way":    {with(func(g *given) { g.halt = halt; g.state = drift.RetrainTraining }), "Retrain 12 is under way: training."},
		"one has been": {with(func(g *given) { g.state = drift.RetrainFailed }), "Yes: "},
	} {
		guards := retrain.All(retrain.Input{
			Flags: retrain.FlagsInput{Master: !c.off, Type: true, Tenant: "acme", Tenants: []string{"*"}},
			Now:   at, Rows: c.rows, Positives: 1, Negatives: c.rows - 1, MinRows: 100, Severity: c.severity,
		})
		s := drift.Retraining{Worst: c.severity, Declined: c.declined, Pause: c.pause, Settings: drift.NewSettings()}
		if c.state != "" {
			s.Retrain = &drift.Retrain{ID: 12, State: c.state}
		}
		var said strings.Builder
		for _, piece := range wouldRetrain(lang.English, s, c.halt, guards) {
			said.WriteString(piece.Text)
		}
		if !strings.HasPrefix(said.String(), c.says) {
			t.Errorf("%s: %q, want %q", name, said.String(), c.says)
		}
	}
}
