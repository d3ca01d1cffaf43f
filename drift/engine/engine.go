package engine

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/retrain"
)

// Engine runs the use cases on a store.
type Engine struct {
	store    Store
	clock    func() time.Time
	log      *slog.Logger
	trainers Trainers
	workDir  string
	broken   *brokenOff
	only     map[int64]bool // the tenants that are looked at; nil for all
	heavy    chan struct{}  // holds a place for each long computation that a reader waits for
}

// heavyReads is how many long computations for readers run at once; others wait their turn.
const heavyReads = 2

// heavily runs a long computation when it is its turn, or gives up with who waits for it.
func (e *Engine) heavily(ctx context.Context, fn func() error) error {
	select {
	case e.heavy <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-e.heavy }()
	return fn()
}

// Options say what an Engine works with. Store is required.
type Options struct {
	Store Store
	Clock func() time.Time // time.Now where nil
	Log   *slog.Logger     // nothing is logged where nil
	// Trainers finds who trains a model type; where nil, nothing can be trained here.
	Trainers Trainers
	// WorkDir is for the folders of training jobs, made where it is not there; the system's for
	// temporary files where "".
	WorkDir string
}

// New returns an Engine.
func New(o Options) *Engine {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Trainers == nil {
		o.Trainers = func(modelType string, _ drift.Settings) (string, retrain.Trainer, error) {
			return "", nil, drift.Invalid("trainer", "This program has no trainer for "+modelType+".")
		}
	}
	return &Engine{store: o.Store, clock: o.Clock, log: o.Log, trainers: o.Trainers, workDir: o.WorkDir, broken: &brokenOff{of: map[int64]attempt{}}, heavy: make(chan struct{}, heavyReads)}
}

// errChanged means that somebody moved an alert or a retrain while the system was about to: the
// transaction is taken again from its start, on what is there now.
var errChanged = errors.New("changed by somebody else in the meantime")

// covers reports whether a tenant is looked at.
func (e *Engine) covers(tenant int64) bool { return e.only == nil || e.only[tenant] }

// retries bounds how often the system gives way to people before it reports a failure.
const retries = 10

// system runs fn in one transaction with the owner's rights, again where a person was faster.
func (e *Engine) system(ctx context.Context, fn func(Tx) error) error {
	return e.givingWay(ctx, drift.SystemActor(), fn)
}

// givingWay runs fn in one transaction under the actor's rights, again where what the system does in it
// met somebody faster.
func (e *Engine) givingWay(ctx context.Context, by drift.Actor, fn func(Tx) error) error {
	var err error
	for range retries {
		if err = e.store.InTx(ctx, by, fn); !errors.Is(err, errChanged) {
			return err
		}
	}
	return err
}

// settingsFor reads the settings once per tenant within a job, so that all its models are judged
// by the same ones.
type settingsFor struct{ byTenant map[int64]drift.Settings }

func (s *settingsFor) get(ctx context.Context, tx Tx, tenant int64) (drift.Settings, error) {
	if v, ok := s.byTenant[tenant]; ok {
		return v, nil
	}
	v, err := tx.Settings(ctx, tenant)
	if err == nil {
		s.byTenant[tenant] = v
	}
	return v, err
}

func newSettingsFor() *settingsFor { return &settingsFor{byTenant: map[int64]drift.Settings{}} }

// maxWindowDays bounds how far back any window may reach (the range of the settings).
const maxWindowDays = 365

// stopped reports whether err means that the work was called off, not that it failed.
func stopped(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, context.Canceled)
}
