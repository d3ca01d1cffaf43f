package ingest

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// repeated gives a text again and again until size bytes are out.
type repeated struct {
	text []byte
	at   int
	left int64
}

func (g *repeated) Read(p []byte) (int, error) {
	if g.left <= 0 {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && n < 64<<10 {
		copied := copy(p[n:], g.text[g.at:])
		g.at = (g.at + copied) % len(g.text)
		n += copied
	}
	g.left -= int64(n)
	return n, nil
}

// However long the input, memory stays where it is: rows, refused rows, blank
// lines, lines without end, quotes without end.
func TestConstantMemory(t *testing.T) {
	const size, allowed = 16 << 20, 8 << 20
	row, bad := with("f", "1.5", "g", `"text"`)+"\n", with("score", "7")+"\n"
	for name, src := range map[string]io.Reader{
		"ndjson":      &repeated{text: []byte(row + bad), left: size},
		"all refused": &repeated{text: []byte("{}\n"), left: size / 32},
		"array":       io.MultiReader(strings.NewReader("["+row), &repeated{text: []byte("," + row), left: size}),
		"csv":         io.MultiReader(strings.NewReader(goodHeader+"\n"), &repeated{text: []byte(cells() + "\n" + cells(0, `"a""b"`) + "\n"), left: size}),
		"one line":    io.MultiReader(strings.NewReader(row), &repeated{text: bytes.Repeat([]byte("x"), 1000), left: size}),
		"blank":       io.MultiReader(strings.NewReader(row), &repeated{text: bytes.Repeat([]byte("\r\n"), 1000), left: size}),
		"open quotes": io.MultiReader(strings.NewReader(goodHeader+"\n"), &repeated{text: []byte(`p,"` + strings.Repeat(strings.Repeat("y", 99)+"\n", 30_000)), left: size}),
		"open array":  io.MultiReader(strings.NewReader("["+row), &repeated{text: bytes.Repeat([]byte(" "), 1000), left: size}),
	} {
		opts := testOptions()
		opts.MaxErrors = 100
		r := NewPredictionReader(src, opts)
		var b PredictionBatch
		var before, now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		most, described := uint64(0), 0
		var err error
		for err == nil {
			err = r.Next(&b, 1000)
			described += len(r.Errors())
			runtime.ReadMemStats(&now)
			if now.HeapAlloc > before.HeapAlloc+allowed {
				runtime.GC() // perhaps it is not in use any more
				runtime.ReadMemStats(&now)
			}
			most = max(most, now.HeapAlloc-min(now.HeapAlloc, before.HeapAlloc))
		}
		if r.BytesRead() < size/32 || described > 100 {
			t.Errorf("%s: only %d bytes read, %d described, %v", name, r.BytesRead(), described, err)
		}
		if most > allowed {
			t.Errorf("%s: %d KiB more heap for %d KiB read", name, most>>10, r.BytesRead()>>10)
		}
	}
}

// sharedData finds the real logs beside the repository.
func sharedData(t *testing.T) (dir string, ok bool) {
	t.Helper()
	dir, err := os.Getwd()
	for ; err == nil && filepath.Dir(dir) != dir; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err != nil {
			continue
		}
		shared := filepath.Join(dir, "..", "shared", "data")
		if _, err := os.Stat(shared); err == nil {
			return shared, true
		}
		break
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("../shared/data is not there")
	}
	t.Log("left out: ../shared/data is not there")
	return "", false
}

// The real logs go in whole, and as bufio and strconv alone read them.
func TestRealLogs(t *testing.T) {
	dir, ok := sharedData(t)
	if !ok {
		return
	}
	for name, want := range map[string]int{"elec2.csv": 40_992, "california_housing.csv": 14_064} {
		file, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		again, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer again.Close()
		plain := bufio.NewScanner(again)
		plain.Scan() // the header
		r := NewPredictionReader(iotest.HalfReader(file), Options{})
		var b PredictionBatch
		rows := 0
		for r.Next(&b, 5000) == nil {
			for i := range b.Len() {
				if plain.Scan(); !sameRow(t, strings.Split(plain.Text(), ","), &b, i) {
					t.Fatalf("%s line %d: %s", name, b.Line[i], renderPrediction(&b, i))
				}
			}
			rows += b.Len()
		}
		if rows != want || r.Rejected() != 0 {
			t.Errorf("%s: %d rows, want %d; %v", name, rows, want, r.Errors())
		}
	}
}

func sameRow(t *testing.T, f []string, b *PredictionBatch, i int) bool {
	t.Helper()
	at, err := time.Parse(time.RFC3339, f[4])
	if err != nil {
		t.Fatal(err)
	}
	score, err := strconv.ParseFloat(f[5], 64)
	if err != nil {
		t.Fatal(err)
	}
	return b.PredictionID[i] == f[0] && b.Tenant[i] == f[1] && b.ModelType[i] == f[2] && b.ModelVersion[i] == f[3] &&
		b.CreatedAt[i] == at.UnixMicro() && b.Score[i] == score && b.Predicted[i] == (f[6] == "1") &&
		b.Actual[i] == int8(f[7][0]-'0') && strings.Count(string(b.Features[i]), ":") == len(f)-8
}
