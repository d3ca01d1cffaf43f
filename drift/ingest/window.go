package ingest

import (
	"bytes"
	"errors"
	"io"
)

// A window begins small, for the request with one row, and grows to a size
// that is good to read with where the source has that much to give.
const (
	windowStart = 16 << 10
	windowGood  = 256 << 10
)

// errTooLong says that what is asked for does not fit the window.
var errTooLong = errors.New("longer than the limit")

// window slides over a text and shows a contiguous piece of it: buf[r:w]. It
// grows beyond windowGood only for a line longer than that, up to MaxLine.
type window struct {
	src  io.Reader
	buf  []byte
	r, w int
	full bool  // whether the last read filled the buffer
	line int   // the physical line that buf[r] lies on, from 1
	err  error // io.EOF or why the source ended
}

func newWindow(src io.Reader) *window {
	return &window{src: src, buf: make([]byte, windowStart), line: 1}
}

// rest is the unread part that has been loaded.
func (w *window) rest() []byte { return w.buf[w.r:w.w] }

// more loads further bytes behind the unread ones. It reports io.EOF, the
// source's error, or errTooLong where the unread ones are as many as are allowed.
func (w *window) more() error {
	if w.err != nil {
		return w.err
	}
	if w.r > 0 {
		copy(w.buf, w.buf[w.r:w.w])
		w.w -= w.r
		w.r = 0
	}
	if w.w == len(w.buf) && w.w > MaxLine+1 { // one for CR
		return errTooLong
	}
	if w.w == len(w.buf) || w.full && len(w.buf) < windowGood {
		w.buf = append(w.buf, make([]byte, len(w.buf))...)
	}
	for range 100 {
		n, err := w.src.Read(w.buf[w.w:])
		w.w += n
		w.err = err
		w.full = w.w == len(w.buf)
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	w.err = io.ErrNoProgress
	return w.err
}

// skip moves past n loaded bytes and counts their lines.
func (w *window) skip(n int) {
	w.line += bytes.Count(w.buf[w.r:w.r+n], newline)
	w.r += n
}

var newline = []byte{'\n'}

// lineEnd gives how many unread bytes lie before the first newline at or after
// from, loading what it takes. Where there is none it gives how many lie before
// the end, and io.EOF, errTooLong or the source's error.
func (w *window) lineEnd(from int) (int, error) {
	for {
		rest := w.rest()
		if i := bytes.IndexByte(rest[from:], '\n'); i >= 0 {
			return from + i, nil
		}
		from = len(rest)
		if err := w.more(); err != nil {
			return from, err
		}
	}
}

// passLine moves past a line of n bytes and its newline, if it has one.
func (w *window) passLine(n int) {
	w.r = min(w.r+n+1, w.w)
	w.line++
}

// nextLine gives the next physical line without its end and moves past it; it
// is valid until the next call. For a line that is too long it moves past it
// and reports errTooLong. At the end it reports io.EOF or the source's error;
// only at io.EOF is an unfinished last line a line.
func (w *window) nextLine() (line []byte, number int, err error) {
	number = w.line
	n, err := w.lineEnd(0)
	switch {
	case err == errTooLong:
		return nil, number, w.dropLine()
	case err != nil && (err != io.EOF || n == 0):
		return nil, number, err
	case n > MaxLine:
		err = errTooLong
	default:
		line, err = trimCR(w.rest()[:n]), nil
	}
	w.passLine(n)
	return line, number, err
}

func trimCR(line []byte) []byte {
	if n := len(line); n > 0 && line[n-1] == '\r' {
		return line[:n-1]
	}
	return line
}

// dropLine moves past the line the window begins with, however long, and
// reports errTooLong, or why its end was not found.
func (w *window) dropLine() error {
	for {
		if i := bytes.IndexByte(w.rest(), '\n'); i >= 0 {
			w.passLine(i)
			return errTooLong
		}
		w.r = w.w
		if err := w.more(); err == io.EOF {
			return errTooLong
		} else if err != nil {
			return err
		}
	}
}
