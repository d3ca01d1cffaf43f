package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/driftwatch/driftwatch/drift/stats/statstest"
	"github.com/driftwatch/driftwatch/store/storebench"
)

func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, b := range benches() {
		if b.name == "" || seen[b.name] {
			t.Errorf("the name %q is empty or stands twice", b.name)
		}
		seen[b.name] = true
	}
	for _, shape := range statstest.Shapes() {
		if !seen["KS in memory, "+shape.Name] {
			t.Errorf("the shape %s is not measured", shape.Name)
		}
	}
	if got := choose(benches(), regexp.MustCompile("^POST")); len(got) != 2 {
		t.Errorf("%d rows begin with POST", len(got))
	}
}

// TestFailures: what cannot be measured is a line, keeps nothing else from being measured and is an
// error; what is not met is none.
func TestFailures(t *testing.T) {
	g := &ground{progress: &bytes.Buffer{}}
	fine := bench{"fine", func(context.Context, *ground) ([]Row, error) { return []Row{Row{Name: "fine"}.atLeast(1, 2)}, nil }}
	broken := bench{"broken", func(context.Context, *ground) ([]Row, error) { return nil, errors.New("no reason") }}
	var out bytes.Buffer
	rows, err := measureAll(t.Context(), g, []bench{broken, fine}, &out)
	if err == nil || !strings.Contains(err.Error(), "broken: no reason") || len(rows) != 2 || rows[0].Error == "" || rows[1].Error != "" {
		t.Errorf("%v, %+v", err, rows)
	}
	if n := strings.Count(out.String(), "\n"); n != 3 {
		t.Errorf("%d lines: %s", n, out.String())
	}
	if _, err := measureAll(t.Context(), g, []bench{fine}, &out); err != nil {
		t.Error(err)
	}
	called, cancel := context.WithCancel(t.Context())
	cancel()
	if rows, _ = measureAll(called, g, []bench{fine, fine}, &out); len(rows) != 1 {
		t.Errorf("%d rows were measured after it was called off", len(rows))
	}
}

// TestRun measures one row in its quick form and leaves nothing behind.
func TestRun(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	file := filepath.Join(t.TempDir(), "rows.json")
	t.Setenv("BENCH_JSON", file)
	var out, progress bytes.Buffer
	if code := run(t.Context(), []string{"-short", "-run", "^200 rows of the board, rendered$"}, &out, &progress); code != exitMeasured {
		t.Fatalf("left with %d: %s", code, progress.String())
	}
	if !strings.Contains(out.String(), "short form") || !strings.Contains(progress.String(), "1 of 1") {
		t.Errorf("%s\n%s", out.String(), progress.String())
	}
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	for _, args := range [][]string{{"-run", "("}, {"-run", "no such row"}, {"word"}, {"-unknown"}} {
		if code := run(t.Context(), args, &out, &progress); code != exitUsage {
			t.Errorf("%q left with %d", args, code)
		}
	}
}

// TestSamePage: the comparison of the pages sees a difference.
func TestSamePage(t *testing.T) {
	same := [][2]string{{`<a title="a&amp;b">x  y</a>`, "<A title=\"a&#38;b\">x\ny</a>"}}
	other := [][2]string{{"<b>1</b>", "<b>2</b>"}, {"<b>1</b>", "<b>1</b><i></i>"}, {`<a id="x">`, `<a>`}}
	for _, c := range same {
		if err := sameHTML([]byte(c[0]), []byte(c[1])); err != nil {
			t.Error(err)
		}
	}
	for _, c := range other {
		if sameHTML([]byte(c[0]), []byte(c[1])) == nil {
			t.Errorf("%q and %q are the same", c[0], c[1])
		}
	}
}

func TestPeerRows(t *testing.T) {
	rows, err := boardRows()
	if err != nil {
		t.Fatal(err)
	}
	template, err := newPeerRows()
	if err != nil {
		t.Fatal(err)
	}
	var ours, theirs bytes.Buffer
	if err := errors.Join(renderRows(&ours, rows), template.Execute(&theirs, rows)); err != nil {
		t.Fatal(err)
	}
	if err := sameHTML(ours.Bytes(), theirs.Bytes()); err != nil {
		t.Error(err)
	}
	rows[17].Tenant = "somebody else"
	theirs.Reset()
	if err := template.Execute(&theirs, rows); err != nil {
		t.Fatal(err)
	}
	if sameHTML(ours.Bytes(), theirs.Bytes()) == nil {
		t.Error("another tenant in a row is not noticed")
	}
}

func TestCSV(t *testing.T) {
	text, err := csvOf(storebench.Rows("s", yesterday(), 3))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) != 4 || !strings.HasPrefix(lines[1], "s-0,"+storebench.Tenant+",fraud_detector,v1,"+yesterday().String()+"T00:00:00Z,0.") ||
		strings.Count(lines[0], ",") != strings.Count(lines[3], ",") {
		t.Errorf("%s", text)
	}
}

func TestAppendArray(t *testing.T) {
	array := append(make([]byte, 20), 0, 0, 0, 8, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0xbf, 0xf0, 0, 0, 0, 0, 0, 0)
	if got := appendArray(nil, array); len(got) != 2 || got[0] != 0.5 || got[1] != -1 {
		t.Errorf("%v", got)
	}
	if got := appendArray(nil, nil); got != nil {
		t.Errorf("no value is %v", got)
	}
}
