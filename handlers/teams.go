package handlers

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// TeamStore reads and changes who is told.
type TeamStore interface {
	TeamsPage(ctx context.Context, by drift.Actor, now time.Time) (drift.TeamsData, error)
	MemberStore
	WebhookStore
}

// MemberStore changes teams.
type MemberStore interface {
	AddMember(ctx context.Context, by drift.Actor, team, user string) (made bool, err error)
	RemoveMember(ctx context.Context, by drift.Actor, team, user string) (made bool, err error)
}

// WebhookStore changes webhooks.
type WebhookStore interface {
	SetWebhook(ctx context.Context, by drift.Actor, owner drift.WebhookOwner, address string) (secret string, err error)
	RotateWebhookSecret(ctx context.Context, by drift.Actor, owner drift.WebhookOwner) (secret string, err error)
	RemoveWebhook(ctx context.Context, by drift.Actor, owner drift.WebhookOwner) error
	TestWebhook(ctx context.Context, by drift.Actor, owner drift.WebhookOwner) error
	ResendDelivery(ctx context.Context, by drift.Actor, id int64) error
}

// teamsDone is what the page says after a form that led back to it.
var teamsDone = map[string]string{
	"added":   lang.Key("They are a member now."),
	"removed": lang.Key("They are no member any more. What they have of this team's alerts stays in its queue."),
	"deleted": lang.Key("The webhook is removed. What was still to be sent is among its dead letters."),
	"test":    lang.Key("A test is on its way. It is among the last deliveries as soon as it has arrived."),
	"resend":  lang.Key("It is on its way again, under the same key."),
	"address": lang.Key("The address is changed, the secret is not."),
}

// teamsPage answers who is told: teams with what waits for them, and webhooks.
func (p *Pages) teamsPage(w http.ResponseWriter, r *http.Request) error {
	return p.showTeams(w, r, http.StatusOK, p.noteFor(w, r), "")
}

func (p *Pages) showTeams(w http.ResponseWriter, r *http.Request, status int, note component.FormNoteVM, secret string) error {
	by := auth.ActorFrom(r.Context())
	d, err := p.store.TeamsPage(r.Context(), by, p.now())
	if err != nil {
		return err
	}
	l := lang.From(r.Context())
	v := teamsVM(l, d, by, p.now())
	v.Note, v.Secret = note, secret
	return p.show(w, r, status, p.shell(by, d.Watch, l.T("Teams"), "teams"), page.Teams(v))
}

// changeMember adds or removes a member by a form.
func (p *Pages) changeMember(w http.ResponseWriter, r *http.Request) error {
	if err := teamForm(w, r, "team", "user"); err != nil {
		return err
	}
	team, user := r.PostForm.Get("team"), r.PostForm.Get("user")
	change, done := p.store.AddMember, "added"
	switch chi.URLParam(r, "do") {
	case "add":
	case "remove":
		change, done = p.store.RemoveMember, "removed"
	default:
		return drift.NotFound("There is no such change of a team.")
	}
	_, err := change(r.Context(), auth.ActorFrom(r.Context()), team, user)
	return p.teamsChanged(w, r, done, err)
}

// changeWebhook does one thing to the webhook of a team or tenant.
func (p *Pages) changeWebhook(w http.ResponseWriter, r *http.Request) error {
	if err := teamForm(w, r, "team", "tenant", "url"); err != nil {
		return err
	}
	by, ctx := auth.ActorFrom(r.Context()), r.Context()
	owner := drift.WebhookOwner{Team: r.PostForm.Get("team"), Tenant: r.PostForm.Get("tenant")}
	var err error
	switch chi.URLParam(r, "do") {
	case "set":
		return p.setWebhook(w, r, owner)
	case "rotate":
		secret, err := p.store.RotateWebhookSecret(ctx, by, owner)
		if err != nil {
			return p.teamsChanged(w, r, "", err)
		}
		text := rotatedWords(lang.From(ctx), owner)
		return p.showTeams(w, r, http.StatusOK, component.FormNoteVM{Text: text}, secret)
	case "remove":
		err = p.store.RemoveWebhook(ctx, by, owner)
		return p.teamsChanged(w, r, "deleted", err)
	case "test":
		err = p.store.TestWebhook(ctx, by, owner)
		p.wakeHooks()
		return p.teamsChanged(w, r, "test", err)
	}
	return drift.NotFound("There is no such change of a webhook.")
}

// setWebhook sets an address. A new webhook's secret is in the answer itself, because it is nowhere
// to be read again.
func (p *Pages) setWebhook(w http.ResponseWriter, r *http.Request, owner drift.WebhookOwner) error {
	address := r.PostForm.Get("url")
	secret, err := p.store.SetWebhook(r.Context(), auth.ActorFrom(r.Context()), owner, address)
	if err != nil {
		return p.teamsChanged(w, r, "", err)
	}
	warning, err := drift.CheckWebhookURL(address)
	if err != nil {
		return err
	}
	if secret == "" && warning == "" {
		return p.teamsChanged(w, r, "address", nil)
	}
	text := setWords(lang.From(r.Context()), owner)
	return p.showTeams(w, r, http.StatusOK, component.FormNoteVM{Text: joined(text, lang.From(r.Context()).Said(warning)), Bad: warning != ""}, secret)
}

func joined(text, more string) string {
	if more == "" {
		return text
	}
	return text + " " + more
}

// resendDelivery puts a dead letter back into its queue.
func (p *Pages) resendDelivery(w http.ResponseWriter, r *http.Request) error {
	id, err := web.PathID(chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	err = p.store.ResendDelivery(r.Context(), auth.ActorFrom(r.Context()), id)
	p.wakeHooks()
	return p.teamsChanged(w, r, "resend", err)
}

func (p *Pages) wakeHooks() {
	if p.o.WakeHooks != nil {
		p.o.WakeHooks()
	}
}

// teamsChanged leads back to the page, which says what was done, or shows there why it was not.
func (p *Pages) teamsChanged(w http.ResponseWriter, r *http.Request, done string, err error) error {
	var e *drift.Error
	switch {
	case err == nil && !web.WantsPage(r):
		web.WriteJSON(w, http.StatusOK, map[string]any{"done": done})
		return nil
	case err == nil:
		p.leadTo(w, r, "/teams", said(lang.From(r.Context()).T(teamsDone[done])))
		return nil
	case web.WantsPage(r) && errors.As(err, &e) && (e.Code == drift.CodeInvalid || e.Code == drift.CodeConflict):
		return p.showTeams(w, r, web.Status(e.Code), refused(r, e), "")
	}
	return err
}

// teamForm reads a form whose fields are plain text.
func teamForm(w http.ResponseWriter, r *http.Request, fields ...string) error {
	if err := web.ParseForm(w, r); err != nil {
		return err
	}
	for _, f := range fields {
		if err := web.CheckText(f, r.PostForm.Get(f)); err != nil {
			return err
		}
	}
	return nil
}
