package ingest

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// RowError says why one row was refused.
type RowError struct {
	// Line is where the row begins, as in PredictionBatch.
	Line int `json:"line"`
	// Field is the column at fault, empty where it is the row as a whole.
	Field string `json:"field"`
	// Error is the reason, a plain sentence without a full stop.
	Error string `json:"error"`
}

// The codes of a FileError.
const (
	CodeEmpty          = "empty"           // there is nothing in it
	CodeWrongKind      = "wrong_kind"      // not CSV, NDJSON or a JSON array at all
	CodeMissingColumns = "missing_columns" // the CSV header lacks required columns
	CodeBadHeader      = "bad_header"      // the CSV header is unusable otherwise
	CodeMalformed      = "malformed"       // a JSON array is broken off or broken
	CodeBadGzip        = "bad_gzip"        // the compressed data is damaged or cut off
	CodeTooLarge       = "too_large"       // more than Options.MaxBytes
	CodeRead           = "read"            // the source failed; Unwrap gives its error
)

// FileError says why an input cannot be read, or not be read further.
type FileError struct {
	// Code is one of the constants above.
	Code string
	// Line is the physical line, from 1, where that is known; else 0.
	Line int
	// Missing names every required column that a CSV header lacks.
	Missing []string
	// Message is a plain sentence that says what to do.
	Message string
	// Err is the error of the source or of gzip, if one is behind it.
	Err error
}

func (e *FileError) Error() string {
	if e.Err != nil && e.Code == CodeRead {
		return e.Message + ": " + e.Err.Error()
	}
	return e.Message
}

// Unwrap gives the error behind it, such as *http.MaxBytesError.
func (e *FileError) Unwrap() error { return e.Err }

// RowError is the same fault in the form of a refused row, for lists that hold
// both.
func (e *FileError) RowError() RowError { return RowError{Line: e.Line, Error: e.Error()} }

func fileErrorf(code string, line int, format string, args ...any) *FileError {
	return &FileError{Code: code, Line: line, Message: fmt.Sprintf(format, args...)}
}

// excerpt shows a value in a message: short, printable, numbers bare.
func excerpt(b []byte) string {
	const most = 40
	cut := b
	if len(cut) > most {
		cut = cut[:most]
		for len(cut) > most-utf8.UTFMax && !utf8.Valid(cut) {
			cut = cut[:len(cut)-1]
		}
	}
	text := string(cut)
	if _, ok := scanDecimal(cut); ok {
		if len(cut) < len(b) {
			return text + "…"
		}
		return text
	}
	quoted := strconv.QuoteToGraphic(text)
	if len(cut) < len(b) {
		return quoted[:len(quoted)-1] + `…"`
	}
	return quoted
}
