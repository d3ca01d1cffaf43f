package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Quantity is something measured, in the unit it is compared in.
type Quantity struct {
	Value float64 `json:"value"`
	Unit  string  `json:"unit"` // "ms", "rows/s", "requests/s", "bytes"; "" where there is nothing
}

func millis(d time.Duration) Quantity { return Quantity{float64(d) / float64(time.Millisecond), "ms"} }

func perSecond(n int, d time.Duration, what string) Quantity {
	return Quantity{float64(n) / d.Seconds(), what + "/s"}
}

// String writes three digits and the unit.
func (q Quantity) String() string {
	switch {
	case q.Unit == "":
		return "–"
	case q.Unit == "ms" && q.Value < 1:
		return digits(q.Value*1000) + " µs"
	case q.Unit == "bytes" && q.Value >= 1e6:
		return digits(q.Value/1e6) + " MB"
	case q.Unit == "bytes":
		return digits(q.Value/1000) + " KB"
	case q.Value >= 1e6:
		return digits(q.Value/1e6) + " M " + q.Unit
	case q.Value >= 1e4:
		return digits(q.Value/1e3) + " k " + q.Unit
	}
	return digits(q.Value) + " " + q.Unit
}

// digits writes three significant digits without an exponent.
func digits(v float64) string {
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	after := max(0, 2-int(math.Floor(math.Log10(math.Abs(v)))))
	return strconv.FormatFloat(v, 'f', after, 64)
}

// Row is one promise and what was measured of it.
type Row struct {
	Name     string   `json:"name"`
	Ours     Quantity `json:"ours"`
	Beside   Quantity `json:"beside"`
	BesideIs string   `json:"beside_is"` // what was measured beside ours
	Ratio    *float64 `json:"ratio"`     // null where the promise is not a ratio and nothing stands beside it
	Wanted   string   `json:"wanted"`
	Met      bool     `json:"met"`
	Note     string   `json:"note,omitempty"`
	Short    bool     `json:"short"` // the quick form, which says little
	Load     float64  `json:"load"`  // of the machine when it was measured, 0 where unknown
	Error    string   `json:"error,omitempty"`
}

// atLeast judges the row by a ratio that has to be reached.
func (r Row) atLeast(ratio, want float64) Row {
	r.Ratio, r.Wanted, r.Met = &ratio, "≥ "+times(want), ratio >= want
	return r
}

// atMost judges the row by a ratio that must not be passed.
func (r Row) atMost(ratio, want float64) Row {
	r.Ratio, r.Wanted, r.Met = &ratio, "≤ "+times(want), ratio <= want
	return r
}

// within judges ours by itself.
func (r Row) within(limit Quantity) Row {
	r.Wanted, r.Met = "≤ "+limit.String(), r.Ours.Value <= limit.Value
	return r
}

// over judges how much more ours is than what stands beside it.
func (r Row) over(limit Quantity) Row {
	ratio := r.Ours.Value / r.Beside.Value
	r.Ratio, r.Wanted, r.Met = &ratio, "≤ "+limit.String()+" over", r.Ours.Value-r.Beside.Value <= limit.Value
	return r
}

func times(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) + "×" }

// widths of the columns before the last.
var widths = []int{68, 16, 16, 9, 16, 4}

func header() string { return columns("name", "ours", "beside it", "ratio", "wanted", "met", "") }

// String is the row as one line of the table.
func (r Row) String() string {
	if r.Error != "" {
		return columns(r.Name, "not measured", "–", "–", "–", "–", strings.ReplaceAll(r.Error, "\n", "; "))
	}
	ratio, met := "–", "no"
	if r.Ratio != nil {
		ratio = digits(*r.Ratio) + "×"
	}
	if r.Met {
		met = "yes"
	}
	var words []string
	if r.Short {
		words = append(words, "short form")
	}
	if r.BesideIs != "" {
		words = append(words, "beside: "+r.BesideIs)
	}
	if r.Note != "" {
		words = append(words, r.Note)
	}
	return columns(r.Name, r.Ours.String(), r.Beside.String(), ratio, r.Wanted, met, strings.Join(words, "; "))
}

// columns pads by characters, not bytes.
func columns(cells ...string) string {
	var b strings.Builder
	for i, c := range cells {
		b.WriteString(c)
		if i < len(widths) {
			b.WriteString(strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(c))+2))
		}
	}
	return strings.TrimRight(b.String(), " ")
}

// saveJSON writes the rows to a file, if one is named.
func saveJSON(path string, rows []Row) error {
	if path == "" {
		return nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if rows == nil {
		rows = []Row{}
	}
	if err := enc.Encode(rows); err != nil {
		return fmt.Errorf("encode rows: %w", err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		return fmt.Errorf("write BENCH_JSON: %w", err)
	}
	return nil
}
