package drift_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/driftwatch/driftwatch"

// allowed is the house's table: which packages of ours each may import. A
// pattern ends in /... for a package and all below it. Every arrow points at
// drift; a package that is not listed fails, so that the table is kept.
// .golangci.yml says the same for editors.
var allowed = map[string][]string{
	"drift":                  {},
	"drift/stats":            {},
	"drift/detect":           {"drift", "drift/stats"},
	"drift/retrain":          {"drift", "drift/stats"},
	"drift/retrain/logistic": {"drift", "drift/stats"},
	"drift/retrain/command":  {"drift", "drift/retrain"},
	"drift/retrain/webhook":  {"drift", "drift/retrain"},
	"drift/query":            {"drift"},
	"drift/rollback":         {"drift", "drift/stats"},
	"drift/schedule":         {"drift"},
	"drift/oncall":           {"drift"},
	"drift/engine":           {"drift/..."},
	"drift/ingest":           {"drift"},
	"drift/demo":             {"drift"},
	"drift/demo/play":        {"drift/..."},
	"store":                  {"drift", "drift/stats", "drift/ingest", "store/migrations"},
	"store/migrations":       {},
	"store/queue":            {"drift", "drift/engine", "drift/schedule", "store"},
	"store/storebench":       {"drift", "drift/...", "store", "store/..."},
	"store/localpg":          {},
	"store/storetest":        {"store", "store/localpg"},
	"web":                    {"drift", "web/..."},
	"web/live":               {},
	"web/auth":               {"drift"},
	"web/hook":               {"drift"},
	"handlers":               {"drift/...", "views/...", "web/..."},
	"views":                  {"static"},
	"views/layout":           {"static", "views/..."},
	"views/page":             {"static", "views/..."},
	"views/component":        {"static", "views/..."},
	"views/chart":            {"static", "views/..."},
	"views/lang":             {},
	"static":                 {},
}

// inTests is what the tests of a package may import besides: databases and
// samples, never a way round the table for the program itself.
var inTests = []string{"drift", "drift/ingest", "drift/query", "drift/stats", "store", "store/queue", "store/storetest", "static"}

// drivers are the modules that know the database, and who may know them.
var drivers = map[string][]string{
	"github.com/jackc/pgx/":       {"store/...", "cmd/..."},
	"github.com/riverqueue/river": {"store/...", "cmd/..."},
	"github.com/pressly/goose/":   {"store/...", "cmd/..."},
}

type listed struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func TestImportTable(t *testing.T) {
	for _, p := range list(t) {
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		may, test, ok := rule(name)
		if !ok {
			t.Errorf("%s is not in the table of imports: add it there, with what it may import", name)
			continue
		}
		for _, imp := range p.Imports {
			checkOurs(t, name, imp, may)
			checkDriver(t, name, imp, test)
		}
		may = slices.Concat(may, inTests, []string{name, name + "/..."})
		for _, imp := range slices.Concat(p.TestImports, p.XTestImports) {
			checkOurs(t, name+" (test)", imp, may)
		}
	}
}

// rule is what a package may import: commands everything. A package of test aids, named after its
// parent as in drift/stats/statstest, may import its parent and what that may.
func rule(name string) (may []string, test, ok bool) {
	if strings.HasPrefix(name, "cmd/") {
		return []string{"..."}, false, true
	}
	if may, ok = allowed[name]; ok {
		return may, strings.HasSuffix(name, "test"), true
	}
	parent := path.Dir(name)
	may, ok = allowed[parent]
	base := strings.TrimSuffix(strings.TrimSuffix(path.Base(parent), "s"), "/")
	if !ok || !strings.HasPrefix(path.Base(name), base) || !strings.HasSuffix(name, "test") {
		return nil, false, false
	}
	return slices.Concat(may, inTests, []string{parent, parent + "/..."}), true, true
}

func checkOurs(t *testing.T, name, imp string, may []string) {
	t.Helper()
	if imp == module {
		t.Errorf("%s imports the root of the module", name)
	}
	ours, ok := strings.CutPrefix(imp, module+"/")
	if ok && !matches(ours, may) {
		t.Errorf("%s imports %s, and may import only %v", name, ours, may)
	}
}

func checkDriver(t *testing.T, name, imp string, test bool) {
	t.Helper()
	for prefix, users := range drivers {
		if strings.HasPrefix(imp, prefix) && !matches(name, users) && !test {
			t.Errorf("%s imports %s, which only %v may know", name, imp, users)
		}
	}
}

func matches(name string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		parent, tree := strings.CutSuffix(p, "...")
		return p == name || tree && (parent == "" || strings.HasPrefix(name+"/", parent))
	})
}

func list(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports", module+"/...")
	var problems bytes.Buffer
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v: %s", err, problems.String())
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		all = append(all, p)
	}
	if len(all) < 5 {
		t.Fatalf("go list names only %d packages", len(all))
	}
	return all
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		name, pattern string
		want          bool
	}{
		{"drift", "drift", true},
		{"drift/stats", "drift", false},
		{"drift", "drift/...", true},
		{"drift/stats", "drift/...", true},
		{"drifter", "drift/...", false},
		{"store", "...", true},
	} {
		if got := matches(c.name, []string{c.pattern}); got != c.want {
			t.Errorf("%s in %s: %v", c.name, c.pattern, got)
		}
	}
}
