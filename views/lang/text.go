package lang

import (
	"fmt"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// Forms are the translation of a text: one form, or two for a plural (one, other).
type Forms []string

// entries are texts by their English form.
type entries map[string]Forms

// T is a text in the language, with its arguments as fmt.Sprintf puts them in; whole numbers are
// written as [Lang.Count] does. A text without arguments may hold a percent sign as it is.
func (l Lang) T(key string, args ...any) string {
	form := key
	if f, ok := catalogue[l][key]; ok {
		form = f[len(f)-1]
	}
	if len(args) == 0 {
		return form
	}
	return stopped(form, fmt.Sprintf(form, l.arguments(args)...))
}

// stopped is a text that ends with one full stop, also where its last word, such as a German date, has one of its own.
func stopped(form, text string) string {
	if strings.HasSuffix(text, "..") && !strings.HasSuffix(form, "..") && !strings.HasSuffix(text, "...") {
		return text[:len(text)-1]
	}
	return text
}

// N is a text about n things, in the form that n takes in the language. Both forms are English; the
// second one is the key. The first argument is n, written %d, or %[1]d where another one comes first; the
// space after it does not break.
func (l Lang) N(n int64, one, other string, args ...any) string {
	forms := Forms{one, other}
	if f, ok := catalogue[l][other]; ok {
		forms = f
	}
	form := forms[len(forms)-1]
	if len(forms) > 1 && l.isOne(n) {
		form = forms[0]
	}
	for _, verb := range []string{"%d", "%[1]d"} {
		form = strings.Replace(form, verb+" ", verb+nbsp, 1)
	}
	return stopped(form, fmt.Sprintf(form, l.arguments(append([]any{n}, args...))...))
}

// Key marks a text that is translated later, so that it is found; it returns it as it is.
func Key(text string) string { return text }

var tags = map[Lang]language.Tag{English: language.English, German: language.German}

// isOne tells whether n takes the form of one thing, by the rules of Unicode's CLDR.
func (l Lang) isOne(n int64) bool {
	const most = 1_000_000 // what the rules of our languages look at lies below, and MatchPlural takes an int
	if n < 0 || n >= most {
		return false
	}
	return plural.Cardinal.MatchPlural(tags[l], int(n), 0, 0, 0, 0) == plural.One
}

// arguments writes whole numbers in the language's way wherever a verb asks for them.
func (l Lang) arguments(args []any) []any {
	out := make([]any, len(args))
	for i, a := range args {
		switch v := a.(type) {
		case int:
			out[i] = whole{l, int64(v)}
		case int64:
			out[i] = whole{l, v}
		default:
			out[i] = a
		}
	}
	return out
}

// whole is a whole number within a text.
type whole struct {
	l Lang
	n int64
}

// Format implements fmt.Formatter for every verb.
func (w whole) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, w.l.Count(w.n)) }
