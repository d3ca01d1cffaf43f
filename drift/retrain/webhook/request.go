package webhook

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

const (
	limitAnswer      = retrain.LimitMetrics + 64<<10 // an answer with the metrics in it
	limitPredictions = 256 << 20
)

// status is what the service says of a job.
type status struct {
	State          string          `json:"state"`
	Message        string          `json:"message"`
	ArtifactURL    string          `json:"artifact_url"`
	PredictionsURL string          `json:"predictions_url"`
	Metrics        json.RawMessage `json:"metrics"`
}

// fault is a failure of a moment: the same request may go well later.
type fault struct{ error }

func (f fault) Unwrap() error { return f.error }

func failure(format string, args ...any) error {
	return &drift.Error{Code: drift.CodeInvalid, Field: "trainer", Message: fmt.Sprintf(format, args...)}
}

// lastFault tells what stood in the way when time was over.
func lastFault(err error) string {
	var f fault
	if !errors.As(err, &f) {
		return ""
	}
	return " It failed last with: " + retrain.Plain(f.Error())
}

// persist tries until it goes well, fails for good, or ctx ends, waiting twice as long each time and
// saying, where say is not nil, what stands in the way.
func (t *Trainer) persist(ctx context.Context, say func(string), try func() error) error {
	var last error
	for wait := t.poll; ; wait = min(2*wait, longestWait) {
		err := try()
		var f fault
		if !errors.As(err, &f) {
			return err
		}
		if ctx.Err() == nil {
			last = err // the service's own, not that of a request which we broke off
			if say != nil {
				say(fmt.Sprintf("The training service gives no answer to go by: %s. It is asked again in %s.", retrain.Plain(f.Error()), retrain.Spoken(wait)))
			}
		}
		if ended := pause(ctx, wait, nil); ended != nil {
			return cmp.Or(last, ended) // a time limit names what stood in the way
		}
	}
}

// pause waits, less long where it is woken.
func pause(ctx context.Context, d time.Duration, wake <-chan struct{}) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
	case <-wake:
	}
	return nil
}

// sameOrigin resolves a URL that the service gave against ours. Another origin is refused: the
// service must not have us fetch from where it cannot reach itself.
func (t *Trainer) sameOrigin(field, ref string) (string, error) {
	if ref == "" {
		return "", failure("The training service's answer lacks %s.", field)
	}
	u, err := t.url.Parse(ref)
	if err != nil || u.Scheme != t.url.Scheme || u.Host != t.url.Host || u.User != nil {
		return "", failure("The training service's %s is not of its own origin %s://%s.", field, t.url.Scheme, t.url.Host)
	}
	u.Fragment = ""
	return u.String(), nil
}

// do sends one signed request and hands its answer to read, where it is a 2xx.
func (t *Trainer) do(r *http.Request, digest []byte, read func(*http.Response) error) error {
	sign(t.secret, r, digest, time.Now())
	answer, err := t.client.Do(r)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // without the URL, which the sentence around it names
		}
		return fault{fmt.Errorf("%s %s: %w", r.Method, r.URL.Redacted(), err)}
	}
	defer answer.Body.Close()
	switch code := answer.StatusCode; {
	case code >= 200 && code < 300:
		return read(answer)
	case code >= 500 || code == http.StatusTooManyRequests || code == http.StatusRequestTimeout:
		return fault{fmt.Errorf("%s %s answered %d %s", r.Method, r.URL.Redacted(), code, http.StatusText(code))}
	case code >= 300 && code < 400:
		return failure("The training service redirects to another place, which is not followed.")
	case code == http.StatusNotFound || code == http.StatusGone:
		return failure("The training service does not know %s (%d %s).", r.URL.Path, code, http.StatusText(code))
	default:
		text, _ := io.ReadAll(io.LimitReader(answer.Body, 2000))
		return failure("The training service refused %s %s: %s", r.Method, r.URL.Path,
			strings.TrimSpace(fmt.Sprintf("%d %s. %s", code, http.StatusText(code), retrain.Plain(string(text)))))
	}
}

func emptyDigest() []byte {
	sum := sha256.Sum256(nil)
	return sum[:]
}

// post sends the job and returns the answer.
func (t *Trainer) post(ctx context.Context, key string, b body) (text []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, sendPatience)
	defer cancel()
	f, err := os.Open(b.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url.String(), f)
	if err != nil {
		return nil, err
	}
	r.ContentLength = b.size
	r.Header.Set("Content-Type", b.contentType)
	r.Header.Set("Idempotency-Key", key)
	err = t.do(r, b.digest, func(answer *http.Response) (err error) {
		text, err = readAll(answer.Body)
		return err
	})
	return text, err
}

// ask reads the job's status.
func (t *Trainer) ask(ctx context.Context, from string) (s status, err error) {
	ctx, cancel := context.WithTimeout(ctx, askPatience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return s, err
	}
	return s, t.do(r, emptyDigest(), func(answer *http.Response) error {
		text, err := readAll(answer.Body)
		if err != nil {
			return err
		}
		if json.Unmarshal(text, &s) != nil {
			return failure("The training service's status is not the JSON object it should be.")
		}
		return nil
	})
}

// download writes a file of at most limit bytes, whole or not at all.
func (t *Trainer) download(ctx context.Context, from, to, name string, limit int64) error {
	ctx, cancel := context.WithTimeout(ctx, sendPatience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return err
	}
	part := to + ".part"
	defer func() { _ = os.Remove(part) }() // renamed where all went well
	err = t.do(r, emptyDigest(), func(answer *http.Response) error {
		f, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		defer f.Close()
		n, err := f.ReadFrom(io.LimitReader(answer.Body, limit+1))
		switch {
		case n > limit:
			return failure("The training service's %s is larger than %d MiB.", name, limit>>20)
		case err != nil:
			return fault{fmt.Errorf("receive %s: %w", name, err)}
		}
		return f.Close()
	})
	if err != nil {
		return err
	}
	return os.Rename(part, to)
}

// drop tells the service that nobody waits any more. It is a courtesy: whether it is heard changes
// nothing here.
func (t *Trainer) drop(ctx context.Context, at string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dropPatience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodDelete, at, nil)
	if err == nil {
		_ = t.do(r, emptyDigest(), func(*http.Response) error { return nil })
	}
}

// readAll reads a small answer.
func readAll(r io.Reader) ([]byte, error) {
	var b bytes.Buffer
	n, err := b.ReadFrom(io.LimitReader(r, limitAnswer+1))
	switch {
	case n > limitAnswer:
		return nil, failure("The training service's answer is larger than %d KiB.", limitAnswer>>10)
	case err != nil:
		return nil, fault{fmt.Errorf("receive the answer: %w", err)}
	}
	return b.Bytes(), nil
}
