package handlers

import (
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// personNew answers the form of a new account.
func (p *Pages) personNew(w http.ResponseWriter, r *http.Request) error {
	return p.showPersonNew(w, r, http.StatusOK, nil)
}

func (p *Pages) showPersonNew(w http.ResponseWriter, r *http.Request, status int, e *drift.Error) error {
	by, l := auth.ActorFrom(r.Context()), lang.From(r.Context())
	watch, err := p.store.Watching(r.Context(), by, p.now())
	if err != nil {
		return err
	}
	asked, _ := p.readRights(r, false) // what was chosen is shown again, whatever is wrong with it
	v := page.PersonNewVM{
		Name: component.FieldVM{
			ID: "name", Name: "name", Label: l.T("Name"), Value: r.PostForm.Get("name"), Must: true, Plain: true, Max: 100,
			Hint: l.T("It stands beside everything they do, for ever; it cannot be changed."),
		},
		Rights: rightsVM(l, watch.Tenants, asked, peopleRoles, e),
	}
	v.Password, v.Again = passwordFields(l)
	if e != nil && !wrongAt(&v.Name, l, e) && !wrongAt(&v.Password, l, e) && !wrongAt(&v.Again, l, e) && !rightsField(e) {
		v.Note = refused(r, e)
	}
	return p.show(w, r, status, p.shell(by, watch, l.T("Add a person"), "access"), page.PersonNew(v))
}

// addPerson makes an account.
func (p *Pages) addPerson(w http.ResponseWriter, r *http.Request) error {
	if err := teamForm(w, r, "name", "role", "more"); err != nil {
		return err
	}
	u, err := p.newPerson(r)
	if e, ok := formRefusal(r, err); ok {
		return p.showPersonNew(w, r, web.Status(e.Code), e)
	}
	if err != nil {
		return err
	}
	p.leadTo(w, r, personHref(u.ID), said(lang.From(r.Context()).T("%s can sign in now.", u.Name)))
	return nil
}

func (p *Pages) newPerson(r *http.Request) (drift.User, error) {
	name := r.PostForm.Get("name")
	if err := drift.ValidName("name", name); err != nil {
		return drift.User{}, err
	}
	a, err := p.readRights(r, false)
	if err != nil {
		return drift.User{}, err
	}
	hash, err := p.newPassword(r, name)
	if err != nil {
		return drift.User{}, err
	}
	return p.store.AddUser(r.Context(), auth.ActorFrom(r.Context()), drift.User{
		Name: name, Role: a.role, AllTenants: a.all, Tenants: a.tenants,
	}, hash)
}

// newPassword reads a password that is written twice, and returns its hash.
func (p *Pages) newPassword(r *http.Request, name string) (hash string, err error) {
	if r.PostForm.Get("password") != r.PostForm.Get("again") {
		return "", drift.Invalid("again", "The two passwords differ. Type the same one twice.")
	}
	return p.o.Auth.Hasher().New(r.Context(), name, r.PostForm.Get("password"))
}

// personPage answers one account.
func (p *Pages) personPage(w http.ResponseWriter, r *http.Request) error {
	return p.showPerson(w, r, http.StatusOK, p.noteFor(w, r), nil)
}

func (p *Pages) showPerson(w http.ResponseWriter, r *http.Request, status int, note component.FormNoteVM, e *drift.Error) error {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	by, l := auth.ActorFrom(r.Context()), lang.From(r.Context())
	d, err := p.store.PersonPage(r.Context(), id)
	if err != nil {
		return err
	}
	watch, err := p.store.Watching(r.Context(), by, p.now())
	if err != nil {
		return err
	}
	asked := rightsOf(d.Person.User, namesOf(watch.Tenants))
	if chi.URLParam(r, "do") == "rights" {
		asked, _ = p.readRights(r, false) // what was chosen is shown again, whatever is wrong with it
	}
	v := personPageVM(l, d, by, watch.Tenants)
	v.Rights = rightsVM(l, watch.Tenants, asked, peopleRoles, e)
	v.Note = note
	if e != nil && !wrongAt(&v.Password, l, e) && !wrongAt(&v.Again, l, e) && !rightsField(e) {
		v.Note = refused(r, e)
	}
	return p.show(w, r, status, p.shell(by, watch, d.Person.Name, "access"), page.PersonPage(v))
}

// personDone is what the page says after a form that led back to it.
var personDone = map[string]string{
	"rights":   lang.Key("The role and the tenants are changed. They hold from the next click on."),
	"password": lang.Key("The password is set, and they are signed out everywhere."),
	"disable":  lang.Key("The account is closed, and its sessions have ended."),
	"enable":   lang.Key("The account is open again."),
	"signout":  lang.Key("They are signed out everywhere."),
}

// changePerson does one thing to an account.
func (p *Pages) changePerson(w http.ResponseWriter, r *http.Request) error {
	if err := teamForm(w, r, "role", "more"); err != nil {
		return err
	}
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	do := chi.URLParam(r, "do")
	err = p.change(r, id, do)
	if e, ok := formRefusal(r, err); ok {
		return p.showPerson(w, r, web.Status(e.Code), component.FormNoteVM{}, e)
	}
	if err != nil {
		return err
	}
	p.o.Auth.Ring(drift.UserKey(id)) // what this server remembers ends now, not when the database rings
	p.leadTo(w, r, personHref(id), said(lang.From(r.Context()).T(personDone[do])))
	return nil
}

func (p *Pages) change(r *http.Request, id int64, do string) error {
	ctx, by := r.Context(), auth.ActorFrom(r.Context())
	switch do {
	case "rights":
		a, err := p.readRights(r, false)
		if err != nil {
			return err
		}
		return p.store.SetRights(ctx, by, id, a.role, a.all, a.tenants)
	case "password":
		d, err := p.store.PersonPage(ctx, id)
		if err != nil {
			return err
		}
		hash, err := p.newPassword(r, d.Person.Name)
		if err != nil {
			return err
		}
		return p.store.SetPassword(ctx, by, id, hash)
	case "disable":
		if err := sureOf(r); err != nil {
			return err
		}
		return p.store.SetDisabled(ctx, by, id, true)
	case "enable":
		return p.store.SetDisabled(ctx, by, id, false)
	case "signout":
		if err := sureOf(r); err != nil {
			return err
		}
		return p.store.EndSessionsOf(ctx, by, id)
	}
	return drift.NotFound("There is no such change of an account.")
}

func personHref(id int64) string { return "/access/people/" + strconv.FormatInt(id, 10) }

// passwordFields are a new password, written twice. What was typed is never shown again.
func passwordFields(l lang.Lang) (password, again component.FieldVM) {
	password = component.FieldVM{
		ID: "password", Name: "password", Label: l.T("New password"), Type: "password", Fill: "new-password", Must: true, Max: auth.MaxPassword,
		Hint: l.T("%d characters or more. A few words in a row are good ones.", auth.MinPassword),
	}
	again = component.FieldVM{
		ID: "again", Name: "again", Label: l.T("The same password again"), Type: "password", Fill: "new-password", Must: true, Max: auth.MaxPassword,
	}
	return password, again
}
