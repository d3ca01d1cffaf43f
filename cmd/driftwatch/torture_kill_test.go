package main_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// TestKillRounds is the short form of TestTortureKillRounds.
func TestKillRounds(t *testing.T) {
	killRounds(t, []string{"postgres", "server"}, nil)
}

// killed is an installation that was killed again and again under load.
type killed struct {
	*home
	testing *testing.T
	load    *load
	people  *operator
	viewer  string
	today   drift.Date
	server  *process
}

// killRounds kills, by turns, the server or its PostgreSQL while predictions flow, checks run,
// alerts are acknowledged and a program follows on the socket, then looks whether anything is
// missing. watch, where it is given, adds a watcher and returns what looks whether it kept up.
func killRounds(t *testing.T, rounds []string, watch func(k *killed) (keptUp func(newest int64))) {
	k := furnish(t)
	follow := &follower{}
	watching, unwatch := context.WithCancel(t.Context())
	defer unwatch()
	followed := follow.run(watching, k.home, k.viewer)
	keptUp := func(int64) {}
	if watch != nil {
		keptUp = watch(k)
	}
	working, stop := context.WithCancel(t.Context())
	defer stop()
	wrote := k.load.run(working, 3)
	checked := k.checker(working, k.today)
	acted := k.people.run(working)
	for i, target := range rounds {
		k.round(i, target)
	}
	stop()
	wrote()
	acted()
	good, failed := checked()
	t.Logf("checks beside the server: %d ended well, %d had no database", good, failed)
	if good == 0 {
		t.Error("no check beside the server ended well")
	}
	conn := k.connect()
	k.verify(conn)
	newest := verifyEvents(t, conn)
	eventually(t, time.Minute, fmt.Sprintf("the socket to catch up with event %d", newest), func() bool {
		seq, _, _ := follow.state()
		return seq == newest
	})
	keptUp(newest)
	unwatch()
	followed()
	_, told, links := follow.state()
	t.Logf("socket: %d events, each once, over %d connections", told, links)
	k.end()
}

// furnishQuiet makes an installation with a history, people and programs.
func furnishQuiet(t *testing.T) *killed {
	k := &killed{home: newHome(t), testing: t, today: drift.DateOf(time.Now())}
	k.run("", "import", "predictions", history{tenants: 2, days: 67, perDay: 60, today: k.today}.file(t))
	token := func(name, role string) string {
		return strings.TrimSpace(k.run("", "token", "add", name, "--role", role))
	}
	k.server = k.serve()
	k.load = &load{t: t, home: k.home, token: token("feed", "ingest"), today: k.today}
	k.people = &operator{home: k.home, token: token("desk", "operator")}
	k.viewer = token("wall", "viewer")
	return k
}

// furnish is furnishQuiet with a schedule that is behind, and alerts that are acknowledged: the load
// makes them worse.
func furnish(t *testing.T) *killed {
	k := furnishQuiet(t)
	k.order(k.connect(), `UPDATE installation SET first_start = first_start - interval '1 day'`)
	k.run("", "run", "all")
	k.people.acknowledgeAll(t.Context())
	return k
}

func (k *killed) order(conn *pgx.Conn, statement string) {
	k.t.Helper()
	if _, err := conn.Exec(context.Background(), statement); err != nil {
		k.t.Fatalf("%s: %v", statement, err)
	}
}

// round lets everything run for a while, kills, and waits until batches go in again.
func (k *killed) round(i int, target string) {
	k.t.Helper()
	conn := k.connect()
	k.order(conn, `UPDATE installation SET first_start = first_start - interval '6 hours'`) // more is behind
	_ = conn.Close(context.Background())
	goOn := k.load.acked.Load() + 20
	eventually(k.t, time.Minute, "batches to go in", func() bool { return k.load.acked.Load() >= goOn })
	<-time.After(time.Duration(rand.IntN(1200)) * time.Millisecond)
	began := time.Now()
	if target == "server" {
		k.server.kill()
		k.server = k.serve()
	} else {
		pid := k.postmaster()
		if err := syscall.Kill(pid, syscall.SIGKILL); pid == 0 || err != nil {
			k.t.Fatalf("kill postmaster %d: %v", pid, err)
		}
		eventually(k.t, time.Minute, "another postmaster", func() bool { p := k.postmaster(); return p != 0 && p != pid && k.ready() })
	}
	goOn = k.load.acked.Load() + 1
	eventually(k.t, time.Minute, "a batch to go in after "+target+" was killed", func() bool {
		return k.load.acked.Load() >= goOn || !k.server.running()
	})
	if !k.server.running() {
		k.t.Fatalf("the server ended after %s was killed:\n%s", target, k.server.log.String())
	}
	k.t.Logf("round %d: %s killed, batches went in again after %v", i+1, target, time.Since(began).Round(time.Millisecond))
}

// verify looks at everything that must hold, once the schedule has caught up and every day is built.
func (k *killed) verify(conn *pgx.Conn) {
	k.t.Helper()
	k.order(conn, `UPDATE schedule_run SET queued_at = queued_at - interval '1 hour' WHERE state = 'queued'`) // no back-off
	// One slot is handed out at a time: until the last, there are moments in which all that are there are done.
	due := count(k.t, conn, `SELECT count(*) FROM installation, generate_series(date_trunc('day', first_start), now(), interval '1 hour') h
		WHERE extract(hour FROM h AT TIME ZONE 'UTC') BETWEEN 1 AND 4 AND h > first_start`)
	eventually(k.t, 2*time.Minute, "the schedule to catch up", func() bool { return allDone(schedule(k.t, conn), max(4, int(due))) })
	none(k.t, conn, "slots that are not done", `SELECT format('%s %s %s %s', name, slot, state, error) FROM schedule_run WHERE state <> 'done'`)
	k.t.Logf("schedule: %d slots done, %d of them after another attempt", len(schedule(k.t, conn)),
		count(k.t, conn, `SELECT count(*) FROM schedule_run WHERE attempt > 1`))
	k.run("", "run", "outcomes")
	k.run("", "run", "statistical", "--date", k.today.Add(1).String())
	k.load.verifyLog(conn)
	verifyKeys(k.t, conn)
	verifyDays(k.t, conn)
	verifyReports(k.t, conn)
	verifyAlerts(k.t, conn, k.people.acked)
	k.verifyAudit(conn)
}

// end interrupts the server as Ctrl-C does: it must end well and take its PostgreSQL with it.
func (k *killed) end() {
	k.t.Helper()
	endInOrder(k.home, k.server, syscall.SIGINT)
}

// endInOrder tells a server to stop and looks at how it goes.
func endInOrder(h *home, p *process, sig syscall.Signal) {
	h.t.Helper()
	pid := h.postmaster()
	if err := p.cmd.Process.Signal(sig); err != nil || pid == 0 {
		h.t.Fatalf("%v: %v, postmaster %d", sig, err, pid)
	}
	if code := p.wait(time.Minute); code != 0 {
		h.t.Errorf("after %v the exit code is %d:\n%s", sig, code, p.log.String())
	}
	if err := inOrder(p.log.String(), "Stopping: no new requests", "Stopping the private PostgreSQL.", "Stopped. Everything that was accepted is kept."); err != nil {
		h.t.Error(err)
	}
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		h.t.Errorf("PostgreSQL, process %d, is still there (%v)", pid, err)
	}
}
