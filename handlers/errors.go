package handlers

import (
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/layout"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// Failures answers requests with errors: a page for browsers, problem details for programs. It
// needs no database, so that it can also say that there is none.
type Failures struct {
	Log     *slog.Logger // required
	Clock   func() time.Time
	Version string
	Warning string
}

// Fail implements web.Fail. The error is written to the log here and nowhere else.
func (f Failures) Fail(w http.ResponseWriter, r *http.Request, err error) {
	said := web.FailureOf(err)
	web.LogFailure(f.Log, r, said, err)
	if after, ok := said.Extra["retry_after"].(int); ok {
		w.Header().Set("Retry-After", strconv.Itoa(after))
	}
	w.Header().Add("Vary", "Accept")
	if !web.WantsPage(r) {
		writeProblem(w, r, said)
		return
	}
	f.page(w, r, said, errors.Is(err, web.ErrCrossSite))
}

// writeProblem answers with problem details: in English for a program, for our own scripts in the language of
// whoever reads what they show.
func writeProblem(w http.ResponseWriter, r *http.Request, said web.Failure) {
	if !forProgram(r) {
		said.Message = languageOf(r).Said(said.Message)
	}
	web.WriteProblem(w, said)
}

// forProgram tells a request of somebody's program from one that a script of our own pages makes, whose
// answer a person reads. Programs show a token, and ask the API.
func forProgram(r *http.Request) bool {
	return r.Header.Get("Authorization") != "" || strings.HasPrefix(r.URL.Path, "/api/")
}

// page is the error as a page, within the shell where somebody is signed in.
func (f Failures) page(w http.ResponseWriter, r *http.Request, said web.Failure, crossSite bool) {
	l := languageOf(r)
	v := page.ErrorVM{Status: said.Status, Text: l.Said(said.Message), Code: string(said.Code), Request: web.RequestID(r.Context())}
	if said.Code == drift.CodeInternal { // the page's own words name the number to give on
		v.Text = ""
	}
	if r.Method == http.MethodGet && (said.Code == drift.CodeInvalid || said.Code == drift.CodeMalformed) {
		v.Title = l.T("This address cannot be read")
		if said.Field != "" {
			v.Text = l.T("What it says for “%s” is not understood.", said.Field) + " " + v.Text
		}
	}
	if crossSite { // no role would change it
		v.Title, v.Text = l.T("This came from another site"), l.T("Nothing was changed. Open the page here and use its own button.")+" "+v.Text
	}
	now := f.Clock().UTC()
	by := auth.ActorFrom(r.Context())
	if !by.Role.AtLeast(drift.RoleViewer) {
		f.write(w, r, said.Status, layout.Bare(layout.BareVM{
			Title: v.Heading(l), Version: f.Version, Now: now, Warning: f.Warning,
		}), page.ErrorBare(v))
		return
	}
	f.write(w, r, said.Status, layout.Page(layout.Shell{
		Title: v.Heading(l), Seq: -1, Now: now, User: userVM(by, nil),
	}), page.Error(v))
}

// write answers with a page: the frame, and the body as its children.
func (f Failures) write(w http.ResponseWriter, r *http.Request, status int, frame, body templ.Component) {
	html, err := render(forReader(r), frame, body)
	if err != nil { // a template of ours that fails leaves plain words
		f.Log.Error("render", "path", r.URL.Path, "request", web.RequestID(r.Context()), "error", err)
		http.Error(w, "The server made a mistake. It is written in its log; try again.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", htmlType)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(html)))
	w.WriteHeader(status)
	_, _ = w.Write(html) // a reader that left cannot be told
}

const htmlType = "text/html; charset=utf-8"

func (p *Pages) notFound(w http.ResponseWriter, r *http.Request) {
	p.Fail(w, r, drift.NotFound("There is no page at this address."))
}

// notAllowed answers a method that an address does not take.
func (p *Pages) notAllowed(w http.ResponseWriter, r *http.Request) {
	if rc := chi.RouteContext(r.Context()); rc != nil {
		for _, m := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete} {
			if rc.Routes.Match(chi.NewRouteContext(), m, r.URL.Path) {
				w.Header().Add("Allow", m)
			}
		}
	}
	said := web.Failure{Status: http.StatusMethodNotAllowed, Code: drift.CodeMalformed, Message: "This address does not take " + r.Method + " requests."}
	w.Header().Add("Vary", "Accept")
	if !web.WantsPage(r) {
		writeProblem(w, r, said)
		return
	}
	p.page(w, r, said, false)
}
