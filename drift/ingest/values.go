package ingest

import (
	"bytes"
	"math"
	"unicode"
	"unicode/utf8"
)

// The methods below turn a cell into a value by the rules of doc.go. Where they
// cannot, they refuse the row and what they return does not count.

// wrong refuses a row for the value of a cell: "score is 1.3; it must …".
func (r *row) wrong(name string, c cell, must string) {
	switch c.kind {
	case absent, empty, null, nested:
		r.refuse(name, "%s is %s; %s", name, c.kind, must)
	default:
		r.refuse(name, "%s is %s; %s", name, excerpt(c.b), must)
	}
}

// blank reports whether there is no value in a cell.
func (c cell) blank() bool { return c.kind <= null }

// trimmed is the value without the white space that tables pad with.
func (c cell) trimmed() []byte {
	if c.kind == field && len(c.b) > 0 && (c.b[0] <= ' ' || c.b[len(c.b)-1] <= ' ') {
		return bytes.Trim(c.b, " \t")
	}
	return c.b
}

// name checks a text that names something and must be there.
func (r *row) name(name string, c cell, most int) []byte {
	switch {
	case c.blank():
		r.refuse(name, "%s is %s", name, c.kind)
	case c.kind == number || c.kind == boolean || c.kind == nested:
		r.refuse(name, "%s is %s; it must be text", name, c.kind)
	case len(c.b) > most:
		r.refuse(name, "%s is %d bytes long; at most %d are allowed", name, len(c.b), most)
	default:
		if fault := nameFault(c.b); fault != "" {
			r.refuse(name, "%s %s", name, fault)
		}
	}
	return c.b
}

func nameFault(b []byte) string {
	if b[0] == ' ' || b[len(b)-1] == ' ' {
		return "begins or ends with white space"
	}
	ascii := true
	for _, c := range b {
		if c < ' ' || c == 0x7f {
			return "contains a control character"
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	if ascii {
		return ""
	}
	if !utf8.Valid(b) {
		return "is not valid UTF-8"
	}
	if bytes.ContainsFunc(b, unicode.IsControl) {
		return "contains a control character"
	}
	if len(bytes.TrimSpace(b)) != len(b) {
		return "begins or ends with white space"
	}
	return ""
}

// time reads a time that must lie within h.
func (r *row) time(name string, c cell, h horizon) int64 {
	switch {
	case c.blank():
		r.refuse(name, "%s is %s", name, c.kind)
		return 0
	case c.kind != field && c.kind != text:
		r.refuse(name, "%s is %s; "+notATime+", as text", name, c.kind)
		return 0
	}
	micros, reason := parseTime(c.trimmed())
	if reason == "" {
		reason = h.check(micros)
	}
	if reason != "" {
		r.wrong(name, c, reason)
	}
	return micros
}

// float reads a finite number; must says what it has to be.
func (r *row) float(name string, c cell, must string) float64 {
	if c.kind != field && c.kind != number {
		if c.kind == text {
			r.refuse(name, "%s is the text %s; %s, without quotes", name, excerpt(c.b), must)
		} else {
			r.refuse(name, "%s is %s; %s", name, c.kind, must)
		}
		return 0
	}
	b := c.trimmed()
	f, ok := parseFloat(b)
	if !ok || math.IsInf(f, 0) {
		if bytes.IndexByte(b, ',') > 0 {
			must += ", with a point, not a comma"
		}
		r.wrong(name, c, must)
		return 0
	}
	return f
}

const scoreMust = "it must lie between 0 and 1"

// score reads a number from 0 to 1.
func (r *row) score(name string, c cell) float64 {
	if c.blank() {
		r.refuse(name, "%s is %s", name, c.kind)
		return 0
	}
	f := r.float(name, c, "it must be a number between 0 and 1")
	if f < 0 || f > 1 {
		r.wrong(name, c, scoreMust)
	}
	if f == 0 {
		return 0 // minus zero too
	}
	return f
}

// optional reads a finite number that need not be there: NaN stands for that.
func (r *row) optional(name string, c cell) float64 {
	if c.blank() {
		return math.NaN()
	}
	return r.float(name, c, "it must be a finite number")
}

// label reads true or false.
func (r *row) label(name string, c cell) bool {
	if c.kind != nested {
		if label, ok := parseLabel(c.trimmed()); ok {
			return label
		}
	}
	r.wrong(name, c, "it must be true, false, yes, no, 1 or 0")
	return false
}

// actual reads a label that need not be there: an empty one is Unknown.
func (r *row) actual(name string, c cell) int8 {
	if c.blank() {
		return Unknown
	}
	if r.label(name, c) {
		return 1
	}
	return 0
}
