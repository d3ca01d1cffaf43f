package handlers

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/query"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// changeFilters keeps a filter under a name, makes one the reader's default, or deletes it.
func (p *Pages) changeFilters(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(w, r); err != nil {
		return err
	}
	f, by, l := r.PostForm, auth.ActorFrom(r.Context()), lang.From(r.Context())
	name := strings.TrimSpace(f.Get("name"))
	for _, field := range []string{"name", "q"} {
		if err := web.CheckText(field, f.Get(field)); err != nil {
			return err
		}
	}
	to, text := hrefOf(""), ""
	var err error
	switch f.Get("do") {
	case "":
		var q query.Query
		if q, err = query.Parse(f.Get("q")); err != nil {
			return drift.Invalid("q", err.Error())
		}
		to, text = hrefOf(q.String()), l.T("Saved as %s.", name)
		err = p.store.SaveFilter(r.Context(), by, drift.SavedFilter{Name: name, Query: q.String(), Default: f.Get("default") == "1"})
	case "default":
		to, text = "/", l.T("The board opens with %s from now on.", name)
		err = p.store.DefaultFilter(r.Context(), by, name)
	case "no-default":
		text = l.T("The board opens with all open alerts from now on.")
		err = p.store.DefaultFilter(r.Context(), by, "")
	case "delete":
		text = l.T("%s is deleted.", name)
		err = p.store.DeleteFilter(r.Context(), by, name)
	default:
		return drift.NotFound("There is no such move of a filter.")
	}
	if err != nil {
		return err
	}
	p.leadTo(w, r, to, said(text))
	return nil
}

// defaultFilter is what the board shows a reader where the address asks for nothing: their own default with
// its name, or all.
func (p *Pages) defaultFilter(ctx context.Context, by drift.Actor) (f boardFilter, name string, err error) {
	if by.UserID == 0 {
		return f, "", nil
	}
	list, err := p.store.SavedFilters(ctx, by.UserID)
	if err != nil {
		return f, "", err
	}
	for _, s := range list {
		if !s.Default {
			continue
		}
		if f.terms, err = query.Parse(s.Query); err != nil { // what was kept by another version of the program
			return boardFilter{}, "", nil
		}
		f.text = f.terms.String()
		return f, s.Name, nil
	}
	return f, "", nil
}

// viewsVM is the bar of filters for one reader: those for everybody, then their own, each with its count.
func (p *Pages) viewsVM(ctx context.Context, by drift.Actor, f boardFilter, own []drift.SavedFilter, byDefault string) (v page.ViewsVM, err error) {
	l, now := lang.From(ctx), p.now()
	offered := []drift.SavedFilter{{Name: l.T("All")}, {Name: l.T("Nobody has it"), Query: "owner:nobody -is:cleared"}}
	if by.UserID != 0 {
		offered = append(offered, drift.SavedFilter{Name: l.T("Mine"), Query: "owner:me"})
	}
	all := slices.Concat(offered, own)
	v = page.ViewsVM{Default: byDefault, Query: f.text, Views: make([]page.ViewVM, len(all))}
	filters := make([]drift.AlertFilter, len(all))
	known := false
	for i, k := range all {
		q, err := query.Parse(k.Query)
		if err != nil { // kept by another version of the program: it counts nothing, and the board says why
			q = query.Query{{Field: drift.TermIncident, Values: []string{""}}}
		}
		filters[i] = boardFilter{terms: q}.alerts(by, now)
		current := k.Query == f.text && f.wrong == nil
		known = known || current
		v.Views[i] = page.ViewVM{Name: k.Name, Href: hrefOf(k.Query), Current: current, Default: k.Default}
		if current && i >= len(offered) {
			v.Saved = &v.Views[i]
		}
	}
	v.MaySave = by.UserID != 0 && !known && f.wrong == nil
	counts, err := p.store.CountAlerts(ctx, by, filters)
	for i, n := range counts {
		v.Views[i].Count = n
	}
	return v, err
}

// viewsBytes is the bar of one reader as bytes, or the list of filters in it alone, rendered once per change.
func (p *Pages) viewsBytes(ctx context.Context, by drift.Actor, f boardFilter, byDefault string, listOnly bool) (*rendered, error) {
	newest, err := p.newest(ctx, by)
	if err != nil {
		return nil, err
	}
	var own []drift.SavedFilter
	if by.UserID != 0 {
		if own, err = p.store.SavedFilters(ctx, by.UserID); err != nil {
			return nil, err
		}
	}
	now := p.now()
	key := boardKey{viewsOf, tenantsKey(by), fmt.Sprintf("%v %d %q %q %q %t %v", lang.From(ctx), by.UserID, by.Name, f.text, byDefault, listOnly, own)}
	return p.board.get(ctx, key, newest, now, func() (*rendered, error) {
		v, err := p.viewsVM(ctx, by, f, own, byDefault)
		if err != nil {
			return nil, err
		}
		body := page.BoardViews(v)
		if listOnly {
			body = page.BoardViewList(v)
		}
		html, err := render(ctx, body, nil)
		if err != nil {
			return nil, fmt.Errorf("render views: %w", err)
		}
		return &rendered{watch: drift.Watch{Seq: newest}, html: html, tag: tagOf(html), until: stamp(now).Add(ageStep)}, nil
	})
}

// viewsOf stands for a class of reader in the keys of what is one reader's own.
const viewsOf = 255
