package engine_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/drift/retrain"
	"github.com/driftwatch/driftwatch/store"
)

// errBroken is what a statement ends with that the database could not carry out.
var errBroken = errors.New("the database broke down")

// breaking is a store of which one statement of its transactions fails: the one that left counts down to.
type breaking struct {
	wired
	left *atomic.Int64
}

func (b breaking) InTx(ctx context.Context, by drift.Actor, fn func(engine.Tx) error) error {
	return b.DB.InTx(ctx, by, func(tx *store.Tx) error {
		tx.Tx = breakingTx{tx.Tx, b.left}
		return fn(tx)
	})
}

type breakingTx struct {
	pgx.Tx
	left *atomic.Int64
}

func (t breakingTx) due() bool { return t.left.Add(-1) == 0 }

func (t breakingTx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if t.due() {
		return pgconn.CommandTag{}, errBroken
	}
	return t.Tx.Exec(ctx, sql, args...)
}

func (t breakingTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if t.due() {
		return noAnswer{}, errBroken
	}
	return t.Tx.Query(ctx, sql, args...)
}

func (t breakingTx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if t.due() {
		return noAnswer{}
	}
	return t.Tx.QueryRow(ctx, sql, args...)
}

func (t breakingTx) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	if t.due() {
		return brokenBatch{}
	}
	return t.Tx.SendBatch(ctx, b)
}

// noAnswer is the answer to a statement that failed.
type noAnswer struct{ pgx.Rows }

func (noAnswer) Close()            {}
func (noAnswer) Next() bool        { return false }
func (noAnswer) Err() error        { return errBroken }
func (noAnswer) Scan(...any) error { return errBroken }

type brokenBatch struct{ pgx.BatchResults }

func (brokenBatch) Exec() (pgconn.CommandTag, error) { return pgconn.CommandTag{}, errBroken }
func (brokenBatch) Query() (pgx.Rows, error)         { return noAnswer{}, errBroken }
func (brokenBatch) QueryRow() pgx.Row                { return noAnswer{} }
func (brokenBatch) Close() error                     { return errBroken }

// breakingAt is the world's engine on a database whose n-th statement fails, and whether it has.
func (w *world) breakingAt(n int) (e *engine.Engine, failed func() bool) {
	left := &atomic.Int64{}
	left.Store(int64(n))
	e = engine.New(engine.Options{Store: breaking{wired{w.db}, left}, Clock: w.clock, Trainers: w.trainers, WorkDir: w.t.TempDir()})
	return e, func() bool { return left.Load() <= 0 }
}

// contents is all that the engine writes, in short.
func (w *world) contents() (text string) {
	w.t.Helper()
	err := w.db.Pool().QueryRow(w.t.Context(), `SELECT concat_ws(' ',
		(SELECT md5(string_agg(x::text, '' ORDER BY x::text)) FROM ml_retrain x), (SELECT md5(string_agg(x::text, '' ORDER BY x::text)) FROM ml_retrain_timeline x),
		(SELECT md5(string_agg(x::text, '' ORDER BY x::text)) FROM ml_model_version x), (SELECT md5(string_agg(x::text, '' ORDER BY x::text)) FROM ml_service x),
		(SELECT md5(string_agg(x::text, '' ORDER BY x::text)) FROM ml_pause x), (SELECT md5(string_agg(x::text, '' ORDER BY x::text)) FROM retrain_halt x),
		(SELECT md5(string_agg(x::text, '' ORDER BY x::text)) FROM setting x), (SELECT md5(string_agg(x::text, '' ORDER BY x::text)) FROM noc_alert_event x),
		(SELECT md5(string_agg(x::text, '' ORDER BY x::text)) FROM noc_alert_timeline x), (SELECT md5(string_agg(x::text, '' ORDER BY x::text)) FROM noc_alert_timer x),
		(SELECT last_seq::text FROM event_head), (SELECT count::text FROM audit_head))`).Scan(&text)
	w.must(err)
	return text
}

// wholeOrNotAtAll does something again and again while its first statement fails, its second, and so on,
// until none does. Each failure is said, and leaves everything as it was.
func (w *world) wholeOrNotAtAll(what string, do func(e *engine.Engine) error) {
	w.t.Helper()
	for n := 1; ; n++ {
		before := w.contents()
		e, failed := w.breakingAt(n)
		err := do(e)
		if !failed() {
			if err != nil {
				w.t.Fatalf("%s: %v", what, err)
			}
			w.t.Logf("%s: %d statements", what, n-1)
			return
		}
		if !errors.Is(err, errBroken) {
			w.t.Fatalf("%s says %v when statement %d fails", what, err, n)
		}
		if after := w.contents(); after != before {
			w.t.Fatalf("%s is half done when statement %d fails:\n%s\n%s", what, n, before, after)
		}
	}
}

// Whatever statement fails of whatever people or the clock do to a retrain: all of it is done or nothing.
func TestNothingIsHalfDone(t *testing.T) {
	w := newLoop(t)
	w.history("1", 10, 0)
	w.set("RETRAIN_COOLDOWN_DAYS", "0")
	var r *drift.Retrain
	ask := func(e *engine.Engine) (err error) {
		r, err = e.RequestRetrain(t.Context(), operator, engine.RetrainRequest{Model: fraud, Reason: "it looks worn"})
		return err
	}
	move := func(m retrain.Move) func(e *engine.Engine) error {
		return func(e *engine.Engine) error {
			now := w.retrains()[len(w.retrains())-1]
			_, err := e.MoveRetrain(t.Context(), manager, engine.RetrainMove{ID: now.ID, Version: now.Version, Move: m, Reason: "looked at it"})
			return err
		}
	}
	fire := func(e *engine.Engine) error {
		_, err := e.FireRetrains(t.Context())
		return err
	}
	look := func(e *engine.Engine) error {
		if _, err := e.SafeguardsNow(t.Context(), manager, r); err != nil {
			return err
		}
		if _, err := e.RetrainsIn(t.Context(), drift.RetrainWaitingApproval); err != nil {
			return err
		}
		_, err := e.Waiting(t.Context())
		return err
	}
	w.wholeOrNotAtAll("ask", ask)
	w.wholeOrNotAtAll("look", look)
	w.wholeOrNotAtAll("reject", move(retrain.MoveReject))
	w.wholeOrNotAtAll("ask again", ask)
	w.wait(49 * time.Hour)
	w.wholeOrNotAtAll("expire", fire)
	w.newest(drift.RetrainExpired)

	w.wholeOrNotAtAll("ask once more", ask)
	w.wholeOrNotAtAll("stop", func(e *engine.Engine) error {
		_, err := e.StopRetraining(t.Context(), manager, "wait")
		return err
	})
	w.wholeOrNotAtAll("resume", func(e *engine.Engine) error { return e.ResumeRetraining(t.Context(), manager, "go on") })
	w.wholeOrNotAtAll("approve", move(retrain.MoveApprove))
	w.work(r.ID, "a")
	kept := w.newest(drift.RetrainWatching)
	w.rows(kept.CandidateVersion, w.clock().Add(time.Minute), 90, 10)
	w.wait(25 * time.Hour)
	w.wholeOrNotAtAll("compare", func(e *engine.Engine) error {
		watch, err := e.WatchNow(t.Context(), operator, &kept)
		if err == nil && (watch.New != kept.CandidateVersion || watch.Old != "1" || watch.Decision.New.Outcomes != 100) {
			t.Errorf("the watch is %+v", watch)
		}
		return err
	})
	w.wholeOrNotAtAll("keep", fire)
	w.newest(drift.RetrainKept)

	w.wholeOrNotAtAll("preview a rollback", func(e *engine.Engine) error {
		_, err := e.PreviewRollback(t.Context(), manager, engine.RollbackRequest{Model: fraud})
		return err
	})
	w.wait(time.Hour)
	w.wholeOrNotAtAll("roll back", func(e *engine.Engine) error {
		_, err := e.RollBack(t.Context(), manager, engine.RollbackRequest{Model: fraud, Reason: "it is worse"})
		return err
	})
	w.wholeOrNotAtAll("lift the pause", func(e *engine.Engine) error { return e.LiftPause(t.Context(), manager, fraud, "understood") })
	if w.serving().Version != "1" {
		t.Errorf("%s serves", w.serving().Version)
	}

	w.wait(time.Hour)
	worse := w.request(operator)
	w.must(w.decide(worse, manager, retrain.MoveApprove))
	w.work(worse.ID, "a")
	worse = w.newest(drift.RetrainWatching)
	w.wholeOrNotAtAll("watch on without outcomes", func(e *engine.Engine) error {
		_, err := e.FireWatches(t.Context(), w.clock().Add(48*time.Hour))
		return err
	})
	if on := w.newest(drift.RetrainWatching); on.Version != worse.Version+1 || !on.DueAt.After(*worse.DueAt) {
		t.Errorf("watched on: %+v", on)
	}
	w.rows("1", worse.ActivatedAt.Add(-30*time.Minute), 90, 10)
	w.rows(worse.CandidateVersion, w.clock().Add(time.Minute), 10, 90)
	w.wait(time.Hour)
	w.wholeOrNotAtAll("watches that are not due", func(e *engine.Engine) error {
		n, err := e.FireWatches(t.Context(), w.clock())
		if err == nil && n != 0 {
			t.Errorf("%d watches are due at once", n)
		}
		return err
	})
	w.wholeOrNotAtAll("watches before their time", func(e *engine.Engine) error {
		n, err := e.FireWatches(t.Context(), w.clock().Add(48*time.Hour))
		if err == nil && n != 1 {
			t.Errorf("%d watches are due in two days", n)
		}
		return err
	})
	w.newest(drift.RetrainRolledBack)
	w.services()
	w.recorded()
}

// A server that loses its database in the middle of a training, of validating or activating, leaves what
// another one carries to its end.
func TestAnyStatementOfATrainingMayFail(t *testing.T) {
	w := newLoop(t)
	w.history("1", 10, 0)
	w.set("RETRAIN_COOLDOWN_DAYS", "0")
	ended := map[drift.RetrainState]int{}
	for n := 1; ; n++ {
		w.wait(time.Minute)
		r := w.request(operator)
		w.must(w.decide(r, manager, retrain.MoveApprove))
		e, failed := w.breakingAt(n)
		err := e.Work(t.Context(), r.ID, "a")
		if err != nil && !errors.Is(err, errBroken) {
			t.Fatalf("statement %d: %v", n, err)
		}
		now := w.retrains()[len(w.retrains())-1]
		for range 3 {
			if now.State != drift.RetrainWatching && !now.State.Ended() {
				w.work(r.ID, "b")
				now = w.retrains()[len(w.retrains())-1]
			}
		}
		w.services()
		ended[now.State]++
		switch now.State {
		case drift.RetrainWatching:
			if w.serving().Version != now.CandidateVersion {
				t.Fatalf("statement %d: %s serves beside %+v", n, w.serving().Version, now)
			}
			w.keep(now)
		case drift.RetrainFailed:
			if now.ActivatedAt != nil || w.serving().Version == now.CandidateVersion {
				t.Fatalf("statement %d: failed, and serves: %+v", n, now)
			}
		default:
			t.Fatalf("statement %d: left %+v", n, now)
		}
		if !failed() {
			t.Logf("%d statements; the retrains ended %v", n-1, ended)
			break
		}
	}
	w.recorded()
}
