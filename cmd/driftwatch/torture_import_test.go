package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/driftwatch/driftwatch/drift"
)

// TestImportKilled is the short form of TestTortureImport.
func TestImportKilled(t *testing.T) {
	t.Parallel()
	importKilled(t, history{tenants: 2, days: 60, perDay: 250, today: drift.DateOf(time.Now())}, []string{"command", "postgres"})
}

// importKilled imports a log once undisturbed, then elsewhere with the command or its PostgreSQL
// killed half-way again and again, and compares what is there in the end.
func importKilled(t *testing.T, log history, rounds []string) {
	file := log.file(t)
	calm, torn := newHome(t), newHome(t)
	began := time.Now()
	calm.run("", "import", "predictions", file)
	whole := time.Since(began)
	want := contents(t, calm)
	torn.run("", "migrate")
	there := 0
	for i, target := range rounds {
		if there == log.rows() {
			t.Logf("all rows were in after %d rounds", i)
			break
		}
		// Somewhere in what the rounds to come leave it: each gets further.
		until := there + rand.IntN(1+(log.rows()-there)/(len(rounds)-i+1))
		p := torn.start("", "import", "predictions", file)
		torn.awaitRows(p, until)
		if target == "command" {
			_ = p.cmd.Process.Kill() // it may have ended
		} else if pid := torn.postmaster(); pid != 0 {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		code := p.wait(2 * time.Minute)
		there = torn.rowsThere()
		t.Logf("round %d: %s killed at more than %d rows, exit code %d, %d rows there %s", i+1, target, until, code, there, p.log.String())
		if target == "postgres" && code == 0 && there != log.rows() {
			t.Errorf("the command says that all is well with %d rows there", there)
		}
		if target == "postgres" && code != 0 && !strings.Contains(p.log.String(), "import the same file again") {
			t.Errorf("the command does not say what to do: %s", p.log.String())
		}
	}
	var res drift.ImportResult
	if err := json.Unmarshal([]byte(torn.run("", "import", "predictions", "--json", file)), &res); err != nil {
		t.Fatal(err)
	}
	if res.Read != int64(log.rows()) || res.Inserted+res.Duplicates != res.Read || res.Rejected != 0 {
		t.Errorf("the last import: %+v, want %d rows", res, log.rows())
	}
	if got := contents(t, torn); got != want {
		t.Errorf("after the kills there is\n%s\nundisturbed there is\n%s", got, want)
	}
	t.Logf("%d rows, undisturbed in %v; the last import found %d of them there", log.rows(), whole.Round(time.Millisecond), res.Duplicates)
}

// contents says in short what an installation's log, keys and days hold, whatever their order. What
// depends on the moment of import is left out.
func contents(t testing.TB, h *home) (text string) {
	t.Helper()
	server := h.serve()
	h.run("", "run", "statistical")
	conn := h.connect()
	verifyKeys(t, conn)
	verifyDays(t, conn)
	err := conn.QueryRow(context.Background(), `SELECT
		(SELECT format('%s rows %s', count(*), sum(hashtextextended(concat_ws('|', t.name, prediction_id, model_type, model_version,
			l.created_at, score, predicted, actual, features), 0))) FROM ml_prediction_log l JOIN tenant t ON t.id = tenant_id)
		|| (SELECT format(', %s days %s', count(*), sum(hashtextextended(concat_ws('|', t.name, model_type, model_version, day, scores, labels), 0)))
			FROM ml_score_day JOIN tenant t ON t.id = tenant_id)
		|| (SELECT format(', %s versions', count(*)) FROM ml_model_version)`).Scan(&text)
	if err != nil {
		t.Fatal(err)
	}
	endInOrder(h, server, syscall.SIGTERM)
	return fmt.Sprint(text)
}

// awaitRows waits until an import has committed more than so many rows, or has ended.
func (h *home) awaitRows(p *process, rows int) {
	h.t.Helper()
	var conn *pgx.Conn
	eventually(h.t, 2*time.Minute, fmt.Sprintf("%d rows", rows), func() bool {
		if conn == nil || conn.IsClosed() {
			conn, _ = pgx.Connect(context.Background(), h.socketDSN()) // not before it is there
		}
		n := 0
		if conn != nil && !conn.IsClosed() {
			_ = conn.QueryRow(context.Background(), `SELECT count(*) FROM prediction_key`).Scan(&n)
		}
		return n > rows || !p.running()
	})
	if conn != nil {
		_ = conn.Close(context.Background())
	}
}

// rowsThere counts the log while no import runs.
func (h *home) rowsThere() int {
	h.t.Helper()
	server := h.serve()
	n := count(h.t, connect(h.t, h.socketDSN()), `SELECT count(*) FROM prediction_key`)
	endInOrder(h, server, syscall.SIGTERM)
	return int(n)
}

// socketDSN is how to reach the PostgreSQL that runs at the moment, asking nobody.
func (h *home) socketDSN() string {
	text, err := os.ReadFile(filepath.Join(h.data, "postgres", "postmaster.pid"))
	lines := strings.Split(string(text), "\n")
	if err != nil || len(lines) < 5 {
		return "host=/nowhere"
	}
	return fmt.Sprintf("host=%s port=%s user=driftwatch dbname=driftwatch", lines[4], lines[3])
}
