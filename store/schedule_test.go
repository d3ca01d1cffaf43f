package store_test

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/storetest"
)

func TestSlotsAreClaimedOnce(t *testing.T) {
	db := storetest.Fresh(t)
	slot := checkDay.Time().Add(3 * time.Hour)
	var won atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			err := db.InTx(t.Context(), system, func(tx *store.Tx) error {
				ok, err := tx.ClaimSlot(t.Context(), drift.JobStatistical, slot, now)
				if ok {
					won.Add(1)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won.Load() != 1 {
		t.Errorf("%d servers claimed one slot", won.Load())
	}
}

func TestLifeOfARun(t *testing.T) {
	db := storetest.Fresh(t)
	job, slot := drift.JobStatistical, checkDay.Time().Add(3*time.Hour)
	step := func(name string, want bool, state string, do func(ctx context.Context, tx *store.Tx) (bool, error)) {
		t.Helper()
		inTx(t, db, system, func(ctx context.Context, tx *store.Tx) error {
			got, err := do(ctx, tx)
			if err != nil {
				return err
			}
			r, ok, err := tx.ScheduleRun(ctx, job, slot)
			if got != want || !ok || r.State != state {
				t.Errorf("%s: %v, then %q", name, got, r.State)
			}
			return err
		})
	}
	start := func(attempt int) func(context.Context, *store.Tx) (bool, error) {
		return func(ctx context.Context, tx *store.Tx) (bool, error) {
			return tx.StartRun(ctx, job, slot, attempt, "one", now)
		}
	}
	fail := func(last bool) func(context.Context, *store.Tx) (bool, error) {
		return func(ctx context.Context, tx *store.Tx) (bool, error) {
			return tx.FailRun(ctx, job, slot, last, "disk full", now.Add(time.Minute))
		}
	}
	reclaim := func(ctx context.Context, tx *store.Tx) (bool, error) { return tx.ReclaimSlot(ctx, job, slot, now) }
	finish := func(ctx context.Context, tx *store.Tx) (bool, error) {
		return tx.FinishRun(ctx, job, slot, drift.JobCovered{Models: 3, Judged: 2}, now.Add(time.Minute))
	}
	step("claim", true, "queued", func(ctx context.Context, tx *store.Tx) (bool, error) { return tx.ClaimSlot(ctx, job, slot, now) })
	step("again, not failed", false, "queued", reclaim)
	step("start", true, "running", start(1))
	step("fail", true, "queued", fail(false))
	step("second start", true, "running", start(2))
	step("fail for good", true, "failed", fail(true))
	step("start when over", false, "failed", start(3))
	step("again", true, "queued", reclaim)
	step("start again", true, "running", start(1))
	step("finish", true, "done", finish)
	step("finish twice", false, "done", finish)
	step("fail when done", false, "done", fail(true))
	viewer := drift.Actor{Name: "v", Role: drift.RoleViewer}
	runs, err := db.ScheduleRuns(t.Context(), viewer, checkDay.Time(), checkDay.Add(1).Time())
	if err != nil || len(runs) != 1 || runs[0].Covered.Models != 3 || runs[0].Error != "" || !runs[0].FinishedAt.Equal(now.Add(time.Minute)) {
		t.Errorf("runs of the day: %+v, %v", runs, err)
	}
	last, err := db.LastScheduleRuns(t.Context(), viewer)
	if err != nil || len(last) != 1 || !last[0].Slot.Equal(slot) || last[0].Server != "one" {
		t.Errorf("last runs: %+v, %v", last, err)
	}
}

func TestProgressAndServers(t *testing.T) {
	clock := now
	db := storetest.Fresh(t, store.Options{Now: func() time.Time { return clock }})
	id, err := db.BeginProgress(t.Context(), "backfill", "75 days", 75)
	if err != nil {
		t.Fatal(err)
	}
	tell := func(done int64, over bool, why string) {
		t.Helper()
		p := drift.Progress{ID: id, Kind: "backfill", Title: "75 days", Done: done, Total: 75, Error: why}
		if over {
			p.FinishedAt = clock
		}
		if err := db.TellProgress(t.Context(), p); err != nil {
			t.Fatal(err)
		}
	}
	tell(30, false, "")
	if list, err := db.ProgressSince(t.Context(), system, now); err != nil || len(list) != 1 || list[0].Done != 30 || !list[0].FinishedAt.IsZero() || list[0].Error != "" {
		t.Errorf("under way: %+v, %v", list, err)
	}
	tell(30, true, "disk full")
	tell(31, false, "")
	if n := value(t, db, `SELECT count(*) FROM event WHERE type = 'CHECK_COMPLETED' AND payload -> 'check' ->> 'id' = $1`, strconv.FormatInt(id, 10)); n != "3" {
		t.Errorf("%s events tell of it, want 3", n)
	}
	list, err := db.ProgressSince(t.Context(), only(drift.RoleViewer), now)
	if err != nil || len(list) != 1 || list[0].Done != 30 || list[0].Error != "disk full" || list[0].FinishedAt.IsZero() {
		t.Errorf("progress: %+v, %v", list, err)
	}
	if list, err = db.ProgressSince(t.Context(), system, now.Add(time.Second)); err != nil || len(list) != 0 {
		t.Errorf("progress of long ago: %+v, %v", list, err)
	}
	clock = time.Now().Add(10 * time.Second)
	offset, err := db.Heartbeat(t.Context(), "one", now, 3)
	if err != nil || offset < 5*time.Second || offset > 15*time.Second {
		t.Errorf("a clock 10 s ahead is off by %v, %v", offset, err)
	}
	servers, err := db.Servers(t.Context(), system, time.Minute)
	if err != nil || len(servers) != 1 || servers[0].Browsers != 3 || servers[0].ClockOffset.Round(time.Millisecond) != offset.Round(time.Millisecond) {
		t.Errorf("servers: %+v, %v", servers, err)
	}
	if err := db.Goodbye(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	if servers, err = db.Servers(t.Context(), system, time.Minute); err != nil || len(servers) != 0 {
		t.Errorf("after goodbye: %+v, %v", servers, err)
	}
}
