//go:build mutation

package drift_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// mutated are the files whose every comparison is flipped: the state machines and the pure rules.
var mutated = []string{
	"drift/moves.go", "drift/role.go",
	"drift/retrain/moves.go", "drift/retrain/decide.go", "drift/retrain/safeguards.go", "drift/retrain/validate.go",
	"drift/retrain/verdict.go", "drift/retrain/split.go", "drift/retrain/thresholds.go", "drift/retrain/compare.go",
	"drift/retrain/measure.go", "drift/rollback/rollback.go",
}

// unrelated are tests that look at the source, not at what it does.
const unrelated = "^(TestImportTable|TestHabits)$"

// flips is what each operator is turned into, one after the other.
var flips = map[token.Token][]token.Token{
	token.EQL: {token.NEQ}, token.NEQ: {token.EQL},
	token.LSS: {token.LEQ, token.GEQ}, token.LEQ: {token.LSS, token.GTR},
	token.GTR: {token.GEQ, token.LEQ}, token.GEQ: {token.GTR, token.LSS},
	token.LAND: {token.LOR}, token.LOR: {token.LAND},
}

// mutant is a file with one operator turned into another, or one negation left out.
type mutant struct {
	file, name string // name says which, whatever the line: as in the list of equivalent ones
	line       int
	source     []byte
}

// mutantWithin bounds the tests of one mutant: one that never ends is found by that.
const mutantWithin = time.Minute

// Every comparison of the state machines and rules is flipped, one at a time, and each time a test of
// its package has to fail. What no test can tell apart is listed with its reason in
// testdata/equivalent_mutants.txt, and nothing else is.
func TestMutants(t *testing.T) {
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	equivalent := readEquivalent(t)
	var list []mutant
	for _, file := range mutated {
		list = append(list, mutantsOf(t, root, file)...)
	}
	survived := make([]bool, len(list))
	var group sync.WaitGroup
	work := make(chan int)
	for range max(1, runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for i := range work {
				survived[i] = survives(t, root, list[i])
			}
		})
	}
	for i := range list {
		work <- i
	}
	close(work)
	group.Wait()
	killed, explained := 0, 0
	for i, m := range list {
		reason, known := equivalent[m.name]
		delete(equivalent, m.name)
		switch {
		case !survived[i] && known:
			t.Errorf("%s is listed as equivalent (%s), and a test tells it apart: take it off the list", m.name, reason)
		case !survived[i]:
			killed++
		case known:
			explained++
		default:
			t.Errorf("%s:%d survives: no test fails with\n\t%s", m.file, m.line, m.name)
		}
	}
	for name := range equivalent {
		t.Errorf("the list of equivalent mutants names one that is not there: %s", name)
	}
	t.Logf("%d mutants of %d files: %d killed, %d equivalent, %d survived", len(list), len(mutated), killed, explained, len(list)-killed-explained)
}

// mutantsOf makes every mutant of a file.
func mutantsOf(t *testing.T, root, file string) (list []mutant) {
	t.Helper()
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, filepath.Join(root, file), nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	within := "the file"
	add := func(n ast.Expr, was string) {
		name := fmt.Sprintf("%s, %s: %s → %s", file, within, was, oneLine(t, n))
		if seen[name]++; seen[name] > 1 {
			name += fmt.Sprintf(" (%d)", seen[name])
		}
		var b bytes.Buffer
		if err := format.Node(&b, fset, tree); err != nil {
			t.Fatal(err)
		}
		list = append(list, mutant{file, name, fset.Position(n.Pos()).Line, b.Bytes()})
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			within = n.Name.Name
		case *ast.BinaryExpr:
			op, was := n.Op, oneLine(t, n)
			for _, n.Op = range flips[op] {
				add(n, was)
			}
			n.Op = op
		case *ast.UnaryExpr:
			if n.Op == token.NOT {
				x, was := n.X, oneLine(t, n)
				n.X = &ast.UnaryExpr{Op: token.NOT, X: x} // twice is not at all
				add(n, was)
				n.X = x
			}
		}
		return true
	})
	return list
}

func oneLine(t *testing.T, n ast.Expr) string {
	t.Helper()
	var b bytes.Buffer
	if err := printer.Fprint(&b, token.NewFileSet(), n); err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// survives reports whether all tests of the mutant's package pass with it.
func survives(t *testing.T, root string, m mutant) bool {
	dir := t.TempDir()
	source, overlay := filepath.Join(dir, "mutant.go"), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, m.file): source}})
	if err == nil {
		err = os.WriteFile(source, m.source, 0o600)
	}
	if err == nil {
		err = os.WriteFile(overlay, replace, 0o600)
	}
	if err != nil {
		t.Error(err)
		return false
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*mutantWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "test", "-overlay", overlay, "-count=1", "-vet=off", "-failfast",
		"-timeout", mutantWithin.String(), "-skip", unrelated, "./"+filepath.Dir(m.file))
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	if bytes.Contains(out, []byte("[build failed]")) || bytes.Contains(out, []byte("[setup failed]")) {
		t.Errorf("%s does not compile:\n%s", m.name, out)
	}
	return err == nil
}

// readEquivalent reads the list of equivalent mutants: a line each, the reason in a line before it.
func readEquivalent(t *testing.T) map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", "equivalent_mutants.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, reason := map[string]string{}, ""
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		why, isReason := strings.CutPrefix(line, "# ")
		switch {
		case line == "":
			reason = ""
		case isReason:
			reason = strings.TrimSpace(reason + " " + why)
		case reason == "":
			t.Errorf("no reason is given before %s", line)
		case list[line] != "":
			t.Errorf("listed twice: %s", line)
		default:
			list[line] = reason
		}
	}
	return list
}
