package chart

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/driftwatch/driftwatch/views/lang"
)

// table is the data behind a chart. The first column names the row.
type table struct {
	cols []column
	rows []row
}

// column is a column's heading for people and its name in CSV. The crosshair
// leaves out the bulk.
type column struct {
	head, key string
	bulk      bool
}

// row is one row: its numbers, and where in a plot they are drawn.
type row struct {
	cells []cell
	x     float64 // along the plot's axis, 0 to 1; below 0: nowhere
	plot  int     // which plot it belongs to; every one where below 0
	more  bool    // in CSV alone: the page shows a thinner table
}

// cell is one value, for people and for programs.
type cell struct{ text, raw string }

func (w words) dayCell(t time.Time) cell { return cell{w.Weekday(t), lang.ISODate(t)} }
func (w words) countCell(n int64) cell   { return cell{w.Count(n), strconv.FormatInt(n, 10)} }

func (w words) fixedCell(p *float64, decimals int) cell {
	v := lang.Value(p)
	return cell{w.Fixed(v, decimals), machine(v)}
}

func (w words) percentCell(p *float64) cell {
	v := lang.Value(p)
	return cell{w.Percent(v, 1), machine(v)}
}

func (w words) pCell(p *float64) cell {
	v := lang.Value(p)
	return cell{w.P(v), machine(v)}
}

func (w words) severityCell(s Severity) cell { return cell{w.severity(s), string(s)} }

// missing is a cell without a value.
func missing() cell { return cell{text: lang.Missing} }

// plain is text that is the same for people and programs.
func plain(s string) cell { return cell{s, s} }

// csv writes the whole table with machine numbers.
func (t table) csv(w io.Writer) error {
	out := csv.NewWriter(w)
	record := make([]string, len(t.cols))
	for i, c := range t.cols {
		record[i] = c.key
	}
	if err := out.Write(record); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	for _, r := range t.rows {
		record = record[:0]
		for _, c := range r.cells {
			record = append(record, Harmless(c.raw))
		}
		if err := out.Write(record); err != nil {
			return fmt.Errorf("write csv: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	return nil
}

// formulas are what a spreadsheet takes for the beginning of a formula, in narrow and in full-width letters, or for
// space before one.
const formulas = "=+-@\t\r\n＝＋－＠"

// Harmless keeps a spreadsheet from taking a text in a CSV file for a formula: names of features, slices and
// tenants, and what people wrote, come from outside. Numbers stay as they are.
func Harmless(s string) string {
	first, _ := utf8.DecodeRuneInString(s)
	if s == "" || !strings.ContainsRune(formulas, first) {
		return s
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return s
	}
	return "'" + s
}
