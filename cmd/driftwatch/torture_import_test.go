package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/driftwatch/driftwatch/drift"
)

// TestImportKilled is the short form of TestTortureImport.
func TestImportKilled(t *testing.T) {
	importKilled(t, history{tenants: 2, days: 60, perDay: 500, today: drift.DateOf(time.Now())}, []string{"command", "postgres"})
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
	for i, target := range rounds {
		p := torn.start("", "import", "predictions", file)
		select {
		case <-p.exited:
		case <-time.After(time.Duration(rand.Int64N(int64(whole)))):
		}
		pid := torn.postmaster()
		switch {
		case target == "command":
			_ = p.cmd.Process.Kill() // it may have ended
		case pid != 0:
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		code := p.wait(2 * time.Minute)
		t.Logf("round %d: %s killed, exit code %d, %q", i+1, target, code, p.log.String())
		if code == 0 && target == "postgres" && p.log.String() != "" {
			t.Logf("the command overcame it")
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
