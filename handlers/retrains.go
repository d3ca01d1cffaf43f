package handlers

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/driftwatch/driftwatch/drift"
	"github.com/driftwatch/driftwatch/views/component"
	"github.com/driftwatch/driftwatch/views/lang"
	"github.com/driftwatch/driftwatch/views/page"
	"github.com/driftwatch/driftwatch/web"
	"github.com/driftwatch/driftwatch/web/auth"
)

// endedRows is how many ended retrains stand on one page.
const endedRows = 25

// retrainRoutes mounts the pages of the closed loop.
func (p *Pages) retrainRoutes(r chi.Router) {
	p.get(r, "/retrains", p.retrainsPage)
	p.get(r, "/retrains/{id}", p.retrainPage)
	p.get(r, "/retrains/{id}/charts/{file}", p.retrainChart)
	operator, manager := r.With(p.o.Auth.Require(drift.RoleOperator)), r.With(p.o.Auth.Require(drift.RoleManager))
	p.get(r, "/retrains/{id}/rollback", p.rollBackOfRetrain)
	manager.Post("/retrains/stop", p.do(p.stopRetraining))
	manager.Post("/retrains/resume", p.do(p.resumeRetraining))
	operator.Post("/retrains/{id}/{move}", p.do(p.moveRetrain))
	operator.Post("/alerts/{id}/retrain", p.do(p.requestRetrain))
	operator.Post("/models/{tenant}/{model}/retrain", p.do(p.requestModelRetrain))
}

// retrainsFilter is the filter of the list as it stands in the URL, checked.
type retrainsFilter struct{ state, tenant, model, cursor string }

func readRetrainsFilter(r *http.Request) (f retrainsFilter, err error) {
	q := r.URL.Query()
	for name, to := range map[string]*string{"state": &f.state, "tenant": &f.tenant, "model": &f.model} {
		v := strings.TrimSpace(q.Get(name))
		if len(v) > maxFilterText {
			return f, drift.Invalid(name, "This filter is too long.")
		}
		if err := web.CheckText(name, v); err != nil {
			return f, err
		}
		*to = v
	}
	f.cursor = q.Get("cursor")
	if f.state != "" && !slices.Contains(drift.RetrainStates, drift.RetrainState(f.state)) {
		return f, drift.Invalid("state", "There is no such state of a retrain.")
	}
	return f, nil
}

// href is the list with this filter, and with one field more where it is not "".
func (f retrainsFilter) href(more, value string) string {
	q := url.Values{}
	for name, v := range map[string]string{"state": f.state, "tenant": f.tenant, "model": f.model, more: value} {
		if v != "" {
			q.Set(name, v)
		}
	}
	if len(q) == 0 {
		return "/retrains"
	}
	return "/retrains?" + q.Encode()
}

func (f retrainsFilter) query() drift.RetrainFilter {
	out := drift.RetrainFilter{Tenant: f.tenant, ModelType: f.model, Cursor: f.cursor, Limit: endedRows}
	if f.state != "" {
		out.States = []drift.RetrainState{drift.RetrainState(f.state)}
	}
	return out
}

// stopDone is the note after one's own stop or resumption.
var stopDone = map[string]string{
	"stop":   lang.Key("Retraining is stopped. Nothing starts, is approved or goes live until somebody resumes it."),
	"resume": lang.Key("Retraining may go on."),
}

func (p *Pages) retrainsPage(w http.ResponseWriter, r *http.Request) error {
	return p.showRetrains(w, r, http.StatusOK, saidVM{note: p.noteFor(w, r)})
}

// showRetrains answers the list as it stands now.
func (p *Pages) showRetrains(w http.ResponseWriter, r *http.Request, status int, said saidVM) error {
	f, err := readRetrainsFilter(r)
	if err != nil {
		return err
	}
	by := auth.ActorFrom(r.Context())
	d, err := p.store.RetrainsPage(r.Context(), by, drift.RetrainsQuery{Now: p.now(), Filter: f.query()})
	if err != nil {
		return err
	}
	l := lang.From(r.Context())
	v := p.retrainsVM(l, d, f, by)
	v.Note, v.Stop.Typed = said.note, said.typed
	if r.URL.Query().Get("part") == partSummary {
		return writePart(w, r, page.Retrains(v))
	}
	return p.show(w, r, status, p.shell(by, d.Watch, l.T("Retrains"), "retrains"), page.Retrains(v))
}

func (p *Pages) retrainsVM(l lang.Lang, d drift.RetrainsData, f retrainsFilter, by drift.Actor) page.RetrainsVM {
	now := stamp(p.now())
	v := page.RetrainsVM{Now: now, Stop: stopVM(d.Halt, class(by.Role)), Filter: f.selects(l, d)}
	paged := f
	paged.cursor = ""
	more := f.cursor
	v.SummaryHref = paged.href("part", partSummary)
	if more != "" {
		v.SummaryHref += "&cursor=" + url.QueryEscape(more)
	}
	if f.href("", "") != "/retrains" || more != "" {
		v.ClearHref = "/retrains"
	}
	for i := range d.Live {
		row := retrainRowVM(l, &d.Live[i], now)
		switch d.Live[i].State {
		case drift.RetrainWaitingApproval, drift.RetrainCountdown:
			v.Waiting = append(v.Waiting, row)
		case drift.RetrainWatching:
			v.Watched = append(v.Watched, row)
		default:
			v.Running = append(v.Running, row)
		}
	}
	slices.SortStableFunc(v.Watched, func(a, b page.RetrainRowVM) int { return a.Due.Compare(b.Due) })
	for i := range d.Ended.Items {
		v.Ended = append(v.Ended, retrainRowVM(l, &d.Ended.Items[i], now))
	}
	v.Pager = component.PagerVM{Shown: l.N(int64(len(v.Ended)), "%d ended retrain", "%d ended retrains")}
	if more != "" {
		v.Pager.FirstHref = paged.href("", "")
	}
	if d.Ended.Next != "" {
		v.Pager.NextHref = paged.href("cursor", d.Ended.Next)
	}
	v.Verdict, v.Line = retrainsVerdict(l, d, by)
	if len(d.Live)+len(v.Ended) == 0 {
		v.Empty = retrainsEmpty(l, d, by, v.ClearHref)
	}
	return v
}

// selects are the filter's choices.
func (f retrainsFilter) selects(l lang.Lang, d drift.RetrainsData) []page.SelectVM {
	state := page.SelectVM{Name: "state", Label: l.T("State"), Options: []page.OptionVM{{Label: l.T("Any state")}}}
	for _, s := range drift.RetrainStates {
		state.Options = append(state.Options, page.OptionVM{Value: string(s), Label: page.StateWord(l, string(s)), Selected: string(s) == f.state})
	}
	var tenants, types []string
	for _, t := range d.Tenants {
		tenants = append(tenants, t.Name)
	}
	for _, t := range d.Types {
		types = append(types, t.Name)
	}
	return []page.SelectVM{
		state, choices("tenant", l.T("Tenant"), l.T("Any tenant"), f.tenant, tenants), choices("model", l.T("Model"), l.T("Any model"), f.model, types),
	}
}

// stopVM is the emergency stop's control for a class of reader.
func stopVM(h *drift.Halt, class uint8) page.StopVM {
	return page.StopVM{On: haltVM(h), May: class >= classManager}
}

// retrainRowVM is one retrain in a list.
func retrainRowVM(l lang.Lang, r *drift.Retrain, now time.Time) page.RetrainRowVM {
	v := page.RetrainRowVM{
		ID: r.ID, Now: now, Tenant: r.Tenant, ModelType: r.ModelType, State: string(r.State),
		Severity: retrainSeverity(r), RequestedBy: r.RequestedBy, Manual: r.Manual, Candidate: r.CandidateVersion,
		Progress: r.Progress, Note: l.Said(r.Note), CreatedAt: r.CreatedAt, Since: r.StateSince,
	}
	if r.DueAt != nil {
		v.Due = *r.DueAt
	}
	if d := r.Decision; d != nil && d.Last {
		v.Decision = page.DecisionVM{By: d.By, Move: d.Move, Why: d.Note}
	}
	return v
}

// retrainSeverity is that of its drift; None where a person asked without any.
func retrainSeverity(r *drift.Retrain) component.Severity {
	if r.Severity == drift.SeverityUnknown {
		return component.None
	}
	return component.ParseSeverity(r.Severity.String())
}
