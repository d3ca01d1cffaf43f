package webhook

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// Call is a genuine callback.
type Call struct {
	Job string    // the service's name of it
	At  time.Time // when it was signed
}

// Called reads a callback of the service: CodeUnauthorized where it is not genuine, CodeMalformed where
// it names no job.
func (t *Trainer) Called(header http.Header, text []byte, now time.Time) (Call, error) {
	at, err := Verify(t.secret, header, text, now)
	if err != nil {
		return Call{}, err
	}
	var said struct {
		Job string `json:"job"`
	}
	if json.Unmarshal(text, &said) != nil || said.Job == "" || len(said.Job) > longestName || retrain.Plain(said.Job) != said.Job {
		return Call{}, &drift.Error{Code: drift.CodeMalformed, Message: `A callback is a JSON object with the member "job".`}
	}
	return Call{said.Job, at}, nil
}

// Wake has a job asked about at once; one that nobody waits for here is no fault.
func (t *Trainer) Wake(job string) { t.waits.wake(job) }

// Busy reports whether a job is being sent or waited for.
func (t *Trainer) Busy() bool {
	t.waits.mu.Lock()
	defer t.waits.mu.Unlock()
	return t.waits.running > 0
}

// waits are the jobs that are being worked on, and those among them that are being waited for, by the
// service's name of each.
type waits struct {
	mu      sync.Mutex
	running int
	by      map[string]chan struct{}
}

// begin counts a job until end is called.
func (w *waits) begin() (end func()) {
	add := func(n int) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.running += n
	}
	add(1)
	return func() { add(-1) }
}

func (w *waits) await(job string) (wake <-chan struct{}, forget func()) {
	c := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.by[job] = c
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.by[job] == c {
			delete(w.by, job)
		}
	}
}

func (w *waits) wake(job string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case w.by[job] <- struct{}{}:
	default: // a nil channel, or one that is awake already
	}
}
