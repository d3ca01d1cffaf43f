package webhook_test

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/drift/retrain/webhook"
)

// startExample runs the example service with the example trainer, as docs/trainers.md prints it: beside
// both, while jobs run in folders of their own.
func startExample(t *testing.T) (url string) {
	t.Helper()
	examples, err := filepath.Abs("../../../docs/examples")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "webhook_trainer.py", "127.0.0.1", "0", "python3", "trainer.py")
	cmd.Dir = examples
	cmd.Env = append(os.Environ(), "TRAINER_SECRET="+secret, "TMPDIR="+t.TempDir())
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !ok {
		t.Fatalf("the service says %q, %v", line, err)
	}
	return url
}

func TestExampleInPython(t *testing.T) {
	url := startExample(t)
	job := newJob(t)
	job.Timeout = time.Minute
	var train, holdout strings.Builder
	for i := range 80 {
		to, label := &train, fmt.Sprintf(`,"actual":%t`, i%2 == 0)
		if i >= 40 {
			to, label = &holdout, ""
		}
		fmt.Fprintf(to, `{"prediction_id":"p%d","created_at":"2026-05-01T12:30:00Z","features":{"even":%d}%s}`+"\n", i, (i+1)%2, label)
	}
	for name, text := range map[string]string{
		"description.json": `{"model_type":"fraud_detector"}`, "train.ndjson": train.String(), "holdout.ndjson": holdout.String(),
	} {
		if err := os.WriteFile(filepath.Join(job.Dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tr, err := webhook.New(webhook.Options{URL: url + "/train?team=a", Secret: secret, Poll: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if err := tr.Train(t.Context(), *job); err != nil {
		t.Fatal(err)
	}
	got, err := retrain.ReadPredictions(job.Dir, 40)
	if err != nil || len(got) != 40 {
		t.Fatalf("%d predictions, %v", len(got), err)
	}
	for i, p := range got {
		if p.PredictionID != fmt.Sprint("p", 40+i) || p.Predicted != (i%2 == 0) {
			t.Errorf("line %d is %+v", i+1, p)
		}
	}

	// A second secret is no secret of the service's.
	stranger, err := webhook.New(webhook.Options{URL: url + "/train", Secret: "another"})
	if err != nil {
		t.Fatal(err)
	}
	job.State = nil
	err = stranger.Train(t.Context(), *job)
	if want := "The training service refused POST /train: 401 Unauthorized."; err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}

	// Failing, it says why.
	if err := os.WriteFile(filepath.Join(job.Dir, "train.ndjson"), []byte(`{"features":{},"actual":true}`), 0o600); err != nil {
		t.Fatal(err)
	}
	job.Key, job.State = "retrain-7-2", nil
	err = tr.Train(t.Context(), *job)
	if want := "The training service failed: exit code 1: all training rows have the same label"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
}

func TestExampleRefusesUnsigned(t *testing.T) {
	answer, err := http.Get(startExample(t) + "/jobs/x")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("answered %d, want 401", answer.StatusCode)
	}
}
