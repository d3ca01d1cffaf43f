package handlers

import (
	"context"
	"net/http"

	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/layout"
	"github.com/driftwatch/driftwatch/web/auth"
)

// languageOf is the language of a request's answer: what the person chose, else what their browser
// asks for.
func languageOf(r *http.Request) lang.Lang {
	id, _ := auth.From(r.Context())
	if l, ok := lang.Parse(id.Prefs.Lang); ok {
		return l
	}
	return lang.Accepted(r.Header.Get("Accept-Language"))
}

// forReader is the request's context for what its reader sees.
func forReader(r *http.Request) context.Context {
	id, _ := auth.From(r.Context())
	ctx := lang.With(r.Context(), languageOf(r))
	return layout.For(ctx, layout.Reader{Theme: id.Prefs.Theme, Zone: id.Prefs.Zone, KeysOff: id.Prefs.KeysOff})
}

// audienceClass numbers who gets the same bytes of a live message: a class of reader in a language, or a wall.
func audienceClass(id auth.Identity, l lang.Lang) uint8 {
	if id.Wall() {
		return classWall
	}
	return class(id.Actor.Role) + uint8(l.Index())*rolesClasses
}

// rolesClasses is how many classes of reader there are in one language, see class.
const rolesClasses = classManager + 1

// classWall is the audience class of the walls that are shown by their links, after those of the languages: the
// wall asks for itself what is new, and is told no more than that something is.
var classWall = uint8(len(lang.All)) * rolesClasses

// ofAudience takes an audience class apart that is not the walls'.
func ofAudience(n uint8) (class uint8, l lang.Lang) {
	return n % rolesClasses, lang.All[n/rolesClasses]
}
