package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// AccessStore reads and changes who may do what.
type AccessStore interface {
	PeopleStore
	PersonChanger
	SessionEnder
	KeyStore
	Registry
	StartPage(ctx context.Context, by drift.Actor, of drift.Model, now time.Time) (drift.StartData, error)
}

// PeopleStore reads accounts. Who may ask is checked here.
type PeopleStore interface {
	PeopleList(ctx context.Context, after string) (drift.AccessList[drift.Person], error)
	PersonPage(ctx context.Context, id int64) (drift.PersonData, error)
}

// PersonChanger changes accounts.
type PersonChanger interface {
	AddUser(ctx context.Context, by drift.Actor, u drift.User, passwordHash string) (drift.User, error)
	SetPassword(ctx context.Context, by drift.Actor, id int64, passwordHash string) error
	SetRights(ctx context.Context, by drift.Actor, id int64, role drift.Role, all bool, tenants []int64) error
	SetDisabled(ctx context.Context, by drift.Actor, id int64, disabled bool) error
}

// SessionEnder signs people out.
type SessionEnder interface {
	EndSessionsOf(ctx context.Context, by drift.Actor, user int64) error
	EndOtherSessions(ctx context.Context, by drift.Actor, hash []byte) error
	EndOwnSession(ctx context.Context, by drift.Actor, id int64) error
}

func (p *Pages) accessRoutes(r chi.Router) {
	p.get(r, "/access", p.accessPage)
	r.Post("/preferences/password", p.do(p.changePassword))
	r.Post("/preferences/sessions/others", p.do(p.endOthers))
	r.Post("/preferences/sessions/{id}/end", p.do(p.endOwnSession))
	p.get(r, "/start", p.startPage)
	r.With(p.o.Auth.Require(drift.RoleManager)).Post("/start/backfill", p.do(p.startBackfill))
	admin := r.With(p.administers)
	admin.Post("/start/token", p.do(p.startToken))
	p.get(admin, "/access/people/new", p.personNew)
	admin.Post("/access/people", p.do(p.addPerson))
	p.get(admin, "/access/people/{id}", p.personPage)
	admin.Post("/access/people/{id}/{do}", p.do(p.changePerson))
	for _, wall := range []bool{false, true} {
		path := keysHref(wall)
		p.get(admin, path, p.keysPage(wall))
		admin.Post(path, p.do(p.makeKey(wall)))
		admin.Post(path+"/{id}/revoke", p.do(p.revokeKey(wall)))
	}
	p.get(admin, "/access/tenants", p.tenantsPage)
	admin.Post("/access/tenants", p.do(p.addTenant))
	p.get(admin, "/access/models", p.modelTypesPage)
	admin.Post("/access/models", p.do(p.addModelType))
}

// mayAdminister tells whether somebody may change who may do what: that holds for every tenant.
func mayAdminister(by drift.Actor) bool { return by.Role.AtLeast(drift.RoleAdmin) && by.AllTenants }

// administers lets through administrators of all tenants.
func (p *Pages) administers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !mayAdminister(auth.ActorFrom(r.Context())) {
			p.Fail(w, r.WithContext(forReader(r)), drift.Forbidden("This needs an administrator of all tenants."))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// accessPage lists who may sign in: everybody for administrators of all tenants, for others themselves.
func (p *Pages) accessPage(w http.ResponseWriter, r *http.Request) error {
	ctx, by, l := r.Context(), auth.ActorFrom(r.Context()), lang.From(r.Context())
	watch, err := p.store.Watching(ctx, by, p.now())
	if err != nil {
		return err
	}
	v := page.PeopleVM{AccessVM: page.AccessVM{Tab: "people", All: mayAdminister(by)}}
	v.Note = p.noteFor(w, r)
	if !v.All {
		return p.ownAccess(w, r, v, watch)
	}
	after := r.URL.Query().Get("after")
	if err := web.CheckText("after", after); err != nil {
		return err
	}
	list, err := p.store.PeopleList(ctx, after)
	if err != nil {
		return err
	}
	names := namesOf(watch.Tenants)
	for _, x := range list.Items {
		v.People = append(v.People, personVM(l, x, by, names))
	}
	v.Verdict = l.T("Who may sign in")
	v.Line = words(l.T("A role says what somebody may do, their tenants what they see. A change holds from their next click on."))
	v.Changes, v.Pager = accessChanges(l, list.Changes, names), accessPager("/access", after, list.Next)
	return p.show(w, r, http.StatusOK, p.shell(by, watch, l.T("Access"), "access"), page.People(v))
}

// ownAccess shows a reader who administers nothing what they may do themselves.
func (p *Pages) ownAccess(w http.ResponseWriter, r *http.Request, v page.PeopleVM, watch drift.Watch) error {
	by, l := auth.ActorFrom(r.Context()), lang.From(r.Context())
	v.Verdict = l.T("What you may do")
	v.Line = words(l.T("An administrator of all tenants changes it. Your password, and where you are signed in, are under Preferences."))
	if by.UserID != 0 {
		d, err := p.store.PersonPage(r.Context(), by.UserID)
		if err != nil {
			return err
		}
		own := personVM(l, d.Person, by, namesOf(watch.Tenants))
		own.Href = "/preferences"
		v.People = append(v.People, own)
	}
	return p.show(w, r, http.StatusOK, p.shell(by, watch, l.T("Access"), "access"), page.People(v))
}

// accessPager leads through a list by its cursor.
func accessPager(path, after, next string) (v component.PagerVM) {
	if after != "" {
		v.FirstHref = path
	}
	if next != "" {
		v.NextHref = path + "?" + url.Values{"after": {next}}.Encode()
	}
	return v
}

// rightsAsked are a role and tenants as a form has them.
type rightsAsked struct {
	role    drift.Role
	all     bool
	tenants []int64
	names   map[string]bool // what was chosen, by name
}

// readRights reads a role and tenants; wall is for what has no role of its own.
func (p *Pages) readRights(r *http.Request, wall bool) (a rightsAsked, err error) {
	f := r.PostForm
	a.all, a.names, a.role = f.Get("scope") == "all", map[string]bool{}, drift.RoleViewer
	if !wall {
		if a.role, err = drift.ParseRole(f.Get("role")); err != nil {
			return a, drift.Invalid("role", "Choose a role.")
		}
	}
	if a.all {
		return a, nil
	}
	chosen := f["tenant"]
	for line := range strings.Lines(f.Get("more")) {
		if name := strings.TrimSpace(line); name != "" {
			chosen = append(chosen, name)
		}
	}
	known, err := p.store.Tenants(r.Context(), auth.ActorFrom(r.Context()))
	if err != nil {
		return a, err
	}
	ids := map[string]int64{}
	for _, t := range known {
		ids[t.Name] = t.ID
	}
	for _, name := range chosen {
		a.names[name] = true
		id, ok := ids[name]
		if !ok {
			return a, drift.Invalid("tenant", "There is no such tenant among yours. Look at how its name is written.")
		}
		a.tenants = append(a.tenants, id)
	}
	if len(a.tenants) == 0 {
		return a, drift.Invalid("tenant", "Choose a tenant, or all of them.")
	}
	return a, nil
}

// sureOf refuses a form that nothing leads back from, where its box is not ticked.
func sureOf(r *http.Request) error {
	if r.PostForm.Get("sure") != "yes" {
		return drift.Invalid("sure", "Tick the box first: this cannot be undone.")
	}
	return nil
}

// wrongAt puts the sentence of a refusal under its field, and tells whether it belongs there.
func wrongAt(f *component.FieldVM, l lang.Lang, e *drift.Error) bool {
	if e == nil || e.Field != f.Name {
		return false
	}
	f.Problem = l.Said(e.Message)
	return true
}
