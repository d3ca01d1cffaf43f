package main_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// What is killed. The trainer is two processes: the guard, and the program that it guards.
const (
	killServer   = "server"
	killPostgres = "postgres"
	killGuard    = "guard"
	killProgram  = "program"
	killBoth     = "server and guard"
)

// TestRetrainKilled is the short form of TestTortureRetrainStates: one kill of each kind.
func TestRetrainKilled(t *testing.T) {
	k := newTrainee(t, 3, 0)
	k.rounds([]tornRound{
		{activated, killServer}, {training, killProgram}, {validating, killPostgres},
	})
}

// tornRound is one kill, at one moment of a retrain.
type tornRound struct {
	moment moment
	target string
}

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
			return k.retrainOf(tenant).State == drift.RetrainTraining && len(k.processes().programs) > 0
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

// rounds makes one kill after the other, each on a tenant of its own, and looks at everything after
// each and in the end.
func (k *trainee) rounds(list []tornRound) {
	k.t.Helper()
	plain, drifting := 0, 0
	for i, r := range list {
		tenant := tenantOf(plain)
		if r.moment.drift {
			tenant = driftingOf(drifting)
			drifting++
		} else {
			plain++
		}
		began := time.Now()
		k.round(r, tenant)
		k.t.Logf("round %d: %s killed at %s, %v", i+1, r.target, r.moment.name, time.Since(began).Round(time.Millisecond))
	}
	k.watchesFallDue()
	k.verifyRetrains()
	endInOrder(k.home, k.server, syscall.SIGTERM)
}

func (k *trainee) round(r tornRound, tenant string) {
	k.t.Helper()
	f := k.newFreeze()
	r.moment.reach(k, tenant, f)
	if now := k.retrainOf(tenant); now.State != r.moment.state {
		k.t.Fatalf("at %q the retrain of %s is %q", r.moment.name, tenant, now.State)
	}
	k.kill(r.target, k.processes())
	f.release()
	if !k.server.running() {
		k.server = k.serve()
	} else {
		eventually(k.t, time.Minute, "the server to be ready again", k.ready)
	}
	switch {
	case r.target == killGuard:
		k.failed(tenant, "guards the trainer was killed")
	case r.target == killProgram:
		k.failed(tenant, "was killed from outside")
	case r.moment.name == keeping.name:
		k.until(tenant, drift.RetrainKept)
	case r.moment.name == rollingBack.name:
		k.until(tenant, drift.RetrainRolledBack)
	default:
		k.begin(tenant)
		k.until(tenant, drift.RetrainWatching)
	}
	k.noOrphans()
	k.verifyRetrains()
}

// kill kills a process, or two at once; those of trainings as they were found.
func (k *trainee) kill(target string, alive trainerProcesses) {
	k.t.Helper()
	shoot := func(what string, pids ...int) {
		if len(pids) == 0 || pids[0] == 0 {
			k.t.Fatalf("there is no %s to kill", what)
		}
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended in this very moment
		}
	}
	switch target {
	case killServer:
		k.server.kill()
	case killBoth:
		shoot("guard", append(alive.guards, k.server.cmd.Process.Pid)...)
		k.server.kill()
	case killGuard:
		shoot(target, alive.guards...)
	case killProgram:
		shoot(target, alive.programs...)
	case killPostgres:
		pid := k.postmaster()
		shoot(target, pid)
		eventually(k.t, time.Minute, "another postmaster", func() bool { p := k.postmaster(); return p != 0 && p != pid })
		_ = k.conn.Close(context.Background()) // it is dead, and may not know yet
	}
}

// begin brings a tenant's retrain to the queue from wherever it is, as people do whose answers were lost.
func (k *trainee) begin(tenant string) {
	k.t.Helper()
	eventually(k.t, time.Minute, "the retrain of "+tenant+" to begin", func() bool {
		switch r := k.retrainOf(tenant); r.State {
		case "":
			k.ask(context.Background(), tenant)
		case drift.RetrainWaitingApproval:
			k.approve(context.Background(), r)
		case drift.RetrainCountdown:
			k.countdownOver(tenant)
		default:
			return true
		}
		return false
	})
}

// countdownOver moves the end of a countdown to now.
func (k *trainee) countdownOver(tenant string) {
	k.t.Helper()
	_, err := k.look().Exec(context.Background(), `UPDATE ml_retrain r SET due_at = now() FROM tenant t
		WHERE t.id = r.tenant_id AND t.name = $1 AND state = 'countdown'`, tenant)
	if err != nil {
		k.t.Fatal(err)
	}
}

func (k *trainee) until(tenant string, want drift.RetrainState) {
	k.t.Helper()
	var r torn
	eventually(k.t, time.Minute, fmt.Sprintf("the retrain of %s to be %s", tenant, want), func() bool {
		if r = k.retrainOf(tenant); r.State != want && (r.State.Ended() || !k.server.running()) {
			k.t.Fatalf("the retrain of %s is %s, want %s: %s\n%s", tenant, r.State, want, r.Note, k.server.log.String())
		}
		return r.State == want
	})
}

// failed waits until a retrain has failed for a reason that is said.
func (k *trainee) failed(tenant, why string) {
	k.t.Helper()
	k.until(tenant, drift.RetrainFailed)
	if r := k.retrainOf(tenant); !strings.Contains(r.Note, why) {
		k.t.Errorf("the retrain of %s failed, and it says %q", tenant, r.Note)
	}
	if v := k.active(tenant); v != firstOne {
		k.t.Errorf("%s serves at %s after a training that failed", v, tenant)
	}
}
