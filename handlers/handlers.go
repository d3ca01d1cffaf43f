package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/detect"
	"github.com/driftwatch/driftwatch/drift/engine"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/help"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web/auth"
)

// Store is what the pages read, each page in one state of the database and under the rights of
// the actor.
type Store interface {
	EvidenceStore
	WatchStore
	RetrainStore
	LifeStore
	TeamStore
	ReviewStore
	SilenceStore
	OnCallStore
	WorkStore
	FindStore
	PrefsStore
	BoardStore
	HandOverStore
	IncidentReviewStore
	PeriodReportStore
	AccessStore
}

// BoardStore keeps what the board has for each person, and reads incidents.
type BoardStore interface {
	IncidentPage(ctx context.Context, by drift.Actor, key string, f drift.AlertFilter) (drift.IncidentData, error)
	Incidents(ctx context.Context, by drift.Actor, keys []string, f drift.AlertFilter) ([]drift.Incident, error)
	CountAlerts(ctx context.Context, by drift.Actor, filters []drift.AlertFilter) ([]int, error)
	SavedFilters(ctx context.Context, user int64) ([]drift.SavedFilter, error)
	SaveFilter(ctx context.Context, by drift.Actor, f drift.SavedFilter) error
	DefaultFilter(ctx context.Context, by drift.Actor, name string) error
	DeleteFilter(ctx context.Context, by drift.Actor, name string) error
	Present(ctx context.Context, by drift.Actor, alert int64, beat bool) ([]drift.Present, error)
	ForReader(ctx context.Context, by drift.Actor, now time.Time) (drift.ForReader, error)
}

// FindStore finds things by their names, and what interrupts.
type FindStore interface {
	Find(ctx context.Context, by drift.Actor, text string) ([]drift.Found, error)
	Alarm(ctx context.Context, by drift.Actor) (drift.Alarm, error)
}

// PrefsStore keeps what a person chose for their own pages.
type PrefsStore interface {
	SetPrefs(ctx context.Context, by drift.Actor, p drift.Prefs) error
	Watching(ctx context.Context, by drift.Actor, now time.Time) (drift.Watch, error)
}

// EvidenceStore reads alerts, models and what their checks found.
type EvidenceStore interface {
	BoardPage(ctx context.Context, by drift.Actor, q drift.BoardQuery) (drift.BoardData, error)
	AlertPage(ctx context.Context, by drift.Actor, q drift.AlertQuery) (drift.AlertData, error)
	ModelsPage(ctx context.Context, by drift.Actor, now time.Time) (drift.ModelsData, error)
	ModelPage(ctx context.Context, by drift.Actor, q drift.ModelQuery) (drift.ModelData, error)
	RollbackPage(ctx context.Context, by drift.Actor, q drift.RollbackQuery) (drift.RollbackData, error)
	Scores(ctx context.Context, by drift.Actor, v drift.VersionKey, from, to drift.Date, fn func(chunk []float64) error) error
	VersionHistory(ctx context.Context, by drift.Actor, q drift.HistoryQuery) (drift.VersionHistory, error)
}

// WatchStore reads what is said of the watching itself.
type WatchStore interface {
	OperationsPage(ctx context.Context, by drift.Actor, now time.Time) (drift.OperationsData, error)
	SettingsPage(ctx context.Context, by drift.Actor, tenant int64, now time.Time) (drift.SettingsData, error)
	SettingPage(ctx context.Context, by drift.Actor, name string, tenant int64, now time.Time) (drift.SettingsData, error)
	RolloutPage(ctx context.Context, by drift.Actor, now time.Time) (drift.RolloutData, error)
	AuditPage(ctx context.Context, by drift.Actor, f drift.AuditFilter, now time.Time) (drift.AuditData, error)
	VerifyAudit(ctx context.Context) (drift.AuditVerdict, error)
}

// RetrainStore reads retrains: their list, one with all that is decided by, and what its live fragments
// need.
type RetrainStore interface {
	RetrainsPage(ctx context.Context, by drift.Actor, q drift.RetrainsQuery) (drift.RetrainsData, error)
	RetrainDetail(ctx context.Context, by drift.Actor, q drift.RetrainQuery) (drift.RetrainData, error)
	RetrainLife(ctx context.Context, by drift.Actor, id int64) (drift.RetrainData, error)
	AlertsOfRetrain(ctx context.Context, by drift.Actor, r *drift.Retrain) ([]drift.AlertData, error)
}

// LifeStore reads what a live fragment needs beside its event.
type LifeStore interface {
	AlertLife(ctx context.Context, by drift.Actor, a *drift.Alert) (drift.AlertData, error)
	ProgressSince(ctx context.Context, by drift.Actor, since time.Time) ([]drift.Progress, error)
	EventBounds(ctx context.Context, by drift.Actor) (oldest, newest int64, err error)
	Tenants(ctx context.Context, by drift.Actor) ([]drift.Tenant, error)
}

// Engine does what people ask for by forms.
type Engine interface {
	Mover
	LoopRunner
	HandOverMaker
	SettingChanger
	FeatureComparer
	Rehearser
	Comparer
	Trier
	Proposer
	Silencer
}

// FeatureComparer says which features moved.
type FeatureComparer interface {
	FeatureMoves(ctx context.Context, by drift.Actor, r *drift.Report, w detect.Windows) (drift.FeatureMoves, error)
	FellWhere(ctx context.Context, by drift.Actor, r *drift.Report, w detect.Windows) (drift.AccuracySlices, error)
}

// Mover makes moves on alerts.
type Mover interface {
	Move(ctx context.Context, by drift.Actor, req engine.MoveRequest) (*drift.Alert, error)
	MoveMany(ctx context.Context, by drift.Actor, reqs []engine.MoveRequest) ([]engine.BulkMove, error)
	Undo(ctx context.Context, by drift.Actor, req engine.UndoRequest) (*drift.Alert, error)
	UndoMany(ctx context.Context, by drift.Actor, reqs []engine.UndoRequest) ([]engine.BulkMove, error)
}

// LoopRunner is the closed loop: the engine.
type LoopRunner interface {
	SafeguardsNow(ctx context.Context, by drift.Actor, r *drift.Retrain) ([]drift.Safeguard, error)
	WatchNow(ctx context.Context, by drift.Actor, r *drift.Retrain) (*engine.Watch, error)
	RequestRetrain(ctx context.Context, by drift.Actor, req engine.RetrainRequest) (*drift.Retrain, error)
	MoveRetrain(ctx context.Context, by drift.Actor, req engine.RetrainMove) (*drift.Retrain, error)
	PreviewRollback(ctx context.Context, by drift.Actor, req engine.RollbackRequest) (*engine.Rollback, error)
	RollBack(ctx context.Context, by drift.Actor, req engine.RollbackRequest) (*engine.Rollback, error)
	StopRetraining(ctx context.Context, by drift.Actor, reason string) (*drift.Halt, error)
	ResumeRetraining(ctx context.Context, by drift.Actor, reason string) error
	LiftPause(ctx context.Context, by drift.Actor, m drift.Model, reason string) error
}

// SettingChanger changes settings, and says before what that would do.
type SettingChanger interface {
	PreviewSetting(ctx context.Context, by drift.Actor, c engine.SettingChange) (engine.SettingPreview, error)
	SetSettings(ctx context.Context, by drift.Actor, changes ...engine.SettingChange) (drift.Settings, error)
}

// Runner runs a failed job again, and starts backfills: the queue.
type Runner interface {
	RunAgain(ctx context.Context, by drift.Actor, job drift.JobName, at time.Time) error
	// StartBackfill starts to judge days that lie behind, both ends included.
	StartBackfill(ctx context.Context, by drift.Actor, from, to drift.Date) error
}

// Options say what the pages work with. Store, Engine and Auth are required.
type Options struct {
	Store  Store
	Engine Engine
	Queue  Runner // nil: no job can be run again from here
	Auth   *auth.Auth
	Clock  func() time.Time // time.Now where nil
	Log    *slog.Logger     // nothing is logged where nil

	// Wall is the machine's own clock, by which people sign in; Clock where nil.
	Wall func() time.Time
	// Lapse says how the time-lapse stands; nil where this is none.
	Lapse func() drift.Lapse
	// WakeHooks says that there is something to deliver to a webhook; nil where another server does.
	WakeHooks func()
	// Newest returns the number of the newest event that this server has told its browsers of, so
	// that a page that nothing changed costs no question; nil asks the database.
	Newest func() int64
	// Public is this server's address as browsers know it, behind a proxy; nil: as they ask for it.
	Public *url.URL
	// Version is the program's, at the foot of the sign-in page.
	Version string
	// Warning is a plain warning on the sign-in page: listening beyond this machine without TLS.
	Warning string
	// Database says where the database is: "private, under .driftwatch" or its server's name.
	Database string
	// Favicon and Static serve the files of package static; nil where they are mounted elsewhere.
	Favicon, Static http.Handler
	// Files serves those of its files whose address holds no hash: the service worker, the manifest
	// and the icons with a count.
	Files http.Handler
}

// Pages answers browsers. Its methods may be called at the same time.
type Pages struct {
	Failures
	o        Options
	store    Store
	board    *boardCache
	lives    *fragmentCache
	cuts     *cutCache
	alarms   *alarmCache
	moves    reportCache[page.FeaturesVM]
	fell     reportCache[fellIn]
	compared evidenceCache
	audited  auditCheck
	guides   help.Guides
	wrote    atomic.Int64 // the newest event when somebody last moved an alert here
}

// NewPages returns the pages.
func NewPages(o Options) *Pages {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Wall == nil {
		o.Wall = o.Clock
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Pages{
		Failures: Failures{Log: o.Log, Clock: o.Clock, Version: o.Version, Warning: o.Warning},
		o:        o, store: o.Store, board: newBoardCache(), lives: newFragmentCache(), cuts: newCutCache(),
		alarms: newAlarmCache(), guides: renderedGuide(),
	}
}

// staticPrefix is where the files of package static live.
const staticPrefix = "/static/"

// Routes mounts every page. Auth.Identify must stand before it.
func (p *Pages) Routes(r chi.Router) {
	r.NotFound(p.notFound)
	r.MethodNotAllowed(p.notAllowed)
	if p.o.Favicon != nil {
		r.Handle("/favicon.ico", p.o.Favicon)
	}
	if p.o.Static != nil {
		r.Handle(staticPrefix+"*", p.o.Static)
	}
	if p.o.Files != nil {
		for _, path := range []string{"/sw.js", "/manifest.webmanifest", "/icon/*"} {
			r.Handle(path, p.o.Files)
		}
	}
	p.get(r, "/offline", p.offlinePage)
	p.get(r, "/login", p.login)
	r.Post("/login", p.do(p.signIn))
	r.Post("/logout", p.do(p.signOut))
	p.get(r, "/setup", p.setup)
	r.Post("/setup", p.do(p.makeAdmin))
	r.With(p.openWall, p.o.Auth.RequireWall).Get("/wall", p.do(p.wallPage))
	r.With(p.openWall, p.o.Auth.RequireWall).Head("/wall", p.do(p.wallPage))
	r.Group(func(r chi.Router) {
		r.Use(p.o.Auth.Require(drift.RoleViewer))
		p.get(r, "/", p.boardPage)
		p.get(r, "/incidents/{key}", p.incidentPage)
		r.Post("/filters", p.do(p.changeFilters))
		r.With(p.o.Auth.Require(drift.RoleOperator)).Post("/alerts/bulk", p.do(p.bulk))
		r.Post("/alerts/{id}/presence", p.do(p.presence))
		p.get(r, "/alerts/{id}", p.alertPage)
		p.get(r, "/alerts/{id}/evidence", p.alertEvidencePage)
		p.get(r, "/alerts/{id}/charts/{file}", p.alertChart)
		p.get(r, "/alerts/{id}/recent.csv", p.samples(true))
		p.get(r, "/alerts/{id}/baseline.csv", p.samples(false))
		p.get(r, "/models", p.modelsPage)
		p.get(r, "/models/{tenant}/{model}", p.modelPage)
		p.get(r, "/models/{tenant}/{model}/compare", p.comparePage)
		p.get(r, "/models/{tenant}/{model}/charts/{file}", p.modelChart)
		p.get(r, "/models/{tenant}/{model}/rollback", p.rollBackPage)
		p.get(r, "/operations", p.operationsPage)
		p.get(r, "/teams", p.teamsPage)
		p.get(r, "/settings", p.settingsPage)
		p.get(r, "/settings/rollout", p.rolloutPage)
		p.get(r, "/settings/thresholds", p.thresholdsPage)
		p.get(r, "/settings/thresholds/charts/{file}", p.thresholdsChart)
		p.get(r, "/settings/{name}", p.settingPage)
		p.get(r, "/audit", p.auditPage)
		p.get(r, "/search", p.searchPage)
		p.get(r, "/palette", p.palette)
		p.get(r, "/alarm", p.alarm)
		p.get(r, "/help/numbers", p.helpNumbers)
		p.get(r, "/alerts/{id}/report", p.alertReport)
		p.get(r, "/models/{tenant}/{model}/report", p.modelReport)
		p.get(r, "/preferences", p.preferencesPage)
		r.Post("/preferences", p.do(p.setPreferences))
		r.With(p.o.Auth.Require(drift.RoleOperator)).Post("/alerts/{id}/{move}", p.do(p.move))
		p.retrainRoutes(r)
		p.reviewRoutes(r)
		p.handOverRoutes(r)
		p.incidentReviewRoutes(r)
		p.reportRoutes(r)
		p.accessRoutes(r)
		p.silenceRoutes(r)
		p.rotaRoutes(r)
		p.workRoutes(r)
		p.helpRoutes(r)
		r.With(p.o.Auth.Require(drift.RoleManager)).Post("/operations/jobs/{job}/run", p.do(p.runAgain))
		admin := r.With(p.o.Auth.Require(drift.RoleAdmin))
		admin.Post("/teams/members/{do}", p.do(p.changeMember))
		admin.Post("/teams/webhook/{do}", p.do(p.changeWebhook))
		admin.Post("/teams/deliveries/{id}/resend", p.do(p.resendDelivery))
		r.With(p.o.Auth.Require(drift.RoleManager)).Post("/models/{tenant}/{model}/rollback", p.do(p.rollBack))
		r.With(p.o.Auth.Require(drift.RoleManager)).Post("/models/{tenant}/{model}/resume", p.do(p.resumeModel))
		r.With(p.o.Auth.Require(drift.RoleAdmin)).Post("/settings/rollout", p.do(p.rollOut))
		r.With(p.o.Auth.Require(drift.RoleOperator)).Post("/settings/thresholds", p.do(p.propose))
		r.With(p.o.Auth.Require(drift.RoleAdmin)).Post("/settings/proposals/{id}/{do}", p.do(p.decide))
		r.With(p.o.Auth.Require(drift.RoleAdmin)).Post("/settings/{name}", p.do(p.setSetting))
	})
}

// handler is a page that may fail; what it has written already stays.
type handler func(w http.ResponseWriter, r *http.Request) error

func (p *Pages) do(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(component.AsOf(forReader(r), p.now()))
		if err := h(w, r); err != nil {
			p.Fail(w, r, err)
		}
	}
}

// get mounts a page for GET and HEAD: net/http leaves the body of the latter out.
func (p *Pages) get(r chi.Router, path string, h handler) {
	r.Get(path, p.do(h))
	r.Head(path, p.do(h))
}

func (p *Pages) now() time.Time { return p.o.Clock().UTC() }
