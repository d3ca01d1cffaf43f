package handlers

import (
	"context"
	"net/http"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// Registry keeps tenants and model types.
type Registry interface {
	TenantList(ctx context.Context, after string) (drift.AccessList[drift.TenantCount], error)
	AddTenant(ctx context.Context, by drift.Actor, name string) (t drift.Tenant, made bool, err error)
	ModelTypeList(ctx context.Context, after string) (drift.AccessList[drift.ModelTypeCount], error)
	AddModelType(ctx context.Context, by drift.Actor, m drift.ModelType) (made bool, err error)
}

func (p *Pages) tenantsPage(w http.ResponseWriter, r *http.Request) error {
	return p.showTenants(w, r, http.StatusOK, nil)
}

func (p *Pages) showTenants(w http.ResponseWriter, r *http.Request, status int, e *drift.Error) error {
	l, after := lang.From(r.Context()), r.URL.Query().Get("after")
	if err := web.CheckText("after", after); err != nil {
		return err
	}
	list, err := p.store.TenantList(r.Context(), after)
	if err != nil {
		return err
	}
	v := page.RegistryVM{
		Fixed: l.T("A tenant can be neither renamed nor removed: its log, its alerts and the record of who did what stay."),
		Sure:  l.T("The name is written as logs will write it."),
	}
	v.Tab, v.Verdict = "tenants", l.T("Whose models are watched")
	v.Line = words(l.T("Everything belongs to a tenant: rows, models, alerts. Whoever does not see a tenant finds nothing of it."))
	for _, t := range list.Items {
		v.Rows = append(v.Rows, page.RegisteredVM{
			Name: t.Name, Href: tenantSettingsHref(t.Name), Models: int64(t.Models), People: int64(t.People), Tokens: int64(t.Tokens),
			Received: t.Received, MadeAt: t.CreatedAt,
		})
	}
	v.Pager = accessPager("/access/tenants", after, list.Next)
	return p.showRegistry(w, r, status, v, l.T("Tenants"), list.Changes, e)
}

// addTenant makes a tenant.
func (p *Pages) addTenant(w http.ResponseWriter, r *http.Request) error {
	if err := teamForm(w, r, "name"); err != nil {
		return err
	}
	name := r.PostForm.Get("name")
	err := sureOf(r)
	if err == nil {
		var made bool
		if _, made, err = p.store.AddTenant(r.Context(), auth.ActorFrom(r.Context()), name); err == nil && !made {
			err = drift.Invalid("name", "There is a tenant of this name already.")
		}
	}
	if e, ok := formRefusal(r, err); ok {
		return p.showTenants(w, r, web.Status(e.Code), e)
	}
	if err != nil {
		return err
	}
	p.leadTo(w, r, "/access/tenants", said(lang.From(r.Context()).T("The tenant %s is there now.", name)))
	return nil
}

func (p *Pages) modelTypesPage(w http.ResponseWriter, r *http.Request) error {
	return p.showModelTypes(w, r, http.StatusOK, nil)
}

func (p *Pages) showModelTypes(w http.ResponseWriter, r *http.Request, status int, e *drift.Error) error {
	l, after := lang.From(r.Context()), r.URL.Query().Get("after")
	if err := web.CheckText("after", after); err != nil {
		return err
	}
	list, err := p.store.ModelTypeList(r.Context(), after)
	if err != nil {
		return err
	}
	v := page.RegistryVM{
		Models: true,
		Fixed:  l.T("Neither the name nor what it behaves like can be changed, and a model type cannot be removed: rows of the log stand under it."),
		Sure:   l.T("The name is written exactly as logs will write it, capitals included."),
		Like:   likeSelect(l, r.PostForm.Get("like")),
	}
	v.Tab, v.Verdict = "models", l.T("Which kinds of models are watched")
	v.Line = words(l.T("Any binary classifier can be watched. What it behaves like says which thresholds validate a retrained version, and in which column its outcomes show."))
	for _, m := range list.Items {
		v.Rows = append(v.Rows, page.RegisteredVM{
			Name: m.Name, Like: m.BehavesLike, Tenants: int64(m.Tenants), Versions: int64(m.Versions), Received: m.Received, MadeAt: m.CreatedAt,
		})
	}
	if e != nil && e.Field == "like" {
		v.Like.Problem = l.Said(e.Message)
	}
	v.Pager = accessPager("/access/models", after, list.Next)
	return p.showRegistry(w, r, status, v, l.T("Model types"), list.Changes, e)
}

func likeSelect(l lang.Lang, chosen string) component.SelectVM {
	v := component.SelectVM{ID: "like", Name: "like", Label: l.T("Behaves like"), Must: true}
	for _, name := range []string{drift.ConflictPredictor, drift.FraudDetector} {
		v.Options = append(v.Options, component.OptionVM{Value: name, Label: name, Selected: name == chosen})
	}
	return v
}

// addModelType registers a model type.
func (p *Pages) addModelType(w http.ResponseWriter, r *http.Request) error {
	if err := teamForm(w, r, "name", "like"); err != nil {
		return err
	}
	m := drift.ModelType{Name: r.PostForm.Get("name"), BehavesLike: r.PostForm.Get("like")}
	err := sureOf(r)
	if err == nil {
		var made bool
		if made, err = p.store.AddModelType(r.Context(), auth.ActorFrom(r.Context()), m); err == nil && !made {
			err = drift.Invalid("name", "There is a model type of this name already.")
		}
	}
	if e, ok := formRefusal(r, err); ok {
		return p.showModelTypes(w, r, web.Status(e.Code), e)
	}
	if err != nil {
		return err
	}
	p.leadTo(w, r, "/access/models", said(lang.From(r.Context()).T("The model type %s is there now. Logs may write it.", m.Name)))
	return nil
}

// showRegistry shows either list, with what was wrong with the form at its field.
func (p *Pages) showRegistry(w http.ResponseWriter, r *http.Request, status int, v page.RegistryVM, title string, changes []drift.AuditEntry, e *drift.Error) error {
	by, l := auth.ActorFrom(r.Context()), lang.From(r.Context())
	watch, err := p.store.Watching(r.Context(), by, p.now())
	if err != nil {
		return err
	}
	v.All, v.Note, v.Changes = true, p.noteFor(w, r), accessChanges(l, changes, namesOf(watch.Tenants))
	v.Name = component.FieldVM{ID: "name", Name: "name", Label: l.T("Name"), Value: r.PostForm.Get("name"), Must: true, Plain: true, Max: 100}
	if e != nil && !wrongAt(&v.Name, l, e) && v.Like.Problem == "" {
		v.Note = refused(r, e)
	}
	return p.show(w, r, status, p.shell(by, watch, title, "access"), page.Registry(v))
}
