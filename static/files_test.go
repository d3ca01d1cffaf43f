package static

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
	"io/fs"
	"net/http"
	"strings"
	"testing"
)

// TestFiles: what has no hash in its address is not kept for ever, and says which kind it is.
func TestFiles(t *testing.T) {
	for path, want := range map[string]string{
		"/sw.js": "text/javascript; charset=utf-8", "/manifest.webmanifest": "application/manifest+json",
		"/icon/0.svg": "image/svg+xml", "/icon/7.svg": "image/svg+xml", "/icon/100.svg": "image/svg+xml",
	} {
		r := get(t, Files(), "GET", path)
		if r.StatusCode != 200 || r.Header.Get("Content-Type") != want || strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %q %q", path, r.StatusCode, r.Header.Get("Content-Type"), r.Header.Get("Cache-Control"))
		}
	}
	for _, path := range []string{"/icon/-1.svg", "/icon/101.svg", "/icon/07.svg", "/icon/+7.svg", "/icon/x.svg", "/icon/7", "/icon/7.svg/", "/other"} {
		if r := get(t, Files(), "GET", path); r.StatusCode != 404 {
			t.Errorf("%s: %d, want 404", path, r.StatusCode)
		}
	}
	if r := get(t, Files(), "POST", "/sw.js"); r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST /sw.js: %d", r.StatusCode)
	}
	plain, seven, many := get(t, Files(), "GET", "/icon/0.svg"), get(t, Files(), "GET", "/icon/7.svg"), get(t, Files(), "GET", "/icon/100.svg")
	if string(body(t, plain)) != string(built().assets["icon/icon.svg"].plain) {
		t.Error("the icon without a count is another one")
	}
	if s := string(body(t, seven)); !strings.Contains(s, ">7</text></svg>") || strings.Count(s, "</svg>") != 1 {
		t.Errorf("the icon with 7: %s", s)
	}
	if s := string(body(t, many)); !strings.Contains(s, ">99+</text>") {
		t.Errorf("the icon with more than 99: %s", s)
	}
}

// TestWorker: the worker carries this build's addresses, and each of them is there.
func TestWorker(t *testing.T) {
	script := string(body(t, get(t, Files(), "GET", "/sw.js")))
	if strings.Contains(script, "{{") || !strings.Contains(script, built().hash) {
		t.Errorf("a place in the worker was not filled in: %s", script)
	}
	found := 0
	for part := range strings.SplitSeq(script, "'") {
		if strings.HasPrefix(part, Prefix) {
			found++
			if r := get(t, Handler(), "GET", part); r.StatusCode != 200 {
				t.Errorf("the worker keeps %s, which is %d", part, r.StatusCode)
			}
		}
	}
	if found != 3 {
		t.Errorf("the worker keeps %d files, want 3", found)
	}
}

// TestManifest: what it names is there.
func TestManifest(t *testing.T) {
	var m struct {
		Start string `json:"start_url"`
		Icons []struct {
			Src, Purpose, Type, Sizes string
		}
	}
	if err := json.Unmarshal(body(t, get(t, Files(), "GET", "/manifest.webmanifest")), &m); err != nil {
		t.Fatal(err)
	}
	if m.Start != "/" || len(m.Icons) != 3 {
		t.Errorf("%+v", m)
	}
	for _, i := range m.Icons {
		r := get(t, Handler(), "GET", i.Src)
		if r.StatusCode != 200 || r.Header.Get("Content-Type") != i.Type {
			t.Errorf("icon %s is %d, %s", i.Src, r.StatusCode, r.Header.Get("Content-Type"))
		}
		if i.Type != "image/png" {
			continue
		}
		picture, err := png.DecodeConfig(bytes.NewReader(body(t, r)))
		if size := fmt.Sprintf("%dx%d", picture.Width, picture.Height); err != nil || size != i.Sizes {
			t.Errorf("icon %s is %s, said to be %s: %v", i.Src, size, i.Sizes, err)
		}
	}
}

// TestOnlyWhatIsServed: tests and settings of the checker are not in the program.
func TestOnlyWhatIsServed(t *testing.T) {
	err := fs.WalkDir(source, ".", func(name string, d fs.DirEntry, err error) error {
		if !d.IsDir() && (strings.Contains(name, "test") || strings.HasSuffix(name, ".json")) {
			t.Errorf("%s is embedded", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
