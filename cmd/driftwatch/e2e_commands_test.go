package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// written puts text into a file of its own.
func written(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// A header is a header by the column that is read: a first line of data is never taken for one.
func TestCompareColumns(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, c := range []struct {
		name, text, column string
		n                  int // 0: wrong use
	}{
		{"one number", "0.5\n", "", 1},
		{"header", "anything\n0.5\n0.6\n", "", 2},
		{"no header, text beside the number", "a,0.5\nb,0.6\n", "2", 2},
		{"header, text beside the number", "id,s\na,0.5\nb,0.6\n", "2", 2},
		{"header with a number in another column", "2026,s\n1,0.5\n", "2", 1},
		{"score by itself", "id,score\na,0.5\n", "", 1},
		{"by name", "id,s\na,0.5\n", "s", 1},
		{"several and none chosen", "1,2\n3,4\n", "", 0},
		{"no such column", "1,2\n", "3", 0},
		{"no such name", "a,b\n1,2\n", "c", 0},
	} {
		file := written(t, "n.csv", c.text)
		args := []string{"compare", file, file, "--json"}
		if c.column != "" {
			args = append(args, "--column", c.column)
		}
		a := command(t, dir, "", args...)
		var got struct {
			N int `json:"n_recent"`
		}
		if c.n == 0 {
			if a.code != 2 || a.out != "" || a.err == "" {
				t.Errorf("%s: exit code %d, %q, %q", c.name, a.code, a.out, a.err)
			}
		} else if err := json.Unmarshal([]byte(a.out), &got); err != nil || a.code != 0 || got.N != c.n {
			t.Errorf("%s: exit code %d, %d numbers, want %d: %s", c.name, a.code, got.N, c.n, a.err)
		}
	}
}

// predictions are n rows of a log, from a number on.
func predictions(tenant, model string, from, n int) string {
	var b strings.Builder
	b.WriteString("prediction_id,tenant,model_type,model_version,created_at,score,predicted\n")
	for i := range n {
		fmt.Fprintf(&b, "p%d,%s,%s,1,2026-01-05T00:00:00Z,0.5,1\n", from+i, tenant, model)
	}
	return b.String()
}

// A strict import takes in all of its files or nothing, whatever is wrong and however far on.
func TestStrictImport(t *testing.T) {
	t.Parallel()
	s := serve(t, freshDir(t), anyPort)
	good := written(t, "good.csv", predictions("acme", "fraud_detector", 0, 10))
	for name, c := range map[string]struct{ bad, field string }{
		"a bad row after a whole batch":    {predictions("late", "fraud_detector", 100, 10_001) + "x,late,fraud_detector,1,2026-01-05T00:00:00Z,2,1\n", "score"},
		"a model type after a whole batch": {predictions("late", "fraud_detector", 100, 10_001) + "x,late,nobody,1,2026-01-05T00:00:00Z,0.5,1\n", "model_type"},
		"a conflict":                       {predictions("late", "fraud_detector", 100, 5) + "p100,late,fraud_detector,1,2026-01-05T00:00:00Z,0.6,1\n", "prediction_id"},
	} {
		for _, stdin := range []bool{false, true} {
			args, input := []string{"import", "predictions", "--strict", "--json", good, "-"}, c.bad
			if !stdin {
				args, input = append(args[:5:5], written(t, "bad.csv", c.bad)), ""
			}
			a := command(t, s.dir, input, args...)
			var got imported
			if err := json.Unmarshal([]byte(a.out), &got); err != nil {
				t.Fatalf("%s: %v in %q, %s", name, err, a.out, a.err)
			}
			if a.code != 1 || got.Rejected != 1 || got.Inserted != 0 || len(got.Errors) != 1 || got.Errors[0].Field != c.field {
				t.Errorf("%s: exit code %d, %+v", name, a.code, got)
			}
		}
	}
	if got := mustJSON[imported](t, s.dir, predictions("acme", "fraud_detector", 50, 10), "import", "predictions", "--strict", good, "-"); got.Inserted+got.Duplicates != 20 {
		t.Errorf("good files: %+v", got)
	}
}

func TestConfigHistoryOfATenant(t *testing.T) {
	t.Parallel()
	s := serve(t, freshDir(t), anyPort)
	must(t, s.dir, "", "tenant", "add", "acme")
	must(t, s.dir, "", "config", "set", "MIN_SCORES", "40", "--reason", "all")
	must(t, s.dir, "", "config", "set", "MIN_SCORES", "50", "--tenant", "acme", "--reason", "one")
	all := mustJSON[[]map[string]any](t, s.dir, "", "config", "history", "MIN_SCORES")
	own := mustJSON[[]map[string]any](t, s.dir, "", "config", "history", "--tenant", "acme")
	if len(all) != 2 || len(own) != 1 {
		t.Fatalf("%d and %d changes", len(all), len(own))
	}
	for k, v := range map[string]any{"tenant": "acme", "name": "MIN_SCORES", "old": nil, "new": "50", "reason": "one"} {
		if got, there := own[0][k]; !there || got != v {
			t.Errorf("%s is %v, want %v", k, got, v)
		}
	}
	silent := command(t, s.dir, "", "config", "set", "MIN_SCORES", "60", "--tenant", "acme")
	if silent.code != 0 || !strings.Contains(silent.err, "Give one by --reason.") {
		t.Errorf("without a reason: exit code %d, %q", silent.code, silent.err)
	}
	own = mustJSON[[]map[string]any](t, s.dir, "", "config", "history", "--tenant", "acme")
	if len(own) != 2 || own[0]["reason"] != "no reason given, set from a shell" {
		t.Errorf("without a reason the history holds %v", own[0]["reason"])
	}
	if a := command(t, s.dir, "", "config", "history", "--tenant", "nobody"); a.code != 1 {
		t.Errorf("an unknown tenant: exit code %d", a.code)
	}
}

// A model whose check fails does not keep the others from theirs, and the command says that it failed.
func TestAFailedModelIsAFailedCommand(t *testing.T) {
	t.Parallel()
	s := serve(t, freshDir(t), anyPort)
	day := time.Now().UTC().AddDate(0, 0, -2).Format(time.DateOnly)
	for _, tenant := range []string{"acme", "zeta"} {
		must(t, s.dir, strings.ReplaceAll(predictions(tenant, "fraud_detector", 0, 40), "2026-01-05", day), "import", "predictions", "-")
	}
	must(t, s.dir, "", "run", "outcomes") // builds the day columns
	conn, err := pgx.Connect(t.Context(), strings.TrimSpace(must(t, s.dir, "", "config", "database-url")))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	// A second copy of the day lies in the baseline, so that there is something to compare.
	if _, err := conn.Exec(t.Context(), `INSERT INTO ml_score_day SELECT (r).* FROM (SELECT jsonb_populate_record(s, jsonb_build_object('day', s.day - 40)) AS r FROM ml_score_day s) x`); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(t.Context(), `UPDATE ml_score_day SET bin_counts = '\x00' WHERE tenant_id = (SELECT id FROM tenant WHERE name = 'acme')`); err != nil {
		t.Fatal(err)
	}
	today := time.Now().UTC().Format(time.DateOnly)
	for _, args := range [][]string{{"run", "statistical", "--json"}, {"run", "statistical"}, {"backfill", "--from", today, "--to", today}} {
		a := command(t, s.dir, "", args...)
		if a.code != 1 || !strings.Contains(a.err, "failed") || a.out == "" {
			t.Errorf("%v: exit code %d, %q, %q", args, a.code, a.out, a.err)
		}
		if args[0] == "run" && (!strings.Contains(a.out, "zeta") || strings.Contains(a.out, "acme")) {
			t.Errorf("%v: %s", args, a.out)
		}
	}
}

// replay: the loop is stepped through past days and its result printed; what it rests on later is left alone.
func TestReplayCommand(t *testing.T) {
	t.Parallel()
	dir := freshDir(t)
	var rows strings.Builder
	for d := 1; d <= 3; d++ {
		rows.WriteString(strings.ReplaceAll(predictions("acme", "fraud_detector", 100*d, 40), "2026-01-05", fmt.Sprintf("2026-01-0%d", d)))
	}
	must(t, dir, rows.String(), "import", "predictions", "-")
	type answer struct {
		Days     int
		Retrains []any
		Accuracy struct {
			Rows           int
			CorrectWith    int `json:"correct_with"`
			CorrectWithout int `json:"correct_without"`
		}
	}
	got := mustJSON[answer](t, dir, "", "replay", "--from", "2026-01-01", "--to", "2026-01-04", "--tenant", "acme")
	if got.Days != 4 || got.Retrains == nil || got.Accuracy.CorrectWith != got.Accuracy.CorrectWithout {
		t.Errorf("%+v", got)
	}
	if again := mustJSON[answer](t, dir, "", "replay", "--from", "2026-01-01", "--to", "2026-01-04"); again.Accuracy != got.Accuracy {
		t.Errorf("again: %+v, at first %+v", again, got)
	}
}
