package queue

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/store"
)

// backfillArgs are a backfill that somebody asked for. Its line of progress is there from the beginning.
type backfillArgs struct {
	First    int    `json:"first"` // days since 1970, as drift.Date counts them
	Last     int    `json:"last"`
	Progress int64  `json:"progress"`
	Title    string `json:"title"`
}

// Kind implements river.JobArgs.
func (backfillArgs) Kind() string { return "backfill" }

// InsertOpts implements river.JobArgsWithInsertOpts: a line of its own, so that the checks of the day
// never wait for it.
func (backfillArgs) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: backfillQueue} }

const backfillQueue = "backfill"

// backfillTimeout ends a backfill that hangs; the longest takes some hours.
const backfillTimeout = 12 * time.Hour

// backfillTells is how often a backfill says how far it is.
const backfillTells = time.Second

// StartBackfill queues a backfill of these days, both ends included, as a person asked for. One is under
// way at a time: another is refused by CodeConflict.
func (q *Queue) StartBackfill(ctx context.Context, by drift.Actor, from, to drift.Date) error {
	if err := q.o.Engine.CheckBackfill(by, from, to); err != nil {
		return err
	}
	now := q.o.Clock().UTC()
	return q.o.DB.InTx(ctx, drift.SystemActor(), func(tx *store.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('driftwatch: start a backfill', 0))`); err != nil {
			return fmt.Errorf("lock backfills: %w", err)
		}
		other, err := tx.ProgressUnderWay(ctx, drift.ProgressBackfill, now)
		if err != nil {
			return err
		}
		if other != nil {
			return &drift.Error{Code: drift.CodeConflict, Message: "A backfill is under way. Wait until it is over."}
		}
		args := backfillArgs{First: int(from), Last: int(to), Title: fmt.Sprintf("Backfill %s to %s", from, to)}
		if args.Progress, err = tx.BeginProgress(ctx, drift.ProgressBackfill, args.Title, int64(to-from)+1); err != nil {
			return err
		}
		if _, err := q.client.InsertTx(ctx, tx.Tx, args, nil); err != nil {
			return fmt.Errorf("queue backfill: %w", err)
		}
		tx.Audit(drift.AuditEntry{
			At: now, Actor: by.Name, Action: "backfill.start", Object: "backfill/" + from.String() + " to " + to.String(), Detail: []byte(`{}`),
		})
		return nil
	})
}

// backfiller runs a backfill. Stopped halfway it is not taken up again by itself: whoever starts it anew
// loses nothing, because days that are written are found and not written twice.
type backfiller struct {
	river.WorkerDefaults[backfillArgs]
	q *Queue
}

// Timeout implements river.Worker.
func (*backfiller) Timeout(*river.Job[backfillArgs]) time.Duration { return backfillTimeout }

// Work goes through the days and tells everybody how far it is.
func (w *backfiller) Work(ctx context.Context, job *river.Job[backfillArgs]) error {
	a := job.Args
	from, to := drift.Date(a.First), drift.Date(a.Last)
	p := drift.Progress{ID: a.Progress, Kind: drift.ProgressBackfill, Title: a.Title, Total: int64(to-from) + 1}
	w.tell(ctx, p) // so that it is not taken for dead while it waited in the queue
	var last time.Time
	res, err := w.q.o.Engine.Backfill(ctx, engine.BackfillOptions{From: from, To: to, Progress: func(b engine.BackfillProgress) {
		if now := time.Now(); now.Sub(last) >= backfillTells {
			last = now
			if b.Stage != "rebuild" {
				p.Done = int64(b.Done)
			}
			w.tell(ctx, p)
		}
	}})
	p.Done, p.FinishedAt = int64(res.Days), w.q.o.Clock().UTC()
	switch {
	case ctx.Err() != nil:
		p.Error = "The server stopped before it was over. Start it again: what is written already is found."
	case err != nil:
		p.Error = reason(err)
		w.q.o.Log.Error("backfill failed", "from", from, "to", to, "error", err)
	}
	after, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	w.tell(after, p)
	return nil // the line of progress says how it ended; River has nothing to try again
}

// tell says how far it is. Work does not fail because nobody hears of it.
func (w *backfiller) tell(ctx context.Context, p drift.Progress) {
	if err := w.q.o.DB.TellProgress(ctx, p); err != nil && ctx.Err() == nil {
		w.q.o.Log.Warn("progress was not told", "error", err)
	}
}
