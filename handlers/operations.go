package handlers

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/drift/schedule"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// operationsPage answers the page of the watching itself.
func (p *Pages) operationsPage(w http.ResponseWriter, r *http.Request) error {
	return p.showOperations(w, r, http.StatusOK, p.noteFor(w, r))
}

func (p *Pages) showOperations(w http.ResponseWriter, r *http.Request, status int, note component.FormNoteVM) error {
	by := auth.ActorFrom(r.Context())
	d, err := p.store.OperationsPage(r.Context(), by, p.now())
	if err != nil {
		return err
	}
	l := lang.From(r.Context())
	v := p.operationsVM(l, d, by)
	v.Note = note
	if r.URL.Query().Get("part") == partSummary {
		return writePart(w, r, page.Operations(v))
	}
	return p.show(w, r, status, p.shell(by, d.Watch, l.T("Operations"), "operations"), page.Operations(v))
}

// runAgain queues a failed job once more.
func (p *Pages) runAgain(w http.ResponseWriter, r *http.Request) error {
	job := drift.JobName(chi.URLParam(r, "job"))
	if !slices.Contains(drift.DailyJobs, job) {
		return drift.NotFound("There is no such job.")
	}
	if err := web.ParseForm(w, r); err != nil {
		return err
	}
	d, err := drift.ParseDate(r.PostForm.Get("date"))
	if err != nil {
		return err
	}
	if p.o.Queue == nil {
		return &drift.Error{Code: drift.CodeUnavailable, Message: "This server runs no jobs; another one does."}
	}
	err = p.o.Queue.RunAgain(r.Context(), auth.ActorFrom(r.Context()), job, schedule.At(job, d).At)
	switch {
	case err != nil && web.WantsPage(r) && drift.CodeOf(err) == drift.CodeConflict:
		return p.showOperations(w, r, http.StatusConflict, refused(r, err))
	case err != nil:
		return err
	case !web.WantsPage(r):
		web.WriteJSON(w, http.StatusAccepted, map[string]any{"job": job, "date": d})
		return nil
	}
	l := lang.From(r.Context())
	p.leadTo(w, r, "/operations", said(l.T("%s is queued and runs in its turn.", l.T(jobNames[job]))))
	return nil
}

// feedRows is how many feeds the page lists; the rest are on time.
const feedRows = 20

func (p *Pages) operationsVM(l lang.Lang, d drift.OperationsData, by drift.Actor) page.OperationsVM {
	now := p.now()
	watch := watchOf(d.Watch, now)
	v := page.OperationsVM{
		Now: now, DatabaseBytes: d.DatabaseBytes, DatabaseNote: databaseWords(l, p.o.Database),
		MayRun: by.Role.AtLeast(drift.RoleManager), MayRunNot: l.T("Your role may not run checks. A manager can."),
		Backlog: page.BacklogVM{DaysToRebuild: d.Backlog.MarkedDays, Inbox: d.Backlog.Inbox, InboxOldest: d.Backlog.InboxOldest},
	}
	if work := underWay(d.Progress, now); work != nil {
		v.Backlog.Backfill = &page.BackfillVM{Title: l.Said(work.Title), Done: work.Done, Total: work.Total, Left: timeLeft(*work, now)}
	}
	for _, j := range watch.jobs {
		v.Jobs = append(v.Jobs, jobVM(l, d, j, now))
	}
	for _, s := range d.Servers {
		v.Servers = append(v.Servers, serverVM(d, s))
	}
	silent := p.feedVMs(l, &v, d, now)
	operationsVerdict(l, &v, d, watch, silent, now)
	return v
}

// feedVMs lists the feeds, worst first, and returns those that are silent.
func (p *Pages) feedVMs(l lang.Lang, v *page.OperationsVM, d drift.OperationsData, now time.Time) (silent []page.FeedVM) {
	for _, f := range d.Feeds {
		vm := feedVM(l, f, coverageOf(d.Coverage, f.Model), now)
		v.Feeds = append(v.Feeds, vm)
		if vm.State == page.FeedSilent {
			silent = append(silent, vm)
		}
	}
	slices.SortStableFunc(v.Feeds, func(a, b page.FeedVM) int { return feedRank(a.State) - feedRank(b.State) })
	keep := max(feedRows, len(silent))
	if len(v.Feeds) > keep {
		v.FeedsMore = len(v.Feeds) - keep
		v.Feeds = v.Feeds[:keep]
	}
	return silent
}

func operationsVerdict(l lang.Lang, v *page.OperationsVM, d drift.OperationsData, w watching, silent []page.FeedVM, now time.Time) {
	judged := 0
	histories := historiesOf(d.Marks, drift.DateOf(now))
	for _, m := range d.Models {
		if histories[m.Model].judged() {
			judged++
		}
	}
	v.Line = watchingLine(l, w, judged, len(d.Models), now)
	failed := slices.IndexFunc(v.Jobs, func(j page.JobVM) bool { return j.State == stateNames[jobFailed] })
	switch {
	case !w.blindSince.IsZero():
		v.Severity = component.Blind
		v.Verdict = l.T("No check has run since %s", component.DayClock.Text(l, w.blindSince, now))
	case failed >= 0:
		v.Severity = component.Blind
		v.Verdict = l.T("The job %s of %s failed", v.Jobs[failed].Name, lang.ISODate(v.Jobs[failed].Date))
	case len(d.Models) == 0:
		v.Verdict = l.T("Nothing to watch yet")
		v.Line = words(l.T("A model is watched from its first prediction on."))
	case len(silent) == 1:
		v.Verdict = l.T("The watching works, with one feed silent")
		v.Line = append(v.Line, component.Plain(" "+silentWords(l, silent[0])))
	case len(silent) > 1:
		v.Verdict = l.T("The watching works, with %d feeds silent", len(silent))
	default:
		v.Verdict = l.T("The watching works")
	}
}

// silentWords name a feed that is silent.
func silentWords(l lang.Lang, f page.FeedVM) string {
	if f.Feed == "outcomes" {
		return l.T("Silent: the outcomes of %s %s.", f.Tenant, f.ModelType)
	}
	return l.T("Silent: the predictions of %s %s.", f.Tenant, f.ModelType)
}

// databaseWords say where the database is.
func databaseWords(l lang.Lang, where string) string {
	if dir, own := strings.CutPrefix(where, "private, under "); own {
		return l.T("private, under %s", dir)
	}
	return where
}
