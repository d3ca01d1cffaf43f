package engine

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/schedule"
)

// ReplayOptions say which days to step through, both ends included.
type ReplayOptions struct {
	From, To drift.Date
	Tenant   string // "" for every tenant
	// People plays the people: it is called at every step with an engine on the stepped clock, and
	// may do what a person would. Nil: nobody does anything.
	People func(ctx context.Context, e *Engine, now time.Time) error
	// Progress is called as days are done; it may be nil.
	Progress func(BackfillProgress)
}

// stepped is a clock that is set by hand.
type stepped struct {
	mu  sync.Mutex
	now time.Time
}

func (c *stepped) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *stepped) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// replay is one run: an engine of its own on a stepped clock, and the versions that score in it.
type replay struct {
	e       *Engine
	clock   *stepped
	now     time.Time // the real one: nothing is stepped beyond
	options ReplayOptions
	tenants []int64
	end     time.Time // of the range
	scored  time.Time // rows made before are logged as they have to be
	active  []activeModel
}

// Replay steps the whole loop through past days on a clock of its own: checks, alerts and their
// timers, countdowns, approvals, trainings, activations and watches, each at its time. From an
// activation on the active version scores every row that was logged later, and its score stands in
// the log in place of the original, which is kept. What an earlier replay of these days left is taken
// back first, so that the same log gives the same result.
func (e *Engine) Replay(ctx context.Context, o ReplayOptions) (ReplayResult, error) {
	now := e.clock().UTC()
	if o.To < o.From {
		return ReplayResult{}, drift.Invalid("to", fmt.Sprintf("The range ends (%s) before it begins (%s).", o.To, o.From))
	}
	if today := drift.DateOf(now); o.To > today {
		return ReplayResult{}, drift.Invalid("to", fmt.Sprintf("%s lies ahead; the last day that can be replayed is today, %s.", o.To, today))
	}
	if o.Progress == nil {
		o.Progress = func(BackfillProgress) {}
	}
	own := *e
	clock := &stepped{now: o.From.Time()}
	own.clock = clock.read
	r := &replay{e: &own, clock: clock, now: now, options: o, scored: o.From.Time(), end: earlier(o.To.Add(1).Time(), now)}
	if err := r.reset(ctx); err != nil {
		return ReplayResult{}, err
	}
	if err := r.run(ctx); err != nil {
		return ReplayResult{}, err
	}
	return r.result(ctx)
}

// reset finds the tenants and takes back what was found in the range.
func (r *replay) reset(ctx context.Context) error {
	err := r.e.system(ctx, func(tx Tx) error {
		r.tenants = nil
		tenants, err := tx.Tenants(ctx)
		if err != nil {
			return fmt.Errorf("tenants: %w", err)
		}
		for _, t := range tenants {
			if r.options.Tenant == "" || t.Name == r.options.Tenant {
				r.tenants = append(r.tenants, t.ID)
			}
		}
		if len(r.tenants) == 0 && r.options.Tenant != "" {
			return drift.NotFound(fmt.Sprintf("There is no tenant called %q.", r.options.Tenant))
		}
		later, err := tx.CheckedAfter(ctx, r.tenants, r.options.To)
		if err != nil {
			return err
		}
		if later != 0 {
			return &drift.Error{Code: drift.CodeConflict, Message: fmt.Sprintf(
				"Days up to %s were checked already, and those after %s would rest on what the replay changes. Replay to %s.", later, r.options.To, later)}
		}
		return tx.ResetReplay(ctx, r.tenants, r.options.From, r.options.To)
	})
	if err != nil {
		return err
	}
	r.e.only = map[int64]bool{}
	for _, id := range r.tenants {
		r.e.only[id] = true
	}
	_, err = r.e.store.RebuildMarkedDays(ctx, r.options.From.Add(-maxWindowDays), r.options.To.Add(1), func(done, total int) {
		r.options.Progress(BackfillProgress{Stage: "rebuild", Done: done, Total: total, Date: r.options.From})
	})
	if err != nil {
		return fmt.Errorf("rebuild marked days: %w", err)
	}
	return r.follow(ctx)
}

// run steps through the days.
func (r *replay) run(ctx context.Context) error {
	total := int(r.options.To-r.options.From) + 1
	for d := r.options.From; d <= r.options.To; d++ {
		for _, job := range drift.DailyJobs {
			if err := r.advance(ctx, earlier(schedule.At(job, d).At, r.now)); err != nil {
				return err
			}
			p := r.e.newPass(d, r.clock.read(), true, false)
			p.quiet, p.only = true, true
			if _, err := p.run(ctx, job); err != nil {
				return err
			}
			if err := r.settle(ctx); err != nil {
				return err
			}
		}
		r.options.Progress(BackfillProgress{Stage: "replay", Done: int(d-r.options.From) + 1, Total: total, Date: d})
	}
	if err := r.advance(ctx, r.end); err != nil {
		return err
	}
	if r.end.Before(r.now) { // the last day is over: its metrics belong to the range too
		p := r.e.newPass(r.options.To.Add(1), r.end, false, false)
		p.quiet, p.only = true, true
		if _, err := p.run(ctx, drift.JobMetrics); err != nil {
			return err
		}
	}
	return nil
}

// stepAtMost is the longest step while a retrain is under way.
const stepAtMost = time.Hour

// advance moves the clock to the given time; on the way everything that falls due happens at its time.
func (r *replay) advance(ctx context.Context, to time.Time) error {
	for {
		now, next := r.clock.read(), to
		live, err := r.live(ctx)
		if err != nil {
			return err
		}
		if len(live) > 0 {
			next = earlier(next, now.Truncate(stepAtMost).Add(stepAtMost))
		}
		for _, l := range live {
			if l.DueAt != nil && l.DueAt.After(now) {
				next = earlier(next, *l.DueAt)
			}
		}
		if next.After(now) {
			r.clock.set(next)
		}
		if err := r.rescore(ctx); err != nil {
			return err
		}
		if _, err := r.e.fireTimers(ctx, next, true); err != nil {
			return fmt.Errorf("timers at %s: %w", next, err)
		}
		if err := r.settle(ctx); err != nil {
			return err
		}
		if !next.Before(to) {
			return nil
		}
	}
}

// settle lets happen what can happen at this instant: what is due, what people do, and the work on
// what is queued, until nothing more follows.
func (r *replay) settle(ctx context.Context) error {
	now := r.clock.read()
	if _, err := r.e.fireRetrains(ctx, now); err != nil {
		return err
	}
	if r.options.People != nil {
		if err := r.options.People(ctx, r.e, now); err != nil {
			return err
		}
	}
	waiting, err := r.e.Waiting(ctx)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		if !r.e.covers(w.TenantID) {
			continue
		}
		if err := r.rescore(ctx); err != nil {
			return err
		}
		if err := r.e.Work(ctx, w.ID, "replay"); err != nil {
			return fmt.Errorf("retrain %d: %w", w.ID, err)
		}
	}
	return r.follow(ctx)
}

// live lists the retrains under way.
func (r *replay) live(ctx context.Context) ([]*drift.Retrain, error) {
	return r.e.RetrainsIn(ctx, drift.RetrainWaitingApproval, drift.RetrainCountdown, drift.RetrainQueued, drift.RetrainWatching)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
