package ingest

import (
	"bytes"
	"io"
)

// csvScanner finds the records below a header.
type csvScanner struct {
	w      *window
	header *header
	fields [][]byte
	joined []byte // the inside of quoted fields that hold quotes
}

func newCSVScanner(w *window, s *schema) (*csvScanner, error) {
	c := &csvScanner{w: w}
	line, fault, err := c.record()
	switch {
	case err == io.EOF:
		return nil, fileErrorf(CodeEmpty, 0, "there is nothing in it: expected a header row and then rows")
	case err != nil:
		return nil, err
	case fault != "":
		return nil, fileErrorf(CodeBadHeader, line, "the header cannot be read: %s", fault)
	}
	c.header, err = readHeader(s, c.fields, line)
	return c, err
}

func (c *csvScanner) scan(r *row) error {
	line, fault, err := c.record()
	r.reset(line)
	switch {
	case err != nil:
		return err
	case fault != "":
		r.refuse("", "%s", fault)
	case len(c.fields) != len(c.header.columns):
		r.refuse("", "the number of fields is %d; the header has %d", len(c.fields), len(c.header.columns))
	default:
		c.header.fill(r, c.fields)
	}
	return nil
}

const (
	faultBareQuote = "a quote stands in a field that does not begin with one: put the field in quotes and double those inside"
	faultAfter     = "something follows the closing quote of a field: double the quotes inside quoted fields"
	faultOpen      = "a quoted field is never closed, or only after more than 1 MiB"
	faultLong      = "the line is longer than 1 MiB"
)

// record reads the next record into c.fields, which are valid until the next
// call. What is wrong with its form is a fault; reading then goes on at the
// line after the one it began on.
func (c *csvScanner) record() (line int, fault string, err error) {
	first, err := c.w.lineEnd(0)
	for ; err == nil && len(trimCR(c.w.rest()[:first])) == 0; first, err = c.w.lineEnd(0) {
		c.w.passLine(first)
	}
	line = c.w.line
	switch {
	case err == errTooLong:
		if err = c.w.dropLine(); err == errTooLong {
			return line, faultLong, nil
		}
		return line, "", err
	case err != nil && (err != io.EOF || len(trimCR(c.w.rest()[:first])) == 0):
		return line, "", err
	case first > MaxLine:
		c.w.passLine(first)
		return line, faultLong, nil
	}
	b := c.w.rest()[:first]
	if bytes.IndexByte(b, '"') < 0 {
		c.split(trimCR(b))
		c.w.passLine(first)
		return line, "", nil
	}
	fault, err = c.quotedRecord(first)
	return line, fault, err
}

// split cuts a line without quotes at its commas.
func (c *csvScanner) split(b []byte) {
	fields := c.fields[:0]
	for {
		i := bytes.IndexByte(b, ',')
		if i < 0 {
			break
		}
		fields = append(fields, b[:i])
		b = b[i+1:]
	}
	c.fields = append(fields, b)
}

// quotedRecord reads a record that may go on beyond its first line, which is
// first bytes long: it ends at the first newline with as many opening quotes
// as closing ones before it.
func (c *csvScanner) quotedRecord(first int) (fault string, err error) {
	end, quotes := first, bytes.Count(c.w.rest()[:first], quote)
	for quotes%2 == 1 {
		next, err := c.w.lineEnd(min(end+1, len(c.w.rest())))
		if err != nil && err != io.EOF && err != errTooLong {
			return "", err
		}
		quotes += bytes.Count(c.w.rest()[min(end, next):next], quote)
		end = next
		if quotes%2 == 1 && (err != nil || end > MaxLine) {
			fault = faultOpen
			break
		}
	}
	if end > MaxLine {
		fault = faultOpen
	}
	if fault == "" {
		fault = c.splitQuoted(trimCR(c.w.rest()[:end]))
	} else {
		fault = c.splitQuoted(c.w.rest()[:first]) // perhaps there is a plainer reason
	}
	if fault != "" {
		c.w.passLine(first)
		return fault, nil
	}
	c.w.line += bytes.Count(c.w.rest()[:end], newline)
	c.w.passLine(end)
	return "", nil
}

var quote = []byte{'"'}

// splitQuoted cuts a whole record at the commas outside its quotes.
func (c *csvScanner) splitQuoted(b []byte) (fault string) {
	c.fields, c.joined = c.fields[:0], c.joined[:0]
	for {
		var field []byte
		if len(b) > 0 && b[0] == '"' {
			if field, b = c.unquote(b[1:]); b == nil {
				return faultOpen
			}
		} else {
			n := bytes.IndexByte(b, ',')
			if n < 0 {
				n = len(b)
			}
			if field, b = b[:n], b[n:]; bytes.IndexByte(field, '"') >= 0 {
				return faultBareQuote
			}
		}
		c.fields = append(c.fields, field)
		switch {
		case len(b) == 0:
			return ""
		case b[0] != ',':
			return faultAfter
		}
		b = b[1:]
	}
}

// unquote gives the inside of a quoted field, whose opening quote lies just
// before b, and what follows the closing one; nil where there is none.
func (c *csvScanner) unquote(b []byte) (field, rest []byte) {
	start := len(c.joined)
	for {
		n := bytes.IndexByte(b, '"')
		if n < 0 {
			return nil, nil
		}
		if n+1 < len(b) && b[n+1] == '"' {
			c.joined = append(c.joined, b[:n+1]...)
			b = b[n+2:]
			continue
		}
		if len(c.joined) == start {
			return b[:n], b[n+1:]
		}
		c.joined = append(c.joined, b[:n]...)
		return c.joined[start:], b[n+1:]
	}
}
