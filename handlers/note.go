package handlers

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
)

// noteCookie carries what a form did to the page that it leads to. It is signed for the reader's own
// session: an address, a link or a neighbouring host cannot make a page say what was never done.
const noteCookie = "driftwatch_note"

// noteKept is how long a note waits for its page. It is there for the redirect alone.
const noteKept = time.Minute

// keptNote is a note on its way to a page.
type keptNote struct {
	To    string `json:"to"`             // path and query of the page that shows it
	Part  string `json:"part,omitempty"` // of that page, where the browser goes
	Text  string `json:"text"`
	Bad   bool   `json:"bad,omitempty"`
	Until int64  `json:"until"`          // Unix seconds
	Undo  string `json:"undo,omitempty"` // what can be taken back: "17:2 18:2"
}

// maxUndoNote bounds what a note carries: a cookie is small.
const maxUndoNote = 2000

// leadTo answers a form by leading to a page, which shows the note once.
func (p *Pages) leadTo(w http.ResponseWriter, r *http.Request, to string, note component.FormNoteVM) {
	p.leadToUndo(w, r, to, note, "")
}

// leadToUndo leads to a page, whose note offers to take back what was done to the alerts of picks.
func (p *Pages) leadToUndo(w http.ResponseWriter, r *http.Request, to string, note component.FormNoteVM, picks string) {
	path, part, _ := strings.Cut(to, "#")
	k := keptNote{To: path, Part: part, Text: note.Text, Bad: note.Bad, Until: p.o.Wall().Add(noteKept).Unix()}
	if len(picks) <= maxUndoNote {
		k.Undo = picks
	}
	text, err := json.Marshal(k)
	if signature := p.o.Auth.Sign(r, text); err == nil && note.Text != "" && signature != nil {
		enc := base64.RawURLEncoding
		p.setNote(w, enc.EncodeToString(text)+"."+enc.EncodeToString(signature), int(noteKept/time.Second))
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// noteFor is the note of the form that led to this page; empty where none did. It is given out once.
func (p *Pages) noteFor(w http.ResponseWriter, r *http.Request) component.FormNoteVM {
	note, _ := p.noteAndUndo(w, r)
	return note
}

// noteAndUndo is noteFor, with what the page can offer to take back; nil for nothing.
func (p *Pages) noteAndUndo(w http.ResponseWriter, r *http.Request) (component.FormNoteVM, *page.UndoVM) {
	c, err := r.Cookie(noteCookie)
	if err != nil {
		return component.FormNoteVM{}, nil
	}
	first, second, _ := strings.Cut(c.Value, ".")
	text, err1 := base64.RawURLEncoding.DecodeString(first)
	signature, err2 := base64.RawURLEncoding.DecodeString(second)
	var k keptNote
	if err1 != nil || err2 != nil || !p.o.Auth.Signed(r, text, signature) || json.Unmarshal(text, &k) != nil || k.To != r.URL.RequestURI() {
		return component.FormNoteVM{}, nil
	}
	p.setNote(w, "", -1)
	if p.o.Wall().Unix() > k.Until {
		return component.FormNoteVM{}, nil
	}
	return component.FormNoteVM{Text: k.Text, Bad: k.Bad, At: k.Part}, undoVM(k.Undo)
}

func (p *Pages) setNote(w http.ResponseWriter, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{
		Name: noteCookie, Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: p.o.Auth.Secure(), SameSite: http.SameSiteLaxMode,
	})
}

// refused is the note that a form was refused, in the words of the refusal.
func refused(r *http.Request, why error) component.FormNoteVM {
	return component.FormNoteVM{Bad: true, Text: lang.From(r.Context()).Said(why.Error())}
}

// said is a plain note.
func said(text string) component.FormNoteVM { return component.FormNoteVM{Text: text} }
