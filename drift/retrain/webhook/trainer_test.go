package webhook_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/drift/retrain/webhook"
)

// TestOverTheNetwork is one whole training over real connections.
func TestOverTheNetwork(t *testing.T) {
	s := newService(t)
	server := httptest.NewServer(s)
	defer server.Close()
	s.status = func(w http.ResponseWriter, _ int) {
		answer(200, strings.ReplaceAll(done, "http://trainer.example", server.URL))(w)
	}
	tr, err := webhook.New(webhook.Options{URL: server.URL + "/train", Secret: secret})
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	job := newJob(t)
	if err := tr.Train(t.Context(), *job); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"artifact": "the model", "predictions.ndjson": `{"prediction_id":"p3","score":0.5,"predicted":true}`, "metrics.json": `{"rows":2}`,
	} {
		if got, err := os.ReadFile(filepath.Join(job.Dir, name)); string(got) != want {
			t.Errorf("%s is %q (%v), want %q", name, got, err, want)
		}
	}
	if s.parts["train"] != "train rows\n" || s.parts["holdout"] != "holdout rows\n" || s.parts["description"] != `{"key":"retrain-7-1"}` {
		t.Errorf("the service received %q", s.parts)
	}
	if string(job.State) != fmt.Sprintf(`{"job":"j1","status_url":"%s/jobs/j1"}`, server.URL) {
		t.Errorf("kept %s", job.State)
	}
	left, _ := os.ReadDir(job.Dir)
	if len(left) != 6 {
		t.Errorf("%d files in the folder, want six: %v", len(left), left)
	}
}

func TestProgressAndPolling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		s.status = func(w http.ResponseWriter, question int) {
			if question < 4 {
				answer(200, fmt.Sprintf(`{"state":"running","message":"epoch\u0007 %d"}`, question))(w)
				return
			}
			answer(200, done)(w)
		}
		job := newJob(t)
		var lines []string
		job.Progress = func(line string) { lines = append(lines, line) }
		start := time.Now()
		if err := s.trainer(t).Train(t.Context(), *job); err != nil {
			t.Fatal(err)
		}
		if want := []string{"epoch 1", "epoch 2", "epoch 3"}; !slices.Equal(lines, want) {
			t.Errorf("shown %q, want %q", lines, want)
		}
		if took := time.Since(start); took != 30*time.Second {
			t.Errorf("took %v, want three pauses of 10 s", took)
		}
		if s.parts["callback_url"] != "https://watch.example/trained/7" {
			t.Errorf("told to call %q", s.parts["callback_url"])
		}
	})
}

func TestFailuresAreSentences(t *testing.T) {
	status := func(code int, text string) func(*service) {
		return func(s *service) { s.status = func(w http.ResponseWriter, _ int) { answer(code, text)(w) } }
	}
	submit := func(code int, text string) func(*service) { return func(s *service) { s.submit = answer(code, text) } }
	for name, c := range map[string]struct {
		set  func(*service)
		want string
	}{
		"refused":        {submit(422, "no such model type"), "The training service refused POST /train: 422 Unprocessable Entity. no such model type"},
		"not accepted":   {submit(202, "thanks"), "The training service's answer names no job and status_url."},
		"redirected":     {submit(307, ""), "The training service redirects to another place, which is not followed."},
		"foreign status": {submit(202, `{"job":"j1","status_url":"http://169.254.169.254/"}`), "The training service's status_url is not of its own origin http://trainer.example."},
		"other scheme":   {submit(202, `{"job":"j1","status_url":"https://trainer.example/jobs/j1"}`), "The training service's status_url is not of its own origin http://trainer.example."},
		"failed":         {status(200, `{"state":"failed","message":"out of\n disk"}`), "The training service failed: out of  disk"},
		"failed mutely":  {status(200, `{"state":"failed"}`), "The training service failed: it gives no reason."},
		"forgotten":      {status(404, ""), "The training service does not know /jobs/j1 (404 Not Found)."},
		"not JSON":       {status(200, "<html>"), "The training service's status is not the JSON object it should be."},
		"strange state":  {status(200, `{"state":"queued"}`), `The training service answers the unknown state "queued"; running, done and failed are known.`},
		"large status":   {status(200, strings.Repeat("x", 2<<20)), "The training service's answer is larger than 1088 KiB."},
		"no artefact":    {status(200, `{"state":"done","predictions_url":"/p"}`), "The training service's answer lacks artifact_url."},
		"foreign artefact": {
			status(200, `{"state":"done","artifact_url":"//other.example/a","predictions_url":"/p"}`),
			"The training service's artifact_url is not of its own origin http://trainer.example.",
		},
		"large artefact": {func(s *service) { s.artifact = answer(200, strings.Repeat("x", 64<<20+1)) }, "The training service's artifact is larger than 64 MiB."},
		"always down":    {status(503, ""), "The training service did not finish within 2 hours. It failed last with: GET http://trainer.example/jobs/j1 answered 503 Service Unavailable"},
		"never done":     {status(200, `{"state":"running"}`), "The training service did not finish within 2 hours."},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newService(t)
				c.set(s)
				job := newJob(t)
				err := s.trainer(t).Train(t.Context(), *job)
				if err == nil || err.Error() != c.want {
					t.Errorf("got %v, want %q", err, c.want)
				}
				if _, err := os.Stat(filepath.Join(job.Dir, "artifact")); err == nil {
					t.Error("an artefact was left")
				}
			})
		})
	}
}

func TestCancelledJobIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		s.status = func(w http.ResponseWriter, _ int) { answer(200, `{"state":"running"}`)(w) }
		tr := s.trainer(t)
		ctx, cancel := context.WithCancelCause(t.Context())
		job := newJob(t)
		ended := make(chan error)
		go func() { ended <- tr.Train(ctx, *job) }()
		synctest.Wait()
		reason := errors.New("a manager said so")
		cancel(reason)
		if err := <-ended; !errors.Is(err, reason) {
			t.Errorf("got %v", err)
		}
		want := []string{"POST /train", "GET /jobs/j1", "DELETE /jobs/j1"}
		if got := s.requests(); !slices.Equal(got, want) {
			t.Errorf("requests %q, want %q", got, want)
		}
		// Called back after the end: right, and without effect.
		if err := call(tr, callback(`{"job":"j1"}`, time.Now()), `{"job":"j1"}`); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if got := s.requests(); !slices.Equal(got, want) {
			t.Errorf("requests after the end: %q", got)
		}
	})
}

// TestNoForeignAddressIsTold cancels while the service's answer is being read, which names an address of
// another origin: a cancellation is told to no address that was not checked.
func TestNoForeignAddressIsTold(t *testing.T) {
	for name, text := range map[string]string{
		"bad name":       `{"job":"j\u0007","status_url":"http://elsewhere.example/jobs/j1"}`,
		"foreign origin": `{"job":"j1","status_url":"http://elsewhere.example/jobs/j1"}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t)
			ctx, cancel := context.WithCancelCause(t.Context())
			s.submit = func(w http.ResponseWriter) {
				answer(202, text)(w)
				cancel(errors.New("a manager said so"))
			}
			if err := s.trainer(t).Train(ctx, *newJob(t)); err == nil {
				t.Error("it was trained")
			}
			if got := s.requests(); !slices.Equal(got, []string{"POST /train"}) {
				t.Errorf("requests %q", got)
			}
		})
	}
}

// TestStateOfAnotherService goes on with a job that lies where the setting pointed before.
func TestStateOfAnotherService(t *testing.T) {
	s := newService(t)
	job := newJob(t)
	job.State = json.RawMessage(`{"job":"j1","status_url":"https://elsewhere.example/jobs/j1"}`)
	const want = "The training went on at another service than the one that is set now."
	if err := s.trainer(t).Train(t.Context(), *job); err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
	if got := s.requests(); len(got) != 0 {
		t.Errorf("signed for another service: %q", got)
	}
}

// TestBusyWhileSending: a job that is being sent may be called back about before its answer is here.
func TestBusyWhileSending(t *testing.T) {
	s := newService(t)
	tr := s.trainer(t)
	busy := false
	s.submit = func(w http.ResponseWriter) {
		busy = tr.Busy()
		answer(202, `{"job":"j1","status_url":"/jobs/j1"}`)(w)
	}
	if err := tr.Train(t.Context(), *newJob(t)); err != nil {
		t.Fatal(err)
	}
	if !busy || tr.Busy() {
		t.Errorf("busy while sending %t, after the end %t", busy, tr.Busy())
	}
}

// TestRestart stops the server while the service trains and starts it again.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		s.status = func(w http.ResponseWriter, _ int) { answer(200, `{"state":"running"}`)(w) }
		ctx, cancel := context.WithCancelCause(t.Context())
		job := newJob(t)
		ended := make(chan error)
		go func() { ended <- s.trainer(t).Train(ctx, *job) }()
		synctest.Wait()
		cancel(retrain.ErrStopping)
		if err := <-ended; !errors.Is(err, retrain.ErrStopping) {
			t.Errorf("got %v", err)
		}
		s.status = func(w http.ResponseWriter, _ int) { answer(200, done)(w) }
		if err := s.trainer(t).Train(t.Context(), *job); err != nil {
			t.Fatal(err)
		}
		want := []string{"POST /train", "GET /jobs/j1", "GET /jobs/j1", "GET /jobs/j1/artifact", "GET /jobs/j1/predictions"}
		if got := s.requests(); !slices.Equal(got, want) {
			t.Errorf("requests %q, want %q", got, want)
		}
	})
}

func TestStateThatCannotBeKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		job := newJob(t)
		away := errors.New("database away")
		job.SaveState = func(context.Context, string, json.RawMessage) error { return away }
		if err := s.trainer(t).Train(t.Context(), *job); !errors.Is(err, away) {
			t.Errorf("got %v", err)
		}
	})
}

// TestCallback wakes a waiting training: at once, and twice without harm.
func TestCallback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newService(t)
		s.status = func(w http.ResponseWriter, _ int) { answer(200, `{"state":"running"}`)(w) }
		tr := s.trainer(t)
		start := time.Now()
		ended := make(chan error)
		go func() { ended <- tr.Train(t.Context(), *newJob(t)) }()
		synctest.Wait()
		body := `{"job":"j1"}`
		if err := call(tr, http.Header{}, body); drift.CodeOf(err) != drift.CodeUnauthorized {
			t.Errorf("unsigned: %v", err)
		}
		synctest.Wait()
		if n := len(s.requests()); n != 2 {
			t.Errorf("%d requests after a forged call, want 2", n)
		}
		s.mu.Lock()
		s.status = func(w http.ResponseWriter, _ int) { answer(200, done)(w) }
		s.mu.Unlock()
		for range 2 {
			if err := call(tr, callback(body, time.Now()), body); err != nil {
				t.Error(err)
			}
		}
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("the end was noticed only after %v", took)
		}
		if err := call(tr, callback("{}", time.Now()), "{}"); drift.CodeOf(err) != drift.CodeMalformed {
			t.Errorf("a call without a job: %v", err)
		}
	})
}

// call does what the route of callbacks does.
func call(tr *webhook.Trainer, header http.Header, body string) error {
	c, err := tr.Called(header, []byte(body), time.Now())
	if err == nil {
		tr.Wake(c.Job)
	}
	return err
}

func TestOnlyWhatTheURLSaysIsCalled(t *testing.T) {
	for address, says := range map[string]string{
		"https://169.254.169.254/latest": "link-local addresses are not called",
		"https://[fe80::1]/":             "link-local addresses are not called",
		"https://[fd00:ec2::254]/latest": "addresses at which clouds keep credentials are not called",
		"https://100.100.100.200/latest": "addresses at which clouds keep credentials are not called",
		"http://192.0.2.1/train":         "without https only this machine itself is called",
	} {
		tr, err := webhook.New(webhook.Options{URL: address, Secret: secret, Poll: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		job := newJob(t)
		job.Timeout = 2 * time.Second
		if err := tr.Train(t.Context(), *job); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", address, err, says)
		}
	}
}

func TestVerify(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	body := `{"job":"j1"}`
	good := callback(body, now)
	with := func(v string) http.Header { return http.Header{"Driftwatch-Signature": {v}} }
	sum := strings.Split(good.Get("Driftwatch-Signature"), "v1=")[1]
	for name, c := range map[string]struct {
		secret string
		header http.Header
		body   string
		now    time.Time
		ok     bool
	}{
		"right":            {secret, good, body, now, true},
		"five minutes old": {secret, good, body, now.Add(5 * time.Minute), true},
		"too old":          {secret, good, body, now.Add(5*time.Minute + time.Second), false},
		"too new":          {secret, good, body, now.Add(-5*time.Minute - time.Second), false},
		"other secret":     {"other", good, body, now, false},
		"no secret":        {"", good, body, now, false},
		"other body":       {secret, good, body + " ", now, false},
		"no header":        {secret, http.Header{}, body, now, false},
		"no time":          {secret, with("v1=" + sum), body, now, false},
		"other time":       {secret, with("t=1800000001,v1=" + sum), body, now, false},
		"not hex":          {secret, with("t=1800000000,v1=zz"), body, now, false},
		"second of two":    {secret, with("t=1800000000,v1=00, v1=" + sum), body, now, true},
	} {
		if _, err := webhook.Verify(c.secret, c.header, []byte(c.body), c.now); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		} else if err != nil && drift.CodeOf(err) != drift.CodeUnauthorized {
			t.Errorf("%s: code %s", name, drift.CodeOf(err))
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []webhook.Options{
		{},
		{URL: "trainer.example/train", Secret: "x"},
		{URL: "file:///etc/passwd", Secret: "x"},
		{URL: "https://user:pass@trainer.example/", Secret: "x"},
		{URL: "https://trainer.example/"},
	} {
		if _, err := webhook.New(o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
}
