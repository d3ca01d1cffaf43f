package query

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/driftwatch/driftwatch/drift"
)

// The bounds of a query.
const (
	MaxText  = 600 // characters
	MaxTerms = 24
)

// Query is what was asked, in the order in which it was asked.
type Query []drift.AlertTerm

// Fields lists the fields as they are written, in the order in which help names them.
var Fields = []drift.TermField{
	drift.TermSeverity, drift.TermStatus, drift.TermTenant, drift.TermModel, drift.TermVersion, drift.TermDrift,
	drift.TermOwner, drift.TermAge, drift.TermIs, drift.TermIncident,
}

// words are the values of the fields that have a fixed set of them.
var words = map[drift.TermField][]string{
	drift.TermSeverity: {"critical", "high", "medium", "blind"},
	drift.TermStatus:   {"new", "acknowledged", "assigned", "escalated", "suppressed", "resolved"},
	drift.TermDrift:    {string(drift.Statistical), string(drift.Performance)},
	drift.TermIs:       {drift.IsOpen, drift.IsBlind, drift.IsRollback, drift.IsCleared, drift.IsFlapping},
}

// Words lists the values that a field takes; nil where it takes any.
func Words(f drift.TermField) []string { return slices.Clone(words[f]) }

// Parse reads a query. What it cannot read it tells by an [*Error]. The same values twice in a term
// are kept once.
func Parse(text string) (Query, error) {
	if n := utf8.RuneCountInString(text); n > MaxText {
		return nil, failure(MaxText+1, "A query has at most %d characters.", MaxText)
	}
	p := &parser{text: []rune(text)}
	var q Query
	for p.skipSpace(); !p.done(); p.skipSpace() {
		if len(q) == MaxTerms {
			return nil, failure(p.pos+1, "A query has at most %d parts.", MaxTerms)
		}
		t, err := p.term()
		if err != nil {
			return nil, err
		}
		q = append(q, t)
	}
	return q, nil
}

// String writes the query so that Parse reads the same again.
func (q Query) String() string {
	parts := make([]string, len(q))
	for i, t := range q {
		parts[i] = termText(t)
	}
	return strings.Join(parts, " ")
}

func termText(t drift.AlertTerm) string {
	minus := ""
	if t.Not {
		minus = "-"
	}
	if t.Field == drift.TermText {
		word := strings.Join(t.Values, " ")
		if word == "" || strings.ContainsFunc(word, unicode.IsSpace) || strings.ContainsAny(word, `:"`) || word[0] == '-' {
			word = quoted(word)
		}
		return minus + word
	}
	values := make([]string, 0, len(t.Values)+len(t.Ages))
	for _, v := range t.Values {
		if v == "" || strings.ContainsFunc(v, breaksValue) || v[0] == '"' {
			v = quoted(v)
		}
		values = append(values, v)
	}
	for _, a := range t.Ages {
		values = append(values, ageText(a))
	}
	return minus + string(t.Field) + ":" + strings.Join(values, ",")
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// Of returns the values of the first plain term of a field; nil where there is none.
func (q Query) Of(f drift.TermField) []string {
	for _, t := range q {
		if t.Field == f && !t.Not {
			return t.Values
		}
	}
	return nil
}

// Has tells whether a field is asked for at all.
func (q Query) Has(f drift.TermField) bool {
	return slices.ContainsFunc(q, func(t drift.AlertTerm) bool { return t.Field == f })
}

// HasValue tells whether a field is asked for this value, be it to be or not to be.
func (q Query) HasValue(f drift.TermField, value string) bool {
	return slices.ContainsFunc(q, func(t drift.AlertTerm) bool { return t.Field == f && slices.Contains(t.Values, value) })
}

// With returns the query with the first plain term of the field set to the value, or without the
// plain terms of the field where it is "". The query itself stays.
func (q Query) With(f drift.TermField, value string) Query {
	out := make(Query, 0, len(q)+1)
	set := value == ""
	for _, t := range q {
		if t.Field != f || t.Not {
			out = append(out, t)
			continue
		}
		if !set {
			out, set = append(out, one(f, value)), true
		}
	}
	if !set {
		out = append(out, one(f, value))
	}
	return out
}

// one is a term of one value that is known to be good.
func one(f drift.TermField, value string) drift.AlertTerm {
	t := drift.AlertTerm{Field: f, Values: []string{value}}
	if bound, err := parseAge(value); f == drift.TermAge && err == "" {
		t.Values, t.Ages = nil, []drift.AgeBound{bound}
	}
	return t
}
