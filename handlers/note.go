package handlers

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
)

// noteCookie carries what a form did to the page that it leads to. It is signed for the reader's own
// session: an address, a link or a neighbouring host cannot make a page say what was never done.
const noteCookie = "driftwatch_note"

// noteKept is how long a note waits for its page. It is there for the redirect alone.
const noteKept = time.Minute

// keptNote is a note on its way to a page.
type keptNote struct {
	To    string `json:"to"` // path and query of the page that shows it
	Text  string `json:"text"`
	Bad   bool   `json:"bad,omitempty"`
	Until int64  `json:"until"` // Unix seconds
}

// leadTo answers a form by leading to a page, which shows the note once.
func (p *Pages) leadTo(w http.ResponseWriter, r *http.Request, to string, note component.FormNoteVM) {
	page, _, _ := strings.Cut(to, "#")
	k := keptNote{To: page, Text: note.Text, Bad: note.Bad, Until: p.o.Wall().Add(noteKept).Unix()}
	text, err := json.Marshal(k)
	if signature := p.o.Auth.Sign(r, text); err == nil && note.Text != "" && signature != nil {
		enc := base64.RawURLEncoding
		setNote(w, r, enc.EncodeToString(text)+"."+enc.EncodeToString(signature), int(noteKept/time.Second))
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// noteFor is the note of the form that led to this page; empty where none did. It is given out once.
func (p *Pages) noteFor(w http.ResponseWriter, r *http.Request) component.FormNoteVM {
	c, err := r.Cookie(noteCookie)
	if err != nil {
		return component.FormNoteVM{}
	}
	first, second, _ := strings.Cut(c.Value, ".")
	text, err1 := base64.RawURLEncoding.DecodeString(first)
	signature, err2 := base64.RawURLEncoding.DecodeString(second)
	var k keptNote
	if err1 != nil || err2 != nil || !p.o.Auth.Signed(r, text, signature) || json.Unmarshal(text, &k) != nil || k.To != r.URL.RequestURI() {
		return component.FormNoteVM{}
	}
	setNote(w, r, "", -1)
	if p.o.Wall().Unix() > k.Until {
		return component.FormNoteVM{}
	}
	return component.FormNoteVM{Text: k.Text, Bad: k.Bad}
}

func setNote(w http.ResponseWriter, r *http.Request, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: noteCookie, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: r.TLS != nil, SameSite: http.SameSiteLaxMode,
	})
}

// refused is the note that a form was refused, in the words of the refusal.
func refused(r *http.Request, why error) component.FormNoteVM {
	return component.FormNoteVM{Bad: true, Text: lang.From(r.Context()).Said(why.Error())}
}

// said is a plain note.
func said(text string) component.FormNoteVM { return component.FormNoteVM{Text: text} }
