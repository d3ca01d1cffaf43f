package command_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/drift/retrain/command"
)

// TestExampleInPython runs the worked example of docs/trainers.md as an author would.
func TestExampleInPython(t *testing.T) {
	script, err := filepath.Abs("../../../docs/examples/trainer.py")
	if err != nil {
		t.Fatal(err)
	}
	tr, err := command.New(command.Options{Argv: []string{"python3", script}, Guard: guardCommand()})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	actual := writeFolder(t, dir, 900, 300)
	var lines []string
	err = tr.Train(t.Context(), retrain.Job{
		Dir: dir, Timeout: time.Minute, MemoryBytes: 512 << 20, Progress: func(line string) { lines = append(lines, line) },
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := retrain.ReadPredictions(dir, 300)
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for _, p := range got {
		want, ok := actual[p.PredictionID]
		if !ok {
			t.Fatalf("%s is not a row of the hold-out", p.PredictionID)
		}
		if p.Predicted == want {
			right++
		}
		if p.Predicted != (p.Score >= 0.5) {
			t.Errorf("%+v contradicts itself", p)
		}
	}
	// One label in ten is turned round: nobody can have more than about 270 right.
	if right < 240 || right > 290 {
		t.Errorf("%d of 300 right", right)
	}
	if len(lines) == 0 || lines[len(lines)-1] != "learnt weekend" {
		t.Errorf("progress %q", lines)
	}
	text, err := os.ReadFile(filepath.Join(dir, retrain.FileMetrics))
	if err != nil || !strings.Contains(string(text), `"rows": 900`) {
		t.Errorf("metrics %s, %v", text, err)
	}
}

// writeFolder writes a job whose label depends on a number and a category, and returns the labels
// of the hold-out.
func writeFolder(t *testing.T, dir string, train, holdout int) map[string]bool {
	t.Helper()
	description, err := json.Marshal(retrain.Description{ModelType: "fraud_detector", RowsTrain: train, RowsHoldout: holdout})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	labels := map[string]bool{}
	var files [2]strings.Builder
	for i := range train + holdout {
		amount, channel := r.Float64()*100, []string{"web", "shop", "phone"}[r.IntN(3)]
		label := (amount > 60 && channel != "shop") != (r.IntN(10) == 0)
		id := fmt.Sprint("p", i)
		row := map[string]any{
			"prediction_id": id, "created_at": time.Unix(int64(1_700_000_000+i), 0).UTC(),
			"features": map[string]any{"amount": amount, "channel": channel, "weekend": r.IntN(7) > 4, "note": nil},
		}
		to := &files[1]
		if i < train {
			to, row["actual"] = &files[0], label
		} else {
			labels[id] = label
		}
		line, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		to.Write(append(line, '\n'))
	}
	for name, text := range map[string]string{
		retrain.FileDescription: string(description), retrain.FileTrain: files[0].String(), retrain.FileHoldout: files[1].String(),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return labels
}
