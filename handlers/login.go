package handlers

import (
	"errors"
	"net/http"
	"time"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/layout"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// signInHours is how long a sign-in lasts at most.
const signInHours = int(auth.DefaultLifetime / time.Hour)

// login answers the sign-in page; who is signed in already goes on.
func (p *Pages) login(w http.ResponseWriter, r *http.Request) error {
	next := auth.LocalPath(r.URL.Query().Get("next"))
	if _, ok := auth.From(r.Context()); ok {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return nil
	}
	v := p.lastTry(r)
	v.Next = next
	if v.Note.Text == "" && r.URL.Query().Has("ended") {
		v.Note = said(lang.From(r.Context()).T("You are signed out: the session has run out, or an administrator ended it."))
	}
	p.showLogin(w, r, http.StatusOK, v)
	return nil
}

func (p *Pages) showLogin(w http.ResponseWriter, r *http.Request, status int, v page.LoginVM) {
	v.Hours, v.NoAdmin = signInHours, p.noAdmin(r)
	v.Preparing = p.o.Preparing != nil && p.o.Preparing()
	p.write(w, r, status, layout.Bare(p.bare(lang.From(r.Context()).T("Sign in"))), page.Login(v))
}

// noAdmin tells whether it is known that nobody can administer the installation yet.
func (p *Pages) noAdmin(r *http.Request) bool {
	has, err := p.o.Auth.HasAdmin(r.Context())
	if err != nil { // the page says less, and can be used all the same
		web.LogFailure(p.Log, r, web.FailureOf(err), err)
	}
	return err == nil && !has
}

func (p *Pages) bare(title string) layout.BareVM {
	return layout.BareVM{Title: title, Version: p.Version, Now: p.now(), Warning: p.Warning}
}

// signIn signs somebody in and leads on to where they wanted to go.
func (p *Pages) signIn(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(w, r); err != nil {
		return err
	}
	f := r.PostForm
	name, next := f.Get("name"), auth.LocalPath(f.Get("next"))
	_, err := p.o.Auth.SignIn(w, r, name, f.Get("password"))
	var e *drift.Error
	switch {
	case err == nil:
		p.forgetTry(w, r)
		http.Redirect(w, r, next, http.StatusSeeOther)
		return nil
	case !errors.As(err, &e) || !web.WantsPage(r):
		return err
	case e.Code == drift.CodeTooMany:
		after, _ := e.Extra["retry_after"].(int)
		p.tryAgain(w, r, signInTry{Name: name, Until: p.o.Wall().Add(time.Duration(after) * time.Second).Unix()}, next)
		return nil
	case e.Code == drift.CodeUnauthorized:
		p.tryAgain(w, r, signInTry{Name: name}, next)
		return nil
	}
	return err
}

// signOut ends the session.
func (p *Pages) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := p.o.Auth.SignOut(w, r); err != nil {
		return err
	}
	// The board is kept by browsers to be asked for anew: the back button must not bring it back.
	w.Header().Set("Clear-Site-Data", `"cache"`)
	http.Redirect(w, r, "/login", http.StatusSeeOther)
	return nil
}

// setup answers the page of the one-time link that makes the first administrator.
func (p *Pages) setup(w http.ResponseWriter, r *http.Request) error {
	key := r.URL.Query().Get("key")
	if err := p.o.Auth.CheckSetup(r.Context(), key); err != nil {
		return p.setupUsed(w, r, err)
	}
	p.showSetup(w, r, http.StatusOK, page.SetupVM{Key: key})
	return nil
}

func (p *Pages) showSetup(w http.ResponseWriter, r *http.Request, status int, v page.SetupVM) {
	v.MinLength = auth.MinPassword
	p.write(w, r, status, layout.Bare(p.bare(lang.From(r.Context()).T("First administrator"))), page.Setup(v))
}

// setupUsed says that a link is no longer good, or while there is no administrator why not; other
// errors are passed on.
func (p *Pages) setupUsed(w http.ResponseWriter, r *http.Request, err error) error {
	if drift.CodeOf(err) != drift.CodeNotFound || !web.WantsPage(r) {
		return err
	}
	v := page.SetupVM{Used: true}
	var e *drift.Error
	if errors.As(err, &e) && p.noAdmin(r) {
		v.Why = languageOf(r).Said(e.Message)
	}
	p.showSetup(w, r, http.StatusNotFound, v)
	return nil
}

// makeAdmin makes the first administrator and signs them in.
func (p *Pages) makeAdmin(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(w, r); err != nil {
		return err
	}
	f := r.PostForm
	v := page.SetupVM{Key: f.Get("key"), Name: f.Get("name")}
	err := error(drift.Invalid("again", "The two passwords differ. Type the same one twice."))
	if f.Get("password") == f.Get("again") {
		_, err = p.o.Auth.Setup(w, r, v.Key, v.Name, f.Get("password"))
	}
	var e *drift.Error
	switch {
	case err == nil:
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	case !errors.As(err, &e) || e.Code != drift.CodeInvalid || !web.WantsPage(r):
		return p.setupUsed(w, r, err)
	}
	v.Note = component.FormNoteVM{Bad: true, Text: languageOf(r).Said(e.Message)}
	p.showSetup(w, r, web.Status(e.Code), v)
	return nil
}
