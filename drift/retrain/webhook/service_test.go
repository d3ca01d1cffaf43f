package webhook_test

import (
	"compress/gzip"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/drift/retrain/webhook"
)

const secret = "open sesame, said the cat"

// service is a training service in the test's own bubble of time: requests reach it without a
// network. It checks every signature as its author would, by the words of docs/trainers.md.
type service struct {
	t        *testing.T
	mu       sync.Mutex
	seen     []string          // requests, as "METHOD path"
	at       []time.Time       // when they came
	parts    map[string]string // of the last job, unpacked
	keys     []string
	submit   func(w http.ResponseWriter)
	status   func(w http.ResponseWriter, question int)
	asked    int
	artifact func(w http.ResponseWriter)
}

func newService(t *testing.T) *service {
	return &service{
		t:        t,
		submit:   answer(202, `{"job":"j1","status_url":"/jobs/j1"}`),
		status:   func(w http.ResponseWriter, _ int) { answer(200, done)(w) },
		artifact: answer(200, "the model"),
	}
}

const done = `{"state":"done","artifact_url":"/jobs/j1/artifact","predictions_url":"http://trainer.example/jobs/j1/predictions","metrics":{"rows":2}}`

func answer(code int, text string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		w.WriteHeader(code)
		io.WriteString(w, text)
	}
}

// RoundTrip serves a request of the client.
func (s *service) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result(), nil
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, r.Method+" "+r.URL.Path)
	s.at = append(s.at, time.Now())
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	if !signed(r, body) {
		s.t.Errorf("%s %s is not signed as documented: %v", r.Method, r.URL, r.Header)
	}
	switch r.Method + " " + r.URL.Path {
	case "POST /train":
		s.keys = append(s.keys, r.Header.Get("Idempotency-Key"))
		s.parts = unpack(s.t, r.Header.Get("Content-Type"), body)
		s.submit(w)
	case "GET /jobs/j1":
		s.asked++
		s.status(w, s.asked)
	case "GET /jobs/j1/artifact":
		s.artifact(w)
	case "GET /jobs/j1/predictions":
		answer(200, `{"prediction_id":"p3","score":0.5,"predicted":true}`)(w)
	case "DELETE /jobs/j1":
		answer(204, "")(w)
	default:
		answer(404, "")(w)
	}
}

// signed checks a request of ours independently of the package.
func signed(r *http.Request, body []byte) bool {
	sum := sha256.Sum256(body)
	digest := "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"
	t, v1, _ := strings.Cut(r.Header.Get("Driftwatch-Signature"), ",")
	t = strings.TrimPrefix(t, "t=")
	h := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(h, "%s.%s %s.%s", t, r.Method, r.URL.RequestURI(), digest)
	unix, err := strconv.ParseInt(t, 10, 64)
	return err == nil && time.Since(time.Unix(unix, 0)) < time.Minute &&
		r.Header.Get("Content-Digest") == digest && v1 == "v1="+hex.EncodeToString(h.Sum(nil))
}

func unpack(t *testing.T, contentType string, body []byte) map[string]string {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Error(err)
		return nil
	}
	all := map[string]string{}
	for form := multipart.NewReader(strings.NewReader(string(body)), params["boundary"]); ; {
		part, err := form.NextPart()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Error(err)
			return all
		}
		var from io.Reader = part
		if strings.HasSuffix(part.FileName(), ".gz") {
			if from, err = gzip.NewReader(part); err != nil {
				t.Error(err)
				return all
			}
		}
		text, err := io.ReadAll(from)
		if err != nil {
			t.Error(err)
		}
		all[part.FormName()] = string(text)
	}
}

// requests are what came so far, and forget them.
func (s *service) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.seen...)
}

func (s *service) trainer(t *testing.T) *webhook.Trainer {
	t.Helper()
	tr, err := webhook.New(webhook.Options{
		URL: "http://trainer.example/train", Secret: secret, Client: &http.Client{Transport: s}, Poll: 10 * time.Second,
		CallbackURL: "https://watch.example/trained/7",
	})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

// newJob is a job in a folder, whose state is kept in it.
func newJob(t *testing.T) *retrain.Job {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"description.json": `{"key":"retrain-7-1"}`, "train.ndjson": "train rows\n", "holdout.ndjson": "holdout rows\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	job := &retrain.Job{RetrainID: 7, Attempt: 1, Key: "retrain-7-1", Dir: dir, Timeout: 2 * time.Hour}
	job.SaveState = func(_ context.Context, _ string, state json.RawMessage) error {
		job.State = state
		return nil
	}
	return job
}

// callback is a signed call of the service.
func callback(body string, at time.Time) http.Header {
	t := strconv.FormatInt(at.Unix(), 10)
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(t + "." + body))
	return http.Header{"Driftwatch-Signature": {"t=" + t + ",v1=" + hex.EncodeToString(h.Sum(nil))}}
}
