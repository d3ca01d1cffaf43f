package handlers

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/web"
)

// TrainerCalls takes the callback of a service that trains a model type: CodeUnauthorized where it is
// not genuine, CodeNotFound where it names no training, CodeConflict where that is over or the call was
// heard before.
type TrainerCalls interface {
	Called(ctx context.Context, modelType string, header http.Header, body []byte) error
}

// TrainerHookOptions say what a TrainerHook works with. Calls and Address are required.
type TrainerHookOptions struct {
	Calls   TrainerCalls
	Address func(*http.Request) string // what calls from one place are counted under
	Log     *slog.Logger               // nil: silent
	Now     func() time.Time           // time.Now where nil
}

// TrainerHook is the address that services which train call back: without a session, by signature.
type TrainerHook struct {
	o     TrainerHookOptions
	calls callCount
}

// NewTrainerHook returns one.
func NewTrainerHook(o TrainerHookOptions) *TrainerHook {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &TrainerHook{o: o}
}

// maxCallBody bounds a callback: it names a job and nothing more.
const maxCallBody = 4 << 10

// ServeHTTP answers 202 to a call that was heard, problem details to every other.
func (h *TrainerHook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h.take(w, r); err != nil {
		f := web.FailureOf(err)
		if after, ok := f.Extra["retry_after"].(int); ok {
			w.Header().Set("Retry-After", strconv.Itoa(after))
		}
		web.LogFailure(h.o.Log, r, f, err)
		web.WriteProblem(w, f)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusAccepted)
}

func (h *TrainerHook) take(w http.ResponseWriter, r *http.Request) error {
	if err := h.calls.admit(h.o.Address(r), h.o.Now()); err != nil {
		return err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxCallBody))
	if err != nil {
		return err
	}
	model, err := pathText(r, "model_type")
	if err != nil {
		return err
	}
	return h.o.Calls.Called(r.Context(), model, r.Header, body)
}

// The bounds on callbacks: genuine or not, each costs a look into the database.
const (
	callsPerMinute = 60   // from one address
	callersCounted = 4096 // addresses told apart within a minute; the others share one count
)

// callCount counts callbacks by address within each minute.
type callCount struct {
	mu    sync.Mutex
	since time.Time
	of    map[string]int
}

func (c *callCount) admit(address string, now time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if age := now.Sub(c.since); age < 0 || age >= time.Minute {
		c.since, c.of = now, map[string]int{}
	}
	if _, known := c.of[address]; !known && len(c.of) >= callersCounted {
		address = ""
	}
	if c.of[address]++; c.of[address] <= callsPerMinute {
		return nil
	}
	wait := int(c.since.Add(time.Minute).Sub(now)/time.Second) + 1
	return &drift.Error{
		Code: drift.CodeTooMany, Message: "More than " + strconv.Itoa(callsPerMinute) + " callbacks a minute. Nothing is lost: Driftwatch asks by itself.",
		Extra: map[string]any{"retry_after": wait},
	}
}
