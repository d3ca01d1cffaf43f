package viewtest

import (
	"html"
	"regexp"
	"slices"
	"strings"
)

var (
	// What people typed, programs read or scripts hold is no text of the console.
	notWords = regexp.MustCompile(`(?s)<(code|pre|q|kbd|time|title|script|style|symbol|textarea)\b[^>]*>.*?</(code|pre|q|kbd|time|title|script|style|symbol|textarea)>`)
	element  = regexp.MustCompile(`<(?:"[^"]*"|[^">])*>`)
	label    = regexp.MustCompile(`\s(?:aria-label|title|placeholder|alt|data-l|data-blind)="([^"]*)"`)
	word     = regexp.MustCompile(`\p{L}{2,}`)
	severity = regexp.MustCompile(`\b(CRITICAL|HIGH|MEDIUM)\b`) // words, though in capitals
	code     = regexp.MustCompile(`\S*[\d_/.@]\S*[^\s.]|[A-Z]{2,}\S*`)
)

// Untranslated are the texts that a page holds in both of its renderings, of two languages: what nobody
// translated. Left out are numbers, codes (what holds digits, underscores, slashes or is in capitals) and
// the given names, which are the same in every language.
func Untranslated(a, b []byte, names ...string) []string {
	names = slices.SortedFunc(slices.Values(names), func(a, b string) int { return len(b) - len(a) }) // one may hold another
	in := textsOf(b)
	var same []string
	for text := range textsOf(a) {
		if in[text] && says(text, names) {
			same = append(same, text)
		}
	}
	slices.Sort(same)
	return same
}

// textsOf are the texts of a page, its labels included.
func textsOf(page []byte) map[string]bool {
	texts := map[string]bool{}
	add := func(s string) {
		if s = strings.Join(strings.Fields(html.UnescapeString(s)), " "); s != "" {
			texts[s] = true
		}
	}
	rest := notWords.ReplaceAllString(string(page), "<>")
	for _, m := range label.FindAllStringSubmatch(rest, -1) {
		add(m[1])
	}
	for _, s := range element.Split(rest, -1) {
		add(s)
	}
	return texts
}

// says tells whether anything is left of a text without names, codes and numbers.
func says(text string, names []string) bool {
	for _, n := range names {
		text = strings.ReplaceAll(text, n, "")
	}
	return severity.MatchString(text) || word.MatchString(code.ReplaceAllString(text, ""))
}
