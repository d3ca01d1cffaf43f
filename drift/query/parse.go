package query

import (
	"slices"
	"strings"
	"unicode"

	"github.com/driftwatch/driftwatch/drift"
)

// parser goes through a query from left to right.
type parser struct {
	text []rune
	pos  int
}

func (p *parser) done() bool { return p.pos >= len(p.text) }

func (p *parser) skipSpace() {
	for !p.done() && unicode.IsSpace(p.text[p.pos]) {
		p.pos++
	}
}

// breaksValue tells what ends the plain value of a field; a plain word goes on to the next space. A quote
// counts where a word or value begins, and is a character like others within.
func breaksValue(r rune) bool { return unicode.IsSpace(r) || r == ',' }

// term reads one term.
func (p *parser) term() (drift.AlertTerm, error) {
	var t drift.AlertTerm
	start := p.pos
	if p.text[p.pos] == '-' {
		t.Not = true
		if p.pos++; p.done() || unicode.IsSpace(p.text[p.pos]) {
			return t, failure(start+1, "A minus stands right before what is not wanted, such as -status:resolved.")
		}
	}
	if p.text[p.pos] != '"' {
		if colon := p.fieldEnd(); colon > 0 {
			return p.field(t, colon)
		}
	}
	word, err := p.value(unicode.IsSpace)
	if err != nil {
		return t, err
	}
	if strings.TrimSpace(word) == "" {
		return t, failure(start+1, "There is nothing between the quotes.")
	}
	t.Values = []string{word}
	return t, p.ends()
}

// ends holds after a word or a value: only a space may follow a closing quote.
func (p *parser) ends() error {
	if p.done() || unicode.IsSpace(p.text[p.pos]) {
		return nil
	}
	return failure(p.pos+1, "A space is missing here.")
}

// fieldEnd is where the colon after a field's name stands; 0 where a plain word begins.
func (p *parser) fieldEnd() int {
	for i := p.pos; i < len(p.text); i++ {
		switch r := p.text[i]; {
		case r == ':':
			return i
		case unicode.IsSpace(r):
			return 0
		}
	}
	return 0
}

// field reads the values after a field's name.
func (p *parser) field(t drift.AlertTerm, colon int) (drift.AlertTerm, error) {
	name := strings.ToLower(string(p.text[p.pos:colon]))
	t.Field = drift.TermField(name)
	if t.Field == drift.TermText || !slices.Contains(Fields, t.Field) {
		return t, failure(p.pos+1, "Nothing is called %q here. Ask for %s; put words that hold a colon in quotes.", clipped(name), known(Fields))
	}
	for p.pos = colon; ; {
		p.pos++ // the colon, or a comma
		at := p.pos
		if p.done() || unicode.IsSpace(p.text[p.pos]) || p.text[p.pos] == ',' {
			return t, missing(at+1, t.Field)
		}
		v, err := p.value(breaksValue)
		if err != nil {
			return t, err
		}
		if err := add(&t, v, at+1); err != nil {
			return t, err
		}
		if p.done() || p.text[p.pos] != ',' {
			return t, p.ends()
		}
	}
}

func missing(at int, f drift.TermField) *Error {
	switch {
	case f == drift.TermAge:
		return failure(at, "Say an age after %s:, such as age:>2h or age:<30m.", string(f))
	case words[f] != nil:
		return failure(at, "Say after %s: one of %s.", string(f), known(words[f]))
	}
	return failure(at, "Say a name after %s:.", string(f))
}

// add puts a value into a term after checking that its field takes it.
func add(t *drift.AlertTerm, v string, at int) error {
	if t.Field == drift.TermAge {
		bound, wrong := parseAge(v)
		if wrong != "" {
			return failure(at, wrong, clipped(v))
		}
		if !slices.Contains(t.Ages, bound) {
			t.Ages = append(t.Ages, bound)
		}
		return nil
	}
	if strings.TrimSpace(v) == "" {
		return missing(at, t.Field)
	}
	if set := words[t.Field]; set != nil {
		v = strings.ToLower(v)
		if !slices.Contains(set, v) {
			return failure(at, "%q is no %s. Known are %s.", clipped(v), string(t.Field), known(set))
		}
	}
	if !slices.Contains(t.Values, v) {
		t.Values = append(t.Values, v)
	}
	return nil
}

// value reads a quoted text, or a plain one up to what breaks it.
func (p *parser) value(breaks func(rune) bool) (string, error) {
	start := p.pos
	if p.text[p.pos] != '"' {
		for !p.done() && !breaks(p.text[p.pos]) {
			p.pos++
		}
		return string(p.text[start:p.pos]), nil
	}
	var b strings.Builder
	for p.pos++; !p.done(); p.pos++ {
		switch r := p.text[p.pos]; {
		case r == '"':
			p.pos++
			return b.String(), nil
		case r == '\\' && p.pos+1 < len(p.text):
			p.pos++
			b.WriteRune(p.text[p.pos])
		default:
			b.WriteRune(r)
		}
	}
	return "", failure(start+1, "The quote that begins here does not end.")
}

// known writes "a, b, c".
func known[T ~string](list []T) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = string(v)
	}
	return strings.Join(parts, ", ")
}

// clipped keeps what is sent back short.
func clipped(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
