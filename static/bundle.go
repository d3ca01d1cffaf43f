package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

//go:embed css js/*.js icon worker/*.js
var source embed.FS

// first are the style sheets that later ones build on; the others follow in
// the order of their names.
var first = []string{"css/tokens.css", "css/base.css", "css/components.css"}

// asset is one file as it is served.
type asset struct {
	contentType string
	plain       []byte
	// zipped is the gzip form, nil where it would not be smaller.
	zipped []byte
	// squeezed makes the brotli form when it is first asked for: browsers ask for it over TLS and from this machine.
	squeezed func() []byte
}

// tree is everything that is served, by name ("js/live.js").
type tree struct {
	hash   string
	assets map[string]*asset
}

// built makes the tree once. The input is embedded, so an error is a mistake
// in this package that the first test meets.
var built = sync.OnceValue(func() *tree {
	t, err := build(source)
	if err != nil {
		panic("static: " + err.Error())
	}
	return t
})

func build(src fs.FS) (*tree, error) {
	files, err := readAll(src)
	if err != nil {
		return nil, err
	}
	join(files)
	t := &tree{assets: make(map[string]*asset, len(files))}
	sum := sha256.New()
	for _, name := range sortedNames(files) {
		body := files[name]
		fmt.Fprintf(sum, "%s %d\n", name, len(body))
		sum.Write(body)
		a, err := newAsset(name, body)
		if err != nil {
			return nil, err
		}
		t.assets[name] = a
	}
	t.hash = base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:9])
	return t, nil
}

// readAll reads every file, script and style without their comments.
func readAll(src fs.FS) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(src, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(src, name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		switch path.Ext(name) {
		case ".css":
			body = squeezeCSS(body)
		case ".js":
			body = squeezeJS(body)
		}
		files[name] = body
		return nil
	})
	return files, err
}

// join puts all style sheets into css/app.css: one request blocks the first
// paint, not one for each file.
func join(files map[string][]byte) {
	order := slices.Clone(first)
	for _, name := range sortedNames(files) {
		if path.Ext(name) == ".css" && !slices.Contains(order, name) {
			order = append(order, name)
		}
	}
	var all []byte
	for _, name := range order {
		all = append(all, files[name]...)
		delete(files, name)
	}
	files["css/app.css"] = all
}

func sortedNames(files map[string][]byte) []string {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// contentTypes are those of the kinds of file that are served.
var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
	".png": "image/png",
}

func newAsset(name string, body []byte) (*asset, error) {
	a := &asset{contentType: contentTypes[path.Ext(name)], plain: body}
	if a.contentType == "" {
		return nil, fmt.Errorf("%s: no content type for this kind of file", name)
	}
	var buf bytes.Buffer
	zw, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	if _, err := zw.Write(body); err != nil {
		return nil, fmt.Errorf("gzip %s: %w", name, err)
	}
	if err := zw.Close(); err != nil {
		return nil, fmt.Errorf("gzip %s: %w", name, err)
	}
	if buf.Len() < len(body) {
		a.zipped = buf.Bytes()
		a.squeezed = sync.OnceValue(func() []byte { return squeeze(body) })
	}
	return a, nil
}

// squeeze is the brotli form.
func squeeze(body []byte) []byte {
	var buf bytes.Buffer
	w := brotli.NewWriterLevel(&buf, brotli.BestCompression)
	// Nothing that is written to memory fails.
	_, _ = w.Write(body)
	_ = w.Close()
	return buf.Bytes()
}

// squeezeCSS leaves out comments, indentation and line ends. Our style sheets
// have no string with "/*" in it.
func squeezeCSS(b []byte) []byte {
	s := string(b)
	var out strings.Builder
	for {
		i := strings.Index(s, "/*")
		if i < 0 {
			break
		}
		out.WriteString(s[:i])
		j := strings.Index(s[i+2:], "*/")
		if j < 0 {
			s = ""
			break
		}
		s = s[i+2+j+2:]
	}
	out.WriteString(s)
	var flat strings.Builder
	for line := range strings.Lines(out.String()) {
		line = strings.TrimSpace(line)
		flat.WriteString(line)
		// A selector or value broken over lines needs the space.
		if line != "" && !strings.HasSuffix(line, "}") && !strings.HasSuffix(line, "{") && !strings.HasSuffix(line, ";") && !strings.HasSuffix(line, ",") {
			flat.WriteByte(' ')
		}
	}
	return []byte(flat.String())
}

// cast is the type of an expression or a parameter, which JSDoc puts before it.
var cast = regexp.MustCompile(`/\*\* @type [^*]*\*/ ?`)

// squeezeJS leaves out lines that are only comment, types within lines, and
// indentation. It does not parse: a line beginning with "//" or "/*" is a
// comment in our modules, because no template literal of theirs spans lines,
// and no string of theirs holds "/** @type".
func squeezeJS(b []byte) []byte {
	var out strings.Builder
	inside := false
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(cast.ReplaceAllString(line, ""))
		if inside || strings.HasPrefix(line, "/*") {
			inside = !strings.HasSuffix(line, "*/")
			continue
		}
		if line == "" || strings.HasPrefix(line, "//") {
			continue
		}
		out.WriteString(line)
		out.WriteByte('\n')
	}
	return []byte(out.String())
}
