package component

import "time"

// Sentence fills a translated sentence with what words alone cannot be: times, links, bold words. The
// marks {0}, {1} … stand in the sentence where its pieces belong, in the order of the language:
//
//	component.Sentence(l.T("No check since {0}."), component.At(t, component.DayClock))
//
// What a person or a program wrote goes in as a piece ([Plain], [Bold]) and not by the arguments of T,
// so that braces in it stay what they are. A mark without its piece stands as it is; a piece without its
// mark is left out.
func Sentence(text string, pieces ...Piece) []Piece {
	var out []Piece
	say := func(s string) {
		if s != "" {
			out = append(out, Piece{Text: s})
		}
	}
	for rest := text; ; {
		before, n, after, found := nextMark(rest, len(pieces))
		if !found {
			say(rest)
			return out
		}
		say(before)
		out = append(out, pieces[n])
		rest = after
	}
}

// nextMark finds the first mark of one of n pieces, at most ten, with what stands before and after it.
func nextMark(s string, n int) (before string, piece int, after string, found bool) {
	for i := 0; i+2 < len(s); i++ {
		if s[i] == '{' && s[i+2] == '}' && s[i+1] >= '0' && int(s[i+1]-'0') < n && s[i+1] <= '9' {
			return s[:i], int(s[i+1] - '0'), s[i+3:], true
		}
	}
	return s, 0, "", false
}

// Plain is a piece in words.
func Plain(s string) Piece { return Piece{Text: s} }

// Bold is a piece in bold words.
func Bold(s string) Piece { return Piece{Text: s, Strong: true} }

// Typed is a piece that one types, or that a program wrote.
func Typed(s string) Piece { return Piece{Text: s, Mono: true} }

// Link is a piece that leads to a page of this server.
func Link(text, href string) Piece { return Piece{Text: text, Href: href} }

// Since is a piece that says how long before now an instant was: "12 m". Now must not be zero.
func Since(t, now time.Time) Piece { return Piece{At: t, Now: now} }

// Join puts sentences one after the other, a space between two.
func Join(sentences ...[]Piece) []Piece {
	var out []Piece
	for _, s := range sentences {
		if len(s) == 0 {
			continue
		}
		if len(out) > 0 {
			out = append(out, Piece{Text: " "})
		}
		out = append(out, s...)
	}
	return out
}
