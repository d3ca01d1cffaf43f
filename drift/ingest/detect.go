package ingest

import (
	"bytes"
	"io"
	"unicode/utf8"
)

var (
	magicGzip = []byte{0x1f, 0x8b}
	bom       = []byte{0xef, 0xbb, 0xbf}
)

// begin loads the head of the text, moves past a byte order mark and white
// space, and tells the format where it is not forced.
func (w *window) begin(forced Format) (Format, error) {
	var err error
	for w.w < 512 && err == nil {
		err = w.more()
	}
	if bytes.HasPrefix(w.rest(), bom) {
		w.r += len(bom)
	}
	if e := wrongKind(w.rest()); e != nil {
		return forced, e
	}
	if forced == FormatCSV {
		return forced, nil // its header finds out that there is none
	}
	for {
		w.skip(len(w.rest()) - len(bytes.TrimLeft(w.rest(), " \t\r\n")))
		if w.r < w.w {
			break
		}
		err := w.more()
		if err == io.EOF && forced == FormatNDJSON {
			return forced, nil // no rows
		}
		if err == io.EOF {
			return forced, fileErrorf(CodeEmpty, 0, "there is nothing in it: expected CSV with a header row, NDJSON or a JSON array")
		}
		if err != nil {
			return forced, err
		}
	}
	return checkFormat(forced, w.buf[w.r], w.line)
}

func checkFormat(forced Format, first byte, line int) (Format, error) {
	switch {
	case forced == FormatJSONArray && first != '[':
		return forced, fileErrorf(CodeWrongKind, line, "this is not a JSON array: it must begin with [")
	case forced != FormatAuto:
		return forced, nil
	case first == '{':
		return FormatNDJSON, nil
	case first == '[':
		return FormatJSONArray, nil
	}
	return FormatCSV, nil
}

// wrongKinds are beginnings of files that people hand in by mistake. Those of
// plain letters count only where bytes follow that no text has.
var wrongKinds = []struct{ magic, message string }{
	{"\x1f\x8b", "this is compressed twice with gzip: unpack it once"},
	{"PAR1", "this is a Parquet file: write it out as CSV or NDJSON first"},
	{"PK\x03\x04", "this is a zip archive or an Excel workbook: save the sheet as CSV, or unpack the archive"},
	{"\xd0\xcf\x11\xe0", "this is an old Excel workbook: save the sheet as CSV"},
	{"\x28\xb5\x2f\xfd", "this is compressed with zstd: unpack it, or use gzip"},
	{"\xfd7zXZ", "this is compressed with xz: unpack it, or use gzip"},
	{"BZh", "this is compressed with bzip2: unpack it, or use gzip"},
	{"%PDF", "this is a PDF: expected CSV, NDJSON or a JSON array"},
	{"SQLite format 3", "this is an SQLite database: write the table out as CSV"},
	{"Obj\x01", "this is an Avro file: write it out as CSV or NDJSON first"},
	{"ORC", "this is an ORC file: write it out as CSV or NDJSON first"},
	{"\xff\xfe", "this text is UTF-16: save it as UTF-8"},
	{"\xfe\xff", "this text is UTF-16: save it as UTF-8"},
}

// wrongKind says what a text is that is none of the formats, or gives nil.
func wrongKind(head []byte) error {
	head = head[:min(len(head), 512)]
	if !utf8.Valid(cutRune(head)) || bytes.ContainsAny(head, "\x00\x01\x02\x03\x04\x05\x06\x07\x1f") {
		for _, k := range wrongKinds {
			if bytes.HasPrefix(head, []byte(k.magic)) {
				return fileErrorf(CodeWrongKind, 0, "%s", k.message)
			}
		}
	}
	trimmed := bytes.TrimLeft(head, " \t\r\n")
	if bytes.HasPrefix(trimmed, []byte("%PDF-")) {
		return fileErrorf(CodeWrongKind, 0, "this is a PDF: expected CSV, NDJSON or a JSON array")
	}
	if bytes.HasPrefix(trimmed, []byte("<")) {
		return fileErrorf(CodeWrongKind, 0, "this is a web page or XML: expected CSV, NDJSON or a JSON array")
	}
	if likeUTF16(head) {
		return fileErrorf(CodeWrongKind, 0, "this text looks like UTF-16: save it as UTF-8")
	}
	first, _, _ := bytes.Cut(head, newline)
	if bytes.IndexByte(first, 0) >= 0 && head[0] != '{' && head[0] != '[' {
		return fileErrorf(CodeWrongKind, 0, "this is a binary file: expected CSV, NDJSON or a JSON array")
	}
	return nil
}

// likeUTF16 reports whether every other byte of the beginning is zero, as in Latin text of two bytes a
// character. Zeros further in are damage, not another encoding.
func likeUTF16(head []byte) bool {
	head = head[:min(len(head), 64)]
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	half := len(head) / 2
	return half > 1 && max(zeros[0], zeros[1]) >= half-half/4 && min(zeros[0], zeros[1]) <= half/4
}

// cutRune leaves off a rune that a cut has halved.
func cutRune(b []byte) []byte {
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if utf8.RuneStart(b[len(b)-i]) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}
