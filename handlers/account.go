package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// accountVM is the reader's own account; nil for a token. e is what was wrong with the form of the password.
func (p *Pages) accountVM(r *http.Request, e *drift.Error) (*page.AccountVM, error) {
	by, l := auth.ActorFrom(r.Context()), lang.From(r.Context())
	if by.UserID == 0 {
		return nil, nil
	}
	d, err := p.store.PersonPage(r.Context(), by.UserID)
	if err != nil {
		return nil, err
	}
	v := page.AccountVM{
		SignedIn: signedInVM(l, d.SignedIn, p.o.Auth.SessionHash(r)), SignIns: signInVM(l, d.SignIns[:min(len(d.SignIns), ownSignIns)]),
		Present: component.FieldVM{
			ID: "present", Name: "present", Label: l.T("Present password"), Type: "password", Fill: "current-password", Must: true, Max: auth.MaxPassword,
		},
	}
	v.Password, v.Again = passwordFields(l)
	if e != nil && !wrongAt(&v.Present, l, e) && !wrongAt(&v.Password, l, e) && !wrongAt(&v.Again, l, e) {
		v.Note = refused(r, e)
	}
	return &v, nil
}

// ownSignIns is how many tries to sign in a person sees of their own.
const ownSignIns = 20

// changePassword gives the reader another password.
func (p *Pages) changePassword(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(w, r); err != nil {
		return err
	}
	f := r.PostForm
	err := error(drift.Invalid("again", "The two passwords differ. Type the same one twice."))
	if f.Get("password") == f.Get("again") {
		var now *http.Request
		if now, err = p.o.Auth.ChangePassword(w, r, f.Get("present"), f.Get("password")); err == nil {
			p.leadTo(w, now, "/preferences", said(lang.From(r.Context()).T("Your password is the new one, and you are signed out everywhere else.")))
			return nil
		}
	}
	if e, ok := formRefusal(r, err); ok {
		id, _ := auth.From(r.Context())
		return p.showPreferences(w, r, web.Status(e.Code), id.Prefs, nil, e)
	}
	return err
}

// endOthers signs the reader out everywhere but here.
func (p *Pages) endOthers(w http.ResponseWriter, r *http.Request) error {
	hash := p.o.Auth.SessionHash(r)
	if hash == nil {
		return drift.Forbidden("A token is signed in nowhere.")
	}
	by := auth.ActorFrom(r.Context())
	if err := p.store.EndOtherSessions(r.Context(), by, hash); err != nil {
		return err
	}
	p.o.Auth.Ring(drift.UserKey(by.UserID))
	p.leadTo(w, r, "/preferences", said(lang.From(r.Context()).T("You are signed out everywhere else.")))
	return nil
}

// endOwnSession signs the reader out in one browser.
func (p *Pages) endOwnSession(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	by := auth.ActorFrom(r.Context())
	if err := p.store.EndOwnSession(r.Context(), by, id); err != nil {
		return err
	}
	p.o.Auth.Ring(drift.UserKey(by.UserID))
	p.leadTo(w, r, "/preferences", said(lang.From(r.Context()).T("You are signed out there.")))
	return nil
}
