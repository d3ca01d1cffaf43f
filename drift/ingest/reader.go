package ingest

import (
	"errors"
	"io"
	"sync/atomic"
)

// reader is what both readers have in common: it finds rows and counts them.
type reader struct {
	opts   Options
	schema *schema
	src    *countingReader
	scan   scanner // nil until the first Next
	err    error   // why nothing more can be read

	row       row
	horizon   horizon
	errs      []RowError
	described int // refused rows that went into errs so far
	rows      atomic.Int64
	rejected  atomic.Int64
}

func newReader(r io.Reader, opts Options, s *schema) reader {
	return reader{opts: opts.withDefaults(), schema: s, src: &countingReader{src: r}}
}

// next feeds at most rows rows to accept, which gives the size of the batch's
// text after it. It reports why there was not a single one.
func (r *reader) next(rows int, accept func(*row) int) error {
	if r.err == nil && r.scan == nil {
		r.scan, r.err = r.begin()
	}
	r.horizon = horizonAt(r.opts.Now())
	n, size := 0, 0
	for r.err == nil && n < max(rows, 1) && size < MaxBatchBytes {
		if err := r.scan.scan(&r.row); err != nil {
			r.err = r.final(err)
			break
		}
		n++
		if r.row.problem.text == "" {
			size = accept(&r.row)
		}
		if r.row.problem.text != "" {
			r.refused()
		}
	}
	r.rows.Add(int64(n))
	if n > 0 {
		return nil
	}
	return r.err
}

func (r *reader) refused() {
	r.rejected.Add(1)
	if r.opts.MaxErrors < 0 || r.described < r.opts.MaxErrors {
		r.described++
		p := r.row.problem
		r.errs = append(r.errs, RowError{Line: r.row.line, Field: p.field, Error: p.text})
	}
}

func (r *reader) begin() (scanner, error) {
	plain, err := decompressed(r.src, r.opts.MaxBytes)
	if err != nil {
		return nil, r.final(err)
	}
	w := newWindow(plain)
	format, err := w.begin(r.opts.Format)
	if err != nil {
		return nil, r.final(err)
	}
	switch format {
	case FormatNDJSON:
		return &ndjsonScanner{w: w, s: r.schema}, nil
	case FormatJSONArray:
		return &arrayScanner{w: w, s: r.schema}, nil
	}
	c, err := newCSVScanner(w, r.schema)
	if err != nil {
		return nil, r.final(err)
	}
	return c, nil
}

// final is the form in which the end of the input is reported.
func (r *reader) final(err error) error {
	var file *FileError
	switch {
	case err == io.EOF || errors.As(err, &file):
		return err
	case errors.Is(err, errTooLarge):
		return &FileError{Code: CodeTooLarge, Err: err, Message: "it is larger than allowed here: send it in several parts"}
	}
	return &FileError{Code: CodeRead, Err: err, Message: "reading it failed"}
}

// Errors gives the rows refused since the last call, as far as Options.MaxErrors
// lets them be described. The slice is the caller's.
func (r *reader) Errors() []RowError {
	errs := r.errs
	r.errs = nil
	return errs
}

// Rows is the number of rows read so far, refused ones included. It may be
// called at any time from any goroutine; it moves with each Next.
func (r *reader) Rows() int64 { return r.rows.Load() }

// Rejected is the number of rows refused so far, described or not. It may be
// called at any time from any goroutine.
func (r *reader) Rejected() int64 { return r.rejected.Load() }

// BytesRead is how much of the source has been consumed, before decompression,
// for a progress bar: it runs up to some 250 KiB ahead of the rows. It may be
// called at any time from any goroutine.
func (r *reader) BytesRead() int64 { return r.src.n.Load() }
