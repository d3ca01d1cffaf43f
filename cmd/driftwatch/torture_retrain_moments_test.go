package main_test

import (
	"context"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// moment is a moment in the life of a retrain that the test can hold still: everything up to it is
// committed, the move out of it is under way and waits for a lock that the test has.
type moment struct {
	name  string
	state drift.RetrainState // as everybody else sees it then; "" where there is no retrain yet
	drift bool               // only an automatic retrain passes through it
	reach func(k *trainee, tenant string, f *freeze)
}

// The locks of the database that hold a moment still. The head of events is taken last, before COMMIT.
const (
	lockHead     = `SELECT FROM event_head FOR UPDATE`
	lockStart    = `SELECT pg_advisory_xact_lock(hashtextextended('driftwatch: start of a training', 0))`
	lockVersions = `LOCK TABLE ml_model_version IN SHARE MODE`
	lockService  = `SELECT pg_advisory_xact_lock(hashtextextended('serving of ` + tornModel + `', (SELECT id FROM tenant WHERE name = $1)))`
)

var (
	proposed = moment{"proposed", "", false, func(k *trainee, tenant string, f *freeze) {
		f.take(lockHead)
		f.beside(func(ctx context.Context) { k.ask(ctx, tenant) })
		f.blocks()
	}}
	approving = moment{"waiting for approval", drift.RetrainWaitingApproval, false, func(k *trainee, tenant string, f *freeze) {
		k.ask(context.Background(), tenant)
		r := k.retrainOf(tenant)
		f.take(lockHead)
		f.beside(func(ctx context.Context) { k.approve(ctx, r) })
		f.blocks()
	}}
	counting = moment{"countdown", drift.RetrainCountdown, true, func(k *trainee, tenant string, f *freeze) {
		f.take(lockHead)
		k.countdownOver(tenant)
		f.blocks()
	}}
	queued = moment{"queued", drift.RetrainQueued, false, func(k *trainee, tenant string, f *freeze) {
		f.take(lockStart)
		k.begin(tenant)
		f.blocks()
	}}
	training = moment{"training", drift.RetrainTraining, false, func(k *trainee, tenant string, f *freeze) {
		f.hold()
		k.begin(tenant)
		eventually(k.t, time.Minute, "the trainer of "+tenant, func() bool {
			p := k.processes()
			return k.retrainOf(tenant).State == drift.RetrainTraining && len(p.programs) > 0 && len(p.others) > 0
		})
	}}
	validating = moment{"validating", drift.RetrainValidating, false, func(k *trainee, tenant string, f *freeze) {
		f.take(lockVersions)
		k.begin(tenant)
		f.blocks()
	}}
	activating = moment{"activating", drift.RetrainActivating, false, func(k *trainee, tenant string, f *freeze) {
		f.take(lockService, tenant)
		k.begin(tenant)
		f.blocks()
	}}
	activated = moment{"activating, all but committed", drift.RetrainActivating, false, func(k *trainee, tenant string, f *freeze) {
		door := k.newFreeze()
		door.take(lockService, tenant)
		k.begin(tenant)
		door.blocks()
		f.take(lockHead)
		door.release()
		f.blocks()
	}}
	keeping     = moment{"watching, all but kept", drift.RetrainWatching, false, watched(true)}
	rollingBack = moment{"watching, all but rolled back", drift.RetrainWatching, false, watched(false)}
)

// moments lists them in the order of a retrain's life.
var moments = []moment{proposed, approving, counting, queued, training, validating, activating, activated, keeping, rollingBack}

// watched reaches the judgement of a version that was right about everything, or about nothing.
func watched(right bool) func(k *trainee, tenant string, f *freeze) {
	return func(k *trainee, tenant string, f *freeze) {
		k.begin(tenant)
		k.until(tenant, drift.RetrainWatching)
		k.score(tenant, k.retrainOf(tenant).CandidateVersion, right)
		f.take(lockHead)
		k.dayPasses(tenant)
		f.blocks()
	}
}

// freeze holds locks in a transaction of its own.
type freeze struct {
	k     *trainee
	conn  *pgx.Conn
	tx    pgx.Tx
	ended []chan struct{} // of what was begun beside
	stop  context.CancelFunc
	ctx   context.Context
}

func (k *trainee) newFreeze() *freeze {
	k.t.Helper()
	f := &freeze{k: k, conn: k.dial()}
	f.ctx, f.stop = context.WithCancel(context.Background())
	var err error
	if f.tx, err = f.conn.Begin(context.Background()); err != nil {
		k.t.Fatal(err)
	}
	return f
}

func (f *freeze) take(lock string, args ...any) {
	f.k.t.Helper()
	if _, err := f.tx.Exec(context.Background(), lock, args...); err != nil {
		f.k.t.Fatalf("%s: %v", lock, err)
	}
}

// hold has trainers wait.
func (f *freeze) hold() {
	f.k.t.Helper()
	if err := os.WriteFile(f.k.hold, nil, 0o600); err != nil {
		f.k.t.Fatal(err)
	}
}

// beside begins what will wait.
func (f *freeze) beside(fn func(ctx context.Context)) {
	ended := make(chan struct{})
	f.ended = append(f.ended, ended)
	go func() {
		defer close(ended)
		fn(f.ctx)
	}()
}

// blocks waits until something waits for a lock that is held here.
func (f *freeze) blocks() {
	f.k.t.Helper()
	pid := f.conn.PgConn().PID()
	eventually(f.k.t, time.Minute, "something to wait", func() bool {
		return count(f.k.t, f.k.look(), `SELECT count(*) FROM pg_locks WHERE NOT granted AND $1 = ANY (pg_blocking_pids(pid))`, pid) > 0
	})
}

// release lets everything go on, and waits for what was begun beside.
func (f *freeze) release() {
	_ = os.Remove(f.k.hold)
	_ = f.tx.Rollback(context.Background()) // its PostgreSQL may have been killed
	_ = f.conn.Close(context.Background())
	for _, ended := range f.ended {
		<-ended
	}
	f.stop()
}
