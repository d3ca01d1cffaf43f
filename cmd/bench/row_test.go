package main

import (
	"bytes"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestQuantity(t *testing.T) {
	for _, c := range []struct {
		q    Quantity
		want string
	}{
		{Quantity{}, "–"},
		{millis(1234 * time.Microsecond), "1.23 ms"},
		{millis(336 * time.Microsecond), "336 µs"},
		{millis(1500 * time.Millisecond), "1500 ms"},
		{perSecond(120_000, 600*time.Millisecond, "rows"), "200 k rows/s"},
		{perSecond(3_000_000, 2*time.Second, "rows"), "1.50 M rows/s"},
		{Quantity{7013, "bytes"}, "7.01 KB"},
		{Quantity{16_417_000, "bytes"}, "16.4 MB"},
		{Quantity{0, "ms"}, "0 µs"},
	} {
		if got := c.q.String(); got != c.want {
			t.Errorf("%+v is %q, want %q", c.q, got, c.want)
		}
	}
}

func TestDigits(t *testing.T) {
	for v, want := range map[float64]string{
		0.00123456: "0.00123", 0.999: "0.999", 1: "1.00", 9.999: "10.00", 12.34: "12.3", 99_999: "99999", -2.5: "-2.50",
		math.Inf(1): "+Inf", 0: "0",
	} {
		if got := digits(v); got != want {
			t.Errorf("%v is %q, want %q", v, got, want)
		}
	}
}

func TestJudged(t *testing.T) {
	ms := func(v float64) Quantity { return Quantity{v, "ms"} }
	for name, c := range map[string]struct {
		row    Row
		wanted string
		met    bool
	}{
		"reached":         {Row{}.atLeast(0.8, 0.8), "≥ 0.8×", true},
		"not reached":     {Row{}.atLeast(29.99, 30), "≥ 30×", false},
		"below":           {Row{}.atMost(0.6, 0.6), "≤ 0.6×", true},
		"above":           {Row{}.atMost(0.61, 0.6), "≤ 0.6×", false},
		"no number":       {Row{}.atLeast(math.NaN(), 1), "≥ 1×", false},
		"within":          {Row{Ours: Quantity{25_000, "bytes"}}.within(Quantity{25_000, "bytes"}), "≤ 25.0 KB", true},
		"beyond":          {Row{Ours: Quantity{25_001, "bytes"}}.within(Quantity{25_000, "bytes"}), "≤ 25.0 KB", false},
		"a little over":   {Row{Ours: ms(52), Beside: ms(2)}.over(ms(50)), "≤ 50.0 ms over", true},
		"too much over":   {Row{Ours: ms(52.1), Beside: ms(2)}.over(ms(50)), "≤ 50.0 ms over", false},
		"quicker than it": {Row{Ours: ms(1), Beside: ms(2)}.over(ms(50)), "≤ 50.0 ms over", true},
	} {
		if c.row.Wanted != c.wanted || c.row.Met != c.met {
			t.Errorf("%s: wanted %q, met %v", name, c.row.Wanted, c.row.Met)
		}
	}
}

// TestLines: every column begins at the same character, whatever the characters take in bytes.
func TestLines(t *testing.T) {
	row := Row{Name: "name", Ours: Quantity{0.5, "ms"}, Beside: Quantity{10, "ms"}, BesideIs: "it", Note: "n", Short: true}.atLeast(20, 30)
	line, head := []rune(row.String()), []rune(header())
	at := 0
	for i, want := range []string{"name", "500 µs", "10.0 ms", "20.0×", "≥ 30×", "no"} {
		if got := string(line[at : at+len([]rune(want))]); got != want {
			t.Errorf("column %d is %q, want %q, in %q", i, got, want, string(line))
		}
		if head[at] == ' ' {
			t.Errorf("no head over column %d", i)
		}
		at += widths[i] + 2
	}
	if !strings.HasSuffix(row.String(), "short form; beside: it; n") {
		t.Errorf("words at the end of %q", row)
	}
	failed := Row{Name: "x", Error: "one\ntwo"}.String()
	if strings.Contains(failed, "\n") || !strings.Contains(failed, "not measured") || !strings.Contains(failed, "one; two") {
		t.Errorf("a failed row is %q", failed)
	}
}

func TestSaveJSON(t *testing.T) {
	if err := saveJSON("", nil); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "rows.json")
	rows := []Row{
		Row{Name: "a", Ours: Quantity{1, "ms"}, Beside: Quantity{4, "ms"}, BesideIs: "<b>"}.atLeast(4, 3),
		{Name: "c", Error: "why"},
	}
	if err := saveJSON(path, rows); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got []map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	first := got[0]
	if len(got) != 2 || first["name"] != "a" || first["ratio"] != 4.0 || first["wanted"] != "≥ 3×" || first["met"] != true ||
		first["ours"].(map[string]any)["value"] != 1.0 || first["beside"].(map[string]any)["unit"] != "ms" || first["beside_is"] != "<b>" {
		t.Errorf("%s", text)
	}
	if got[1]["error"] != "why" || got[1]["ratio"] != nil || got[1]["met"] != false {
		t.Errorf("%s", text)
	}
	if err := saveJSON(path, nil); err != nil {
		t.Fatal(err)
	}
	if text, err = os.ReadFile(path); err != nil || !bytes.Equal(bytes.TrimSpace(text), []byte("[]")) {
		t.Errorf("no rows are %q, %v", text, err)
	}
	if err := saveJSON(filepath.Join(path, "below a file"), nil); err == nil {
		t.Error("no error where the file cannot be written")
	}
}
