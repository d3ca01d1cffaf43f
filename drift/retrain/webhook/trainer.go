package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

const (
	defaultPoll = 15 * time.Second
	longestWait = 2 * time.Minute // between two tries while the service fails
	askPatience = 30 * time.Second
	// sendPatience is for what may be large: the request, the artefact.
	sendPatience = 15 * time.Minute
	// dropPatience is for telling the service that nobody waits any more; a cancellation has to be
	// over within five seconds.
	dropPatience = 3 * time.Second

	longestName = 200 // of a job, in bytes
	longestURL  = 2000
)

var errTimeLimit = errors.New("time limit")

// Options say which service trains.
type Options struct {
	URL         string        // that takes jobs
	Secret      string        // signs our requests and the service's callbacks
	Client      *http.Client  // one that goes where the URL says and nowhere else where nil
	CallbackURL string        // "": the service cannot call back
	Poll        time.Duration // between two questions, 15 s where 0
}

// Trainer hands each job to the service.
type Trainer struct {
	url      *url.URL
	secret   string
	client   *http.Client
	callback string
	poll     time.Duration
	waits    waits
}

var _ retrain.Resumer = (*Trainer)(nil)

// New returns a trainer that asks the service at the URL.
func New(o Options) (*Trainer, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
		return nil, drift.Invalid("url", "A training service needs an http or https URL without a password in it.")
	}
	if o.Secret == "" {
		return nil, drift.Invalid("secret", "A training service needs a secret to sign with.")
	}
	client := guarded(u)
	if o.Client != nil {
		client = *o.Client
	}
	// A redirect would take the signed job, or our trust, to another place.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if o.Poll == 0 {
		o.Poll = defaultPoll
	}
	return &Trainer{
		url: u, secret: o.Secret, client: &client, callback: o.CallbackURL, poll: o.Poll,
		waits: waits{by: map[string]chan struct{}{}},
	}, nil
}

// accepted is the service's answer to a job, and what is kept of it over a restart of ours.
type accepted struct {
	Job       string `json:"job"`
	StatusURL string `json:"status_url"`
}

// Resumes reports whether the state is of a job at this service.
func (t *Trainer) Resumes(state json.RawMessage) bool {
	var have accepted
	if json.Unmarshal(state, &have) != nil || have.Job == "" {
		return false
	}
	_, err := t.sameOrigin("status_url", have.StatusURL)
	return err == nil
}

// Train has the service train and fetches the result. Where the job's state says that the service
// has it already, it is only asked.
func (t *Trainer) Train(ctx context.Context, job retrain.Job) error {
	if job.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, job.Timeout, errTimeLimit)
		defer cancel()
	}
	// From here on its callbacks may come: sending alone may take minutes.
	defer t.waits.begin()()
	var have accepted
	if len(job.State) > 0 {
		if !t.Resumes(job.State) { // what we sign must not go to where the setting pointed before
			return failure("The training went on at another service than the one that is set now.")
		}
		if err := json.Unmarshal(job.State, &have); err != nil {
			return fmt.Errorf("read the job's state: %w", err)
		}
	}
	err := t.train(ctx, job, &have)
	cause := context.Cause(ctx)
	if err == nil || cause == nil {
		return err
	}
	if have.StatusURL != "" && !errors.Is(cause, retrain.ErrStopping) {
		t.drop(ctx, have.StatusURL)
	}
	if errors.Is(cause, errTimeLimit) {
		return failure("The training service did not finish within %s.%s", retrain.Spoken(job.Timeout), lastFault(err))
	}
	return fmt.Errorf("the training was cancelled: %w", cause)
}

func (t *Trainer) train(ctx context.Context, job retrain.Job, have *accepted) error {
	if have.StatusURL == "" {
		if err := t.submit(ctx, job, have); err != nil {
			return err
		}
		// Kept before the first question: from here on a restart must not send the job again.
		state, err := json.Marshal(have)
		if err != nil {
			return err
		}
		if job.SaveState != nil {
			if err := job.SaveState(ctx, have.Job, state); err != nil {
				return fmt.Errorf("keep the job's state: %w", err)
			}
		}
	}
	status, err := t.wait(ctx, job, have)
	if err != nil {
		return err
	}
	return t.fetch(ctx, job, status)
}

// submit sends the job until it is taken or refused. The key tells the service that it is the same.
func (t *Trainer) submit(ctx context.Context, job retrain.Job, have *accepted) error {
	b, err := writeBody(job, t.callback)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(b.path) }() // the folder goes soon anyway
	return t.persist(ctx, job.Progress, func() error {
		text, err := t.post(ctx, job.Key, b)
		if err != nil {
			return err
		}
		var said accepted
		if json.Unmarshal(text, &said) != nil || said.Job == "" || said.StatusURL == "" {
			return failure("The training service's answer names no job and status_url.")
		}
		if len(said.Job) > longestName || retrain.Plain(said.Job) != said.Job || len(said.StatusURL) > longestURL {
			return failure("The training service's name of the job or its status_url is too long or holds control characters.")
		}
		if said.StatusURL, err = t.sameOrigin("status_url", said.StatusURL); err != nil {
			return err
		}
		*have = said // checked as a whole: a cancellation is told to this address
		return nil
	})
}

// wait asks until the service is done or says that it failed.
func (t *Trainer) wait(ctx context.Context, job retrain.Job, have *accepted) (status, error) {
	wake, forget := t.waits.await(have.Job)
	defer forget()
	for {
		var s status
		err := t.persist(ctx, job.Progress, func() (err error) {
			s, err = t.ask(ctx, have.StatusURL)
			return err
		})
		if err != nil {
			return s, err
		}
		message := retrain.Plain(s.Message)
		switch s.State {
		case "done":
			return s, nil
		case "failed":
			if message == "" {
				message = "it gives no reason."
			}
			return s, failure("The training service failed: %s", message)
		case "running":
			if message != "" && job.Progress != nil {
				job.Progress(message)
			}
		default:
			return s, failure("The training service answers the unknown state %q; running, done and failed are known.", retrain.Plain(s.State))
		}
		if err := pause(ctx, t.poll, wake); err != nil {
			return s, err
		}
	}
}

// fetch downloads the result into the job's folder.
func (t *Trainer) fetch(ctx context.Context, job retrain.Job, s status) error {
	for _, d := range []struct {
		name, field, url string
		limit            int64
	}{
		{retrain.FileArtifact, "artifact_url", s.ArtifactURL, retrain.LimitArtifact},
		{retrain.FilePredictions, "predictions_url", s.PredictionsURL, limitPredictions},
	} {
		from, err := t.sameOrigin(d.field, d.url)
		if err != nil {
			return err
		}
		if err := t.persist(ctx, job.Progress, func() error {
			return t.download(ctx, from, filepath.Join(job.Dir, d.name), d.name, d.limit)
		}); err != nil {
			return err
		}
	}
	metrics := s.Metrics
	if len(metrics) == 0 || string(metrics) == "null" {
		metrics = json.RawMessage("{}")
	}
	if err := os.WriteFile(filepath.Join(job.Dir, retrain.FileMetrics), metrics, 0o600); err != nil {
		return fmt.Errorf("write the metrics: %w", err)
	}
	return nil
}
