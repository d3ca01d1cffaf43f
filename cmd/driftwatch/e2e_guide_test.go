package main_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// guideQuery is one block of SQL of the operator guide.
type guideQuery struct{ section, sql string }

// guideQueries reads the copy of the guide's queries.
func guideQueries(t *testing.T) (queries []guideQuery) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "guide.sql"))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(b), "-- guide: ")[1:] {
		section, sql, _ := strings.Cut(part, "\n")
		queries = append(queries, guideQuery{section, strings.TrimSpace(sql)})
	}
	return queries
}

// printed finds the blocks of SQL that a guide in Markdown prints.
func printed(markdown string) (blocks []string) {
	for _, m := range regexp.MustCompile("(?ms)^( *)```sql\n(.*?)^ *```").FindAllStringSubmatch(markdown, -1) {
		lines := strings.Split(m[2], "\n")
		for i := range lines {
			lines[i] = strings.TrimPrefix(lines[i], m[1])
		}
		blocks = append(blocks, strings.TrimSpace(strings.Join(lines, "\n")))
	}
	return blocks
}

// The copy of the guide's queries is the guide's.
func TestGuideCopy(t *testing.T) {
	file, there := beside(t, "GUIDE.md")
	if !there {
		return
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var ours []string
	for _, q := range guideQueries(t) {
		ours = append(ours, q.sql)
	}
	if theirs := printed(string(b)); len(theirs) == 0 || !slices.Equal(ours, theirs) {
		t.Errorf("testdata/guide.sql holds\n%q\nand the guide prints\n%q", ours, theirs)
	}
}

// guide: every query of the guide runs as printed and returns rows, with no NULL in a drift alert; and
// ten of them at once work under PostgreSQL's default settings.
func (w *world) guide(t *testing.T) {
	dsn := strings.TrimSpace(must(t, w.dir, "", "config", "database-url"))
	queries := guideQueries(t)
	if len(queries) < 6 {
		t.Fatalf("%d queries, the guide has six", len(queries))
	}
	for _, q := range queries {
		rows, err := query(t.Context(), dsn, q.sql)
		if err != nil {
			t.Errorf("%s: %v", q.section, err)
			continue
		}
		t.Logf("%s: %d rows", q.section, len(rows)-1)
		if len(rows) < 2 {
			t.Errorf("%s: no rows", q.section)
			continue
		}
		if strings.Contains(q.sql, "noc_alert_event") {
			for _, n := range nulls(q.section, rows) {
				t.Error(n)
			}
		}
	}

	var all sync.WaitGroup
	for i := range 10 {
		q := queries[i%len(queries)]
		all.Go(func() {
			if rows, err := query(t.Context(), dsn, q.sql); err != nil || len(rows) < 2 {
				t.Errorf("%s, one of ten at once: %d rows, %v", q.section, len(rows)-1, err)
			}
		})
	}
	all.Wait()
}

// null stands for NULL in what query returns.
const null = "∅ NULL"

// nulls names every NULL in what query returned.
func nulls(section string, rows [][]string) (found []string) {
	for i, row := range rows[1:] {
		for c, value := range row {
			if value == null {
				found = append(found, fmt.Sprintf("%s, row %d: %s is NULL", section, i+1, rows[0][c]))
			}
		}
	}
	return found
}

// query runs statements as printed, through psql where there is one, and returns the names of the
// columns and then the rows.
func query(ctx context.Context, dsn, sql string) ([][]string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	psql, err := exec.LookPath("psql")
	if err != nil {
		return queryByWire(ctx, dsn, sql)
	}
	cmd := exec.CommandContext(ctx, psql, "-X", "-q", "--csv", "-v", "ON_ERROR_STOP=1", "-P", "null="+null, dsn)
	cmd.Env = environment("")
	cmd.Stdin = strings.NewReader(sql)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("psql: %w\n%s", err, errs.String())
	}
	return csv.NewReader(&out).ReadAll()
}

// queryByWire does the same in PostgreSQL's own simple protocol, which psql speaks.
func queryByWire(ctx context.Context, dsn, sql string) (rows [][]string, err error) {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	results, err := conn.PgConn().Exec(ctx, sql).ReadAll()
	if err != nil {
		return nil, err
	}
	for _, result := range results {
		var names []string
		for _, f := range result.FieldDescriptions {
			names = append(names, f.Name)
		}
		rows = append(rows, names)
		for _, values := range result.Rows {
			row := make([]string, len(values))
			for i, v := range values {
				if row[i] = string(v); v == nil {
					row[i] = null
				}
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}
