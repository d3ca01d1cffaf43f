package lang

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestEveryTextIsTranslated reads every call of T, N and Key in the sources of the console and every
// t and tn of its scripts: each text has its German, with the same arguments, and nothing is
// translated that is not used.
func TestEveryTextIsTranslated(t *testing.T) {
	used := textsOfConsole(t)
	script := textsOfScripts(t)
	for l, words := range catalogue {
		for key, at := range used {
			check(t, l, words, key, at)
		}
		for key, at := range script {
			check(t, l, deScript, key, at)
		}
		for key := range words {
			if _, here := used[key]; !here && script[key].at == "" {
				t.Errorf("%s: nothing uses %q", l.Tag(), key)
			}
		}
	}
}

// text is where a text stands and how many forms it has in English.
type text struct {
	at    string
	forms int
}

func check(t *testing.T, l Lang, words entries, key string, x text) {
	t.Helper()
	f, ok := words[key]
	switch {
	case !ok:
		t.Errorf("%s: %s: no translation of %q", l.Tag(), x.at, key)
	case len(f) != x.forms:
		t.Errorf("%s: %s: %q has %d forms, and is used with %d", l.Tag(), x.at, key, len(f), x.forms)
	}
	for _, form := range f {
		if got, want := verbs(form), verbs(key); !slices.Equal(got, want) && (len(f) != 2 || form != f[0] || len(got) >= len(want)) {
			t.Errorf("%s: %s: %q takes %v, its translation %q takes %v", l.Tag(), x.at, key, want, form, got)
		}
	}
}

var (
	verb  = regexp.MustCompile(`%(\[\d+\])?[a-zA-Z]`)
	piece = regexp.MustCompile(`\{\d\}`) // of component.Sentence
)

// verbs are the arguments and pieces that a text takes, in their order.
func verbs(form string) []string {
	var out []string
	for i, m := range verb.FindAllStringSubmatch(form, -1) {
		place := m[1]
		if place == "" {
			place = fmt.Sprintf("[%d]", i+1)
		}
		out = append(out, place+m[0][len(m[0])-1:])
	}
	out = append(out, piece.FindAllString(form, -1)...)
	slices.Sort(out)
	return out
}

// textsOfConsole are the texts of views and handlers, templates included, and the marked ones of drift.
func textsOfConsole(t *testing.T) map[string]text {
	t.Helper()
	found := map[string]text{}
	root := filepath.Join("..", "..")
	for _, dir := range []string{"views", "handlers", "drift", "web"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			return textsOfFile(path, found)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

func textsOfFile(path string, found map[string]text) error {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, 0)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		at, forms := -1, 1
		switch {
		case sel.Sel.Name == "T" && len(call.Args) >= 1:
			at = 0
		case sel.Sel.Name == "N" && len(call.Args) >= 3:
			at, forms = 2, 2
		case sel.Sel.Name == "Key" && len(call.Args) == 1 && isName(sel.X, "lang"):
			at = 0
		}
		if at < 0 {
			return true
		}
		if key, ok := literal(call.Args[at]); ok {
			found[key] = text{set.Position(call.Pos()).String(), forms}
		}
		return true
	})
	return nil
}

func isName(e ast.Expr, name string) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == name
}

// literal is a string written in the source, pieces joined by + included.
func literal(e ast.Expr) (string, bool) {
	switch v := e.(type) {
	case *ast.BasicLit:
		if v.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(v.Value)
		return s, err == nil
	case *ast.BinaryExpr:
		a, ok1 := literal(v.X)
		b, ok2 := literal(v.Y)
		return a + b, ok1 && ok2 && v.Op == token.ADD
	}
	return "", false
}

// A call in a script: t('…') or tn(n, '…', '…'), the quotes of either kind.
var (
	scriptText   = regexp.MustCompile(`\bt\(\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")`)
	scriptPlural = regexp.MustCompile(`\btn\([^'"]*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*,\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")`)
)

func textsOfScripts(t *testing.T) map[string]text {
	t.Helper()
	found := map[string]text{}
	files, err := filepath.Glob(filepath.Join("..", "..", "static", "js", "*.js"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, path := range files {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range scriptText.FindAllStringSubmatch(string(src), -1) {
			found[unquoted(m[1])] = text{path, 1}
		}
		for _, m := range scriptPlural.FindAllStringSubmatch(string(src), -1) {
			found[unquoted(m[2])] = text{path, 2}
		}
	}
	return found
}

func unquoted(js string) string {
	inner := js[1 : len(js)-1]
	s, err := strconv.Unquote(`"` + strings.ReplaceAll(strings.ReplaceAll(inner, `\'`, `'`), `"`, `\"`) + `"`)
	if err != nil {
		return inner
	}
	return s
}

// TestTranslatedOnce refuses two areas that translate one text differently.
func TestTranslatedOnce(t *testing.T) {
	areas := map[string]entries{
		"admin": deAdmin, "alert": deAlert, "board": deBoard, "chart": deChart, "error": deError, "evidence": deEvidence,
		"find": deFind, "help": deHelp, "script": deScript, "login": deLogin, "model": deModel, "operations": deOperations,
		"report": deReport, "retrain": deRetrain, "review": deReview, "setting": deSetting, "shell": deShell, "team": deTeam, "unit": deUnit,
		"wall": deWall, "work": deWork,
	}
	first := map[string]string{}
	for name, words := range areas {
		for key, f := range words {
			if other, there := first[key]; there && !slices.Equal(areas[other][key], f) {
				t.Errorf("%q is %v in %s and %v in %s", key, f, name, areas[other][key], other)
			}
			first[key] = name
		}
	}
}
