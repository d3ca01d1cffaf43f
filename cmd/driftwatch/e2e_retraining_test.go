package main_test

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"
)

// send posts JSON with a token, decodes the answer and returns its status.
func send(t *testing.T, address, token, body string, v any) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatalf("%s: %d %s", address, resp.StatusCode, b)
	}
	return resp.StatusCode
}

// labelled are rows of a conflict predictor that guesses, while one of its features knows nine times
// out of ten.
func labelled(n int) string {
	var b strings.Builder
	b.WriteString("prediction_id,tenant,model_type,model_version,created_at,score,predicted,actual,crowd,colour\n")
	random := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		crowd, actual := random.Float64(), 0
		if (crowd > 0.5) != (random.Float64() < 0.1) {
			actual = 1
		}
		at := time.Now().UTC().Add(-50*24*time.Hour + time.Duration(i)*time.Hour)
		score := random.Float64()
		fmt.Fprintf(&b, "r%d,acme,conflict_predictor,old,%s,%.4f,%t,%d,%.6f,%s\n", i, at.Format(time.RFC3339), score, score >= 0.5,
			actual, crowd, []string{"red", "green"}[random.IntN(2)])
	}
	return b.String()
}

// The whole loop from the shell and the API: asked for, approved, trained by the built-in trainer,
// activated, scored with, judged before its time, rolled back.
func TestRetrainAndRollBack(t *testing.T) {
	t.Parallel()
	s := serve(t, freshDir(t), anyPort)
	log := labelled(1000)
	must(t, s.dir, log, "import", "predictions", "--strict", "-")
	must(t, s.dir, "", "run", "metrics")
	token := func(name, role string) string {
		return strings.TrimSpace(must(t, s.dir, "", "token", "add", name, "--role", role))
	}
	asker, decider := token("asker", "operator"), token("decider", "manager")

	if a := command(t, s.dir, log, "predict", "conflict_predictor", "--tenant", "acme", "-"); a.code != 1 || a.out != "" || !strings.Contains(a.err, "not trained by Driftwatch") {
		t.Errorf("predict with a version trained elsewhere: exit code %d, %q, %q", a.code, a.out, a.err)
	}
	if a := command(t, s.dir, "", "rollback", "conflict_predictor", "--tenant", "acme", "--reason", "x"); a.code != 1 || !strings.Contains(a.err, "nothing to go back to") {
		t.Errorf("rollback of the only version: exit code %d, %q", a.code, a.err)
	}

	var r struct {
		ID               int64
		Version          int
		State, Note      string
		CandidateVersion string `json:"candidate_version"`
	}
	model := s.url + "/api/v1/models/conflict_predictor"
	if code := send(t, model+"/retrain", asker, `{"tenant":"acme","reason":"it guesses"}`, &r); code != 201 || r.State != "waiting_approval" {
		t.Fatalf("asked: %d %+v", code, r)
	}
	retrain := fmt.Sprintf("%s/api/v1/retrains/%d", s.url, r.ID)
	if code := send(t, retrain+"/approve", decider, fmt.Sprintf(`{"version":%d,"reason":"go"}`, r.Version), &r); code != 200 {
		t.Fatalf("approved: %d %+v", code, r)
	}
	until(t, 2*time.Minute, "the new version serves", func() bool {
		_, body := get(t, retrain, decider)
		if err := json.Unmarshal(body, &r); err != nil {
			t.Fatal(err)
		}
		if r.State == "failed" || r.State == "refused" {
			t.Fatalf("the retrain ended: %s", body)
		}
		return r.State == "watching"
	})

	lines := strings.Split(strings.TrimSpace(must(t, s.dir, log, "predict", "conflict_predictor", "--tenant", "acme", "-")), "\n")
	if len(lines) != 1000 {
		t.Fatalf("%d rows were scored", len(lines))
	}
	right := 0
	rows := strings.Split(strings.TrimSpace(log), "\n")[1:]
	for i, line := range lines {
		var p struct {
			ID        string `json:"prediction_id"`
			Score     float64
			Predicted bool
		}
		if err := json.Unmarshal([]byte(line), &p); err != nil || p.ID != fmt.Sprint("r", i) || p.Score < 0 || p.Score > 1 {
			t.Fatalf("row %d: %v %s", i, err, line)
		}
		if p.Predicted == (strings.Split(rows[i], ",")[7] == "1") {
			right++
		}
	}
	if right < 850 {
		t.Errorf("the new version is right about %d of 1000", right)
	}
	out := must(t, s.dir, `{"prediction_id":"a","crowd":0.9}`+"\n"+`{"crowd":0.9}`+"\n", "predict", "conflict_predictor", "--tenant", "acme", "--version", r.CandidateVersion, "--csv", "-")
	if !strings.HasPrefix(out, "prediction_id,score,predicted\na,0.") || !strings.HasSuffix(out, ",1\n") || strings.Count(out, "\n") != 2 {
		t.Errorf("as CSV: %q", out)
	}
	if a := command(t, s.dir, `{"crowd":0.9}`, "predict", "conflict_predictor", "--tenant", "acme", "-"); a.code != 1 || !strings.Contains(a.err, "prediction_id") {
		t.Errorf("a row without a name: exit code %d, %q", a.code, a.err)
	}

	// Nothing is due today; by tomorrow there are too few outcomes to judge by, so it is watched on.
	today := time.Now().UTC()
	for date, n := range map[string]float64{today.AddDate(0, 0, -1).Format(time.DateOnly): 0, today.AddDate(0, 0, 2).Format(time.DateOnly): 1} {
		if got := mustJSON[map[string]any](t, s.dir, "", "run", "watch", "--date", date); got["watches"] != n {
			t.Errorf("watches by %s: %v", date, got)
		}
	}

	rollback := []string{"rollback", "conflict_predictor", "--tenant", "acme", "--reason", "worse in the halls"}
	if out := must(t, s.dir, "", append(rollback, "--dry-run")...); !strings.Contains(out, "would be rolled back from version "+r.CandidateVersion+" to old") {
		t.Errorf("preview: %s", out)
	}
	var v struct{ Version string }
	_, body := get(t, model+"/active?tenant=acme", decider)
	if err := json.Unmarshal(body, &v); err != nil || v.Version != r.CandidateVersion {
		t.Errorf("a preview changed what serves: %s", body)
	}
	if out := must(t, s.dir, "", rollback...); !strings.Contains(out, "was rolled back from version "+r.CandidateVersion+" to old") {
		t.Errorf("rolled back: %s", out)
	}
	if _, body = get(t, model+"/active?tenant=acme", decider); json.Unmarshal(body, &v) != nil || v.Version != "old" {
		t.Errorf("after the rollback %s serves", body)
	}
	if _, body = get(t, retrain, decider); json.Unmarshal(body, &r) != nil || r.State != "rolled_back" {
		t.Errorf("the retrain: %s", body)
	}
	resume := []string{"resume", "conflict_predictor", "--tenant", "acme", "--reason", "understood"}
	must(t, s.dir, "", resume...)
	if a := command(t, s.dir, "", resume...); a.code != 1 || !strings.Contains(a.err, "not paused") {
		t.Errorf("resumed twice: exit code %d, %q", a.code, a.err)
	}
	must(t, s.dir, "", "audit", "verify")
}

// The emergency stop from a shell reaches the API, holds across a restart and is lifted from a shell.
func TestStopRetraining(t *testing.T) {
	t.Parallel()
	dir := freshDir(t)
	must(t, dir, labelled(200), "import", "predictions", "-")
	must(t, dir, "", "stop-retraining", "--reason", "the labels are wrong")
	s := serve(t, dir, anyPort)
	manager := strings.TrimSpace(must(t, s.dir, "", "token", "add", "m", "--role", "manager"))
	var p struct{ Detail, Winner string }
	if code := send(t, s.url+"/api/v1/models/conflict_predictor/retrain", manager, `{"tenant":"acme","reason":"x"}`, &p); code != 409 ||
		!strings.Contains(p.Detail, "the labels are wrong") || !strings.HasPrefix(p.Winner, "shell") {
		t.Errorf("while it is stopped: %d %+v", code, p)
	}
	if a := command(t, s.dir, "", "stop-retraining", "--reason", "again"); a.code != 1 || !strings.Contains(a.err, "Retraining is stopped") {
		t.Errorf("stopped twice: exit code %d, %q", a.code, a.err)
	}
	must(t, s.dir, "", "resume-retraining", "--reason", "mended")
	if a := command(t, s.dir, "", "resume-retraining", "--reason", "mended"); a.code != 1 {
		t.Errorf("resumed twice: exit code %d, %q", a.code, a.err)
	}
	if code := send(t, s.url+"/api/v1/models/conflict_predictor/retrain", manager, `{"tenant":"acme","reason":"x"}`, &p); code != 201 {
		t.Errorf("after it: %d %+v", code, p)
	}
	for _, args := range [][]string{{"stop-retraining"}, {"rollback", "conflict_predictor", "--tenant", "acme"}, {"rollback", "--reason", "x"}} {
		if a := command(t, s.dir, "", args...); a.code != 2 {
			t.Errorf("%v: exit code %d", args, a.code)
		}
	}
}

// Each model type has settings of its own; one that nothing would read is refused.
func TestConfigOfModelTypes(t *testing.T) {
	t.Parallel()
	s := serve(t, freshDir(t), anyPort)
	must(t, s.dir, "", "model", "add", "churn")
	must(t, s.dir, "", "config", "set", "ENABLE_AUTO_RETRAIN_CHURN", "true", "--reason", "pilot")
	must(t, s.dir, "", "config", "set", "TRAINER_COMMAND_CHURN", `["python3", "/srv/train.py"]`, "--reason", "ours")
	all := mustJSON[map[string]map[string]any](t, s.dir, "", "config", "get")
	if all["ENABLE_AUTO_RETRAIN_CHURN"]["value"] != "true" || all["TRAINER_COMMAND_CHURN"]["value"] != `["python3","/srv/train.py"]` ||
		all["MIN_SCORES"]["value"] != "30" {
		t.Errorf("config get: %v", all)
	}
	if got := must(t, s.dir, "", "config", "get", "TRAINER_COMMAND_FRAUD_DETECTOR"); got != "[]\n" {
		t.Errorf("one that is not set: %q", got)
	}
	for _, name := range []string{"ENABLE_AUTO_RETRAIN_CHRUN", "ENABLE_AUTO_RETRAIN_FRAUD_DETECTOR", "TRAINER_COMMAND_FRAUD"} {
		if a := command(t, s.dir, "", "config", "set", name, "true"); a.code != 1 {
			t.Errorf("%s: exit code %d, %q", name, a.code, a.out)
		}
	}
	must(t, s.dir, "", "config", "set", "TRAINER_COMMAND_CHURN", "--reset", "--reason", "back")
	if all := mustJSON[map[string]map[string]any](t, s.dir, "", "config", "get"); all["TRAINER_COMMAND_CHURN"] != nil {
		t.Errorf("taken back: %v", all["TRAINER_COMMAND_CHURN"])
	}
}
