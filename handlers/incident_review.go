package handlers

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// IncidentReviewStore reads what is known of an incident, and keeps what people write of it.
type IncidentReviewStore interface {
	IncidentReview(ctx context.Context, by drift.Actor, q drift.IncidentQuery) (drift.IncidentReview, error)
	IncidentTenants(ctx context.Context, by drift.Actor, key string) ([]string, error)
	WriteCause(ctx context.Context, by drift.Actor, q drift.IncidentQuery, was int, body string) error
	AddFollowUp(ctx context.Context, by drift.Actor, q drift.IncidentQuery, task, owner string) error
	ChangeFollowUp(ctx context.Context, by drift.Actor, q drift.IncidentQuery, c drift.FollowUpChange) error
}

// incidentReviewRoutes mounts the review of an incident, by one of its alerts and by its key.
func (p *Pages) incidentReviewRoutes(r chi.Router) {
	operator := r.With(p.o.Auth.Require(drift.RoleOperator))
	for _, of := range []string{"/alerts/{id}", "/incidents/{key}"} {
		p.get(r, of+"/review", p.incidentReviewPage)
		p.get(r, of+"/review.md", p.incidentMarkdown)
		operator.Post(of+"/review/causes", p.do(p.writeCauses))
		operator.Post(of+"/review/follow-ups", p.do(p.addFollowUp))
		operator.Post(of+"/review/follow-ups/{task}", p.do(p.changeFollowUp))
	}
}

// reviewed is the incident that an address names, and the address of its review.
type reviewed struct {
	q    drift.IncidentQuery
	path string // without the end, "/alerts/12/review"
	tail string // "?tenant=acme" where a key names it
}

// incidentOf reads which incident an address names. Of a key the tenant may be left out where the reader sees
// it at one alone; of several the caller asks (no tenant).
func (p *Pages) incidentOf(r *http.Request) (x reviewed, tenants []string, err error) {
	x.q.Now = p.now()
	if id := chi.URLParam(r, "id"); id != "" {
		x.q.Alert, err = web.PathID(id)
		x.path = alertHref(x.q.Alert) + "/review"
		return x, nil, err
	}
	if x.q.Key, err = pathText(r, "key"); err != nil {
		return x, nil, err
	}
	if x.q.Tenant, err = asked(r, "tenant"); err != nil {
		return x, nil, err
	}
	x.path = incidentHref(x.q.Key, "") + "/review"
	if x.q.Tenant == "" {
		tenants, err = p.store.IncidentTenants(r.Context(), auth.ActorFrom(r.Context()), x.q.Key)
		switch {
		case err != nil:
			return x, nil, err
		case len(tenants) == 0:
			return x, nil, drift.NotFound("There is no such incident.")
		case len(tenants) > 1:
			return x, tenants, nil
		}
		x.q.Tenant = tenants[0]
	}
	x.tail = "?" + url.Values{"tenant": {x.q.Tenant}}.Encode()
	return x, nil, nil
}

func (p *Pages) incidentReviewPage(w http.ResponseWriter, r *http.Request) error {
	x, tenants, err := p.incidentOf(r)
	if err != nil {
		return err
	}
	if len(tenants) > 0 {
		return p.askTenant(w, r, x, tenants)
	}
	return p.showIncidentReview(w, r, http.StatusOK, x, p.noteFor(w, r), "")
}

// askTenant lets the reader choose among the tenants of an incident.
func (p *Pages) askTenant(w http.ResponseWriter, r *http.Request, x reviewed, tenants []string) error {
	by, l := auth.ActorFrom(r.Context()), lang.From(r.Context())
	watch, err := p.store.Watching(r.Context(), by, p.now())
	if err != nil {
		return err
	}
	v := page.IncidentTenantsVM{Back: incidentHref(x.q.Key, "")}
	for _, t := range tenants {
		v.Links = append(v.Links, page.LinkVM{Href: x.path + "?" + url.Values{"tenant": {t}}.Encode(), Text: t})
	}
	return p.show(w, r, http.StatusOK, p.shell(by, watch, l.T("Review of the incident"), "board"), page.IncidentTenants(v))
}

// showIncidentReview answers the page; draft is a text that was not saved.
func (p *Pages) showIncidentReview(w http.ResponseWriter, r *http.Request, status int, x reviewed, note component.FormNoteVM, draft string) error {
	by, l := auth.ActorFrom(r.Context()), lang.From(r.Context())
	d, err := p.store.IncidentReview(r.Context(), by, x.q)
	if err != nil {
		return err
	}
	v := incidentReviewVM(l, d, x, by)
	v.Note = note
	if draft != "" {
		v.Causes.Field.Value, v.Causes.Field.Problem = draft, l.T("This was not saved.")
	}
	return p.show(w, r, status, p.shell(by, d.Watch, v.Title, "board"), page.IncidentReview(v))
}

// incidentMarkdown answers the review as a text to keep elsewhere.
func (p *Pages) incidentMarkdown(w http.ResponseWriter, r *http.Request) error {
	x, tenants, err := p.incidentOf(r)
	if err != nil {
		return err
	}
	if len(tenants) > 0 {
		return drift.Invalid("tenant", "This incident concerns several tenants. Name one.")
	}
	d, err := p.store.IncidentReview(r.Context(), auth.ActorFrom(r.Context()), x.q)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/markdown; charset=utf-8")
	name := "incident-" + strconv.FormatInt(d.Alerts.Items[0].ID, 10) + ".md"
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(reviewMarkdown(lang.From(r.Context()), d))) // a reader that left cannot be told
	return nil
}

// writesReview does what a form asks of a review, and leads back to it or shows why nothing was done.
func (p *Pages) writesReview(w http.ResponseWriter, r *http.Request, at, done string,
	do func(ctx context.Context, by drift.Actor, q drift.IncidentQuery, f url.Values) error,
) error {
	if err := web.ParseLongForm(w, r); err != nil {
		return err
	}
	x, tenants, err := p.incidentOf(r)
	if err == nil && len(tenants) > 0 {
		err = drift.Invalid("tenant", "This incident concerns several tenants. Name one.")
	}
	if err != nil {
		return err
	}
	by, f := auth.ActorFrom(r.Context()), r.PostForm
	if err = checkFields(f, "causes", "task", "owner", "do"); err == nil {
		err = do(r.Context(), by, x.q, f)
	}
	if e, ok := formRefusal(r, err); ok {
		return p.showIncidentReview(w, r, web.Status(e.Code), x, refused(r, e), f.Get("causes"))
	}
	if err != nil {
		return err
	}
	p.leadTo(w, r, x.path+x.tail+at, said(done))
	return nil
}

func (p *Pages) writeCauses(w http.ResponseWriter, r *http.Request) error {
	return p.writesReview(w, r, "#causes", lang.From(r.Context()).T("The causes are saved."),
		func(ctx context.Context, by drift.Actor, q drift.IncidentQuery, f url.Values) error {
			was, err := strconv.Atoi(f.Get("version"))
			if err != nil || was < 0 {
				return drift.Invalid("version", "Say which version of the causes you looked at: a whole number, 0 for none.")
			}
			return p.store.WriteCause(ctx, by, q, was, f.Get("causes"))
		})
}

func (p *Pages) addFollowUp(w http.ResponseWriter, r *http.Request) error {
	return p.writesReview(w, r, "#follow-ups", lang.From(r.Context()).T("The follow-up is added."),
		func(ctx context.Context, by drift.Actor, q drift.IncidentQuery, f url.Values) error {
			return p.store.AddFollowUp(ctx, by, q, f.Get("task"), f.Get("owner"))
		})
}

func (p *Pages) changeFollowUp(w http.ResponseWriter, r *http.Request) error {
	return p.writesReview(w, r, "#follow-ups", lang.From(r.Context()).T("The follow-up is changed."),
		func(ctx context.Context, by drift.Actor, q drift.IncidentQuery, f url.Values) (err error) {
			c := drift.FollowUpChange{Owner: f.Get("owner")}
			switch f.Get("do") {
			case "done":
				c.Done = true
			case "open":
			case "give":
				c.Done = f.Get("was_done") == "true"
			default:
				return drift.Invalid("do", "A follow-up is given, done or opened again.")
			}
			if c.ID, err = web.PathID(chi.URLParam(r, "task")); err != nil {
				return err
			}
			if c.Version, err = strconv.Atoi(f.Get("version")); err != nil {
				return drift.Invalid("version", "Say which version of the follow-up you looked at: a whole number.")
			}
			return p.store.ChangeFollowUp(ctx, by, q, c)
		})
}
