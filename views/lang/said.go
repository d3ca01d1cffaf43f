package lang

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What [Lang.Said] is willing to do for one text. The domain's own sentences lie well below; what lies
// above is shown as it is stored.
const (
	maxSaid     = 4000 // bytes of a text
	maxPieces   = 16   // sentences of a text
	maxDepth    = 5    // texts within texts
	maxAttempts = 600  // patterns tried on a text, where their literal parts are in it
)

// Said is a sentence of the domain in the language: a message of an alert, a reason, an error, the help of
// a setting. Such sentences are made, stored and returned in English; this tells them again, where people
// read them. A sentence that is not known stays English, and so do names and what people wrote.
//
// The German of such a sentence has the key of its source, its format. Its verbs say how an argument is
// shown: %s a text that is itself told again where it is known, %v a name as it is, %q a name in the
// language's quotes, %d a number with the language's marks, %t a date or a time.
func (l Lang) Said(sentence string) string {
	s, ok := speakers[l]
	if !ok || len(sentence) > maxSaid {
		return sentence
	}
	t := telling{s, maxAttempts}
	return t.text(sentence, 0)
}

// speakers are the languages' ways to tell a sentence again. English needs none.
var speakers = map[Lang]*speaker{German: newSpeaker(German, saidInGerman...)}

// saidInGerman are the sentences of the domain. They are no part of the catalogue, as their verbs are others.
var saidInGerman = []entries{deSaid, deSaidAccess, deSaidError, deSaidEvidence, deSaidReport, deSaidRetrain, deSaidSetting, deSaidWord, deSaidWork}

// speaker knows sentences by their English.
type speaker struct {
	l        Lang
	whole    map[string]string
	patterns []*pattern // those with the most letters of their own first
}

// telling is one use of a speaker.
type telling struct {
	*speaker
	attempts int
}

// text tells a text of one or more sentences.
func (t *telling) text(s string, depth int) string {
	body := strings.Trim(s, " ")
	if body == "" || depth > maxDepth {
		return s
	}
	at := strings.Index(s, body)
	told, ok := t.sentence(body, depth)
	if !ok {
		told, ok = t.pieces(body, depth)
	}
	if !ok {
		told, ok = t.listed(body, depth)
	}
	if !ok && depth > 0 {
		told = t.clause(body, depth)
	}
	return s[:at] + told + s[at+len(body):]
}

// sentence tells what is known as a whole.
func (t *telling) sentence(s string, depth int) (string, bool) {
	if told, ok := t.whole[s]; ok {
		return told, true
	}
	for _, p := range t.patterns {
		if !p.mayMatch(s) {
			continue
		}
		if t.attempts--; t.attempts < 0 {
			break
		}
		if args := p.english.FindStringSubmatch(s); args != nil {
			return t.fill(p, args[1:], depth), true
		}
	}
	return s, false
}

// pieces tells a text sentence by sentence: of each place the longest run of sentences that is known, as
// some are made of several.
func (t *telling) pieces(s string, depth int) (string, bool) {
	ends := sentenceEnds(s)
	if len(ends) < 2 || len(ends) > maxPieces {
		return s, false
	}
	var b strings.Builder
	known := false
	for i, from := 0, 0; i < len(ends); {
		next := i + 1
		told := s[from:ends[i]]
		for j := len(ends) - 1; j >= i; j-- {
			if i == 0 && j == len(ends)-1 {
				continue // the whole is not known
			}
			if x, ok := t.sentence(s[from:ends[j]], depth); ok {
				told, next, known = x, j+1, true
				break
			}
		}
		b.WriteString(told)
		if next < len(ends) {
			b.WriteByte(' ')
			from = ends[next-1] + 1
		}
		i = next
	}
	return b.String(), known
}

// sentenceEnds are the places after each sentence of a text; the last is its end.
func sentenceEnds(s string) (ends []int) {
	for i := 0; i+1 < len(s); i++ {
		if s[i] == '.' && s[i+1] == ' ' {
			ends = append(ends, i+1)
		}
	}
	return append(ends, len(s))
}

// lists are what stands between the members of a list, which are told by themselves.
var lists = []string{", ", " or "}

// clause tells a sentence that stands within another one, without its capital and its full stop.
func (t *telling) clause(s string, depth int) string {
	first, size := utf8.DecodeRuneInString(s)
	if !unicode.IsLower(first) {
		return s
	}
	told, ok := t.sentence(string(unicode.ToUpper(first))+s[size:]+".", depth)
	if !ok {
		return s
	}
	return strings.TrimSuffix(told, ".")
}

// listed tells a list of which every member is known.
func (t *telling) listed(s string, depth int) (string, bool) {
	for _, between := range lists {
		members := strings.Split(s, between)
		if len(members) < 2 || len(members) > maxPieces {
			continue
		}
		known := true
		for i, m := range members {
			var ok bool
			members[i], ok = t.sentence(m, depth)
			known = known && ok
		}
		if known {
			return strings.Join(members, t.between(between)), true
		}
	}
	return s, false
}

// between is what stands between the members of a list in the language.
func (t *telling) between(english string) string {
	if word, ok := t.whole[strings.TrimSpace(english)]; ok {
		return " " + word + " "
	}
	return english
}

// fill puts the arguments into the translation.
func (t *telling) fill(p *pattern, args []string, depth int) string {
	var b strings.Builder
	for _, part := range p.form {
		if part.verb == 0 {
			b.WriteString(part.text)
			continue
		}
		b.WriteString(t.argument(part.verb, args[part.arg], depth+1))
	}
	return b.String()
}

func (t *telling) argument(verb byte, arg string, depth int) string {
	switch verb {
	case 'v':
		return arg
	case 'q':
		return t.l.quoted(arg)
	case 't':
		return t.l.saidTime(arg)
	case 'd':
		return t.l.saidNumber(arg)
	}
	return t.text(arg, depth)
}

// verbsOfSource are the verbs of fmt that the formats of the domain have. A blank is no flag here: it is
// what follows a percent sign in a sentence.
var verbsOfSource = regexp.MustCompile(`%(?:[+#0]*[0-9]*(?:\.[0-9]+)?([sqvdgfx])|%)`)
