package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// APIStore is what the HTTP API reads and where it puts logs.
type APIStore interface {
	APINames
	APIModels
	APIAlerts
	APIRetrains
	APISettings
	ReviewStore
	PeriodReportStore
	APISilences
	APIWork
	Intake
}

// APIEngine is what the HTTP API has done.
type APIEngine interface {
	Mover
	Retrainer
	Setter
	Rehearser
	FeatureComparer
	Silencer
	Comparer
	Trier
}

// APINames finds what requests name.
type APINames interface {
	Tenants(ctx context.Context, by drift.Actor) ([]drift.Tenant, error)
	ModelTypes(ctx context.Context, by drift.Actor) ([]drift.ModelType, error)
}

// APIModels reads what is known of models.
type APIModels interface {
	MetricsPage(ctx context.Context, by drift.Actor, f drift.MetricsFilter, cursor string, limit int) (drift.Page[drift.DailyMetrics], error)
	Reports(ctx context.Context, by drift.Actor, f drift.ReportFilter) (drift.Page[drift.Report], error)
	VersionPage(ctx context.Context, by drift.Actor, m drift.Model, cursor string, limit int) (drift.Page[drift.VersionRecord], error)
	ServingVersion(ctx context.Context, by drift.Actor, m drift.Model) (drift.Version, error)
}

// APIAlerts reads alerts.
type APIAlerts interface {
	Alerts(ctx context.Context, by drift.Actor, f drift.AlertFilter) (drift.Page[drift.Alert], error)
	AlertStory(ctx context.Context, by drift.Actor, id int64) (*drift.Alert, []drift.TimelineEntry, error)
}

// Gate tells who makes a request and keeps out who is nobody.
type Gate interface {
	Identify(next http.Handler) http.Handler
	Require(min drift.Role) func(http.Handler) http.Handler
}

// APIOptions say what the HTTP API works with. Store, Engine, Auth and Feed are required.
type APIOptions struct {
	Store  APIStore
	Engine APIEngine
	Auth   Gate
	Feed   *Feed        // whose hub serves the socket
	Meters *Meters      // counts what comes in; nil: nothing is counted
	Log    *slog.Logger // nil: silent
	Now    func() time.Time
	// Ready says why this server cannot serve at the moment, in words for whoever runs it; nil
	// where it can. It must answer within a few seconds.
	Ready func(context.Context) error
	// Stopping ends when the server begins to stop: long polls are answered then. nil: never.
	Stopping context.Context
	// LookEvery is how often a long poll looks; 0 is a second.
	LookEvery time.Duration
}

// API is the HTTP interface for programs, and the socket.
type API struct {
	store     APIStore
	engine    APIEngine
	auth      Gate
	feed      *Feed
	meters    *Meters
	log       *slog.Logger
	now       func() time.Time
	ready     func(context.Context) error
	stopping  <-chan struct{}
	lookEvery time.Duration
}

// NewAPI returns an API.
func NewAPI(o APIOptions) *API {
	a := &API{
		store: o.Store, engine: o.Engine, auth: o.Auth, feed: o.Feed, meters: o.Meters, log: o.Log, now: o.Now,
		ready: o.Ready, lookEvery: o.LookEvery,
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	if a.now == nil {
		a.now = time.Now
	}
	if a.ready == nil {
		a.ready = func(context.Context) error { return nil }
	}
	if o.Stopping != nil {
		a.stopping = o.Stopping.Done()
	}
	if a.lookEvery == 0 {
		a.lookEvery = time.Second
	}
	return a
}

// Routes mounts /api/v1. Whoever mounts it has put auth.Identify before it.
func (a *API) Routes(r chi.Router) {
	r.Route("/api/v1", func(r chi.Router) {
		r.Use(noStore, a.signedIn, middleware.GetHead)
		r.NotFound(func(w http.ResponseWriter, r *http.Request) {
			a.fail(w, r, drift.NotFound("There is nothing at this address of the API."))
		})
		r.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
			web.WriteProblem(w, web.Failure{
				Status: http.StatusMethodNotAllowed, Code: drift.CodeMalformed,
				Message: "This address does not take " + r.Method + ".",
			})
		})
		// Models serve with what these two say, on a token that may do nothing else but log.
		r.Get("/models/{model_type}/active", a.do(a.active))
		r.Get("/models/{model_type}/versions/{version}/artifact", a.do(a.artifact))
		r.Group(func(r chi.Router) {
			r.Use(a.only(drift.Role.MayIngest, "This needs a token of the role ingest, or an administrator."), web.Patient)
			r.Post("/predictions", a.do(a.predictions))
			r.Post("/outcomes", a.do(a.outcomes))
		})
		r.Group(func(r chi.Router) {
			r.Use(a.atLeast(drift.RoleViewer))
			a.readRoutes(r)
		})
		r.Group(func(r chi.Router) {
			r.Use(a.atLeast(drift.RoleOperator))
			r.Post("/alerts/bulk", a.do(a.bulk))
			r.Post("/alerts/{id}/{move}", a.do(a.move))
			r.Post("/alerts/{id}/feedback", a.do(a.feedback))
			r.Post("/silences", a.do(a.makeSilence))
			r.Post("/silences/preview", a.do(a.previewSilence))
			r.Post("/silences/{id}/end", a.do(a.endSilence))
			r.Post("/models/{model_type}/notes", a.do(a.addNote))
			r.Post("/models/{model_type}/retrain", a.do(a.requestRetrain))
			r.Post("/retrains/{id}/{move}", a.do(a.moveRetrain))
		})
		r.Group(func(r chi.Router) {
			r.Use(a.atLeast(drift.RoleManager))
			r.Post("/models/{model_type}/rollback", a.do(a.rollBack))
			r.Post("/models/{model_type}/resume", a.do(a.resume))
			r.Post("/retraining/{what}", a.do(a.setHalt))
			r.Put("/oncall/calendar", a.do(a.putCalendar))
			r.Put("/models/{model_type}/runbooks/{severity}", a.do(a.putRunbook))
			r.Post("/rollback-rehearsals", a.do(a.rehearseRollback))
		})
		r.Group(func(r chi.Router) {
			r.Use(a.atLeast(drift.RoleAdmin))
			r.Put("/settings/{name}", a.do(a.setSetting))
			r.Post("/settings/{name}", a.do(a.setSetting))
		})
	})
}

// readRoutes are for everybody who may look.
func (a *API) readRoutes(r chi.Router) {
	r.Get("/models/{model_type}/performance", a.do(a.performance))
	r.Get("/models/{model_type}/drift", a.do(a.drift))
	r.Get("/models/{model_type}/compare", a.do(a.compare))
	r.Get("/models/{model_type}/versions", a.do(a.versions))
	r.Get("/alerts", a.do(a.alerts))
	r.Get("/alerts/{id}", a.do(a.alert))
	r.Get("/alerts/{id}/features", a.do(a.alertFeatures))
	r.Get("/retrains", a.do(a.retrains))
	r.Get("/retrains/{id}", a.do(a.retrain))
	r.Get("/retraining", a.do(a.halt))
	r.Get("/settings", a.do(a.settings))
	r.Get("/what-if", a.do(a.whatIf))
	r.Get("/reviews/{kind}", a.do(a.review))
	r.Get("/reports", a.do(a.report))
	r.Get("/silences", a.do(a.silences))
	r.Get("/silences/{id}", a.do(a.silence))
	r.Get("/oncall", a.do(a.onCall))
	r.Get("/oncall/calendar", a.do(a.onCallCalendar))
	r.Get("/models/{model_type}/notes", a.do(a.modelNotes))
	r.Get("/models/{model_type}/runbooks", a.do(a.runbooks))
}

// noStore keeps answers out of every cache.
func noStore(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// signedIn keeps out who is nobody: the gate sends browsers to sign in and tells programs 401.
func (a *API) signedIn(next http.Handler) http.Handler { return a.auth.Require(drift.RoleIngest)(next) }

func (a *API) atLeast(min drift.Role) func(http.Handler) http.Handler {
	return a.only(func(r drift.Role) bool { return r.AtLeast(min) }, "This needs the role "+min.String()+" or one above it.")
}

// only keeps out roles, always with problem details: who is signed in and asks the API is a program.
func (a *API) only(may func(drift.Role) bool, otherwise string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !may(auth.ActorFrom(r.Context()).Role) {
				a.fail(w, r, drift.Forbidden(otherwise))
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}

// do makes a handler of one that may fail before it has written anything.
func (a *API) do(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			a.fail(w, r, err)
		}
	}
}

// fail answers with problem details and keeps our own mistakes in the log.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := web.FailureOf(err)
	web.LogFailure(a.log, r, f, err)
	web.WriteProblem(w, f)
}
