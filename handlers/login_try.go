package handlers

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// tryCookie carries a failed sign-in from the form's answer to the page that it leads back to. In
// the address it would stay in histories and logs, and people type passwords into the wrong field.
const tryCookie = "driftwatch_try"

// tryKept is how long the page remembers a failed try: the longest wait there is.
const tryKept = 15 * time.Minute

// longestName is how much of what was typed as a name is carried on, in bytes.
const longestName = 400

// signInTry is a sign-in that failed. It is the browser's own word and opens nothing.
type signInTry struct {
	Name  string `json:"name"`
	Until int64  `json:"until,omitempty"` // Unix seconds of the next possible try; 0 where it was wrong
}

// tryAgain leads back to the sign-in page. Being led there rather than answered in place, a reader
// who loads the page again spends no further try.
func (p *Pages) tryAgain(w http.ResponseWriter, r *http.Request, try signInTry, next string) {
	if len(try.Name) > longestName {
		try.Name = ""
	}
	text, err := json.Marshal(try)
	if err == nil {
		p.setTry(w, base64.RawURLEncoding.EncodeToString(text), int(tryKept/time.Second))
	}
	why := "wrong"
	if try.Until != 0 {
		why = "wait"
	}
	http.Redirect(w, r, "/login?"+url.Values{"next": {next}, "tried": {why}}.Encode(), http.StatusSeeOther)
}

// lastTry is the form as the failed try left it; empty where there was none.
func (p *Pages) lastTry(r *http.Request) page.LoginVM {
	why := r.URL.Query().Get("tried")
	if why != "wrong" && why != "wait" {
		return page.LoginVM{}
	}
	var try signInTry
	if c, err := r.Cookie(tryCookie); err == nil {
		if text, err := base64.RawURLEncoding.DecodeString(c.Value); err == nil && json.Unmarshal(text, &try) != nil {
			try = signInTry{}
		}
	}
	l := lang.From(r.Context())
	v := page.LoginVM{Name: try.Name}
	if why == "wrong" {
		v.Note = component.FormNoteVM{Bad: true, Text: l.T("The name or the password is wrong.")}
		return v
	}
	until := time.Unix(try.Until, 0)
	if wait := until.Sub(p.o.Wall()); wait > 0 {
		v.Note = component.FormNoteVM{Bad: true, Text: l.T("Too many failed attempts. Try again in %s, at %s UTC.",
			l.Age(wait+time.Second-1), until.UTC().Format("15:04:05"))}
	}
	return v
}

func (p *Pages) forgetTry(w http.ResponseWriter, r *http.Request) {
	if _, err := r.Cookie(tryCookie); err == nil {
		p.setTry(w, "", -1)
	}
}

func (p *Pages) setTry(w http.ResponseWriter, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: tryCookie, Value: value, Path: "/login", MaxAge: seconds, HttpOnly: true, Secure: p.o.Auth.Secure(), SameSite: http.SameSiteLaxMode,
	})
}
