package main_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

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

// TestRetrainKilled is the short form of TestTortureRetrainStates: one kill of each kind, of the server
// and PostgreSQL at any moment.
func TestRetrainKilled(t *testing.T) {
	t.Parallel()
	anyMoment := func() moment { return moments[rand.IntN(len(moments))] }
	retrainsKilled(t, []tornRound{{anyMoment(), killServer}, {training, killProgram}, {anyMoment(), killPostgres}})
}

// retrainsKilled makes the rounds on an installation of their own.
func retrainsKilled(t *testing.T, list []tornRound) {
	plain, drifting := 0, 0
	for _, r := range list {
		if r.moment.drift {
			drifting++
		} else {
			plain++
		}
	}
	newTrainee(t, plain, drifting).rounds(list)
}

// tornRound is one kill, at one moment of a retrain.
type tornRound struct {
	moment moment
	target string
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
	k.verifyAudit(k.look())
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
		eventually(k.t, time.Minute, "another postmaster", func() bool {
			p := k.postmaster()
			return p != 0 && p != pid || !k.server.running()
		})
		if !k.server.running() { // as one may that was just starting
			k.t.Logf("the server ended when its PostgreSQL was killed:\n%s", k.server.log.String())
		}
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
