package lang

import (
	"context"
	"slices"

	"golang.org/x/text/language"
)

// Lang is a language of the console, by its BCP 47 tag. The zero value is [English].
type Lang string

// The languages. English is what the texts are written in: its sentences are the keys of the others.
const (
	English Lang = ""
	German  Lang = "de"
)

// All lists the languages in the order in which a reader chooses; the index of one is its number
// for [Lang.Index].
var All = []Lang{English, German}

// Tag is the language as HTML and HTTP write it: "en", "de".
func (l Lang) Tag() string {
	if l == English {
		return "en"
	}
	return string(l)
}

// Name is the language's name in itself.
func (l Lang) Name() string {
	if l == German {
		return "Deutsch"
	}
	return "English"
}

// Index is the place of the language in [All]; 0 for one that is not there.
func (l Lang) Index() int { return max(0, slices.Index(All, l)) }

// Parse returns the language of a tag that a reader chose; false where there is none of this tag.
func Parse(tag string) (Lang, bool) {
	for _, l := range All {
		if l.Tag() == tag {
			return l, true
		}
	}
	return English, false
}

var matcher = language.NewMatcher([]language.Tag{language.English, language.German})

// Accepted is the language that fits an Accept-Language header best; English where none does.
func Accepted(header string) Lang {
	if len(header) > maxHeader {
		return English
	}
	_, i := language.MatchStrings(matcher, header)
	return All[i]
}

// maxHeader bounds what is read of a header, in bytes; browsers send well under a hundred.
const maxHeader = 1024

type contextKey struct{}

// With is a context whose texts are in a language.
func With(ctx context.Context, l Lang) context.Context {
	return context.WithValue(ctx, contextKey{}, l)
}

// From is the language that With set; English where none is.
func From(ctx context.Context) Lang {
	l, _ := ctx.Value(contextKey{}).(Lang)
	return l
}
