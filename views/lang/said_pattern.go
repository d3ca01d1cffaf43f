package lang

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// pattern is a sentence with arguments.
type pattern struct {
	english *regexp.Regexp
	// literals are its own parts in their order; begins and ends tell whether it begins and ends with one.
	literals     []string
	begins, ends bool
	form         []formPart
}

// formPart is a piece of a translation: a text, or an argument by its place and the verb that shows it.
type formPart struct {
	text string
	arg  int
	verb byte
}

func newSpeaker(l Lang, areas ...entries) *speaker {
	s := &speaker{l: l, whole: map[string]string{}}
	for _, words := range areas {
		for key, f := range words {
			form := f[len(f)-1]
			if p := newPattern(key, form); p != nil {
				s.patterns = append(s.patterns, p)
			} else {
				s.whole[strings.ReplaceAll(key, "%%", "%")] = strings.ReplaceAll(form, "%%", "%")
			}
		}
	}
	slices.SortFunc(s.patterns, func(a, b *pattern) int {
		return cmp.Or(cmp.Compare(b.letters(), a.letters()), cmp.Compare(a.english.String(), b.english.String()))
	})
	return s
}

// newPattern reads a key and its translation; nil where the key takes no argument.
func newPattern(key, form string) *pattern {
	p := &pattern{begins: true, ends: true, form: readForm(form)}
	var re strings.Builder
	re.WriteString(`(?s)^`)
	literal, takes := "", 0
	flush := func() {
		if literal != "" {
			p.literals = append(p.literals, literal)
			re.WriteString(regexp.QuoteMeta(literal))
		}
		literal = ""
	}
	for rest := key; rest != ""; {
		m := verbsOfSource.FindStringSubmatchIndex(rest)
		if m == nil {
			literal += rest
			break
		}
		literal += rest[:m[0]]
		after := rest[m[1]:]
		switch {
		case m[2] < 0: // a percent sign, doubled as formats have it
			literal += "%"
			after = strings.TrimPrefix(after, "%")
		default:
			p.begins = p.begins && (literal != "" || takes > 0)
			flush()
			p.ends = after != ""
			re.WriteString(argumentOf(rest[m[2]:m[3]], p.verb(takes), after == ""))
			takes++
		}
		rest = after
	}
	flush()
	if takes == 0 {
		return nil
	}
	p.english = regexp.MustCompile(re.String() + `$`)
	return p
}

// verb is how the translation shows an argument.
func (p *pattern) verb(arg int) byte {
	for _, part := range p.form {
		if part.verb != 0 && part.arg == arg {
			return part.verb
		}
	}
	return 0
}

// A number as the domain writes it into a sentence, with or without a unit that no language changes; the
// last is what there is no number for.
const numeral = `[+−-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?(?: %| × 10⁻[⁰¹²³⁴⁵⁶⁷⁸⁹]+)?|NaN`

// argumentOf is what fmt writes for a verb of the source that the translation shows by another. A text may be
// empty at the end of a sentence, where some have a tail.
func argumentOf(source string, form byte, last bool) string {
	switch {
	case source == "q":
		return `("(?:[^"\\]|\\.)*")`
	case form == 'd' || strings.Contains("dgf", source):
		return `(` + numeral + `)`
	case form == 'v':
		return `((?:[^.]|\.[^ ])+?)` // a name does not go on in the next sentence
	case last:
		return `(.*?)`
	}
	return `(.+?)`
}

var verbsOfForm = regexp.MustCompile(`%(?:\[([0-9]+)\])?([sqvdt])|%%`)

// readForm takes a translation apart.
func readForm(form string) (parts []formPart) {
	next, from := 0, 0
	add := func(text string) {
		if text != "" {
			parts = append(parts, formPart{text: text})
		}
	}
	for _, m := range verbsOfForm.FindAllStringSubmatchIndex(form, -1) {
		add(form[from:m[0]])
		from = m[1]
		if m[4] < 0 {
			add("%")
			continue
		}
		if m[2] >= 0 {
			n, _ := strconv.Atoi(form[m[2]:m[3]])
			next = n - 1
		}
		parts = append(parts, formPart{arg: next, verb: form[m[4]]})
		next++
	}
	add(form[from:])
	return parts
}

// mayMatch looks for the pattern's own parts in a text, which is cheaper than to match it.
func (p *pattern) mayMatch(s string) bool {
	n := len(p.literals)
	if p.begins && !strings.HasPrefix(s, p.literals[0]) || p.ends && !strings.HasSuffix(s, p.literals[n-1]) {
		return false
	}
	for _, x := range p.literals {
		at := strings.Index(s, x)
		if at < 0 {
			return false
		}
		s = s[at+len(x):]
	}
	return true
}

// letters counts what a text must have for the pattern to match: the more, the surer the match.
func (p *pattern) letters() (n int) {
	for _, x := range p.literals {
		for _, r := range x {
			if unicode.IsLetter(r) {
				n++
			}
		}
	}
	return n
}

// quoted is a name between the language's quotes; quote is how Go writes it.
func (l Lang) quoted(quote string) string {
	name, err := strconv.Unquote(quote)
	switch {
	case err != nil:
		return quote
	case l == German:
		return "„" + name + "“"
	}
	return "“" + name + "”"
}

var isNumeral = regexp.MustCompile(`^(?:` + numeral + `)$`)

// saidNumber writes a [numeral] with the language's marks.
func (l Lang) saidNumber(s string) string {
	if !isNumeral.MatchString(s) || s == "NaN" {
		return s
	}
	marks := l.marks()
	return strings.NewReplacer(",", marks.group, ".", marks.decimal, "-", minus, " %", nbsp+"%").Replace(s)
}

// saidTime writes a date with or without a time of day, "2026-07-02" or "2026-07-02 09:30 UTC", in the
// language's way. Another text stays.
func (l Lang) saidTime(s string) string {
	day, clock, _ := strings.Cut(s, " ")
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return s
	}
	if clock == "" {
		return l.DayYear(t)
	}
	return l.DayYear(t) + ", " + clock
}
