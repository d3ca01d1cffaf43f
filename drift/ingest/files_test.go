package ingest

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
)

func utf16LE(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

var errDisk = errors.New("disk gone")

// What is no log at all, or broken off, gets one sentence that helps, and the
// rows before it are there.
func TestFileErrors(t *testing.T) {
	good := with() + "\n"
	table := goodHeader + "\n" + cells() + "\n"
	zip := zipped(t, strings.Repeat(good, 10))
	damaged := bytes.Clone(zip)
	damaged[len(damaged)-6] ^= 0xff // the checksum
	for name, c := range map[string]struct {
		src     io.Reader
		format  Format
		code    string
		message string
		rows    int
	}{
		"empty":        {strings.NewReader(""), FormatAuto, CodeEmpty, "there is nothing in it", 0},
		"blank":        {strings.NewReader(" \r\n\n"), FormatAuto, CodeEmpty, "there is nothing in it", 0},
		"only a BOM":   {strings.NewReader("\ufeff"), FormatCSV, CodeEmpty, "there is nothing in it", 0},
		"empty zipped": {bytes.NewReader(zipped(t, "")), FormatAuto, CodeEmpty, "there is nothing in it", 0},
		"html":         {strings.NewReader("\n<!DOCTYPE html><html>"), FormatAuto, CodeWrongKind, "a web page or XML", 0},
		"parquet":      {strings.NewReader("PAR1\x15\x04\x00\x00" + table), FormatAuto, CodeWrongKind, "a Parquet file", 0},
		"xlsx":         {strings.NewReader("PK\x03\x04\x14\x00"), FormatAuto, CodeWrongKind, "Excel", 0},
		"xls":          {strings.NewReader("\xd0\xcf\x11\xe0\xa1\xb1"), FormatAuto, CodeWrongKind, "Excel", 0},
		"zstd":         {strings.NewReader("\x28\xb5\x2f\xfd\x00"), FormatAuto, CodeWrongKind, "zstd", 0},
		"pdf":          {strings.NewReader("%PDF-1.7\n"), FormatAuto, CodeWrongKind, "a PDF", 0},
		"binary":       {strings.NewReader("\x7fELF\x02\x01\x01\x00"), FormatAuto, CodeWrongKind, "a binary file", 0},
		"UTF-16 BOM":   {strings.NewReader("\xff\xfe" + utf16LE(table)), FormatAuto, CodeWrongKind, "UTF-16", 0},
		"UTF-16":       {strings.NewReader(utf16LE(good)), FormatAuto, CodeWrongKind, "UTF-16", 0},
		"twice zipped": {bytes.NewReader(zipped(t, string(zip))), FormatAuto, CodeWrongKind, "compressed twice", 0},
		"forced array": {strings.NewReader(good), FormatJSONArray, CodeWrongKind, "not a JSON array", 0},

		"cut gzip":     {bytes.NewReader(zip[:len(zip)-4]), FormatAuto, CodeBadGzip, "cut off", 10},
		"gzip head":    {bytes.NewReader(zip[:5]), FormatAuto, CodeBadGzip, "cut off", 0},
		"bad checksum": {bytes.NewReader(damaged), FormatAuto, CodeBadGzip, "damaged", 10},
		"gzip, junk":   {io.MultiReader(bytes.NewReader(zip), strings.NewReader("junk junk junk")), FormatAuto, CodeBadGzip, "damaged", 10},
		"source fails": {io.MultiReader(strings.NewReader(good+good+with()), iotest.ErrReader(errDisk)), FormatAuto, CodeRead, "disk gone", 2},
		"fails in CSV": {io.MultiReader(strings.NewReader(table+cells(0, `"x`)), iotest.ErrReader(errDisk)), FormatAuto, CodeRead, "disk gone", 1},
		"fails zipped": {io.MultiReader(bytes.NewReader(zip[:20]), iotest.ErrReader(errDisk)), FormatAuto, CodeRead, "disk gone", 0},
		"fails first":  {iotest.ErrReader(errDisk), FormatAuto, CodeRead, "disk gone", 0},

		"no comma":     {strings.NewReader("[" + with() + "\n" + with() + "]"), FormatAuto, CodeMalformed, "element 1 (line 2): after it there must be a comma", 1},
		"comma at end": {strings.NewReader("[" + with() + ",\n\n]"), FormatAuto, CodeMalformed, "element 1 (line 3): after it there is a comma", 1},
		"cut array":    {strings.NewReader("[" + with() + ",\n" + with()), FormatAuto, CodeMalformed, "before its closing ] (line 2, after element 2)", 2},
		"cut element":  {strings.NewReader("[" + with() + "," + with()[:50]), FormatAuto, CodeMalformed, "element 2 (line 1): it ends in the middle of an object", 1},
		"bad element":  {strings.NewReader("[" + with() + ",\n{\"a\":\n01}]"), FormatAuto, CodeMalformed, "element 2 (line 3): expected a comma", 1},
		"no object":    {strings.NewReader("[" + with() + ", 17]"), FormatAuto, CodeMalformed, "element 2 (line 1): it is not an object", 1},
		"array, junk":  {strings.NewReader("[" + with() + "]\n\n[]"), FormatAuto, CodeMalformed, "follows the end of the JSON array (line 3)", 1},
		"long element": {strings.NewReader("[" + with("f", `"`+strings.Repeat("x", 3<<20)+`"`) + "]"), FormatAuto, CodeMalformed, "longer than", 0},
		"one over":     {strings.NewReader("[" + with("f", `"`+strings.Repeat("x", MaxLine-len(with("f", `""`))+1)+`"`) + "]"), FormatAuto, CodeMalformed, "longer than", 0},

		"semicolons":  {strings.NewReader(strings.ReplaceAll(table, ",", ";")), FormatAuto, CodeMissingColumns, "separated by semicolons", 0},
		"tabs":        {strings.NewReader(strings.ReplaceAll(table, ",", "\t")), FormatAuto, CodeMissingColumns, "separated by tabs", 0},
		"upper case":  {strings.NewReader(strings.Replace(table, "tenant", "Tenant", 1)), FormatAuto, CodeMissingColumns, `it has "Tenant", but names must be in lower case`, 0},
		"same name":   {strings.NewReader("a,a," + goodHeader), FormatAuto, CodeBadHeader, `columns 1 and 2 of the header have the same name "a"`, 0},
		"twice score": {strings.NewReader(goodHeader + ",score"), FormatAuto, CodeBadHeader, `columns 6 and 8 of the header have the same name "score"`, 0},
		"old Mac":     {strings.NewReader(strings.ReplaceAll(table, "\n", "\r")), FormatAuto, CodeBadHeader, "CR alone", 0},
		"bad name":    {strings.NewReader("a\x01b," + goodHeader), FormatAuto, CodeBadHeader, "column 1 of the header cannot be used", 0},
		"bad quotes":  {strings.NewReader(`a"b,` + goodHeader), FormatAuto, CodeBadHeader, "the header cannot be read", 0},
		"wide":        {strings.NewReader(goodHeader + "," + strings.Join(everyOther(manyFeatures(1001)), ",")), FormatAuto, CodeBadHeader, "1001 feature columns", 0},
	} {
		opts := testOptions()
		opts.Format = c.format
		res := readPredictions(c.src, opts, 3)
		var file *FileError
		if !errors.As(res.err, &file) || file.Code != c.code || !strings.Contains(file.Error(), c.message) {
			t.Errorf("%s: %v (%+v), want %s: %s", name, res.err, file, c.code, c.message)
		}
		if len(res.rows) != c.rows || len(res.errs) != 0 {
			t.Errorf("%s: %d rows before it, want %d; %v", name, len(res.rows), c.rows, res.errs)
		}
		if (c.code == CodeRead) != errors.Is(res.err, errDisk) {
			t.Errorf("%s: %v is not told from the source's error", name, res.err)
		}
	}
}

func everyOther(s []string) (out []string) {
	for i := 0; i < len(s); i += 2 {
		out = append(out, s[i])
	}
	return out
}

func TestMissingColumnsAreAllNamed(t *testing.T) {
	res := readPredictions(strings.NewReader("tenant,score,actual\na,b,c"), testOptions(), 10)
	var file *FileError
	want := []string{"prediction_id", "model_type", "model_version", "created_at", "predicted"}
	if !errors.As(res.err, &file) || !reflect.DeepEqual(file.Missing, want) || file.Line != 1 {
		t.Fatalf("%+v", file)
	}
	if e := file.RowError(); e.Line != 1 || e.Error != "the header lacks prediction_id, model_type, model_version, created_at, predicted" {
		t.Error(e)
	}
	res = readOutcomes(strings.NewReader("\n\nprediction_id,tenant\n"), testOptions(), 10)
	if !errors.As(res.err, &file) || !reflect.DeepEqual(file.Missing, []string{"actual"}) || file.Line != 3 {
		t.Errorf("%+v", file)
	}
}

// No rows are no error where the form says that they could be there.
func TestNoRows(t *testing.T) {
	for _, c := range []struct {
		text   string
		format Format
	}{{"[]", FormatAuto}, {" [ \n] \n", FormatAuto}, {"", FormatNDJSON}, {"\n\n", FormatNDJSON}, {goodHeader, FormatAuto}, {goodHeader + "\r\n\r\n", FormatAuto}} {
		opts := testOptions()
		opts.Format = c.format
		if res := readPredictions(strings.NewReader(c.text), opts, 10); res.err != nil || res.read != 0 {
			t.Errorf("%q: %d rows, %v", c.text, res.read, res.err)
		}
	}
}

// A column without a name is nothing as long as it is empty.
func TestUnnamedColumn(t *testing.T) {
	text := goodHeader + ",\n" + cells() + ",\n" + cells() + ",x\n"
	res := readPredictions(strings.NewReader(text), testOptions(), 10)
	want := []RowError{{Line: 3, Error: `column 8 holds "x" but has no name in the header: name it or remove it`}}
	if res.err != nil || len(res.rows) != 1 || !reflect.DeepEqual(res.errs, want) {
		t.Errorf("%v %v %v", res.rows, res.errs, res.err)
	}
}

// A record over several lines is one row; after a broken one, reading goes on
// at the line after its first.
func TestRecordsOverLines(t *testing.T) {
	text := goodHeader + ",note\n" +
		cells(0, "one") + ",\"a\r\nb\n\nc\"\r\n" +
		cells(0, "two") + ",\"open\n" +
		cells(0, "three") + ",\"x\ny\"\n" +
		cells(0, "four") + ",\"never closed\n" +
		cells(0, "five") + ",\n" +
		strings.Repeat("x", 3<<20) + "\n" +
		cells(0, "six") + ","
	res := readPredictions(strings.NewReader(text), testOptions(), 10)
	var got []string
	for _, r := range res.rows {
		got = append(got, strings.SplitN(r, "|acme", 2)[0])
	}
	if want := []string{"2|one", "7|three", "10|five", "12|six"}; !reflect.DeepEqual(got, want) || res.err != nil {
		t.Errorf("%q, want %q; %v", got, want, res.err)
	}
	if !strings.Contains(res.rows[0], `{"note":"a\r\nb\n\nc"}`) {
		t.Error(res.rows[0])
	}
	want := []RowError{{Line: 6, Error: faultAfter}, {Line: 9, Error: faultOpen}, {Line: 11, Error: faultLong}}
	if !reflect.DeepEqual(res.errs, want) {
		t.Errorf("%v", res.errs)
	}
}

// Options.MaxBytes bounds the text after decompression.
func TestMaxBytes(t *testing.T) {
	text := strings.Repeat(with()+"\n", 1000)
	for _, src := range []string{text, string(zipped(t, text))} {
		opts := testOptions()
		opts.MaxBytes = int64(len(text))
		if res := readPredictions(strings.NewReader(src), opts, 10); res.err != nil || len(res.rows) != 1000 {
			t.Errorf("%d rows, %v", len(res.rows), res.err)
		}
		opts.MaxBytes--
		res := readPredictions(strings.NewReader(src), opts, 10)
		var file *FileError
		if !errors.As(res.err, &file) || file.Code != CodeTooLarge || len(res.rows) != 999 {
			t.Errorf("%d rows, %v", len(res.rows), res.err)
		}
	}
}

// However the source deals out its bytes, the result is the same.
func TestSmallReads(t *testing.T) {
	long := with("f", `"`+strings.Repeat("\\u00e9", 50_000)+`"`)
	for _, text := range []string{
		sampleCSV, sampleNDJSON, sampleArray,
		long + "\n" + with("f", `"`+strings.Repeat("x", MaxLine)+`"`) + "\n" + long,
		"[" + strings.Repeat(long+",", 5) + with("f", `"a\"}"`, "g", `["\\",{"h":"]"}]`) + "]",
		goodHeader + ",f\n" + strings.Repeat(cells()+",\""+strings.Repeat("a\"\"\n", 20_000)+"\"\n", 3),
	} {
		for _, src := range []string{text, string(zipped(t, text))} {
			want := readPredictions(strings.NewReader(src), testOptions(), 10)
			for name, r := range map[string]io.Reader{
				"bytes":  iotest.OneByteReader(strings.NewReader(src)),
				"halves": iotest.HalfReader(strings.NewReader(src)),
				"early":  iotest.DataErrReader(strings.NewReader(src)),
			} {
				if got := readPredictions(r, testOptions(), 2); !reflect.DeepEqual(got, want) || want.err != nil {
					t.Errorf("%s of %s: %d rows, %v, %v", name, excerpt([]byte(src)), len(got.rows), got.errs, got.err)
				}
			}
		}
	}
}
