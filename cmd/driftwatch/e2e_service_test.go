package main_test

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const trainerSecret = "a secret of forty letters that is not told"

// exampleService runs docs/examples/webhook_trainer.py with the example trainer, and keeps what it says.
func exampleService(t *testing.T) (address string, said func() string) {
	t.Helper()
	examples := filepath.Join(repository(t), "docs", "examples")
	cmd := exec.Command("python3", filepath.Join(examples, "webhook_trainer.py"), "127.0.0.1", "0", "python3", filepath.Join(examples, "trainer.py"))
	cmd.Env = append(os.Environ(), "TRAINER_SECRET="+trainerSecret, "TMPDIR="+t.TempDir())
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(first), "listening on ")
	if err != nil || !ok {
		t.Fatalf("the service says %q, %v", first, err)
	}
	var mu sync.Mutex
	var rest strings.Builder
	read := make(chan struct{})
	go func() {
		defer close(read)
		for {
			line, err := lines.ReadString('\n')
			mu.Lock()
			rest.WriteString(line)
			mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-read
		_ = cmd.Wait()
	})
	return address, func() string {
		mu.Lock()
		defer mu.Unlock()
		return rest.String()
	}
}

// slowService takes jobs and never ends one; it notes what it is asked.
type slowService struct {
	mu       sync.Mutex
	seen     []string
	callback string // of the last job
}

func (s *slowService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, r.Method)
	if r.Method == http.MethodPost {
		if err := r.ParseMultipartForm(1 << 20); err == nil {
			s.callback = r.FormValue("callback_url")
		}
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"job":"slow-1","status_url":"/jobs/slow-1"}`)
		return
	}
	_, _ = io.WriteString(w, `{"state":"running","message":"epoch 1 of 1000000"}`)
}

func (s *slowService) asked(method string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.seen {
		if m == method {
			n++
		}
	}
	return n
}

// callBack calls as a service does, signed with this secret at this time, and returns what is answered.
func callBack(t *testing.T, address, secret, body string, at time.Time) (status int, code, detail string) {
	t.Helper()
	moment := fmt.Sprint(at.Unix())
	sum := hmac.New(sha256.New, []byte(secret))
	_, _ = io.WriteString(sum, moment+"."+body)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Driftwatch-Signature", "t="+moment+",v1="+hex.EncodeToString(sum.Sum(nil)))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var p struct{ Code, Detail string }
	if resp.StatusCode != http.StatusAccepted {
		if err := json.NewDecoder(resp.Body).Decode(&p); err != nil || resp.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%d without problem details: %v", resp.StatusCode, err)
		}
	}
	return resp.StatusCode, p.Code, p.Detail
}

type retrainAnswer struct {
	ID                   int64
	Version              int
	State, Note, Trainer string
}

// approvedRetrain asks for a retrain and approves it.
func approvedRetrain(t *testing.T, base, model, tenant, asker, decider string) (address string) {
	t.Helper()
	var r retrainAnswer
	if code := send(t, base+"/api/v1/models/"+model+"/retrain", asker, `{"tenant":"`+tenant+`","reason":"it guesses"}`, &r); code != 201 {
		t.Fatalf("asked: %d %+v", code, r)
	}
	address = fmt.Sprintf("%s/api/v1/retrains/%d", base, r.ID)
	if code := send(t, address+"/approve", decider, fmt.Sprintf(`{"version":%d,"reason":"go"}`, r.Version), &r); code != 200 {
		t.Fatalf("approved: %d %+v", code, r)
	}
	return address
}

func retrainAt(t *testing.T, address, token string) (r retrainAnswer) {
	t.Helper()
	_, body := get(t, address, token)
	if err := json.Unmarshal(body, &r); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return r
}

// A training service as docs/trainers.md has it: its address and secret from a shell, a whole training by
// the example that ends by its callback; then one that hangs, over a server that is killed, with every
// callback that must change nothing.
func TestTrainingService(t *testing.T) {
	t.Parallel()
	address, said := exampleService(t)
	s := serve(t, freshDir(t), anyPort)
	log := labelled(1000)
	must(t, s.dir, log, "import", "predictions", "--strict", "-")
	must(t, s.dir, strings.NewReplacer(",acme,conflict_predictor,", ",beta,fraud_detector,", "\nr", "\nb").Replace(log), "import", "predictions", "--strict", "-")
	must(t, s.dir, "", "run", "metrics")
	token := func(name, role string) string {
		return strings.TrimSpace(must(t, s.dir, "", "token", "add", name, "--role", role))
	}
	asker, decider, admin := token("asker", "operator"), token("decider", "manager"), token("admin", "admin")

	var p struct{ Detail string }
	req := `{"value":"https://elsewhere.example/","reason":"x"}`
	if code := send(t, s.url+"/api/v1/settings/TRAINER_WEBHOOK_CONFLICT_PREDICTOR", admin, req, &p); code != 403 || !strings.Contains(p.Detail, "where a model's rows are sent") {
		t.Errorf("an administrator sends rows elsewhere: %d %s", code, p.Detail)
	}
	if a := command(t, s.dir, "", "config", "set", "TRAINER_WEBHOOK_CONFLICT_PREDICTOR", "http://192.0.2.1/train", "--reason", "x"); a.code != 1 || !strings.Contains(a.err, "in the clear") {
		t.Errorf("rows in the clear: %d %s", a.code, a.err)
	}
	must(t, s.dir, "", "config", "set", "TRAINER_WEBHOOK_CONFLICT_PREDICTOR", address+"/train?team=a", "--reason", "theirs")
	if a := command(t, s.dir, "", "config", "set", "TRAINER_COMMAND_CONFLICT_PREDICTOR", `["python3"]`, "--reason", "x"); a.code != 1 || !strings.Contains(a.err, "one trainer") {
		t.Errorf("two trainers: %d %s", a.code, a.err)
	}
	told := must(t, s.dir, trainerSecret+"\n", "config", "set", "TRAINER_SECRET_CONFLICT_PREDICTOR", "-", "--reason", "shared")
	told += must(t, s.dir, "", "config", "get", "TRAINER_SECRET_CONFLICT_PREDICTOR") + must(t, s.dir, "", "config", "get", "--json") + must(t, s.dir, "", "config", "history")
	_, settings := get(t, s.url+"/api/v1/settings", admin)
	if told += string(settings); strings.Contains(told, trainerSecret) || strings.Count(told, "set") < 4 {
		t.Errorf("the secret is told: %s", told)
	}

	first := approvedRetrain(t, s.url, "conflict_predictor", "acme", asker, decider)
	until(t, 2*time.Minute, "the service's version serves", func() bool {
		r := retrainAt(t, first, decider)
		if r.State == "failed" || r.State == "refused" {
			t.Fatalf("the retrain ended: %+v", r)
		}
		return r.State == "watching"
	})
	if r := retrainAt(t, first, decider); r.Trainer != "webhook" {
		t.Errorf("trained by %q", r.Trainer)
	}
	until(t, 10*time.Second, "the service called back", func() bool { return strings.Contains(said(), "called back for ") })

	slow := &slowService{}
	there := httptest.NewServer(slow)
	defer there.Close()
	must(t, s.dir, "", "config", "set", "TRAINER_WEBHOOK_FRAUD_DETECTOR", there.URL, "--reason", "theirs")
	must(t, s.dir, trainerSecret+"\n", "config", "set", "TRAINER_SECRET_FRAUD_DETECTOR", "-", "--reason", "shared")
	second := approvedRetrain(t, s.url, "fraud_detector", "beta", asker, decider)
	until(t, time.Minute, "the slow service is asked", func() bool { return slow.asked("GET") > 0 })
	if slow.callback != s.url+"/hooks/trainers/fraud_detector" {
		t.Fatalf("called back at %q", slow.callback)
	}
	now := time.Now()
	call := func(what, address, secret, body string, at time.Time, status int, code, says string) {
		t.Helper()
		if got, c, detail := callBack(t, address, secret, body, at); got != status || c != code || !strings.Contains(detail, says) {
			t.Errorf("%s: %d %s %q, want %d %s %q", what, got, c, detail, status, code, says)
		}
	}
	job := `{"job":"slow-1"}`
	call("a wrong signature", slow.callback, "another secret of some length", job, now, 401, "unauthorized", "signature is wrong")
	call("a stale signature", slow.callback, trainerSecret, job, now.Add(-6*time.Minute), 401, "unauthorized", "five minutes")
	call("a model type without a service", s.url+"/hooks/trainers/churn", trainerSecret, job, now, 401, "unauthorized", "signature is wrong")
	call("no model type", s.url+"/hooks/trainers/"+strings.Repeat("x", 200), trainerSecret, job, now, 401, "unauthorized", "signature is wrong")
	call("an unknown job", slow.callback, trainerSecret, `{"job":"slow-2"}`, now, 404, "not_found", "slow-2")
	call("no job", slow.callback, trainerSecret, `{}`, now, 400, "malformed", "job")
	call("too much", slow.callback, trainerSecret, strings.Repeat(" ", 5000)+job, now, 413, "too_large", "larger")
	call("a callback", slow.callback, trainerSecret, job, now, 202, "", "")
	call("the same callback", slow.callback, trainerSecret, job, now, 409, "conflict", "has been heard")
	if r := retrainAt(t, second, decider); r.State != "training" {
		t.Fatalf("after the callbacks it is %+v", r)
	}

	// Killed and started again, the server asks on for the same job and clears away the folder it left.
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-s.ended
	asked := slow.asked("GET")
	s = serve(t, s.dir, s.addr())
	until(t, time.Minute, "the service is asked on", func() bool { return slow.asked("GET") > asked })
	if n := slow.asked("POST"); n != 1 {
		t.Errorf("the job was sent %d times", n)
	}
	if left, err := filepath.Glob(filepath.Join(s.dir, "trainings", "server-*.lock")); err != nil || len(left) != 1 {
		t.Errorf("folders of servers: %v, %v", left, err)
	}
	r := retrainAt(t, second, decider)
	if code := send(t, second+"/cancel", decider, fmt.Sprintf(`{"version":%d,"reason":"enough"}`, r.Version), &r); code != 200 {
		t.Fatalf("cancelled: %d %+v", code, r)
	}
	until(t, 5*time.Second, "the service is told to stop", func() bool { return slow.asked("DELETE") == 1 })
	call("a callback after the cancellation", slow.callback, trainerSecret, job, time.Now().Add(time.Minute), 409, "conflict", "is cancelled")
	var v struct{ Version string }
	_, body := get(t, s.url+"/api/v1/models/fraud_detector/active?tenant=beta", decider)
	if json.Unmarshal(body, &v) != nil || v.Version != "old" {
		t.Errorf("what serves is touched: %s", body)
	}
	limited := 0
	for range 80 {
		if got, code, _ := callBack(t, slow.callback, "another secret of some length", job, now); got == 429 && code == "too_many" {
			limited++
		}
	}
	if limited < 20 {
		t.Errorf("%d of 80 callbacks were held back", limited)
	}
	if strings.Contains(s.said(), trainerSecret) {
		t.Error("the server's log holds the secret")
	}
	must(t, s.dir, "", "audit", "verify")
}
