package handlers

import (
	"context"
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

// KeyStore keeps tokens, and the keys of walls' links.
type KeyStore interface {
	TokenList(ctx context.Context, wall bool, before int64) (drift.AccessList[drift.Token], error)
	AddToken(ctx context.Context, by drift.Actor, k drift.Token, hash []byte) (drift.Token, error)
	AddTokenOf(ctx context.Context, by drift.Actor, tenant string, k drift.Token, hash []byte) (drift.Token, error)
	RevokeToken(ctx context.Context, by drift.Actor, id int64) error
}

func keysHref(wall bool) string {
	if wall {
		return "/access/walls"
	}
	return "/access/tokens"
}

// keysPage answers the list of tokens, or of walls' links.
func (p *Pages) keysPage(wall bool) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return p.showKeys(w, r, http.StatusOK, wall, p.noteFor(w, r), nil, nil)
	}
}

func (p *Pages) showKeys(w http.ResponseWriter, r *http.Request, status int, wall bool, note component.FormNoteVM, made *madeKey, e *drift.Error) error {
	by, l := auth.ActorFrom(r.Context()), lang.From(r.Context())
	after := r.URL.Query().Get("after")
	var before int64
	if after != "" {
		n, err := strconv.ParseInt(after, 10, 64)
		if err != nil || n <= 0 {
			return drift.Invalid("after", "This list does not go on there.")
		}
		before = n
	}
	list, err := p.store.TokenList(r.Context(), wall, before)
	if err != nil {
		return err
	}
	watch, err := p.store.Watching(r.Context(), by, p.now())
	if err != nil {
		return err
	}
	names := namesOf(watch.Tenants)
	v := page.TokensVM{Wall: wall}
	v.AccessVM = page.AccessVM{Tab: "tokens", All: true, Note: note, Changes: accessChanges(l, list.Changes, names), Pager: accessPager(keysHref(wall), after, list.Next)}
	v.Verdict = l.T("Which programs may ask and log")
	v.Line = words(l.T("A program shows its token instead of signing in. Only a hash of it is kept, so it is shown once."))
	title, offered := l.T("Tokens"), tokenRoles
	if wall {
		v.Tab, title, offered = "walls", l.T("Walls"), nil
		v.Verdict = l.T("Which walls may look")
		v.Line = words(l.T("A wall's link opens the wall of its tenants in a browser that nobody signs in on, and nothing else."))
	}
	for _, k := range list.Items {
		v.Tokens = append(v.Tokens, tokenVM(l, k, names))
	}
	var asked rightsAsked
	if made != nil {
		v.Made = new(p.madeVM(r, *made, watch.Tenants))
	} else {
		asked, _ = p.readRights(r, wall) // what was chosen is shown again, whatever is wrong with it
	}
	v.Rights = rightsVM(l, watch.Tenants, asked, offered, e)
	v.Name = component.FieldVM{ID: "name", Name: "name", Label: l.T("What it is for"), Must: true, Plain: true, Max: 100}
	if e != nil {
		v.Name.Value = r.PostForm.Get("name")
		if !wrongAt(&v.Name, l, e) && !rightsField(e) {
			v.Note = refused(r, e)
		}
	}
	return p.show(w, r, status, p.shell(by, watch, title, "access"), page.Tokens(v))
}

// makeKey makes a token or a wall's link. Its secret is in the answer itself, because it is nowhere to be
// read again.
func (p *Pages) makeKey(wall bool) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := teamForm(w, r, "name", "role", "more"); err != nil {
			return err
		}
		a, err := p.readRights(r, wall)
		secret, hash := auth.NewToken()
		if wall {
			secret, hash = auth.NewWallKey()
		}
		k := drift.Token{Name: r.PostForm.Get("name"), Role: a.role, AllTenants: a.all, Tenants: a.tenants, Wall: wall}
		if err == nil {
			k, err = p.store.AddToken(r.Context(), auth.ActorFrom(r.Context()), k, hash)
		}
		if e, ok := formRefusal(r, err); ok {
			return p.showKeys(w, r, web.Status(e.Code), wall, component.FormNoteVM{}, nil, e)
		}
		if err != nil {
			return err
		}
		return p.showKeys(w, r, http.StatusOK, wall, component.FormNoteVM{}, &madeKey{k, secret}, nil)
	}
}

// madeKey is a token or a wall's key that was just made, with what nobody can read again.
type madeKey struct {
	token  drift.Token
	secret string
}

// madeVM shows what was made, this once. known are the tenants that there are.
func (p *Pages) madeVM(r *http.Request, made madeKey, known []drift.Tenant) page.MadeVM {
	l, k, secret := lang.From(r.Context()), made.token, made.secret
	if k.Wall {
		return page.MadeVM{
			Title: l.T("The link of %s, shown this once", k.Name), Secret: p.address(r) + "/wall?" + url.Values{"key": {secret}}.Encode(),
			Hint: l.T("Open it once in the browser of the wall, which keeps it. Whoever has it sees the wall, so send it as you would a password."),
		}
	}
	return page.MadeVM{
		Title: l.T("The token %s, shown this once", k.Name), Secret: secret,
		Hint: l.T("Keep it where your program finds it, and nowhere else."), Uses: usesOf(p.address(r), secret, k.Role, exampleTenant(k, known), p.now()),
	}
}

// revokeKey ends a token or a wall's link, and its sockets at once.
func (p *Pages) revokeKey(wall bool) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := web.ParseForm(w, r); err != nil {
			return err
		}
		id, err := web.PathID(chi.URLParam(r, "id"))
		if err != nil {
			return err
		}
		if err = sureOf(r); err == nil {
			err = p.store.RevokeToken(r.Context(), auth.ActorFrom(r.Context()), id)
		}
		if e, ok := formRefusal(r, err); ok {
			return p.showKeys(w, r, web.Status(e.Code), wall, refused(r, e), nil, nil)
		}
		if err != nil {
			return err
		}
		p.o.Auth.Ring(drift.TokenKey(id)) // what this server remembers ends now, not when the database rings
		p.leadTo(w, r, keysHref(wall), said(lang.From(r.Context()).T("It is revoked. Whatever it had open has ended.")))
		return nil
	}
}

// address is this server's as the reader's browser knows it.
func (p *Pages) address(r *http.Request) string {
	if p.o.Public != nil {
		return p.o.Public.Scheme + "://" + p.o.Public.Host
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
