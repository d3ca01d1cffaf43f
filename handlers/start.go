package handlers

import (
	"net/http"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// startForm is what the page of the first steps shows besides what is there: a token just made, or what was
// wrong with a form.
type startForm struct {
	note  component.FormNoteVM
	of    drift.Model // the one model that the steps are about; none names all
	made  *page.MadeVM
	lines startLines
	wrong *drift.Error
}

// startPage answers the way from nothing to a first judged model.
func (p *Pages) startPage(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	f := startForm{of: drift.Model{Tenant: q.Get("tenant"), ModelType: q.Get("model")}}
	for name, value := range map[string]string{"tenant": f.of.Tenant, "model": f.of.ModelType} {
		if err := web.CheckText(name, value); err != nil {
			return err
		}
	}
	if f.of.Tenant == "" || f.of.ModelType == "" {
		f.of = drift.Model{}
	}
	if q.Get("part") != partSummary {
		f.note = p.noteFor(w, r)
	}
	return p.showStart(w, r, http.StatusOK, f)
}

func (p *Pages) showStart(w http.ResponseWriter, r *http.Request, status int, f startForm) error {
	by, l := auth.ActorFrom(r.Context()), lang.From(r.Context())
	d, err := p.store.StartPage(r.Context(), by, f.of, p.now())
	if err != nil {
		return err
	}
	v := p.startVM(r, d, by, f)
	if r.URL.Query().Get("part") == partSummary {
		return writePart(w, r, page.StartSummary(v))
	}
	return p.show(w, r, status, p.shell(by, d.Watch, l.T("Connect a model"), "start"), page.Start(v))
}

// startToken makes a token that may log for one tenant, and the tenant where there is none of the name.
func (p *Pages) startToken(w http.ResponseWriter, r *http.Request) error {
	if err := teamForm(w, r, "name", "tenant", "model"); err != nil {
		return err
	}
	k, secret, err := p.makeFirstToken(r)
	if e, ok := formRefusal(r, err); ok {
		return p.showStart(w, r, web.Status(e.Code), startForm{wrong: e})
	}
	if err != nil {
		return err
	}
	l, of := lang.From(r.Context()), drift.Model{Tenant: r.PostForm.Get("tenant"), ModelType: r.PostForm.Get("model")}
	return p.showStart(w, r, http.StatusOK, startForm{
		of: of, lines: startLines{secret: secret, tenant: of.Tenant, model: of.ModelType},
		made: &page.MadeVM{
			Title: l.T("The token %s, shown this once", k.Name), Secret: secret,
			Hint: l.T("Keep it where your program finds it. The lines below hold it as long as this page stays open."),
		},
	})
}

func (p *Pages) makeFirstToken(r *http.Request) (k drift.Token, secret string, err error) {
	secret, hash := auth.NewToken()
	k, err = p.store.AddTokenOf(r.Context(), auth.ActorFrom(r.Context()), r.PostForm.Get("tenant"),
		drift.Token{Name: r.PostForm.Get("name"), Role: drift.RoleIngest}, hash)
	return k, secret, err
}

// startBackfill starts a backfill of a range of days.
func (p *Pages) startBackfill(w http.ResponseWriter, r *http.Request) error {
	if err := teamForm(w, r, "from", "to"); err != nil {
		return err
	}
	err := p.askBackfill(r)
	if e, ok := formRefusal(r, err); ok {
		return p.showStart(w, r, web.Status(e.Code), startForm{wrong: e})
	}
	if err != nil {
		return err
	}
	p.leadTo(w, r, "/start", said(lang.From(r.Context()).T("The backfill has started. How far it is stands at the top of every page.")))
	return nil
}

func (p *Pages) askBackfill(r *http.Request) error {
	from, err := dateOf(r, "from")
	if err != nil {
		return err
	}
	to, err := dateOf(r, "to")
	if err != nil {
		return err
	}
	if p.o.Queue == nil {
		return &drift.Error{Code: drift.CodeUnavailable, Message: "This server runs no jobs; another one does."}
	}
	if p.o.Lapse != nil && !p.o.Lapse().Over {
		return &drift.Error{Code: drift.CodeConflict, Message: "The time-lapse plays these days itself. Wait until its clock has met the present."}
	}
	return p.o.Queue.StartBackfill(r.Context(), auth.ActorFrom(r.Context()), from, to)
}

func dateOf(r *http.Request, field string) (drift.Date, error) {
	d, err := drift.ParseDate(r.PostForm.Get(field))
	if err != nil {
		return d, drift.Invalid(field, "Write a day as in 2026-07-02.")
	}
	return d, nil
}
