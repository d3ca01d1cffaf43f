package ingest

import (
	"encoding/csv"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// FuzzCSV compares the cutting of records with encoding/csv: either both find
// something wrong, or they find the same fields.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{
		sampleCSV, "a,b\r\n\"c\nd\",\"e\"\"f\"\r\n", "a\"b\nc", "\"a\"b\nc", "\"open\nx,y\n", "\r\n\n\r\r\n,\n", "\"\",\"\"\"\"\r", "a,\"b\r\n\"\n", "\"\r\"\r\r\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, wantErr := csvRecords(s)
		c := &csvScanner{w: newWindow(strings.NewReader(s))}
		var got [][]string
		faults := 0
		for {
			_, fault, err := c.record()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if fault != "" {
				faults++
				continue
			}
			var record []string
			for _, field := range c.fields {
				// encoding/csv turns CRLF within quotes into LF.
				record = append(record, strings.ReplaceAll(string(field), "\r\n", "\n"))
			}
			got = append(got, record)
		}
		if (faults > 0) != (wantErr != nil) {
			t.Fatalf("%q: %d faults, encoding/csv says %v", s, faults, wantErr)
		}
		if faults == 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("%q:\n got %q\nwant %q", s, got, want)
		}
		if want := 1 + strings.Count(s, "\n"); c.w.line != want && c.w.line != want+1 {
			t.Fatalf("%q: ended on line %d of %d", s, c.w.line, want)
		}
	})
}

func csvRecords(s string) ([][]string, error) {
	r := csv.NewReader(strings.NewReader(s))
	r.FieldsPerRecord = -1
	records, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return nil, nil
	}
	return records, nil
}

// FuzzPredictionsCSV reads fuzzed records under a good header: an accepted row
// is what encoding/csv and the standard library make of it.
func FuzzPredictionsCSV(f *testing.F) {
	_, rows, _ := strings.Cut(sampleCSV, "\n")
	f.Add(rows)
	for _, c := range csvRows {
		if len(c.row) < 500 {
			f.Add(c.row + ",,,,,x,\"1\"\"\",0.5\r\n")
		}
	}
	header, _, _ := strings.Cut(sampleCSV, "\r\n")
	names := strings.Split(strings.TrimPrefix(header, "\ufeff"), ",")
	f.Fuzz(func(t *testing.T, rows string) {
		text := header + "\n" + rows
		got := readPredictions(strings.NewReader(text), testOptions(), 3)
		if got.err != nil {
			t.Fatal(got.err)
		}
		again := readPredictions(iotest.HalfReader(strings.NewReader(text)), testOptions(), 1000)
		if !reflect.DeepEqual(got, again) {
			t.Fatalf("in halves it reads otherwise:\n%v\n%v", got, again)
		}
		records, err := csvRecords(rows)
		if err != nil || strings.Contains(rows, "\"") {
			return // which row is which FuzzCSV has looked at
		}
		if int(got.read) != len(records) {
			t.Fatalf("%d rows read, want %d", got.read, len(records))
		}
		records = slices.DeleteFunc(records, func(r []string) bool { return !oracleAccepts(fromCSV(names, r)) })
		if len(records) != len(got.rows) {
			t.Fatalf("%d rows accepted, want %d: %q, %v", len(got.rows), len(records), rows, got.errs)
		}
		for i, r := range records {
			_, content, _ := strings.Cut(got.rows[i], "|")
			if want := oracleRender(fromCSV(names, r)); content != want {
				t.Fatalf("%q:\n got %s\nwant %s", r, content, want)
			}
		}
	})
}
