package queue_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/store"
	"github.com/driftwatch/driftwatch/store/queue"
	"github.com/driftwatch/driftwatch/store/storetest"
)

func TestMain(m *testing.M) { storetest.Main(m) }

// clock is moved by the test and shared by all servers.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

// recorder stands in for the engine: it notes what ran, and does what the test asks.
type recorder struct {
	mu      sync.Mutex
	began   []string
	ended   []string
	gaveUp  []string
	running int
	overlap bool
	work    func(ctx context.Context, job drift.JobName, d drift.Date) error
	fill    func(ctx context.Context, o engine.BackfillOptions) error
	changed chan struct{}
}

func newRecorder() *recorder { return &recorder{changed: make(chan struct{}, 1000)} }

func (r *recorder) note(list *[]string, job drift.JobName, d drift.Date) {
	r.mu.Lock()
	*list = append(*list, fmt.Sprintf("%s %s", d.String()[5:], job))
	r.mu.Unlock()
	r.changed <- struct{}{}
}

func (r *recorder) RunJob(ctx context.Context, job drift.JobName, d drift.Date) (engine.JobResult, error) {
	r.mu.Lock()
	r.running++
	r.overlap = r.overlap || r.running > 1
	r.mu.Unlock()
	r.note(&r.began, job, d)
	var err error
	if r.work != nil {
		err = r.work(ctx, job, d)
	}
	r.mu.Lock()
	r.running--
	r.mu.Unlock()
	if err == nil {
		r.note(&r.ended, job, d)
	}
	return engine.JobResult{Covered: drift.JobCovered{Models: 3}}, err
}

func (r *recorder) JobGaveUp(_ context.Context, job drift.JobName, d drift.Date, _ error) error {
	r.note(&r.gaveUp, job, d)
	return nil
}
func (r *recorder) JobSucceeded(context.Context, drift.JobName, drift.Date) error { return nil }
func (r *recorder) FireRetrains(context.Context) (int, error)                     { return 0, nil }
func (r *recorder) TellWatches(context.Context) error                             { return nil }
func (r *recorder) Waiting(context.Context) ([]*drift.Retrain, error)             { return nil, nil }
func (r *recorder) Work(context.Context, int64, string) error                     { return nil }
func (r *recorder) CheckBackfill(by drift.Actor, from, to drift.Date) error {
	return engine.New(engine.Options{}).CheckBackfill(by, from, to)
}

func (r *recorder) Backfill(ctx context.Context, o engine.BackfillOptions) (res engine.BackfillResult, err error) {
	if r.fill != nil {
		err = r.fill(ctx, o)
	}
	return engine.BackfillResult{From: o.From, To: o.To, Days: int(o.To-o.From) + 1}, err
}
func (r *recorder) FireTimers(context.Context) (int, error) { return 0, nil }
func (r *recorder) CheckClock(context.Context, string, time.Duration, []drift.Tenant) error {
	return nil
}

func (r *recorder) list(of *[]string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(*of)
}

// until waits until the list holds so many entries.
func (r *recorder) until(t *testing.T, of *[]string, n int) []string {
	t.Helper()
	limit := time.NewTimer(30 * time.Second)
	defer limit.Stop()
	for {
		if got := r.list(of); len(got) >= n {
			return got
		}
		select {
		case <-r.changed:
		case <-limit.C:
			t.Fatalf("%v, want %d", r.list(of), n)
		}
	}
}

var midnight = time.Date(2026, 6, 15, 0, 0, 0, 0, time.UTC)

// serve runs a server's queue until the test ends, or until stop.
func serve(t *testing.T, dsn, name string, c *clock, e queue.Engine) (db *store.DB, q *queue.Queue, stop func()) {
	t.Helper()
	return serveWith(t, 8, dsn, name, c, e)
}

// serveWith is serve with so many connections.
func serveWith(t *testing.T, connections int32, dsn, name string, c *clock, e queue.Engine) (db *store.DB, q *queue.Queue, stop func()) {
	t.Helper()
	db, err := store.Open(t.Context(), dsn+"&application_name="+name, store.Options{Now: c.Now, MaxConns: connections})
	if err != nil {
		t.Fatal(err)
	}
	q, err = queue.New(queue.Options{
		DB: db, Engine: e, Server: name, Clock: c.Now, FirstStart: midnight, Every: 20 * time.Millisecond,
		Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = q.Run(ctx) // a queue whose database was taken away may say so
	}()
	stop = sync.OnceFunc(func() {
		cancel()
		<-done
		db.Close()
	})
	t.Cleanup(stop)
	return db, q, stop
}

// Three servers, three days: every slot once, in order, never two at a time.
func TestEverySlotOnceInOrder(t *testing.T) {
	dsn := storetest.FreshDSN(t)
	c := &clock{now: midnight}
	r := newRecorder()
	for _, name := range []string{"a", "b", "c"} {
		serve(t, dsn, name, c, r)
	}
	c.set(midnight.Add(time.Hour))
	r.until(t, &r.ended, 1)
	c.set(midnight.Add(76 * time.Hour)) // three days later: everything missed is caught up
	got := r.until(t, &r.ended, 16)
	var want []string
	for _, day := range []string{"06-15", "06-16", "06-17", "06-18"} {
		for _, job := range drift.DailyJobs {
			want = append(want, day+" "+string(job))
		}
	}
	if !slices.Equal(got, want) || !slices.Equal(r.list(&r.began), want) {
		t.Errorf("ran  %v\nbegan %v\nwant %v", got, r.list(&r.began), want)
	}
	if r.overlap {
		t.Error("two jobs ran at the same time")
	}
}

// A server that dies in the middle of a job loses it to another at once.
func TestADeadServersJobIsTakenOver(t *testing.T) {
	dsn := storetest.FreshDSN(t)
	c := &clock{now: midnight.Add(time.Hour)}
	dying := newRecorder()
	dying.work = func(ctx context.Context, _ drift.JobName, _ drift.Date) error {
		<-ctx.Done()
		return ctx.Err()
	}
	r := newRecorder()
	owner, err := store.Open(t.Context(), dsn, store.Options{MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(owner.Close)
	order := func(statements ...string) {
		t.Helper()
		for _, s := range statements {
			if _, err := owner.Pool().Exec(t.Context(), s); err != nil {
				t.Fatalf("%s: %v", s, err)
			}
		}
	}
	order(`DROP ROLE IF EXISTS dying_server`, `CREATE ROLE dying_server LOGIN SUPERUSER`)
	t.Cleanup(func() { _, _ = owner.Pool().Exec(context.Background(), `DROP ROLE dying_server`) })
	own, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	own.User = url.User("dying_server")
	serve(t, own.String(), "dying", c, dying)
	dying.until(t, &dying.began, 1)

	// What kill -9 does to a server: all its connections fall at once, and none comes back.
	order(`ALTER ROLE dying_server NOLOGIN`, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'dying_server'`)
	db, _, _ := serve(t, dsn, "heir", c, r)
	if got := r.until(t, &r.ended, 1); got[0] != "06-15 outcomes" {
		t.Errorf("the heir ran %v", got)
	}
	run := lastRun(t, db, drift.JobOutcomes)
	if run.State != "done" || run.Server != "heir" || run.Attempt != 2 || run.Covered.Models != 3 {
		t.Errorf("%+v", run)
	}
}

func lastRun(t *testing.T, db *store.DB, job drift.JobName) drift.ScheduleRun {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		runs, err := db.LastScheduleRuns(t.Context(), drift.SystemActor())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range runs {
			if r.Name == job && (r.State == "done" || r.State == "failed") {
				return r
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is not over: %+v", job, runs)
		}
	}
}

// A job that fails is tried again after a pause, then counts as over: everybody is told, the next
// one starts, and a manager may run it again.
func TestAJobThatFails(t *testing.T) {
	dsn := storetest.FreshDSN(t)
	c := &clock{now: midnight.Add(time.Hour)}
	r := newRecorder()
	failing := true
	r.work = func(_ context.Context, job drift.JobName, _ drift.Date) error {
		r.mu.Lock()
		defer r.mu.Unlock()
		if failing && job == drift.JobOutcomes {
			return &drift.Error{Code: drift.CodeUnavailable, Message: "The disk is full."}
		}
		return nil
	}
	db, q, _ := serve(t, dsn, "a", c, r)
	r.until(t, &r.began, 1)
	c.set(midnight.Add(2 * time.Hour)) // the second job is due, and waits; so does the second attempt's pause end
	r.until(t, &r.began, 2)
	c.set(midnight.Add(2*time.Hour + 10*time.Minute))
	r.until(t, &r.gaveUp, 1)
	if got := r.until(t, &r.ended, 1); got[0] != "06-15 metrics" {
		t.Errorf("after the failure ran %v", got)
	}
	run := lastRun(t, db, drift.JobOutcomes)
	if run.State != "failed" || run.Attempt != 3 || run.Error != "The disk is full." {
		t.Errorf("%+v", run)
	}
	if got := r.list(&r.began); len(got) != 4 {
		t.Errorf("began %v", got)
	}

	operator := drift.Actor{Name: "olga", Role: drift.RoleOperator, AllTenants: true}
	if err := q.RunAgain(t.Context(), operator, drift.JobOutcomes, run.Slot); drift.CodeOf(err) != drift.CodeForbidden {
		t.Errorf("an operator: %v", err)
	}
	r.mu.Lock()
	failing = false
	r.mu.Unlock()
	manager := drift.Actor{Name: "mara", Role: drift.RoleManager, AllTenants: true}
	if err := q.RunAgain(t.Context(), manager, drift.JobOutcomes, run.Slot); err != nil {
		t.Fatal(err)
	}
	r.until(t, &r.ended, 2)
	if err := q.RunAgain(t.Context(), manager, drift.JobMetrics, midnight.Add(2*time.Hour)); drift.CodeOf(err) != drift.CodeConflict {
		t.Errorf("a run that did not fail: %v", err)
	}
}

// A server that is told to stop leaves its job to the next one, unharmed.
func TestStoppingIsNotFailing(t *testing.T) {
	dsn := storetest.FreshDSN(t)
	c := &clock{now: midnight.Add(time.Hour)}
	first := newRecorder()
	first.work = func(ctx context.Context, _ drift.JobName, _ drift.Date) error {
		<-ctx.Done()
		return ctx.Err()
	}
	_, _, stop := serve(t, dsn, "first", c, first)
	first.until(t, &first.began, 1)
	stop()
	second := newRecorder()
	db, _, _ := serve(t, dsn, "second", c, second)
	second.until(t, &second.ended, 1)
	if run := lastRun(t, db, drift.JobOutcomes); run.State != "done" || run.Error != "" {
		t.Errorf("%+v", run)
	}
	if len(first.list(&first.gaveUp)) != 0 {
		t.Error("stopping was taken for a failure")
	}
}
