package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"
)

func get(t *testing.T, h http.Handler, method, url string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, url, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) []byte {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestEveryFile fetches every file under its URL, plain and compressed.
func TestEveryFile(t *testing.T) {
	for _, name := range Names() {
		plain := get(t, Handler(), "GET", URL(name))
		want := body(t, plain)
		if plain.StatusCode != 200 || len(want) == 0 || plain.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s: status %d, %d bytes, encoding %q", name, plain.StatusCode, len(want), plain.Header.Get("Content-Encoding"))
		}
		if c := plain.Header.Get("Cache-Control"); !strings.Contains(c, "immutable") {
			t.Errorf("%s: Cache-Control %q", name, c)
		}
		if v := plain.Header.Get("Vary"); v != "Accept-Encoding" {
			t.Errorf("%s: Vary %q", name, v)
		}
		if strings.HasSuffix(name, ".png") {
			continue // packed by itself
		}
		for coding, unpack := range map[string]func(io.Reader) (io.Reader, error){
			"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
			"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
		} {
			packed := get(t, Handler(), "GET", URL(name), "Accept-Encoding", "deflate, "+coding)
			if got := packed.Header.Get("Content-Encoding"); got != coding {
				t.Errorf("%s: encoding %q, want %s", name, got, coding)
			}
			r, err := unpack(bytes.NewReader(body(t, packed)))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s: plain and %s differ: %v", name, coding, err)
			}
		}
	}
}

func TestContentTypes(t *testing.T) {
	for name, want := range map[string]string{
		"css/app.css":   "text/css; charset=utf-8",
		"js/live.js":    "text/javascript; charset=utf-8",
		"icon/icon.svg": "image/svg+xml",
	} {
		if got := get(t, Handler(), "GET", URL(name)).Header.Get("Content-Type"); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// TestRefusals: what is not of this build, or not a read, is refused.
func TestRefusals(t *testing.T) {
	hash := built().hash
	for _, c := range []struct {
		method, url string
		want        int
	}{
		{"GET", "/static/other/js/live.js", 404},
		{"GET", "/static/" + hash + "/js/none.js", 404},
		{"GET", "/static/" + hash + "/js/", 404},
		{"GET", "/static/" + hash + "/../static.go", 404},
		{"GET", "/static/" + hash + "/css/base.css", 404}, // joined into app.css
		{"GET", "/static/", 404},
		{"POST", URL("js/live.js"), 405},
		{"HEAD", URL("js/live.js"), 200},
	} {
		r := get(t, Handler(), c.method, c.url)
		if r.StatusCode != c.want {
			t.Errorf("%s %s: %d, want %d", c.method, c.url, r.StatusCode, c.want)
		}
		if c.want == 404 && strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: a refusal is kept for ever", c.url)
		}
		if c.method == "HEAD" && len(body(t, r)) > 0 {
			t.Errorf("HEAD %s has a body", c.url)
		}
	}
}

func TestNotModified(t *testing.T) {
	tag := get(t, Handler(), "GET", URL("css/app.css"), "Accept-Encoding", "gzip").Header.Get("ETag")
	again := get(t, Handler(), "GET", URL("css/app.css"), "Accept-Encoding", "gzip", "If-None-Match", tag)
	if again.StatusCode != 304 || len(body(t, again)) > 0 {
		t.Errorf("status %d", again.StatusCode)
	}
	if other := get(t, Handler(), "GET", URL("css/app.css"), "If-None-Match", tag); other.StatusCode != 200 {
		t.Errorf("the tag of the compressed form passes for the plain one: %d", other.StatusCode)
	}
}

func TestFavicon(t *testing.T) {
	r := get(t, Favicon(), "GET", "/favicon.ico")
	if r.StatusCode != 200 || r.Header.Get("Content-Type") != "image/svg+xml" {
		t.Errorf("status %d, type %q", r.StatusCode, r.Header.Get("Content-Type"))
	}
	if strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
		t.Error("a URL without a hash must not be immutable")
	}
}

func TestAccepts(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "br": false, "*": true, "br, gzip;q=0.5": true,
		"gzip;q=0": false, "gzip;q=0.000, *": false, "*;q=0": false, "identity, *;q=0.1": true,
		"gzip;q=x": false, "deflate, x-gzip": true,
	} {
		if got := accepts(header, "gzip", "x-gzip"); got != want {
			t.Errorf("gzip in %q: %v, want %v", header, got, want)
		}
	}
	for header, want := range map[string]bool{"br": true, "gzip, deflate, br, zstd": true, "gzip": false, "br;q=0, *": false, ",": false} {
		if got := accepts(header, "br", ""); got != want {
			t.Errorf("br in %q: %v, want %v", header, got, want)
		}
	}
}

// TestImports: every import of a module is relative and leads to a file of the
// same build, so it carries the hash.
func TestImports(t *testing.T) {
	imports := regexp.MustCompile(`(?m)\bfrom '([^']+)'|\bimport\('?([^')]*)|^import '([^']+)'`)
	found := 0
	for _, name := range Names() {
		if path.Ext(name) != ".js" {
			continue
		}
		for _, m := range imports.FindAllStringSubmatch(string(built().assets[name].plain), -1) {
			found++
			target := m[1] + m[2] + m[3]
			if !strings.HasPrefix(target, "./") || built().assets[path.Join(path.Dir(name), target)] == nil {
				t.Errorf("%s imports %q", name, target)
			}
		}
	}
	if found == 0 {
		t.Error("no import found: the pattern no longer fits")
	}
}

// TestHashFollowsContent: another byte anywhere is another URL.
func TestHashFollowsContent(t *testing.T) {
	files := fstest.MapFS{
		"css/tokens.css":     {Data: []byte(":root { --a: 1px; }")},
		"css/base.css":       {Data: []byte("/* ground */\nbody {\n  margin: 0;\n}\n")},
		"css/components.css": {Data: []byte(".btn,\n.b { color: red; }")},
		"css/z.css":          {Data: []byte(".z { top: 0; }")},
		"js/a.js":            {Data: []byte("/**\n * Doc.\n */\n// line\nconst a = 'http://x/*y*/';\n")},
	}
	one, err := build(files)
	if err != nil {
		t.Fatal(err)
	}
	files["js/a.js"].Data = bytes.Replace(files["js/a.js"].Data, []byte("const a"), []byte("const b"), 1)
	two, err := build(files)
	if err != nil {
		t.Fatal(err)
	}
	if one.hash == two.hash {
		t.Error("the hash did not change with the content")
	}
	if got, want := string(one.assets["css/app.css"].plain), ":root { --a: 1px; }body {margin: 0;}.btn,.b { color: red; }.z { top: 0; }"; got != want {
		t.Errorf("joined: %q", got)
	}
	if got := string(one.assets["js/a.js"].plain); got != "const a = 'http://x/*y*/';\n" {
		t.Errorf("module: %q", got)
	}
}

func TestUnknownKindOfFile(t *testing.T) {
	_, err := build(fstest.MapFS{"icon/x.exe": {Data: []byte("x")}})
	if err == nil || !strings.Contains(err.Error(), "icon/x.exe") {
		t.Errorf("err = %v", err)
	}
}

func TestURLOfNothing(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("URL of a file that is not there did not panic")
		}
	}()
	URL("js/none.js")
}
