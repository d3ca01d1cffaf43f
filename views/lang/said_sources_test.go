package lang

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// sentences are what the sources of the domain say: the texts that must have a translation, by where they
// stand, and all the texts that there are, words included.
type sentences struct {
	must map[string]string
	// errors are those of must that errors say.
	errors map[string]bool
	all    map[string]bool
	// hidden are messages of errors that this reading cannot see through.
	hidden []string
}

// notSaid are files of the domain whose texts no page shows: what the commands print, why a server does not
// start, what the rows of a log are refused for (an answer to programs), and the demo's stories.
var notSaid = []string{
	"cmd/", "drift/ingest/", "drift/demo/", "drift/stats/", "drift/retrain/logistic/artifact.go", "drift/retrain/logistic/design.go",
	"drift/retrain/command/guard.go", "drift/retrain/command/log.go", "drift/retrain/webhook/body.go",
	"store/localpg/", "store/storetest/", "store/storebench/", "store/roles.go", "store/migrate.go", "store/installation.go",
}

// spoken are the packages whose every sentence may be stored or returned. Of the others the messages of
// errors are read alone: they hold SQL, or pages whose texts go through T.
var spoken = []string{"drift/"}

// silent are the calls whose texts are for the log, for machines, or joined into others.
var silent = []string{
	"Errorf", "New", "Info", "Warn", "Error", "Debug", "Format", "AppendFormat", "Parse", "MustCompile", "panic", "Join", "Split", "Cut",
	"Trim", "TrimPrefix", "TrimSuffix", "TrimLeft", "TrimRight", "Contains", "ContainsAny", "ReplaceAll", "HasPrefix", "HasSuffix", "IndexAny", "SetDeadline",
}

// sentencesOfDomain reads the sources.
func sentencesOfDomain(t *testing.T) sentences {
	t.Helper()
	s := sentences{must: map[string]string{}, errors: map[string]bool{}, all: map[string]bool{}}
	root := filepath.Join("..", "..")
	for _, dir := range []string{"drift", "store", "web", "handlers", "cmd/driftwatch"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			rel := filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator)))
			begins := func(prefix string) bool { return strings.HasPrefix(rel, prefix) }
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, path, nil, 0)
			if err != nil {
				return err
			}
			r := reading{sentences: &s, set: set, quiet: slices.ContainsFunc(notSaid, begins), spoken: slices.ContainsFunc(spoken, begins)}
			r.read(file)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// reading is the reading of one file.
type reading struct {
	*sentences
	set           *token.FileSet
	quiet, spoken bool
}

func (r reading) read(n ast.Node) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch v := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			return v.Tag == nil
		case *ast.CompositeLit:
			r.members(v)
		case *ast.CallExpr:
			return r.call(v)
		case *ast.BinaryExpr, *ast.BasicLit:
			if text, ok := format(v.(ast.Expr)); ok {
				r.meet(v, text)
				return r.within(v)
			}
		}
		return true
	})
}

// within goes on with the arguments of the formats in a text that has been met whole.
func (r reading) within(n ast.Node) bool {
	b, ok := n.(*ast.BinaryExpr)
	if !ok {
		return false
	}
	for _, e := range []ast.Expr{b.X, b.Y} {
		switch v := e.(type) {
		case *ast.BasicLit:
		case *ast.BinaryExpr:
			r.within(v)
		case *ast.CallExpr:
			if isSprintf(v) {
				r.list(v.Args[1:])
			} else {
				r.read(v)
			}
		default:
			r.read(v)
		}
	}
	return false
}

func (r reading) list(args []ast.Expr) {
	for _, a := range args {
		r.read(a)
	}
}

func (r reading) call(v *ast.CallExpr) bool {
	name := called(v)
	switch {
	case name == "Invalid" && len(v.Args) == 2:
		r.message(v.Args[1])
	case (name == "NotFound" || name == "Forbidden") && len(v.Args) == 1:
		r.message(v.Args[0])
	case isSprintf(v):
		from := 0
		if text, ok := format(v); ok {
			r.meet(v, text)
			from = 1
		}
		r.list(v.Args[from:])
		return false
	case name == "plural" && len(v.Args) == 2:
		if noun, ok := format(v.Args[1]); ok && r.spoken && !r.quiet {
			r.must["1 "+noun], r.must["%s "+noun+"s"] = r.at(v), r.at(v)
		}
	case slices.Contains(silent, name):
		for _, a := range v.Args {
			if text, ok := format(a); ok {
				r.all[strings.TrimSpace(text)] = true
				continue
			}
			r.read(a)
		}
		return false
	}
	return true
}

// members reads the message of an error written as a literal.
func (r reading) members(v *ast.CompositeLit) {
	name := ""
	switch t := v.Type.(type) {
	case *ast.SelectorExpr:
		name = t.Sel.Name
	case *ast.Ident:
		name = t.Name
	}
	if name != "Error" && name != "Failure" {
		return
	}
	for _, e := range v.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok && isName(kv.Key, "Message") {
			r.message(kv.Value)
		}
	}
}

func (r reading) message(e ast.Expr) {
	if r.quiet {
		return
	}
	text, ok := format(e)
	if !ok {
		r.hidden = append(r.hidden, r.at(e))
		return
	}
	text = strings.TrimSpace(text)
	r.must[text], r.errors[text] = r.at(e), true
}

func (r reading) meet(n ast.Node, text string) {
	text = strings.TrimSpace(text)
	r.all[text] = true
	if r.spoken && !r.quiet && prose(text) {
		r.must[text] = r.at(n)
	}
}

func (r reading) at(n ast.Node) string {
	p := r.set.Position(n.Pos())
	return p.Filename + ":" + strconv.Itoa(p.Line)
}

// prose tells a text for people from a name: it has words, more than one or beside a verb.
func prose(text string) bool {
	bare := anyVerb.ReplaceAllString(text, "")
	return strings.ContainsFunc(bare, unicode.IsLetter) && strings.Contains(text, " ")
}

var anyVerb = regexp.MustCompile(`%[+#0]*[0-9]*(\.[0-9]+)?[a-zA-Z]|%%`)

func called(v *ast.CallExpr) string {
	switch f := v.Fun.(type) {
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.Ident:
		return f.Name
	}
	return ""
}

func isSprintf(v *ast.CallExpr) bool { return called(v) == "Sprintf" && len(v.Args) > 0 }

// format is the text that an expression makes, with a verb for every part that is only known as it runs;
// false where none of it stands in the source.
func format(e ast.Expr) (string, bool) {
	switch v := e.(type) {
	case *ast.BasicLit:
		s, ok := literal(v)
		if !ok {
			return "%s", false
		}
		return s, true
	case *ast.ParenExpr:
		return format(v.X)
	case *ast.BinaryExpr:
		a, ok1 := format(v.X)
		b, ok2 := format(v.Y)
		return a + b, v.Op == token.ADD && (ok1 || ok2)
	case *ast.CallExpr:
		if isSprintf(v) {
			return format(v.Args[0])
		}
	}
	return "%s", false
}
