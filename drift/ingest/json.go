package ingest

import (
	"fmt"
	"io"
)

// ndjsonScanner finds one object on each line.
type ndjsonScanner struct {
	w *window
	s *schema
}

func (n *ndjsonScanner) scan(r *row) error {
	for {
		line, number, err := n.w.nextLine()
		r.reset(number)
		if err == errTooLong {
			r.refuse("", "the line is longer than %d bytes", MaxLine)
			return nil
		}
		if err != nil {
			return err
		}
		i := skipSpace(line, 0)
		if i == len(line) {
			continue
		}
		n.object(r, line[i:])
		return nil
	}
}

func (n *ndjsonScanner) object(r *row, line []byte) {
	if line[0] != '{' {
		r.refuse("", "the line is not a JSON object: it must begin with {")
		return
	}
	end, fault := r.parseObject(n.s, line)
	if fault == faultEnd {
		fault = "the line ends in the middle of an object: NDJSON has one whole object on each line"
	}
	if fault == "" && skipSpace(line, end) < len(line) {
		fault = "something follows the object: NDJSON has one object on each line"
		end = skipSpace(line, end)
	}
	if fault != "" {
		// What was found before the fault may be its consequence.
		r.problem = problem{}
		r.refuse("", "malformed JSON at byte %d of the line: %s", end+1, fault)
	}
}

// arrayScanner finds the objects of one JSON array.
type arrayScanner struct {
	w        *window
	s        *schema
	position int // of the last element, from 1
	done     bool
}

func (a *arrayScanner) scan(r *row) error {
	if a.done {
		return io.EOF
	}
	r.reset(a.position + 1)
	c, err := a.separator()
	if err != nil {
		return err
	}
	if c == ']' {
		a.done = true
		return a.nothingFollows()
	}
	a.position++
	if c != '{' {
		return a.malformed("it is not an object")
	}
	return a.element(r)
}

// separator moves to the first byte of the next element, or past the closing
// bracket, and gives that byte.
func (a *arrayScanner) separator() (byte, error) {
	c, err := a.peek()
	if err != nil {
		return 0, err
	}
	if a.position == 0 { // on the opening bracket
		a.w.skip(1)
		if c, err = a.peek(); err == nil && c == ']' {
			a.w.skip(1)
		}
		return c, err
	}
	if c == ']' {
		a.w.skip(1)
		return c, nil
	}
	if c != ',' {
		return 0, a.malformed("after it there must be a comma or the end of the array")
	}
	a.w.skip(1)
	if c, err = a.peek(); err == nil && c == ']' {
		return 0, a.malformed("after it there is a comma but no further element")
	}
	return c, err
}

// peek moves past white space and gives the byte there.
func (a *arrayScanner) peek() (byte, error) {
	for {
		rest := a.w.rest()
		n := skipSpace(rest, 0)
		a.w.skip(n)
		if n < len(rest) {
			return rest[n], nil
		}
		err := a.w.more()
		if err == io.EOF {
			return 0, fileErrorf(CodeMalformed, a.w.line, "the JSON array ends before its closing ] (line %d, after element %d)", a.w.line, a.position)
		}
		if err != nil {
			return 0, err
		}
	}
}

// element reads the object that the window begins with. It may not be loaded
// to its end; a beginning of an object never reads as a whole one, so what
// reads well is whole, and what does not is read again once it surely is.
func (a *arrayScanner) element(r *row) error {
	end, fault := r.parseObject(a.s, a.w.rest())
	if fault != "" {
		size, err := a.loadObject()
		if err == errTooLong {
			return a.malformed(fmt.Sprintf("it is longer than %d bytes", MaxLine))
		}
		if err != nil && err != io.EOF {
			return err
		}
		r.reset(a.position)
		if end, fault = r.parseObject(a.s, a.w.rest()[:size]); fault != "" {
			a.w.skip(min(end, size))
			return a.malformed(fault)
		}
	}
	if end > MaxLine {
		return a.malformed(fmt.Sprintf("it is longer than %d bytes", MaxLine))
	}
	a.w.skip(end)
	return nil
}

// loadObject loads the object that the window begins with as a whole and gives
// its size. At the end of the text it gives io.EOF and what there is.
func (a *arrayScanner) loadObject() (size int, err error) {
	depth, inText := 0, false
	for i := 0; ; i++ {
		for i >= len(a.w.rest()) {
			if err := a.w.more(); err != nil {
				return len(a.w.rest()), err
			}
		}
		switch c := a.w.buf[a.w.r+i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return i + 1, nil
			}
		}
	}
}

func (a *arrayScanner) nothingFollows() error {
	rest := a.w.rest()
	for {
		if n := skipSpace(rest, 0); n < len(rest) {
			a.w.skip(n)
			return fileErrorf(CodeMalformed, a.w.line, "something follows the end of the JSON array (line %d)", a.w.line)
		}
		a.w.skip(len(rest))
		if err := a.w.more(); err != nil {
			return err
		}
		rest = a.w.rest()
	}
}

func (a *arrayScanner) malformed(fault string) error {
	return fileErrorf(CodeMalformed, a.w.line, "the JSON array is malformed at element %d (line %d): %s; nothing after it was read", a.position, a.w.line, fault)
}
