package viewtest_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/driftwatch/driftwatch/static"
	"github.com/driftwatch/driftwatch/views/viewtest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// render is the page as the golden files keep it: one element a line, and the
// hash of the static tree left out, so that a change of a style sheet does not
// touch them.
func render(t *testing.T, c viewtest.Case) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(&b); err != nil {
		t.Fatal(err)
	}
	url := static.URL("css/app.css")
	prefix := url[:len(url)-len("css/app.css")]
	out := bytes.ReplaceAll(b.Bytes(), []byte(prefix), []byte("/static/HASH/"))
	return bytes.ReplaceAll(out, []byte("><"), []byte(">\n<"))
}

// TestGolden holds every page in every state. Run with -update after a change
// that was meant, and read the difference.
func TestGolden(t *testing.T) {
	for _, c := range viewtest.All() {
		if c.Name == "board-200" {
			continue // the same rows as board-alerts, only more of them
		}
		t.Run(c.Name, func(t *testing.T) {
			got := render(t, c)
			file := filepath.Join("testdata", c.Name+".html")
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("%v; run with -update", err)
			}
			if line, ok := differ(got, want); !ok {
				t.Errorf("line %d is not that of %s; run with -update if it was meant", line, file)
			}
		})
	}
}

func differ(a, b []byte) (line int, same bool) {
	if bytes.Equal(a, b) {
		return 0, true
	}
	as, bs := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(as), len(bs)) {
		if !bytes.Equal(as[i], bs[i]) {
			return i + 1, false
		}
	}
	return min(len(as), len(bs)) + 1, false
}
