package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// TestUnderLoad holds the quick tries on one installation.
func TestUnderLoad(t *testing.T) {
	k := furnishQuiet(t)
	k.run("", "run", "all")
	fiftyAcknowledge(k)
	backupUnderLoad(k)
	stopUnderLoad(k, 1)
}

// stopUnderLoad: told to stop in the middle of its work the server ends in order, whichever signal
// says so, keeps what it accepted, and leaves no PostgreSQL behind.
func stopUnderLoad(k *killed, times int) {
	t := k.testing
	for _, sig := range slices.Repeat([]syscall.Signal{syscall.SIGTERM, syscall.SIGINT}, times) {
		working, stop := context.WithCancel(t.Context())
		wrote := k.load.run(working, 3)
		follow := &follower{}
		followed := follow.run(working, k.home, k.viewer)
		goOn := k.load.acked.Load() + 20
		eventually(t, time.Minute, "batches to go in", func() bool {
			_, told, _ := follow.state()
			return k.load.acked.Load() >= goOn && told > 0
		})
		endInOrder(k.home, k.server, sig)
		stop()
		wrote()
		followed()
		k.server = k.serve()
		k.load.verifyLog(k.connect())
	}
	k.end()
}

// backupUnderLoad: a backup made while rows go in holds every row that was acknowledged before it
// began, whole batches only, and a restored one verifies.
func backupUnderLoad(k *killed) {
	t := k.testing
	working, stop := context.WithCancel(t.Context())
	defer stop()
	wrote := k.load.run(working, 3)
	eventually(t, time.Minute, "batches to go in", func() bool { return k.load.acked.Load() >= 20 })
	before := k.load.snapshot()
	file := filepath.Join(t.TempDir(), "backup")
	k.run("", "backup", file)
	if k.load.acked.Load() == before.acked.Load() {
		t.Error("nothing was written during the backup")
	}
	stop()
	wrote()
	after := k.load.snapshot()

	restored := newHome(t)
	said := restored.run("", "restore", file)
	if !strings.Contains(said, "verifies") {
		t.Errorf("restore says %q", said)
	}
	server := restored.serve()
	conn := restored.connect()
	after.keepAcks(before)
	after.verifyLog(conn)
	verifyKeys(t, conn)
	verifyReports(t, conn)
	verifyEvents(t, conn)
	verifyAlerts(t, conn, k.people.acked)
	restored.verifyAudit(conn)
	if n := count(t, conn, `SELECT count(*) FROM ml_prediction_log WHERE prediction_id LIKE 'tenant-%'`); n != 2*67*60 {
		t.Errorf("%d rows of the history", n)
	}
	endInOrder(restored, server, syscall.SIGTERM)
}

// snapshot copies the ledger as it is.
func (l *load) snapshot() *load {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := &load{t: l.t, home: l.home, today: l.today}
	c.acked.Store(l.acked.Load())
	for _, b := range l.batches {
		own := *b
		c.batches = append(c.batches, &own)
	}
	return c
}

// keepAcks holds of a later ledger only those answers that an earlier one has: the others may be in
// or not.
func (l *load) keepAcks(earlier *load) {
	for i, b := range l.batches {
		known := i < len(earlier.batches)
		b.acked = known && earlier.batches[i].acked
		b.outcomesAcked = known && earlier.batches[i].outcomesAcked && b.acked
	}
}

// fiftyAcknowledge: fifty programs of ten desks acknowledge one alert at the same moment. One wins, the others learn
// who did, and it is written down once everywhere.
func fiftyAcknowledge(k *killed) {
	t := k.testing
	conn := k.connect()
	const people, desks = 50, 10
	tokens := make([]string, desks)
	for i := range tokens {
		tokens[i] = strings.TrimSpace(k.run("", "token", "add", fmt.Sprintf("desk-%02d", i), "--role", "operator"))
	}
	id := count(t, conn, `SELECT min(id) FROM noc_alert_event WHERE status = 'NEW'`)
	version := count(t, conn, `SELECT version FROM noc_alert_event WHERE id = $1`, id)
	events, audits := count(t, conn, `SELECT count(*) FROM event`), count(t, conn, `SELECT count(*) FROM audit_log`)
	type said struct {
		status int
		body   []byte
		err    error
	}
	answers := make([]said, people)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range people {
		all.Go(func() {
			<-start
			a := &answers[i]
			a.status, a.body, a.err = k.call(t.Context(), http.MethodPost, fmt.Sprintf("/api/v1/alerts/%d/acknowledge", id), tokens[i%desks],
				fmt.Appendf(nil, `{"version":%d,"note":"mine"}`, version))
		})
	}
	close(start)
	all.Wait()
	winner := ""
	for i, a := range answers {
		if a.status == http.StatusOK {
			if winner != "" {
				t.Errorf("desk-%02d won as well as %s", i%desks, winner)
			}
			winner = fmt.Sprintf("desk-%02d", i%desks)
		}
	}
	if winner == "" {
		t.Error("nobody won")
	}
	losers := 0
	for i, a := range answers {
		if a.status == http.StatusOK {
			continue
		}
		var p struct {
			Code    drift.Code
			Winner  string
			Version int64
			WonAt   time.Time `json:"won_at"`
		}
		if err := json.Unmarshal(a.body, &p); a.err != nil || err != nil || a.status != http.StatusConflict ||
			p.Code != drift.CodeConflict || p.Winner != winner || p.Version != version+1 || p.WonAt.IsZero() {
			t.Errorf("desk-%02d is told %d %s (%v, %v), the winner is %s", i%desks, a.status, a.body, a.err, err, winner)
			continue
		}
		losers++
	}
	t.Logf("%s won, %d were told so", winner, losers)
	if n := count(t, conn, `SELECT count(*) FROM event`) - events; n != 1 {
		t.Errorf("%d events", n)
	}
	if n := count(t, conn, `SELECT count(*) FROM audit_log`) - audits; n != 1 {
		t.Errorf("%d audit rows", n)
	}
	if n := count(t, conn, `SELECT count(*) FROM noc_alert_timeline WHERE alert_id = $1 AND move = 'acknowledge' AND actor = $2`, id, winner); n != 1 {
		t.Errorf("%d acknowledgements by %s", n, winner)
	}
}
