package main

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
)

// readNumbers reads one column of numbers from a CSV file, plain or gzip, header optional; name -
// is standard input.
func readNumbers(stdin io.Reader, name, column string) ([]float64, error) {
	src := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, fileError(name, err)
		}
		defer f.Close()
		src = f
	}
	r := bufio.NewReaderSize(src, 1<<16)
	if head, _ := r.Peek(2); len(head) == 2 && head[0] == 0x1f && head[1] == 0x8b {
		z, err := gzip.NewReader(r)
		if err != nil {
			return nil, drift.Invalid("file", fmt.Sprintf("%s begins like gzip but cannot be read: %v.", name, err))
		}
		r = bufio.NewReaderSize(z, 1<<16)
	}
	if bom, _ := r.Peek(3); string(bom) == "\xef\xbb\xbf" {
		_, _ = r.Discard(3)
	}
	rows := csv.NewReader(r)
	rows.FieldsPerRecord, rows.ReuseRecord, rows.TrimLeadingSpace = -1, true, true
	return columnOf(rows, name, column)
}

// columnOf collects the numbers of the wanted column.
func columnOf(rows *csv.Reader, name, column string) ([]float64, error) {
	var numbers []float64
	index := -1
	for {
		rec, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return numbers, nil
		}
		if err != nil {
			return nil, drift.Invalid("file", fmt.Sprintf("%s cannot be read as lines of numbers: %v.", name, err))
		}
		line, _ := rows.FieldPos(0)
		if index < 0 {
			var header bool
			if index, header, err = findColumn(rec, name, column); err != nil {
				return nil, err
			}
			if header {
				continue
			}
		}
		if index >= len(rec) {
			return nil, drift.Invalid("file", fmt.Sprintf("%s, line %d has no column %d.", name, line, index+1))
		}
		x, err := strconv.ParseFloat(strings.TrimSpace(rec[index]), 64)
		if err != nil {
			return nil, drift.Invalid("file", fmt.Sprintf("%s, line %d: %q is not a number.", name, line, rec[index]))
		}
		numbers = append(numbers, x)
	}
}

// findColumn decides by the first line which column to read, and whether that line is a header: it
// is one where it names the column, or where the column holds no number there.
func findColumn(first []string, name, column string) (index int, header bool, err error) {
	want := column
	if want == "" {
		want = "score"
	}
	for i, f := range first {
		if strings.TrimSpace(f) == want && !isNumber(f) {
			return i, true, nil
		}
	}
	if n, err := strconv.Atoi(column); err == nil && n >= 1 && n <= len(first) {
		return n - 1, !isNumber(first[n-1]), nil
	}
	if column == "" && len(first) == 1 {
		return 0, !isNumber(first[0]), nil
	}
	if column == "" {
		return 0, false, usageError(fmt.Sprintf("%s has %d columns; choose one with --column.", name, len(first)))
	}
	return 0, false, usageError(fmt.Sprintf("%s has no column %q.", name, column))
}

func isNumber(s string) bool {
	_, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return err == nil
}

// fileError says plainly why a file cannot be opened.
func fileError(name string, err error) error {
	switch {
	case errors.Is(err, os.ErrNotExist):
		return drift.Invalid("file", fmt.Sprintf("There is no file %s.", name))
	case errors.Is(err, os.ErrPermission):
		return drift.Invalid("file", fmt.Sprintf("You may not read %s.", name))
	}
	return fmt.Errorf("open %s: %w", name, err)
}
